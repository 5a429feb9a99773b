import { existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../../fixtures/command-shell.ts'
import { EngineWorld } from '../../fixtures/engine-world.ts'
import { URGENT } from '../../src/runtime/command-catalogue.ts'
import { FactSpool } from '../../src/runtime/fact-spool.ts'
import type { Database } from '../../storage/database.ts'
import { openEngineStore } from '../../storage/engine-store.ts'
import { journalTail } from '../../storage/queries/journal-tail.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
})
afterEach(() => shell.close())

const FORK = ['audit', 'fork', '--incident', 'INC-7', '--reason', 'disk fault of May 3'] as const
const json = async (...args: readonly string[]) => {
  const { code, data, reason_codes: reasonCodes } = await shell.json(...args)
  return { code, reasonCodes, data: data as Readonly<Record<string, unknown>> }
}
const verify = () => json('audit', 'verify')

/** Somebody with a database tool, who first takes the triggers away. */
function tamper(db: Database, sql: string): void {
  for (const name of ['events_no_update', 'events_no_delete']) db.exec(`DROP TRIGGER IF EXISTS ${name}`)
  db.exec(sql)
}
const FLIP = "UPDATE events SET payload = replace(payload, 'ENTRY', 'EXITS') WHERE seq = 4"
const dump = (db: Database) =>
  JSON.stringify(['events', 'chains'].map((name) => db.prepare(`SELECT * FROM ${name}`).all()))

/** Asks for the phrase and gives it. */
async function fork() {
  await shell.engine.world.pause(1_000)
  const asked = await json(...FORK)
  expect(asked.code).toBe(4)
  return json(...FORK, '--confirm', String(asked.data['phrase']))
}

describe('UGF-J-002: a broken session', () => {
  beforeEach(() => {
    shell.engine.begin()
    shell.engine.die()
  })
  const db = () => shell.engine.store.db

  test('UGF-J-002: is taken note of by an admin, offline, with the phrase that names it, and nothing of it is changed', async () => {
    shell.engine.isAlive = true
    expect(await json(...FORK)).toMatchObject({ code: 6, reasonCodes: ['LEASE_CONFLICT'] })
    shell.engine.isAlive = false
    expect(await json(...FORK)).toMatchObject({ code: 3, reasonCodes: ['NOT_BROKEN'] })
    tamper(db(), FLIP)
    const before = dump(db())
    expect((await shell.say(FORK, { actor: 'human:ann#operator' })).code).toBe(3)
    expect(await json(...FORK)).toMatchObject({ code: 4, data: { phrase: 'fork 1/4', seq: 4 } })
    expect((await json(...FORK, '--confirm', 'fork 1/5')).code).toBe(4)
    expect(existsSync(join(shell.home, 'demo', 'evidence'))).toBe(false)
    expect((await verify()).code).toBe(5)

    const made = await json(...FORK, '--confirm', 'Fork 1/4')
    const told = { result: 'FORKED', session: 1, seq: 4, incident: 'INC-7', actor: 'human:tester' }
    expect(made).toMatchObject({ code: 0, data: told })
    expect(dump(db())).toBe(before)
    expect(await verify()).toMatchObject({ code: 0, data: { result: 'VALID', forks: [told] } })
    expect((await shell.say(['audit', 'verify'])).out).toMatch(/^FORKED: session 1 at event 4 .*INC-7 by human:tester/m)
    expect(await json('audit', 'verify', '--tail')).toMatchObject({ code: 0, data: { forks: [told] } })
    // The evidence is the broken session as it stands: it proves that it is broken.
    expect(await json('audit', 'verify', '--export', String(made.data['bundle']))).toMatchObject({
      code: 5,
      data: { seq: 4 },
    })
    const spool = new FactSpool(join(shell.home, 'demo', 'run', 'audit-emergency.jsonl'))
    expect(spool.pending()).toEqual([
      expect.objectContaining({
        type: 'audit.forked',
        payload: expect.objectContaining({
          at_seq: 4,
          head: made.data['head'],
          bundle_sha256: made.data['bundle_sha256'],
        }),
      }),
    ])
  })

  test.each([
    ['further on', "UPDATE events SET payload = replace(payload, 'OPERATOR', 'OPERATED') WHERE seq = 20"],
    ['in what was noted', "UPDATE events SET payload = replace(payload, 'EXITS', 'ENTRY') WHERE seq = 4"],
    ['at its end', 'DELETE FROM events WHERE position = (SELECT max(position) FROM events)'],
  ])('UGF-J-002: that is changed again, %s, is broken again, and can be noted again', async (_, sql) => {
    tamper(db(), FLIP)
    expect((await fork()).code).toBe(0)
    tamper(db(), sql)
    expect(await verify()).toMatchObject({ code: 5, reasonCodes: ['AUDIT_BROKEN'] })
    expect((await fork()).code).toBe(0)
    const { code, data } = await verify()
    expect([code, (data['forks'] as readonly unknown[]).length]).toEqual([0, 2])
  })

  test('UGF-J-002: whose end was cut behind its checkpoint is noted too; one event less is another break', async () => {
    await verify()
    tamper(db(), 'DELETE FROM events WHERE position > (SELECT max(position) - 3 FROM events)')
    expect((await verify()).code).toBe(5)
    expect((await fork()).code).toBe(0)
    expect((await verify()).code).toBe(0)
    tamper(db(), 'DELETE FROM events WHERE position = (SELECT max(position) FROM events)')
    expect((await verify()).code).toBe(5)
  })

  test('UGF-J-002: is excused by nobody who has not the key', async () => {
    tamper(db(), FLIP)
    await fork()
    const file = join(shell.home, 'demo', 'run', 'audit-forks.json')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('INC-7', 'INC-8'))
    expect((await verify()).code).toBe(5)
    expect((await json(...FORK, '--confirm', 'fork 1/4')).code).not.toBe(0)
    writeFileSync(file, text)
    expect((await verify()).code).toBe(0)
  })

  test('UGF-J-002: that is missing as a whole has no head to go on from: exit 5', async () => {
    await verify()
    tamper(db(), 'PRAGMA foreign_keys = OFF')
    for (const name of db().prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all() as string[])
      db().exec(`DROP TRIGGER ${name}`)
    db().exec('DELETE FROM events; DELETE FROM chains')
    expect(await json(...FORK)).toMatchObject({ code: 5, reasonCodes: ['SESSION_MISSING'] })
  })
})

test('UGF-J-002: an engine that starts after the fork journals it, is not halted by that break, and is by the next', async () => {
  const made = new EngineWorld()
  try {
    symlinkSync(made.folder, join(shell.home, 'demo'))
    const openStore = () =>
      Promise.resolve(
        openEngineStore(join(made.folder, 'profinaut.db'), {
          profile: 'demo',
          instanceId: 'command',
          nowTs: made.clock.wall,
          durability: 'normal',
          urgent: URGENT,
          isAlive: () => false,
        }),
      )
    const say = (...args: readonly string[]) => shell.say(args, { openStore, isAlive: () => false })
    const isBroken = () => made.engine.kernel.facts.mode.reasons.has('AUDIT_BROKEN')
    made.news = () => new FactSpool(join(made.folder, 'run', 'audit-emergency.jsonl'))
    await made.boot()
    await made.run(3)
    tamper(made.store.db, "UPDATE events SET payload = replace(payload, 'paper', 'LIVES') WHERE type = 'run.started'")
    await made.run(62)
    expect([made.engine.kernel.safetyMode, isBroken()]).toEqual(['HALTED', true])
    made.engine.requestStop('now')
    made.store.close()

    const asked = await say(...FORK)
    const phrase = /--confirm '(fork [^']+)'/.exec(asked.err)?.[1] ?? ''
    expect(await say(...FORK, '--confirm', phrase)).toMatchObject({ code: 0 })
    expect(readdirSync(join(made.folder, 'evidence'))).toHaveLength(1)

    await made.boot()
    await made.run(130)
    expect([made.engine.kernel.safetyMode, isBroken()]).toEqual(['HALTED', false])
    const [told] = journalTail(made.store.db, { type: 'audit.forked', limit: 5 })
    expect(told?.event.payload).toMatchObject({ session: 1, incident: 'INC-7', actor: 'human:tester' })
    await made.run(200)
    await made.confirmed('MODE_RELEASE', {})
    expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
    tamper(made.store.db, "UPDATE events SET payload = replace(payload, 'LIVES', 'DREAM') WHERE type = 'run.started'")
    await made.run(120)
    expect([made.engine.kernel.safetyMode, isBroken()]).toEqual(['HALTED', true])
  } finally {
    await made.end()
  }
})
