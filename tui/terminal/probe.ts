import type { TerminalNews } from '../input/key-press.ts'
import type { GlyphSet } from '../paint/glyphs.ts'

/** A terminal answers within a millisecond; one that has not after so long does not answer at all, ms. */
const ANSWER_MS = 200

/** What is printed to be measured, in this order. */
const PROBED = { rule: '\u2500', block: '\u2588', braille: '\u28ff', triangle: '\u25b4' } as const
const PROBED_GLYPHS = Object.values(PROBED)

/** Cells that each of the probed characters took. */
export type ProbedWidths = Readonly<Record<keyof typeof PROBED, number>>

/** What is known of a terminal before it is asked. */
export interface TerminalFacts {
  /** `TERM`. */
  readonly term: string | undefined
  /** Whether the locale is a UTF-8 one. */
  readonly isUtf8: boolean
}

/**
 * The richest set whose characters are all one cell wide. A character that took neither one cell nor two was not decoded as
 * UTF-8: only ASCII is safe there.
 */
export function glyphSetFor({ rule, block, braille, triangle }: ProbedWidths): GlyphSet {
  const isDecoded = [rule, block, braille, triangle].every((cells) => cells === 1 || cells === 2)
  // Braille and triangles are in the safe set too.
  if (!isDecoded || braille !== 1 || triangle !== 1) return 'ascii'
  return rule === 1 && block === 1 ? 'rich' : 'safe'
}

/**
 * Asks the terminal how wide it draws what the screen is made of: prints each character at column 1 of the cursor's row and asks
 * where the cursor is. To be called before the first frame, in raw mode, while a key tap reads what the terminal sends. The row
 * is erased in the same breath, so nothing of it is seen, answered or not.
 *
 * @param onNews listens until the returned function is called
 * @param after calls once after a pause in ms, until the returned function is called
 * @returns `safe` when the answers are not all there in 200 ms
 */
export function probeGlyphs({
  write,
  onNews,
  after,
  terminal,
}: {
  write: (text: string) => void
  onNews: (listen: (news: TerminalNews) => void) => () => void
  after: (ms: number, act: () => void) => () => void
  terminal: TerminalFacts
}): Promise<GlyphSet> {
  if (!terminal.isUtf8 || terminal.term === 'linux' || terminal.term === 'dumb') return Promise.resolve('ascii')
  return new Promise((resolve) => {
    const widths: number[] = []
    const end = (set: GlyphSet) => {
      cancel()
      stopListening()
      resolve(set)
    }
    const cancel = after(ANSWER_MS, () => end('safe'))
    const stopListening = onNews((news) => {
      if (news.kind !== 'cursor') return
      widths.push(news.column - 1)
      const [rule, block, braille, triangle] = widths
      if (rule === undefined || block === undefined || braille === undefined || triangle === undefined) return
      end(glyphSetFor({ rule, block, braille, triangle }))
    })
    write(`${PROBED_GLYPHS.map((glyph) => `\r${glyph}\u001b[6n`).join('')}\r\u001b[K`)
  })
}
