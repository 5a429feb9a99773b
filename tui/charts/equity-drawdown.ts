import type { Zone } from '../paint/clock-text.ts'
import { number, percent } from '../paint/numbers.ts'
import type { ScreenLook } from '../paint/tone.ts'
import type { Size } from '../panel.ts'
import { type Point, placed, rowLabels, timeSpan, timesUnder } from './area-line.ts'
import { emptyChart, leftLabel, marginFor } from './axis.ts'
import { drawLine, emptyRaster, rasterRow } from './raster.ts'
import { rangeOf } from './scale.ts'

export interface EquityDrawdown {
  /** Equity, oldest first. Values that are not finite leave a gap in both curves. */
  readonly points: readonly Point[]
  readonly zone: Zone
  readonly digits: number
  /** Writes an equity in place of the digits: `***` where amounts are masked. */
  readonly label?: (value: number) => string
}

/** Fall of each point from the highest before it, in percent, never above zero. */
export function drawdowns(points: readonly Point[]): Point[] {
  let peak = Number.NEGATIVE_INFINITY
  return points.map(({ ts, value }) => {
    if (Number.isFinite(value)) peak = Math.max(peak, value)
    return { ts, value: peak > 0 ? Math.min(0, (value / peak - 1) * 100) : Number.NaN }
  })
}

/** Equity as a line, and below it the drawdown hanging from zero, over one time axis, in exactly `size`. */
export function equityDrawdown(look: ScreenLook, size: Size, chart: EquityDrawdown): string[] {
  const points = chart.points.filter(({ ts }) => Number.isFinite(ts))
  const values = rangeOf(points.map(({ value }) => value))
  if (size.width < 1 || size.height < 1 || values === undefined) return emptyChart(look, size)
  const hasTimes = size.height >= 9
  const rows = size.height - (hasTimes ? 1 : 0)
  const fallRows = rows < 4 ? 0 : Math.round(rows / 4)
  const span = timeSpan(points)
  const falls = drawdowns(points)
  const fallRange = { low: Math.min(rangeOf(falls.map(({ value }) => value))?.low ?? 0, -1e-9), high: 0 }
  const equityLabels = rowLabels(
    values,
    rows - fallRows,
    chart.label ?? ((value) => number(value, { digits: chart.digits })),
  )
  const worst = percent(fallRange.low).trim()
  const fallLabels = new Map(fallRows > 1 ? [[fallRows - 1, worst]] : [])
  fallLabels.set(0, fallRows > 1 ? 'DD 0.00%' : `DD ${worst}`)
  const margin = marginFor([...equityLabels.values(), ...(fallRows > 0 ? fallLabels.values() : [])], size.width)
  const columns = size.width - margin
  const { hasBraille } = look.glyphs

  const equity = emptyRaster({ columns, rows: rows - fallRows, hasBraille })
  drawLine(equity, placed(equity, points, values, span), 1)
  const fall = emptyRaster({ columns, rows: fallRows, hasBraille })
  if (fallRows > 0) drawLine(fall, placed(fall, falls, fallRange, span), 2, 0)

  const lines: string[] = []
  for (let row = 0; row < equity.rows; row++)
    lines.push(leftLabel(look, margin, equityLabels.get(row)) + rasterRow(equity, row, (_, text) => text))
  for (let row = 0; row < fallRows; row++)
    lines.push(
      leftLabel(look, margin, fallLabels.get(row)) + rasterRow(fall, row, (_, text) => look.paint('down', text)),
    )
  if (hasTimes) lines.push(leftLabel(look, margin) + look.paint('muted', timesUnder(span, columns, chart.zone)))
  return lines
}
