import type { ScreenLook } from '../paint/tone.ts'
import type { Size } from '../panel.ts'
import { emptyChart } from './axis.ts'
import { drawDown, emptyRaster, type Raster, rasterRow } from './raster.ts'
import { dotIn, rangeOf } from './scale.ts'

/**
 * Values as bars from zero, first at the left, in exactly `size`. Where there are more values than cells, each cell shows the
 * largest of its own, so that none is lost; where there are fewer, bars are as wide as fits, with a cell between them.
 * Values that are not finite leave a gap; what is not zero has at least a dot.
 */
export function histogram(look: ScreenLook, size: Size, values: readonly number[]): string[] {
  const found = rangeOf(values)
  if (size.width < 1 || size.height < 1 || found === undefined) return emptyChart(look, size)
  const range = { low: Math.min(0, found.low), high: Math.max(0, found.high) }
  const raster = emptyRaster({ columns: size.width, rows: size.height, hasBraille: look.glyphs.hasBraille })
  const cells = Math.max(1, Math.floor(size.width / values.length))
  const count = Math.min(values.length, size.width)
  for (let bar = 0; bar < count; bar++) {
    const from = Math.floor((bar * values.length) / count)
    const to = Math.floor(((bar + 1) * values.length) / count)
    const value = largest(values.slice(from, to))
    if (value !== undefined) drawBar(raster, value, range, bar * cells, cells > 1 ? cells - 1 : 1)
  }
  return Array.from({ length: size.height }, (_, row) =>
    rasterRow(raster, row, (owner, text) => look.paint(owner === 2 ? 'down' : 'plain', text)),
  )
}

function largest(values: readonly number[]): number | undefined {
  let found: number | undefined
  for (const value of values)
    if (Number.isFinite(value) && (found === undefined || Math.abs(value) > Math.abs(found))) found = value
  return found
}

/** A bar of some cells from zero to a value; zero itself draws nothing. */
function drawBar(
  raster: Raster,
  value: number,
  range: { low: number; high: number },
  cell: number,
  cells: number,
): void {
  if (value === 0) return
  const dots = raster.rows * raster.dotsDown
  // Zero lies on an edge between dots: bars above end one dot over it, bars below begin on it.
  const middle = Math.min(dots - 1, Math.max(1, dotIn(range, 0, dots + 1)))
  const edge = range.low === 0 ? dots : range.high === 0 ? 0 : middle
  const at = dotIn(range, value, dots + 1)
  const [top, bottom] = value > 0 ? [Math.min(at, edge - 1), edge - 1] : [edge, Math.max(edge, at - 1)]
  for (let column = cell * raster.dotsAcross; column < (cell + cells) * raster.dotsAcross; column++)
    drawDown(raster, column, Math.max(0, top), bottom, value < 0 ? 2 : 1)
}
