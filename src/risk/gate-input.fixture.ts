import { testInstrument } from '../../fixtures/world.ts'
import type { GateInput } from './gate-input.ts'
import { GUARD_NAMES, guardAges } from './guards.ts'
import { LEASE_TERMS } from './leases.ts'
import { LIVE_LIMITS, type Limits } from './limits.ts'
import { ordinaryOrder } from './ordinary-order.ts'

/** The limits of a real account with everything in force and the lists filled in, so that an ordinary order passes. */
export const TEST_LIMITS: Limits = {
  ...LIVE_LIMITS,
  venues: ['sim'],
  instruments: ['BTC/USDT'],
  orderQtyMax: { 'BTC/USDT': 1 },
  marketOrders: true,
  guards: guardAges(GUARD_NAMES),
  leases: LEASE_TERMS,
}

const BTC = testInstrument()

/** An order that nothing speaks against: 0.1 BTC at 1000.00, fresh data, flat, funded. Any part can be given. */
export function gateInput(parts: Partial<GateInput> = {}): GateInput {
  const input = { ...ordinaryOrder(BTC), ...parts }
  return { ...input, guardsAreFine: GUARD_NAMES.every((name) => input.guard(name) === 'OK') }
}
