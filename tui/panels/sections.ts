import { stack } from '../paint/row.ts'
import type { Size } from '../panel.ts'

/** A part of a panel that takes whole rows. */
export interface Section {
  /** The highest rank is left out first when there is no room; 0 never goes. */
  readonly rank: number
  /** Rows, its rule included, below which it is of no use. */
  readonly min: number
  /** Rows that show all of it; what is over goes to the sections in their order. */
  readonly want: number
  /** Exactly `height` rows. */
  readonly paint: (height: number) => readonly string[]
}

/** Sections on top of each other in exactly `size`: ranks decide who is there, order who gets more than it needs. */
export function stacked({ width, height }: Size, sections: readonly Section[]): string[] {
  const kept = [...sections]
  const needed = () => kept.reduce((sum, { min }) => sum + min, 0)
  while (needed() > height && kept.some(({ rank }) => rank > 0)) {
    const worst = kept.reduce((a, b) => (b.rank >= a.rank ? b : a))
    kept.splice(kept.indexOf(worst), 1)
  }
  let spare = Math.max(0, height - needed())
  const rows = kept.flatMap(({ min, want, paint }) => {
    const extra = Math.min(spare, Math.max(0, want - min))
    spare -= extra
    return stack(width, min + extra, paint(min + extra))
  })
  return stack(width, height, rows)
}

/** Cells of columns that share `width` with one bar between neighbours, in proportion to `shares`. */
export function columnWidths(width: number, shares: readonly number[]): readonly number[] {
  const room = width - (shares.length - 1)
  const whole = shares.reduce((sum, each) => sum + each, 0)
  const cells = shares.map((each) => Math.floor((room * each) / whole))
  const rest = room - cells.reduce((sum, each) => sum + each, 0)
  return cells.map((each, at) => (at < rest ? each + 1 : each))
}
