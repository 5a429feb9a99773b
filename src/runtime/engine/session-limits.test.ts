import { describe, expect, test } from 'vitest'
import { RUN_MODES } from '../../domain/action.ts'
import { GUARD_NAMES, GUARDS } from '../../risk/guards.ts'
import { Limits } from '../../risk/limits.ts'
import { parseConfigFile } from '../config-file.ts'
import { layerConfig } from '../config-layers.ts'
import { sessionLimits } from './session-limits.ts'

const HOUR = 3_600_000_000
/** A winter and a summer day. */
const JANUARY = 1_768_435_200_000_000
const JULY = JANUARY + 180 * 24 * HOUR

const config = (toml = '') => layerConfig({ file: parseConfigFile('config.toml', toml), env: {} }).config
const session = { runMode: 'paper', startTs: JANUARY, hasAudit: true } as const

describe('a session of an engine', () => {
  test('UGF-0-003: requires what it can know, and live everything there is', () => {
    const required = (more: Partial<Parameters<typeof sessionLimits>[1]>) =>
      Object.keys(sessionLimits(config(), { ...session, ...more }).guards ?? {}).toSorted()
    expect(required({})).toEqual(['audit', 'clock', 'dependencies', 'metrics', 'policy', 'reconcile'])
    expect(required({ hasAudit: false })).not.toContain('audit')
    for (const runMode of ['live', 'canary'] as const)
      expect(required({ runMode, hasAudit: false })).toEqual(GUARD_NAMES.toSorted())
  })

  test('UGF-D-007: a canary may do a tenth of what live may', () => {
    const settings = config('[limits]\norder_notional_max = 1000\norder_qty_max = { "*" = 2 }\nloss_day_max = 50\n')
    const [live, canary] = (['live', 'canary'] as const).map((runMode) =>
      sessionLimits(settings, { ...session, runMode }),
    )
    expect(live).toMatchObject({ orderNotionalMax: 1_000, orderQtyMax: { '*': 2 }, lossDayMax: 50 })
    expect(canary).toMatchObject({ orderNotionalMax: 100, orderQtyMax: { '*': 0.2 }, lossDayMax: 5 })
    expect(canary?.grossExposureMax).toBe(0.1 * (live?.grossExposureMax ?? Number.NaN))
  })

  test('has limits that a session can be stored with', () => {
    for (const runMode of RUN_MODES) {
      const limits = sessionLimits(config(), { ...session, runMode })
      expect(Limits.parse(limits)).toEqual(limits)
    }
  })

  test('counts ages in engine time, which may run faster than the wall’s', () => {
    const at = (speed: number) => sessionLimits(config(`[engine]\nspeed = ${speed}\n`), session)
    expect(at(1).guards?.clock).toBe(GUARDS.clock.maxAgeUs)
    expect(at(100).guards?.clock).toBe(10 * GUARDS.clock.maxAgeUs)
    expect(at(100).leases).toEqual({ lifeUs: 200_000_000, marginUs: 20_000_000 })
  })

  test('UGF-D-003: has quiet hours in canary and live, always, or never, as the settings say', () => {
    const night = { fromUs: 15 * HOUR, toUs: 21 * HOUR }
    const hours = (toml: string, runMode: (typeof RUN_MODES)[number]) =>
      sessionLimits(config(toml), { ...session, runMode }).quietHours
    expect(hours('', 'live')).toEqual(night)
    expect(hours('', 'paper')).toBeUndefined()
    expect(hours('[limits]\nquiet_hours = "always"\n', 'paper')).toEqual(night)
    // Nothing said would be the night of Tokyo.
    expect(hours('[limits]\nquiet_hours = "never"\n', 'live')).toEqual({ fromUs: 0, toUs: 0 })
  })

  test('reads times of day in the zone of the account, as it is on that day', () => {
    const toml = '[account]\ntime_zone = "Europe/Berlin"\nday_starts = "08:00"\n[limits]\nquiet_hours = "always"\n'
    const at = (startTs: number) => sessionLimits(config(toml), { ...session, startTs })
    expect(at(JANUARY)).toMatchObject({ dayOffsetUs: 7 * HOUR, quietHours: { fromUs: 23 * HOUR, toUs: 5 * HOUR } })
    expect(at(JULY)).toMatchObject({ dayOffsetUs: 6 * HOUR, quietHours: { fromUs: 22 * HOUR, toUs: 4 * HOUR } })
  })
})
