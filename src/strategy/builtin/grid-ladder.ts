/** A grid's prices: `levels` lines above its centre and as many below. Line 0 is the centre. */
export interface LadderTerms {
  /** Ticks. */
  readonly centre: number
  readonly levels: number
  readonly spacing: number
  /** ticks: lines are equally far apart; bps: each is so many basis points above the one below. */
  readonly spacingUnit: 'ticks' | 'bps'
}

/**
 * Price of a line in whole ticks; below 1 where there is none. Lines are never closer than a tick: where basis points are
 * finer than that, even at the bottom, all lines are one tick apart.
 */
export function linePrice({ centre, levels, spacing, spacingUnit }: LadderTerms, line: number): number {
  if (spacingUnit === 'ticks') return Math.round(centre) + line * Math.max(1, Math.round(spacing))
  const step = 1 + spacing / 10_000
  const narrowest = centre * step ** -levels * (1 - 1 / step)
  return narrowest < 1 ? Math.round(centre) + line : Math.round(centre * step ** line)
}
