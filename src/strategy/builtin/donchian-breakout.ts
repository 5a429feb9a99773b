import { z } from 'zod'
import type { OrderId } from '../../domain/ids.ts'
import { Atr } from '../indicators/atr.ts'
import { Donchian } from '../indicators/donchian.ts'
import {
  type BarView,
  defineStrategy,
  type FillView,
  type OrderView,
  type StrategyContext,
  type StrategyHandlers,
} from '../strategy.ts'
import { bars, direction, fraction } from './fields.ts'
import { hasEnded } from './order-end.ts'
import { Pursuit, SavedPursuit } from './pursuit.ts'
import type { Evidence, ReasonCode } from './reason-codes.ts'
import { tradedInstrument } from './sizing.ts'

const Params = z
  .strictObject({
    entry: bars(2, 20, 'bars of the channel that a close must break to enter'),
    exit: bars(1, 10, 'bars of the channel whose other side ends the position, at most entry'),
    atrPeriod: bars(1, 14, 'bars of the average true range (Wilder)'),
    atrMultiple: z
      .number()
      .gt(0)
      .max(1_000)
      .default(3)
      .describe('distance of the stop in average true ranges; it follows the close and never retreats'),
    direction,
    fraction,
  })
  .superRefine(({ entry, exit }, issues) => {
    if (exit > entry) {
      issues.addIssue({ code: 'custom', path: ['exit'], message: `exit (${exit}) is at most entry (${entry})` })
    }
  })
type Params = z.output<typeof Params>

const indicator = z.array(z.number())
const Saved = z.strictObject({
  entry: indicator,
  exit: indicator,
  atr: indicator,
  pursuit: SavedPursuit,
  stopId: z.string().nullable(),
})

class DonchianBreakout implements StrategyHandlers {
  readonly #context: StrategyContext
  readonly #params: Params
  readonly #entry: Donchian
  readonly #exit: Donchian
  readonly #atr: Atr
  readonly #pursuit: Pursuit
  /** The protective stop that rests, or is on its way. */
  #stopId: OrderId | undefined

  constructor(params: Params, context: StrategyContext) {
    this.#context = context
    this.#params = params
    this.#entry = new Donchian(params.entry)
    this.#exit = new Donchian(params.exit)
    this.#atr = new Atr(params.atrPeriod, 'counted')
    this.#pursuit = new Pursuit(context, params.fraction)
  }

  onBar(bar: BarView, at: number): void {
    if (at !== 0) return
    const { high, low, close } = bar
    // A breakout is a close beyond the channel as it was before this bar.
    const { upper, lower } = this.#entry
    const { upper: exitUpper, lower: exitLower } = this.#exit
    this.#entry.update(high, low)
    this.#exit.update(high, low)
    this.#atr.update(high, low, close)
    if (!this.#pursuit.isSettled) this.#pursuit.resume()
    if (!this.#atr.isReady || this.#pursuit.isBusy) return

    const position = this.#context.position()
    const evidence = { close, upper, lower, exitUpper, exitLower, atr: this.#atr.value }
    if (close > upper && position <= 0) this.#turn(1, evidence)
    else if (close < lower && position >= 0 && this.#params.direction === 'both') this.#turn(-1, evidence)
    else if (position > 0 && close < exitLower) this.#leave('EXIT_CHANNEL_LOW', evidence)
    else if (position < 0 && close > exitUpper) this.#leave('EXIT_CHANNEL_HIGH', evidence)
    else if (position !== 0) this.#trail(position, close)
  }

  onFill(fill: FillView): void {
    this.#pursuit.onFill()
    if (fill.at !== 0) return
    const position = this.#context.position()
    if (position !== 0 && this.#atr.isReady) this.#protect(position, fill.price)
  }

  onOrder(order: OrderView): void {
    if (order.id === this.#stopId && hasEnded(order)) this.#stopId = undefined
    this.#pursuit.onOrder(order)
  }

  save(): z.input<typeof Saved> {
    return {
      entry: this.#entry.save(),
      exit: this.#exit.save(),
      atr: this.#atr.save(),
      pursuit: this.#pursuit.save(),
      stopId: this.#stopId ?? null,
    }
  }

  restore(state: unknown): void {
    const { entry, exit, atr, pursuit, stopId } = Saved.parse(state)
    this.#entry.restore(entry)
    this.#exit.restore(exit)
    this.#atr.restore(atr)
    this.#pursuit.restore(pursuit)
    this.#stopId = (stopId ?? undefined) as OrderId | undefined
  }
  #turn(direction: 1 | -1, evidence: Evidence): void {
    this.#pursuit.pursue({
      direction,
      exit: direction > 0 ? 'EXIT_CHANNEL_HIGH' : 'EXIT_CHANNEL_LOW',
      entry: direction > 0 ? 'ENTRY_BREAKOUT_UP' : 'ENTRY_BREAKOUT_DOWN',
      evidence,
    })
  }

  /** An exit that was refused is under way already: {@link Pursuit.resume} asks again in its own time. */
  #leave(exit: ReasonCode, evidence: Evidence): void {
    if (this.#pursuit.isSettled) this.#pursuit.pursue({ direction: 0, exit, entry: exit, evidence })
  }

  /** Sees to it that all of the position is behind a stop. */
  #protect(position: number, price: number): void {
    const stop = this.#stopFor(position)
    if (stop === undefined) return this.#placeStop(position, price)
    const missing = this.#stopQty(position) - (stop.qty - stop.filled)
    if (missing > 0)
      this.#context.amend(stop.id, { qty: stop.qty + missing, reasonCode: 'STOP_RESIZE' satisfies ReasonCode })
  }

  #trail(position: number, close: number): void {
    this.#protect(position, close)
    const stop = this.#stopFor(position)
    if (stop?.stop === undefined) return
    const level = this.#level(position, close)
    const isNearer = position > 0 ? level > stop.stop : level < stop.stop
    if (isNearer) this.#context.amend(stop.id, { stop: level, reasonCode: 'STOP_TRAIL' satisfies ReasonCode })
  }

  /** The stop that guards this side; one of a position that was turned around is not it. */
  #stopFor(position: number): OrderView | undefined {
    const stop = this.#stopId === undefined ? undefined : this.#context.order(this.#stopId)
    return stop?.side === (position > 0 ? 'sell' : 'buy') && !hasEnded(stop) ? stop : undefined
  }

  #placeStop(position: number, price: number): void {
    const stop = this.#level(position, price)
    if (stop < 1) return
    const atr = this.#atr.value
    this.#stopId = this.#context.place({
      side: position > 0 ? 'sell' : 'buy',
      qty: this.#stopQty(position),
      type: 'STOP',
      stop,
      reduceOnly: true,
      reasonCode: 'STOP_ATR' satisfies ReasonCode,
      evidence: { price, atr, multiple: this.#params.atrMultiple },
    })
  }

  /** All of the position, or as much as the venue takes in one order. */
  #stopQty(position: number): number {
    return Math.min(Math.abs(position), tradedInstrument(this.#context).filters.maxQty)
  }

  /** Whole ticks, rounded away from the price as the engine rounds stops, so that a stop is not amended to where it is. */
  #level(position: number, price: number): number {
    const distance = Math.max(1, this.#params.atrMultiple * this.#atr.value)
    return position > 0 ? Math.floor(price - distance) : Math.ceil(price + distance)
  }
}

/** Enters when a close leaves the channel of the last bars, leaves with a shorter channel or a trailing stop. */
export const donchianBreakout = defineStrategy({
  id: 'donchian-breakout',
  version: '1.0.0',
  description: 'Follows closes beyond the Donchian channel, behind a stop that trails by average true ranges.',
  params: Params,
  // The channel of a breakout is the one before its bar.
  warmUp: ({ entry, atrPeriod }) => Math.max(entry + 1, atrPeriod),
  create: (params, context) => new DonchianBreakout(params, context),
})
