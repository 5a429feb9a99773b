import type { FailureKind, VenueFailure } from '../../venues/venue.ts'

/** A question that the guard of a venue did not ask, or gave up on. */
export class GuardError extends Error implements VenueFailure {
  override readonly name = 'GuardError'
  readonly code:
    | 'venue.timeout'
    | 'venue.breaker-open'
    | 'venue.queue-full'
    | 'venue.rate-limited'
    | 'venue.disconnected'
  readonly kind: FailureKind
  readonly hint: string

  private constructor(code: GuardError['code'], kind: FailureKind, message: string, hint: string) {
    super(message)
    this.code = code
    this.kind = kind
    this.hint = hint
  }

  static timeout(question: string, ms: number): GuardError {
    return new GuardError(
      'venue.timeout',
      'TRANSIENT',
      `${question}: no answer within ${ms} ms`,
      'see: profinaut breakers',
    )
  }

  static breakerOpen(question: string, reason: string): GuardError {
    const hint = 'it tries again by itself; see when: profinaut breakers'
    return new GuardError('venue.breaker-open', 'TRANSIENT', `${question}: not asked, ${reason}`, hint)
  }

  static queueFull(question: string): GuardError {
    const hint = 'see what waits: profinaut queues'
    return new GuardError(
      'venue.queue-full',
      'RESOURCEEXHAUSTED',
      `${question}: not asked, too many questions wait`,
      hint,
    )
  }

  static leftAlone(question: string, seconds: number): GuardError {
    const message = `${question}: not asked, the venue wants to be left alone for ${seconds} s`
    return new GuardError('venue.rate-limited', 'RATELIMITED', message, 'ask again after that time')
  }

  static disconnected(question: string): GuardError {
    return new GuardError(
      'venue.disconnected',
      'TRANSIENT',
      `${question}: the connection ended`,
      'ask again when it is back',
    )
  }
}
