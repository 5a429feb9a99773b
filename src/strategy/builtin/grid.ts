import { z } from 'zod'
import type { OrderId } from '../../domain/ids.ts'
import type { Side } from '../../domain/order.ts'
import { US_PER_SECOND } from '../../domain/time.ts'
import {
  type BarView,
  type BookView,
  defineStrategy,
  type OrderView,
  type QuoteView,
  type StrategyContext,
  type StrategyHandlers,
  type TradeView,
} from '../strategy.ts'
import { orderSize, sizeUnit } from './fields.ts'
import { type LadderTerms, linePrice } from './grid-ladder.ts'
import { hasEnded } from './order-end.ts'
import { orderLots } from './order-lots.ts'
import type { ReasonCode } from './reason-codes.ts'
import { quoteEquity, tradableLots, tradedInstrument, worstFee } from './sizing.ts'

const Params = z
  .strictObject({
    levels: z.int().min(1).max(200).default(5).describe('levels on each side of the centre'),
    spacing: z.number().gt(0).max(1e9).default(50).describe('distance between levels, in spacingUnit'),
    spacingUnit: z.enum(['ticks', 'bps']).default('bps').describe('unit of spacing'),
    size: orderSize,
    sizeUnit,
    maxInventory: z
      .int()
      .min(1)
      .max(100_000)
      .default(10)
      .describe('largest position, long or short, in level sizes; at least levels'),
    recentre: z
      .enum(['never', 'keep', 'flatten'])
      .default('never')
      .describe(
        'when the price leaves the grid: never: wait for it; keep: lay a new grid around it and keep the inventory; flatten: close the inventory first',
      ),
  })
  .superRefine(({ levels, maxInventory, spacing, spacingUnit }, issues) => {
    if (maxInventory < levels) {
      const message = `maxInventory (${maxInventory}) is at least levels (${levels})`
      issues.addIssue({ code: 'custom', path: ['maxInventory'], message })
    }
    if (spacingUnit === 'bps' && spacing > 10_000) {
      const message = `spacing (${spacing}) is at most 10000 bps: a line is at most twice the one below`
      issues.addIssue({ code: 'custom', path: ['spacing'], message })
    }
  })
type Params = z.output<typeof Params>

const SavedCell = z.strictObject({
  leg: z.enum(['idle', 'buy', 'sell']),
  done: z.number().min(0),
  id: z.string().nullable(),
})
const Saved = z.strictObject({
  phase: z.enum(['unlaid', 'laid', 'clearing', 'flattening']),
  centre: z.number(),
  lots: z.number().min(0),
  cells: z.array(SavedCell),
  waitTs: z.number(),
  flattenId: z.string().nullable(),
})

/**
 * The space between two neighbouring lines. It buys at its lower line and sells at its upper one, in turns, so that every
 * round trip earns one spacing, and no line ever carries two orders.
 */
interface Cell {
  /** What it waits to do next; idle when inventory or money allow it nothing. */
  leg: 'idle' | Side
  /** Lots of this leg that orders which have ended did fill. */
  done: number
  id: OrderId | undefined
}

class Grid implements StrategyHandlers {
  readonly #context: StrategyContext
  readonly #params: Params
  #phase: z.output<typeof Saved>['phase'] = 'unlaid'
  #centre = 0
  /** Lots of one level. */
  #lots = 0
  /** From the lowest up; the cell above the centre is number `levels`. */
  #cells: Cell[] = []
  /** Cells whose order is yet to be placed. */
  #missing = 0
  /** Prices between which the grid stays, ticks. */
  #low = 0
  #high = 0
  /** Nothing is tried again before this time, µs. */
  #waitTs = 0
  #flattenId: OrderId | undefined
  #isRestored = false

  constructor(params: Params, context: StrategyContext) {
    this.#context = context
    this.#params = params
  }

  onBar(_bar: BarView, at: number): void {
    if (at === 0) this.#update()
  }

  onQuote(_quote: QuoteView, at: number): void {
    if (at === 0) this.#update()
  }

  onTrade(_trade: TradeView, at: number): void {
    if (at === 0) this.#update()
  }

  onBook(_book: BookView, _ts: number, at: number): void {
    if (at === 0) this.#update()
  }

  onOrder(order: OrderView): void {
    if (!hasEnded(order)) return
    if (order.id === this.#flattenId) {
      this.#flattenId = undefined
      return
    }
    const number = this.#cells.findIndex(({ id }) => id === order.id)
    if (number >= 0) this.#ended(number, order)
  }

  onStop(): void {
    this.#context.cancelAll('REBALANCE_GRID_STOPPED' satisfies ReasonCode)
  }

  save(): z.input<typeof Saved> {
    return {
      phase: this.#phase,
      centre: this.#centre,
      lots: this.#lots,
      cells: this.#cells.map(({ leg, done, id }) => ({ leg, done, id: id ?? null })),
      waitTs: this.#waitTs,
      flattenId: this.#flattenId ?? null,
    }
  }

  restore(state: unknown): void {
    const { phase, centre, lots, cells, waitTs, flattenId } = Saved.parse(state)
    this.#phase = phase
    this.#centre = centre
    this.#lots = lots
    this.#cells = cells.map(({ leg, done, id }) => ({ leg, done, id: (id ?? undefined) as OrderId | undefined }))
    this.#missing = this.#cells.filter(({ leg, id }) => leg !== 'idle' && id === undefined).length
    this.#waitTs = waitTs
    this.#flattenId = (flattenId ?? undefined) as OrderId | undefined
    this.#isRestored = true
    this.#fence()
  }

  #update(): void {
    const price = this.#context.mark()
    if (!(price > 0)) return
    if (this.#isRestored) this.#catchUp()
    switch (this.#phase) {
      case 'unlaid':
        return this.#isWaiting() ? undefined : this.#lay(price)
      case 'laid':
        if (this.#params.recentre !== 'never' && (price < this.#low || price > this.#high)) this.#clear()
        else if (this.#missing > 0 && !this.#isWaiting()) this.#place(price)
        return
      case 'clearing':
        return this.#isWaiting() && this.#context.orders().length > 0 ? undefined : this.#cleared(price)
      case 'flattening':
        if (this.#flattenId === undefined && !this.#isWaiting()) this.#flatten(price)
        return
    }
  }

  #isWaiting(): boolean {
    return this.#context.now < this.#waitTs
  }

  /** Refusals and slow answers are not asked about with every update. */
  #waitASecond(): void {
    this.#waitTs = this.#context.now + US_PER_SECOND
  }

  /** Orders may have ended while nobody listened, around a restart. */
  #catchUp(): void {
    this.#isRestored = false
    this.#cells.forEach((cell, number) => {
      const order = cell.id === undefined ? undefined : this.#context.order(cell.id)
      if (order !== undefined && hasEnded(order)) this.#ended(number, order)
      else if (order === undefined && cell.id !== undefined) {
        cell.id = undefined
        this.#missing++
      }
    })
    const flatten = this.#flattenId === undefined ? undefined : this.#context.order(this.#flattenId)
    if (flatten === undefined || hasEnded(flatten)) this.#flattenId = undefined
  }

  get #ladder(): LadderTerms {
    const { levels, spacing, spacingUnit } = this.#params
    return { centre: this.#centre, levels, spacing, spacingUnit }
  }

  /** Price that a cell waits at. */
  #priceOf(number: number): number {
    const line = number - this.#params.levels
    return linePrice(this.#ladder, this.#cells[number]?.leg === 'sell' ? line + 1 : line)
  }

  /** Lays a new grid around a price: as many cells to each side as inventory and money allow. */
  #lay(price: number): void {
    const { levels, maxInventory } = this.#params
    const instrument = tradedInstrument(this.#context)
    this.#centre = price
    const lowest = Math.max(1, linePrice(this.#ladder, -levels))
    this.#lots = tradableLots(instrument, orderLots(this.#context, this.#params, price), lowest)
    this.#phase = this.#lots === 0 ? 'unlaid' : 'laid'
    if (this.#lots === 0) return this.#waitASecond()
    this.#missing = 0
    this.#cells = Array.from({ length: 2 * levels }, () => ({ leg: 'idle', done: 0, id: undefined }))
    const held = this.#context.position() / this.#lots
    const canShort = instrument.settlement === 'margin' || instrument.shortable
    this.#open('buy', Math.min(levels, maxInventory - held))
    this.#open('sell', Math.min(levels, canShort ? maxInventory + held : held))
    this.#fence()
    this.#place(price)
  }

  /** Opens the cells of one side, from the centre outward, while there is money for all of them. */
  #open(leg: Side, count: number): void {
    const { levels } = this.#params
    const instrument = tradedInstrument(this.#context)
    const isPaid = leg === 'sell' && instrument.settlement === 'cash'
    const equity = quoteEquity(this.#context, instrument, this.#centre)
    let money = instrument.settlement === 'cash' ? this.#context.cash() : equity * instrument.maxLeverage
    for (let step = 0; step + 1 <= count; step++) {
      const number = leg === 'buy' ? levels - 1 - step : levels + step
      const cell = this.#cells[number]
      if (cell === undefined) return
      const price = linePrice(this.#ladder, leg === 'buy' ? -1 - step : step + 1)
      money -= price * this.#lots * instrument.valuePerTickLot + worstFee(instrument, this.#lots, price)
      if (price < 1 || !Number.isSafeInteger(price) || !(isPaid || money >= 0)) return
      cell.leg = leg
      this.#missing++
    }
  }

  /** One line beyond the outermost that carries an order is where the price leaves the grid. */
  #fence(): void {
    const { levels } = this.#params
    let lowest = levels
    let highest = levels
    this.#cells.forEach(({ leg }, number) => {
      if (leg === 'idle') return
      lowest = Math.min(lowest, number)
      highest = Math.max(highest, number + 1)
    })
    this.#low = linePrice(this.#ladder, lowest - levels - 1)
    this.#high = linePrice(this.#ladder, highest - levels + 1)
  }

  /** Places what is missing, nearest first. What would meet an order of ours waits until that has ended. */
  #place(price: number): void {
    const numbers = this.#cells.flatMap(({ leg, id }, number) => (leg !== 'idle' && id === undefined ? [number] : []))
    const distance = (number: number) => Math.abs(this.#priceOf(number) - price)
    numbers.sort((a, b) => distance(a) - distance(b))
    for (const number of numbers) {
      if (this.#meetsOwn(number)) continue
      if (!this.#placeCell(number)) return this.#waitASecond()
    }
  }

  /** Fills may come in any order: a cell can turn around while a neighbour still has its old order at the same line. */
  #meetsOwn(number: number): boolean {
    const price = this.#priceOf(number)
    const isBuy = this.#cells[number]?.leg === 'buy'
    return this.#cells.some(({ leg, id }, other) => {
      if (id === undefined || (leg === 'buy') === isBuy) return false
      return isBuy ? this.#priceOf(other) <= price : this.#priceOf(other) >= price
    })
  }

  #placeCell(number: number): boolean {
    const cell = this.#cells[number]
    if (cell === undefined || cell.leg === 'idle') return true
    const limit = this.#priceOf(number)
    const isLower = number < this.#params.levels
    const opens: ReasonCode = cell.leg === 'buy' ? 'ENTRY_GRID_BUY' : 'ENTRY_GRID_SELL'
    const closes: ReasonCode = cell.leg === 'buy' ? 'EXIT_GRID_BUY' : 'EXIT_GRID_SELL'
    cell.id = this.#context.place({
      side: cell.leg,
      qty: this.#lots - cell.done,
      type: 'LIMIT',
      limit,
      reasonCode: isLower === (cell.leg === 'buy') ? opens : closes,
      evidence: { centre: this.#centre, cell: number - this.#params.levels, limit },
    })
    if (cell.id === undefined) return false
    this.#missing--
    return true
  }

  /** An order of a cell is over: done with its leg, the cell turns around; otherwise the rest is placed again later. */
  #ended(number: number, order: OrderView): void {
    const cell = this.#cells[number]
    if (cell === undefined) return
    cell.id = undefined
    cell.done += order.filled
    this.#missing++
    if (cell.done < this.#lots) return this.#waitASecond()
    cell.done = 0
    cell.leg = cell.leg === 'buy' ? 'sell' : 'buy'
    if (this.#phase === 'laid' && !this.#isWaiting()) this.#place(this.#context.mark())
  }

  #clear(): void {
    this.#phase = 'clearing'
    this.#context.cancelAll('REBALANCE_GRID_LEFT' satisfies ReasonCode)
    this.#waitASecond()
  }

  #cleared(price: number): void {
    // An order that has not ended may still fill: what is not known is waited for.
    if (this.#context.orders().length > 0) return this.#clear()
    this.#waitTs = 0
    if (this.#params.recentre === 'flatten') this.#flatten(price)
    else this.#lay(price)
  }

  #flatten(price: number): void {
    const position = this.#context.position()
    if (position === 0) return this.#lay(price)
    this.#phase = 'flattening'
    this.#waitASecond()
    this.#flattenId = this.#context.place({
      side: position > 0 ? 'sell' : 'buy',
      qty: Math.min(Math.abs(position), tradedInstrument(this.#context).filters.maxQty),
      type: 'MARKET',
      reduceOnly: true,
      reasonCode: 'REBALANCE_GRID_FLATTEN' satisfies ReasonCode,
      evidence: { price, position, low: this.#low, high: this.#high },
    })
  }
}

/**
 * Buys one line lower and sells one line higher, over and over, on a ladder of prices. It earns in a market that goes
 * nowhere and collects inventory in one that does not; `maxInventory` and `recentre` say how much of that is borne.
 */
export const grid = defineStrategy({
  id: 'grid',
  version: '1.0.0',
  description: 'Rests orders on a ladder of prices and answers every fill one level back.',
  params: Params,
  create: (params, context) => new Grid(params, context),
})
