import stringWidth from 'string-width'
import type { ScreenLook, Tone } from './tone.ts'

/** A piece of a row: text, or text with a meaning. */
export type Piece = string | readonly [text: string, tone: Tone]

// ASCII and what the screen draws itself: one cell each, and by far the most of what is measured.
const ONE_CELL = /^[\x20-\x7e\u00a5\u2500-\u257f\u25b4\u25b8\u25be\u2713\u2717\u2800-\u28ff]*$/
// Controls, bidirectional marks and zero-width characters would move the rest of the row, or hide it.
const UNSAFE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu

/** Cells that a text takes. */
export function widthOf(text: string): number {
  return ONE_CELL.test(text) ? text.length : stringWidth(text)
}

/** Text of venues, news and users with everything gone that could break a row. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, ' ')
}

/** At most `width` cells of a text; `..` where something was cut. Never for numbers: {@link figure}. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  if (width <= 2) return '.'.repeat(Math.max(0, width))
  let kept = ''
  let used = 0
  for (const char of text) {
    const wide = widthOf(char)
    if (used + wide > width - 2) break
    kept += char
    used += wide
  }
  return `${kept}..${' '.repeat(width - 2 - used)}`
}

/** A text in exactly `width` cells. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const shown = cut(text, width)
  const room = ' '.repeat(Math.max(0, width - widthOf(shown)))
  return align === 'left' ? shown + room : room + shown
}

/** A number in exactly `width` cells, right-aligned. One that does not fit is never cut: `####` says that it is there. */
export function figure(text: string, width: number): string {
  return widthOf(text) <= width ? fit(text, width, 'right') : '#'.repeat(width)
}

/**
 * Pieces side by side in exactly `width` cells: what is too long is cut, what is too short is filled with spaces.
 */
export function row(look: ScreenLook, width: number, pieces: readonly Piece[]): string {
  let painted = ''
  let left = width
  for (const piece of pieces) {
    if (left <= 0) break
    const [text, tone] = typeof piece === 'string' ? ([piece, 'plain'] as const) : piece
    const shown = cut(text, left)
    left -= widthOf(shown)
    painted += look.paint(tone, shown)
  }
  return painted + ' '.repeat(Math.max(0, left))
}

/** Pieces at both ends of a row; the right end is kept and the left one gives way. */
export function spread(look: ScreenLook, width: number, left: readonly Piece[], right: readonly Piece[]): string {
  const rightWidth = right.reduce((sum, piece) => sum + widthOf(textOf(piece)), 0)
  if (rightWidth >= width) return row(look, width, right)
  return row(look, width - rightWidth, left) + row(look, rightWidth, right)
}

export function textOf(piece: Piece): string {
  return typeof piece === 'string' ? piece : piece[0]
}

/** A section's head: `─ Title 5 ────────────── facts or keys ─` in exactly `width` cells. Facts give way before the title. */
export function rule(look: ScreenLook, width: number, title: string, facts = ''): string {
  const { rule: line } = look.glyphs
  const head = title === '' ? '' : ` ${cut(title, Math.max(0, width - 4))} `
  const room = width - 2 - widthOf(head)
  const tail = facts !== '' && room >= 8 ? ` ${cut(facts, room - 3)} ` : ''
  const fill = line.repeat(Math.max(0, width - 2 - widthOf(head) - widthOf(tail)))
  const text = `${look.paint('muted', line)}${look.paint('strong', head)}${look.paint('muted', fill)}`
  return `${text}${look.paint('muted', tail)}${look.paint('muted', line)}`
}

/** A gauge of `cells` cells: how much of a limit is used. An unknown share is drawn as `?`. */
export function gauge(look: ScreenLook, share: number | undefined, cells: number): Piece {
  const { full, half, empty, unknown } = look.glyphs
  if (share === undefined || Number.isNaN(share)) return [unknown.repeat(cells), 'unknown']
  const steps = Math.round(Math.max(0, Math.min(1, share)) * cells * 2)
  const whole = Math.floor(steps / 2)
  const text = full.repeat(whole) + (steps % 2 === 1 ? half : '') + empty.repeat(cells - whole - (steps % 2))
  return [text, share >= 1 ? 'bad' : share >= 0.8 ? 'warn' : 'ok']
}

/** Columns of rows beside each other, parted by one bar. Each column is padded to `height` rows. */
export function beside(
  look: ScreenLook,
  height: number,
  columns: readonly { readonly width: number; readonly rows: readonly string[] }[],
): string[] {
  const bar = look.paint('muted', look.glyphs.bar)
  return Array.from({ length: height }, (_, at) =>
    columns.map(({ width, rows }) => rows[at] ?? ' '.repeat(width)).join(bar),
  )
}

/** Exactly `height` rows: the first of what is there, blank ones after. */
export function stack(width: number, height: number, rows: readonly string[]): string[] {
  return Array.from({ length: Math.max(0, height) }, (_, at) => rows[at] ?? ' '.repeat(width))
}
