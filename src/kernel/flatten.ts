import type { Instrument } from '../domain/instrument.ts'
import type { Side } from '../domain/order.ts'
import { isTerminal, type Order } from '../orders/order.ts'
import type { KillScope } from '../risk/kill.ts'
import type { Facts } from './judgement.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Scribe } from './scribe.ts'

/** How positions are worked down (UGF-D-004). */
export interface FlattenSettings {
  /** How far beyond the touch a closing limit may go, try by try, basis points; empty closes at market. */
  readonly reachBps: readonly number[]
  /** At most this share of what the five best levels show goes in one order, where a book is known. */
  readonly depthShare: number
  /** A closing order that rests this long is taken back and priced anew. */
  readonly patienceUs: number
  /** Between two orders of one position: the book fills up again. */
  readonly pauseUs: number
  /** A wider spread is no market to close into: it waits, and says so. Basis points of the middle. */
  readonly spreadBpsMax: number
  /** How often the venue has to say, one look after the other, that nothing is left before it is called flat. */
  readonly looks: number
}

/** For a simulation that has no venue to ask again: at market, in one go. */
export const PLAIN_FLATTEN: FlattenSettings = {
  reachBps: [],
  depthShare: 1,
  patienceUs: Number.POSITIVE_INFINITY,
  pauseUs: 0,
  spreadBpsMax: Number.POSITIVE_INFINITY,
  looks: 0,
}

/** Defaults of UGF-D-004. */
export const SAFE_FLATTEN: FlattenSettings = {
  reachBps: [10, 30, 50],
  depthShare: 0.2,
  patienceUs: 2_000_000,
  pauseUs: 250_000,
  spreadBpsMax: 100,
  looks: 2,
}

/** How long a flatten may go on before it says that it is stuck, and before it says that it could not be done. */
const STUCK_AFTER_US = 60_000_000
const INCOMPLETE_AFTER_US = 300_000_000
/** A closing order that the gate refused is tried again after this, so that waiting does not fill the journal. */
const RETRY_AFTER_US = 1_000_000
const DEPTH_LEVELS = 5

/** A position that somebody holds. */
export interface Holding {
  readonly botAt: number
  readonly instrumentAt: number
  readonly qty: number
}

/**
 * WORKING closes; WAITING cannot, and says why; CHECKING holds nothing by our books and asks the venue; FLAT is what the
 * venue said; STUCK and INCOMPLETE are late, say so, and go on.
 */
export type FlattenState = 'WORKING' | 'WAITING' | 'CHECKING' | 'FLAT' | 'STUCK' | 'INCOMPLETE'

interface Progress {
  state: FlattenState
  /** When the present try to get flat began. */
  sinceTs: number
  retryTs: number
  looks: number
}

/** Where the closing of one position stands. */
interface Pace {
  /** Which reach the next order has. */
  reach: number
  nextTs: number
  /** When it was last tried: once a moment, so that a venue that refuses at once is not asked for ever. */
  triedTs: number
}

/**
 * Works positions down to nothing and keeps at it (UGF-D-004). It reduces only: never more than is held, one order at a time
 * for each position. What is flat is the venue's to say: after the last fill and cancel it has to find nothing, twice.
 */
export class Flatten {
  readonly #facts: Facts
  readonly #scribe: Scribe
  readonly #desk: OrderDesk
  readonly #settings: FlattenSettings
  readonly #scopes = new Map<KillScope, Progress>()
  readonly #paces = new Map<string, Pace>()
  /** Called when a scope is still not flat after five minutes. */
  readonly #incomplete: (detail: string) => void

  constructor(
    facts: Facts,
    { scribe, desk, settings }: { scribe: Scribe; desk: OrderDesk; settings: FlattenSettings },
    incomplete: (detail: string) => void,
  ) {
    this.#facts = facts
    this.#scribe = scribe
    this.#desk = desk
    this.#settings = settings
    this.#incomplete = incomplete
  }

  start(scope: KillScope): void {
    this.#scopes.set(scope, { sinceTs: this.#scribe.now, state: 'WORKING', retryTs: 0, looks: 0 })
    this.#paces.clear()
  }

  stop(scope: KillScope): void {
    this.#scopes.delete(scope)
  }

  /** Whether anything is being flattened, or was and stays so. */
  get isOn(): boolean {
    return this.#scopes.size > 0
  }

  /** Whether every scope is flat, as the venue says. */
  get isDone(): boolean {
    return this.#scopes.values().every(({ state }) => state === 'FLAT')
  }

  /** Whether the next thing needed is the venue's word. */
  get asksVenue(): boolean {
    return this.#scopes.values().some(({ state }) => state === 'CHECKING')
  }

  /** Keeps a closing order at work for every position in a scope, until nothing is held. */
  work(): void {
    for (const [scope, progress] of this.#scopes) this.#workScope(scope, progress)
  }

  /** The venue's books were held against ours. */
  looked(isEqual: boolean): void {
    for (const [scope, progress] of this.#scopes) {
      if (progress.state !== 'CHECKING') continue
      progress.looks = isEqual ? progress.looks + 1 : 0
      if (progress.looks >= this.#settings.looks)
        this.#tell(scope, progress, 'FLAT', 'the venue holds nothing in scope')
    }
  }

  #workScope(scope: KillScope, progress: Progress): void {
    const { now } = this.#scribe
    const open = this.holdings(scope)
    if (open.length === 0) return this.#rest(scope, progress)
    if (progress.state === 'FLAT' || progress.state === 'CHECKING') {
      progress.sinceTs = now
      this.#tell(scope, progress, 'WORKING', `${open.length} positions to close`)
    }
    const waits = now < progress.retryTs ? [] : open.map((holding) => this.#close(holding, progress))
    const why = waits.find((reason) => reason !== undefined)
    if (why !== undefined && progress.state === 'WORKING') this.#tell(scope, progress, 'WAITING', why)
    else if (why === undefined && progress.state === 'WAITING' && now >= progress.retryTs)
      this.#tell(scope, progress, 'WORKING', `${open.length} positions to close`)
    this.#beLate(scope, progress, open.length)
  }

  /** Nothing is held. With nothing left at work either, the venue has to say so too. */
  #rest(scope: KillScope, progress: Progress): void {
    if (progress.state === 'FLAT') return
    if (this.#settings.looks === 0) return this.#tell(scope, progress, 'FLAT', 'no position left in scope')
    const isAtWork = this.#facts.orders.working.some(
      (order) => !isTerminal(order.state) && isInScope(scope, whereOf(order)),
    )
    if (isAtWork) {
      progress.looks = 0
      return
    }
    if (progress.state !== 'CHECKING') this.#tell(scope, progress, 'CHECKING', 'our books are flat: asking the venue')
  }

  #beLate(scope: KillScope, progress: Progress, open: number): void {
    const lateUs = this.#scribe.now - progress.sinceTs
    const { state } = progress
    if (lateUs > INCOMPLETE_AFTER_US && state !== 'INCOMPLETE') {
      const detail = `${open} positions still open after five minutes; closing goes on`
      this.#tell(scope, progress, 'INCOMPLETE', detail)
      this.#incomplete(`${scope}: ${detail}`)
    } else if (lateUs > STUCK_AFTER_US && state === 'WORKING')
      this.#tell(scope, progress, 'STUCK', `${open} positions still open; closing goes on`)
  }

  /**
   * Sees that one order at most closes a position, in slices that the book carries.
   *
   * @returns why nothing can be sent for it; undefined while all goes its way
   */
  #close({ botAt, instrumentAt, qty }: Holding, progress: Progress): string | undefined {
    const { now } = this.#scribe
    const pace = this.#paces.getOrInsertComputed(`${botAt}/${instrumentAt}`, () => ({
      reach: 0,
      nextTs: 0,
      triedTs: Number.NaN,
    }))
    const working = this.#facts.orders.working.find(
      (order) => order.origin === 'flatten' && order.botAt === botAt && order.instrumentAt === instrumentAt,
    )
    if (working !== undefined) return this.#reprice(working, pace)
    if (pace.triedTs === now || now < pace.nextTs) return undefined
    const side = qty > 0 ? 'sell' : 'buy'
    const why = this.#noMarket(instrumentAt)
    if (why !== undefined) return why
    pace.triedTs = now
    pace.nextTs = now + this.#settings.pauseUs
    const limit = this.#limit(instrumentAt, side, pace.reach)
    const orderId = this.#desk.place(botAt, instrumentAt, {
      origin: 'flatten',
      side,
      qty: this.#slice(instrumentAt, side, Math.abs(qty)),
      ...(limit === undefined ? { type: 'MARKET' } : { type: 'LIMIT', limit }),
      reduceOnly: true,
      reasonCode: 'FLATTEN_POSITION',
    })
    if (orderId === undefined) progress.retryTs = now + RETRY_AFTER_US
    return undefined
  }

  /** Takes a closing order back that nobody took, and lets the next one reach further. */
  #reprice({ id, state, createdTs }: Order, pace: Pace): undefined {
    const isResting = state === 'OPEN' || state === 'PARTIAL'
    if (!isResting || this.#scribe.now - createdTs < this.#settings.patienceUs) return undefined
    pace.reach = Math.min(pace.reach + 1, this.#settings.reachBps.length - 1)
    this.#desk.cancelSurely(id, 'FLATTEN_REPRICE', 'flatten')
    return undefined
  }

  /** Why there is no price to close at; a market order needs none. */
  #noMarket(instrumentAt: number): string | undefined {
    const { reachBps, spreadBpsMax } = this.#settings
    if (reachBps.length === 0) return undefined
    const { market, instruments } = this.#facts
    const { id } = instruments[instrumentAt] as Instrument
    const bid = market.bid[instrumentAt] as number
    const ask = market.ask[instrumentAt] as number
    if (!(bid > 0 && ask > 0)) return `${id}: no price to close at`
    const spreadBps = (20_000 * (ask - bid)) / (ask + bid)
    if (spreadBps > spreadBpsMax)
      return `${id}: a spread of ${spreadBps.toFixed(0)} bps is no market, at most ${spreadBpsMax} is closed into`
    return undefined
  }

  #limit(instrumentAt: number, side: Side, reach: number): number | undefined {
    const bps = this.#settings.reachBps[reach]
    if (bps === undefined) return undefined
    const touch = this.#facts.market.touch(instrumentAt, side)
    return side === 'buy' ? Math.ceil(touch * (1 + bps / 10_000)) : Math.max(1, Math.floor(touch * (1 - bps / 10_000)))
  }

  /** As much as the book carries and one order may have, and never a rest that no order could close. */
  #slice(instrumentAt: number, side: Side, held: number): number {
    const { market, instruments } = this.#facts
    const { minQty, maxQty } = (instruments[instrumentAt] as Instrument).filters
    const book = market.book(instrumentAt)
    const shown = book === undefined ? 0 : book.depth(side === 'buy' ? -1 : 1, DEPTH_LEVELS)
    const carried = shown > 0 ? Math.max(minQty, Math.floor(shown * this.#settings.depthShare)) : held
    const slice = Math.min(held, maxQty, carried)
    return held - slice < minQty ? Math.min(held, maxQty) : slice
  }

  #tell(scope: KillScope, progress: Progress, state: FlattenState, detail: string): void {
    progress.state = state
    progress.looks = 0
    this.#scribe.write('safety.flatten_progress', { scope, state, detail })
  }

  /** Positions that are open in a scope. */
  holdings(scope: KillScope): readonly Holding[] {
    const { botIds, instruments, portfolio } = this.#facts
    return botIds.flatMap((botId, botAt) =>
      instruments.flatMap(({ id, venueId }, instrumentAt) => {
        const qty = portfolio.botQty(botAt, instrumentAt)
        return qty !== 0 && isInScope(scope, { botId, venueId, instrumentId: id }) ? [{ botAt, instrumentAt, qty }] : []
      }),
    )
  }
}

/** Where something happens, as scopes see it. */
export interface Whereabouts {
  readonly botId: string
  readonly venueId: string
  readonly instrumentId: string
}

export function whereOf({ botId, instrument }: Order): Whereabouts {
  return { botId, venueId: instrument.venueId, instrumentId: instrument.id }
}

export function isInScope(scope: KillScope, where: Whereabouts): boolean {
  if (scope === 'global') return true
  const at = scope.indexOf(':')
  const name = scope.slice(at + 1)
  switch (scope.slice(0, at)) {
    case 'venue':
      return name === where.venueId
    case 'bot':
      return name === where.botId
    default:
      return name === where.instrumentId
  }
}
