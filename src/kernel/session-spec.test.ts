import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { GUARD_NAMES, guardAges } from '../risk/guards.ts'
import { LEASE_TERMS } from '../risk/leases.ts'
import { LIVE_LIMITS, type Limits } from '../risk/limits.ts'
import { specOfInstrument } from './instrument-spec.ts'
import { limitsOfSpec, limitsSpec, policyHash, SessionSpec, sessionConfig } from './session-spec.ts'

/** Limits as sessions stated them before accounts were guarded. */
const OLDER = {
  intentTtlUs: 5_000_000,
  venues: ['sim'],
  instruments: ['*'],
  priceAgeUsMax: null,
  priceDeviationBpsMax: 50,
  depthMultipleMin: 3,
  marketOrders: true,
  orderNotionalMax: 1_000_000,
  orderQtyMax: { '*': null },
  grossExposureMax: 2_000_000,
  netExposureMax: 1_000_000,
  instrumentExposureMax: 500_000,
  venueExposureMax: 1_000_000,
  leverageMax: 2,
  openOrdersMax: 50,
  allocationMultipleMax: 1,
  orders: { burst: 2, perUs: 1_000_000 },
  cancels: { burst: 3, perUs: 1_000_000 },
  amends: { burst: null, perUs: 1_000_000 },
  strategyIntents: { burst: 5, perUs: 1_000_000 },
  reserve: true,
  marketBufferBps: 50,
}

const spec = (more: Record<string, unknown> = {}): SessionSpec =>
  SessionSpec.parse({
    version: 1,
    run_mode: 'paper',
    seed: 1,
    base_currency: 'USDT',
    instruments: [specOfInstrument(testInstrument())],
    bots: [
      { id: 'manual', strategy: { id: 'manual', version: '1.0.0', params: {} }, instruments: [0], allocation: '1000' },
    ],
    deposits: [],
    limits: OLDER,
    mode: {
      warmUpUs: 0,
      degradedDwellUs: 0,
      releaseDwellUs: 0,
      degradedEntriesMax: 3,
      degradedWindowUs: 0,
      degradedUsMax: 0,
    },
    start_ts: 1,
    ...more,
  })

const strategyOf = () =>
  ({ id: 'manual', version: '1.0.0', params: { parse: (params: unknown) => params }, create: () => ({}) }) as never

test('UGF-D-003: a session that was stored before accounts were guarded is read as it was, and has the hash that it had', () => {
  const config = sessionConfig(spec(), strategyOf)
  // Of the commit before the guards.
  expect(config.policySha256).toBe('81646114263d245f962d3d7f2a6cda37abfa008f5b4215bd2c0fbcc1b2ae3f63')
  expect(config.lossMarks).toBeUndefined()
  for (const field of ['guards', 'leases', 'lossDayMax', 'lossDrawdownMax', 'quietHours', 'dayOffsetUs'])
    expect(config.limits).not.toHaveProperty(field)
  expect(limitsSpec(limitsOfSpec(spec()))).toEqual(OLDER)
})

test('limits with all that guards a running account come back from JSON as they were', () => {
  const limits: Limits = {
    ...LIVE_LIMITS,
    lossDayMax: Infinity,
    dayOffsetUs: -7_200_000_000,
    guards: { ...guardAges(GUARD_NAMES), keys: Infinity },
    leases: LEASE_TERMS,
    quietHours: { fromUs: 1, toUs: 2 },
  }
  const stored = JSON.parse(JSON.stringify(limitsSpec(limits))) as SessionSpec['limits']
  expect(limitsOfSpec(spec({ limits: stored }))).toEqual(limits)
  expect(policyHash(stored)).toBe(policyHash(limitsSpec(limits)))
  expect(policyHash(stored)).not.toBe(policyHash(limitsSpec({ ...limits, leases: undefined })))
})

test('what losses are measured from comes with the session', () => {
  const marks = { peak: 1_234.5, day_ts: 7, day_start: 1_000.25 }
  expect(sessionConfig(spec({ loss_marks: marks }), strategyOf).lossMarks).toEqual({
    peak: 1_234.5,
    dayTs: 7,
    dayStart: 1_000.25,
  })
})
