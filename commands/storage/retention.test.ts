import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandShell } from '../../fixtures/command-shell.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { FactSpool } from '../../src/runtime/fact-spool.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
  shell.engine.begin({ steps: 5 })
  shell.engine.die()
})
afterEach(() => shell.close())

const inputs = () => shell.engine.store.db.prepare('SELECT count(*) FROM input_chunks').pluck().get() as number
const events = () => shell.engine.store.db.prepare('SELECT count(*) FROM events').pluck().get() as number
const told = () => new FactSpool(profilePaths('demo').spool).pending()
/** A recording of long ago. */
const old = (bytes = 'what came in') =>
  shell.engine.store.db
    .prepare("INSERT INTO input_chunks VALUES (1, 90, 5, 1000, 'none', 1, ?, ?)")
    .run(bytes.length, Buffer.from(bytes))
const prune = ['storage', 'prune', '--before', '90d', '--yes']

test('UGF-J-002: what is pruned leaves a tombstone with its range, count and hash, and no event goes', async () => {
  old()
  const before = { inputs: inputs(), events: events() }
  expect(await shell.json(...prune)).toMatchObject({ code: 0, data: { input_chunks: before.inputs } })
  expect({ inputs: inputs(), events: events() }).toEqual({ inputs: 0, events: before.events })
  expect(told()).toMatchObject([
    {
      type: 'ops.pruned',
      payload: {
        what: 'inputs',
        actor: 'human:tester',
        from_ts: 1000,
        rows: before.inputs,
        rows_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    },
  ])
})

test('UGF-J-002: nothing goes where its tombstone cannot be kept', async () => {
  old()
  const before = inputs()
  new FactSpool(profilePaths('demo').spool).append({
    type: 'ops.hold_changed',
    payload: { state: 'LIFTED', actor: 'human:tester', reason: 'begin', changed_ts: 1 },
  })
  writeFileSync(profilePaths('demo').spool, 'x'.repeat(1_048_576))
  expect((await shell.json(...prune)).code).not.toBe(0)
  expect(inputs()).toBe(before)
})

test('UGF-J-002: a hold stops pruning until it is lifted, and both are told', async () => {
  old()
  const before = inputs()
  expect(await shell.json('storage', 'hold', '--reason', 'request 2026-14')).toMatchObject({ code: 0 })
  const refused = { code: 3, reason_codes: ['RETENTION_HOLD'], message: expect.stringContaining('request 2026-14') }
  expect(await shell.json(...prune)).toMatchObject(refused)
  expect(await shell.json('storage', 'hold', '--reason', 'another')).toMatchObject(refused)
  expect(inputs()).toBe(before)
  expect(await shell.json('storage', 'unhold', '--reason', 'it is settled')).toMatchObject({ code: 0 })
  expect(await shell.json('storage', 'unhold', '--reason', 'it is settled')).toMatchObject({
    reason_codes: ['NO_HOLD'],
  })
  expect(await shell.json(...prune)).toMatchObject({ code: 0 })
  expect(told().map(({ type, payload }) => [type, 'state' in payload ? payload.state : ''])).toEqual([
    ['ops.hold_changed', 'HELD'],
    ['ops.hold_changed', 'LIFTED'],
    ['ops.pruned', ''],
  ])
})

test('a reason that no event can hold is refused before anything is done', async () => {
  expect((await shell.say(['storage', 'hold', '--reason', 'x'.repeat(501)])).code).toBe(2)
  expect(told()).toEqual([])
})

test('UGF-J-002: a hold that cannot be read holds', async () => {
  old()
  await shell.json('storage', 'hold', '--reason', 'request 2026-14')
  shell.engine.store.db.exec("UPDATE notes SET value = '{' WHERE name = 'retention.hold'")
  expect(await shell.json(...prune)).toMatchObject({ code: 3, reason_codes: ['RETENTION_HOLD'] })
  expect(inputs()).toBeGreaterThan(0)
})

test.each(['human:ann#operator', 'human:ann#viewer', 'service:cron', 'nobody'])(
  'UGF-J-002: %s neither prunes nor lifts a hold',
  async (actor) => {
    old()
    const before = inputs()
    for (const args of [prune, ['storage', 'unhold', '--reason', 'it is settled']])
      expect(JSON.parse((await shell.say([...args, '--json'], { actor })).out)).toMatchObject({
        code: 3,
        reason_codes: ['ROLE_DENIED'],
      })
    expect(inputs()).toBe(before)
  },
)
