/** Begin and end of a synchronized update: the terminal shows all of it or nothing. */
const TOGETHER = ['\u001b[?2026h', '\u001b[?2026l'] as const

function placed(row: string, at: number): string {
  const kept = row.trimEnd()
  // Blank cells are erased, not written: what is selected with the mouse ends where the text does.
  return `\u001b[${at + 1};1H\u001b[0m${kept}${kept.length < row.length ? '\u001b[K' : ''}`
}

/**
 * Brings a terminal from one picture to the next by rewriting the rows that differ, at their places. Every row is as wide as
 * the terminal, so nothing is cleared first and nothing flashes. The cursor ends on the last row, where Ink believes it is.
 *
 * Ink lays the first picture and every new size; between those it would tokenise the whole screen for each row that changes.
 */
export class Painter {
  #shown: readonly string[] | undefined

  /** What stands on the terminal is not known any more. */
  forget(): void {
    this.#shown = undefined
  }

  /** @returns what to write: empty when the picture stands already */
  next(rows: readonly string[]): string {
    const shown = this.#shown
    this.#shown = rows
    const changed = rows.flatMap((row, at) => (shown?.[at] === row ? [] : [placed(row, at)]))
    if (changed.length === 0) return ''
    return `${TOGETHER[0]}${changed.join('')}\u001b[0m\u001b[${rows.length};1H${TOGETHER[1]}`
  }
}
