import type { LossMarks } from '../../risk/losses.ts'
import type { EngineStore } from '../ports.ts'
import { standingOf } from './equity-book.ts'

/**
 * What losses were measured from when the last session ended: the highest equity of the curve and the day's first mark, as the
 * equity book keeps them. Undefined before the account was first valued.
 */
export function storedLossMarks({ equity, notes }: Pick<EngineStore, 'equity' | 'notes'>): LossMarks | undefined {
  const day = standingOf(notes, 'day')
  const peak = equity.peak()
  if (day === undefined || peak === undefined) return undefined
  return { peak: Math.max(peak, day.equity), dayTs: day.ts, dayStart: day.equity }
}
