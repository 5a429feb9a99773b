import { NONE } from '../paint/numbers.ts'
import { fit } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'
import { type Dot, drawLine, emptyRaster, rasterRow } from './raster.ts'
import { depthIn, dotIn, rangeOf } from './scale.ts'

/** Heights of one row, low to high, where there is no braille. */
const STEPS = '_.-^'

/**
 * A line of values, oldest first, in one row of exactly `width` cells, not dressed. Values that are not finite leave a gap;
 * none at all is `--`. Values that share a column are joined, so that a spike among thousands is seen.
 */
export function sparkline(look: ScreenLook, values: readonly number[], width: number): string {
  const range = rangeOf(values)
  if (range === undefined || width <= 0) return fit(NONE, Math.max(0, width))
  if (!look.glyphs.hasBraille) return plainLine(values, width)
  const raster = emptyRaster({ columns: width, rows: 1, hasBraille: true })
  const stride = values.length > 1 ? (width * 2 - 1) / (values.length - 1) : 0
  const places = values.map((value, at): Dot | undefined =>
    Number.isFinite(value) ? { x: Math.round(at * stride), y: dotIn(range, value, 4) } : undefined,
  )
  drawLine(raster, values.length === 1 ? [places[0], { x: width * 2 - 1, y: 2 }] : places, 1)
  return rasterRow(raster, 0, (_, text) => text)
}

/** One character a column, its height that of the value furthest from the middle of all. */
function plainLine(values: readonly number[], width: number): string {
  const range = rangeOf(values) ?? { low: 0, high: 0 }
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width)
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / width))
    const depths = values
      .slice(from, to)
      .filter(Number.isFinite)
      .map((value) => depthIn(range, value))
    if (depths.length === 0) return ' '
    const depth = depths.reduce((a, b) => (Math.abs(b - 0.5) > Math.abs(a - 0.5) ? b : a))
    return STEPS[Math.round((1 - depth) * (STEPS.length - 1))] ?? ' '
  }).join('')
}
