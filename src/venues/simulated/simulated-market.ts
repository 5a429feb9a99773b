import { assert } from '../../domain/brand.ts'
import { Random, type RandomState } from '../../domain/random.ts'
import { US_PER_SECOND } from '../../domain/time.ts'
import { type BookColumns, bookColumns, type TradeColumns, tradeColumns } from '../../market/columns.ts'
import { LATENT_STEP_US, LatentPrices, type LatentState } from './latent-prices.ts'
import type { MarketProfile } from './market-profile.ts'
import { MESSAGE_ROWS, QuotedBook, type QuoteTarget, type SideState } from './quoted-book.ts'

/**
 * Takes messages one at a time, in the order of time over all instruments. The columns are used again for the next
 * message: copy what outlives the call. A taker's prints come before the message of what it left.
 */
export interface MarketSink {
  /** A whole message: rows `[fromRow, toRow)`. `number` is its place in the stream, where the stream is numbered. */
  onBook(at: number, columns: BookColumns, fromRow: number, toRow: number, number?: number): void
  onTrade(at: number, columns: TradeColumns, row: number): void
}

/** Everything that the market goes on from, in plain JSON. */
export interface MarketState {
  readonly random: RandomState
  readonly latent: LatentState
  readonly times: readonly number[]
  readonly pressures: readonly number[]
  readonly books: readonly { readonly bids: SideState; readonly asks: SideState }[]
}

/** Sizes of takers are cut off at so many times the usual one. */
const TAKER_MAX = 250
/** Most that one print a level can be: see the walk of {@link QuotedBook.take}. */
const PRINTS = 16

/**
 * Invented markets that are alive: quotes follow a latent price whose volatility clusters and sometimes jumps, spreads
 * widen and everybody hurries when it is wild, takers come in runs and in sizes without a scale. It does not react to us.
 *
 * A function of its seed, its start and nothing else: however it is advanced, the same messages come at the same times.
 */
export class SimulatedMarket {
  readonly profiles: readonly MarketProfile[]
  readonly #latent: LatentPrices
  readonly #random: Random
  readonly #books: readonly QuotedBook[]
  readonly #rows = bookColumns(MESSAGE_ROWS)
  readonly #prints = tradeColumns(PRINTS)
  readonly #target: QuoteTarget = { fair: 0.5, half: 0.5 }
  /** When each is due: the latent prices at 0, then of every instrument its quotes and its takers. */
  readonly #times: Float64Array
  /** Direction of recent takers, between −1 and 1: they come in runs. */
  readonly #pressures: Float64Array
  #due = 0

  private constructor(
    profiles: readonly MarketProfile[],
    parts: { latent: LatentPrices; random: Random; times: Float64Array; pressures: Float64Array },
  ) {
    this.profiles = profiles
    this.#latent = parts.latent
    this.#random = parts.random
    this.#times = parts.times
    this.#pressures = parts.pressures
    this.#books = profiles.map(
      ({ levelLots }) => new QuotedBook({ levelLots, random: parts.random, rows: this.#rows, prints: this.#prints }),
    )
    this.#findDue()
  }

  /** A market whose books open at `startTs`. Its first message of each instrument is a snapshot. */
  static open(
    profiles: readonly MarketProfile[],
    { seed, startTs }: { readonly seed: number; readonly startTs: number },
  ): SimulatedMarket {
    assert(Number.isSafeInteger(startTs), `a start is whole microseconds, was ${startTs}`)
    const latent = LatentPrices.seeded(
      profiles.map(({ basis }) => basis),
      seed,
    )
    const times = new Float64Array(1 + 2 * profiles.length).fill(startTs)
    times[0] = startTs + LATENT_STEP_US
    // Books open one microsecond after each other, and nobody takes from one that is not there.
    for (let at = 0; at < profiles.length; at++) {
      times[1 + 2 * at] = startTs + at
      times[2 + 2 * at] = startTs + US_PER_SECOND + at
    }
    // Another stream than the latent one's, so that the path of prices does not depend on who quotes around it.
    const random = Random.seeded(seed ^ 0x5eed)
    return new SimulatedMarket(profiles, { latent, random, times, pressures: new Float64Array(profiles.length) })
  }

  /** Goes on exactly where {@link save} left off. */
  static restore(profiles: readonly MarketProfile[], state: MarketState): SimulatedMarket {
    assert(state.books.length === profiles.length, `${profiles.length} markets, found ${state.books.length} saved ones`)
    const market = new SimulatedMarket(profiles, {
      latent: LatentPrices.restore(
        profiles.map(({ basis }) => basis),
        state.latent,
      ),
      random: Random.restore(state.random),
      times: Float64Array.from(state.times),
      pressures: Float64Array.from(state.pressures),
    })
    market.#books.forEach((book, at) => book.restore(state.books[at] as MarketState['books'][number]))
    return market
  }

  save(): MarketState {
    return {
      random: this.#random.save(),
      latent: this.#latent.save(),
      times: [...this.#times],
      pressures: [...this.#pressures],
      books: this.#books.map((book) => book.save()),
    }
  }

  /** When the next thing happens, µs; it need not be a message. */
  get nextTs(): number {
    return this.#times[this.#due] as number
  }

  /** Lets everything up to and including `toTs` happen. */
  advance(toTs: number, sink: MarketSink): void {
    while (this.nextTs <= toTs) this.step(sink)
  }

  /** Lets one thing happen, the one of {@link nextTs}. */
  step(sink: MarketSink): void {
    const due = this.#due
    const ts = this.#times[due] as number
    const at = (due - 1) >> 1
    if (due === 0) {
      this.#latent.step()
      this.#times[0] = ts + LATENT_STEP_US
    } else if ((due & 1) === 1) this.#quote(at, ts, sink)
    else this.#take(at, ts, sink)
    this.#findDue()
  }

  /** Moves the clock to `ts` without letting anything happen: prices and books stay as they are. */
  jump(ts: number): void {
    const by = Math.max(0, ts - this.nextTs)
    for (let at = 0; at < this.#times.length; at++) this.#times[at] = (this.#times[at] as number) + by
  }

  /** Tells the whole book of an instrument as it stands, stamped `ts`. Nothing of a book that has not opened. */
  snapshot(at: number, ts: number, sink: MarketSink): void {
    const book = this.#books[at] as QuotedBook
    if (!(book.bestBid > 0)) return
    book.snapshot(ts)
    sink.onBook(at, this.#rows, 0, this.#rows.length)
  }

  /** What an instrument trades above its coin, as a fraction: what funding settles. */
  premium(at: number): number {
    return this.#latent.bases[at] as number
  }

  #quote(at: number, ts: number, sink: MarketSink): void {
    const { quotesPerS } = this.profiles[at] as MarketProfile
    const book = this.#books[at] as QuotedBook
    const target = this.#aim(at)
    if (book.bestBid > 0) book.quote(target, ts)
    else book.open(target, ts)
    this.#times[1 + 2 * at] = ts + this.#gapUs(quotesPerS)
    if (this.#rows.length > 0) sink.onBook(at, this.#rows, 0, this.#rows.length)
  }

  #take(at: number, ts: number, sink: MarketSink): void {
    const { takersPerS, takerLots } = this.profiles[at] as MarketProfile
    const book = this.#books[at] as QuotedBook
    const random = this.#random
    const { fair, half } = this.#aim(at)
    const mid = (book.bestBid + book.bestAsk) / 2
    // Takers know a little of where the price is going, and follow each other.
    const known = Math.min(1, Math.max(-1, (fair - mid) / (2 * half)))
    const pressure = this.#pressures[at] as number
    const taker = random.float() < 0.5 + 0.25 * known + 0.2 * pressure ? 1 : -1
    this.#pressures[at] = 0.8 * pressure + 0.2 * taker
    // u^(−3/4), a tail of exponent 4/3, from square roots alone.
    const root = Math.sqrt(1 - random.float())
    const heavy = Math.min(TAKER_MAX, 1 / (root * Math.sqrt(root)))
    book.take(taker, Math.max(1, Math.round(takerLots * (heavy - 0.9))), { half, ts })
    this.#times[2 + 2 * at] = ts + this.#gapUs(takersPerS)
    for (let row = 0; row < this.#prints.length; row++) sink.onTrade(at, this.#prints, row)
    sink.onBook(at, this.#rows, 0, this.#rows.length)
  }

  /** Where makers want to be now. Reuses one record. */
  #aim(at: number): QuoteTarget {
    const { coin, money, instrument, spreadBps } = this.profiles[at] as MarketProfile
    const latent = this.#latent
    const value = (coin === 'btc' ? latent.btc : latent.eth) * (money === 'jpy' ? latent.usdJpy : 1)
    const target = this.#target
    target.fair = (value * (1 + (latent.bases[at] as number))) / instrument.tick
    target.half = Math.max(1, target.fair * spreadBps * 0.000_05 * (0.5 + 0.5 * latent.volatility))
    return target
  }

  /** Time to the next of what happens `perS` times a usual second: bursts and pauses, shorter when it is wild. */
  #gapUs(perS: number): number {
    const hurry = Math.min(1.8, 0.6 + 0.4 * this.#latent.volatility)
    const drawn = this.#random.float()
    // Three times the square of a uniform has the mean 1 and nearly the spread of an exponential, without a logarithm.
    return 1 + Math.floor(((3 * US_PER_SECOND) / (perS * hurry)) * drawn * drawn)
  }

  #findDue(): void {
    const times = this.#times
    let due = 0
    for (let at = 1; at < times.length; at++) if ((times[at] as number) < (times[due] as number)) due = at
    this.#due = due
  }
}
