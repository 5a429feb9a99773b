import type { InputEvent } from '../input/tap.ts'
import type { GlyphSet } from '../paint/glyphs.ts'
import { GLYPHS } from '../paint/glyphs.ts'

/** Characters whose width is asked for, each at the start of a line that is wiped after. */
const ASKED = [GLYPHS.rich.rule, GLYPHS.rich.full, GLYPHS.rich.up] as const

/** No answer after this long is an answer, ms. */
export const PROBE_MS = 200

/**
 * Asks for the kitty protocol, prints the characters one by one and asks the cursor after each. Answers come in order: with
 * the last width, an answer about kitty has come or never will.
 */
export const PROBE = `\u001b[?u\u001b7${ASKED.map((glyph) => `\r${glyph}\u001b[6n`).join('')}\r\u001b[K\u001b8`

export interface ProbeResult {
  readonly glyphs: GlyphSet
  readonly hasKitty: boolean
}

/** Collects the answers of a terminal to {@link PROBE}. Keys that arrive meanwhile are kept for the screen. */
export class Probe {
  readonly #columns: number[] = []
  #hasKitty = false
  readonly keys: InputEvent[] = []

  take(event: InputEvent): void {
    if (event.kind === 'cursor') this.#columns.push(event.column)
    else if (event.kind === 'kitty') this.#hasKitty = true
    else this.keys.push(event)
  }

  /** All widths are known. */
  get isComplete(): boolean {
    return this.#columns.length >= ASKED.length
  }

  /** One cell each is `rich`; wide rules, or no answer, `safe`; wide braille `ascii`. */
  get result(): ProbeResult {
    const [rule, braille, triangle] = this.#columns
    const isNarrow = (column: number | undefined) => column === 2
    const glyphs: GlyphSet =
      rule === undefined || braille === undefined || triangle === undefined
        ? 'safe'
        : !isNarrow(braille) || !isNarrow(triangle)
          ? 'ascii'
          : isNarrow(rule)
            ? 'rich'
            : 'safe'
    return { glyphs, hasKitty: this.#hasKitty }
  }
}
