import { Chalk, type ColorSupportLevel } from 'chalk'
import { GLYPHS, type GlyphSet, type Glyphs } from './glyphs.ts'

/**
 * What a piece of the screen means. View models choose tones; a look decides how they appear. Severity (`ok`, `warn`,
 * `bad`) never shares a colour decision with direction (`up`, `down`): in some palettes red is up.
 */
export type Tone =
  | 'plain'
  | 'ok'
  | 'warn'
  | 'bad'
  | 'unknown'
  | 'stale'
  | 'up'
  | 'down'
  | 'selected'
  | 'muted'
  | 'strong'
  /** Live or canary trading, a raised kill, an engine that does not answer: inverse, and always with its word. */
  | 'alarm'

/** `west`: green up. `east`: red up. `cvd`: blue up, yellow down. `contrast`: bold instead of dim. `mono`: no colour at all. */
export const PALETTES = ['west', 'east', 'cvd', 'contrast', 'mono'] as const
export type Palette = (typeof PALETTES)[number]

/** How the screen is dressed. */
export interface ScreenLook {
  readonly paint: (tone: Tone, text: string) => string
  readonly glyphs: Glyphs
  readonly palette: Palette
}

type Dress = (text: string) => string
const AS_IS: Dress = (text) => text

/** Each tone in 16 terminal colours, so that the user's theme rules; without colour a weight stands for it. */
function dresses(palette: Palette, level: ColorSupportLevel): Readonly<Record<Tone, Dress>> {
  const chalk = new Chalk({ level })
  const isMono = palette === 'mono'
  const [up, down]: readonly [Dress, Dress] =
    palette === 'east'
      ? [chalk.red, chalk.green]
      : palette === 'cvd'
        ? [chalk.blueBright, chalk.yellow]
        : isMono
          ? [AS_IS, AS_IS]
          : [chalk.green, chalk.red]
  const faint: Dress = palette === 'contrast' ? AS_IS : chalk.dim
  return {
    plain: AS_IS,
    ok: isMono ? AS_IS : chalk.green,
    warn: isMono ? chalk.bold : chalk.yellow,
    bad: isMono ? chalk.inverse : chalk.bold.red,
    unknown: isMono ? chalk.underline : chalk.magenta,
    stale: faint,
    up,
    down,
    selected: chalk.inverse,
    muted: faint,
    strong: chalk.bold,
    alarm: isMono ? chalk.bold.inverse : chalk.bold.inverse.red,
  }
}

/** @param level chalk's: 0 for a pipe or NO_COLOR with `mono`, 1 for 16 colours */
export function screenLook(options: { palette: Palette; level: ColorSupportLevel; glyphs: GlyphSet }): ScreenLook {
  const dressed = dresses(options.palette, options.level)
  return {
    paint: (tone, text) => (text === '' ? '' : dressed[tone](text)),
    glyphs: GLYPHS[options.glyphs],
    palette: options.palette,
  }
}

/** No escape byte at all: for golden frames, pipes and files. */
export const BARE: ScreenLook = { paint: (_, text) => text, glyphs: GLYPHS.rich, palette: 'mono' }
