import { expect, test } from 'vitest'
import { BOTS, SCREEN_STATES, SCREEN_VIEWS, screenContext, shelfOf } from '../../../fixtures/screen-views.ts'
import { COMMANDS } from '../../../src/runtime/command-catalogue.ts'
import type { BotState } from '../../../src/runtime/link/views.ts'
import { FRESH_STATE, type PanelAction } from '../../panel.ts'
import { BOTS_PANEL } from './panel.ts'

const CONTEXT = screenContext()

function shelfWith(state: BotState, ageMs = 0) {
  const row = BOTS.rows['grid-btc']
  if (row === undefined) throw new Error('the fixture has lost grid-btc')
  return shelfOf({ ...SCREEN_VIEWS, bots: { rows: { 'grid-btc': { ...row, state } } } }, ageMs)
}

function actionsIn(state: BotState, ageMs = 0): Readonly<Record<string, PanelAction>> {
  const actions = BOTS_PANEL.actions(shelfWith(state, ageMs), FRESH_STATE, CONTEXT)
  return Object.fromEntries(actions.map((action) => [action.key, action]))
}

test.each([
  ['IDLE', 'BOT_START', 'S'],
  ['WARMING_UP', undefined, 'PX'],
  ['RUNNING', undefined, 'PX'],
  ['PAUSED', 'BOT_RESUME', 'X'],
  ['STOPPING', undefined, ''],
  ['STOPPED', 'BOT_START', 'S'],
  ['QUARANTINED', undefined, 'XR'],
] as const)('a bot that is %s offers what can be done to it', (state, start, others) => {
  const actions = actionsIn(state)
  const open = Object.values(actions).filter(({ disabled }) => disabled === undefined)
  expect(actions['S']?.disabled === undefined ? actions['S']?.command?.type : undefined).toBe(start)
  expect(
    open
      .map(({ key }) => key)
      .filter((key) => 'SPXR'.includes(key) && !(key === 'S' && start === 'BOT_RESUME'))
      .join(''),
  ).toBe(others)
  for (const { disabled } of Object.values(actions)) if (disabled !== undefined) expect(disabled).toMatch(/^[A-Z_]+: ./)
})

test('every command is one that the engine takes', () => {
  for (const state of ['IDLE', 'RUNNING', 'PAUSED', 'QUARANTINED'] as const)
    for (const { command } of Object.values(actionsIn(state)))
      if (command !== undefined) expect(COMMANDS[command.type].safeParse(command.payload).success).toBe(true)
})

test('live trading stays locked, and says why', () => {
  expect(actionsIn('RUNNING')['L']?.disabled).toMatch(/^LIVE_LOCKED/)
  expect(actionsIn('RUNNING')['L']?.command).toBeUndefined()
})

test('an old picture starts nothing and still stops everything', () => {
  const [old, running] = [actionsIn('IDLE', 42_000), actionsIn('RUNNING', 42_000)]
  expect(old['S']?.disabled).toBe('VIEW_STALE: bots 42s old > 5.0s')
  expect(old['M']?.disabled).toMatch(/^VIEW_STALE/)
  expect([running['P']?.disabled, running['X']?.disabled]).toEqual([undefined, undefined])
})

test('quarantined and silent bots come first while the mode is not NORMAL, and only then', () => {
  const rows = (name: string) => BOTS_PANEL.rows(SCREEN_STATES[name]?.shelf ?? shelfOf({}), FRESH_STATE)
  expect(rows('normal')).toEqual(['grid-btc', 'mm-eth', 'trend-fx', 'carry-sol', 'demo'])
  expect(rows('safe-mode').slice(0, 2)).toEqual(['mm-eth', 'trend-fx'])
})

test('the selected bot is followed by its id through a sort and out of a filter', () => {
  const shelf = shelfOf(SCREEN_VIEWS)
  const at = { ...FRESH_STATE, selected: 'trend-fx', sort: 1 }
  expect(BOTS_PANEL.topics(at, shelf)).toEqual(['bots', 'bot/trend-fx', 'bars/FX_BTC_JPY/5m'])
  expect(BOTS_PANEL.sentence(shelf, at, CONTEXT)).toMatch(
    /^trend-fx, donchian r3 on bitflyer FX_BTC_JPY, live, RUNNING/,
  )
  expect(BOTS_PANEL.rows(shelf, { ...at, filter: '@gmo btc' })).toEqual(['grid-btc'])
})

test('masked amounts show in no row', () => {
  const rows = BOTS_PANEL.paint(shelfOf(SCREEN_VIEWS), FRESH_STATE, screenContext({ isMasked: true }), {
    width: 200,
    height: 45,
  })
  for (const secret of ['0.0450', '9,830', '-850', '0.0500', '-210']) expect(rows.join('\n')).not.toContain(secret)
})

test('a position without a stop at its venue is said to have none, and one not yet told is not guessed', () => {
  const paint = (views: Parameters<typeof shelfOf>[0]) =>
    BOTS_PANEL.paint(shelfOf(views), FRESH_STATE, CONTEXT, { width: 80, height: 19 }).join('\n')
  const depth = SCREEN_VIEWS['bot/grid-btc']
  expect(paint(SCREEN_VIEWS)).toContain('stop at venue 14,900,000 ✓')
  expect(paint({ ...SCREEN_VIEWS, 'bot/grid-btc': depth && { ...depth, orders: [] } })).toContain('no stop at venue !')
  expect(paint({ bots: BOTS })).toContain('stop ?')
})
