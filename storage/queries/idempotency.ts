import { hash } from 'node:crypto'
import type { CommandRow } from '../../src/runtime/command-catalogue.ts'
import type { CommandQueue } from '../../src/runtime/ports.ts'
import type { Database } from '../database.ts'
import { stored } from '../fault.ts'

/** What is known of an idempotency key (UGF-0-009). */
export interface KeyUse {
  readonly key: string
  readonly kind: 'command' | 'fill'
  /** µs. */
  readonly firstTs: number
  /** What it stands for: a command's type, or the order that a fill belongs to. */
  readonly of: string
  /** SHA-256 of what was asked; a fill is told by a venue and has none. */
  readonly payloadSha256: string | undefined
  readonly result: string
  /** How often it came again and was counted, not carried out. */
  readonly suppressed: number
  /** Of them, those that meant something else. */
  readonly conflicts: number
  /** What it led to: ids of orders. */
  readonly effects: readonly string[]
}

interface FillCells {
  readonly trade_id: string
  readonly order_id: string
  readonly ts: number
}

/** Every use of a key: a command's id, or a trade's. */
export function keyUses(db: Database, commands: CommandQueue, key: string): readonly KeyUse[] {
  const command = commands.get(key)
  return [...(command === undefined ? [] : [commandUse(command, commands)]), ...fillUses(db, key)]
}

function commandUse(row: CommandRow, commands: CommandQueue): KeyUse {
  const { count, others } = commands.repeats(row.id)
  const orderId = (row.result as { readonly order_id?: unknown } | undefined)?.order_id
  return {
    key: row.id,
    kind: 'command',
    firstTs: row.issuedTs,
    of: row.type,
    payloadSha256: hash('sha256', JSON.stringify([row.type, row.payload]), 'hex'),
    result: row.resultCode === '' ? row.status : `${row.status} ${row.resultCode}`,
    suppressed: count,
    conflicts: others,
    effects: typeof orderId === 'string' ? [orderId] : [],
  }
}

function fillUses(db: Database, tradeId: string): readonly KeyUse[] {
  const fills = stored(`read the fills of trade ${tradeId}`, () =>
    db.prepare<[string], FillCells>('SELECT trade_id, order_id, ts FROM fills WHERE trade_id = ?').all(tradeId),
  )
  const repeats = db
    .prepare<[string, string]>(
      `SELECT count(*) FROM events WHERE type = 'fill.duplicate'
         AND json_extract(payload, '$.trade_id') = ? AND json_extract(payload, '$.order_id') = ?`,
    )
    .pluck()
  return fills.map(({ trade_id: key, order_id: orderId, ts }) => ({
    key,
    kind: 'fill',
    firstTs: ts,
    of: orderId,
    payloadSha256: undefined,
    result: 'booked once',
    suppressed: stored(`count repeats of trade ${key}`, () => repeats.get(key, orderId)) as number,
    conflicts: 0,
    effects: [orderId],
  }))
}
