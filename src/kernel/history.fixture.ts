import type { KernelEvent } from '../events/event.ts'
import { EXITS, type OrderState } from '../orders/order.ts'

function is<T extends KernelEvent['type']>(event: KernelEvent, type: T): event is KernelEvent & KernelEvent<T> {
  return event.type === type
}

/** Said often, so cheaply: an expectation a thousand times a run is slower than the run. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

/** What must be true of the events of any run, whatever happened. */
export function checkHistory(events: readonly KernelEvent[]): void {
  const state = new Map<string, OrderState>()
  const qty = new Map<string, number>()
  const filled = new Map<string, number>()
  const trades = new Set<string>()
  const allowed = new Set<string>()
  const position = new Map<string, number>()
  const move = (order: string, to: OrderState) => {
    const from = state.get(order)
    must(from === undefined || from === to || EXITS[from].includes(to), `${order} goes from ${from} to ${to}`)
    state.set(order, to)
  }
  const born = (order: string, size: number, as: OrderState) => {
    state.set(order, as)
    qty.set(order, size)
    filled.set(order, 0)
  }
  let lastTs = 0
  events.forEach((event, at) => {
    must(event.seq === at + 1, `event ${at + 1} is numbered ${event.seq}`)
    must(event.causeSeq < event.seq, `event ${event.seq} is caused by ${event.causeSeq}`)
    must(event.ts >= lastTs, `event ${event.seq} is before the one before it`)
    lastTs = event.ts
    if (is(event, 'policy.decided') && isPermission(event.payload.decision)) allowed.add(event.payload.order_id)
    if (is(event, 'order.enqueued')) born(event.payload.order_id, event.payload.qty, 'ENQUEUED')
    if (is(event, 'order.adopted')) born(event.payload.order_id, event.payload.qty, 'SENT')
    if (is(event, 'order.sent')) {
      must(allowed.has(event.payload.order_id), `${event.payload.order_id} leaves without a recorded permission`)
      move(event.payload.order_id, 'SENT')
    }
    if (is(event, 'order.amended')) qty.set(event.payload.order_id, event.payload.qty)
    if (is(event, 'order.canceled')) move(event.payload.order_id, 'CANCELED')
    if (is(event, 'order.expired')) move(event.payload.order_id, 'EXPIRED')
    if (is(event, 'order.rejected')) move(event.payload.order_id, 'REJECTED')
    if (is(event, 'fill.recorded')) {
      const { order_id: id, trade_id: trade, qty: size, side, filled_qty: total } = event.payload
      must(!trades.has(`${id}/${trade}`), `${id}: trade ${trade} counts twice`)
      trades.add(`${id}/${trade}`)
      must(filled.has(id), `${id} is no order of ours`)
      must(total === (filled.get(id) ?? 0) + size, `${id}: filled ${total} after ${filled.get(id)} and ${size}`)
      must(total <= (qty.get(id) ?? 0), `${id}: filled ${total} of ${qty.get(id)}`)
      filled.set(id, total)
      const key = `${event.botId}/${event.payload.instrument_id}`
      position.set(key, (position.get(key) ?? 0) + (side === 'buy' ? size : -size))
    }
    if (is(event, 'portfolio.updated') || is(event, 'portfolio.deposited')) {
      const sums = new Map<string, bigint>()
      for (const { currency, amount } of event.payload.postings) sums.set(currency, (sums.get(currency) ?? 0n) + amount)
      for (const [currency, sum] of sums) must(sum === 0n, `postings in ${currency} sum to ${sum}`)
    }
    if (is(event, 'portfolio.updated') && event.payload.cause === 'fill') {
      const held = position.get(`${event.botId}/${event.payload.instrument_id}`)
      must(event.payload.position === held, `the books say ${event.payload.position}, the fills sum to ${held}`)
    }
  })
}

function isPermission(decision: string): boolean {
  return decision === 'ALLOW' || decision === 'REDUCE_ONLY'
}
