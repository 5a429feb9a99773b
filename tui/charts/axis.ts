import { figure, widthOf } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'

/** Cells for labels at the side of a chart: as many as the widest needs, at least `least`; none where the chart would vanish. */
export function marginFor(labels: readonly string[], width: number, least = 0): number {
  const widest = Math.max(least, ...labels.map(widthOf)) + 1
  return widest * 2 <= width ? widest : 0
}

/** A label at the left of a row of a chart, and the cell that parts them. */
export function leftLabel(look: ScreenLook, margin: number, text = ''): string {
  return margin === 0 ? '' : look.paint('muted', `${figure(text, margin - 1)} `)
}

/** A chart that has nothing to show, in its own size. */
export function emptyChart(look: ScreenLook, size: { width: number; height: number }, text = 'no data yet'): string[] {
  const blank = ' '.repeat(size.width)
  const middle = Math.floor((size.height - 1) / 2)
  return Array.from({ length: size.height }, (_, at) => {
    if (at !== middle || size.width < 3) return blank
    const shown = text.slice(0, size.width - 2)
    return ` ${look.paint('muted', shown)}${' '.repeat(size.width - 1 - shown.length)}`
  })
}
