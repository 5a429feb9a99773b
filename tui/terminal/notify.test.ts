import { expect, test } from 'vitest'
import { widthOf } from '../paint/row.ts'
import { desktopOscOf, type DesktopNotifier, type Moment, type Notice, Notifier, noticeSequence } from './notify.ts'

const ITERM = { termProgram: 'iTerm.app', term: 'xterm-256color', isTmux: false }
const TMUX = { termProgram: 'tmux', term: 'tmux-256color', isTmux: true }
const PLAIN = { termProgram: undefined, term: 'xterm-256color', isTmux: false }
const NIGHT = { fromMin: 0, toMin: 360 }
const NOON: Moment = { nowMs: 0, minuteOfDay: 720, isFocused: true }

const notice = (severity: Notice['severity'], text = 'feed lost', id = 'alert-1'): Notice => ({ id, severity, text })

function notifier({
  terminal = ITERM,
  quiet = NIGHT,
  loadDesktop,
}: {
  terminal?: { termProgram: string | undefined; term: string; isTmux: boolean }
  quiet?: { fromMin: number; toMin: number }
  loadDesktop?: () => Promise<DesktopNotifier>
} = {}) {
  const written: string[] = []
  const logged: string[] = []
  const one = new Notifier({
    terminal,
    quiet,
    write: (text) => written.push(text),
    log: (message) => logged.push(message),
    ...(loadDesktop && { loadDesktop }),
  })
  /** What was written since the last look: `bell`, or the desktop's. */
  const heard = () => written.splice(0).map((text) => (text === '\u0007' ? 'bell' : 'desktop'))
  return { one, written, logged, heard }
}

test.each([
  ['kitty', { termProgram: undefined, term: 'xterm-kitty', isTmux: false }, 99],
  ['foot', { termProgram: undefined, term: 'foot-extra', isTmux: false }, 777],
  ['urxvt', { termProgram: undefined, term: 'rxvt-unicode-256color', isTmux: false }, 777],
  ['WezTerm', { termProgram: 'WezTerm', term: 'xterm-256color', isTmux: false }, 777],
  ['Ghostty', { termProgram: 'ghostty', term: 'xterm-ghostty', isTmux: false }, 777],
  ['iTerm2', ITERM, 9],
  ['tmux', TMUX, 9],
  ['Terminal of macOS', { termProgram: 'Apple_Terminal', term: 'xterm-256color', isTmux: false }, undefined],
  ['an unknown one', PLAIN, undefined],
])('%s is told by its own sequence', (_, terminal, osc) => {
  expect(desktopOscOf(terminal)).toBe(osc)
})

test('each sequence says severity and text', () => {
  const one = notice('P0', 'venue; down', 'a 1;x')
  expect(noticeSequence(9, one, PLAIN)).toBe('\u001b]9;profinaut P0: venue; down\u0007')
  expect(noticeSequence(777, one, PLAIN)).toBe('\u001b]777;notify;profinaut P0;venue, down\u0007')
  expect(noticeSequence(99, one, PLAIN)).toBe(
    '\u001b]99;i=profinaut-a-1-x:d=0:u=2;profinaut P0\u001b\\\u001b]99;i=profinaut-a-1-x:d=1:p=body;venue; down\u001b\\',
  )
  expect(noticeSequence(9, one, { isTmux: true })).toBe(
    '\u001bPtmux;\u001b\u001b]9;profinaut P0: venue; down\u0007\u001b\\',
  )
})

test('a text cannot end its sequence, turn around or run on', () => {
  const sequence = noticeSequence(9, notice('P1', `a\u0007b\u001b]52;c;eA==\u0007\u202e${'あ'.repeat(200)}`), PLAIN)
  const [head, end] = ['\u001b]9;profinaut P1: ', '\u0007']
  expect([sequence.startsWith(head), sequence.endsWith(end)]).toEqual([true, true])
  const text = sequence.slice(head.length, -end.length)
  expect(text).not.toMatch(/[\p{Cc}\u202e]/u)
  expect(text).toMatch(/^a b \]52;c;eA==  あ/)
  expect(widthOf(text)).toBeLessThanOrEqual(120)
  expect(text.endsWith('..')).toBe(true)
})

test.each<[Notice['severity'], Partial<Moment>, string[]]>([
  ['P0', {}, ['bell', 'desktop']],
  ['P0', { minuteOfDay: 60 }, ['bell', 'desktop']],
  ['P1', {}, ['bell', 'desktop']],
  ['P1', { minuteOfDay: 0 }, ['desktop']],
  ['P1', { minuteOfDay: 359 }, ['desktop']],
  ['P1', { minuteOfDay: 360 }, ['bell', 'desktop']],
  ['P2', {}, []],
  ['P2', { isFocused: false }, ['desktop']],
  ['P3', { isFocused: false }, []],
])('%s at %o is told by %j', (severity, moment, ways) => {
  const { one, heard } = notifier()
  one.tell(notice(severity), { ...NOON, ...moment })
  expect(heard()).toEqual(ways)
})

test('quiet hours may reach over midnight, and none are none', () => {
  const ways = (fromMin: number, toMin: number, minuteOfDay: number) => {
    const { one, heard } = notifier({ quiet: { fromMin, toMin } })
    one.tell(notice('P1'), { ...NOON, minuteOfDay })
    return heard()
  }
  expect(ways(1_320, 360, 1_400)).toEqual(['desktop'])
  expect(ways(1_320, 360, 10)).toEqual(['desktop'])
  expect(ways(1_320, 360, 720)).toEqual(['bell', 'desktop'])
  expect(ways(0, 0, 0)).toEqual(['bell', 'desktop'])
})

test('in tmux a bell stands beside the desktop line, by day', () => {
  const { one, heard } = notifier({ terminal: TMUX })
  one.tell(notice('P2'), { ...NOON, isFocused: false })
  expect(heard()).toEqual(['bell', 'desktop'])
  one.tell(notice('P2'), { nowMs: 60_000, minuteOfDay: 60, isFocused: false })
  expect(heard()).toEqual(['desktop'])
})

test('bells are 10 s apart, and the desktop is told of each alert', () => {
  const { one, heard } = notifier()
  one.tell(notice('P1'), NOON)
  one.tell(notice('P1'), { ...NOON, nowMs: 9_999 })
  expect(heard()).toEqual(['bell', 'desktop', 'desktop'])
  one.tell(notice('P1'), { ...NOON, nowMs: 10_000 })
  expect(heard()).toEqual(['bell', 'desktop'])
})

test('the bell that a P0 had to do without follows, unless the alert has gone', () => {
  const { one, heard } = notifier()
  one.tell(notice('P1'), NOON)
  one.tell(notice('P0'), { ...NOON, nowMs: 3_000 })
  expect(heard()).toEqual(['bell', 'desktop', 'desktop'])
  one.tick(9_000, [notice('P0')])
  expect(heard()).toEqual([])
  one.tick(10_000, [notice('P0')])
  one.tick(30_000, [notice('P0')])
  expect(heard()).toEqual(['bell'])
  one.tell(notice('P1'), { ...NOON, nowMs: 40_000 })
  one.tell(notice('P0', 'again', 'alert-2'), { ...NOON, nowMs: 41_000 })
  heard()
  one.tick(42_000, [])
  one.tick(51_000, [notice('P0', 'again', 'alert-2')])
  expect(heard()).toEqual([])
})

test('P0 is repeated every 60 s until it is acknowledged', () => {
  const { one, heard } = notifier()
  one.tell(notice('P0'), { ...NOON, nowMs: 1_000 })
  heard()
  one.tick(1_500, []) // the view is a moment behind
  one.tick(60_999, [notice('P0')])
  expect(heard()).toEqual([])
  one.tick(61_000, [notice('P0'), notice('P1', 'other', 'alert-2')])
  expect(heard()).toEqual(['bell', 'desktop'])
  one.tick(120_999, [notice('P0')])
  expect(heard()).toEqual([])
  one.tick(121_000, [notice('P0')])
  expect(heard()).toEqual(['bell', 'desktop'])
  one.tick(181_000, [])
  one.tick(500_000, [])
  expect(heard()).toEqual([])
})

test('a P0 that was open before the screen was is told at the first tick', () => {
  const { one, heard } = notifier()
  one.tick(5, [notice('P0')])
  one.tick(6, [notice('P0')])
  expect(heard()).toEqual(['bell', 'desktop'])
})

test('where the terminal knows no sequence a program of the desktop is asked, and no text reaches its shell', async () => {
  const shown: unknown[] = []
  const desktop: DesktopNotifier = {
    notify: (one, done) => {
      shown.push(one)
      done(null)
    },
  }
  const { one, heard, logged } = notifier({ terminal: PLAIN, loadDesktop: () => Promise.resolve(desktop) })
  one.tell(notice('P0', 'x"$(id)`id`\\'), NOON)
  await new Promise(setImmediate)
  expect(heard()).toEqual(['bell'])
  expect(shown).toEqual([{ title: 'profinaut P0', message: "x''(id)'id''" }])
  expect(logged).toEqual([])
})

test.each<[string, () => Promise<DesktopNotifier>]>([
  ['is not installed', () => Promise.reject(new Error('no such thing'))],
  ['answers with an error', () => Promise.resolve({ notify: (_, done) => done(new Error('no such thing')) })],
  [
    'throws',
    () =>
      Promise.resolve({
        notify: () => {
          throw new Error('no such thing')
        },
      }),
  ],
])('a desktop program that %s is told to the log alone', async (_, loadDesktop) => {
  const { one, heard, logged } = notifier({ terminal: PLAIN, loadDesktop })
  one.tell(notice('P0'), NOON)
  await new Promise(setImmediate)
  expect(heard()).toEqual(['bell'])
  expect(logged).toEqual(['desktop notification of alert alert-1 failed: no such thing'])
})
