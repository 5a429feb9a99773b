import { closest, distance } from 'fastest-levenshtein'

/** `, did you mean 'x'?` where one of the known words is near enough to be meant, else nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  const near = closest(word, [...known])
  return distance(word, near) <= Math.max(2, Math.floor(word.length / 3)) ? `, did you mean '${near}'?` : ''
}
