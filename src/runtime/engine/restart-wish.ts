import type { EngineStore } from '../ports.ts'

/**
 * What a start of the engine does to a bot that was at work when the last one ended: `resume` trades on, `hold` waits for an
 * operator with orders and positions as they are, `flatten` closes what it holds and waits.
 */
export const RESTART_WISHES = ['resume', 'hold', 'flatten'] as const
export type RestartWish = (typeof RESTART_WISHES)[number]

/** What a bot declares where it declares nothing: an engine that came back by itself is no operator's word. */
export const DEFAULT_RESTART_WISH: RestartWish = 'hold'

type Notes = EngineStore['notes']

const noteOf = (botId: string) => `bot.on_restart.${botId}`

/** What a bot that a command registered has declared. */
export function restartWishOf(notes: Notes, botId: string): RestartWish {
  const told = notes.get(noteOf(botId))
  return RESTART_WISHES.find((wish) => wish === told) ?? DEFAULT_RESTART_WISH
}

export function keepRestartWish(notes: Notes, botId: string, wish: RestartWish): void {
  notes.set(noteOf(botId), wish)
}
