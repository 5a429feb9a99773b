import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import type { Challenge } from '../src/runtime/authority/challenge.ts'
import { openEngineStore, type SqliteEngineStore } from './engine-store.ts'

const folder = scratchFolder()
const CHALLENGE: Challenge = {
  id: 'c1',
  operation: 'KILL_LOWER',
  payload: { scope: 'global', level: 'NONE' },
  scope: 'global',
  actor: 'human:a',
  profile: 'p',
  tier: 'T0',
  phrase: 'CONFIRM',
  reason: 'the venue is back',
  flagsHash: 'f',
  issuedTs: 1,
  expiresTs: 2,
}
let opened = 0
let store: SqliteEngineStore
const open = (auditFolder?: string) =>
  openEngineStore(join(folder, `confirm-${opened}.db`), {
    profile: 'demo',
    instanceId: 'i',
    nowTs: 1,
    durability: 'normal',
    urgent: new Set(),
    isAlive: () => true,
    auditFolder,
  })
beforeEach(() => {
  opened++
  store = open(join(folder, 'run'))
})
afterEach(() => store.close())

test('a challenge is kept as it was asked, also by a process that comes later', () => {
  store.confirmations.open(CHALLENGE)
  store.confirmations.open({ ...CHALLENGE, id: 'c2', tier: 'T1', phrase: undefined })
  store.close()
  store = open()
  expect(store.confirmations.get('c1')).toEqual({ ...CHALLENGE, state: 'OPEN', endedTs: undefined })
  expect(store.confirmations.list(9).map(({ id, phrase }) => [id, phrase])).toEqual([
    ['c2', undefined],
    ['c1', 'CONFIRM'],
  ])
  expect(store.confirmations.get('c3')).toBeUndefined()
})

test('it ends once, and whoever comes second is told', () => {
  store.confirmations.open(CHALLENGE)
  expect(store.confirmations.end('c1', 'CONFIRMED', 5)).toBe(true)
  expect(store.confirmations.end('c1', 'CONFIRMED', 6)).toBe(false)
  expect(store.confirmations.end('c3', 'EXPIRED', 6)).toBe(false)
  expect(store.confirmations.get('c1')).toMatchObject({ state: 'CONFIRMED', endedTs: 5 })
})

test.each([
  ["UPDATE confirmations SET payload = '{}'", 'never changes'],
  ["UPDATE confirmations SET actor = 'human:b'", 'never changes'],
  ['DELETE FROM confirmations', 'are kept'],
])('%s is refused by the database itself', (sql, said) => {
  store.confirmations.open(CHALLENGE)
  expect(() => store.db.exec(sql)).toThrow(said)
})

test('the secret is made at first need, is the same from then on, and nobody else may read it', () => {
  const path = join(folder, 'run', 'confirm.key')
  const secret = store.confirmSecret?.()
  expect(secret).toHaveLength(32)
  expect(store.confirmSecret?.()).toEqual(secret)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const client = open()
  expect(client.confirmSecret).toBeUndefined()
  client.close()
})

test('flags and their history change together, and the history stays', () => {
  const change = { name: 'algos', from: 'off', to: 'dev', expiresTs: 9, ts: 3, actor: 'human:a', reason: 'first try' }
  store.flags.change({ ...change, snapshotHash: 'a'.repeat(64) })
  store.flags.change({ ...change, from: 'dev', to: 'paper', expiresTs: undefined, ts: 4, snapshotHash: 'b'.repeat(64) })
  expect(store.flags.rows()).toEqual([
    { name: 'algos', stage: 'paper', expiresTs: undefined, changedTs: 4, actor: 'human:a', reason: 'first try' },
  ])
  expect(store.flags.history().map(({ from, to, expiresTs }) => [from, to, expiresTs])).toEqual([
    ['off', 'dev', 9],
    ['dev', 'paper', undefined],
  ])
  expect(() => store.flags.change({ ...change, snapshotHash: 'short' })).toThrow('CHECK')
  expect(store.flags.rows()[0]?.changedTs).toBe(4)
  expect(() => store.db.exec('DELETE FROM flag_history')).toThrow('change it again')
})
