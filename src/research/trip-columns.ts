import { grown } from './growing.ts'

/** One closed trade. Money is in the reporting currency. */
export interface Trip {
  /** Place of the instrument in the run's list. */
  readonly instrument: number
  /** Place of the bot in the run's list. */
  readonly bot: number
  /** 1 long, −1 short. */
  readonly direction: 1 | -1
  readonly entryTs: number
  readonly exitTs: number
  /** Mean over the units, in ticks, so it may be fractional. */
  readonly entryPrice: number
  readonly exitPrice: number
  /** In lots, positive. */
  readonly qty: number
  /** What the units cost at entry, fees excluded. */
  readonly entryNotional: number
  readonly entryFee: number
  readonly exitFee: number
  /** After both fees. */
  readonly pnl: number
}

/** Closed trades in order of closing, one typed array a column. The arrays may be longer than `length`. */
export class TripColumns {
  length = 0
  instrument = new Int32Array(0)
  bot = new Int32Array(0)
  direction = new Int8Array(0)
  entryTs = new Float64Array(0)
  exitTs = new Float64Array(0)
  entryPrice = new Float64Array(0)
  exitPrice = new Float64Array(0)
  qty = new Float64Array(0)
  entryFee = new Float64Array(0)
  exitFee = new Float64Array(0)
  /** After both fees. */
  pnl = new Float64Array(0)
  /** `pnl` ÷ entry notional: 0.02 is two percent. */
  returnFraction = new Float64Array(0)

  push(trip: Trip): void {
    if (this.length === this.entryTs.length) this.#grow()
    const at = this.length++
    this.instrument[at] = trip.instrument
    this.bot[at] = trip.bot
    this.direction[at] = trip.direction
    this.entryTs[at] = trip.entryTs
    this.exitTs[at] = trip.exitTs
    this.entryPrice[at] = trip.entryPrice
    this.exitPrice[at] = trip.exitPrice
    this.qty[at] = trip.qty
    this.entryFee[at] = trip.entryFee
    this.exitFee[at] = trip.exitFee
    this.pnl[at] = trip.pnl
    this.returnFraction[at] = trip.entryNotional > 0 ? trip.pnl / trip.entryNotional : 0
  }

  #grow(): void {
    this.instrument = grown(this.instrument)
    this.bot = grown(this.bot)
    this.direction = grown(this.direction)
    this.entryTs = grown(this.entryTs)
    this.exitTs = grown(this.exitTs)
    this.entryPrice = grown(this.entryPrice)
    this.exitPrice = grown(this.exitPrice)
    this.qty = grown(this.qty)
    this.entryFee = grown(this.entryFee)
    this.exitFee = grown(this.exitFee)
    this.pnl = grown(this.pnl)
    this.returnFraction = grown(this.returnFraction)
  }
}
