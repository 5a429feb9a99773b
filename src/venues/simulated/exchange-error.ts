import type { FailureKind, VenueFailure } from '../venue.ts'

/** The exchange cannot be reached: what was asked is not known. */
export class VenueUnreachable extends Error implements VenueFailure {
  readonly kind: FailureKind = 'TRANSIENT'
  override readonly name = 'VenueUnreachable'
  readonly code = 'venue.unreachable'
  readonly hint = 'ask again when the venue is back; until then its truth is unknown'

  constructor(question: string) {
    super(`${question}: the simulated exchange is offline`)
  }
}

/** The exchange is reached and does not answer: an error of its own. */
export class VenueFailed extends Error implements VenueFailure {
  override readonly name = 'VenueFailed'
  readonly code = 'venue.failed'
  readonly hint = 'it may pass; until then the truth of the venue is unknown'
  readonly kind: FailureKind = 'TRANSIENT'

  constructor(question: string) {
    super(`${question}: the simulated exchange failed to answer`)
  }
}

/** The exchange does not take our key. */
export class VenueKeyRefused extends Error implements VenueFailure {
  override readonly name = 'VenueKeyRefused'
  readonly code = 'venue.key-refused'
  readonly hint = 'check the key, its rights and the clock of this machine; nothing is asked again by itself'
  readonly kind: FailureKind = 'AUTH'

  constructor(question: string) {
    super(`${question}: the simulated exchange refuses the key`)
  }
}

/** The exchange was asked too often. */
export class VenueRateLimited extends Error implements VenueFailure {
  override readonly name = 'VenueRateLimited'
  readonly code = 'venue.rate-limited'
  readonly hint = 'ask again after the time that it names'
  readonly kind: FailureKind = 'RATELIMITED'
  readonly retryAfterMs: number

  constructor(question: string, retryAfterMs: number) {
    super(`${question}: the simulated exchange was asked too often; again in ${retryAfterMs / 1_000} s`)
    this.retryAfterMs = retryAfterMs
  }
}

/** The vault holds what this program cannot read. */
export class VaultUnreadable extends Error {
  override readonly name = 'VaultUnreadable'
  readonly code = 'venue.vault-unreadable'
  readonly hint = 'start the program that wrote it, or move the demo profile away and begin a new one'
}
