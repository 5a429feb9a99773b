import { cut, widthOf } from './row.ts'

/**
 * A text in at most `width` cells, `..` where something is missing. A word with a digit in it is shown whole or not at all,
 * and never runs into the dots: half a number reads as another number.
 */
export function phrase(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  const shown = cut(text, width).trimEnd().replace(/\.\.$/, '')
  const rest = text.slice(shown.length)
  const [last = ''] = /\S*$/.exec(shown) ?? []
  const isWhole = !/^\S/.test(rest)
  const word = isWhole ? last : last + (/^\S*/.exec(rest)?.[0] ?? '')
  if (!/\d/.test(word)) return cut(text, width)
  if (isWhole && widthOf(shown) + 3 <= width) return `${shown} ..`
  const kept = shown.slice(0, shown.length - last.length)
  return `${kept}${'.'.repeat(Math.min(2, Math.max(0, width - widthOf(kept))))}`
}
