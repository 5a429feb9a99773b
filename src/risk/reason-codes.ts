import type { DecisionKind } from '../domain/action.ts'

/** What a reason code of the gate means to whoever reads it. */
export interface ReasonCode {
  readonly code: string
  /** P1 wants somebody now, P2 today, P3 is how it should be. */
  readonly severity: 'P1' | 'P2' | 'P3'
  readonly decision: DecisionKind
  readonly text: string
  /** Heading of docs/runbooks.md that says what to do. */
  readonly runbook:
    | 'order-terms'
    | 'inputs'
    | 'stopped'
    | 'lease'
    | 'live'
    | 'quiet-hours'
    | 'market-data'
    | 'limits'
    | 'pace'
    | 'approval'
    | 'gate-fault'
    | 'allowed'
}

const code = (
  name: string,
  severity: ReasonCode['severity'],
  decision: DecisionKind,
  runbook: ReasonCode['runbook'],
  text: string,
): ReasonCode => ({ code: name, severity, decision, runbook, text })

/** Every code that the gate can give (UGF-D-003), as data: `policy lint` and a test see that none is missing. */
export const REASON_CODES: readonly ReasonCode[] = [
  code('J_POLICY_ALLOW', 'P3', 'ALLOW', 'allowed', 'no rule speaks against it'),
  code('INTENT_INVALID', 'P2', 'BLOCK', 'order-terms', 'the intent lacks what every intent must say'),
  code('INTENT_EXPIRED', 'P2', 'BLOCK', 'order-terms', 'the intent is older than it may be, or from the future'),
  code('IDEMPOTENCY_CONFLICT', 'P1', 'BLOCK', 'order-terms', 'the same key was used for another order'),
  code('IDEMPOTENCY_REPEATED', 'P3', 'BLOCK', 'order-terms', 'the same order was asked for before'),
  code(
    'J_POLICY_DENY_MISSING_REQUIRED_INPUT',
    'P1',
    'HALT',
    'inputs',
    'an input that must be known was never observed',
  ),
  code('J_POLICY_DENY_UNKNOWN_INPUT', 'P1', 'HALT', 'inputs', 'an input that must be known is unreadable or too old'),
  code('POLICY_BUNDLE_INVALID', 'P1', 'HALT', 'inputs', 'the limits are not those that the session began with'),
  code('J_POLICY_HALT_SAFE_MODE', 'P1', 'HALT', 'stopped', 'everything is halted: only cancelling passes'),
  code('J_POLICY_HALT_AUDIT_CHAIN_BROKEN', 'P1', 'HALT', 'stopped', 'the journal was changed behind our back'),
  code('SAFE_MODE_BLOCKED', 'P1', 'BLOCK', 'stopped', 'SAFE_MODE: no new risk, and exits only by hand'),
  code(
    'DEGRADED_THROTTLED',
    'P2',
    'THROTTLE',
    'stopped',
    'DEGRADED: new risk waits until the cause has been gone a minute',
  ),
  code('KILL_FLATTEN', 'P1', 'FLATTEN', 'stopped', 'FLATTEN stands: only the flatten routine trades'),
  code('KILL_CLOSE_ONLY', 'P1', 'CLOSE_ONLY', 'stopped', 'CLOSE_ONLY stands: positions may only become smaller'),
  code('J_POLICY_DENY_LEASE_MISSING', 'P1', 'BLOCK', 'lease', 'no lease stands: nobody keeps watch over new risk'),
  code('LIVE_DISABLED', 'P2', 'BLOCK', 'live', 'real orders are off: the profile is not prod, or the flag is not set'),
  code('DRY_RUN_ONLY', 'P2', 'BLOCK', 'live', 'this run rehearses: no order leaves'),
  code('LIVE_NOT_ARMED', 'P2', 'BLOCK', 'live', 'live is not armed'),
  code('LIVE_NOT_CONFIGURED', 'P2', 'BLOCK', 'live', 'the venue’s connector is not configured'),
  code('LEASE_CONFLICT', 'P1', 'BLOCK', 'live', 'this engine does not hold the profile: another one may'),
  code('J_POLICY_DENY_RBAC', 'P2', 'BLOCK', 'live', 'the role of who asks may not do this'),
  code('J_POLICY_DENY_FORBIDDEN_OP', 'P1', 'BLOCK', 'live', 'nobody may do this, whatever the role'),
  code('J_POLICY_DENY_QUIET_HOURS', 'P3', 'BLOCK', 'quiet-hours', 'quiet hours: no new risk until they are over'),
  code('VENUE_NOT_ALLOWED', 'P2', 'BLOCK', 'limits', 'the venue is not on the list of those that may be traded'),
  code('SYMBOL_NOT_ALLOWED', 'P2', 'BLOCK', 'limits', 'the instrument is not on the list of those that may be traded'),
  code('LIVE_DEGRADED', 'P2', 'THROTTLE', 'stopped', 'the venue is down, fails, or asks to be left alone'),
  code(
    'J_POLICY_CANCEL_ONLY_DEGRADED',
    'P2',
    'CLOSE_ONLY',
    'inputs',
    'what we lean on fails, or was not measured lately',
  ),
  code('STALE_PRICE', 'P2', 'CLOSE_ONLY', 'market-data', 'the price is older than new risk may rest on'),
  code('BOOK_GAP', 'P2', 'CLOSE_ONLY', 'market-data', 'the book has a gap and is being fetched anew'),
  code('CROSSED_BOOK', 'P2', 'CLOSE_ONLY', 'market-data', 'the book is crossed: one of its sides is wrong'),
  code('THIN_BOOK', 'P3', 'THROTTLE', 'market-data', 'the book shows too little on the side that would be taken'),
  code('CLOCK_DRIFT', 'P2', 'THROTTLE', 'stopped', 'the clocks of this machine disagree'),
  code(
    'RECONCILE_PENDING',
    'P1',
    'CLOSE_ONLY',
    'stopped',
    'our books differ from the venue’s, or could not be compared',
  ),
  code('INVALID_QTY', 'P2', 'BLOCK', 'order-terms', 'the quantity is not a whole number of lots above zero'),
  code('INVALID_PRICE', 'P2', 'BLOCK', 'order-terms', 'a price is not a whole number of ticks above zero'),
  code('FILTER_VIOLATION', 'P2', 'BLOCK', 'order-terms', 'outside what the venue takes: smallest, largest, or value'),
  code('PRICE_DEVIATION', 'P2', 'BLOCK', 'limits', 'the limit price is too far from the market'),
  code('REFERENCE_PRICE_MISSING', 'P2', 'CLOSE_ONLY', 'market-data', 'no price is known to measure the order against'),
  code('MARKET_ORDER_DISABLED', 'P2', 'BLOCK', 'limits', 'market orders are switched off'),
  code(
    'REDUCE_ONLY_VIOLATION',
    'P2',
    'REDUCE_ONLY',
    'order-terms',
    'it would do more than reduce the position, and says it only reduces',
  ),
  code('ORDER_NOTIONAL_LIMIT', 'P2', 'BLOCK', 'limits', 'the order is worth more than one order may be'),
  code('QTY_CAP_UNSET', 'P2', 'BLOCK', 'limits', 'no largest quantity is set for the instrument'),
  code('QTY_CAP', 'P2', 'BLOCK', 'limits', 'the quantity is larger than one order may be'),
  code('BREAK_GLASS_CAP', 'P2', 'BLOCK', 'limits', 'a break-glass is open: orders may be half as large as usual'),
  code(
    'CANARY_CAP',
    'P2',
    'BLOCK',
    'limits',
    'after our books were wrong one bot trades first, and everybody a little',
  ),
  code('LIMIT_GROSS', 'P2', 'BLOCK', 'limits', 'the sum of all exposures would be too large'),
  code('LIMIT_NET', 'P2', 'BLOCK', 'limits', 'the net exposure would be too large'),
  code('LIMIT_SYMBOL', 'P2', 'BLOCK', 'limits', 'the exposure in the instrument would be too large'),
  code('LIMIT_VENUE', 'P2', 'BLOCK', 'limits', 'the exposure at the venue would be too large'),
  code('LIMIT_LEVERAGE', 'P2', 'BLOCK', 'limits', 'the leverage of the account would be too high'),
  code('LIMIT_OPEN_ORDERS', 'P2', 'BLOCK', 'limits', 'too many orders work already'),
  code('LIMIT_SCOPED', 'P2', 'BLOCK', 'limits', 'a limit of its venue, instrument, strategy or bot would be broken'),
  code('LOSS_DAILY', 'P1', 'CLOSE_ONLY', 'limits', 'the day has lost as much as a day may'),
  code('LOSS_DRAWDOWN', 'P1', 'CLOSE_ONLY', 'limits', 'the account is as far below its best as it may be'),
  code('LOSS_UNKNOWN', 'P1', 'CLOSE_ONLY', 'market-data', 'what the account lost is not known: it was not valued yet'),
  code('POSITION_UNKNOWN', 'P1', 'CLOSE_ONLY', 'market-data', 'the position is not known'),
  code('PRICE_UNKNOWN', 'P1', 'CLOSE_ONLY', 'market-data', 'what is held cannot be valued'),
  code('ALLOCATION_EXCEEDED', 'P2', 'BLOCK', 'limits', 'the bot would use more than it was given'),
  code('RATE_ORDERS', 'P3', 'THROTTLE', 'pace', 'orders come faster than they may'),
  code('RATE_CANCELS', 'P3', 'THROTTLE', 'pace', 'cancels come faster than they may'),
  code('RATE_AMENDS', 'P3', 'THROTTLE', 'pace', 'amends come faster than they may'),
  code('STRATEGY_RATE', 'P2', 'THROTTLE', 'pace', 'one bot wants more than it may in a second'),
  code('SELF_CROSS', 'P2', 'BLOCK', 'order-terms', 'it would trade with an order of our own'),
  code('RESERVATION_FAILED', 'P2', 'BLOCK', 'limits', 'cash or margin for its worst case is not free'),
  code(
    'APPROVAL_REQUIRED',
    'P3',
    'BLOCK',
    'approval',
    'the order waits for a person’s word: see `profinaut approve list`',
  ),
  code('GATE_ERROR', 'P1', 'BLOCK', 'gate-fault', 'a rule of the gate failed: it refuses what it cannot judge'),
  code('UNSUPPORTED_ACTION', 'P1', 'BLOCK', 'gate-fault', 'the gate knows no such action'),
]
