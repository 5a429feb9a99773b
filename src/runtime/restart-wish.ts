/**
 * What a start of the engine does to a bot that was at work when the last one ended: `resume` trades on, `hold` waits for an
 * operator with orders and positions as they are, `flatten` closes what it holds and waits.
 */
export const RESTART_WISHES = ['resume', 'hold', 'flatten'] as const
export type RestartWish = (typeof RESTART_WISHES)[number]

/** What a bot declares where it declares nothing: an engine that came back by itself is no operator's word. */
export const DEFAULT_RESTART_WISH: RestartWish = 'hold'
