import { canonicalBody, encodePayload } from '../events/encode.ts'
import { CATALOGUE, type KernelEvent, type Payload } from '../events/event.ts'
import { EXITS, isTerminal, type OrderState } from '../orders/order.ts'

/** Said often, so cheaply: an expectation a thousand times a run is slower than the run. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}

/** What a history alone says of an order. */
export interface Told {
  state: OrderState
  qty: number
  filled: number
  wasSent: boolean
  readonly trades: Set<string>
}

type AnyEvent = { [T in KernelEvent['type']]: KernelEvent<T> & { readonly type: T } }[KernelEvent['type']]

/**
 * What must be true of the events of any run, or of runs that go on from each other, whatever happened: numbers without gaps and time that never goes back; nothing
 * that the catalogue lacks; no order sent without a recorded decision that permits it, nor twice; no exit that the machine
 * lacks; each trade counted once, booked once, and never more than was ordered; postings that sum to zero; positions that
 * are the sum of their fills.
 *
 * @returns every order as the history tells it
 */
export function checkHistory(events: readonly KernelEvent[]): ReadonlyMap<string, Told> {
  const history = new History()
  for (const event of events) history.take(event as unknown as AnyEvent)
  history.end()
  return history.orders
}

class History {
  readonly orders = new Map<string, Told>()
  readonly #permitted = new Map<string, string>()
  readonly #positions = new Map<string, number>()
  /** The fill whose booking must follow. */
  #unbooked: Payload<'fill.recorded'> | undefined
  #last: AnyEvent | undefined

  take(event: AnyEvent): void {
    this.#checkEnvelope(event)
    this.#last = event
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the other types say nothing of orders or books
    switch (event.type) {
      case 'policy.decided': {
        const { decision, order_id: id, stage } = event.payload
        if (stage === 'accept' && (decision === 'ALLOW' || decision === 'REDUCE_ONLY'))
          this.#permitted.set(id, event.payload.decision_id)
        return
      }
      case 'order.enqueued': {
        const { order_id: id, qty, decision_id: decision } = event.payload
        must(this.#permitted.get(id) === decision, `${id} is enqueued without the permission ${decision}`)
        return this.#born(id, 'ENQUEUED', qty)
      }
      case 'order.adopted':
        this.#born(event.payload.order_id, 'SENT', event.payload.qty)
        this.#find(event.payload.order_id).wasSent = true
        return
      case 'order.blocked':
        if (this.orders.has(event.payload.order_id)) return this.#move(event.payload.order_id, 'BLOCKED')
        return this.#born(event.payload.order_id, 'BLOCKED', 0)
      case 'order.sent': {
        const { order_id: id, decision_id: decision } = event.payload
        must(this.#permitted.get(id) === decision, `${id} leaves without the permission ${decision}`)
        must(!this.#find(id).wasSent, `${id} leaves twice`)
        this.#find(id).wasSent = true
        return this.#move(id, 'SENT')
      }
      case 'order.open':
        return this.#resumeFrom(event.payload.order_id, 'SENT', 'UNKNOWN')
      case 'order.cancel_requested': {
        const { state } = this.#find(event.payload.order_id)
        if (state !== 'ENQUEUED' && state !== 'UNKNOWN') this.#move(event.payload.order_id, 'CANCEL_REQUESTED')
        return
      }
      case 'order.cancel_refused':
        return this.#resumeFrom(event.payload.order_id, 'CANCEL_REQUESTED')
      case 'order.amend_requested':
        return this.#move(event.payload.order_id, 'AMEND_REQUESTED')
      case 'order.amend_refused':
        return this.#resumeFrom(event.payload.order_id, 'AMEND_REQUESTED')
      case 'order.amended': {
        const { order_id: id, qty } = event.payload
        const order = this.#find(id)
        must(order.filled <= qty, `${id} is amended to ${qty} of which ${order.filled} are filled`)
        order.qty = qty
        if (order.filled === qty) return this.#move(id, 'FILLED')
        return this.#resumeFrom(id, 'AMEND_REQUESTED', 'UNKNOWN')
      }
      case 'order.canceled':
        return this.#move(event.payload.order_id, 'CANCELED')
      case 'order.expired':
        return this.#move(event.payload.order_id, 'EXPIRED')
      case 'order.rejected':
        return this.#move(event.payload.order_id, 'REJECTED')
      case 'order.unknown':
        return this.#move(event.payload.order_id, 'UNKNOWN')
      case 'order.late_event':
        return must(isTerminal(this.#find(event.payload.order_id).state), `${event.payload.order_id} is not late`)
      case 'fill.recorded':
        return this.#fill(event.payload)
      case 'portfolio.deposited':
        return checkPostings(event.payload.postings)
      case 'portfolio.updated':
        return this.#book(event.payload, String(event.botId))
      default:
    }
  }

  end(): void {
    must(this.#unbooked === undefined, 'the last fill was not booked')
  }

  #fill(fill: Payload<'fill.recorded'>): void {
    const { order_id: id, trade_id: trade, qty, filled_qty: total, order_state: state } = fill
    must(this.#unbooked === undefined, `a fill before ${trade} was not booked`)
    this.#unbooked = fill
    const order = this.#find(id)
    must(order.wasSent, `${id} fills and was never sent`)
    must(!order.trades.has(trade), `${id}: trade ${trade} counts twice`)
    order.trades.add(trade)
    order.filled += qty
    must(qty > 0 && total === order.filled, `${id}: filled ${total}, its fills sum to ${order.filled}`)
    must(total <= order.qty, `${id}: filled ${total} of ${order.qty}`)
    if (isTerminal(order.state)) return must(state === order.state, `${id} had ended as ${order.state}, is ${state}`)
    must((state === 'FILLED') === (total === order.qty), `${id} is ${state} with ${total} of ${order.qty}`)
    this.#move(id, state)
  }

  #book(update: Payload<'portfolio.updated'>, bot: string): void {
    checkPostings(update.postings)
    const key = `${bot}/${update.instrument_id}`
    if (update.cause === 'fill') {
      const fill = this.#unbooked
      must(fill?.trade_id === update.trade_id && fill?.order_id === update.order_id, `${update.trade_id} is booked`)
      this.#positions.set(key, (this.#positions.get(key) ?? 0) + (fill?.side === 'buy' ? fill.qty : -(fill?.qty ?? 0)))
      this.#unbooked = undefined
    }
    const held = this.#positions.get(key) ?? 0
    must(update.position === held, `the books say ${update.position}, the fills sum to ${held}`)
  }

  #checkEnvelope(event: AnyEvent): void {
    const { seq, ts, causeSeq, type } = event
    // A later session counts its events anew.
    const due = type === 'run.started' ? 1 : (this.#last?.seq ?? 0) + 1
    must(seq === due, `event ${seq} comes after ${this.#last?.seq}`)
    must(causeSeq < seq, `event ${seq} is caused by ${causeSeq}`)
    must(ts >= (this.#last?.ts ?? 0), `event ${seq} is before the one before it`)
    must(canonicalBody(event).length > 0, `event ${seq} can be written`)
    const { error } = CATALOGUE[type].safeParse(JSON.parse(encodePayload(type, event.payload)))
    must(error === undefined, `${type} ${seq} is not as the catalogue has it: ${error?.message}`)
  }

  #born(id: string, state: OrderState, qty: number): void {
    must(!this.orders.has(id), `${id} is born twice`)
    this.orders.set(id, { state, qty, filled: 0, wasSent: false, trades: new Set() })
  }

  #find(id: string): Told {
    const order = this.orders.get(id)
    must(order !== undefined, `${id} is spoken of before it is born`)
    return order
  }

  #move(id: string, to: OrderState): void {
    const order = this.#find(id)
    must(EXITS[order.state].includes(to), `${id} goes from ${order.state} to ${to}`)
    order.state = to
  }

  /** Back to work, from states in which an answer was awaited; elsewhere the news changes no state. */
  #resumeFrom(id: string, ...states: readonly OrderState[]): void {
    const order = this.#find(id)
    if (states.includes(order.state)) this.#move(id, order.filled > 0 ? 'PARTIAL' : 'OPEN')
  }
}

function checkPostings(postings: readonly { readonly currency: string; readonly amount: bigint }[]): void {
  const sums = new Map<string, bigint>()
  for (const { currency, amount } of postings) sums.set(currency, (sums.get(currency) ?? 0n) + amount)
  for (const [currency, sum] of sums) must(sum === 0n, `postings in ${currency} sum to ${sum}`)
}
