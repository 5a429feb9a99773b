import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import {
  CapabilitiesJson,
  capabilities,
  capabilitiesJson,
  HealthBoard,
  HealthJson,
  healthJson,
  worst,
} from './health.ts'

const SECOND = 1_000_000
const NOW = 1_790_000_000 * SECOND
const fine = { status: 'OK', reasonCode: 'OK', summary: 'as it should be' } as const

test('the whole is as well as its worst part, and not knowing is worse than limping and better than failing', () => {
  expect(worst([])).toBe('OK')
  expect(worst(['OK', 'DEGRADED'])).toBe('DEGRADED')
  expect(worst(['UNKNOWN', 'DEGRADED', 'OK'])).toBe('UNKNOWN')
  expect(worst(['UNKNOWN', 'FAILED'])).toBe('FAILED')
})

test('a check that was never looked at is unknown, and so is a board without checks', () => {
  const board = new HealthBoard({ loop: SECOND, disk: SECOND })
  board.observe('loop', fine, NOW)
  const report = board.report(NOW)
  expect(report.overall).toBe('UNKNOWN')
  expect(report.checks.map(({ name, status, reasonCode }) => [name, status, reasonCode])).toEqual([
    ['loop', 'OK', 'OK'],
    ['disk', 'UNKNOWN', 'NEVER_OBSERVED'],
  ])
  expect(new HealthBoard({}).report(NOW).overall).toBe('UNKNOWN')
})

test('a finding holds up to its age and not a microsecond longer, good or bad', () => {
  const board = new HealthBoard({ loop: SECOND })
  board.observe('loop', fine, NOW)
  expect(board.report(NOW + SECOND).overall).toBe('OK')
  const late = board.report(NOW + SECOND + 1)
  expect(late.checks[0]).toMatchObject({ status: 'UNKNOWN', reasonCode: 'OBSERVATION_OLD', observedTs: NOW })
  board.observe('loop', { ...fine, status: 'FAILED' }, NOW)
  expect(board.report(NOW).overall).toBe('FAILED')
  expect(board.report(NOW + 2 * SECOND).overall).toBe('UNKNOWN')
})

test('a finding about nothing that is on the board is refused', () => {
  expect(() => new HealthBoard({ loop: SECOND }).observe('lop', fine, NOW)).toThrow("was 'lop'")
})

property.prop([fc.array(fc.constantFrom('OK', 'DEGRADED', 'FAILED', 'UNKNOWN'), { minLength: 1 })])(
  'no part can make the whole better',
  (all) => {
    const order = ['OK', 'DEGRADED', 'UNKNOWN', 'FAILED']
    expect(order.indexOf(worst(all))).toBe(Math.max(...all.map((one) => order.indexOf(one))))
  },
)

test('capabilities say what is not built, switched off, or limps and since when', () => {
  const board = new HealthBoard({ feed: SECOND, disk: SECOND })
  board.observe('feed', { status: 'DEGRADED', reasonCode: 'FEED_STALE', summary: 'no data for 12 s' }, NOW)
  board.observe('disk', fine, NOW)
  const feature = (name: string, parts: object) => ({ name, isBuilt: true, isEnabled: true, needs: [], ...parts })
  const all = capabilities(
    [
      feature('router', { isBuilt: false }),
      feature('http', { isEnabled: false }),
      feature('journal', { needs: ['disk'] }),
      feature('trading', { needs: ['disk', 'feed'] }),
      feature('tax', { needs: ['moon'] }),
    ],
    board.report(NOW),
  )
  expect(all.map(({ name, state, reasons }) => [name, state, reasons.map(({ code }) => code)])).toEqual([
    ['router', 'NOT_IMPLEMENTED', ['NOT_IMPLEMENTED']],
    ['http', 'DISABLED', ['DISABLED']],
    ['journal', 'ENABLED', []],
    ['trading', 'DEGRADED', ['FEED_STALE']],
    ['tax', 'DEGRADED', ['NEVER_OBSERVED']],
  ])
  const facts = {
    ts: NOW,
    version: '1.0.0',
    isSafeMode: true,
    degradedReason: 'FEED_STALE',
    allowedActions: ['CANCEL'],
  }
  const json = CapabilitiesJson.parse(JSON.parse(JSON.stringify(capabilitiesJson(all, facts))))
  expect(json).toMatchObject({ safe_mode: true, degraded_reason: 'FEED_STALE', allowed_actions: ['CANCEL'] })
  expect(json.capabilities[3]?.reasons).toEqual([
    { code: 'FEED_STALE', message: 'feed: no data for 12 s', since: '2026-09-21T14:13:20Z' },
  ])
})

test('UGF-0-003: health as JSON is what its schema says, and no check that was never looked at is OK', () => {
  const board = new HealthBoard({ loop: SECOND, disk: SECOND })
  board.observe('loop', fine, NOW)
  expect(HealthJson.parse(JSON.parse(JSON.stringify(healthJson(board.report(NOW)))))).toEqual({
    schema_version: 1,
    overall: 'UNKNOWN',
    ts: '2026-09-21T14:13:20Z',
    checks: [
      { name: 'loop', status: 'OK', reason_code: 'OK', summary: fine.summary, observed_at: '2026-09-21T14:13:20Z' },
      { name: 'disk', status: 'UNKNOWN', reason_code: 'NEVER_OBSERVED', summary: 'never looked at' },
    ],
  })
})
