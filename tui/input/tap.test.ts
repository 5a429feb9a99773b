import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type KeyPress, notation, type TerminalNews } from './key-press.ts'
import { KeyTap, PASTE_BYTES_MAX } from './tap.ts'

type Heard = KeyPress | TerminalNews

/** A tap with a clock that stands until it is told otherwise. */
function listen() {
  const heard: Heard[] = []
  let timer: { ms: number; act: () => void } | undefined
  const tap = new KeyTap({ key: (press) => heard.push(press), news: (news) => heard.push(news) }, (ms, act) => {
    const mine = { ms, act }
    timer = mine
    return () => {
      if (timer === mine) timer = undefined
    }
  })
  return {
    tap,
    heard,
    patience: () => timer?.ms,
    /** Nothing comes for as long as the tap has patience. */
    silence: () => {
      const due = timer
      timer = undefined
      due?.act()
    },
  }
}

/** What is heard of some chunks and the silence after them. */
function hear(...chunks: readonly (Uint8Array | string)[]): Heard[] {
  const { tap, heard, silence } = listen()
  for (const chunk of chunks) tap.write(chunk)
  silence()
  return heard
}

/** The same, in the notation of the key table. */
function keys(...chunks: readonly (Uint8Array | string)[]): string[] {
  return hear(...chunks).map((one) => ('kind' in one ? `<${one.kind}>` : notation(one)))
}

const key = (name: string, extra: Partial<KeyPress> = {}): KeyPress => ({ name, ctrl: false, shift: false, ...extra })
const ctrl = (name: string) => key(name, { ctrl: true })

test.each([
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\t', 'tab'],
  ['\u007f', 'backspace'],
  ['\b', 'backspace'],
  ['\u0000', 'ctrl+ '],
  ['\u0001', 'ctrl+a'],
  ['\u0003', 'ctrl+c'],
  ['\u000b', 'ctrl+k'],
  ['\u001a', 'ctrl+z'],
  ['\u001c', 'ctrl+\\'],
  ['\u001f', 'ctrl+_'],
  [' ', ' '],
  ['K', 'K'],
  ['\u001b[A', 'up'],
  ['\u001b[B', 'down'],
  ['\u001b[C', 'right'],
  ['\u001b[D', 'left'],
  ['\u001bOA', 'up'],
  ['\u001bOH', 'home'],
  ['\u001bOF', 'end'],
  ['\u001bOM', 'enter'],
  ['\u001b[H', 'home'],
  ['\u001b[F', 'end'],
  ['\u001b[1~', 'home'],
  ['\u001b[4~', 'end'],
  ['\u001b[3~', 'delete'],
  ['\u001b[5~', 'pageup'],
  ['\u001b[6~', 'pagedown'],
  ['\u001b[Z', 'shift+tab'],
  ['\u001b[1;2A', 'shift+up'],
  ['\u001b[1;5A', 'ctrl+up'],
  ['\u001b[1;6D', 'ctrl+shift+left'],
  ['\u001b[3;5~', 'ctrl+delete'],
  ['\u001b[27u', 'escape'],
  ['\u001b[13;5u', 'ctrl+enter'],
  ['\u001b[9;2u', 'shift+tab'],
  ['\u001b[107;5u', 'ctrl+k'],
  ['\u001b[104;5u', 'ctrl+h'],
  ['\u001b[57417u', 'left'],
  ['\u001b[57399u', '0'],
  ['\u001b[27;5;107~', 'ctrl+k'],
])('%j is %s', (bytes, name) => {
  expect(keys(bytes)).toEqual([name])
})

test('Ctrl+K is Ctrl+K whatever else the keyboard protocol says of it', () => {
  expect(keys('\u001b[107;6u', '\u001b[107:75;6u', '\u001b[107;69u', '\u001b[75;5u', '\u001b[107;5:2u')).toEqual(
    Array(5).fill('ctrl+k'),
  )
})

test('Shift and a letter in the keyboard protocol are the capital', () => {
  expect(hear('\u001b[107;2u')).toEqual([key('K')])
  expect(hear('\u001b[49:33;2u')).toEqual([key('!')])
})

test('a key that is let go is no press', () => {
  expect(hear('\u001b[107;5:3u', '\u001b[1;1:3A', '\u001b[3;1:3~')).toEqual([])
})

test('Esc alone is the key after 30 ms, and not before', () => {
  const { tap, heard, patience, silence } = listen()
  tap.write('\u001b')
  expect(heard).toEqual([])
  expect(patience()).toBe(30)
  silence()
  expect(heard).toEqual([key('escape')])
})

test('Esc that goes on within 30 ms is no Esc', () => {
  expect(keys('\u001b', '[A')).toEqual(['up'])
  expect(keys('\u001b[1', ';5A')).toEqual(['ctrl+up'])
})

test('Esc and a key that arrive together are both heard, so a kill key is never lost', () => {
  expect(keys('\u001bK')).toEqual(['escape', 'K'])
  expect(keys('\u001b\u001b')).toEqual(['escape', 'escape'])
  expect(keys('\u001b\u001b[A')).toEqual(['escape', 'up'])
  expect(keys('\u001b\r')).toEqual(['escape', 'enter'])
  expect(keys('\u001b\u000b')).toEqual(['escape', 'ctrl+k'])
})

test.each(['[', 'O', ']', 'P', 'X', '^', '_'])(
  'Esc and %s typed together are two keys once nothing follows',
  (char) => {
    const { tap, heard, patience, silence } = listen()
    tap.write(`\u001b${char}`)
    expect(patience()).toBe(30)
    silence()
    tap.write('K')
    expect(heard).toEqual([key('escape'), key(char), key('K')])
  },
)

test('a sequence that never ends does not hold the keys for long', () => {
  for (const begun of ['\u001b[1;', '\u001b[<0;3', '\u001bP1$r0', '\u001b]11;rgb:0000']) {
    const { tap, heard, patience, silence } = listen()
    tap.write(begun)
    expect(patience()).toBe(300)
    silence()
    tap.write('K')
    expect(heard, begun).toEqual([key('K')])
  }
})

test('control keys arrive in the middle of anything', () => {
  expect(keys('\u001b[1;\u0003', '\u001b]11;rgb\u000b', '\u001b[M!\u0003', '\u001bP\u0003')).toEqual([
    'ctrl+c',
    'ctrl+k',
    'ctrl+c',
    'ctrl+c',
  ])
})

test.each([
  ['an F-key', '\u001b[15~'],
  ['an F-key, SS3', '\u001bOP'],
  ['F1 of the Linux console', '\u001b[[A'],
  ['Insert', '\u001b[2~'],
  ['device attributes', '\u001b[?62;22c'],
  ['the state of the keyboard protocol', '\u001b[?1u'],
  ['the state of a mode', '\u001b[?2026;2$y'],
  ['a colour, ended by BEL', '\u001b]11;rgb:0000/0000/0000\u0007'],
  ['a colour, ended by ST', '\u001b]11;rgb:0000/0000/0000\u001b\\'],
  ['the name of the terminal', '\u001bP>|xterm(390)\u001b\\'],
  ['an old mouse report', '\u001b[M !K'],
  ['an Alt chord of the keyboard protocol', '\u001b[107;3u'],
  ['Alt and an arrow', '\u001b[1;3A'],
  ['a media key', '\u001b[57428u'],
  ['a code above all characters', '\u001b[9999999u'],
  ['half of a character', '\u001b[55296u'],
  ['the end of a paste that never began', '\u001b[201~'],
  ['parameters without end', `\u001b[${'1'.repeat(500)}A`],
  ['an 8-bit control', '\u009b'],
  ['a zero-width character', '\u200b'],
  ['a mark that turns the text around', '\u202e'],
])('%s is swallowed whole', (_, bytes) => {
  expect(keys(`${bytes}j`)).toEqual(['j'])
})

test('a burst is separate presses', () => {
  expect(hear('KhEnter')).toEqual(Array.from('KhEnter', (name) => key(name)))
  expect(keys('Kh2\r')).toEqual(['K', 'h', '2', 'enter'])
})

test('what the terminal says that is no key is news', () => {
  expect(hear('\u001b[I', '\u001b[O', '\u001b[12;40R', '\u001b[<0;7;3M', '\u001b[<64;120;50m')).toEqual([
    { kind: 'focus', isFocused: true },
    { kind: 'focus', isFocused: false },
    { kind: 'cursor', row: 12, column: 40 },
    { kind: 'mouse', button: 0, column: 7, row: 3, isRelease: false },
    { kind: 'mouse', button: 64, column: 120, row: 50, isRelease: true },
  ])
})

test('full-width keys are the keys they look like', () => {
  expect(hear('Ｋ／？！：１　￥')).toEqual(Array.from('K/?!:1 ¥', (name) => key(name)))
})

test('kana, half-width too, and kanji say that an input method is on', () => {
  expect(hear('かカｶー。「殺')).toEqual(Array.from('かカカー。「殺', (name) => key(name, { isIme: true })))
})

test('a sign that folds to several characters stays one press', () => {
  expect(hear('…')).toEqual([key('…')])
})

test('a character cut in two chunks is one press', () => {
  const bytes = new TextEncoder().encode('Ｋé⣿😀')
  expect(hear(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual([key('K'), key('é'), key('⣿'), key('😀')])
})

test('broken UTF-8 is no key and hides none', () => {
  expect(keys(Uint8Array.of(0xff, 0xc3), 'K', Uint8Array.of(0xe3, 0x81, 0x1b), '[A')).toEqual(['K', 'up'])
})

const paste = (text: string) => key('paste', { text })

test('a paste is one press, and none of it is a key', () => {
  expect(hear('a\u001b[200~flatten 3\r\u001b[A\u0003K\u001b[201~b')).toEqual([
    key('a'),
    paste('flatten 3\n\u001b[A\u0003K'),
    key('b'),
  ])
})

test('all line ends of a paste are line feeds, so one test finds them', () => {
  expect(hear('\u001b[200~a\r\nb\rc\n\nd\u001b[201~')).toEqual([paste('a\nb\nc\n\nd')])
})

test('what looks like the end of a paste and is not stays in it', () => {
  expect(hear('\u001b[200~a\u001b[201\u001b\u001b[20\u001b[201~')).toEqual([paste('a\u001b[201\u001b\u001b[20')])
})

test('a paste is kept up to 64 KiB and cut at a whole character; its rest is no key', () => {
  const [pasted, next] = hear('\u001b[200~', 'x', 'あ'.repeat(30_000), '\u001b[201~', 'j')
  expect(pasted).toEqual(paste(`x${'あ'.repeat(Math.floor((PASTE_BYTES_MAX - 1) / 3))}`))
  expect(next).toEqual(key('j'))
  const [holed] = hear(`\u001b[200~${'x'.repeat(PASTE_BYTES_MAX - 1)}あy\u001b[201~`)
  expect(holed).toEqual(paste('x'.repeat(PASTE_BYTES_MAX - 1)))
})

test('a paste whose end is lost gives the keys back after 2 s', () => {
  const { tap, heard, patience, silence } = listen()
  tap.write('\u001b[200~abc')
  expect(patience()).toBe(2_000)
  silence()
  tap.write('K')
  expect(heard).toEqual([paste('abc'), key('K')])
})

// ---- any cutting ---------------------------------------------------------------------------------------------------------

interface Sent {
  readonly bytes: string
  readonly heard: Heard
}

const KNOWN: readonly Sent[] = [
  ...Array.from('aKz09?:;/[]OPX^_\\<~M ').map((name) => ({ bytes: name, heard: key(name) })),
  ...Array.from('é⣿😀').map((name) => ({ bytes: name, heard: key(name) })),
  { bytes: 'Ｋ', heard: key('K') },
  { bytes: 'か', heard: key('か', { isIme: true }) },
  { bytes: '\r', heard: key('enter') },
  { bytes: '\n', heard: key('enter') },
  { bytes: '\t', heard: key('tab') },
  { bytes: '\u007f', heard: key('backspace') },
  { bytes: '\u000b', heard: ctrl('k') },
  { bytes: '\u0003', heard: ctrl('c') },
  { bytes: '\u001b[A', heard: key('up') },
  { bytes: '\u001bOB', heard: key('down') },
  { bytes: '\u001b[1;5C', heard: ctrl('right') },
  { bytes: '\u001b[Z', heard: key('tab', { shift: true }) },
  { bytes: '\u001b[3~', heard: key('delete') },
  { bytes: '\u001b[6;2~', heard: key('pagedown', { shift: true }) },
  { bytes: '\u001b[27u', heard: key('escape') },
  { bytes: '\u001b[107;5u', heard: ctrl('k') },
  { bytes: '\u001b[200~go\rＫ\u001b[B\u001b[201~', heard: paste('go\nＫ\u001b[B') },
  { bytes: '\u001b[I', heard: { kind: 'focus', isFocused: true } },
  { bytes: '\u001b[4;2R', heard: { kind: 'cursor', row: 4, column: 2 } },
  { bytes: '\u001b[<35;80;24M', heard: { kind: 'mouse', button: 35, column: 80, row: 24, isRelease: false } },
]

test('any keys, cut at any bytes, are the same presses', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...KNOWN), { minLength: 1, maxLength: 30 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (sent, lengths) => {
        const bytes = new TextEncoder().encode(sent.map((one) => one.bytes).join(''))
        const chunks: Uint8Array[] = []
        for (let at = 0; at < bytes.length; ) {
          const length = lengths.next().value ?? 1
          chunks.push(bytes.subarray(at, at + length))
          at += length
        }
        expect(hear(...chunks)).toEqual(sent.map((one) => one.heard))
      },
    ),
    { numRuns: 500 },
  )
})

test('no bytes at all can keep the kill key from being heard after a silence', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 6 }), (noise) => {
      const { tap, heard, silence } = listen()
      for (const chunk of noise) tap.write(chunk)
      silence()
      tap.write('K')
      expect(heard.at(-1)).toEqual(key('K'))
    }),
    { numRuns: 500 },
  )
})
