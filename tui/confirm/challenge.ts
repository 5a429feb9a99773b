/** Keys count only this long after the form's frame has been seen: what was typed ahead never confirms, ms. */
export const SETTLE_MS = 250
/** Life of an armed or opened challenge, ms; twice as long for those who listen to it. */
export const CHALLENGE_MS = 60_000
export const SPOKEN_CHALLENGE_MS = 120_000

/** Whether a phrase was typed exactly; full-width letters are the letters. */
export function isExact(typed: string, phrase: string): boolean {
  return typed.normalize('NFKC').trim() === phrase
}

/** Whether the frame that asks has been on the screen long enough to be answered. */
export function isSettled(shownMs: number | undefined, nowMs: number): boolean {
  return shownMs !== undefined && nowMs >= shownMs + SETTLE_MS
}

export const NOTES = {
  early: 'too early: the form had just appeared. Press it again',
  paste: 'paste refused: type it, so that you have read it',
  burst: 'Enter came in one piece with other keys: press Enter again',
  ime: 'IME is on: switch it off and type letters',
} as const

/** A key press as challenges see it. */
export interface Press {
  readonly key: string
  readonly text?: string | undefined
  readonly isKana?: boolean | undefined
  /** It came in one chunk with other keys. */
  readonly isBurst?: boolean | undefined
}
