import type { Zone } from '../paint/clock-text.ts'
import { number } from '../paint/numbers.ts'
import type { ScreenLook, Tone } from '../paint/tone.ts'
import type { Size } from '../panel.ts'
import { emptyChart, leftLabel, marginFor } from './axis.ts'
import { type Dot, drawLine, emptyRaster, rasterRow } from './raster.ts'
import { dotIn, labelledRows, type Range, rangeOf, valueAt } from './scale.ts'
import { timeRow } from './time-row.ts'

/** A value at a moment. Values that are not finite leave a gap. */
export interface Point {
  readonly ts: number
  readonly value: number
}

export interface AreaLine {
  /** Oldest first. */
  readonly points: readonly Point[]
  readonly zone: Zone
  /** Decimals of the labels. */
  readonly digits: number
  /** Signs what is above zero. */
  readonly isSigned?: boolean
  /** Is always in sight, and what lies between it and the line is filled. */
  readonly baseline?: number
  /** Writes a label in place of the digits: `***` where amounts are masked. */
  readonly label?: (value: number) => string
  readonly tone?: Tone
}

/** A line over time with its labels at the left and its times below, in exactly `size`. */
export function areaLine(look: ScreenLook, size: Size, chart: AreaLine): string[] {
  const points = chart.points.filter(({ ts }) => Number.isFinite(ts))
  const values = rangeOf([...points.map(({ value }) => value), chart.baseline ?? Number.NaN])
  const hasValues = points.some(({ value }) => Number.isFinite(value))
  if (size.height < 1 || size.width < 1 || values === undefined || !hasValues) return emptyChart(look, size)
  const hasTimes = size.height >= 4
  const rows = size.height - (hasTimes ? 1 : 0)
  const label =
    chart.label ?? ((value: number) => number(value, { digits: chart.digits, isSigned: chart.isSigned === true }))
  const labels = rowLabels(values, rows, label)
  const margin = marginFor([...labels.values()], size.width)
  const span = timeSpan(points)
  const raster = emptyRaster({ columns: size.width - margin, rows, hasBraille: look.glyphs.hasBraille })
  const fillTo = chart.baseline === undefined ? undefined : dotIn(values, chart.baseline, rows * raster.dotsDown)
  drawLine(raster, placed(raster, points, values, span), 1, fillTo)
  const lines = Array.from(
    { length: rows },
    (_, row) =>
      leftLabel(look, margin, labels.get(row)) +
      rasterRow(raster, row, (_owner, text) => look.paint(chart.tone ?? 'plain', text)),
  )
  if (!hasTimes) return lines
  return [...lines, leftLabel(look, margin) + look.paint('muted', timesUnder(span, size.width - margin, chart.zone))]
}

/** First and last moment. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

export function timeSpan(points: readonly Point[]): TimeSpan {
  const { low, high } = rangeOf(points.map(({ ts }) => ts)) ?? { low: 0, high: 0 }
  return { from: low, to: high }
}

/** Times under a chart that shows the whole of a span. */
export function timesUnder({ from, to }: TimeSpan, width: number, zone: Zone): string {
  return timeRow({ fromTs: from, usPerColumn: (to - from) / Math.max(1, width - 1), zone }, width)
}

/** The points of a line as dots over the whole of a raster. One moment alone is drawn as a level line. */
export function* placed(
  { columns, dotsAcross, rows, dotsDown }: { columns: number; rows: number; dotsAcross: number; dotsDown: number },
  points: readonly Point[],
  values: Range,
  { from, to }: TimeSpan,
): Generator<Dot | undefined> {
  const across = columns * dotsAcross - 1
  for (const { ts, value } of points) {
    if (!Number.isFinite(value)) yield undefined
    else {
      const y = dotIn(values, value, rows * dotsDown)
      if (from < to) yield { x: Math.round(((ts - from) / (to - from)) * across), y }
      else {
        yield { x: 0, y }
        yield { x: across, y }
      }
    }
  }
}

/** What some rows of a chart are called, by row. A level line has one label, in the middle. */
export function rowLabels(values: Range, rows: number, label: (value: number) => string): ReadonlyMap<number, string> {
  if (values.low === values.high) return new Map([[Math.floor((rows - 1) / 2), label(values.low)]])
  return new Map(labelledRows(rows).map((row) => [row, label(valueAt(values, rows > 1 ? row / (rows - 1) : 0))]))
}
