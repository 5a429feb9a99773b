/**
 * The characters the screen is drawn with. `rich` where rules and blocks are one cell wide, `safe` where a terminal set up for
 * Japanese makes them two (braille and small triangles stay one), `ascii` for the rest. Same layout in all of them.
 */
export interface Glyphs {
  readonly set: GlyphSet
  /** Horizontal and vertical rule. */
  readonly rule: string
  readonly bar: string
  readonly selected: string
  readonly up: string
  readonly down: string
  readonly ok: string
  readonly warn: string
  readonly bad: string
  readonly unknown: string
  readonly stale: string
  /** Currency sign of JPY: two cells where the terminal says so. */
  readonly yen: string
  /** A gauge: full, half and empty cell. */
  readonly full: string
  readonly half: string
  readonly empty: string
  /** Whether charts may use the eight dots of braille. */
  readonly hasBraille: boolean
  readonly corners: readonly [topLeft: string, topRight: string, bottomLeft: string, bottomRight: string]
}

export const GLYPH_SETS = ['rich', 'safe', 'ascii'] as const
export type GlyphSet = (typeof GLYPH_SETS)[number]

const RICH: Glyphs = {
  set: 'rich',
  rule: '\u2500',
  bar: '\u2502',
  selected: '\u25b8',
  up: '\u25b4',
  down: '\u25be',
  ok: '\u2713',
  warn: '!',
  bad: '\u2717',
  unknown: '?',
  stale: '~',
  yen: '\u00a5',
  full: '\u28ff',
  half: '\u2847',
  empty: '\u28c0',
  hasBraille: true,
  corners: ['\u250c', '\u2510', '\u2514', '\u2518'],
}

export const GLYPHS: Readonly<Record<GlyphSet, Glyphs>> = {
  rich: RICH,
  safe: { ...RICH, set: 'safe', rule: '\u254c', bar: '\u254e', corners: ['\u254c', '\u254c', '\u254c', '\u254c'] },
  ascii: {
    set: 'ascii',
    rule: '-',
    bar: '|',
    selected: '>',
    up: '^',
    down: 'v',
    ok: 'Y',
    warn: '!',
    bad: 'X',
    unknown: '?',
    stale: '~',
    yen: 'Y',
    full: '#',
    half: '+',
    empty: '.',
    hasBraille: false,
    corners: ['+', '+', '+', '+'],
  },
}
