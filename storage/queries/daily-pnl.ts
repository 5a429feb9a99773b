import { type InstrumentId, instrumentId as toInstrumentId } from '../../src/domain/ids.ts'
import { type Money, money } from '../../src/domain/money.ts'
import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import type { FillCells } from '../projections/fills-table.ts'
import { amountOf } from '../projections/table.ts'

const US_PER_DAY = 86_400_000_000

/** What the fills of one UTC day booked in one instrument. */
export interface DayPnl {
  /** Start of the day, µs. */
  readonly dayTs: number
  readonly instrumentId: InstrumentId
  /** Currency of the fees; the instrument's settle currency, so of the profit too. */
  readonly currency: string
  readonly fills: number
  /** Before fees. */
  readonly realised: Money
  readonly fees: Money
}

/**
 * Profit by UTC day, instrument and fee currency, oldest first. Sums are exact: SQLite has no integer for money, so it is not
 * asked to add.
 *
 * @param sinceTs, beforeTs whole days are counted where these are starts of days, µs
 */
export function dailyPnl(
  db: Database,
  {
    botId,
    sinceTs = 0,
    beforeTs,
  }: { botId?: string | undefined; sinceTs?: number; beforeTs?: number | undefined } = {},
): readonly DayPnl[] {
  const rows = db.prepare(
    `SELECT instrument_id, fee_currency, fee, realised, ts FROM fills
     WHERE ts >= @sinceTs AND ts < @beforeTs AND (@botId IS NULL OR bot_id = @botId) ORDER BY ts, no`,
  )
  const days = new Map<string, DayPnl>()
  const span = { sinceTs, beforeTs: beforeTs ?? Number.MAX_SAFE_INTEGER, botId: botId ?? null }
  stored('sum up the fills', () => {
    for (const row of rows.iterate(span) as IterableIterator<FillCells>) {
      const dayTs = row.ts - (row.ts % US_PER_DAY)
      const key = `${dayTs} ${row.instrument_id} ${row.fee_currency}`
      const day = days.get(key)
      days.set(key, {
        dayTs,
        instrumentId: toInstrumentId(row.instrument_id),
        currency: row.fee_currency,
        fills: (day?.fills ?? 0) + 1,
        realised: money((day?.realised ?? 0n) + amountOf(row.realised)),
        fees: money((day?.fees ?? 0n) + amountOf(row.fee)),
      })
    }
  })
  return [...days.values()]
}
