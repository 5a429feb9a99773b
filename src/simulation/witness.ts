import { hash } from 'node:crypto'
import type { KernelEvent } from '../events/event.ts'

/** What must never be, and was. */
export interface Violation {
  readonly invariant: string
  readonly detail: string
  /** ms from the beginning. */
  readonly atMs: number
}

/** Thrown at the moment at which an invariant broke. */
export class Violated extends Error {
  override readonly name = 'Violated'
  readonly violation: Violation

  constructor(violation: Violation) {
    super(`${violation.invariant}: ${violation.detail}`)
    this.violation = violation
  }
}

interface OrderTerms {
  readonly whose: string
  /** Signed lots. */
  readonly qty: number
  readonly reduceOnly: boolean
}

interface KnownFill {
  readonly orderId: string
  readonly qty: number
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
const EVENTS_KEPT = 40

/**
 * Looks on: knows what was committed, sees what leaves, and says what must never be. It reads the journal as anybody could,
 * and believes nothing that the engine says of itself.
 */
export class Witness {
  readonly #nowMs: () => number
  /** Orders whose decision and whose sending are committed. */
  readonly #sendable = new Set<string>()
  readonly #allowed = new Set<string>()
  readonly #left = new Set<string>()
  readonly #kills = new Map<string, string>()
  readonly #terms = new Map<string, OrderTerms>()
  /** Lots that are held, by bot and instrument: the sum of the fills that were booked. */
  readonly #held = new Map<string, number>()
  readonly fills = new Map<string, KnownFill>()
  /** The last events, for the trace. */
  readonly trace: string[] = []
  mode = 'NORMAL'
  events = 0
  orders = 0
  #digest = ''
  broken: Violation | undefined

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** @throws Violated */
  violate(invariant: string, detail: string): never {
    this.broken ??= { invariant, detail, atMs: Math.round(this.#nowMs()) }
    throw new Violated(this.broken)
  }

  note(text: string): void {
    this.trace.push(`${(this.#nowMs() / 1_000).toFixed(2).padStart(8)} ${text}`)
    if (this.trace.length > EVENTS_KEPT) this.trace.shift()
  }

  /** These are durable now. */
  committed(events: readonly KernelEvent[]): void {
    for (const event of events) {
      this.events++
      this.#digest = hash('sha256', `${this.#digest}${text(event).replaceAll(UUID, 'uuid')}`, 'hex')
      this.#heed(event)
    }
  }

  #heed(event: KernelEvent): void {
    const { type, payload, botId } = event
    if (type !== 'safety.leases_renewed') this.note(text(event).slice(0, 200))
    switch (type) {
      case 'policy.decided': {
        const { order_id: id, decision, stage } = payload as KernelEvent<'policy.decided'>['payload']
        if (decision === 'ALLOW' || decision === 'REDUCE_ONLY' || decision === 'CLOSE_ONLY' || decision === 'FLATTEN')
          this.#allowed.add(`${id} ${stage}`)
        return
      }
      case 'order.enqueued': {
        const {
          order_id: id,
          instrument_id: instrument,
          side,
          qty,
          reduce_only: reduceOnly,
        } = payload as KernelEvent<'order.enqueued'>['payload']
        this.#terms.set(id, { whose: `${botId} ${instrument}`, qty: side === 'buy' ? qty : -qty, reduceOnly })
        return
      }
      case 'order.sent': {
        const { order_id: id } = payload as KernelEvent<'order.sent'>['payload']
        if (!this.#allowed.has(`${id} accept`) && !this.#allowed.has(`${id} send`))
          this.violate('no order without a recorded ALLOW', `${id} was sent, and no decision allowed it`)
        this.#sendable.add(id)
        return
      }
      case 'fill.recorded': {
        const {
          order_id: orderId,
          trade_id: tradeId,
          instrument_id: instrument,
          side,
          qty,
        } = payload as KernelEvent<'fill.recorded'>['payload']
        if (this.fills.has(tradeId)) this.violate('no fill counted twice', `${tradeId} of ${orderId} was booked again`)
        this.fills.set(tradeId, { orderId, qty })
        const whose = `${botId} ${instrument}`
        this.#held.set(whose, (this.#held.get(whose) ?? 0) + (side === 'buy' ? qty : -qty))
        return
      }
      case 'portfolio.updated':
      case 'portfolio.deposited': {
        const { postings } = payload as {
          postings: readonly { readonly currency: string; readonly amount: bigint | string }[]
        }
        const sums = new Map<string, bigint>()
        for (const { currency, amount } of postings) sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(amount))
        for (const [currency, sum] of sums)
          if (sum !== 0n) this.violate('postings sum to zero', `${sum} ${currency} in ${type} ${event.seq}`)
        return
      }
      case 'safety.kill_changed': {
        const { scope, to } = payload as KernelEvent<'safety.kill_changed'>['payload']
        if (to === 'NONE') this.#kills.delete(scope)
        else this.#kills.set(scope, to)
        return
      }
      case 'safety.mode_changed': {
        const { from, to } = payload as KernelEvent<'safety.mode_changed'>['payload']
        if (from !== this.mode && this.mode !== '')
          this.violate('the mode is one', `it was ${this.mode} and left ${from}`)
        this.mode = to
        return
      }
      default:
    }
  }

  /** An order leaves the process. @throws Violated */
  placed(orderId: string, reduceOnly: boolean): void {
    this.orders++
    if (!this.#sendable.has(orderId))
      this.violate('nothing leaves before it is durable', `${orderId} left, and its sending is not in the journal`)
    if (this.#left.has(orderId)) this.violate('no order is sent twice', `${orderId} left again`)
    this.#left.add(orderId)
    const level = this.#kills.get('global')
    const terms = this.#terms.get(orderId)
    if (level === undefined || reduceOnly || terms === undefined || terms.reduceOnly) return
    const held = this.#held.get(terms.whose) ?? 0
    const isSmaller = held * terms.qty < 0 && Math.abs(terms.qty) <= Math.abs(held)
    if (!isSmaller)
      this.violate('after a kill no new risk', `${orderId} of ${terms.qty} lots left under ${level}, ${held} were held`)
  }

  get hasLeft(): ReadonlySet<string> {
    return this.#left
  }

  get killed(): string | undefined {
    return this.#kills.get('global')
  }

  /** Of all that was committed, ids that are drawn at random left out: the same plan gives the same. */
  get digest(): string {
    return this.#digest
  }
}

function text({ type, seq, payload }: KernelEvent): string {
  const said = JSON.stringify(payload, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  return `#${seq} ${type} ${said}`
}
