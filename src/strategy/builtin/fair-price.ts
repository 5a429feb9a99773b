import { z } from 'zod'
import type { BarView, BookView, QuoteView } from '../strategy.ts'

/** Where a price came from, coarsest first: what a finer source has told, a coarser one does not overwrite. */
const SOURCES = ['none', 'bars', 'quotes', 'book'] as const
type Source = (typeof SOURCES)[number]

export const SavedFairPrice = z.strictObject({
  source: z.enum(SOURCES),
  price: z.number().nullable(),
  bid: z.number().nullable(),
  ask: z.number().nullable(),
})

/**
 * The price that a market maker quotes around, from whatever there is: the book, the best quotes, or closes of bars.
 * `micro` leans the middle toward the thinner side, weighting each price with the size on the other (the next trade is
 * more likely to take it away); without sizes it is the middle.
 */
export class FairPrice {
  readonly #isMicro: boolean
  #source: Source = 'none'
  /** Ticks; NaN while the market does not tell. */
  price = Number.NaN
  /** Best prices in ticks, NaN where a side is empty. Of bars only the close is known, and it stands for both. */
  bid = Number.NaN
  ask = Number.NaN

  constructor(rule: 'mid' | 'micro') {
    this.#isMicro = rule === 'micro'
  }

  /** @returns whether the bar was heard */
  fromBar({ close }: BarView): boolean {
    if (this.#source !== 'none' && this.#source !== 'bars') return false
    this.#source = 'bars'
    this.price = close
    this.bid = close
    this.ask = close
    return true
  }

  /** @returns whether the quote was heard */
  fromQuote({ bid, bidQty, ask, askQty }: QuoteView): boolean {
    if (this.#source === 'book') return false
    this.#source = 'quotes'
    this.#touch(bid, bidQty, ask, askQty)
    return true
  }

  fromBook({ bestBid, bestBidQty, bestAsk, bestAskQty }: BookView): void {
    this.#source = 'book'
    this.#touch(bestBid, bestBidQty, bestAsk, bestAskQty)
  }

  save(): z.input<typeof SavedFairPrice> {
    const known = (price: number) => (Number.isNaN(price) ? null : price)
    return { source: this.#source, price: known(this.price), bid: known(this.bid), ask: known(this.ask) }
  }

  restore({ source, price, bid, ask }: z.output<typeof SavedFairPrice>): void {
    this.#source = source
    this.price = price ?? Number.NaN
    this.bid = bid ?? Number.NaN
    this.ask = ask ?? Number.NaN
  }

  #touch(bid: number, bidQty: number, ask: number, askQty: number): void {
    this.bid = bid
    this.ask = ask
    // One-sided, locked and crossed books do not say what the price is.
    if (!(bid > 0 && bid < ask)) this.price = Number.NaN
    else if (this.#isMicro && bidQty > 0 && askQty > 0) this.price = (bid * askQty + ask * bidQty) / (bidQty + askQty)
    else this.price = (bid + ask) / 2
  }
}
