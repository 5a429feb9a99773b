import { safeText } from '../paint/row.ts'

const ASCII = /^[\x20-\x7e]*$/
// What takes a different number of cells beside its neighbours than alone: marks, flags, pictures, lone surrogates and
// the loose letters that Hangul syllables are composed of.
const UNSTEADY =
  /[\p{M}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/gu

/** Text of venues, strategies and users made safe for a row: every character has a width of its own, on one line. */
export function plainText(text: string): string {
  return ASCII.test(text) ? text : safeText(text.normalize('NFC')).replace(UNSTEADY, '')
}
