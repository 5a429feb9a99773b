import type { Random } from '../../domain/random.ts'
import { FAILURE_KINDS, type FailureKind, type VenueFailure } from '../../venues/venue.ts'

/** How long one question may take, ms (UGF-0-008). */
export const CALL_TIMEOUT_MS = 1_500

/** How often an idempotent question is asked again; a kind that is not here is not. Orders are never sent again. */
const RETRIES: Readonly<Partial<Record<FailureKind, number>>> = { TRANSIENT: 2, RATELIMITED: 3 }
const BACKOFF_BASE_MS = 500
export const BACKOFF_CAP_MS = 30_000

/**
 * How long to wait before a question is asked again: full jitter under 500 ms × 2ⁿ, and never less than the venue asked for.
 *
 * @param retries how often it was asked again already
 * @returns ms; undefined when it is not asked again: of a kind that asking does not help, asked often enough, or the venue
 *   wants to be left alone for longer than a question can wait
 */
export function retryDelayMs(
  { kind, retryAfterMs = 0 }: VenueFailure,
  retries: number,
  random: Random,
): number | undefined {
  if (retries >= (RETRIES[kind] ?? 0) || retryAfterMs > BACKOFF_CAP_MS) return undefined
  const ceilingMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** retries)
  return Math.max(retryAfterMs, Math.round(random.float() * ceilingMs))
}

/** What an error says of itself; one that says nothing is UNKNOWN. */
export function failureOf(error: unknown): VenueFailure {
  if (typeof error !== 'object' || error === null || !('kind' in error)) return { kind: 'UNKNOWN' }
  const kind = FAILURE_KINDS.find((known) => known === error.kind) ?? 'UNKNOWN'
  const told = 'retryAfterMs' in error ? error.retryAfterMs : undefined
  return { kind, retryAfterMs: typeof told === 'number' && told > 0 ? told : undefined }
}

/** Whether a failure says that the venue is ill: a limit that we ran into, or a senseless question of ours, does not. */
export function isVenueIll(kind: FailureKind): boolean {
  return kind !== 'RATELIMITED' && kind !== 'INVALIDREQUEST' && kind !== 'SAFETY'
}

const EXHAUSTED_MAX = 3
const EXHAUSTED_WINDOW_MS = 60_000

/** Counts the questions that were given up: three within a minute are more than a venue may cost (UGF-0-008). */
export class RetryBudget {
  #exhaustedMs: readonly number[] = []

  exhausted(nowMs: number): void {
    this.#exhaustedMs = [...this.#exhaustedMs.slice(1 - EXHAUSTED_MAX), nowMs]
  }

  /** Questions that were given up within the minute, at most three. */
  spent(nowMs: number): number {
    return this.#exhaustedMs.filter((ms) => nowMs - ms <= EXHAUSTED_WINDOW_MS).length
  }

  isSpent(nowMs: number): boolean {
    return this.spent(nowMs) >= EXHAUSTED_MAX
  }
}
