/** What an action may do to risk (conventions C3). */
export type ActionClass = 'OBSERVE' | 'CANCEL' | 'REDUCE' | 'AMEND' | 'OPEN' | 'START' | 'APPLY' | 'DESTROY'

/** What the gate may say, mildest first (conventions C4). */
export const DECISIONS = ['ALLOW', 'THROTTLE', 'REDUCE_ONLY', 'CLOSE_ONLY', 'FLATTEN', 'BLOCK', 'HALT'] as const
export type DecisionKind = (typeof DECISIONS)[number]

export function strictness(decision: DecisionKind): number {
  return DECISIONS.indexOf(decision)
}

export const RUN_MODES = ['backtest', 'paper', 'forward', 'shadow', 'canary', 'live'] as const
/** How real a run is. Only the gate's mode rules and the host look at it; strategies never see it. */
export type RunMode = (typeof RUN_MODES)[number]
