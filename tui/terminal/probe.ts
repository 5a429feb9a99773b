import type { GlyphSet } from '../paint/glyphs.ts'
import { GLYPHS } from '../paint/glyphs.ts'
import type { InputEvent } from '../input/tap.ts'

/** Characters whose width is asked for, each at the start of a line that is wiped after. */
const ASKED = [GLYPHS.rich.rule, GLYPHS.rich.full, GLYPHS.rich.up] as const

/** No answer after this long is an answer, ms. */
export const PROBE_MS = 200

/** Prints the characters one by one, asks the cursor after each, then asks for the kitty protocol. */
export const PROBE = `\u001b7${ASKED.map((glyph) => `\r${glyph}\u001b[6n`).join('')}\r\u001b[K\u001b8\u001b[?u`

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

  /** All widths are known; the kitty answer may not come at all. */
  get isComplete(): boolean {
    return this.#columns.length >= ASKED.length && this.#hasKitty
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
