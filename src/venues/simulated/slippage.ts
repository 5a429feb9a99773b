import type { Instrument } from '../../domain/instrument.ts'
import type { Side } from '../../domain/order.ts'

export interface SlippageQuestion {
  readonly instrument: Instrument
  readonly side: Side
  readonly qty: number
  /** Ticks. */
  readonly price: number
  /** Of the bar or print that the order meets, lots; NaN where unknown. */
  readonly volume: number
  /** High − low of that bar, ticks; NaN where unknown. */
  readonly range: number
  /** Whether the fill opens or enlarges the venue's position. */
  readonly isOpening: boolean
}

/** How many ticks worse than the price it met a taker is filled; never negative, may be fractional (rounded against us). */
export interface SlippageModel {
  readonly name: string
  /** One sentence for the report. */
  readonly meaning: string
  ticks(question: SlippageQuestion): number
}

export const NO_SLIPPAGE: SlippageModel = {
  name: 'none',
  meaning: 'takers fill at the price they meet',
  ticks: () => 0,
}

export function fixedBps(bps: number): SlippageModel {
  return {
    name: `fixed ${bps} bps`,
    meaning: `takers fill ${bps} basis points worse than the price they meet`,
    ticks: ({ price }) => (price * bps) / 10_000,
  }
}

export function halfSpread(spreadTicks: number): SlippageModel {
  return {
    name: `half spread of ${spreadTicks} ticks`,
    meaning: `bars hide the spread: takers pay half of ${spreadTicks} ticks`,
    ticks: () => spreadTicks / 2,
  }
}

/**
 * Square-root impact: coefficient × bar range × √(quantity ÷ bar volume). Source of the square-root law: Tóth et al.,
 * "Anomalous price impact and the critical nature of liquidity in financial markets", Physical Review X 1 (2011).
 */
export function sqrtImpact(coefficient: number): SlippageModel {
  return {
    name: `square-root impact × ${coefficient}`,
    meaning: `takers move the price by ${coefficient} × range × √(quantity ÷ volume) of the bar they meet`,
    ticks: ({ qty, volume, range }) => (volume > 0 && range > 0 ? coefficient * range * Math.sqrt(qty / volume) : 0),
  }
}

/** Scales a model, for the cost scenarios. */
export function scaled(model: SlippageModel, times: number): SlippageModel {
  if (times === 1) return model
  return {
    name: `${times} × ${model.name}`,
    meaning: model.meaning,
    ticks: (question) => times * model.ticks(question),
  }
}

/** Reads `none`, `5bps`, `spread:2` (ticks) or `sqrt:0.5`; undefined when it is none of them. */
export function parseSlippage(text: string): SlippageModel | undefined {
  if (text === 'none') return NO_SLIPPAGE
  const found = /^(?:(\d+(?:\.\d+)?)bps|(spread|sqrt):(\d+(?:\.\d+)?))$/.exec(text)
  if (!found) return undefined
  if (found[1] !== undefined) return fixedBps(Number(found[1]))
  return found[2] === 'spread' ? halfSpread(Number(found[3])) : sqrtImpact(Number(found[3]))
}
