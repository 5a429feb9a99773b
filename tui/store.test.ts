import { expect, test } from 'vitest'
import { KILL, RIBBON, ScriptedClient } from '../fixtures/screen-client.ts'
import { tickMs, ViewStore } from './store.ts'

function stored() {
  const client = new ScriptedClient()
  const clock = { ms: 0 }
  return { client, clock, store: new ViewStore(client, () => clock.ms) }
}

test('only what is looked at is subscribed', () => {
  const { client, store } = stored()
  store.follow(new Set(['ribbon', 'bots'] as const))
  store.follow(new Set(['ribbon', 'orders'] as const))
  expect(client.watched).toEqual(['orders', 'ribbon'])
  store.close()
  expect(client.watched).toEqual([])
})

test('views wait for the hand-over, the newest wins, and it is as old as the engine is silent', () => {
  const { client, clock, store } = stored()
  store.follow(new Set(['ribbon'] as const))
  client.show('ribbon', RIBBON)
  client.show('ribbon', { ...RIBBON, fills: 9 })
  expect(store.get('ribbon')).toBeUndefined()
  expect(store.handOver(false)).toBe(true)
  expect(store.get('ribbon')?.fills).toBe(9)
  expect(store.handOver(false)).toBe(false)
  clock.ms = 700
  client.turn('UP', 40)
  expect(store.ageMs('ribbon')).toBe(40)
  client.turn('DOWN', 700)
  expect(store.ageMs('ribbon')).toBe(700)
  expect(store.ageMs('bots')).toBeUndefined()
})

test('a frozen picture still takes the ribbon and the kill estimate', () => {
  const { client, store } = stored()
  store.follow(new Set(['ribbon', 'bots', 'kill/global'] as const))
  client.show('ribbon', RIBBON)
  client.show('bots', { rows: {} })
  client.show('kill/global', KILL)
  store.handOver(true)
  expect([store.get('ribbon'), store.get('bots'), store.get('kill/global')]).toEqual([RIBBON, undefined, KILL])
  store.handOver(false)
  expect(store.get('bots')).toEqual({ rows: {} })
})

test('the pace of data follows the circumstances', () => {
  const calm = { cells: 4_800, isFocused: true, isLowPower: false, isRemote: false, isSlow: false }
  expect(tickMs(calm)).toBe(100)
  expect(tickMs({ ...calm, cells: 10_000 })).toBe(200)
  expect(tickMs({ ...calm, isRemote: true })).toBe(250)
  expect(tickMs({ ...calm, isFocused: false })).toBe(1_000)
  expect(tickMs({ ...calm, isSlow: true })).toBe(200)
})
