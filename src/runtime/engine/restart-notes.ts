import type { EngineStore } from '../ports.ts'
import { DEFAULT_RESTART_WISH, RESTART_WISHES, type RestartWish } from '../restart-wish.ts'

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
