import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CLIPBOARD_PROGRAMS, clipboardSequence, copyByProgram, OSC_52_BYTES_MAX } from './clipboard.ts'

test('a text goes to the terminal in base64 of its UTF-8', () => {
  expect(clipboardSequence('o-77c1 ¥', { isTmux: false })).toBe('\u001b]52;c;by03N2MxIMKl\u0007')
})

test('in tmux the sequence is wrapped, its own escape doubled', () => {
  expect(clipboardSequence('a', { isTmux: true })).toBe('\u001bPtmux;\u001b\u001b]52;c;YQ==\u0007\u001b\\')
})

test('the longest text makes a sequence of 100,000 bytes, and a longer one makes none', () => {
  expect(clipboardSequence('x'.repeat(OSC_52_BYTES_MAX), { isTmux: false })).toHaveLength(100_000)
  expect(clipboardSequence('x'.repeat(OSC_52_BYTES_MAX + 1), { isTmux: false })).toBeUndefined()
  expect(clipboardSequence('¥'.repeat(OSC_52_BYTES_MAX / 2 + 1), { isTmux: false })).toBeUndefined()
})

const FILE = join(mkdtempSync(join(tmpdir(), 'clipboard-')), 'taken')
const KEEP = "process.stdin.pipe(require('node:fs').createWriteStream(process.argv[1]))"
const keeper = { command: process.execPath, args: ['-e', KEEP, FILE] }
const missing = { command: 'no-such-clipboard-program', args: [] }
const failing = { command: process.execPath, args: ['-e', 'process.exit(3)'] }

test('the first program that is there and succeeds gets the text as it is, and is named', async () => {
  const text = `; $(touch x) "¥" ${'long '.repeat(40_000)}`
  await expect(copyByProgram(text, [missing, failing, keeper, missing])).resolves.toBe(process.execPath)
  expect(readFileSync(FILE, 'utf8')).toBe(text)
})

test('when no program takes it nobody claims so', async () => {
  await expect(copyByProgram('x'.repeat(300_000), [missing, failing])).resolves.toBeUndefined()
  await expect(copyByProgram('x', [])).resolves.toBeUndefined()
})

test('a program that hangs is ended', async () => {
  const hanging = { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }
  await expect(copyByProgram('x', [hanging])).resolves.toBeUndefined()
})

test('each desktop has its program', () => {
  expect(CLIPBOARD_PROGRAMS.map(({ command, args }) => [command, ...args].join(' '))).toEqual([
    'pbcopy',
    'wl-copy',
    'xclip -selection clipboard',
    'clip',
  ])
})
