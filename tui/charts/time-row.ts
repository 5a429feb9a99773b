import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../../src/domain/time.ts'
import { clock, day, minute, type Zone } from '../paint/clock-text.ts'

const STEPS = [
  ...[1, 5, 15, 30].map((count) => count * US_PER_SECOND),
  ...[1, 5, 10, 15, 30].map((count) => count * US_PER_MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * US_PER_HOUR),
  ...[1, 2, 7, 14, 30, 90, 365, 3_650].map((count) => count * US_PER_DAY),
]
/** Cells that are left free between two labels. */
const GAP = 4

/**
 * Clock times or days under a chart whose first column is `fromTs`: round times of the reader's zone, each beginning at its
 * own column.
 */
export function timeRow(
  { fromTs, usPerColumn, zone }: { fromTs: number; usPerColumn: number; zone: Zone },
  width: number,
): string {
  const start = labelOf(fromTs, usPerColumn * width, zone)
  const step = STEPS.find((one) => one >= (labelOf(fromTs, one, zone).length + GAP) * usPerColumn)
  let text = ''
  if (step !== undefined && usPerColumn > 0) {
    const shift = zone.offsetMinutes(fromTs) * US_PER_MINUTE
    for (let ts = Math.ceil((fromTs + shift) / step) * step - shift; ; ts += step) {
      const label = labelOf(ts, step, zone)
      const column = Math.round((ts - fromTs) / usPerColumn)
      if (column + label.length > width) break
      text = text.padEnd(column) + label
    }
  }
  if (text === '') text = start.length <= width ? start : ''
  return text.padEnd(Math.max(0, width))
}

function labelOf(ts: number, stepUs: number, zone: Zone): string {
  if (stepUs >= 365 * US_PER_DAY) return day(ts, zone).slice(0, 7)
  if (stepUs >= US_PER_DAY) return day(ts, zone).slice(5)
  return stepUs >= US_PER_MINUTE ? minute(ts, zone) : clock(ts, zone)
}
