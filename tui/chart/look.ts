/** What a piece of text means; a look decides how meaning appears. */
export type Tone = 'gain' | 'loss' | 'accent' | 'warn'

/** How text is dressed. Plain text is the default, so that a file, a pipe and a test see the same characters. */
export interface Look {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly tone: (tone: Tone, text: string) => string
  /** `braille` draws eight dots a cell; `ascii` is for terminals that have nothing else. */
  readonly glyphs: 'braille' | 'ascii'
}

export const PLAIN: Look = {
  bold: (text) => text,
  dim: (text) => text,
  tone: (_, text) => text,
  glyphs: 'braille',
}

export const PLAIN_ASCII: Look = { ...PLAIN, glyphs: 'ascii' }
