import { expect, test } from 'vitest'
import { SCREEN_STATES, SCREEN_VIEWS, SYSTEM, screenContext, shelfOf } from '../../../fixtures/screen-views.ts'
import { COMMANDS } from '../../../src/runtime/command-catalogue.ts'
import { FRESH_STATE } from '../../panel.ts'
import { SYSTEM_PANEL } from './panel.ts'

const CONTEXT = screenContext()
const SHELF = shelfOf(SCREEN_VIEWS)
const ALERTS = { ...FRESH_STATE, view: 3 }

test('the worst check stands first, in every mode', () => {
  expect(SYSTEM_PANEL.rows(SHELF, FRESH_STATE).slice(0, 3)).toEqual(['feed bitflyer', 'venue bitflyer', 'backup'])
  expect(SYSTEM_PANEL.rows(SCREEN_STATES['safe-mode']?.shelf ?? SHELF, FRESH_STATE)[0]).toBe('reconcile')
})

test('each view lists its own rows, filtered', () => {
  const count = (view: number, filter = '') => SYSTEM_PANEL.rows(SHELF, { ...FRESH_STATE, view, filter }).length
  expect([0, 1, 2, 3, 4, 5].map((view) => count(view))).toEqual([13, 9, 4, 3, 5, 6])
  expect(count(0, 'degraded')).toBe(2)
  expect(count(4, '!warn')).toBe(1)
})

test('A acknowledges the selected alert, or the worst open one where alerts are not listed', () => {
  const [ack] = SYSTEM_PANEL.actions(SHELF, FRESH_STATE, CONTEXT)
  expect(ack).toMatchObject({ key: 'A', disabled: undefined, command: { payload: { alert_id: 'a-1' } } })
  expect(ack?.command && COMMANDS[ack.command.type].safeParse(ack.command.payload).success).toBe(true)
  const [other] = SYSTEM_PANEL.actions(SHELF, { ...ALERTS, selected: 'a-2' }, CONTEXT)
  expect(other?.disabled).toMatch(/^ALERT_ACKED/)
  const [none] = SYSTEM_PANEL.actions(shelfOf({ system: { ...SYSTEM, alerts: [] } }), FRESH_STATE, CONTEXT)
  expect(none?.disabled).toMatch(/^NO_ALERT/)
})

test('a check that nobody has made lately is never shown as OK', () => {
  const checks = SYSTEM.checks.map((check) => ({
    ...check,
    health: 'OK' as const,
    observedTs: CONTEXT.nowTs - 600_000_000,
  }))
  const rows = SYSTEM_PANEL.paint(shelfOf({ system: { ...SYSTEM, checks } }), FRESH_STATE, CONTEXT, {
    width: 80,
    height: 19,
  })
  expect(rows[2]).toMatch(/~ engine loop +~OK +lag p99 3ms {2}10m old/)
})

test('an input goes on ageing while nothing is heard of it', () => {
  const sentence = (ageMs: number) =>
    SYSTEM_PANEL.sentence(shelfOf(SCREEN_VIEWS, ageMs), { ...FRESH_STATE, view: 1, selected: 'price gmo' }, CONTEXT)
  expect(sentence(0)).toBe('price gmo: age and limit 0.1s / 5s, OK.')
  expect(sentence(42_000)).toBe('price gmo: age and limit 42s / 5s, too old.')
})
