import type { BarColumns } from '../../market/columns.ts'
import type { Assumptions } from './assumptions.ts'
import { openQty, type SimOrder } from './sim-order.ts'
import type { Meeting, Workbench } from './workbench.ts'

/**
 * Matches orders against bars. Of a bar four prices are known and not their order, so its inside is taken at its worst:
 * the open first (market orders, and whatever it jumped over), then every stop in range, then the limits, then protective
 * stops of what was just opened. What arrives inside a bar sees no more of it than that.
 */
export class BarMatcher {
  readonly #bench: Workbench
  readonly #at: number
  readonly #assumptions: Assumptions
  #phase = 0
  /** Volume of this bar that may still be ours. */
  #left = Number.POSITIVE_INFINITY
  #bars: BarColumns | undefined
  #row = 0

  constructor(bench: Workbench, at: number) {
    this.#bench = bench
    this.#at = at
    this.#assumptions = bench.assumptions
  }

  /** A bar begins: its volume, and the range that slippage may ask for, are what fills meet from now on. */
  begin(bars: BarColumns, row: number): void {
    this.#bars = bars
    this.#row = row
    const { participation } = this.#assumptions
    this.#left =
      participation === Number.POSITIVE_INFINITY
        ? participation
        : Math.floor((bars.volume[row] as number) * participation)
  }

  /** The bar opens: everything that waits meets its first price. */
  open(bars: BarColumns, row: number): void {
    const openTs = bars.openTs[row] as number
    for (const order of this.#orders) order.arrivedInBar = order.arrivalTs > openTs
    this.opened(bars, row)
  }

  /** What was sent in answer to the open arrives in time for it, and shares what is left of the bar's volume. */
  opened(bars: BarColumns, row: number): void {
    const openTs = bars.openTs[row] as number
    const open = bars.open[row] as number
    this.#sweep((order) => !order.arrivedInBar && this.#meetOpen(order, open, openTs))
    for (const order of this.#orders) order.takesOnArrival = false
  }

  /** The bar's inside, at its worst. Called when the bar is complete. */
  inside(bars: BarColumns, row: number): void {
    const high = bars.high[row] as number
    const low = bars.low[row] as number
    const ts = bars.closeTs[row] as number
    this.#sweep((order) => isStop(order) && this.#seesInside(order) && this.#meetStop(order, high, low, ts))
    this.#sweep((order) => isLimit(order) && !order.arrivedInBar && this.#meetLimit(order, high, low, ts))
    this.#sweep((order) => isStop(order) && this.#seesInside(order) && this.#meetStop(order, high, low, ts))
  }

  /** The bar is over: trailing stops follow its extreme, and hold from the next bar on. */
  close(bars: BarColumns, row: number): void {
    for (const order of this.#orders) {
      order.arrivedInBar = false
      if (order.type !== 'TRAILING_STOP' || order.isTriggered || order.stop === undefined || order.trail === undefined)
        continue
      order.stop =
        order.side === 'sell'
          ? Math.max(order.stop, (bars.high[row] as number) - order.trail)
          : Math.min(order.stop, (bars.low[row] as number) + order.trail)
    }
  }

  /** Fills at a price that is known now: market orders decided on a close, when the run says so. */
  fillNow(order: SimOrder, price: number, ts: number): void {
    this.#take(order, price, ts, order.limit)
  }

  get #orders(): SimOrder[] {
    return this.#bench.orders[this.#at] as SimOrder[]
  }

  /** Gives every order one turn in this phase, in order of arrival, those that arrive meanwhile included. */
  #sweep(turn: (order: SimOrder) => unknown): void {
    const orders = this.#orders
    if (orders.length === 0) return
    const phase = ++this.#phase
    for (let i = 0; i < orders.length; i++) {
      const order = orders[i] as SimOrder
      if (order.phase === phase) continue
      order.phase = phase
      turn(order)
      // The turn may have ended orders and brought new ones: begin again with those that had no turn yet.
      if (orders[i] !== order) i = -1
    }
  }

  #seesInside(order: SimOrder): boolean {
    return !order.arrivedInBar || (this.#assumptions.inBar === 'worst-case' && order.reduceOnly)
  }

  #meetOpen(order: SimOrder, open: number, ts: number): void {
    if (order.type === 'MARKET' || (order.isTriggered && order.limit === undefined)) {
      this.#take(order, open, ts)
    } else if (isLimit(order)) {
      this.#meetOpenAsLimit(order, open, ts)
    } else if (order.stop !== undefined && (order.sign > 0 ? open >= order.stop : open <= order.stop)) {
      this.#jumpedStop(order, open, ts)
    }
  }

  #meetOpenAsLimit(order: SimOrder, open: number, ts: number): void {
    const limit = order.limit as number
    const beyond = (limit - open) * order.sign
    if (order.takesOnArrival || order.timeInForce === 'IOC' || order.timeInForce === 'FOK') {
      if (beyond >= 0) this.#take(order, open, ts, limit)
      else if (order.timeInForce === 'IOC' || order.timeInForce === 'FOK') {
        this.#bench.end(order, 'expired', 'NOT_ENOUGH_LIQUIDITY', ts)
        this.#bench.settle()
      }
    } else if (beyond > 0 || (beyond === 0 && this.#assumptions.limitFill === 'touch')) {
      this.#make(order, this.#assumptions.limitGap === 'open' ? open : limit, ts)
    }
  }

  #jumpedStop(order: SimOrder, open: number, ts: number): void {
    if (order.type !== 'STOP_LIMIT') {
      this.#bench.trigger(order, ts)
      return this.#take(order, open, ts)
    }
    // Filled as if the stop had traded: left to the inside of the bar, which knows how low or high it went.
    if (this.#assumptions.stopLimitGap === 'stop-price') return
    this.#bench.trigger(order, ts)
    this.#bench.settle()
    const limit = order.limit as number
    if (!order.isDone && (limit - open) * order.sign >= 0) this.#take(order, open, ts, limit)
  }

  #meetStop(order: SimOrder, high: number, low: number, ts: number): void {
    const stop = order.stop as number
    if (order.sign > 0 ? high < stop : low > stop) return
    this.#bench.trigger(order, ts)
    if (order.type !== 'STOP_LIMIT') {
      this.#take(order, stop, ts)
      return
    }
    this.#bench.settle()
    const limit = order.limit as number
    const isReached = order.sign > 0 ? low <= limit && limit >= stop : high >= limit && limit <= stop
    if (!order.isDone && isReached) this.#take(order, stop, ts, limit)
    order.arrivedInBar = true // what is left rests as a limit from the next bar on
  }

  #meetLimit(order: SimOrder, high: number, low: number, ts: number): void {
    const limit = order.limit as number
    const beyond = order.sign > 0 ? limit - low : high - limit
    if (beyond > 0 || (beyond === 0 && this.#assumptions.limitFill === 'touch')) this.#make(order, limit, ts)
  }

  #take(order: SimOrder, price: number, ts: number, bound?: number): void {
    const filled = this.#bench.fill(order, this.#meeting(price, 'taker', ts, bound))
    this.#left -= filled
  }

  #make(order: SimOrder, price: number, ts: number): void {
    const filled = this.#bench.fill(order, this.#meeting(price, 'maker', ts, undefined))
    this.#left -= filled
  }

  #meeting(price: number, liquidity: 'maker' | 'taker', ts: number, bound: number | undefined): Meeting {
    const bars = this.#bars
    const volume = bars === undefined ? Number.NaN : (bars.volume[this.#row] as number)
    const range = bars === undefined ? Number.NaN : (bars.high[this.#row] as number) - (bars.low[this.#row] as number)
    return { price, liquidity, ts, available: this.#left, volume, range, bound }
  }
}

function isStop(order: SimOrder): boolean {
  return order.stop !== undefined && !order.isTriggered && openQty(order) > 0
}

function isLimit(order: SimOrder): boolean {
  return order.limit !== undefined && (order.stop === undefined || order.isTriggered)
}
