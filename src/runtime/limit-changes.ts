import { z } from 'zod'
import { LimitChange, type LimitName } from './limit-settings.ts'
import type { EngineStore } from './ports.ts'

const NOTE = 'limits.changes'
const Changes = z.array(LimitChange)

/** What was set above the settings, the oldest first. */
export function storedLimitChanges(notes: Pick<EngineStore['notes'], 'get'>): readonly LimitChange[] {
  const text = notes.get(NOTE)
  return text === undefined ? [] : Changes.parse(JSON.parse(text))
}

/** Keeps a change in the place of the one before it; undefined takes it back. */
export function keepLimitChange(
  notes: EngineStore['notes'],
  { limit, scope }: LimitName,
  change: LimitChange | undefined,
): void {
  const others = storedLimitChanges(notes).filter((one) => one.limit !== limit || one.scope !== scope)
  notes.set(NOTE, JSON.stringify(change === undefined ? others : [...others, change]))
}
