import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import type { DecisionKind } from '../domain/action.ts'
import { instrumentId, venueId } from '../domain/ids.ts'
import { lots, moneyFromNumber } from '../domain/money.ts'
import { ALLOW_CODE, Gate, RULES } from './gate.ts'
import { gateInput, TEST_LIMITS } from './gate-input.fixture.ts'
import type { GateInput } from './gate-input.ts'
import type { GuardName, GuardState } from './guards.ts'
import type { Limits } from './limits.ts'

/** What a rule refuses and the nearest thing that it lets pass. */
interface Case {
  readonly code: string
  readonly decision: DecisionKind
  readonly fails: Partial<GateInput>
  readonly passes: Partial<GateInput>
  readonly limits?: Partial<Limits>
  /** What the verdict must show of what it saw. */
  readonly inputs?: Readonly<Record<string, unknown>>
  readonly clippedQty?: number
  readonly retryAfterUs?: number
}

const S = 1_000_000
const CLOSING = { action: 'REDUCE', side: 'sell', botPosition: 10_000, accountPosition: 10_000 } as const

/** A live session in which one guard is in another state than OK. */
const guarded =
  (name: GuardName, state: GuardState) =>
  (asked: GuardName): GuardState =>
    asked === name ? state : 'OK'
/** In the middle of the night in Tokyo: 02:00 there, 17:00 UTC. */
const NIGHT = { now: 17 * 3_600 * S, createdTs: 17 * 3_600 * S }

const standing = (reason: string) => (code: string) => code === reason

const FILTERED = testInstrument({
  filters: { minQty: lots(100), maxQty: lots(20_000), minNotional: moneyFromNumber(10) },
})

// In the order of UGF-D-003.
const CASES: readonly Case[] = [
  {
    code: 'INTENT_INVALID',
    decision: 'BLOCK',
    fails: { reasonCode: '' },
    passes: { reasonCode: 'X_1' },
    inputs: { missing: 'reason_code' },
  },
  {
    code: 'INTENT_EXPIRED',
    decision: 'BLOCK',
    fails: { createdTs: 95 * S - 1 },
    passes: { createdTs: 95 * S },
    inputs: { age_us: 5_000_001, limit_us: 5_000_000 },
  },
  { code: 'INTENT_EXPIRED', decision: 'BLOCK', fails: { createdTs: 100 * S + 1 }, passes: {} },
  {
    code: 'IDEMPOTENCY_CONFLICT',
    decision: 'BLOCK',
    fails: { key: 'conflict' },
    passes: {},
    inputs: { key: 'conflict' },
  },
  { code: 'IDEMPOTENCY_REPEATED', decision: 'BLOCK', fails: { key: 'repeated' }, passes: {} },
  ...(['clock', 'audit', 'policy', 'dependencies', 'metrics'] as const).flatMap((name): readonly Case[] => [
    {
      code: 'J_POLICY_DENY_MISSING_REQUIRED_INPUT',
      decision: 'HALT',
      fails: { ...CLOSING, guard: guarded(name, 'MISSING') },
      passes: { ...CLOSING, guard: guarded('filters', 'MISSING') },
      inputs: { input: name, state: 'MISSING' },
    },
    {
      code: 'J_POLICY_DENY_UNKNOWN_INPUT',
      decision: 'HALT',
      fails: { guard: guarded(name, 'UNKNOWN') },
      passes: {},
      inputs: { input: name, state: 'UNKNOWN' },
    },
  ]),
  ...(['clock', 'audit', 'policy'] as const).map(
    (name): Case => ({
      code: 'J_POLICY_DENY_UNKNOWN_INPUT',
      decision: 'HALT',
      fails: { ...CLOSING, guard: guarded(name, 'STALE') },
      passes: { ...CLOSING, guard: guarded('metrics', 'STALE') },
      inputs: { input: name, state: 'STALE' },
    }),
  ),
  {
    code: 'J_POLICY_DENY_UNKNOWN_INPUT',
    decision: 'HALT',
    fails: { guard: guarded('clock', 'BAD') },
    passes: { action: 'CANCEL', qty: 0, guard: guarded('clock', 'BAD') },
  },
  ...(['filters', 'keys'] as const).map(
    (name): Case => ({
      code: 'J_POLICY_DENY_UNKNOWN_INPUT',
      decision: 'BLOCK',
      fails: { guard: guarded(name, 'STALE') },
      passes: { ...CLOSING, guard: guarded(name, 'STALE') },
      inputs: { input: name, state: 'STALE' },
    }),
  ),
  {
    code: 'POLICY_BUNDLE_INVALID',
    decision: 'HALT',
    fails: { ...CLOSING, guard: guarded('policy', 'BAD') },
    passes: CLOSING,
    inputs: { policy: 'BAD' },
  },
  {
    code: 'J_POLICY_HALT_SAFE_MODE',
    decision: 'HALT',
    fails: { ...CLOSING, safetyMode: 'HALTED' },
    passes: CLOSING,
    inputs: { safety_mode: 'HALTED', kill_level: 'NONE' },
  },
  { code: 'J_POLICY_HALT_SAFE_MODE', decision: 'HALT', fails: { ...CLOSING, killLevel: 'HALT' }, passes: CLOSING },
  {
    code: 'J_POLICY_HALT_AUDIT_CHAIN_BROKEN',
    decision: 'HALT',
    fails: { ...CLOSING, hasReason: standing('AUDIT_BROKEN') },
    passes: { ...CLOSING, hasReason: standing('VENUE_DOWN') },
  },
  {
    code: 'J_POLICY_HALT_AUDIT_CHAIN_BROKEN',
    decision: 'HALT',
    fails: { ...CLOSING, guard: guarded('audit', 'BAD') },
    passes: CLOSING,
  },
  {
    code: 'SAFE_MODE_BLOCKED',
    decision: 'BLOCK',
    fails: { ...CLOSING, safetyMode: 'SAFE_MODE' },
    passes: { ...CLOSING, safetyMode: 'SAFE_MODE', origin: 'operator' },
    inputs: { safety_mode: 'SAFE_MODE', origin: 'strategy' },
  },
  {
    code: 'SAFE_MODE_BLOCKED',
    decision: 'BLOCK',
    fails: { safetyMode: 'SAFE_MODE', origin: 'operator' },
    passes: { ...CLOSING, safetyMode: 'SAFE_MODE', origin: 'flatten' },
  },
  {
    code: 'DEGRADED_THROTTLED',
    decision: 'THROTTLE',
    fails: { safetyMode: 'DEGRADED' },
    passes: { ...CLOSING, safetyMode: 'DEGRADED' },
    retryAfterUs: 30 * S,
  },
  {
    code: 'KILL_FLATTEN',
    decision: 'FLATTEN',
    fails: { ...CLOSING, killLevel: 'FLATTEN' },
    passes: { ...CLOSING, killLevel: 'FLATTEN', origin: 'flatten' },
    inputs: { kill_level: 'FLATTEN', origin: 'strategy' },
  },
  { code: 'KILL_FLATTEN', decision: 'FLATTEN', fails: { killLevel: 'FLATTEN', origin: 'flatten' }, passes: {} },
  {
    code: 'KILL_CLOSE_ONLY',
    decision: 'CLOSE_ONLY',
    fails: { killLevel: 'CLOSE_ONLY' },
    passes: { ...CLOSING, killLevel: 'CLOSE_ONLY' },
    inputs: { kill_level: 'CLOSE_ONLY', action: 'OPEN' },
  },
  ...(['MISSING', 'EXPIRED', 'CLOSE_ONLY'] as const).map(
    (state): Case => ({
      code: 'J_POLICY_DENY_LEASE_MISSING',
      decision: 'BLOCK',
      fails: { lease: state },
      passes: { ...CLOSING, lease: state },
      inputs: { lease: state, life_us: 20_000_000, margin_us: 2_000_000 },
    }),
  ),
  {
    code: 'LIVE_DISABLED',
    decision: 'BLOCK',
    fails: { guard: guarded('profile', 'BAD') },
    passes: { runMode: 'paper', guard: guarded('profile', 'BAD') },
    inputs: { input: 'profile', state: 'BAD' },
  },
  {
    code: 'LIVE_DISABLED',
    decision: 'BLOCK',
    fails: { ...CLOSING, runMode: 'canary', guard: guarded('live_flag', 'MISSING') },
    passes: { action: 'CANCEL', qty: 0, guard: guarded('live_flag', 'MISSING') },
    inputs: { input: 'live_flag', state: 'MISSING' },
  },
  {
    code: 'DRY_RUN_ONLY',
    decision: 'BLOCK',
    fails: { guard: guarded('dry_run_off', 'BAD') },
    passes: { runMode: 'shadow', guard: guarded('dry_run_off', 'BAD') },
  },
  {
    code: 'LIVE_NOT_ARMED',
    decision: 'BLOCK',
    fails: { ...CLOSING, guard: guarded('armed', 'STALE') },
    passes: { ...CLOSING, origin: 'operator', role: 'operator', guard: guarded('armed', 'STALE') },
    inputs: { input: 'armed', state: 'STALE' },
  },
  {
    code: 'LIVE_NOT_ARMED',
    decision: 'BLOCK',
    fails: { origin: 'operator', role: 'admin', guard: guarded('armed', 'BAD') },
    passes: { ...CLOSING, origin: 'flatten', guard: guarded('armed', 'BAD') },
  },
  {
    code: 'LIVE_NOT_CONFIGURED',
    decision: 'BLOCK',
    fails: { action: 'CANCEL', qty: 0, guard: guarded('connector', 'BAD') },
    passes: { action: 'CANCEL', qty: 0, guard: guarded('connector', 'UNKNOWN') },
  },
  {
    code: 'LIVE_NOT_CONFIGURED',
    decision: 'BLOCK',
    fails: { ...CLOSING, guard: guarded('connector', 'UNKNOWN') },
    passes: CLOSING,
  },
  {
    code: 'LEASE_CONFLICT',
    decision: 'BLOCK',
    fails: { action: 'CANCEL', qty: 0, guard: guarded('lock', 'BAD') },
    passes: { action: 'CANCEL', qty: 0, guard: guarded('lock', 'STALE') },
    inputs: { input: 'lock', state: 'BAD' },
  },
  { code: 'LEASE_CONFLICT', decision: 'BLOCK', fails: { guard: guarded('lock', 'MISSING') }, passes: {} },
  ...(['viewer', 'researcher'] as const).map(
    (role): Case => ({
      code: 'J_POLICY_DENY_RBAC',
      decision: 'BLOCK',
      fails: { action: 'CANCEL', qty: 0, origin: 'operator', role },
      passes: { action: 'CANCEL', qty: 0, origin: 'operator', role: 'break_glass' },
      inputs: { role, action: 'CANCEL' },
    }),
  ),
  {
    code: 'J_POLICY_DENY_RBAC',
    decision: 'BLOCK',
    fails: { origin: 'operator', role: 'operator' },
    passes: { ...CLOSING, origin: 'operator', role: 'operator' },
  },
  {
    code: 'J_POLICY_DENY_RBAC',
    decision: 'BLOCK',
    fails: { origin: 'operator', role: 'researcher' },
    passes: { origin: 'operator', role: 'researcher', runMode: 'paper' },
  },
  {
    code: 'J_POLICY_DENY_RBAC',
    decision: 'BLOCK',
    fails: { origin: 'operator', role: undefined },
    passes: { origin: 'operator', role: undefined, runMode: 'paper' },
    inputs: { role: 'unknown' },
  },
  {
    code: 'J_POLICY_DENY_FORBIDDEN_OP',
    decision: 'BLOCK',
    fails: { origin: 'flatten', role: 'admin' },
    passes: { ...CLOSING, origin: 'flatten' },
    inputs: { origin: 'flatten', action: 'OPEN' },
  },
  {
    code: 'J_POLICY_DENY_FORBIDDEN_OP',
    decision: 'BLOCK',
    fails: { ...CLOSING, origin: 'foreign' },
    passes: { action: 'CANCEL', qty: 0, origin: 'foreign' },
  },
  {
    code: 'J_POLICY_DENY_QUIET_HOURS',
    decision: 'BLOCK',
    fails: { ...NIGHT },
    passes: { ...NIGHT, ...CLOSING },
    inputs: { phase: 'QUIET' },
  },
  {
    code: 'J_POLICY_DENY_QUIET_HOURS',
    decision: 'BLOCK',
    fails: { ...NIGHT, action: 'AMEND', runMode: 'canary' },
    passes: { ...NIGHT, runMode: 'paper' },
  },
  {
    code: 'J_POLICY_DENY_QUIET_HOURS',
    decision: 'CLOSE_ONLY',
    fails: { now: 130 * S, createdTs: 130 * S, runMode: 'paper' },
    passes: { now: 100 * S - 1, createdTs: 100 * S - 1, runMode: 'paper' },
    limits: { quietHours: { fromUs: 110 * S, toUs: 120 * S } },
    inputs: { phase: 'REARMING' },
  },
  {
    code: 'VENUE_NOT_ALLOWED',
    decision: 'BLOCK',
    fails: { instrument: testInstrument({ venueId: venueId('acme') }) },
    passes: {},
    inputs: { venue_id: 'acme' },
  },
  { code: 'VENUE_NOT_ALLOWED', decision: 'BLOCK', fails: {}, passes: CLOSING, limits: { venues: [] } },
  {
    code: 'SYMBOL_NOT_ALLOWED',
    decision: 'BLOCK',
    fails: { instrument: testInstrument({ id: instrumentId('ETH/USDT') }) },
    passes: {},
    limits: { orderQtyMax: { '*': 1 } },
    inputs: { instrument_id: 'ETH/USDT' },
  },
  {
    code: 'LIVE_DEGRADED',
    decision: 'THROTTLE',
    fails: { hasReason: standing('VENUE_DEGRADED') },
    passes: { ...CLOSING, hasReason: standing('VENUE_DEGRADED') },
    inputs: { venue: 'sim' },
    retryAfterUs: 30 * S,
  },
  {
    code: 'LIVE_DEGRADED',
    decision: 'THROTTLE',
    fails: { hasReason: standing('VENUE_DOWN') },
    passes: {},
    retryAfterUs: 30 * S,
  },
  ...(['dependencies', 'metrics'] as const).flatMap((name) =>
    (['BAD', 'STALE'] as const).map(
      (state): Case => ({
        code: 'J_POLICY_CANCEL_ONLY_DEGRADED',
        decision: 'CLOSE_ONLY',
        fails: { guard: guarded(name, state) },
        passes: { ...CLOSING, guard: guarded(name, state) },
        inputs: { input: name, state },
      }),
    ),
  ),
  { code: 'BOOK_GAP', decision: 'CLOSE_ONLY', fails: { feed: 'GAP' }, passes: { ...CLOSING, feed: 'GAP' } },
  {
    code: 'STALE_PRICE',
    decision: 'CLOSE_ONLY',
    fails: { referenceAgeUs: 5 * S + 1 },
    passes: { referenceAgeUs: 5 * S },
    inputs: { feed: 'OK', age_us: 5_000_001, limit_us: 5_000_000 },
  },
  { code: 'STALE_PRICE', decision: 'CLOSE_ONLY', fails: { feed: 'DOWN' }, passes: { ...CLOSING, feed: 'DOWN' } },
  { code: 'STALE_PRICE', decision: 'CLOSE_ONLY', fails: { feed: 'STALE' }, passes: {} },
  { code: 'STALE_PRICE', decision: 'CLOSE_ONLY', fails: { referenceAgeUs: Number.NaN }, passes: {} },
  { code: 'CROSSED_BOOK', decision: 'CLOSE_ONLY', fails: { bid: 100_010 }, passes: { bid: 100_009 } },
  {
    code: 'THIN_BOOK',
    decision: 'THROTTLE',
    fails: { takeableQty: 29_999 },
    passes: { takeableQty: 30_000 },
    inputs: { depth: 29_999, qty: 10_000, multiple_min: 3 },
    retryAfterUs: S,
  },
  {
    code: 'CLOCK_DRIFT',
    decision: 'THROTTLE',
    fails: { hasReason: standing('CLOCK_WARN') },
    passes: { ...CLOSING, hasReason: standing('CLOCK_WARN') },
    retryAfterUs: 30 * S,
  },
  {
    code: 'CLOCK_DRIFT',
    decision: 'THROTTLE',
    fails: { hasReason: standing('CLOCK_CRITICAL') },
    passes: {},
    retryAfterUs: 30 * S,
  },
  {
    code: 'RECONCILE_PENDING',
    decision: 'CLOSE_ONLY',
    fails: { hasReason: standing('RECONCILE_MISMATCH') },
    passes: { ...CLOSING, hasReason: standing('RECONCILE_MISMATCH') },
    inputs: { reconcile: 'MISMATCH' },
  },
  {
    code: 'RECONCILE_PENDING',
    decision: 'CLOSE_ONLY',
    fails: { hasReason: standing('RECONCILE_UNKNOWN') },
    passes: {},
    inputs: { reconcile: 'UNKNOWN' },
  },
  ...(['BAD', 'STALE', 'MISSING'] as const).map(
    (state): Case => ({
      code: 'RECONCILE_PENDING',
      decision: 'CLOSE_ONLY',
      fails: { guard: guarded('reconcile', state) },
      passes: { ...CLOSING, guard: guarded('reconcile', state) },
      inputs: { reconcile: state },
    }),
  ),
  { code: 'INVALID_QTY', decision: 'BLOCK', fails: { qty: 0 }, passes: { qty: 1 } },
  { code: 'INVALID_QTY', decision: 'BLOCK', fails: { ...CLOSING, qty: -1 }, passes: CLOSING },
  { code: 'INVALID_QTY', decision: 'BLOCK', fails: { qty: 1.5 }, passes: {}, inputs: { qty: '1.5' } },
  {
    code: 'INVALID_PRICE',
    decision: 'BLOCK',
    fails: { limit: 0 },
    passes: { limit: 99_990 },
    inputs: { field: 'limit', price: '0' },
  },
  {
    code: 'INVALID_PRICE',
    decision: 'BLOCK',
    fails: { type: 'STOP', limit: undefined, stop: Number.NaN },
    passes: { type: 'STOP', limit: undefined, stop: 100_100 },
    inputs: { field: 'stop', price: 'NaN' },
  },
  {
    code: 'INVALID_PRICE',
    decision: 'BLOCK',
    fails: { type: 'TRAILING_STOP', limit: undefined, stop: 100_100, trail: -5 },
    passes: { type: 'TRAILING_STOP', limit: undefined, stop: 100_100, trail: 5 },
    inputs: { field: 'trail', price: '-5' },
  },
  {
    code: 'FILTER_VIOLATION',
    decision: 'BLOCK',
    fails: { instrument: FILTERED, qty: 99 },
    passes: { instrument: FILTERED, qty: 100 },
    inputs: { qty: 99, min_qty: 100 },
  },
  {
    code: 'FILTER_VIOLATION',
    decision: 'BLOCK',
    fails: { instrument: FILTERED, qty: 20_001 },
    passes: { instrument: FILTERED, qty: 20_000 },
    inputs: { qty: 20_001, max_qty: 20_000 },
  },
  {
    code: 'FILTER_VIOLATION',
    decision: 'BLOCK',
    fails: { instrument: FILTERED, orderNotionalQuote: 9.99 },
    passes: { instrument: FILTERED, orderNotionalQuote: 10 },
    inputs: { notional: 9.99, min_notional: 10 },
  },
  {
    code: 'FILTER_VIOLATION',
    decision: 'BLOCK',
    fails: { ...CLOSING, instrument: FILTERED, qty: 20_001 },
    passes: { ...CLOSING, instrument: FILTERED, qty: 1, orderNotionalQuote: 0.01 },
  },
  {
    code: 'PRICE_DEVIATION',
    decision: 'BLOCK',
    fails: { limit: 100_501 },
    passes: { limit: 100_500 },
    inputs: { price: 100_501, reference: 100_000, limit_bps: 50 },
  },
  { code: 'PRICE_DEVIATION', decision: 'BLOCK', fails: { limit: 99_499 }, passes: { limit: 99_500 } },
  {
    code: 'PRICE_DEVIATION',
    decision: 'BLOCK',
    fails: { type: 'STOP', limit: undefined, stop: 101_000 },
    passes: { type: 'STOP', limit: undefined, stop: 100_500 },
  },
  {
    code: 'REFERENCE_PRICE_MISSING',
    decision: 'CLOSE_ONLY',
    fails: { reference: Number.NaN },
    passes: { ...CLOSING, reference: Number.NaN },
  },
  { code: 'REFERENCE_PRICE_MISSING', decision: 'CLOSE_ONLY', fails: { reference: 0 }, passes: {} },
  ...(['MARKET', 'STOP', 'TRAILING_STOP'] as const).map(
    (type): Case => ({
      code: 'MARKET_ORDER_DISABLED',
      decision: 'BLOCK',
      fails: { type, limit: undefined, stop: type === 'MARKET' ? undefined : 100_100 },
      passes: { type: 'STOP_LIMIT', stop: 100_100 },
      limits: { marketOrders: false },
      inputs: { type },
    }),
  ),
  {
    code: 'MARKET_ORDER_DISABLED',
    decision: 'BLOCK',
    fails: { ...CLOSING, type: 'MARKET', limit: undefined },
    passes: { ...CLOSING, type: 'STOP', limit: undefined, stop: 99_000 },
    limits: { marketOrders: false },
  },
  {
    code: 'MARKET_ORDER_DISABLED',
    decision: 'BLOCK',
    fails: { ...CLOSING, type: 'MARKET', limit: undefined, origin: 'operator' },
    passes: { ...CLOSING, type: 'MARKET', limit: undefined, origin: 'flatten' },
    limits: { marketOrders: false },
  },
  {
    code: 'REDUCE_ONLY_VIOLATION',
    decision: 'REDUCE_ONLY',
    fails: { ...CLOSING, reduceOnly: true, qty: 10_001 },
    passes: { ...CLOSING, reduceOnly: true, qty: 10_000 },
    clippedQty: 10_000,
    inputs: { qty: 10_001, position: 10_000 },
  },
  {
    code: 'REDUCE_ONLY_VIOLATION',
    decision: 'REDUCE_ONLY',
    fails: { action: 'REDUCE', reduceOnly: true, botPosition: -3, qty: 5 },
    passes: { action: 'REDUCE', reduceOnly: true, botPosition: -5, qty: 5 },
    clippedQty: 3,
  },
  {
    code: 'REDUCE_ONLY_VIOLATION',
    decision: 'BLOCK',
    fails: { action: 'REDUCE', reduceOnly: true, botPosition: 10_000 },
    passes: { action: 'REDUCE', reduceOnly: true, botPosition: -10_000 },
  },
  {
    code: 'REDUCE_ONLY_VIOLATION',
    decision: 'BLOCK',
    fails: { ...CLOSING, reduceOnly: true, botPosition: 0 },
    passes: CLOSING,
  },
  {
    code: 'REDUCE_ONLY_VIOLATION',
    decision: 'BLOCK',
    fails: { ...CLOSING, reduceOnly: true, botPosition: Number.NaN },
    passes: CLOSING,
  },
  {
    code: 'ORDER_NOTIONAL_LIMIT',
    decision: 'BLOCK',
    fails: { orderValue: 1_000_000.01 },
    passes: { orderValue: 1_000_000 },
    limits: {
      instrumentExposureMax: Infinity,
      netExposureMax: Infinity,
      venueExposureMax: Infinity,
      allocationMultipleMax: Infinity,
    },
    inputs: { notional: 1_000_000.01, limit: 1_000_000 },
  },
  {
    code: 'ORDER_NOTIONAL_LIMIT',
    decision: 'BLOCK',
    fails: { orderValue: Number.NaN },
    passes: {},
    inputs: { notional: 'unknown' },
  },
  { code: 'QTY_CAP_UNSET', decision: 'BLOCK', fails: {}, passes: CLOSING, limits: { orderQtyMax: {} } },
  {
    code: 'QTY_CAP',
    decision: 'BLOCK',
    fails: { qty: 100_001 },
    passes: { qty: 100_000 },
    inputs: { limit: 1 },
  },
  {
    code: 'QTY_CAP',
    decision: 'BLOCK',
    fails: { qty: 20_000 },
    passes: { qty: 10_000 },
    limits: { orderQtyMax: { '*': 0.1 } },
  },
  {
    code: 'LIMIT_SYMBOL',
    decision: 'BLOCK',
    fails: { instrumentExposure: 480_000, orderValue: 40_000 },
    passes: { ...CLOSING, instrumentExposure: 480_000, orderValue: 40_000 },
    inputs: { after: 520_000, limit: 500_000, order: 40_000 },
  },
  {
    code: 'LIMIT_SYMBOL',
    decision: 'BLOCK',
    fails: { instrumentExposure: 480_000, orderValue: 20_000.5 },
    passes: { instrumentExposure: 480_000, orderValue: 20_000 },
  },
  {
    code: 'LIMIT_VENUE',
    decision: 'BLOCK',
    fails: { venueExposure: 999_901 },
    passes: { venueExposure: 999_900 },
  },
  {
    code: 'LIMIT_GROSS',
    decision: 'BLOCK',
    fails: { grossExposure: 1_999_901 },
    passes: { grossExposure: 1_999_900 },
  },
  {
    code: 'LIMIT_NET',
    decision: 'BLOCK',
    fails: { netExposure: 999_901 },
    passes: { netExposure: 999_901, side: 'sell' },
  },
  {
    code: 'LIMIT_NET',
    decision: 'BLOCK',
    fails: { netExposure: -999_901, side: 'sell' },
    passes: { netExposure: -999_901 },
  },
  {
    code: 'LIMIT_LEVERAGE',
    decision: 'BLOCK',
    fails: { equity: 50_000, grossExposure: 99_901 },
    passes: { equity: 50_000, grossExposure: 99_900 },
  },
  { code: 'LIMIT_LEVERAGE', decision: 'BLOCK', fails: { equity: 0 }, passes: { equity: 50 } },
  { code: 'LIMIT_LEVERAGE', decision: 'BLOCK', fails: { equity: -1 }, passes: {}, inputs: { after: 'unknown' } },
  {
    code: 'LIMIT_OPEN_ORDERS',
    decision: 'BLOCK',
    fails: { openOrders: 50 },
    passes: { openOrders: 49 },
    inputs: { after: 51, limit: 50 },
  },
  {
    code: 'LOSS_DAILY',
    decision: 'CLOSE_ONLY',
    fails: { dayLoss: 100_000 },
    passes: { dayLoss: 99_999.99 },
    inputs: { loss: 100_000, limit: 100_000 },
  },
  { code: 'LOSS_DAILY', decision: 'CLOSE_ONLY', fails: { dayLoss: 1e6 }, passes: { ...CLOSING, dayLoss: 1e6 } },
  { code: 'LOSS_UNKNOWN', decision: 'CLOSE_ONLY', fails: { dayLoss: Number.NaN }, passes: { dayLoss: 0 } },
  {
    code: 'LOSS_DRAWDOWN',
    decision: 'CLOSE_ONLY',
    fails: { drawdown: 200_000 },
    passes: { drawdown: 199_999.99 },
    inputs: { loss: 200_000, limit: 200_000 },
  },
  {
    code: 'LOSS_UNKNOWN',
    decision: 'CLOSE_ONLY',
    fails: { drawdown: Number.NaN },
    passes: { ...CLOSING, drawdown: Number.NaN },
    inputs: { limit: 200_000 },
  },
  {
    code: 'POSITION_UNKNOWN',
    decision: 'CLOSE_ONLY',
    fails: { accountPosition: Number.NaN },
    passes: { ...CLOSING, accountPosition: Number.NaN },
  },
  { code: 'POSITION_UNKNOWN', decision: 'CLOSE_ONLY', fails: { botPosition: Number.NaN }, passes: {} },
  {
    code: 'PRICE_UNKNOWN',
    decision: 'CLOSE_ONLY',
    fails: { equity: Number.NaN },
    passes: { ...CLOSING, equity: Number.NaN },
    limits: { leverageMax: Infinity },
  },
  {
    code: 'ALLOCATION_EXCEEDED',
    decision: 'BLOCK',
    fails: { botExposure: 99_901 },
    passes: { botExposure: 99_900 },
    inputs: { after: 100_001, limit: 100_000 },
  },
  {
    code: 'ALLOCATION_EXCEEDED',
    decision: 'BLOCK',
    fails: { botExposure: 150_000 },
    passes: { botExposure: 149_900 },
    limits: { allocationMultipleMax: 1.5 },
  },
  {
    code: 'RATE_ORDERS',
    decision: 'THROTTLE',
    fails: { origin: 'operator', waitOrdersUs: 400_000 },
    passes: { ...CLOSING, origin: 'flatten', waitOrdersUs: 400_000 },
    retryAfterUs: 400_000,
    inputs: { wait_us: 400_000 },
  },
  {
    code: 'STRATEGY_RATE',
    decision: 'THROTTLE',
    fails: { waitStrategyUs: 7, waitOrdersUs: 9 },
    passes: { waitStrategyUs: 7, origin: 'operator' },
    retryAfterUs: 7,
  },
  {
    code: 'RATE_AMENDS',
    decision: 'THROTTLE',
    fails: { action: 'AMEND', waitAmendsUs: 9 },
    passes: { action: 'AMEND', waitOrdersUs: 9, waitStrategyUs: 9 },
    retryAfterUs: 9,
  },
  {
    code: 'RATE_CANCELS',
    decision: 'THROTTLE',
    fails: { action: 'CANCEL', qty: 0, waitCancelsUs: 9, origin: 'operator' },
    passes: { action: 'CANCEL', qty: 0, waitOrdersUs: 9, waitStrategyUs: 9 },
    retryAfterUs: 9,
  },
  {
    code: 'SELF_CROSS',
    decision: 'BLOCK',
    fails: { ownOpposite: 100_000 },
    passes: { ownOpposite: 100_001 },
    inputs: { price: 100_000, own: 100_000 },
  },
  {
    code: 'SELF_CROSS',
    decision: 'BLOCK',
    fails: { ...CLOSING, ownOpposite: 100_000 },
    passes: { ...CLOSING, ownOpposite: 99_999 },
  },
  {
    code: 'SELF_CROSS',
    decision: 'BLOCK',
    fails: { type: 'MARKET', limit: undefined, ownOpposite: 100_010 },
    passes: { type: 'MARKET', limit: undefined, ownOpposite: 100_011 },
  },
  {
    code: 'SELF_CROSS',
    decision: 'BLOCK',
    fails: { ...CLOSING, type: 'MARKET', limit: undefined, ownOpposite: 99_990 },
    passes: { ...CLOSING, type: 'MARKET', limit: undefined, ownOpposite: 99_989 },
  },
  ...(['STOP', 'TRAILING_STOP', 'STOP_LIMIT'] as const).map(
    (type): Case => ({
      code: 'SELF_CROSS',
      decision: 'BLOCK',
      fails: { ownOpposite: 90_000 },
      passes: { type, stop: 100_100, ownOpposite: 90_000, limit: type === 'STOP_LIMIT' ? 100_000 : undefined },
    }),
  ),
  ...(
    [
      ['venue:sim', { venueExposure: 950 }, { venueExposure: 900 }],
      ['instrument:BTC/USDT', { instrumentExposure: 950 }, { instrumentExposure: 900 }],
      ['strategy:sma-cross', { botExposure: 950 }, { botExposure: 900 }],
      ['bot:trend', { botExposure: 950 }, { botId: 'other', botExposure: 950 }],
      ['bot:trend', { botExposure: Number.NaN }, { ...CLOSING, botExposure: Number.NaN }],
    ] as const
  ).map(
    ([scope, fails, passes]): Case => ({
      code: 'LIMIT_SCOPED',
      decision: 'BLOCK',
      limits: { scoped: [{ scope, exposureMax: 1_000 }], allocationMultipleMax: Infinity },
      fails,
      passes,
      inputs: { scope, limit_name: 'exposure_max', limit: 1_000 },
    }),
  ),
  {
    code: 'LIMIT_SCOPED',
    decision: 'BLOCK',
    limits: { scoped: [{ scope: 'bot:trend', orderNotionalMax: 99 }] },
    fails: {},
    passes: { botId: 'other' },
    inputs: { scope: 'bot:trend', limit_name: 'order_notional_max', after: 100, limit: 99 },
  },
  {
    code: 'LIMIT_SCOPED',
    decision: 'BLOCK',
    limits: { scoped: [{ scope: 'instrument:BTC/USDT', priceDeviationBpsMax: 5 }] },
    fails: { limit: 100_051 },
    passes: { limit: 100_050 },
    inputs: { limit_name: 'price_deviation_bps_max' },
  },
  {
    code: 'LIMIT_SCOPED',
    decision: 'BLOCK',
    limits: { scoped: [{ scope: 'venue:sim', marketOrders: false }] },
    fails: { type: 'MARKET', limit: undefined },
    passes: {},
    inputs: { limit_name: 'market_orders' },
  },
  {
    code: 'APPROVAL_REQUIRED',
    decision: 'BLOCK',
    limits: { approval: { modes: ['live'], notionalAbove: 99.99, newUntilTs: {} } },
    fails: {},
    passes: { origin: 'operator' },
    inputs: { rule: 'LARGE_ORDER', notional: 100, limit: 99.99 },
  },
  {
    code: 'APPROVAL_REQUIRED',
    decision: 'BLOCK',
    limits: { approval: { modes: ['canary', 'live'], notionalAbove: 100, newUntilTs: { trend: 100_000_001 } } },
    fails: {},
    passes: { botId: 'other' },
    inputs: { rule: 'NEW_BOT' },
  },
  {
    code: 'APPROVAL_REQUIRED',
    decision: 'BLOCK',
    limits: { approval: { modes: ['live'], notionalAbove: 99, newUntilTs: { trend: 100_000_001 } } },
    fails: { runMode: 'live' },
    passes: { runMode: 'paper' },
  },
  {
    code: 'APPROVAL_REQUIRED',
    decision: 'BLOCK',
    limits: { approval: { modes: ['live'], notionalAbove: 99, newUntilTs: {} } },
    fails: {},
    passes: CLOSING,
  },
  {
    code: 'BREAK_GLASS_CAP',
    decision: 'BLOCK',
    fails: { isGlassBroken: true, orderValue: 500_000.01 },
    passes: { isGlassBroken: true, orderValue: 100 },
    inputs: { limit: 500_000 },
  },
  {
    code: 'BREAK_GLASS_CAP',
    decision: 'BLOCK',
    limits: { orderQtyMax: { '*': 0.1 }, depthMultipleMin: 0 },
    fails: { isGlassBroken: true, qty: 10_000 },
    passes: { isGlassBroken: true, qty: 1_000 },
  },
  {
    code: 'CANARY_CAP',
    decision: 'BLOCK',
    fails: { recoveryCap: { share: 0.1, botId: undefined, instrumentId: undefined }, orderValue: 100_000.01 },
    passes: { recoveryCap: { share: 0.1, botId: 'trend', instrumentId: undefined }, orderValue: 100 },
    inputs: { limit: 100_000 },
  },
  {
    code: 'CANARY_CAP',
    decision: 'BLOCK',
    limits: { orderQtyMax: { '*': 0.1 }, depthMultipleMin: 0 },
    fails: { recoveryCap: { share: 0.1, botId: undefined, instrumentId: undefined }, qty: 1_100 },
    passes: { recoveryCap: { share: 0.1, botId: undefined, instrumentId: undefined }, qty: 1_000 },
  },
  {
    code: 'CANARY_CAP',
    decision: 'BLOCK',
    fails: { recoveryCap: { share: 0.1, botId: 'grid', instrumentId: undefined } },
    passes: { ...CLOSING, recoveryCap: { share: 0.1, botId: 'grid', instrumentId: undefined } },
    inputs: { canary_bot: 'grid' },
  },
  {
    code: 'CANARY_CAP',
    decision: 'BLOCK',
    fails: { recoveryCap: { share: 0.1, botId: undefined, instrumentId: 'another' } },
    passes: {},
  },
  {
    code: 'RESERVATION_FAILED',
    decision: 'BLOCK',
    fails: { reserveNeed: 10_000.01 },
    passes: { reserveNeed: 10_000 },
    inputs: { need: 10_000.01, free: 10_000 },
  },
  {
    code: 'RESERVATION_FAILED',
    decision: 'BLOCK',
    fails: { ...CLOSING, reserveNeed: 1, reserveFree: 0 },
    passes: { ...CLOSING, reserveNeed: 0, reserveFree: -5 },
  },
  {
    code: 'RESERVATION_FAILED',
    decision: 'BLOCK',
    fails: { reserveFree: Number.NaN },
    passes: {},
    inputs: { free: 'unknown' },
  },
]

test.each(CASES)('UGF-D-003: $code refuses with $decision what it must and lets the nearest other pass', (given) => {
  const { code, decision, fails, passes } = given
  const gate = new Gate({ ...TEST_LIMITS, ...given.limits })
  const refused = gate.judge(gateInput(fails))
  expect(refused).toMatchObject({ decision, inputs: given.inputs ?? {} })
  expect(refused.reasonCodes[0]).toBe(code)
  expect(refused.clippedQty).toBe(given.clippedQty)
  expect(refused.retryAfterUs).toBe(given.retryAfterUs)
  expect(gate.judge(gateInput(passes))).toMatchObject({ decision: 'ALLOW', reasonCodes: [ALLOW_CODE] })
})

test('UGF-D-003: the table has a passing and a failing case for every reason code of every rule', () => {
  const tested = new Set(CASES.map(({ code }) => code))
  expect(RULES.flatMap(({ reasonCodes }) => reasonCodes).filter((code) => !tested.has(code))).toEqual([])
  for (const { code } of CASES) expect(RULES.some(({ reasonCodes }) => reasonCodes.includes(code))).toBe(true)
})

test('a limit of infinity asks for no exposure at all', () => {
  const gate = new Gate({
    ...TEST_LIMITS,
    orderNotionalMax: Infinity,
    instrumentExposureMax: Infinity,
    venueExposureMax: Infinity,
    grossExposureMax: Infinity,
    netExposureMax: Infinity,
    leverageMax: Infinity,
    allocationMultipleMax: Infinity,
  })
  const unknown = Number.NaN
  const exposures = {
    instrumentExposure: unknown,
    venueExposure: unknown,
    grossExposure: unknown,
    netExposure: unknown,
  }
  expect(gate.judge(gateInput({ ...exposures, botExposure: unknown })).decision).toBe('ALLOW')
})

test('what is short by the rounding of a double is not short', () => {
  const gate = new Gate(TEST_LIMITS)
  expect(gate.judge(gateInput({ reserveNeed: 10_000 * (1 + 5e-13) })).decision).toBe('ALLOW')
  expect(gate.judge(gateInput({ reserveNeed: 10_000 * (1 + 5e-12) })).decision).toBe('BLOCK')
  expect(new Gate({ ...TEST_LIMITS, reserve: false }).judge(gateInput({ reserveNeed: 1e9 })).decision).toBe('ALLOW')
})
