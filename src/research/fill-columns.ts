import { grown } from './growing.ts'

/** One fill as the engine hands it over. Money is in the reporting currency. */
export interface FillRow {
  readonly ts: number
  /** Place of the instrument in the run's list. */
  readonly instrument: number
  /** Place of the bot in the run's list. */
  readonly bot: number
  /** 1 buy, −1 sell. */
  readonly side: 1 | -1
  /** In ticks, positive. */
  readonly price: number
  /** In lots, positive. */
  readonly qty: number
  /** Price × quantity × multiplier, positive. */
  readonly notional: number
  /** A cost is positive, a rebate negative. */
  readonly fee: number
  /** Against the price when the order was decided: a worse price is positive. */
  readonly slippage: number
  /** Booked by this fill, fees excluded. */
  readonly realised: number
  readonly isMaker: boolean
  /** Number of the order within the run. */
  readonly orderNumber: number
}

/** The fills of a run, one typed array a column; rows are in time order. The arrays may be longer than `length`. */
export class FillColumns {
  length = 0
  ts: Float64Array
  instrument: Int32Array
  bot: Int32Array
  side: Int8Array
  price: Float64Array
  qty: Float64Array
  notional: Float64Array
  fee: Float64Array
  slippage: Float64Array
  realised: Float64Array
  maker: Uint8Array
  orderNumber: Float64Array

  constructor(capacity = 1024) {
    this.ts = new Float64Array(capacity)
    this.instrument = new Int32Array(capacity)
    this.bot = new Int32Array(capacity)
    this.side = new Int8Array(capacity)
    this.price = new Float64Array(capacity)
    this.qty = new Float64Array(capacity)
    this.notional = new Float64Array(capacity)
    this.fee = new Float64Array(capacity)
    this.slippage = new Float64Array(capacity)
    this.realised = new Float64Array(capacity)
    this.maker = new Uint8Array(capacity)
    this.orderNumber = new Float64Array(capacity)
  }

  push(row: FillRow): void {
    if (this.length === this.ts.length) this.#grow()
    const at = this.length++
    this.ts[at] = row.ts
    this.instrument[at] = row.instrument
    this.bot[at] = row.bot
    this.side[at] = row.side
    this.price[at] = row.price
    this.qty[at] = row.qty
    this.notional[at] = row.notional
    this.fee[at] = row.fee
    this.slippage[at] = row.slippage
    this.realised[at] = row.realised
    this.maker[at] = row.isMaker ? 1 : 0
    this.orderNumber[at] = row.orderNumber
  }

  #grow(): void {
    this.ts = grown(this.ts)
    this.instrument = grown(this.instrument)
    this.bot = grown(this.bot)
    this.side = grown(this.side)
    this.price = grown(this.price)
    this.qty = grown(this.qty)
    this.notional = grown(this.notional)
    this.fee = grown(this.fee)
    this.slippage = grown(this.slippage)
    this.realised = grown(this.realised)
    this.maker = grown(this.maker)
    this.orderNumber = grown(this.orderNumber)
  }
}
