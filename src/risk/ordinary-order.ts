import type { Instrument } from '../domain/instrument.ts'
import type { GateInput } from './gate-input.ts'

const NOW = 100_000_000

/**
 * An order that nothing speaks against: small, at the market, on fresh data, flat and funded. What the gate's own matrix and
 * tests start from, so that a refusal has one cause.
 */
export function ordinaryOrder(instrument: Instrument): GateInput {
  return {
    stage: 'accept',
    action: 'OPEN',
    origin: 'strategy',
    role: 'admin',
    runMode: 'live',
    botId: 'trend',
    strategyId: 'sma-cross',
    instrument,
    side: 'buy',
    type: 'LIMIT',
    qty: 10_000,
    limit: 100_000,
    stop: undefined,
    trail: undefined,
    reduceOnly: false,
    reasonCode: 'ENTRY_TEST',
    createdTs: NOW,
    now: NOW,
    key: 'new',
    safetyMode: 'NORMAL',
    hasReason: () => false,
    killLevel: 'NONE',
    isGlassBroken: false,
    recoveryCap: undefined,
    guardsAreFine: true,
    guard: () => 'OK',
    lease: 'VALID',
    feed: 'OK',
    reference: 100_000,
    referenceAgeUs: 1_000_000,
    bid: 99_990,
    ask: 100_010,
    takeableQty: 1_000_000,
    botPosition: 0,
    accountPosition: 0,
    botReducingQty: 0,
    ownOpposite: Number.NaN,
    orderValue: 100,
    orderNotionalQuote: 100,
    openOrders: 0,
    grossExposure: 0,
    netExposure: 0,
    instrumentExposure: 0,
    venueExposure: 0,
    equity: 1_000_000,
    dayLoss: 0,
    drawdown: 0,
    allocation: 100_000,
    botExposure: 0,
    reserveNeed: 100,
    reserveFree: 10_000,
    waitOrdersUs: 0,
    waitCancelsUs: 0,
    waitAmendsUs: 0,
    waitStrategyUs: 0,
  }
}
