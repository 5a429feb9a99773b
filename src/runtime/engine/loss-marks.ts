import type { LossMarks } from '../../risk/losses.ts'
import type { EngineStore } from '../ports.ts'
import { standingOf } from './equity-book.ts'

const NOTE = 'loss.marks'

/** Keeps what losses are measured from, for the next session. */
export function keepLossMarks({ notes }: Pick<EngineStore, 'notes'>, marks: LossMarks | undefined): void {
  if (marks !== undefined) notes.set(NOTE, JSON.stringify(marks))
}

/**
 * What losses were measured from when the last session ended. Where it died before it kept what it knew, the equity book fills
 * in: its curve for the peak, its first mark of the day for the day. Undefined before the account was first valued.
 */
export function storedLossMarks({ equity, notes }: Pick<EngineStore, 'equity' | 'notes'>): LossMarks | undefined {
  const note = notes.get(NOTE)
  const kept = note === undefined ? undefined : (JSON.parse(note) as LossMarks)
  const day = standingOf(notes, 'day')
  const peak = Math.max(kept?.peak ?? 0, equity.peak() ?? 0, day?.equity ?? 0)
  if (kept !== undefined && (day === undefined || kept.dayTs >= day.ts)) return { ...kept, peak }
  return day && { peak, dayTs: day.ts, dayStart: day.equity }
}
