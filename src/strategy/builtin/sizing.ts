import { assert } from '../../domain/brand.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { moneyToNumber, RATE_UNIT } from '../../domain/money.ts'
import type { StrategyContext } from '../strategy.ts'

/**
 * What the bot is worth in the instrument's quote currency: the money that an order of it is paid with. Equal to
 * `context.equity` when that is the run's base currency, and in the right unit when it is not. NaN while unknown.
 */
export function quoteEquity(context: StrategyContext, instrument: Instrument, price: number): number {
  const position = context.position()
  if (position === 0) return context.cash()
  // A cash position was paid for in full; of a margin position only the profit is ours.
  const paid = instrument.settlement === 'cash' ? 0 : (context.averagePrice() ?? Number.NaN)
  return context.cash() + position * (price - paid) * instrument.valuePerTickLot
}

/** The fee that a fill of `lots` at `price` costs at worst, quote currency. */
export function worstFee(instrument: Instrument, lots: number, price: number): number {
  const { taker, maker, perFill } = instrument.fees
  const rate = Math.max(0, taker, maker) / RATE_UNIT
  return lots * price * instrument.valuePerTickLot * rate + Math.max(0, moneyToNumber(perFill))
}

/** `lots` inside the venue's filters: cut to the largest order, and 0 where the venue would refuse it as too small. */
export function tradableLots(instrument: Instrument, lots: number, price: number): number {
  const { minQty, maxQty, minNotional } = instrument.filters
  const whole = Math.min(Math.floor(lots), maxQty)
  if (!(whole >= Math.max(1, minQty))) return 0
  return whole * price * instrument.valuePerTickLot >= moneyToNumber(minNotional) ? whole : 0
}

/**
 * Whole lots that `money` of the quote currency pays for, fees included; 0 where none, or unknown.
 *
 * @param share of the notional that is paid down: 1 in full, 1 ÷ leverage on margin
 */
export function affordableLots(instrument: Instrument, money: number, price: number, share = 1): number {
  const { taker, maker, perFill } = instrument.fees
  const rate = Math.max(0, taker, maker) / RATE_UNIT
  const lots = (money - Math.max(0, moneyToNumber(perFill))) / (price * instrument.valuePerTickLot * (share + rate))
  return lots >= 1 ? Math.floor(lots) : 0
}

/**
 * Lots of a new position worth `fraction` of equity, fees included, never more than the cash that is there and the
 * leverage that the venue grants. When the bot still holds the opposite, its closing is paid for first.
 *
 * @param fraction above 1 borrows, which only margin can
 * @returns whole lots, 0 where no order that the venue takes can be paid for
 */
export function entryLots(context: StrategyContext, fraction: number, price: number): number {
  const instrument = tradedInstrument(context)
  if (!(price > 0)) return 0
  const held = Math.abs(context.position())
  const equity = quoteEquity(context, instrument, price) - (held === 0 ? 0 : worstFee(instrument, held, price))
  const wanted = affordableLots(instrument, equity * fraction, price)
  const share = instrument.settlement === 'cash' ? 1 : 1 / instrument.maxLeverage
  return tradableLots(instrument, Math.min(wanted, affordableLots(instrument, equity, price, share)), price)
}

/** The built-in strategies trade one instrument: the bot's first. */
export function tradedInstrument(context: StrategyContext): Instrument {
  const instrument = context.instruments[0]
  assert(instrument !== undefined, 'a strategy is given an instrument to trade')
  return instrument
}
