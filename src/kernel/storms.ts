import { US_PER_MINUTE, US_PER_SECOND } from '../domain/time.ts'
import type { KernelEvent, Payload } from '../events/event.ts'

/** How much is too much (UGF-0-002, interlocks ORDER_STORM, CANCEL_LOOP, UNKNOWN_SPIKE). */
export interface StormLimits {
  /** A bot with so many wishes in each of so many seconds in a row is put aside. */
  readonly botWishes: { readonly perSecond: number; readonly seconds: number }
  /** Orders that leave in one second, of all bots: HALTED. */
  readonly ordersPerSecond: number
  readonly cancelsPerSecond: number
  /** Cancels of one order. */
  readonly cancelTries: number
  /** Orders whose fate becomes unknown within a minute. */
  readonly unknownPerMinute: number
}

/** Defaults of UGF-0-002. */
export const STORM_LIMITS: StormLimits = {
  botWishes: { perSecond: 10, seconds: 3 },
  ordersPerSecond: 120,
  cancelsPerSecond: 80,
  cancelTries: 5,
  unknownPerMinute: 50,
}

/** A second spike of unknown orders within this is no accident. */
const UNKNOWN_AGAIN_US = 5 * US_PER_MINUTE
/** A reason goes when nothing of its kind was seen for this long; the mode is an operator's to release. */
const CALM_US = US_PER_MINUTE

const STORM_CODES = ['ORDER_STORM', 'CANCEL_LOOP', 'UNKNOWN_SPIKE'] as const

/** What has to stop, and why. */
export interface Storm {
  readonly code: (typeof STORM_CODES)[number]
  /** A bot to put aside; undefined where the account has to stand back. */
  readonly botId: string | undefined
  readonly mode: 'SAFE_MODE' | 'HALTED'
  readonly detail: string
}

const ENDS: ReadonlySet<string> = new Set(['order.filled', 'order.canceled', 'order.expired', 'order.rejected'])

/** Counts what happens in each second and minute of engine time. */
class Counter {
  readonly #spanUs: number
  #since = Number.NEGATIVE_INFINITY
  count = 0
  /** Full spans before this one, without a gap, that reached `mark`. */
  streak = 0

  constructor(spanUs: number) {
    this.#spanUs = spanUs
  }

  add(ts: number, mark: number): number {
    const span = Math.floor(ts / this.#spanUs)
    if (span !== this.#since) {
      this.streak = span === this.#since + 1 && this.count >= mark ? this.streak + 1 : 0
      this.#since = span
      this.count = 0
    }
    return ++this.count
  }
}

/**
 * Watches the journal for acting too much: a bot that wishes without end, orders or cancels in a flood, one order that nobody
 * can cancel, fates that become unknown in numbers. It looks at what was decided, throttled wishes included, and only counts.
 */
export class StormWatch {
  readonly #limits: StormLimits
  readonly #wishes = new Map<string, Counter>()
  readonly #sent = new Counter(US_PER_SECOND)
  readonly #cancels = new Counter(US_PER_SECOND)
  readonly #unknown = new Counter(US_PER_MINUTE)
  readonly #tries = new Map<string, number>()
  #unknownTs = Number.NEGATIVE_INFINITY
  #storms: Storm[] = []
  readonly #standing = new Map<Storm['code'], number>()

  constructor(limits: StormLimits = STORM_LIMITS) {
    this.#limits = limits
  }

  /** Goes on with what stood when the last session ended: it is calm a while after this. */
  recall(codes: Iterable<string>, ts: number): void {
    for (const code of codes) if (isStormCode(code)) this.#standing.set(code, ts)
  }

  see(event: KernelEvent): void {
    const { type, ts } = event
    switch (type) {
      case 'intent.created':
        return this.#wish(event as KernelEvent<'intent.created'>)
      case 'order.sent': {
        const { ordersPerSecond } = this.#limits
        if (this.#sent.add(ts, ordersPerSecond) === ordersPerSecond)
          this.#raise(
            { code: 'ORDER_STORM', botId: undefined, mode: 'HALTED', detail: `${ordersPerSecond} orders in a second` },
            ts,
          )
        return
      }
      case 'order.cancel_requested':
        return this.#cancel((event.payload as Payload<'order.cancel_requested'>).order_id, ts)
      case 'order.unknown':
        return this.#lost(ts)
      default:
        if (ENDS.has(type)) this.#tries.delete(String(Reflect.get(event.payload, 'order_id')))
    }
  }

  get hasStorms(): boolean {
    return this.#storms.length > 0
  }

  /** Storms since the last look. */
  take(): readonly Storm[] {
    const storms = this.#storms
    this.#storms = []
    return storms
  }

  /** Codes of which nothing was seen for a while; each is told once. */
  calm(ts: number): readonly Storm['code'][] {
    const over = [...this.#standing].filter(([, sinceTs]) => ts - sinceTs >= CALM_US).map(([code]) => code)
    for (const code of over) this.#standing.delete(code)
    return over
  }

  #wish({ botId, ts, payload }: KernelEvent<'intent.created'>): void {
    if (botId === undefined || payload.origin !== 'strategy') return
    const { perSecond, seconds } = this.#limits.botWishes
    const counter = this.#wishes.getOrInsertComputed(botId, () => new Counter(US_PER_SECOND))
    const count = counter.add(ts, perSecond)
    if (count !== perSecond || counter.streak < seconds - 1) return
    const detail = `${perSecond} or more wishes in each of ${seconds} seconds`
    this.#storms.push({ code: 'ORDER_STORM', botId, mode: 'SAFE_MODE', detail })
  }

  #cancel(orderId: string, ts: number): void {
    const { cancelsPerSecond, cancelTries } = this.#limits
    const tries = (this.#tries.get(orderId) ?? 0) + 1
    this.#tries.set(orderId, tries)
    const many = this.#cancels.add(ts, cancelsPerSecond) === cancelsPerSecond
    if (!many && tries !== cancelTries) return
    const detail = many ? `${cancelsPerSecond} cancels in a second` : `${cancelTries} cancels of ${orderId}`
    this.#raise({ code: 'CANCEL_LOOP', botId: undefined, mode: 'SAFE_MODE', detail }, ts)
  }

  #lost(ts: number): void {
    const { unknownPerMinute } = this.#limits
    if (this.#unknown.add(ts, unknownPerMinute) !== unknownPerMinute) return
    const isAgain = ts - this.#unknownTs < UNKNOWN_AGAIN_US
    this.#unknownTs = ts
    const detail = `${unknownPerMinute} orders of unknown fate in a minute${isAgain ? ', again' : ''}`
    this.#raise({ code: 'UNKNOWN_SPIKE', botId: undefined, mode: isAgain ? 'HALTED' : 'SAFE_MODE', detail }, ts)
  }

  #raise(storm: Storm, ts: number): void {
    this.#standing.set(storm.code, ts)
    this.#storms.push(storm)
  }
}

function isStormCode(code: string): code is Storm['code'] {
  return STORM_CODES.some((known) => known === code)
}
