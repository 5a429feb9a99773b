import { expect, test } from 'vitest'
import { DEMO } from './config-demo.ts'
import { Config } from './config-schema.ts'
import { lintLimits } from './policy-lint.ts'

const lint = (limits: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  lintLimits(Config.parse({ ...DEMO, ...more, limits: { ...(DEMO['limits'] as object), ...limits } })).map(
    ({ limit }) => limit,
  )

test('the demo’s own limits are consistent', () => {
  expect(lint({})).toEqual([])
})

test('defaults of a real account say that nothing may be traded yet', () => {
  expect(lintLimits(Config.parse({})).map(({ limit }) => limit)).toEqual([
    'venues',
    'instruments',
    'order_qty_max',
    'order_notional_max',
  ])
})

test.each([
  [{ order_notional_max: 5_000_000 }, 'order_notional_max'],
  [{ instrument_exposure_max: 11_000_000 }, 'instrument_exposure_max'],
  [{ venue_exposure_max: 11_000_000 }, 'venue_exposure_max'],
  [{ net_exposure_max: 11_000_000 }, 'net_exposure_max'],
  [{ day_loss_pct_max: 11 }, 'day_loss_pct_max'],
  [{ leverage_max: Infinity }, 'leverage_max'],
  [{ reserve: false }, 'reserve'],
  [{ gross_exposure_max: 4_000_000, venue_exposure_max: 4_000_000, net_exposure_max: 4_000_000 }, 'gross_exposure_max'],
  [{ instruments: ['FX_BTC_JPY', 'ETH_USDT'] }, 'instruments'],
  [{ escalate_after_s: Infinity }, 'escalate_after_s'],
])('%o is found', (limits, name) => {
  expect(lint(limits)).toContain(name)
})

test('no watchdog is found', () => {
  expect(lint({}, { deadman: { watchdog_s: 0 } })).toEqual(['deadman.watchdog_s'])
})
