import type { Side } from '../../domain/order.ts'
import { type BookLevel, OrderBook } from '../../market/book.ts'
import type { BookColumns } from '../../market/columns.ts'
import {
  conservative,
  fillCrossed,
  isCrossed,
  joinQueue,
  levelChanged,
  probability,
  proportional,
  type QueueModel,
  tradeAtPrice,
  tradeThrough,
} from './queue.ts'
import { openQty, type SimOrder } from './sim-order.ts'
import type { Workbench } from './workbench.ts'

/** How resting orders came to be filled: what a report needs to explain them. */
export interface QueueStatistics {
  /** Orders that joined a line, and the sum of lots before them when they did. */
  joined: number
  aheadAtJoin: number
  /** Fills by what brought them. */
  byTurn: number
  byTradeThrough: number
  byCross: number
  /** Sum of the time from joining to fill, µs. */
  waitUs: number
  takerFills: number
}

/** The venue's book as it stands, what takers of ours took from it included. */
export interface BookMatcherState {
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  readonly statistics: Readonly<QueueStatistics>
}

const MODELS: Readonly<Record<'conservative' | 'proportional' | 'probability', QueueModel>> = {
  conservative,
  proportional,
  probability: probability(2),
}

/**
 * Matches orders in a book of price levels: takers walk the levels and leave them smaller until the feed says otherwise,
 * resting orders wait in line. The book is the venue's, at venue time; ours trails it by the latency of the feed.
 */
export class BookMatcher {
  readonly statistics: QueueStatistics = {
    joined: 0,
    aheadAtJoin: 0,
    byTurn: 0,
    byTradeThrough: 0,
    byCross: 0,
    waitUs: 0,
    takerFills: 0,
  }
  readonly #bench: Workbench
  readonly #at: number
  readonly #book = new OrderBook()
  readonly #model: QueueModel
  readonly #orders: SimOrder[]

  constructor(bench: Workbench, at: number) {
    this.#bench = bench
    this.#at = at
    this.#model = MODELS[bench.assumptions.queue]
    this.#orders = bench.orders[at] as SimOrder[]
  }

  save(): BookMatcherState {
    const book = this.#book
    return {
      bids: book.levels(1, book.levelCount(1)),
      asks: book.levels(-1, book.levelCount(-1)),
      statistics: { ...this.statistics },
    }
  }

  restore({ bids, asks, statistics }: BookMatcherState): void {
    this.#book.clear()
    for (const { price, qty } of bids) this.#book.set(1, price, qty)
    for (const { price, qty } of asks) this.#book.set(-1, price, qty)
    Object.assign(this.statistics, statistics)
  }

  /**
   * What closing a position at the book would get now, as one price rounded against the account; undefined when nobody is
   * there to trade with. The book stays as it is.
   */
  quoteFor(side: Side, qty: number): { readonly price: number; readonly qty: number } | undefined {
    const found = this.#book.sweep(side === 'buy' ? -1 : 1, qty)
    if (found === 0) return undefined
    const { sweptAverage } = this.#book
    return { qty: found, price: side === 'buy' ? Math.ceil(sweptAverage) : Math.floor(sweptAverage) }
  }

  /** One level of the venue's book changed. Whole messages are matched, not halves. */
  update(book: BookColumns, row: number): void {
    const side = book.side[row] as number
    if (side === 0) this.#book.clear()
    else {
      const price = book.price[row] as number
      const qty = book.qty[row] as number
      this.#book.set(side as 1 | -1, price, qty)
      if (this.#orders.length > 0) this.#levelChanged(side, price, qty)
    }
    if (book.last[row] === 0) return
    const { hasBid, hasAsk, bestBid, bestAsk } = this.#book
    if (!hasBid || !hasAsk) return
    this.#bench.account.marks[this.#at] = (bestBid + bestAsk) / 2
    if (this.#orders.length > 0) this.#messageDone(book.venueTs[row] as number)
  }

  /** Others traded: whoever waits at that price or a better one moves forward. */
  trade(price: number, qty: number, { taker, ts }: { taker: number; ts: number }): void {
    let left = qty
    for (let i = 0; i < this.#orders.length && left > 0; i++) {
      const order = this.#orders[i] as SimOrder
      const { place, placePrice } = order
      // A print takes from the side opposite to its taker; one that does not say which is believed by its price.
      if (place === undefined || taker === order.sign) continue
      const beyond = (placePrice - price) * order.sign
      if (beyond < 0) continue
      const filled = beyond === 0 ? tradeAtPrice(place, left) : tradeThrough(place, left)
      if (filled === 0) continue
      left -= filled
      if (beyond === 0) this.statistics.byTurn++
      else this.statistics.byTradeThrough++
      this.#make(order, filled, ts)
      if (this.#orders[i] !== order) i--
    }
  }

  /** An order arrives: it takes what it may, waits in line with the rest, or is refused. */
  arrive(order: SimOrder, ts: number): void {
    if (order.timeInForce === 'POST_ONLY' && order.limit !== undefined && this.#reaches(order, order.limit)) {
      this.#bench.reject(order, 'POST_ONLY_WOULD_TAKE', `limit ${order.limit} meets the other side`, ts)
      return
    }
    if (order.type !== 'MARKET') this.#bench.acknowledge(order, ts)
    if (order.stop !== undefined) return
    this.#take(order, ts)
    if (!order.isDone) this.#rest(order, ts)
  }

  /** New terms: a smaller size keeps its place, a new price or a larger size goes to the end of the line. */
  requeue(order: SimOrder, ts: number): void {
    if (order.stop !== undefined && !order.isTriggered) return
    const { place } = order
    if (place !== undefined && order.placePrice === order.limit && openQty(order) <= place.open) {
      place.open = openQty(order)
      return
    }
    order.place = undefined
    this.#take(order, ts)
    if (!order.isDone) this.#rest(order, ts)
  }

  #reaches(order: SimOrder, limit: number): boolean {
    const { hasBid, hasAsk, bestBid, bestAsk } = this.#book
    return order.sign > 0 ? hasAsk && bestAsk <= limit : hasBid && bestBid >= limit
  }

  /** Walks the other side level by level, down to the limit. */
  #take(order: SimOrder, ts: number): void {
    const opposite = order.sign > 0 ? -1 : 1
    const book = this.#book
    if (order.timeInForce === 'FOK') {
      book.sweep(opposite, openQty(order), order.limit)
      if (book.sweptQty < openQty(order)) {
        this.#bench.end(order, 'expired', 'NOT_ENOUGH_LIQUIDITY', ts)
        return this.#bench.settle()
      }
    }
    while (!order.isDone && openQty(order) > 0) {
      const price = order.sign > 0 ? book.bestAsk : book.bestBid
      const qty = order.sign > 0 ? book.bestAskQty : book.bestBidQty
      if (
        !(order.sign > 0 ? book.hasAsk : book.hasBid) ||
        (order.limit !== undefined && (order.limit - price) * order.sign < 0)
      )
        break
      const meeting = {
        price,
        liquidity: 'taker' as const,
        ts,
        available: qty,
        volume: qty,
        range: Number.NaN,
        bound: order.limit,
        hasMore: true,
      }
      // Taken before it is told, so that whoever reacts meets the book without it.
      book.set(opposite, price, Math.max(0, qty - Math.min(qty, openQty(order))))
      const filled = this.#bench.fill(order, meeting)
      if (filled > 0) this.statistics.takerFills++
      else break
    }
  }

  /** What did not trade at once: it waits, or ends where its terms say so. */
  #rest(order: SimOrder, ts: number): void {
    if (order.limit === undefined || order.timeInForce === 'IOC' || order.timeInForce === 'FOK') {
      this.#bench.end(order, 'expired', order.filled > 0 ? 'IOC_REST' : 'NOT_ENOUGH_LIQUIDITY', ts)
      return this.#bench.settle()
    }
    const size = this.#book.qtyAt(order.sign, order.limit)
    order.place = joinQueue({ size, open: openQty(order) })
    order.placePrice = order.limit
    order.joinedTs = ts
    this.statistics.joined++
    this.statistics.aheadAtJoin += size
  }

  #levelChanged(side: number, price: number, qty: number): void {
    for (const order of this.#orders) {
      if (order.place !== undefined && order.sign === side && order.placePrice === price)
        levelChanged(order.place, this.#model, qty)
    }
  }

  /** The book is whole again: orders that the other side has reached are filled, stops that were reached wake. */
  #messageDone(ts: number): void {
    for (let i = 0; i < this.#orders.length; i++) {
      const order = this.#orders[i] as SimOrder
      if (order.place !== undefined) {
        const otherBest = order.sign > 0 ? this.#book.bestAsk : this.#book.bestBid
        if (isCrossed(order.side, order.placePrice, otherBest)) {
          this.statistics.byCross++
          this.#make(order, fillCrossed(order.place), ts)
        }
      } else if (order.stop !== undefined && !order.isTriggered) this.#watchStop(order, ts)
      if (this.#orders[i] !== order) i = -1
    }
  }

  /** A stop looks at the price it would pay; a trailing one follows that price first. */
  #watchStop(order: SimOrder, ts: number): void {
    const touch = order.sign > 0 ? this.#book.bestAsk : this.#book.bestBid
    if (order.trail !== undefined && order.stop !== undefined) {
      order.stop =
        order.sign > 0 ? Math.min(order.stop, touch + order.trail) : Math.max(order.stop, touch - order.trail)
    }
    const stop = order.stop as number
    if (order.sign > 0 ? touch < stop : touch > stop) return
    this.#bench.trigger(order, ts)
    this.#bench.settle()
    if (order.isDone) return
    this.#take(order, ts)
    if (!order.isDone) this.#rest(order, ts)
  }

  #make(order: SimOrder, qty: number, ts: number): void {
    this.statistics.waitUs += ts - order.joinedTs
    const price = order.placePrice
    this.#bench.fill(order, {
      price,
      liquidity: 'maker',
      ts,
      available: qty,
      volume: qty,
      range: Number.NaN,
      bound: undefined,
      hasMore: true,
    })
  }
}
