import { phrase } from './phrase.ts'
import { figure, fit, type Piece, row, textOf } from './row.ts'
import type { ScreenLook } from './tone.ts'

export interface PanelColumn<Row> {
  readonly title: string
  readonly align: 'left' | 'right'
  readonly width: number
  /** Takes what is left over, beyond its width. */
  readonly grows?: boolean
  /** The highest rank is dropped first when there is no room; 0 never goes. */
  readonly rank: number
  /** Numbers are never cut: `####` stands for one that does not fit. */
  readonly isFigure?: boolean
  readonly cell: (row: Row) => Piece
}

/** Columns that fit, in their order, with the widths they get; and the titles of those that gave way. */
export function fittingColumns<Row>(
  columns: readonly PanelColumn<Row>[],
  width: number,
): { readonly shown: readonly (PanelColumn<Row> & { readonly cells: number })[]; readonly dropped: readonly string[] } {
  const kept = [...columns]
  const dropped: string[] = []
  const needed = () => kept.reduce((sum, column) => sum + column.width + 1, -1)
  while (needed() > width && kept.some(({ rank }) => rank > 0)) {
    const worst = kept.reduce((a, b) => (b.rank >= a.rank ? b : a))
    kept.splice(kept.indexOf(worst), 1)
    dropped.push(worst.title)
  }
  const growing = kept.filter(({ grows }) => grows === true)
  const spare = Math.max(0, width - needed())
  const shown = kept.map((column) => {
    const place = growing.indexOf(column)
    const extra = place < 0 ? 0 : Math.floor(spare / growing.length) + (place < spare % growing.length ? 1 : 0)
    return { ...column, cells: column.width + extra }
  })
  return { shown, dropped }
}

export interface PanelTable<Row> {
  readonly columns: readonly PanelColumn<Row>[]
  readonly rows: readonly Row[]
  /** Index into `rows`; undefined where the table has no cursor. */
  readonly selected?: number | undefined
  /** Rows are marked by `Space`. */
  readonly isMarked?: (row: Row) => boolean
  /** Text of the one line that stands where there is nothing. */
  readonly empty: string
}

/**
 * A table of a panel in exactly `width` × `height` cells: titles, then as many rows as fit, the selected one in sight. Only
 * the rows in sight are formatted.
 */
export function panelTable<Row>(
  look: ScreenLook,
  { width, height }: { width: number; height: number },
  table: PanelTable<Row>,
): string[] {
  const { columns, rows, selected } = table
  const { shown } = fittingColumns(columns, width - 2)
  const title = shown.map(({ title, align, cells }) => fit(title, cells, align)).join(' ')
  const lines = [row(look, width, ['  ', [title, 'muted']])]
  if (rows.length === 0) lines.push(row(look, width, ['  ', [table.empty, 'muted']]))
  const room = Math.max(0, height - 1)
  const first = Math.max(0, Math.min((selected ?? 0) - Math.floor(room / 2), rows.length - room))
  for (let at = first; at < Math.min(rows.length, first + room); at++) {
    const item = rows[at] as Row
    const isSelected = at === selected
    const mark = isSelected ? look.glyphs.selected : table.isMarked?.(item) === true ? '*' : ' '
    const pieces: Piece[] = [[mark, isSelected ? 'strong' : 'plain'], ' ']
    shown.forEach((column, place) => {
      if (place > 0) pieces.push(' ')
      pieces.push(cellOf(column.cell(item), column))
    })
    lines.push(row(look, width, pieces))
  }
  return Array.from({ length: height }, (_, at) => lines[at] ?? ' '.repeat(width))
}

function cellOf(
  piece: Piece,
  { cells, align, isFigure }: { cells: number; align: 'left' | 'right'; isFigure?: boolean },
): Piece {
  const text = textOf(piece)
  const shown = isFigure === true ? figure(text, cells) : fit(phrase(text, cells), cells, align)
  return typeof piece === 'string' ? shown : [shown, piece[1]]
}
