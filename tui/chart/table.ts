import { type Look, PLAIN, type Tone } from './look.ts'

/** A cell: text, or text with a meaning. */
export type Cell = string | { readonly text: string; readonly tone: Tone }

export interface Column {
  readonly title: string
  readonly align: 'left' | 'right'
  /** Longer text is cut and ends in `~`. */
  readonly widthMax?: number
}

export interface TableOptions {
  readonly look?: Look
  /** Spaces between columns, 2 unless told. */
  readonly gap?: number
}

/**
 * Lays out rows in columns as wide as their widest cell under a title row and a rule.
 * Text is measured in characters: ASCII is meant. No line ends in spaces.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { look = PLAIN, gap = 2 }: TableOptions = {},
): string[] {
  const widths = columns.map((column, at) => {
    const widest = rows.reduce((most, row) => Math.max(most, textOf(row[at] ?? '').length), column.title.length)
    return Math.min(widest, column.widthMax ?? Number.POSITIVE_INFINITY)
  })
  const line = (cells: readonly Cell[]): string => {
    const shown = columns.map((column, at) => paintCell(cells[at] ?? '', column, widths[at] ?? 0, look))
    return shown.join(' '.repeat(gap)).trimEnd()
  }
  const titles = line(columns.map(({ title }) => title))
  const rule = widths.map((width) => '-'.repeat(width)).join(' '.repeat(gap))
  return [look.bold(titles), look.dim(rule), ...rows.map(line)]
}

function paintCell(cell: Cell, { align }: Column, width: number, look: Look): string {
  const text = cut(textOf(cell), width)
  const padded = align === 'right' ? text.padStart(width) : text.padEnd(width)
  return typeof cell === 'string' ? padded : look.tone(cell.tone, padded)
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

/** The text in at most `width` characters, `~` in place of what was cut. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}~`
}

/** Breaks text at spaces into lines of at most `width` characters; a longer word stands alone and is not broken. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  if (line !== '') lines.push(line)
  return lines
}
