import { afterEach, expect, test } from 'vitest'
import { KILL, listPanel, NOW_TS, RIBBON, ScriptedClient } from '../fixtures/screen-client.ts'
import { FakeTerminal } from '../fixtures/screen-terminal.ts'
import { UTC } from './paint/clock-text.ts'
import { widthOf } from './paint/row.ts'
import { openScreen } from './screen.tsx'
import type { ScreenEnd, ScreenSettings } from './settings.ts'

const SETTINGS: ScreenSettings = {
  profile: 'prod',
  palette: 'west',
  colourLevel: 1,
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
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** The real screen on an emulated terminal. */
function opened(columns: number, rows: number, settings: Partial<ScreenSettings> = {}, fails = () => false) {
  const terminal = new FakeTerminal(columns, rows)
  const client = new ScriptedClient()
  client.isOwner = false
  client.show('ribbon', RIBBON)
  client.show('kill/global', KILL)
  const clock = {
    wallTs: () => NOW_TS,
    ms: () => performance.now(),
    after: (ms: number, call: () => void) => {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
  }
  const hangUps = new Set<() => void>()
  const logged: string[] = []
  let ended: ScreenEnd | undefined
  const end = openScreen({
    client,
    panels: [listPanel({ ids: Array.from({ length: 40 }, (_, at) => `bot-${at}`), fails })],
    settings: { ...SETTINGS, ...settings },
    streams: terminal.streams,
    clock,
    log: { info: (text) => logged.push(text), error: (text) => logged.push(text) },
    signals: { on: (_, told) => hangUps.add(told), off: (_, told) => hangUps.delete(told) },
  }).then((how) => {
    ended = how
    return how
  })
  const until = async (isSo: () => boolean) => {
    for (let turn = 0; turn < 200 && !isSo(); turn++) await wait(10)
    expect(isSo(), terminal.text).toBe(true)
  }
  open.push(async () => {
    if (ended === undefined) {
      terminal.type('\x1b')
      await wait(50)
      terminal.type('\x1b')
      await wait(50)
      terminal.type('\x03')
      await wait(20)
      terminal.type('\r')
    }
    return end
  })
  return { terminal, client, end, until, logged, hangUp: () => hangUps.forEach((told) => told()) }
}

test.each([
  [80, 24],
  [120, 40],
  [200, 50],
] as const)('at %i x %i the terminal shows what was painted, to the last row', async (columns, rows) => {
  const { terminal, until } = opened(columns, rows)
  await until(() => terminal.text.includes('bot-3'))
  expect(terminal.isAlternate).toBe(true)
  expect(terminal.rows[0]).toMatch(/^ prod LIVE {2}NORMAL ✓ {2}kill:NONE/)
  expect(terminal.rows[1]).toMatch(/^ EQ ¥3,482,190 {2}day \+¥18,420/)
  expect(terminal.rows[2]).toMatch(/^ \[1 Bots\].*K KILL$/)
  expect(terminal.rows[3]).toMatch(/^─ Bots 40 ─.* ─$/)
  expect(terminal.rows[4]).toContain('▸ bot-0 0 0')
  expect(terminal.rows[rows - 1]).toMatch(/^ j\/k.*K KILL$/)
  for (const row of terminal.rows) expect(widthOf(row)).toBeLessThanOrEqual(columns)
})

test('a key is answered, and views change only what they change', async () => {
  const { terminal, client, until } = opened(80, 24)
  await until(() => terminal.text.includes('bot-3'))
  terminal.type('j')
  await until(() => terminal.text.includes('▸ bot-1'))
  const before = terminal.written.length
  client.show('ribbon', { ...RIBBON, fills: 7 })
  await until(() => terminal.text.includes('bot-0 0 7'))
  expect(terminal.written.length - before).toBeLessThan(4_000)
})

test('the same content writes nothing', async () => {
  const { terminal, client, until } = opened(80, 24)
  await until(() => terminal.text.includes('bot-3'))
  await wait(150)
  const before = terminal.written.length
  client.show('ribbon', RIBBON)
  await wait(250)
  expect(terminal.written.slice(before)).toBe('')
})

test('a storm of resizes leaves no stale row, clears no screen and draws nothing higher than the terminal', async () => {
  const { terminal, until } = opened(80, 24)
  await until(() => terminal.text.includes('bot-3'))
  for (let turn = 0; turn < 24; turn++) {
    terminal.resize(80 + ((turn * 37) % 121), 24 + ((turn * 11) % 27))
    await wait(turn % 3 === 0 ? 70 : 5)
  }
  for (const [columns, rows] of [
    [200, 50],
    [80, 24],
    [120, 40],
  ] as const) {
    terminal.resize(columns, rows)
    // A row of the picture before would stay: what is shown once at last is all that is shown.
    const isOnce = (words: string) => terminal.rows.filter((row) => row.includes(words)).length === 1
    await until(
      () =>
        terminal.rows[rows - 1]?.includes('K KILL') === true &&
        terminal.rows[0]?.includes('prod LIVE') === true &&
        ['prod LIVE', 'Bots 40', '? help', '▸ bot-0'].every(isOnce),
    )
  }
  expect(terminal.written).not.toContain('\x1b[2J')
  expect(terminal.written).not.toContain('\x1b[3J')
})

test('HALT is K h 2 Enter on a terminal, once its frame has been seen for 250 ms; typed in one burst it only arms', async () => {
  const { terminal, client, until } = opened(80, 24)
  await until(() => terminal.text.includes('bot-3'))
  terminal.type('Kh2\r')
  await until(() => terminal.text.includes('ARMED HALT'))
  await wait(300)
  expect(client.stops).toEqual([])
  terminal.type('\r')
  await until(() => client.stops.length === 1)
  expect(client.sent).toMatchObject([{ type: 'KILL_RAISE', payload: { level: 'HALT' } }])
  await until(() => terminal.rows[0]?.includes('HALT SENT, NOT ACKNOWLEDGED') === true)
})

test('Esc alone closes after its wait', async () => {
  const { terminal, until } = opened(80, 24)
  await until(() => terminal.text.includes('bot-3'))
  terminal.type('?')
  await until(() => terminal.text.includes('Help'))
  terminal.type('\x1b')
  await until(() => !terminal.text.includes('Help  Bots'))
})

test('leaving restores the terminal', async () => {
  const { terminal, end, until } = opened(80, 24)
  await until(() => terminal.text.includes('bot-3'))
  expect(terminal.modes).toEqual({ hasFocus: true, hasPaste: true })
  expect(terminal.stdin.isRaw).toBe(true)
  terminal.type('\x03')
  await until(() => terminal.text.includes('Leave'))
  terminal.type('\r')
  expect(await end).toBe('left')
  await wait(20)
  expect(terminal.isAlternate).toBe(false)
  expect(terminal.modes).toEqual({ hasFocus: false, hasPaste: false })
  expect(terminal.stdin.isRaw).toBe(false)
  expect(terminal.written).toContain('\x1b[?25h')
  expect(terminal.stdin.listenerCount('data')).toBe(0)
})

test('a terminal that hangs up ends the screen and nothing else', async () => {
  const { terminal, client, end, until, hangUp } = opened(80, 24)
  await until(() => terminal.text.includes('bot-3'))
  hangUp()
  expect(await end).toBe('lost-terminal')
  expect(client.sent).toEqual([])
  expect(client.watched).toEqual([])
})

test('a stream that breaks ends the screen as well', async () => {
  const { terminal, end, until } = opened(80, 24)
  await until(() => terminal.text.includes('bot-3'))
  terminal.streams.stdout.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }))
  expect(await end).toBe('lost-terminal')
})

test('the terminal is asked how wide it draws before the first frame, and what is typed meanwhile is kept', async () => {
  const { terminal, until } = opened(80, 24, { glyphs: 'auto' })
  terminal.type('j')
  await until(() => terminal.text.includes('▸ bot-1'))
  expect(terminal.written.indexOf('\x1b[6n')).toBeLessThan(terminal.written.indexOf('prod LIVE'))
  expect(terminal.rows[3]).toContain('─')
})

test('three faults leave the frame for lines, and Enter brings it back', async () => {
  let isBroken = false
  const { terminal, until, logged } = opened(80, 24, {}, () => isBroken)
  await until(() => terminal.text.includes('bot-3'))
  isBroken = true
  terminal.type('j')
  await until(() => terminal.text.includes('PANEL FAULT'))
  for (let turn = 0; turn < 3; turn++) {
    terminal.type('r')
    await wait(60)
  }
  await until(() => terminal.text.includes('shows lines now'))
  expect(terminal.isAlternate).toBe(false)
  expect(logged.some((text) => text.includes('panel fault ui-0001'))).toBe(true)
  isBroken = false
  terminal.type('\r')
  await until(() => terminal.text.includes('Bots 40'))
})
