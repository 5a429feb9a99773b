import { z } from 'zod'
import type { EngineStore } from '../ports.ts'
import { BreakGlass } from './break-glass.ts'

const NOTE = 'break_glass'
/** Older ones are in the journal. */
const KEPT_MAX = 200
const Kept = z.array(BreakGlass)

/** Every break-glass of a profile, the newest last. */
export function storedGlasses(notes: Pick<EngineStore['notes'], 'get'>): readonly BreakGlass[] {
  const text = notes.get(NOTE)
  return text === undefined ? [] : Kept.parse(JSON.parse(text))
}

/** Keeps one in the place of what it was. */
export function keepGlass(notes: EngineStore['notes'], glass: BreakGlass): void {
  const all = storedGlasses(notes)
  const at = all.findIndex(({ id }) => id === glass.id)
  const next = at < 0 ? [...all, glass] : all.with(at, glass)
  notes.set(NOTE, JSON.stringify(next.slice(-KEPT_MAX)))
}
