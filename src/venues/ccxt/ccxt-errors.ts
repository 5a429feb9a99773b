import { VenueError } from '../venue-error.ts'
import type { FailureKind } from '../venue.ts'

interface Meaning {
  readonly kind: FailureKind
  /** Whether it is certain that the venue did nothing of what was asked. */
  readonly isRefusal: boolean
}

const certain = (kind: FailureKind): Meaning => ({ kind, isRefusal: true })
const open = (kind: FailureKind): Meaning => ({ kind, isRefusal: false })

/**
 * What each class of ccxt's hierarchy means (its `errorHierarchy`, version 4.5.84). One that says which request it was and
 * that it was turned down is a refusal; whatever could have been said by a gateway in between leaves the outcome open.
 * A duplicate id is no refusal: an order with it is there.
 */
export const CCXT_ERRORS: Readonly<Record<string, Meaning>> = {
  BaseError: open('UNKNOWN'),
  ExchangeError: open('UNKNOWN'),
  AuthenticationError: certain('AUTH'),
  PermissionDenied: certain('AUTH'),
  AccountNotEnabled: certain('AUTH'),
  AccountSuspended: certain('AUTH'),
  ArgumentsRequired: certain('INVALIDREQUEST'),
  BadRequest: certain('INVALIDREQUEST'),
  BadSymbol: certain('INVALIDREQUEST'),
  OperationRejected: certain('INVALIDREQUEST'),
  NoChange: certain('INVALIDREQUEST'),
  MarginModeAlreadySet: certain('INVALIDREQUEST'),
  MarketClosed: certain('INVALIDREQUEST'),
  ManualInteractionNeeded: certain('INVALIDREQUEST'),
  RestrictedLocation: certain('AUTH'),
  InsufficientFunds: certain('RESOURCEEXHAUSTED'),
  InvalidAddress: certain('INVALIDREQUEST'),
  AddressPending: certain('INVALIDREQUEST'),
  InvalidOrder: certain('INVALIDREQUEST'),
  OrderNotFound: certain('INVALIDREQUEST'),
  OrderNotCached: certain('INVALIDREQUEST'),
  OrderImmediatelyFillable: certain('INVALIDREQUEST'),
  OrderNotFillable: certain('INVALIDREQUEST'),
  DuplicateOrderId: open('INVALIDREQUEST'),
  ContractUnavailable: certain('INVALIDREQUEST'),
  NotSupported: certain('INVALIDREQUEST'),
  InvalidProxySettings: certain('INVALIDREQUEST'),
  ExchangeClosedByUser: open('TRANSIENT'),
  OperationFailed: open('UNKNOWN'),
  NetworkError: open('TRANSIENT'),
  DDoSProtection: open('RATELIMITED'),
  RateLimitExceeded: open('RATELIMITED'),
  ExchangeNotAvailable: open('TRANSIENT'),
  OnMaintenance: open('TRANSIENT'),
  InvalidNonce: certain('AUTH'),
  ChecksumError: open('INTEGRITY'),
  RequestTimeout: open('TRANSIENT'),
  BadResponse: open('PROTOCOL'),
  NullResponse: open('PROTOCOL'),
  CancelPending: open('TRANSIENT'),
  UnsubscribeError: open('TRANSIENT'),
}

const DETAIL_MAX = 240

/** A failure as our port tells it, and whether it is a refusal. */
export interface Told {
  readonly error: VenueError
  readonly isRefusal: boolean
}

/**
 * Reads what ccxt threw. It puts whole addresses, with their signatures, and answers into its messages: addresses keep
 * nothing behind their path, and what is secret is taken out wherever it stands.
 *
 * @param secrets key and secret, to be taken out
 */
export function toldByCcxt(
  thrown: unknown,
  question: string,
  { secrets, retryAfter }: { readonly secrets: readonly string[]; readonly retryAfter?: string | undefined },
): Told {
  if (thrown instanceof VenueError) return { error: thrown, isRefusal: thrown.isUnsent }
  const { name, message } = thrown instanceof Error ? thrown : { name: '', message: String(thrown) }
  const { kind, isRefusal } = CCXT_ERRORS[name] ?? open(isParsing(name) ? 'PROTOCOL' : 'UNKNOWN')
  const venueCode =
    /"(?:code|retCode|error_code)"\s*:\s*"?(-?[\w:]+)/.exec(message)?.[1] ?? (name === '' ? 'UNKNOWN' : name)
  const seconds = Number(retryAfter)
  const error = new VenueError({
    kind,
    code: venueCode,
    question,
    detail: cleaned(message, secrets),
    retryAfterMs: kind === 'RATELIMITED' && seconds > 0 ? seconds * 1_000 : undefined,
  })
  return { error, isRefusal }
}

function isParsing(name: string): boolean {
  return name === 'SyntaxError' || name === 'TypeError'
}

function cleaned(message: string, secrets: readonly string[]): string {
  let text = message
    .replaceAll(/(\w+:\/\/[^\s?"]+)\?[^\s"]*/g, '$1')
    .replaceAll(/\b(signature|apiKey|api_key|secret|token|listenKey)=[^\s&"]+/gi, '$1=…')
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '…')
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > DETAIL_MAX ? `${line.slice(0, DETAIL_MAX)}…` : line
}
