import { array, assert, constantFrom, nat, property } from 'fast-check'
import { expect, test } from 'vitest'
import { type InputEvent, Tap } from './tap.ts'

const bytes = (text: string) => Buffer.from(text, 'utf8')

function decode(...chunks: readonly Uint8Array[]): readonly InputEvent[] {
  const tap = new Tap()
  const events = chunks.flatMap((chunk) => tap.feed(chunk))
  return tap.waitMs === undefined ? events : [...events, ...tap.expire()]
}
const keys = (text: string) => decode(bytes(text)).map((event) => (event.kind === 'key' ? event.key : event.kind))

test.each([
  ['KhEnter in one burst is three keys', 'Kh\r', ['K', 'h', 'enter']],
  [
    'arrows, ends and pages, in both spellings',
    '\x1b[A\x1bOB\x1b[H\x1b[4~\x1b[5~\x1b[6~',
    ['up', 'down', 'home', 'end', 'pageup', 'pagedown'],
  ],
  ['tabs and control chords', '\t\x1b[Z\x03\x0b\x10', ['tab', 'shift+tab', 'ctrl+c', 'ctrl+k', 'ctrl+p']],
  ['ESC alone is the key', '\x1b', ['esc']],
  ['ESC before a letter is the key and the letter: no chord with Alt is bound', '\x1bK', ['esc', 'K']],
  ['ESC twice is twice the key', '\x1b\x1b', ['esc', 'esc']],
  ['ESC and a bracket typed by hand are both keys', '\x1b[', ['esc', '[']],
  ['ESC and a closing bracket too', '\x1b]', ['esc', ']']],
  [
    'kitty: Escape, Ctrl+K, Shift+Tab, a letter, a release',
    '\x1b[27u\x1b[107;5u\x1b[9;2u\x1b[75u\x1b[97;1:3u',
    ['esc', 'ctrl+k', 'shift+tab', 'K'],
  ],
  ['kitty: shift makes the upper case, Alt makes nothing', '\x1b[107;2u\x1b[107:75;2u\x1b[120;3u', ['K', 'K']],
  ['xterm: modified other keys', '\x1b[27;5;99~', ['ctrl+c']],
  ['full-width letters are the letters', 'Ｋ　ｈ', ['K', 'space', 'h']],
  ['an unknown sequence is nothing, and what follows is heard', '\x1b[99xK', ['K']],
  ['a reply that never ends does not swallow the kill key for longer than the wait', '\x1b]52;c;abc\x07K', ['K']],
  ['Esc and O typed fast are both keys', '\x1bOK', ['esc', 'O', 'K']],
  ['F-keys are nothing', '\x1bOP\x1b[15~', []],
])('%s', (_, text, expected) => {
  expect(keys(text)).toEqual(expected)
})

test('a string that never ends is dropped after the silence, and the next key counts', () => {
  const tap = new Tap()
  expect(tap.feed(bytes('\x1b]11;rgb:'))).toEqual([])
  expect(tap.waitMs).toBe(30)
  expect(tap.expire()).toEqual([])
  expect(tap.feed(bytes('K'))).toEqual([{ kind: 'key', key: 'K', text: 'K' }])
})

test('what is pasted is one text, never keys, and a paste that never ends is given up after a second', () => {
  expect(decode(bytes('\x1b[200~flatten 3\r\x1b[201~K'))).toEqual([
    { kind: 'paste', text: 'flatten 3\r' },
    { kind: 'key', key: 'K', text: 'K' },
  ])
  const tap = new Tap()
  tap.feed(bytes('\x1b[200~half'))
  expect(tap.waitMs).toBe(1_000)
  expect(tap.expire()).toEqual([{ kind: 'paste', text: 'half' }])
})

test('focus, cursor and kitty replies and the mouse are told apart from keys', () => {
  expect(decode(bytes('\x1b[I\x1b[O\x1b[12;40R\x1b[?1u\x1b[<0;3;4M\x1b[<0;3;4m'))).toEqual([
    { kind: 'focus', isFocused: true },
    { kind: 'focus', isFocused: false },
    { kind: 'cursor', row: 12, column: 40 },
    { kind: 'kitty' },
    { kind: 'mouse', button: 0, column: 3, row: 4 },
  ])
})

test('kana are noted: an input method is on', () => {
  expect(decode(bytes('か'))).toEqual([{ kind: 'key', key: 'か', text: 'か', isKana: true }])
})

test('any cut of the bytes into chunks gives the same events', () => {
  const pieces = constantFrom(
    'a',
    'K',
    'Ｋ',
    'か',
    '¥',
    '\r',
    '\t',
    '\x03',
    '\x1b',
    '\x1b[A',
    '\x1bOD',
    '\x1b[1;5C',
    '\x1b[3~',
    '\x1b[107;5u',
    '\x1b[200~p\x1bq\x1b[201~',
    '\x1b[I',
    '\x1b[<0;1;2M',
    '\x1b[5;7R',
    '\x1b]52;c;x\x1b\\',
    '\x1bP1$r\x1b\\',
    '\x1b[?1u',
    '𠮷',
    '[',
    'O',
  )
  assert(
    property(array(pieces, { maxLength: 12 }), array(nat(200), { maxLength: 20 }), (texts, cuts) => {
      const all = bytes(texts.join(''))
      const at = [...new Set([0, ...cuts.filter((cut) => cut < all.length), all.length])].sort((a, b) => a - b)
      const chunks = at.slice(1).map((end, place) => all.subarray(at[place], end))
      expect(decode(...chunks)).toEqual(decode(all))
    }),
    { numRuns: 500 },
  )
})
