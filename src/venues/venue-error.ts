import type { FailureKind, VenueFailure } from './venue.ts'

export interface VenueErrorTerms {
  readonly kind: FailureKind
  /** The venue's own code where it sent one (`ERR-5003`, `-2010`), else a word of ours. */
  readonly code: string
  /** What was asked, without any value that came from a secret: `POST /v1/order`. */
  readonly question: string
  /** What the venue said, in one line; never a body, a header or an address with a signature. */
  readonly detail: string
  readonly hint?: string | undefined
  readonly retryAfterMs?: number | undefined
  /** It is certain that the venue saw nothing of it. */
  readonly isUnsent?: boolean | undefined
}

const HINTS: { readonly [K in FailureKind]: string } = {
  TRANSIENT: 'it may pass; until then the truth of the venue is unknown',
  RATELIMITED: 'it was asked too often; it is left alone for a while',
  AUTH: 'check the key, its rights and the clock of this machine; nothing is asked again by itself',
  INVALIDREQUEST: 'the venue will not take it as it is; nothing is asked again by itself',
  PROTOCOL: 'the answer could not be read; what it stands for is unknown until the venue is asked another way',
  INTEGRITY: 'what the venue says contradicts itself; compare the books before anything else',
  RESOURCEEXHAUSTED: 'the account has not what this needs',
  SAFETY: 'it was stopped here, before it left',
  UNKNOWN: 'what it means is not known; the venue has to be asked what became of it',
}

/** What a connector fails with. */
export class VenueError extends Error implements VenueFailure {
  override readonly name = 'VenueError'
  readonly kind: FailureKind
  readonly venueCode: string
  readonly code: string
  readonly hint: string
  readonly retryAfterMs: number | undefined
  readonly isUnsent: boolean

  constructor(
    { kind, code, question, detail, hint, retryAfterMs, isUnsent = false }: VenueErrorTerms,
    options?: ErrorOptions,
  ) {
    super(`${question}: ${detail}`, options)
    this.kind = kind
    this.venueCode = code
    this.code = `venue.${kind.toLowerCase()}`
    this.hint = hint ?? HINTS[kind]
    this.retryAfterMs = retryAfterMs
    this.isUnsent = isUnsent
  }
}
