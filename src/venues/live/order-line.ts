import type { OrderId, TradeId, VenueOrderId } from '../../domain/ids.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Lots, Ticks } from '../../domain/money.ts'
import type { OrderType, Side } from '../../domain/order.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { ListedFill, ListedOrder, OrderMark } from '../connector.ts'

/** An order of ours at this venue, as our books have it. */
export interface KnownOrder {
  readonly orderId: OrderId
  readonly instrument: Instrument
  readonly side: Side
  readonly type: OrderType
  readonly qty: Lots
  readonly limit: Ticks | undefined
  readonly stop: Ticks | undefined
  readonly filled: Lots
  readonly venueOrderId: VenueOrderId | undefined
  readonly tradeIds: readonly TradeId[]
  /** When it was handed over, µs. */
  readonly sentTs: number
  readonly isEnded: boolean
}

/**
 * One order between us and the venue: what was told of it, and what its next news says. An end that came before the fills
 * that it counts waits for them: who hears "cancelled" must know what was filled before.
 */
export class OrderLine {
  readonly orderId: OrderId
  readonly clientId: string
  readonly instrument: Instrument
  readonly side: Side
  readonly type: OrderType
  readonly sentTs: number
  venueOrderId: VenueOrderId | undefined
  qty: Lots
  limit: Ticks | undefined
  stop: Ticks | undefined
  filled: number
  isEnded: boolean
  /** Whether the venue took it on, as far as was told. */
  isAccepted: boolean
  /** Wanted before the venue's id was known. */
  cancelWanted = false
  #end: ListedOrder | undefined
  readonly #trades: Set<TradeId>

  constructor(known: KnownOrder, clientId: string) {
    this.orderId = known.orderId
    this.clientId = clientId
    this.instrument = known.instrument
    this.side = known.side
    this.type = known.type
    this.sentTs = known.sentTs
    this.venueOrderId = known.venueOrderId
    this.qty = known.qty
    this.limit = known.limit
    this.stop = known.stop
    this.filled = known.filled
    this.isEnded = known.isEnded
    this.isAccepted = known.venueOrderId !== undefined
    this.#trades = new Set(known.tradeIds)
  }

  get mark(): OrderMark {
    return { clientId: this.clientId, venueOrderId: this.venueOrderId, instrument: this.instrument }
  }

  /** Whether the venue counts fills that were not told yet. */
  get lacksFills(): boolean {
    return this.#end !== undefined && this.#end.filled > this.filled
  }

  /** What the venue's word on the order says that was not told before. */
  listed(order: ListedOrder): readonly VenueReport[] {
    if (this.isEnded) return []
    const reports = [...this.accepted(order.venueOrderId, order.createdTs), ...this.amended(order)]
    if (order.state === 'OPEN') return reports
    this.#end = order
    return [...reports, ...this.#ended()]
  }

  /** Its terms became others. Of one that has ended only its size matters: what it filled is measured against it. */
  amended({ qty, limit, stop, state, updatedTs: ts }: ListedOrder): readonly VenueReport[] {
    const isSame = qty === this.qty && (state !== 'OPEN' || (limit === this.limit && stop === this.stop))
    if (this.isEnded || isSame) return []
    this.qty = qty
    this.limit = limit
    this.stop = stop
    return [{ kind: 'amended', orderId: this.orderId, qty, limit, stop, trail: undefined, ts }]
  }

  /** The venue took it on under this id. */
  accepted(venueOrderId: VenueOrderId, ts: number): readonly VenueReport[] {
    this.venueOrderId ??= venueOrderId
    if (this.isAccepted || this.isEnded) return []
    this.isAccepted = true
    return [{ kind: 'accepted', orderId: this.orderId, venueOrderId, ts }]
  }

  /** More than the order was for, as far as is known here: it was made larger, and the word of that is not here yet. */
  isBeyond({ tradeId, qty }: ListedFill): boolean {
    return !this.isEnded && !this.#trades.has(tradeId) && this.filled + qty > this.qty
  }

  executed(fill: ListedFill): readonly VenueReport[] {
    if (this.#trades.has(fill.tradeId)) return []
    this.#trades.add(fill.tradeId)
    const { tradeId, price, qty, liquidity, fee, ts } = fill
    const reports: VenueReport[] = []
    if (fill.venueOrderId !== undefined) reports.push(...this.accepted(fill.venueOrderId, ts))
    this.filled += qty
    reports.push({ kind: 'fill', orderId: this.orderId, tradeId, price, qty, liquidity, fee, ts })
    if (this.filled >= this.qty) this.isEnded = true
    else reports.push(...this.#ended())
    return reports
  }

  /** Nothing of it can come any more. */
  close(): void {
    this.isEnded = true
  }

  #ended(): readonly VenueReport[] {
    const end = this.#end
    if (end === undefined || this.lacksFills) return []
    this.isEnded = true
    const { orderId } = this
    const { updatedTs: ts } = end
    const reasonCode = end.reasonCode ?? 'VENUE_ENDED'
    switch (end.state) {
      case 'OPEN':
      case 'FILLED':
        return []
      case 'CANCELED':
        return [{ kind: 'canceled', orderId, reasonCode, ts }]
      case 'EXPIRED':
        return [{ kind: 'expired', orderId, reasonCode, ts }]
      case 'REJECTED':
        return [{ kind: 'rejected', orderId, reasonCode, detail: 'the venue took it on and gave it back', ts }]
    }
  }
}
