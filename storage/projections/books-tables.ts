import type { BalanceRecord, HoldingRecord } from '../../src/projection/engine-state.ts'
import type { Database } from '../database.ts'
import { amountOf, digits, type Place, upsertInto } from './table.ts'

interface HoldingCells {
  readonly bot_id: HoldingRecord['botId']
  readonly instrument_id: HoldingRecord['instrumentId']
  readonly qty: HoldingRecord['qty']
  readonly cost: string
  readonly realised: string
  readonly fees: string
  readonly funding: string
  readonly opened_ts: number | null
}
const HOLDING_COLUMNS = [
  'bot_id',
  'instrument_id',
  'qty',
  'cost',
  'realised',
  'fees',
  'funding',
  'opened_ts',
] as const satisfies readonly (keyof HoldingCells)[]

/** @returns what writes the books of one bot in one instrument */
export function holdingWriter(db: Database, place: Place): (holding: HoldingRecord) => void {
  const key = ['bot_id', 'instrument_id'] as const
  const upsert = upsertInto<HoldingCells>(db, `${place}holdings`, HOLDING_COLUMNS, { key })
  return (holding) =>
    void upsert.run({
      bot_id: holding.botId,
      instrument_id: holding.instrumentId,
      qty: holding.qty,
      cost: digits(holding.cost),
      realised: digits(holding.realised),
      fees: digits(holding.fees),
      funding: digits(holding.funding),
      opened_ts: holding.openedTs ?? null,
    })
}

export function holdings(db: Database): readonly HoldingRecord[] {
  const rows = db.prepare('SELECT * FROM main.holdings ORDER BY no').all() as HoldingCells[]
  return rows.map((cells) => ({
    botId: cells.bot_id,
    instrumentId: cells.instrument_id,
    qty: cells.qty,
    cost: amountOf(cells.cost),
    realised: amountOf(cells.realised),
    fees: amountOf(cells.fees),
    funding: amountOf(cells.funding),
    openedTs: cells.opened_ts ?? undefined,
  }))
}

interface BalanceCells {
  readonly account: string
  readonly currency: string
  readonly amount: string
}

/** @returns what writes one account of the ledger in one currency */
export function balanceWriter(db: Database, place: Place): (balance: BalanceRecord) => void {
  const key = ['account', 'currency'] as const
  const upsert = upsertInto<BalanceCells>(db, `${place}balances`, [...key, 'amount'], { key })
  return ({ account, currency, amount }) => void upsert.run({ account, currency, amount: digits(amount) })
}

export function balances(db: Database): readonly BalanceRecord[] {
  const rows = db.prepare('SELECT account, currency, amount FROM main.balances ORDER BY no').all() as BalanceCells[]
  return rows.map(({ account, currency, amount }) => ({ account, currency, amount: amountOf(amount) }))
}
