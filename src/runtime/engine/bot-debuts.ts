import { z } from 'zod'
import type { RunMode } from '../../domain/action.ts'
import type { EngineStore } from '../ports.ts'

const Debuts = z.record(z.string(), z.number())

/**
 * When each bot first ran in a mode, µs: for who has to know that a bot is new there. A bot that was never seen is seen now,
 * and remembered.
 */
export function botDebuts(
  notes: EngineStore['notes'],
  runMode: RunMode,
  botIds: readonly string[],
  now: number,
): Readonly<Record<string, number>> {
  const note = `bot.debuts.${runMode}`
  const text = notes.get(note)
  const known = text === undefined ? {} : Debuts.parse(JSON.parse(text))
  const fresh = botIds.filter((id) => known[id] === undefined)
  const all = { ...known, ...Object.fromEntries(fresh.map((id) => [id, now])) }
  if (fresh.length > 0) notes.set(note, JSON.stringify(all))
  return Object.fromEntries(botIds.map((id) => [id, all[id] ?? now]))
}
