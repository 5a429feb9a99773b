import { testInstrument } from '../../fixtures/world.ts'
import type { GateInput } from './gate-input.ts'
import { LIVE_LIMITS, type Limits } from './limits.ts'

const US = 1_000_000

/** The limits of a real account with the lists filled in, so that an ordinary order passes. */
export const TEST_LIMITS: Limits = {
  ...LIVE_LIMITS,
  venues: ['sim'],
  instruments: ['BTC/USDT'],
  orderQtyMax: { 'BTC/USDT': 1 },
  marketOrders: true,
}

const BTC = testInstrument()

/** An order that nothing speaks against: 0.1 BTC at 1000.00, fresh data, flat, funded. Any part can be given. */
export function gateInput(parts: Partial<GateInput> = {}): GateInput {
  return {
    stage: 'accept',
    action: 'OPEN',
    origin: 'strategy',
    runMode: 'live',
    instrument: BTC,
    side: 'buy',
    type: 'LIMIT',
    qty: 10_000,
    limit: 100_000,
    stop: undefined,
    trail: undefined,
    reduceOnly: false,
    reasonCode: 'ENTRY_TEST',
    createdTs: 100 * US,
    now: 100 * US,
    key: 'new',
    safetyMode: 'NORMAL',
    killLevel: 'NONE',
    feed: 'OK',
    reference: 100_000,
    referenceAgeUs: US,
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
    allocation: 100_000,
    botExposure: 0,
    reserveNeed: 100,
    reserveFree: 10_000,
    waitOrdersUs: 0,
    waitCancelsUs: 0,
    waitAmendsUs: 0,
    waitStrategyUs: 0,
    ...parts,
  }
}
