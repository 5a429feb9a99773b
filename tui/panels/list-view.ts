import type { PanelColumn } from '../paint/panel-table.ts'
import { type Piece, textOf, widthOf } from '../paint/row.ts'

/** The rows of a long list that are in sight, the selected one among them: only these are put into words. */
export interface InSight<Row> {
  readonly rows: readonly Row[]
  /** Place of the selected row among them; undefined when there is none. */
  readonly selected: number | undefined
}

/**
 * @param selectedAt place in the whole list
 * @param room rows that can be shown
 */
export function inSight<Row>(rows: readonly Row[], selectedAt: number | undefined, room: number): InSight<Row> {
  const middle = (selectedAt ?? 0) - Math.floor(room / 2)
  const first = Math.max(0, Math.min(middle, rows.length - room))
  const shown = rows.slice(first, first + Math.max(0, room))
  return { rows: shown, selected: selectedAt === undefined || shown.length === 0 ? undefined : selectedAt - first }
}

/** Place of the selected row: by its id, the first when it is gone; undefined in an empty list. */
export function selectedAt(rows: readonly { readonly id: string }[], selected: string | undefined): number | undefined {
  if (rows.length === 0) return undefined
  return Math.max(
    0,
    rows.findIndex(({ id }) => id === selected),
  )
}

/** Cells that a column may grow by to show a large figure, before `####` stands for it. */
const ROOM_TO_GROW = 5

/** Columns of figures made as wide as the widest one in sight; others give way by rank. */
export function widened<Row>(columns: readonly PanelColumn<Row>[], rows: readonly Row[]): readonly PanelColumn<Row>[] {
  return columns.map((column) => {
    if (column.isFigure !== true) return column
    const widest = rows.reduce((most, row) => Math.max(most, widthOf(textOf(column.cell(row)))), column.width)
    return { ...column, width: Math.min(widest, column.width + ROOM_TO_GROW) }
  })
}

/** A column of numbers, at the right and never cut. */
export function figures<Row>(title: string, width: number, rank: number, cell: (row: Row) => Piece): PanelColumn<Row> {
  return { title, align: 'right', width, rank, isFigure: true, cell }
}

/** A column of words, at the left. */
export function words<Row>(
  title: string,
  width: number,
  rank: number,
  cell: (row: Row) => Piece,
  grows = false,
): PanelColumn<Row> {
  return { title, align: 'left', width, rank, cell, grows }
}

/** A column of times: titled at the left, never cut, wider where one is of another day. */
export function times<Row>(width: number, rank: number, cell: (row: Row) => Piece): PanelColumn<Row> {
  return { title: 'TIME', align: 'left', width, rank, isFigure: true, cell }
}
