import type { Money } from '../../src/domain/money.ts'
import type { BotRecord } from '../../src/projection/engine-state.ts'
import type { Database } from '../database.ts'
import { amountOf, digits, orderedJson, type Place, upsertInto } from './table.ts'

interface BotCells {
  readonly id: BotRecord['id']
  readonly strategy_id: string
  readonly strategy_version: string
  readonly params: string
  readonly allocation: string
  readonly instruments: string
  readonly state: string
  readonly reason_code: string
  readonly detail: string
  readonly since_ts: number
  /** Digits of quanta by currency. */
  readonly cash: string
  readonly saved_version: number | null
  readonly saved_state: string | null
}

const COLUMNS = [
  'id',
  'strategy_id',
  'strategy_version',
  'params',
  'allocation',
  'instruments',
  'state',
  'reason_code',
  'detail',
  'since_ts',
  'cash',
  'saved_version',
  'saved_state',
] as const satisfies readonly (keyof BotCells)[]

/** @returns what writes one bot */
export function botWriter(db: Database, place: Place): (bot: BotRecord) => void {
  const upsert = upsertInto<BotCells>(db, `${place}bots`, COLUMNS, { key: ['id'] })
  return (bot) =>
    void upsert.run({
      id: bot.id,
      strategy_id: bot.strategyId,
      strategy_version: bot.strategyVersion,
      params: orderedJson(bot.params),
      allocation: digits(bot.allocation),
      instruments: JSON.stringify(bot.instruments),
      state: bot.state,
      reason_code: bot.reasonCode,
      detail: bot.detail,
      since_ts: bot.sinceTs,
      cash: orderedJson(mapValues(bot.cash, digits)),
      saved_version: bot.saved?.stateVersion ?? null,
      saved_state: bot.saved?.state ?? null,
    })
}

export function bots(db: Database): readonly BotRecord[] {
  const rows = db.prepare('SELECT * FROM main.bots ORDER BY no').all() as BotCells[]
  return rows.map((cells) => ({
    id: cells.id,
    strategyId: cells.strategy_id,
    strategyVersion: cells.strategy_version,
    params: JSON.parse(cells.params) as BotRecord['params'],
    allocation: amountOf(cells.allocation),
    instruments: JSON.parse(cells.instruments) as BotRecord['instruments'],
    state: cells.state,
    reasonCode: cells.reason_code,
    detail: cells.detail,
    sinceTs: cells.since_ts,
    cash: mapValues(JSON.parse(cells.cash) as Record<string, string>, amountOf),
    saved: savedOf(cells),
  }))
}

function savedOf({ saved_version: stateVersion, saved_state: state }: BotCells): BotRecord['saved'] {
  return stateVersion === null || state === null ? undefined : { stateVersion, state }
}

function mapValues<A extends Money | string, B>(
  map: Readonly<Record<string, A>>,
  to: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, to(value)]))
}
