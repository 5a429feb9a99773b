import { expect, test } from 'vitest'
import { KILL, listPanel, NOW_TS, RIBBON, ScriptedClient } from '../fixtures/screen-client.ts'
import { UTC } from './paint/clock-text.ts'
import { widthOf } from './paint/row.ts'
import { BARE } from './paint/tone.ts'
import type { Panel, Size } from './panel.ts'
import type { ScreenSettings } from './settings.ts'
import { Shell } from './shell.ts'

export const SETTINGS: ScreenSettings = {
  profile: 'prod',
  palette: 'mono',
  colourLevel: 0,
  glyphs: 'rich',
  zone: UTC,
  isMasked: false,
  isLowPower: false,
  killTyped: 'flatten',
  hasTour: false,
  isScreenReader: false,
  isTmux: false,
  isRemote: false,
  notifyBy: 'off',
  quiet: { fromMinute: 0, toMinute: 0 },
}

/** A shell with a scripted engine; time moves when told. */
function rig(
  options: {
    panels?: readonly Panel[]
    size?: Size
    settings?: Partial<ScreenSettings>
    isOwner?: boolean
    ribbon?: Partial<typeof RIBBON>
  } = {},
) {
  const client = new ScriptedClient()
  client.isOwner = options.isOwner ?? true
  client.show('ribbon', { ...RIBBON, ...options.ribbon })
  client.show('kill/global', KILL)
  client.show('bots', { rows: {} })
  const clock = { now: 1_000, wallTs: () => NOW_TS, ms: () => clock.now, after: () => () => undefined }
  const ends: string[] = []
  const copied: string[] = []
  let [fallBacks, ids] = [0, 0]
  const shell = new Shell({
    client,
    panels: options.panels ?? [
      listPanel(),
      listPanel({ key: '5', id: 'orders', title: 'Orders', ids: ['o-1', 'o-2'] }),
    ],
    settings: { ...SETTINGS, ...options.settings },
    look: BARE,
    clock,
    log: { info: () => undefined, error: () => undefined },
    size: options.size ?? { width: 80, height: 24 },
    ports: {
      copy: (text) => {
        copied.push(text)
        return Promise.resolve('OSC 52')
      },
      notifyTest: () => undefined,
      repaint: () => undefined,
      paint: () => undefined,
      end: (how) => {
        ends.push(how)
      },
      fallBack: () => {
        fallBacks++
      },
      freshId: () => `id-${ids++}`,
    },
  })
  const keys = (...all: readonly string[]) => {
    for (const key of all)
      shell.feed({ kind: 'key', key, ...(key.length === 1 ? { text: key } : key === 'space' ? { text: ' ' } : {}) })
  }
  const type = (text: string) => keys(...Array.from(text, (char) => (char === ' ' ? 'space' : char)))
  /** The frame went out, and the reader had time to read it. */
  const seen = () => {
    shell.shown()
    clock.now += 250
  }
  return {
    shell,
    client,
    clock,
    ends,
    copied,
    keys,
    type,
    seen,
    text: () => shell.rows().join('\n'),
    fallBacks: () => fallBacks,
  }
}

test.each([
  [80, 24],
  [120, 40],
  [200, 50],
  [60, 16],
  [70, 20],
  [40, 10],
] as const)('every state fills %i x %i exactly', (width, height) => {
  const { shell, keys, type, clock, client } = rig({ size: { width, height } })
  const check = () => {
    const rows = shell.rows()
    expect(rows).toHaveLength(height)
    for (const row of rows) expect(widthOf(row), row).toBe(width)
  }
  check()
  for (const open of [['?'], [':'], ['.'], ['e'], ['`'], [','], ['P'], ['M'], ['ctrl+c'], ['K'], ['/'], ['g']]) {
    keys(...open)
    clock.now += 500
    check()
    keys('esc', 'esc')
  }
  keys('K', 'f', '2')
  type('flat')
  check()
  keys('esc', 'esc')
  for (const state of ['SILENT', 'DOWN', 'CONNECTING'] as const) {
    client.turn(state, 3_000)
    check()
  }
})

test('the frame is ribbon, tabs, panel, message and hints', () => {
  const { shell } = rig()
  expect(
    shell
      .rows()
      .map((row) => row.trimEnd())
      .filter((row) => row !== ''),
  ).toMatchInlineSnapshot(`
    [
      " prod LIVE  NORMAL ✓  kill:NONE  gate ✓  int ✓  feeds 3/3 0.1s  clk +3ms  05:03",
      " EQ ¥3,482,190  day +¥18,420 +0.53%  uPnL -¥3,120  DD -1.86%/-5%     cmd 0 al 1",
      " [1 Bots] 5 Orde                                                         K KILL",
      "─ Bots 3 ───────────────────────────────────────────────────────── filter none ─",
      "▸ grid-btc 0 0",
      "  mm-eth 1 0",
      "  trend-fx 2 0",
      " j/k  Enter  / filter  . more  t range  S start P pause  : cmd  ? help  K KILL",
    ]
  `)
})

test('HALT from anywhere is K h 2 Enter: the word first, then one command, however often Enter is pressed', () => {
  for (const open of [[], ['?'], ['.'], ['ctrl+c'], ['P']]) {
    const { client, keys, seen } = rig()
    keys(...open, 'K', 'h', '2')
    seen()
    keys(...Array.from({ length: 10 }, () => 'enter'))
    expect(client.stops, open.join()).toEqual(['HALT runaway bot'])
    expect(client.sent).toMatchObject([
      { type: 'KILL_RAISE', payload: { scope: 'global', level: 'HALT', review_minutes: 30 }, reason: 'runaway bot' },
    ])
  }
})

test('inside a text field K is a letter and Ctrl+K the kill key', () => {
  for (const open of [[':'], ['/'], ['M'], ['?', '/']]) {
    const { shell, keys } = rig()
    keys(...open, 'K')
    expect(shell.state.kill.step.at, open.join()).toBe('closed')
    keys('ctrl+k')
    expect(shell.state.kill.step.at, open.join()).toBe('choosing')
  }
})

test('a stop without an answer takes row 0 until the engine answers', async () => {
  const { client, keys, seen, clock, shell } = rig()
  keys('K', 'h', '2')
  seen()
  keys('enter')
  clock.now += 400
  shell.tick()
  expect(shell.rows()[0]).toContain('HALT SENT, NOT ACKNOWLEDGED 0.4s')
  keys('esc')
  expect(shell.rows()[0]).toContain('NOT ACKNOWLEDGED')
  client.answer()
  await Promise.resolve()
  await Promise.resolve()
  expect(shell.rows()[0]).not.toContain('NOT ACKNOWLEDGED')
})

test('a kill of one scope does not stop everything', () => {
  const { client, keys, seen } = rig()
  client.show('kill/venue:gmo', { ...KILL, scope: 'venue:gmo' })
  keys('K', 'g', 'h', '2')
  seen()
  keys('enter')
  expect(client.stops).toEqual([])
  expect(client.sent).toMatchObject([{ payload: { scope: 'venue:gmo', level: 'HALT' } }])
})

test('the selection follows its row, walks by keys, and falls to the first when the row has gone', () => {
  const ids = ['a', 'b', 'c']
  const { shell, keys, text } = rig({ panels: [listPanel({ ids })] })
  keys('j')
  expect(text()).toContain('▸ b')
  ids.unshift('zero')
  expect(text()).toContain('▸ b')
  ids.splice(ids.indexOf('b'), 1)
  keys('k')
  expect(shell.state.screen.panels['bots']?.selected).toBe('zero')
  keys('G')
  expect(text()).toContain('▸ c')
  keys('g', 'g')
  expect(text()).toContain('▸ zero')
})

test('only what is seen is subscribed, the kill estimate while its screen is open', () => {
  const { client, keys } = rig()
  expect(client.watched).toEqual(['bots', 'instruments', 'ribbon'])
  keys('K')
  expect(client.watched).toContain('kill/global')
  keys('esc')
  expect(client.watched).not.toContain('kill/global')
})

test('an act that changes something asks first: a stop by a reason and Enter, once', () => {
  const { client, keys, seen } = rig()
  keys('P')
  seen()
  keys('enter')
  expect(client.sent).toEqual([])
  keys('2', 'enter', 'enter', 'enter')
  expect(client.sent).toMatchObject([{ type: 'BOT_PAUSE', payload: { bot_id: 'grid-btc' }, reason: 'less risk' }])
})

test('keys typed ahead of the form confirm nothing', () => {
  const { client, keys } = rig()
  keys('P', '2', 'enter')
  expect(client.sent).toEqual([])
})

test('T2 stands on Cancel', () => {
  const { client, keys, seen } = rig({ ribbon: { runMode: 'paper' } })
  keys('S')
  seen()
  keys('1', 'enter')
  expect(client.sent).toEqual([])
  keys('S')
  seen()
  keys('1', 'tab', 'enter')
  expect(client.sent).toMatchObject([{ type: 'BOT_START' }])
})

test('T1 wants CONFIRM typed, shows before and after, and refuses a paste', () => {
  const { shell, client, keys, type, seen, text } = rig({ ribbon: { runMode: 'paper' } })
  keys('M', 'ctrl+u')
  type('20000')
  keys('enter')
  expect(text()).toMatch(/step +15000 -> 20000/)
  seen()
  keys('1')
  shell.feed({ kind: 'paste', text: 'CONFIRM' })
  keys('enter')
  expect(client.sent).toEqual([])
  type('CONFIRM')
  keys('enter')
  expect(client.sent).toMatchObject([
    { type: 'BOT_SET_PARAMS', payload: { bot_id: 'grid-btc', params: { step: 20_000 } }, confirmation: 'CONFIRM' },
  ])
})

/** The first step as an engine answers it. */
const CHALLENGED = {
  status: 'REJECTED_POLICY',
  reasonCodes: ['CONFIRMATION_REQUIRED'],
  result: {
    challenge_id: 'c-1',
    token: 't-1',
    phrase: 'I UNDERSTAND LIVE RISK',
    impact: { summary: 'BOT_START in a live run, 2 positions in bot:grid-btc' },
  },
} as const

test('UGF-0-006: what the engine challenges is asked of it first, read, typed, and confirmed once with its token', async () => {
  const { client, keys, type, seen, text } = rig()
  keys('S')
  seen()
  keys('1')
  expect(client.sent).toMatchObject([{ type: 'BOT_START', reason: 'new plan', confirmation: undefined }])
  client.answer(CHALLENGED)
  await Promise.resolve()
  expect(text()).toContain('BOT_START in a live run, 2 positions in bot:grid-btc')
  expect(text()).toContain('I UNDERSTAND LIVE RISK')
  // Typed ahead of the frame that asks: it counts for nothing.
  keys('enter')
  seen()
  type('I UNDERSTAND LIVE RISKS')
  keys('enter')
  expect(client.sent).toHaveLength(1)
  keys('backspace', 'enter', 'enter', 'enter')
  expect(client.sent.slice(1)).toMatchObject([
    {
      type: 'CONFIRM',
      payload: { challenge_id: 'c-1', token: 't-1' },
      confirmation: 'I UNDERSTAND LIVE RISK',
    },
  ])
  expect(client.sent[1]?.id).not.toBe(client.sent[0]?.id)
  client.answer({ message: 'grid-btc warms up' })
  await Promise.resolve()
  expect(text()).toContain('grid-btc warms up')
})

test('a first step that is refused is told, and nothing is typed', async () => {
  const { client, keys, seen, text } = rig()
  keys('S')
  seen()
  keys('1')
  client.answer({ status: 'REJECTED_AUTHZ', reasonCodes: ['DANGEROUS_OPS_DISABLED'], message: 'the flag is off' })
  await Promise.resolve()
  expect(text()).toContain('DANGEROUS_OPS_DISABLED')
  keys('enter')
  expect(client.sent).toHaveLength(1)
})

test('a challenge that the screen did not expect is answered all the same', async () => {
  const { client, keys, type, seen, text } = rig({ ribbon: { runMode: 'paper' } })
  keys('S')
  seen()
  keys('1', 'tab', 'enter')
  client.answer({ ...CHALLENGED, result: { challenge_id: 'c-2', token: 't-2' } })
  await Promise.resolve()
  seen()
  expect(text()).toContain('CONFIRM')
  type('CONFIRM')
  keys('enter')
  expect(client.sent.slice(1)).toMatchObject([{ type: 'CONFIRM', payload: { challenge_id: 'c-2', token: 't-2' } }])
})

test('a challenge of another engine state is void: the link goes down', () => {
  const { shell, client, keys, seen, text } = rig()
  keys('P')
  seen()
  client.turn('DOWN', 100)
  expect(shell.state.screen.overlay).toBeUndefined()
  expect(text()).toContain('nothing sent')
})

test('what cannot be done stays and says why', () => {
  const { client, keys, text } = rig()
  keys('X')
  expect(text()).toContain('refused: BOT_NOT_RUNNING')
  keys('.')
  expect(text()).toMatch(/X +stop .* refused: BOT_NOT_RUNNING/)
  expect(client.sent).toEqual([])
})

test('a dangerous palette line opens its form filled in and runs nothing', () => {
  const { shell, client, keys, type } = rig()
  keys(':')
  type('kill flatten bot:mm-eth')
  keys('enter')
  expect(shell.state.kill.step).toMatchObject({ at: 'choosing', level: 'FLATTEN', scope: 'bot:mm-eth' })
  expect(client.sent).toEqual([])
  expect(client.stops).toEqual([])
})

test('the filter narrows while it is written; Enter keeps it, Esc clears it', () => {
  const { keys, type, text } = rig()
  keys('/')
  type('eth')
  expect(text()).toContain('Bots 1')
  keys('enter')
  expect(text()).toContain('filter eth')
  keys('esc')
  expect(text()).toContain('Bots 3')
})

test('panels by number, history by - [ ], and the same number turns the view', () => {
  const { shell, keys } = rig()
  keys('5')
  expect(shell.state.screen.panelId).toBe('orders')
  keys('5')
  expect(shell.state.screen.panels['orders']?.view).toBe(1)
  keys('-')
  expect(shell.state.screen.panelId).toBe('bots')
  keys(']')
  expect(shell.state.screen.panelId).toBe('orders')
  keys('9')
  expect(shell.state.screen.message?.text).toContain('no panel 9')
})

test('a prefix key lists what may follow after 400 ms', () => {
  const { keys, clock, text } = rig()
  keys('g')
  expect(text()).not.toContain('its market')
  clock.now += 400
  expect(text()).toContain('its market')
})

test('a frozen picture keeps its rows, says FROZEN, and the ribbon goes on', () => {
  const { shell, client, keys, text } = rig()
  keys('f')
  client.show('ribbon', { ...RIBBON, alerts: 7 })
  shell.tick()
  expect(text()).toContain('FROZEN')
  expect(text()).toContain('al 7')
})

test('a panel that cannot draw: fault, drawn again, off at the second in 60 s, plain log at the third anywhere', () => {
  let isBroken = true
  const { clock, keys, text, fallBacks } = rig({
    panels: [listPanel({ fails: () => isBroken }), listPanel({ key: '5', id: 'orders', title: 'Orders' })],
  })
  expect(text()).toContain('TypeError: cannot read qty of undefined')
  clock.now += 1_000
  expect(text()).toContain('stays off')
  isBroken = false
  expect(text()).toContain('stays off')
  expect(text()).toContain('NORMAL')
  keys('r')
  expect(text()).toContain('Bots 3')
  expect(fallBacks()).toBe(0)
  isBroken = true
  expect(text()).toContain('PANEL FAULT')
  expect(fallBacks()).toBe(1)
})

test('Ctrl+C asks, Stay is the default, and close screen sends nothing', () => {
  const { client, keys, ends, text } = rig()
  keys('ctrl+c')
  expect(text()).toContain('▸ 1 Stay')
  keys('enter')
  expect(ends).toEqual([])
  keys('ctrl+c', '2', 'enter')
  expect(ends).toEqual(['close-screen'])
  expect(client.sent).toEqual([])
})

test('safe exit is typed, sends one command, and ends when the engine has answered; a failed cancel keeps the screen', async () => {
  const { client, keys, type, seen, ends, text } = rig()
  const ask = () => {
    keys('ctrl+c', '3', 'enter')
    seen()
    keys('1')
    type('CONFIRM')
    keys('enter', 'enter')
  }
  ask()
  expect(client.sent).toMatchObject([{ type: 'ENGINE_STOP', payload: { how: 'safe' } }])
  client.answer({ status: 'FAILED', message: 'order o-77c1 could not be cancelled' })
  await new Promise(setImmediate)
  expect(ends).toEqual([])
  expect(text()).toContain('o-77c1')
  keys('esc')
  ask()
  client.answer()
  await new Promise(setImmediate)
  expect(ends).toEqual(['safe-exit'])
})

test('three Ctrl+C in 3 s are a safe exit without typing, also over the kill screen; slower ones are not', async () => {
  const { client, clock, keys, ends } = rig()
  keys('ctrl+c', 'ctrl+c')
  clock.now += 3_001
  keys('ctrl+c')
  expect(client.sent).toEqual([])
  keys('K', 'ctrl+c', 'ctrl+c', 'ctrl+c')
  expect(client.sent).toMatchObject([{ type: 'ENGINE_STOP' }])
  client.answer()
  await new Promise(setImmediate)
  expect(ends).toEqual(['safe-exit'])
})

test('attached to another engine, Ctrl+C and Enter leave, and nothing is ever sent', () => {
  const { client, keys, ends } = rig({ isOwner: false })
  keys('ctrl+c', 'ctrl+c', 'ctrl+c', 'enter')
  expect(ends).toEqual(['left'])
  expect(client.sent).toEqual([])
})

test('on a screen that is too small only kill, exit and help act', () => {
  const { shell, client, keys, text } = rig({ size: { width: 40, height: 10 } })
  expect(text()).toContain('too small for panels (40x10 < 60x16)')
  keys('P', 'j', '5', ':', '/')
  expect(shell.state.screen).toMatchObject({ panelId: 'bots', overlay: undefined, filter: undefined })
  expect(client.sent).toEqual([])
  keys('K')
  expect(shell.state.kill.step.at).toBe('choosing')
})

test('an engine that has gone silent is said on row 0, and the kill key works', () => {
  const { shell, client, keys, seen, text } = rig()
  client.turn('DOWN', 137_000)
  expect(text()).toContain('DISCONNECTED 2m')
  keys('K', 'h', '1')
  seen()
  keys('enter')
  expect(client.stops).toEqual(['HALT loss limit'])
  expect(shell.rows()[0]).toContain('DISCONNECTED')
})

test('copies: the row, its id, and nothing where there is nothing', async () => {
  const { keys, copied, text } = rig()
  keys('y', 'y', 'y', 'i')
  await new Promise(setImmediate)
  expect(copied).toEqual(['grid-btc runs', 'grid-btc'])
  expect(text()).toContain('copied by OSC 52')
  keys('y', 'j')
  expect(text()).toContain('nothing to copy here')
})
