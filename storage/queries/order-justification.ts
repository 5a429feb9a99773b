import type { KernelEvent } from '../../src/events/event.ts'
import type { FillRecord, OrderRecord } from '../../src/projection/engine-state.ts'
import type { CommandRow } from '../../src/runtime/command-catalogue.ts'
import type { CommandTable } from '../command-table.ts'
import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import { eventsAt } from '../sqlite-events.ts'
import { POSITIONS_PER_RUN } from '../sqlite-journal.ts'
import { fills } from './fills.ts'
import type { JournalEntry } from './journal-tail.ts'
import { orderChain } from './order-history.ts'
import { order } from './orders.ts'

/** Everything that is recorded of why an order existed, and what came of it. Absent is what was not recorded. */
export interface OrderJustification {
  readonly order: OrderRecord
  /** All that led to it and came of it, oldest first. */
  readonly chain: readonly JournalEntry[]
  readonly intent: JournalEntry | undefined
  /** Opinions of the same thought. */
  readonly signals: readonly JournalEntry[]
  readonly decisions: readonly JournalEntry[]
  /** The bot as it was known when the order was wished for. */
  readonly bot: KernelEvent<'run.bot_registered'> | undefined
  /** What the run stands on: the mode, and the hashes of its configuration and its policy. */
  readonly run: KernelEvent<'run.started'> | undefined
  readonly runId: string | undefined
  /** What a person or a schedule asked for, where the order comes of that. */
  readonly command: CommandRow | undefined
  readonly fills: readonly FillRecord[]
  /** The last state of safety that was told before the intent: mode, and level of each scope that is not NONE. */
  readonly mode: string | undefined
  readonly kills: readonly { readonly scope: string; readonly level: string }[]
}

/** @returns undefined for an order that the books have never heard of */
export function orderJustification(
  { db, commands }: { readonly db: Database; readonly commands: Pick<CommandTable, 'get'> },
  id: string,
): OrderJustification | undefined {
  const found = order(db, id)
  if (found === undefined) return undefined
  const chain = orderChain(db, id)
  const isOwn = ({ event }: JournalEntry) => 'order_id' in event.payload && event.payload.order_id === id
  const intent = chain.find((entry) => entry.event.type === 'intent.created' && isOwn(entry))
  const thought = chain.filter(({ runNo, event }) => runNo === intent?.runNo && event.trace === intent.event.trace)
  const asked = thought.find(({ event }) => event.type.startsWith('command.'))
  const first = intent ?? chain[0]
  const before = first === undefined ? 0 : first.runNo * POSITIONS_PER_RUN + first.event.seq
  return {
    order: found,
    chain,
    intent,
    signals: thought.filter(({ event }) => event.type === 'signal.emitted' && event.botId === intent?.event.botId),
    decisions: chain.filter((entry) => entry.event.type === 'policy.decided' && isOwn(entry)),
    bot: lastOf(db, before, 'run.bot_registered', intent?.event.botId),
    run: lastOf(db, before, 'run.started', undefined),
    runId: runIdOf(db, first?.runNo),
    command: asked === undefined ? undefined : commands.get((asked.event.payload as { command_id: string }).command_id),
    fills: fills(db, { orderId: id }).toReversed(),
    mode: lastOf(db, before, 'safety.mode_changed', undefined)?.payload.to,
    kills: killsBefore(db, before),
  }
}

function lastOf<T extends KernelEvent['type']>(
  db: Database,
  before: number,
  type: T,
  bot: string | undefined,
): KernelEvent<T> | undefined {
  const sql = `SELECT position FROM events WHERE position <= @before AND type = @type AND (@bot IS NULL OR bot_id = @bot)
    ORDER BY position DESC LIMIT 1`
  const position = stored(`read the last ${type}`, () =>
    db
      .prepare(sql)
      .pluck()
      .get({ before, type, bot: bot ?? null }),
  ) as number | undefined
  return position === undefined ? undefined : (eventsAt(db, [position])[0]?.event as KernelEvent<T>)
}

function runIdOf(db: Database, runNo: number | undefined): string | undefined {
  const sql = 'SELECT run_id FROM chains WHERE run_no = ?'
  return stored('read the run', () =>
    db
      .prepare(sql)
      .pluck()
      .get(runNo ?? null),
  ) as string | undefined
}

function killsBefore(db: Database, before: number): OrderJustification['kills'] {
  const sql = `SELECT json_extract(payload, '$.scope') AS scope, json_extract(payload, '$.to') AS level
    FROM events WHERE type = 'safety.kill_changed' AND position <= ? ORDER BY position`
  const moved = stored('read the kill switch', () => db.prepare(sql).all(before)) as OrderJustification['kills']
  const last = new Map(moved.map(({ scope, level }) => [scope, level]))
  return [...last].flatMap(([scope, level]) => (level === 'NONE' ? [] : [{ scope, level }]))
}
