import type { OrderId, VenueOrderId } from '../../domain/ids.ts'
import type { AllowedOrder } from '../../domain/instruction.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { lots } from '../../domain/money.ts'
import type { FillReport, LiquidationReport, VenueReport } from '../../domain/report.ts'
import type { VenueFill, VenueOrder } from '../venue.ts'
import type { VaultNews } from './vault.ts'

type Open = { -readonly [K in keyof VenueOrder]: VenueOrder[K] } & { readonly orderId: OrderId }

/** The register in plain JSON: what is not there is undefined. */
export interface RegisterState {
  readonly open: readonly VenueOrder[]
  readonly fills: number
}

/**
 * What the exchange lists about our account: orders with their history, and executions in the order they happened. It
 * follows from what the venue reports, before any report has left.
 */
export class OrderRegister {
  readonly #instruments: readonly Instrument[]
  readonly #open = new Map<OrderId, Open>()
  /** Of news that were not yet saved. */
  #ended = new Map<OrderId, VenueOrder>()
  #newFills: VenueFill[] = []
  #fills = 0

  constructor(instruments: readonly Instrument[]) {
    this.#instruments = instruments
  }

  save(): RegisterState {
    return { open: this.open(), fills: this.#fills }
  }

  restore({ open, fills }: RegisterState): void {
    for (const saved of open) {
      const { limit, stop, reasonCode, orderId } = saved
      if (orderId !== undefined) this.#open.set(orderId, { ...saved, limit, stop, reasonCode, orderId })
    }
    this.#fills = fills
  }

  /** What is to be saved for good. */
  news(): VaultNews {
    return { fills: this.#newFills, orders: [...this.#ended.values()] }
  }

  /** The news were saved. */
  forgetNews(): void {
    this.#newFills = []
    this.#ended = new Map()
  }

  /** Open orders, oldest first, as they stand. */
  open(): readonly VenueOrder[] {
    return Array.from(this.#open.values(), (order) => ({ ...order }))
  }

  /** An order that is open, or ended since the news were last forgotten. */
  find(id: OrderId): VenueOrder | undefined {
    const open = this.#open.get(id)
    return open === undefined ? this.#ended.get(id) : { ...open }
  }

  /** An order reached the exchange. */
  arrive(order: AllowedOrder, venueOrderId: VenueOrderId, ts: number): void {
    const { orderId, side, type, qty, limit, stop, reduceOnly } = order
    this.#open.set(orderId, {
      venueOrderId,
      orderId,
      instrumentId: (this.#instruments[order.instrumentAt] as Instrument).id,
      side,
      type,
      qty,
      filled: lots(0),
      limit,
      stop,
      reduceOnly,
      state: 'OPEN',
      reasonCode: undefined,
      createdTs: ts,
      updatedTs: ts,
    })
  }

  /** Writes down what the venue says happened. */
  fold(report: VenueReport): void {
    if (report.kind === 'liquidation') return this.#liquidated(report)
    if (report.kind === 'funding') return
    const order = this.#open.get(report.orderId)
    if (order === undefined) return
    switch (report.kind) {
      case 'accepted':
      case 'triggered':
        order.updatedTs = report.ts
        return
      case 'fill':
        return this.#filled(order, report)
      case 'canceled':
        return this.#end(order, 'CANCELED', report)
      case 'expired':
        return this.#end(order, 'EXPIRED', report)
      case 'rejected':
        return this.#end(order, 'REJECTED', report)
      case 'amended':
        order.qty = report.qty
        order.limit = report.limit
        order.stop = report.stop
        order.updatedTs = report.ts
        return
      case 'cancel-refused':
      case 'amend-refused':
      case 'unknown':
    }
  }

  #filled(order: Open, report: FillReport): void {
    const { tradeId, price, qty, liquidity, fee, ts } = report
    const { orderId, venueOrderId, instrumentId, side } = order
    order.filled = lots(order.filled + qty)
    order.updatedTs = ts
    this.#newFills.push({
      cursor: ++this.#fills,
      tradeId,
      venueOrderId,
      orderId,
      instrumentId,
      side,
      price,
      qty,
      liquidity,
      fee,
      ts,
    })
    if (order.filled < order.qty) return
    order.state = 'FILLED'
    this.#move(order)
  }

  #liquidated({ tradeId, instrumentId, side, price, qty, fee, ts }: LiquidationReport): void {
    this.#newFills.push({
      cursor: ++this.#fills,
      tradeId,
      venueOrderId: undefined,
      orderId: undefined,
      instrumentId,
      side,
      price,
      qty,
      liquidity: 'taker',
      fee,
      ts,
    })
  }

  #end(order: Open, state: VenueOrder['state'], { reasonCode, ts }: { reasonCode: string; ts: number }): void {
    order.state = state
    order.reasonCode = reasonCode
    order.updatedTs = ts
    this.#move(order)
  }

  #move(order: Open): void {
    this.#open.delete(order.orderId)
    this.#ended.set(order.orderId, order)
  }
}
