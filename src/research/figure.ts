/**
 * A figure of a report: finite, or held back with the reason in words.
 * A ratio from too few observations is luck with decimals, so it is not shown as if it were knowledge.
 */
export type Figure = { readonly value: number } | { readonly withheld: string }

/** A 95 % interval, or the reason why there is none. */
export type Interval = { readonly low: number; readonly high: number } | { readonly withheld: string }

/**
 * Makes a figure of a number, so that no NaN and no infinity leaves.
 *
 * @param otherwise the reason given when the number is not finite
 */
export function figure(value: number, otherwise = 'too large or too small for a number'): Figure {
  return Number.isFinite(value) ? { value } : { withheld: otherwise }
}

export function withheld(reason: string): { readonly withheld: string } {
  return { withheld: reason }
}

/** The number of a figure; undefined when it is withheld. */
export function valueOf(shown: Figure): number | undefined {
  return 'value' in shown ? shown.value : undefined
}

/** `3 closed trades`, `1 closed trade`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
