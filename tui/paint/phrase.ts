import { cut, widthOf } from './row.ts'

/**
 * A text in at most `width` cells, `..` where something is missing. A word with a digit in it is left out whole: half a
 * number reads as another number.
 */
export function phrase(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  const shown = cut(text, width).trimEnd().replace(/\.\.$/, '')
  const [broken = ''] = /\S*$/.exec(shown) ?? []
  const next = text.slice(shown.length)
  if (!/\d/.test(broken + (/^\S*/.exec(next)?.[0] ?? ''))) return cut(text, width)
  const kept = /^\S/.test(next) ? shown.slice(0, shown.length - broken.length) : shown
  return `${kept}${'.'.repeat(Math.min(2, width - widthOf(kept)))}`
}
