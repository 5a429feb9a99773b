import stringWidth from 'string-width'
import type { Format } from './format.ts'
import type { Outcome } from './outcome.ts'

/** A value as a script reads it: decimals and times are text, what is not known is undefined. */
export type Exact = string | number | boolean | undefined

export interface SheetColumn<R> {
  /** In snake_case: the heading of TSV and CSV, the key in JSON. */
  readonly name: string
  readonly align: 'left' | 'right'
  readonly exact: (row: R) => Exact
  /** For people; the exact value unless told. */
  readonly shown?: (row: R) => string
}

export interface SheetCell {
  readonly exact: Exact
  readonly shown: string
}

/** Rows under columns, or facts: one value to a name. */
export interface Sheet {
  readonly kind: 'rows' | 'facts'
  readonly names: readonly string[]
  readonly aligns: readonly ('left' | 'right')[]
  readonly rows: readonly (readonly SheetCell[])[]
  /** Said instead of a table without rows. */
  readonly empty: string
}

/** No value in a table: not known to be zero, not known to be anything. */
export const NOTHING = '--'

export function sheet<R>(
  columns: readonly SheetColumn<R>[],
  rows: readonly R[],
  { empty = 'none' }: { readonly empty?: string } = {},
): Sheet {
  return {
    kind: 'rows',
    names: columns.map(({ name }) => name),
    aligns: columns.map(({ align }) => align),
    rows: rows.map((row) => columns.map((column) => cellOf(column.exact(row), column.shown?.(row)))),
    empty,
  }
}

/** @param all name, exact value, and where it differs what people see */
export function facts(all: readonly (readonly [name: string, exact: Exact, shown?: string])[]): Sheet {
  return {
    kind: 'facts',
    names: ['name', 'value'],
    aligns: ['left', 'left'],
    rows: all.map(([name, exact, shown]) => [cellOf(name, name.replaceAll('_', ' ')), cellOf(exact, shown)]),
    empty: '',
  }
}

function cellOf(exact: Exact, shown?: string): SheetCell {
  return { exact, shown: inOneLine(shown ?? (exact === undefined ? NOTHING : String(exact))) }
}

/** Text of others must not move the cursor, colour the terminal or break a row. */
function inOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}

/** A sheet in a form for people or for programs; without a trailing line feed. */
export function renderSheet(from: Sheet, format: Format): string {
  switch (format) {
    case 'table':
      return from.kind === 'facts' ? factLines(from) : tableLines(from)
    case 'tsv':
      return delimited(from, '\t', (text) => inOneLine(text))
    case 'csv':
      return delimited(from, ',', (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
    case 'json':
      return JSON.stringify(sheetData(from))
  }
}

/** Plain data: an object of facts, or one object a row. */
export function sheetData(from: Sheet): unknown {
  const value = (cell: SheetCell | undefined) => cell?.exact ?? null
  if (from.kind === 'facts') return Object.fromEntries(from.rows.map(([name, cell]) => [name?.exact, value(cell)]))
  return from.rows.map((row) => Object.fromEntries(from.names.map((name, at) => [name, value(row[at])])))
}

function factLines({ rows }: Sheet): string {
  const width = Math.max(0, ...rows.map(([name]) => stringWidth(name?.shown ?? '')))
  return rows.map(([name, cell]) => `${padded(name?.shown ?? '', width, 'left')}  ${cell?.shown ?? ''}`).join('\n')
}

function tableLines({ names, aligns, rows, empty }: Sheet): string {
  if (rows.length === 0) return empty
  const titles = names.map((name) => name.replaceAll('_', ' '))
  const texts = rows.map((row) => row.map(({ shown }) => shown))
  const widths = titles.map((title, at) =>
    Math.max(stringWidth(title), ...texts.map((row) => stringWidth(row[at] ?? ''))),
  )
  const line = (cells: readonly string[]) =>
    widths
      .map((width, at) => padded(cells[at] ?? '', width, aligns[at] ?? 'left'))
      .join('  ')
      .trimEnd()
  return [line(titles), widths.map((width) => '-'.repeat(width)).join('  '), ...texts.map(line)].join('\n')
}

function padded(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)))
  return align === 'left' ? text + space : space + text
}

function delimited({ names, rows }: Sheet, separator: string, quoted: (text: string) => string): string {
  const lines = rows.map((row) => row.map(({ exact }) => quoted(exact === undefined ? '' : String(exact))))
  return [names, ...lines].map((cells) => cells.join(separator)).join('\n')
}

/** An outcome that shows one sheet. */
export function sheetOutcome(
  from: Sheet,
  format: Format,
  rest: Pick<Outcome, 'code' | 'message'> & Partial<Outcome>,
): Outcome {
  return { text: format === 'json' ? '' : renderSheet(from, format), data: sheetData(from), ...rest }
}

/** An outcome of several sheets, each under its name; facts stand bare and first. */
export function sheetsOutcome(
  main: Sheet,
  more: Readonly<Record<string, Sheet>>,
  format: Format,
  rest: Pick<Outcome, 'code' | 'message'> & Partial<Outcome>,
): Outcome {
  const parts = Object.entries(more).map(([name, from]) =>
    format === 'table' ? `${name.replaceAll('_', ' ')}\n${renderSheet(from, format)}` : renderSheet(from, format),
  )
  const data = {
    ...(sheetData(main) as Readonly<Record<string, unknown>>),
    ...Object.fromEntries(Object.entries(more).map(([name, from]) => [name, sheetData(from)])),
  }
  const text = format === 'json' ? '' : [renderSheet(main, format), ...parts].join('\n\n')
  return { text, data, ...rest }
}
