import xterm from '@xterm/headless'
import { expect, test } from 'vitest'
import type { TerminalNews } from '../input/key-press.ts'
import { KeyTap } from '../input/tap.ts'
import { glyphSetFor, type ProbedWidths, probeGlyphs } from './probe.ts'

const ONE: ProbedWidths = { rule: 1, block: 1, braille: 1, triangle: 1 }

test.each<[Partial<ProbedWidths>, string]>([
  [{}, 'rich'],
  [{ rule: 2 }, 'safe'],
  [{ block: 2 }, 'safe'],
  [{ rule: 2, block: 2 }, 'safe'],
  [{ braille: 2 }, 'ascii'],
  [{ rule: 2, block: 2, braille: 2 }, 'ascii'],
  [{ triangle: 2 }, 'ascii'],
  [{ rule: 3, block: 3, braille: 3, triangle: 3 }, 'ascii'],
  [{ rule: 0 }, 'ascii'],
])('widths %o are drawn with the %s set', (widths, set) => {
  expect(glyphSetFor({ ...ONE, ...widths })).toBe(set)
})

const UTF8 = { term: 'xterm-256color', isUtf8: true }

/** A terminal that answers through a real key tap, with every width in `wide` doubled. */
function asked({ wide = '', isMute = false, terminal = UTF8 }) {
  let listener: ((news: TerminalNews) => void) | undefined
  let timer: { ms: number; act: () => void } | undefined
  let written = ''
  const tap = new KeyTap({ key: () => {}, news: (news) => listener?.(news) }, () => () => {})
  const set = probeGlyphs({
    terminal,
    write: (text) => {
      written += text
    },
    onNews: (listen) => {
      listener = listen
      return () => {
        listener = undefined
      }
    },
    after: (ms, act) => {
      timer = { ms, act }
      return () => {
        timer = undefined
      }
    },
  })
  // Each character stands at column 1, before its question.
  const glyphs = written.split('\u001b[6n').map((asking) => asking.slice('\r'.length))
  const answer = (count: number) => {
    for (const glyph of glyphs.slice(0, count)) tap.write(`\u001b[4;${wide.includes(glyph) ? 3 : 2}R`)
  }
  if (!isMute) answer(4)
  return { set, written, answer, isListening: () => listener !== undefined, timer: () => timer }
}

test('the terminal is asked for each character, and its answers decide', async () => {
  await expect(asked({}).set).resolves.toBe('rich')
  await expect(asked({ wide: '─█' }).set).resolves.toBe('safe')
  await expect(asked({ wide: '─█⣿' }).set).resolves.toBe('ascii')
})

test('after the answer nobody listens and no timer runs', async () => {
  const { set, isListening, timer } = asked({})
  await set
  expect([isListening(), timer()]).toEqual([false, undefined])
})

test('a terminal that answers in part or not at all gets the safe set after 200 ms', async () => {
  const { set, answer, timer, isListening } = asked({ isMute: true })
  answer(3)
  expect(timer()?.ms).toBe(200)
  timer()?.act()
  await expect(set).resolves.toBe('safe')
  expect(isListening()).toBe(false)
})

test.each([
  { term: 'linux', isUtf8: true },
  { term: 'dumb', isUtf8: true },
  { term: 'xterm', isUtf8: false },
])('%o is not asked and gets ASCII', async (terminal) => {
  const { set, written } = asked({ terminal, isMute: true })
  await expect(set).resolves.toBe('ascii')
  expect(written).toBe('')
})

test('a real emulator answers, and nothing is left of what was printed', async () => {
  const screen = new xterm.Terminal({ cols: 20, rows: 4, allowProposedApi: true })
  let listener: ((news: TerminalNews) => void) | undefined
  const tap = new KeyTap({ key: () => {}, news: (news) => listener?.(news) }, () => () => {})
  screen.onData((data) => tap.write(data))
  const set = await probeGlyphs({
    terminal: UTF8,
    write: (text) => screen.write(text),
    onNews: (listen) => {
      listener = listen
      return () => {}
    },
    after: () => () => {},
  })
  await new Promise<void>((resolve) => screen.write('', resolve))
  expect(set).toBe('rich')
  expect(screen.buffer.active.getLine(0)?.translateToString(true)).toBe('')
  expect(screen.buffer.active.cursorX).toBe(0)
})
