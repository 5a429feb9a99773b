import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EngineWorld } from '../../fixtures/engine-world.ts'
import { verifyEvents } from '../../storage/sqlite-events.ts'
import { verifyStore } from '../../storage/verify.ts'

/**
 * A row of the queue as no client of ours writes it: any process of the same user may open the file, and its checks can be
 * switched off. What the table's column types let through is what an engine may find.
 */
interface RawCommand {
  readonly id: string
  readonly type: string
  readonly payload: string
  readonly actor: string
  readonly origin: string
  readonly reason: string
  readonly confirmation: string | null
  readonly issued_ts: number | bigint
  readonly expires_ts: number | bigint
  readonly status: string
  readonly ack_ts: number | bigint | null
  readonly finished_ts: number | bigint | null
  readonly reason_codes: string
  readonly result: string | null
}

const world = new EngineWorld({ seed: 12 })
let raw: Sqlite.Database
beforeAll(async () => {
  await world.boot()
  await world.run(5)
  raw = new Sqlite(join(world.folder, 'profinaut.db'), { timeout: 2_000 })
  raw.pragma('ignore_check_constraints = ON')
})
afterAll(() => {
  raw.close()
  return world.end()
})

let made = 0
/** Commands that are refused as the world stands, each by another part of the engine. */
const REFUSED = [
  ['ALERT_ACK', '{"alert_id":"none"}'],
  ['KILL_LOWER', '{"scope":"global","level":"NONE"}'],
  ['BOT_RELEASE', '{"bot_id":"trend"}'],
  ['ORDER_CANCEL', '{"order_id":"o999999"}'],
  ['FLAG_SET', '{"name":"nonsense","stage":"on"}'],
  ['CONFIRM', '{"challenge_id":"none","token":"none"}'],
] as const
const sane = (): RawCommand => ({
  id: `raw-${++made}`,
  type: REFUSED[made % REFUSED.length]?.[0] ?? '',
  payload: REFUSED[made % REFUSED.length]?.[1] ?? '',
  actor: 'human:hand',
  origin: 'cli',
  reason: 'written by hand',
  confirmation: null,
  issued_ts: world.clock.wall,
  expires_ts: world.clock.wall + 30_000_000,
  status: 'PENDING',
  ack_ts: null,
  finished_ts: null,
  reason_codes: '[]',
  result: null,
})

/** @returns false for what even a table without checks does not take: a second row of one id */
function write(row: RawCommand): boolean {
  const names = Object.keys(row)
  const sql = `INSERT INTO commands (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`
  try {
    raw.prepare(sql).run(row)
    return true
  } catch {
    return false
  }
}

const long = fc.constantFrom('x'.repeat(129), 'y'.repeat(5_000), 'z'.repeat(300_000))
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', ' ', '\0', 'a\0b', '\ud800', '__proto__', 'constructor', '0', 'NULL'),
  long,
)
const notQuiteJson = fc.oneof(
  fc.constantFrom('', '{', '[1', 'undefined', "{'a':1}", '{"alert_id":', 'NaN', '\0', '"\ud800"', '{"a":1,}', '﻿{}'),
  fc.json(),
  fc.constantFrom('['.repeat(2_000), '{"__proto__":{"polluted":1}}', `"${'x'.repeat(200_000)}"`, '1e999'),
)
const time = fc.constantFrom<number | bigint>(
  0,
  -1,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 53n + 1n,
  1_760_000_000_000_000,
  Number.MAX_SAFE_INTEGER,
)
const damage: fc.Arbitrary<Partial<RawCommand>> = fc.oneof(
  fc.record({ id: odd }).map(({ id }) => ({ id: `${id}${++made}` })),
  fc.record({ id: odd }).map(({ id }) => ({ id: `${++made}${id}` })),
  fc.record({ type: odd }),
  fc.record({ payload: notQuiteJson }),
  fc.record({ actor: odd }),
  fc.record({ origin: odd }),
  fc.record({ reason: odd }),
  fc.record({ confirmation: fc.oneof(odd, fc.constant(null)) }),
  fc.record({ issued_ts: time, expires_ts: time }, { requiredKeys: [] }),
  fc.record({ status: fc.constantFrom('ACCEPTED', 'COMPLETED', 'BOGUS', '', 'pending', 'PENDING ') }),
  fc.record({ ack_ts: time, finished_ts: time }, { requiredKeys: [] }),
  fc.record({ reason_codes: notQuiteJson }),
  fc.record({ result: notQuiteJson }),
)
const rows = fc
  .array(damage, { minLength: 1, maxLength: 3 })
  .map((parts) => Object.assign({}, ...parts) as Partial<RawCommand>)

const OVER = new Set([
  'COMPLETED',
  'FAILED',
  'REJECTED_EXPIRED',
  'REJECTED_DUPLICATE',
  'REJECTED_POLICY',
  'REJECTED_AUTHZ',
  'CANCELED',
])

const cell = (id: string) =>
  raw.prepare('SELECT status, finished_ts, result_code, message FROM commands WHERE id = ?').get(id) as {
    readonly status: string
    readonly finished_ts: number | null
    readonly result_code: string
    readonly message: string
  }

test('UGF-B-005: rows of the queue damaged by hand get one answer or none, stop no engine and move nothing else', async () => {
  const { kernel } = world.engine
  const standing = () => [
    kernel.facts.mode.mode,
    kernel.facts.kill.strictest,
    kernel.bots.map(({ config, state }) => `${config.id} ${state}`).join(),
  ]
  const stood = standing()
  let answered = 0
  for (const change of fc.sample(rows, { numRuns: 400, seed: 41 })) {
    const row = { ...sane(), ...change }
    if (!write(row)) continue
    const shown = fc.stringify(change).slice(0, 300)
    await world.run(0.1)
    expect(world.engine.phase, shown).toBe('RUNNING')
    expect(standing(), shown).toEqual(stood)
    const first = cell(row.id)
    if (row.status !== 'PENDING' || row.finished_ts !== null) {
      // Not ours to answer: nobody waits for it.
      expect(first, shown).toMatchObject({ status: row.status })
      continue
    }
    expect(OVER, `${shown} is ${first.status}`).toContain(first.status)
    if (first.status !== 'COMPLETED') expect(first.result_code, shown).toMatch(/^[A-Z][A-Z0-9_]*$/)
    expect(first.message.length, shown).toBeLessThan(2_000)
    answered++
    await world.run(0.04)
    expect(cell(row.id), shown).toEqual(first)
  }
  expect(answered).toBeGreaterThan(200)
  // The queue goes on: every row is listed, the next command is heard, the journal is whole, and a check finds the damage.
  expect(world.store.commands.list({ limit: 1_000 }).length).toBeGreaterThan(answered)
  const heard = await world.command('GATE_EXPLAIN', {
    instrument_id: 'BTC_JPY',
    side: 'buy',
    type: 'MARKET',
    qty: '0.001',
  })
  expect(heard).toMatchObject({ status: 'COMPLETED' })
  expect(verifyEvents(world.store.db)).toMatchObject({ ok: true })
  expect(verifyStore(world.store.db)).toMatchObject({
    ok: false,
    faults: expect.arrayContaining(['CHECK constraint failed in commands']),
  })
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})
