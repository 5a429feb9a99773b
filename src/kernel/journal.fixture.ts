import { expect } from 'vitest'
import { assert } from '../domain/brand.ts'
import { canonicalBody, encodePayload } from '../events/encode.ts'
import { CATALOGUE, type KernelEvent, type Payload } from '../events/event.ts'
import { EXITS, isTerminal, type OrderState } from '../orders/order.ts'

/** What a journal alone says of an order. */
export interface Told {
  state: OrderState
  qty: number
  filled: number
  wasSent: boolean
  readonly botId: string | undefined
  readonly trades: Set<string>
}

type EventOf<T extends KernelEvent['type']> = KernelEvent<T> & { readonly type: T }
type AnyEvent = { [T in KernelEvent['type']]: EventOf<T> }[KernelEvent['type']]

/**
 * Reads a journal from its first event and asserts what must hold in every run: numbers without gaps and time that never
 * goes back; nothing that the catalogue lacks; no order sent without a decision that permits it, nor twice; no exit that the
 * machine lacks; each trade counted once and never more than was ordered; postings that sum to zero; positions that are
 * the sum of their fills.
 *
 * @returns every order as the journal tells it
 */
export function checkJournal(events: readonly KernelEvent[]): ReadonlyMap<string, Told> {
  const orders = new Map<string, Told>()
  const permitted = new Map<string, string>()
  const positions = new Map<string, number>()
  /** The fill whose booking must follow. */
  let unbooked: Payload<'fill.recorded'> | undefined
  let last: KernelEvent | undefined
  for (const event of events as unknown as readonly AnyEvent[]) {
    checkEnvelope(event, last)
    last = event
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others promise nothing about orders and books
    switch (event.type) {
      case 'policy.decided': {
        const { decision, order_id, stage, decision_id } = event.payload
        if (stage === 'accept' && (decision === 'ALLOW' || decision === 'REDUCE_ONLY'))
          permitted.set(order_id, decision_id)
        break
      }
      case 'order.enqueued': {
        const { order_id, qty, decision_id } = event.payload
        expect(orders.has(order_id), `${order_id} is enqueued once`).toBe(false)
        expect(permitted.get(order_id), `${order_id} was permitted`).toBe(decision_id)
        orders.set(order_id, told('ENQUEUED', qty, event.botId))
        break
      }
      case 'order.adopted':
        orders.set(event.payload.order_id, { ...told('SENT', event.payload.qty, event.botId), wasSent: true })
        break
      case 'order.blocked': {
        const order = orders.get(event.payload.order_id)
        if (order === undefined) orders.set(event.payload.order_id, told('BLOCKED', 0, event.botId))
        else move(order, 'BLOCKED', event)
        break
      }
      case 'order.sent': {
        const order = find(orders, event.payload.order_id)
        expect(order.wasSent, `${event.payload.order_id} is sent once`).toBe(false)
        expect(permitted.get(event.payload.order_id)).toBe(event.payload.decision_id)
        order.wasSent = true
        move(order, 'SENT', event)
        break
      }
      case 'order.open': {
        const order = find(orders, event.payload.order_id)
        if (order.state === 'SENT' || order.state === 'UNKNOWN') move(order, working(order), event)
        break
      }
      case 'order.cancel_requested': {
        const order = find(orders, event.payload.order_id)
        if (order.state !== 'ENQUEUED' && order.state !== 'UNKNOWN') move(order, 'CANCEL_REQUESTED', event)
        break
      }
      case 'order.cancel_refused': {
        const order = find(orders, event.payload.order_id)
        if (order.state === 'CANCEL_REQUESTED') move(order, working(order), event)
        break
      }
      case 'order.amend_requested':
        move(find(orders, event.payload.order_id), 'AMEND_REQUESTED', event)
        break
      case 'order.amend_refused': {
        const order = find(orders, event.payload.order_id)
        if (order.state === 'AMEND_REQUESTED') move(order, working(order), event)
        break
      }
      case 'order.amended': {
        const order = find(orders, event.payload.order_id)
        order.qty = event.payload.qty
        expect(order.filled).toBeLessThanOrEqual(order.qty)
        if (order.filled === order.qty) move(order, 'FILLED', event)
        else if (order.state === 'AMEND_REQUESTED') move(order, working(order), event)
        break
      }
      case 'order.canceled':
        move(find(orders, event.payload.order_id), 'CANCELED', event)
        break
      case 'order.expired':
        move(find(orders, event.payload.order_id), 'EXPIRED', event)
        break
      case 'order.rejected':
        move(find(orders, event.payload.order_id), 'REJECTED', event)
        break
      case 'order.unknown':
        move(find(orders, event.payload.order_id), 'UNKNOWN', event)
        break
      case 'order.late_event':
        expect(isTerminal(find(orders, event.payload.order_id).state)).toBe(true)
        break
      case 'fill.recorded': {
        expect(unbooked, 'a fill is booked before the next').toBeUndefined()
        unbooked = event.payload
        const { order_id, trade_id, qty, filled_qty, order_state } = event.payload
        const order = find(orders, order_id)
        expect(order.wasSent, `${order_id} was sent before it filled`).toBe(true)
        expect(order.trades.has(trade_id), `${trade_id} counts once`).toBe(false)
        order.trades.add(trade_id)
        order.filled += qty
        expect(qty).toBeGreaterThan(0)
        expect(filled_qty).toBe(order.filled)
        expect(order.filled).toBeLessThanOrEqual(order.qty)
        if (isTerminal(order.state)) expect(order_state).toBe(order.state)
        else {
          if (order_state === 'FILLED') expect(order.filled).toBe(order.qty)
          move(order, order_state, event)
        }
        break
      }
      case 'portfolio.deposited':
        checkPostings(event.payload.postings)
        break
      case 'portfolio.updated': {
        const { cause, instrument_id, order_id, trade_id, position, postings } = event.payload
        checkPostings(postings)
        const key = `${event.botId} ${instrument_id}`
        if (cause === 'fill') {
          const fill = unbooked
          assert(fill !== undefined, 'what is booked was recorded')
          expect([order_id, trade_id, instrument_id]).toEqual([fill.order_id, fill.trade_id, fill.instrument_id])
          positions.set(key, (positions.get(key) ?? 0) + (fill.side === 'buy' ? fill.qty : -fill.qty))
          unbooked = undefined
        }
        expect(position, `position of ${key}`).toBe(positions.get(key) ?? 0)
        break
      }
      default:
    }
  }
  expect(unbooked, 'every fill is booked').toBeUndefined()
  return orders
}

function checkEnvelope(event: AnyEvent, last: KernelEvent | undefined): void {
  expect(event.seq).toBe((last?.seq ?? 0) + 1)
  expect(event.ts).toBeGreaterThanOrEqual(last?.ts ?? 0)
  expect(event.causeSeq).toBeLessThan(event.seq)
  const kernelEvent = event as unknown as KernelEvent
  expect(canonicalBody(kernelEvent)).toContain(`"seq":${event.seq},`)
  const parsed = CATALOGUE[event.type].safeParse(JSON.parse(encodePayload(event.type, event.payload)))
  assert(
    parsed.success,
    `${event.type} is as the catalogue has it: ${parsed.error?.message} in ${canonicalBody(kernelEvent)}`,
  )
}

function told(state: OrderState, qty: number, botId: string | undefined): Told {
  return { state, qty, filled: 0, wasSent: false, botId, trades: new Set() }
}

function find(orders: ReadonlyMap<string, Told>, id: string): Told {
  const order = orders.get(id)
  assert(order !== undefined, `${id} was enqueued before it is spoken of`)
  return order
}

const working = (order: Told): OrderState => (order.filled > 0 ? 'PARTIAL' : 'OPEN')

function move(order: Told, to: OrderState, event: AnyEvent): void {
  assert(EXITS[order.state].includes(to), `${event.type} (event ${event.seq}): ${order.state} has an exit to ${to}`)
  order.state = to
}

function checkPostings(postings: readonly { readonly currency: string; readonly amount: bigint }[]): void {
  const sums = new Map<string, bigint>()
  for (const { currency, amount } of postings) sums.set(currency, (sums.get(currency) ?? 0n) + amount)
  for (const [currency, sum] of sums) assert(sum === 0n, `postings sum to zero in ${currency}, sum to ${sum}`)
}
