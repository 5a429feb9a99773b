import type { StrategyContext } from '../strategy.ts'
import { quoteEquity, tradedInstrument } from './sizing.ts'

/** How large one order of a strategy with many of them is. */
export interface OrderSize {
  readonly size: number
  /** percent: of equity. */
  readonly sizeUnit: 'lots' | 'percent'
}

/** Whole lots of one order at `price`, before anything limits it; 0 where that is less than a lot, or not known. */
export function orderLots(context: StrategyContext, { size, sizeUnit }: OrderSize, price: number): number {
  if (sizeUnit === 'lots') return Math.floor(size)
  const instrument = tradedInstrument(context)
  const money = (quoteEquity(context, instrument, price) * size) / 100
  const lots = money / (price * instrument.valuePerTickLot)
  return lots >= 1 ? Math.floor(lots) : 0
}
