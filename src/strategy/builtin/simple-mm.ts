import { z } from 'zod'
import { US_PER_MS } from '../../domain/time.ts'
import { Ema } from '../indicators/ema.ts'
import {
  type BarView,
  type BookView,
  defineStrategy,
  type OrderView,
  type QuoteView,
  type StrategyContext,
  type StrategyHandlers,
} from '../strategy.ts'
import { FairPrice, SavedFairPrice } from './fair-price.ts'
import { orderSize, sizeUnit } from './fields.ts'
import { orderLots } from './order-lots.ts'
import { RestingQuote, SavedQuote } from './resting-quote.ts'
import { affordableLots, tradableLots, tradedInstrument } from './sizing.ts'

const Params = z
  .strictObject({
    fair: z
      .enum(['mid', 'micro'])
      .default('mid')
      .describe('fair price: the middle of the touch, or leaning toward its thinner side'),
    halfSpread: z.number().gt(0).max(1e9).default(5).describe('distance of a quote from the fair price, in spreadUnit'),
    spreadUnit: z.enum(['ticks', 'bps']).default('bps').describe('unit of halfSpread and requoteThreshold'),
    size: orderSize,
    sizeUnit,
    maxInventory: z
      .number()
      .gte(1)
      .max(10_000)
      .default(5)
      .describe('largest distance of the position from neutral, in order sizes'),
    neutral: z
      .number()
      .min(-10_000)
      .max(10_000)
      .default(0)
      .describe('position that is aimed for, in order sizes; above 0 lets a spot instrument offer from what it keeps'),
    skew: z
      .number()
      .min(0)
      .max(100)
      .default(1)
      .describe('how far full inventory moves both quotes against itself, in half-spreads'),
    momentumPeriod: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(50)
      .describe('updates of the average that the fair price is compared with; 0 quotes both sides whatever the trend'),
    momentumBps: z
      .number()
      .gt(0)
      .max(10_000)
      .default(10)
      .describe('distance from that average, in basis points, from which the side that would be run over is withdrawn'),
    requoteThreshold: z
      .number()
      .gt(0)
      .max(1e9)
      .default(1)
      .describe('a quote moves when it is this far from where it should be, in spreadUnit; at least a tick'),
    minRequoteMs: z
      .number()
      .min(0)
      .max(3_600_000)
      .default(250)
      .describe('least time between two changes of one side, in milliseconds; withdrawing never waits'),
    requote: z
      .enum(['amend', 'cancel'])
      .default('amend')
      .describe('amend: the resting order is changed; cancel: it is withdrawn and a new one placed'),
  })
  .superRefine(({ neutral, maxInventory, halfSpread, requoteThreshold }, issues) => {
    if (Math.abs(neutral) > maxInventory) {
      const message = `neutral (${neutral}) is within maxInventory (±${maxInventory})`
      issues.addIssue({ code: 'custom', path: ['neutral'], message })
    }
    if (requoteThreshold > halfSpread) {
      const message = `requoteThreshold (${requoteThreshold}) is at most halfSpread (${halfSpread}): a quote would be passed before it moves`
      issues.addIssue({ code: 'custom', path: ['requoteThreshold'], message })
    }
  })
type Params = z.output<typeof Params>

const Saved = z.strictObject({
  fair: SavedFairPrice,
  trend: z.array(z.number()).nullable(),
  bid: SavedQuote,
  ask: SavedQuote,
  lots: z.number().min(0),
})

class SimpleMarketMaker implements StrategyHandlers {
  readonly #context: StrategyContext
  readonly #params: Params
  readonly #fair: FairPrice
  /** The slow price that momentum is measured from; undefined when the filter is off. */
  readonly #trend: Ema | undefined
  readonly #bid: RestingQuote
  readonly #ask: RestingQuote
  readonly #canShort: boolean
  /** What both sides were last reckoned from, and the evidence of what follows. Prices in ticks, position in lots. */
  readonly #view = { fair: 0, centre: 0, momentumBps: 0, position: 0, threshold: 0 }
  /** Of one order, reckoned anew after every fill; 0 while not known. */
  #lots = 0

  constructor(params: Params, context: StrategyContext) {
    this.#context = context
    this.#params = params
    this.#fair = new FairPrice(params.fair)
    this.#trend = params.momentumPeriod === 0 ? undefined : new Ema(params.momentumPeriod, 'mean')
    const rules = { requote: params.requote, minRequoteUs: params.minRequoteMs * US_PER_MS }
    this.#bid = new RestingQuote(context, 'buy', rules)
    this.#ask = new RestingQuote(context, 'sell', rules)
    const { settlement, shortable } = tradedInstrument(context)
    this.#canShort = settlement === 'margin' || shortable
  }

  onBar(bar: BarView, at: number): void {
    if (at !== 0) return
    const book = this.#context.book()
    if (book !== undefined) this.onBook(book, this.#context.now, at)
    else if (this.#fair.fromBar(bar)) this.#update()
  }

  onQuote(quote: QuoteView, at: number): void {
    if (at === 0 && this.#fair.fromQuote(quote)) this.#update()
  }

  onBook(book: BookView, _ts: number, at: number): void {
    if (at !== 0) return
    this.#fair.fromBook(book)
    this.#update()
  }

  onOrder(order: OrderView): void {
    this.#bid.onOrder(order)
    this.#ask.onOrder(order)
  }

  onFill(): void {
    this.#lots = 0
  }

  onStop(): void {
    this.#bid.withdraw('QUOTE_STOPPED')
    this.#ask.withdraw('QUOTE_STOPPED')
  }

  save(): z.input<typeof Saved> {
    return {
      fair: this.#fair.save(),
      trend: this.#trend?.save() ?? null,
      bid: this.#bid.save(),
      ask: this.#ask.save(),
      lots: this.#lots,
    }
  }

  restore(state: unknown): void {
    const { fair, trend, bid, ask, lots } = Saved.parse(state)
    this.#fair.restore(fair)
    if (trend !== null) this.#trend?.restore(trend)
    this.#bid.restore(bid)
    this.#ask.restore(ask)
    this.#lots = lots
  }

  #update(): void {
    const fair = this.#fair.price
    if (!(fair > 0)) {
      this.#bid.withdraw('QUOTE_NO_MARKET')
      this.#ask.withdraw('QUOTE_NO_MARKET')
      return
    }
    const trend = this.#trend
    trend?.update(fair)
    if (trend?.isReady === false) return
    const momentumBps = trend === undefined ? 0 : (fair / trend.value - 1) * 10_000
    this.#requote(fair, momentumBps)
  }

  #requote(fair: number, momentumBps: number): void {
    const { spreadUnit, halfSpread, requoteThreshold, skew, maxInventory, neutral } = this.#params
    const unit = spreadUnit === 'ticks' ? 1 : fair / 10_000
    if (this.#lots === 0) this.#lots = orderLots(this.#context, this.#params, fair)
    const lots = this.#lots
    const position = this.#context.position()
    const excess = lots === 0 ? 0 : (position - neutral * lots) / (maxInventory * lots)
    // Long inventory moves both quotes down: we sell sooner and buy later.
    const centre = fair - skew * halfSpread * unit * excess
    // A quote stays on its own side of the touch, or post-only would be refused.
    const { bid: bestBid, ask: bestAsk } = this.#fair
    let bid = Math.floor(centre - halfSpread * unit)
    let ask = Math.ceil(centre + halfSpread * unit)
    if (bid >= bestAsk) bid = bestAsk - 1
    if (ask <= bestBid) ask = bestBid + 1
    const view = this.#view
    view.fair = fair
    view.centre = centre
    view.momentumBps = momentumBps
    view.position = position
    view.threshold = Math.max(1, requoteThreshold * unit)
    // The side that retreats goes first, so that the other need not wait for it.
    if (this.#ask.limit !== 0 && ask > this.#ask.limit) {
      this.#quoteAsk(ask, (neutral - maxInventory) * lots)
      this.#quoteBid(bid, (neutral + maxInventory) * lots)
    } else {
      this.#quoteBid(bid, (neutral + maxInventory) * lots)
      this.#quoteAsk(ask, (neutral - maxInventory) * lots)
    }
  }

  /** @param high the position may grow up to this */
  #quoteBid(price: number, high: number): void {
    const view = this.#view
    if (view.momentumBps <= -this.#params.momentumBps) return this.#bid.withdraw('QUOTE_MOMENTUM_DOWN')
    const room = high - view.position
    if (room < Math.max(1, openLots(this.#bid))) return this.#bid.withdraw('QUOTE_INVENTORY')
    if (price < 1 || !this.#bid.isDue(price, view.threshold)) return
    // Our own ask stands in the way until it has moved: the gate refuses trades with ourselves.
    if (price >= this.#ask.reach) return
    const instrument = tradedInstrument(this.#context)
    const paid = instrument.settlement === 'cash' ? affordableLots(instrument, this.#context.cash(), price) : room
    const qty = tradableLots(instrument, Math.min(this.#lots, room, paid), price)
    if (qty > 0) this.#bid.quote(price, qty, { ...view })
    else this.#bid.withdraw('QUOTE_INVENTORY')
  }

  /** @param low the position may shrink down to this */
  #quoteAsk(price: number, low: number): void {
    const view = this.#view
    if (view.momentumBps >= this.#params.momentumBps) return this.#ask.withdraw('QUOTE_MOMENTUM_UP')
    const room = this.#canShort ? view.position - low : Math.min(view.position - low, view.position)
    if (room < Math.max(1, openLots(this.#ask))) return this.#ask.withdraw('QUOTE_INVENTORY')
    if (!this.#ask.isDue(price, view.threshold) || price <= this.#bid.reach) return
    const qty = tradableLots(tradedInstrument(this.#context), Math.min(this.#lots, room), price)
    if (qty > 0) this.#ask.quote(price, qty, { ...view })
    else this.#ask.withdraw('QUOTE_INVENTORY')
  }
}

/** Lots of a quote that may still trade. */
function openLots({ order }: RestingQuote): number {
  return order === undefined ? 0 : order.qty - order.filled
}

/**
 * Quotes both sides around a fair price, leans against its inventory and steps out of the way of a trend. It hears books,
 * best quotes or bars, the finest that there is; its own warm-up is the momentum average, since not every feed has bars.
 */
export const simpleMm = defineStrategy({
  id: 'simple-mm',
  version: '1.0.0',
  description: 'Quotes both sides around a fair price with inventory skew and a momentum filter.',
  params: Params,
  create: (params, context) => new SimpleMarketMaker(params, context),
})
