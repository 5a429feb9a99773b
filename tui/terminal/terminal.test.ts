import { expect, test } from 'vitest'
import { modesOff, modesOn, TERMINAL_RESET, terminalTitle } from './modes.ts'
import { clipboardSequence } from './osc.ts'
import { Probe } from './probe.ts'
import { isBlocked, unblock } from './unblocked.ts'

const columns = (...all: readonly number[]) => {
  const probe = new Probe()
  for (const column of all) probe.take({ kind: 'cursor', row: 1, column })
  return probe.result.glyphs
}

test('widths decide the characters: narrow, wide rules, wide braille, no answer', () => {
  expect(columns(2, 2, 2)).toBe('rich')
  expect(columns(3, 2, 2)).toBe('safe')
  expect(columns(2, 3, 2)).toBe('ascii')
  expect(columns(2, 2)).toBe('safe')
  expect(columns()).toBe('safe')
})

test('keys that arrive while the terminal is asked are kept', () => {
  const probe = new Probe()
  probe.take({ kind: 'key', key: 'K', text: 'K' })
  probe.take({ kind: 'kitty' })
  expect(probe.keys).toEqual([{ kind: 'key', key: 'K', text: 'K' }])
  expect(probe.result.hasKitty).toBe(true)
})

test('whatever is switched on is switched off, and a dead screen is reset as well', () => {
  const on = modesOn({ title: 'profinaut', hasKitty: true })
  for (const [set, unset] of [
    ['\x1b[?1004h', '\x1b[?1004l'],
    ['\x1b[?2004h', '\x1b[?2004l'],
    ['\x1b[>1u', '\x1b[<u'],
    ['\x1b[22;0t', '\x1b[23;0t'],
  ] as const) {
    expect(on).toContain(set)
    expect(modesOff({ hasKitty: true })).toContain(unset)
    expect(TERMINAL_RESET).toContain(unset)
  }
  expect(TERMINAL_RESET).toContain('\x1b[?1049l')
  expect(terminalTitle('live')).toBe('LIVE profinaut')
})

test('a copy too long for terminals is refused, not cut', () => {
  expect(clipboardSequence('x'.repeat(56_000), false)).toContain('\x1b]52;c;')
  expect(clipboardSequence('x'.repeat(57_000), false)).toBeUndefined()
})

test('a stream that is not read blocks nothing', () => {
  let isBlocking = true
  const stdout = {
    writableLength: 65_537,
    _handle: {
      setBlocking: (value: boolean) => {
        isBlocking = value
      },
    },
  } as unknown as NodeJS.WriteStream
  unblock({ stdout })
  expect(isBlocking).toBe(false)
  expect(isBlocked({ stdout })).toBe(true)
  const plain = { writableLength: 0 } as unknown as NodeJS.WriteStream
  unblock({ stdout: plain })
  expect(isBlocked({ stdout: plain })).toBe(false)
})
