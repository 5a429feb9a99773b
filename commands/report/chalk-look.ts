import type { ChalkInstance } from 'chalk'
import { type Look, PLAIN } from '../../tui/chart/look.ts'

/** A look in colour. The caller decides with what level the chalk was made: none for a pipe or NO_COLOR. */
export function chalkLook(chalk: ChalkInstance, glyphs: Look['glyphs'] = PLAIN.glyphs): Look {
  const tones = { gain: chalk.green, loss: chalk.red, accent: chalk.cyan, warn: chalk.yellow }
  return {
    bold: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    tone: (tone, text) => tones[tone](text),
    glyphs,
  }
}
