import { beside, stack } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'
import type { Section } from './sections.ts'

/**
 * Two sections that share a width, parted by one bar that reaches down as far as there are rows.
 *
 * @param left makes the section at the left for the cells that it gets
 */
export function sideBySide(
  look: ScreenLook,
  width: number,
  { rank, left, right }: { rank: number; left: (cells: number) => Section; right: (cells: number) => Section },
): Section {
  const cells = Math.floor((width - 1) / 2)
  const rest = width - 1 - cells
  const [first, second] = [left(cells), right(rest)]
  return {
    rank,
    min: Math.max(first.min, second.min),
    want: Number.MAX_SAFE_INTEGER,
    paint: (height) =>
      beside(look, height, [
        { width: cells, rows: stack(cells, height, first.paint(Math.min(height, first.want))) },
        { width: rest, rows: stack(rest, height, second.paint(Math.min(height, second.want))) },
      ]),
  }
}
