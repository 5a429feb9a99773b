import { expect, test } from 'vitest'
import { NOW_TS } from '../fixtures/screen-client.ts'
import type { AlertView } from '../src/runtime/link/views.ts'
import { Caller, callDesktop, callText, isQuiet } from './notify.ts'
import { UTC } from './paint/clock-text.ts'

const P1: AlertView = {
  id: 'a-1',
  severity: 'P1',
  source: 'feed/gmo',
  text: 'stale 42s, ¥3,482,190',
  state: 'OPEN',
  firstTs: 0,
  lastTs: 0,
  count: 1,
  command: 'profinaut status',
}
const LOUD = { quiet: { fromMinute: 0, toMinute: 0 }, zone: UTC }
const at = (ms: number, isFocused = true) => ({ ms, ts: NOW_TS, isFocused })

test('an alert calls once, P0 again each minute until it is acknowledged', () => {
  const caller = new Caller(LOUD)
  expect(caller.see(P1, at(0))).toEqual({ hasBell: true, hasDesktop: true })
  expect(caller.see(P1, at(70_000))).toEqual({ hasBell: false, hasDesktop: false })
  const p0: AlertView = { ...P1, id: 'a-0', severity: 'P0' }
  expect(caller.see(p0, at(100_000)).hasBell).toBe(true)
  expect(caller.see(p0, at(159_999)).hasBell).toBe(false)
  expect(caller.see(p0, at(160_000)).hasBell).toBe(true)
  expect(caller.see({ ...p0, state: 'ACKED' }, at(300_000)).hasBell).toBe(false)
})

test('at most one bell in ten seconds; the call that waits is not lost', () => {
  const caller = new Caller(LOUD)
  caller.see(P1, at(0))
  const second = { ...P1, id: 'a-2' }
  expect(caller.see(second, at(9_999))).toEqual({ hasBell: false, hasDesktop: false })
  expect(caller.see(second, at(10_000))).toEqual({ hasBell: true, hasDesktop: true })
})

test('P2 calls only who looks elsewhere, P3 nobody', () => {
  const caller = new Caller(LOUD)
  expect(caller.see({ ...P1, severity: 'P2' }, at(0, false))).toEqual({ hasBell: false, hasDesktop: true })
  expect(caller.see({ ...P1, id: 'x', severity: 'P3' }, at(0, false))).toEqual({ hasBell: false, hasDesktop: false })
})

test('quiet hours keep the bell of P1 and not of P0, over midnight too', () => {
  // It is 05:03 UTC.
  expect(isQuiet({ quiet: { fromMinute: 0, toMinute: 360 }, zone: UTC }, NOW_TS)).toBe(true)
  expect(isQuiet({ quiet: { fromMinute: 1_380, toMinute: 300 }, zone: UTC }, NOW_TS)).toBe(false)
  expect(isQuiet({ quiet: { fromMinute: 1_380, toMinute: 304 }, zone: UTC }, NOW_TS)).toBe(true)
  const caller = new Caller({ quiet: { fromMinute: 0, toMinute: 360 }, zone: UTC })
  expect(caller.see(P1, at(0))).toEqual({ hasBell: false, hasDesktop: true })
  expect(caller.see({ ...P1, id: 'z', severity: 'P0' }, at(60_000)).hasBell).toBe(true)
})

test('what is said outside the screen has no amount in it', () => {
  expect(callText(P1)).toBe('P1 feed/gmo: see the screen')
})

test('a terminal is called by its own sequence, wrapped for tmux, and `off` is off', async () => {
  const written: string[] = []
  const options = {
    isTmux: false,
    write: (text: string) => written.push(text),
    log: { info: () => undefined, error: () => undefined },
  }
  await callDesktop('P1 x', { ...options, by: 'osc9' })
  await callDesktop('P1;\u0007x', { ...options, by: 'osc777', isTmux: true })
  await callDesktop('no', { ...options, by: 'off' })
  expect(written).toEqual(['\u001b]9;P1 x\u0007', '\u001bPtmux;\u001b\u001b]777;notify;profinaut;P1  x\u0007\u001b\\'])
})
