import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { runId } from '../src/domain/ids.ts'
import { timeUs } from '../src/domain/time.ts'
import { AuditCheckpoints } from './audit-checkpoints.ts'
import { AuditMirror } from './audit-mirror.ts'
import { SqliteAuditGuard } from './audit-guard.ts'
import { type Database, openDatabase } from './database.ts'
import { SqliteJournal } from './sqlite-journal.ts'
import { verifyAudit } from './verify-audit.ts'
import { verifyMirror } from './verify-mirror.ts'

const folder = scratchFolder()
const open: Database[] = []
let files = 0
afterEach(() => {
  for (const db of open.splice(0)) db.close()
})

/** A profile with a journal of its own, its key and its checkpoints. */
function profile(events: number) {
  const home = join(folder, `${++files}`)
  const db = openDatabase(join(folder, `${files}.db`), { nowTs: timeUs(0), durability: 'normal' })
  open.push(db)
  const journal = session(db, 1)
  write(journal, events)
  const checkpoints = new AuditCheckpoints(home)
  return { db, journal, checkpoints, guard: guardOf(db, checkpoints), key: join(home, 'audit.key') }
}

function guardOf(db: Database, checkpoints: AuditCheckpoints): SqliteAuditGuard {
  const mirror = new AuditMirror(db, { folder: mirrorOf(checkpoints), checkpoints })
  return new SqliteAuditGuard(db, { checkpoints, mirror })
}

const mirrorOf = ({ file }: AuditCheckpoints) => join(dirname(file), 'audit')

function session(db: Database, no: number): SqliteJournal {
  return new SqliteJournal(db, { runId: runId(`run-${no}`), openedTs: timeUs(1) })
}

function write(journal: SqliteJournal, events: number): void {
  for (let count = 0; count < events; count++) {
    const seq = journal.seq + 1
    const payload = { component: 'feed', status: 'OK', detail: `n${seq}` } as const
    journal.append({ seq, ts: seq, type: 'ops.health', botId: undefined, trace: seq, causeSeq: 0, payload })
  }
  journal.commit()
}

/** Looks every quarter of a second, as the engine does. @returns what was found and after how long */
function watch(guard: SqliteAuditGuard, { fromMs, forMs }: { readonly fromMs: number; readonly forMs: number }) {
  for (let ms = fromMs; ms <= fromMs + forMs; ms += 250) {
    const fault = guard.look({ ms, ts: ms * 1_000 })
    if (fault !== undefined) return { fault, afterMs: ms - fromMs }
  }
  return undefined
}

/** Somebody with a database tool, who first takes the triggers away. */
function tamper(db: Database, sql: string): void {
  for (const name of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all() as string[])
    db.exec(`DROP TRIGGER ${name}`)
  db.exec(sql)
}

const whole = (db: Database, checkpoints: AuditCheckpoints) => verifyAudit(db, checkpoints, { isWhole: true })
const tail = (db: Database, checkpoints: AuditCheckpoints) => verifyAudit(db, checkpoints, { isWhole: false })

test('UGF-J-002: ten thousand events over sessions verify from their tail, and the whole of them too', () => {
  const { db, journal, checkpoints, guard } = profile(9_000)
  expect(watch(guard, { fromMs: 0, forMs: 30_000 })).toBeUndefined()
  expect(checkpoints.last()).toMatchObject({ events: 9_000, hash: journal.hash })
  write(journal, 1_000)
  write(session(db, 2), 70)
  expect(tail(db, checkpoints)).toMatchObject({ result: 'VALID', since: { events: 9_000 }, head: { events: 10_070 } })
  expect(whole(db, checkpoints)).toMatchObject({ result: 'VALID', since: { events: 0 }, head: { events: 10_070 } })
})

test('a checkpoint follows each minute with news, and none a minute without', () => {
  const { journal, checkpoints, guard } = profile(3)
  watch(guard, { fromMs: 0, forMs: 59_000 })
  watch(guard, { fromMs: 60_000, forMs: 120_000 })
  expect(checkpoints.all().valid.map(({ events }) => events)).toEqual([3])
  write(journal, 2)
  watch(guard, { fromMs: 240_000, forMs: 30_000 })
  write(journal, 2)
  guard.seal(1)
  expect(checkpoints.all().valid.map(({ events }) => events)).toEqual([3, 5, 7])
})

test.each([1, 2_500, 4_999, 5_000])(
  'UGF-J-002: a byte changed in event %i of 5000 is found within a minute and named',
  (seq) => {
    const { db, checkpoints, guard } = profile(5_000)
    expect(watch(guard, { fromMs: 0, forMs: 20_000 })).toBeUndefined()
    tamper(db, `UPDATE events SET payload = replace(payload, 'n${seq}', 'm${seq}') WHERE seq = ${seq}`)
    expect(whole(db, checkpoints)).toMatchObject({ result: 'INVALID', seq, runId: 'run-1' })
    const found = watch(guard, { fromMs: 20_250, forMs: 60_000 })
    expect(found?.fault).toContain(`event ${seq} of session run-1: journal.hash-wrong`)
    // It stays found.
    tamper(db, `UPDATE events SET payload = replace(payload, 'm${seq}', 'n${seq}') WHERE seq = ${seq}`)
    expect(guard.look({ ms: 500_000, ts: 1 })).toBe(found?.fault)
  },
)

test('UGF-J-002: the last three events gone are found by the checkpoint, by a new process and by the one that saw them', () => {
  const { db, checkpoints, guard } = profile(100)
  watch(guard, { fromMs: 0, forMs: 10_000 })
  tamper(db, 'DELETE FROM events WHERE seq > 97')
  for (const verify of [whole, tail]) expect(verify(db, checkpoints)).toMatchObject({ result: 'INVALID', seq: 100 })
  expect(watch(guardOf(db, checkpoints), { fromMs: 0, forMs: 1_000 })?.fault).toContain('journal.cut')
  expect(watch(guard, { fromMs: 10_250, forMs: 60_000 })?.fault).toContain('journal.cut')
})

test('a journal written anew, with hashes that fit, contradicts its checkpoints', () => {
  const { db, checkpoints, guard } = profile(50)
  watch(guard, { fromMs: 0, forMs: 10_000 })
  tamper(db, 'DELETE FROM events; DELETE FROM chains')
  const journal = session(db, 1)
  write(journal, 1)
  for (const seq of Array.from({ length: 60 }, (_, at) => at + 2)) {
    const payload = { component: 'feed', status: 'BAD', detail: 'another history' } as const
    journal.append({ seq, ts: seq, type: 'ops.health', botId: undefined, trace: seq, causeSeq: 0, payload })
  }
  journal.commit()
  expect(whole(db, checkpoints)).toMatchObject({ result: 'INVALID', seq: 50 })
})

test('a checkpoint that this key did not sign proves nothing, and the answer is incomplete', () => {
  const { db, checkpoints, guard } = profile(10)
  watch(guard, { fromMs: 0, forMs: 1_000 })
  const line = readFileSync(checkpoints.file, 'utf8')
  appendFileSync(checkpoints.file, line.replace('"events":10', '"events":11'))
  expect(checkpoints.last()?.events).toBe(10)
  expect(whole(db, checkpoints)).toMatchObject({ result: 'INCOMPLETE' })
})

test('a line cut off by a loss of power is passed over, and the next stands on its own line', () => {
  const { db, journal, checkpoints, guard } = profile(10)
  watch(guard, { fromMs: 0, forMs: 1_000 })
  write(journal, 5)
  guard.seal(1)
  truncateSync(checkpoints.file, statSync(checkpoints.file).size - 20)
  expect(checkpoints.all()).toMatchObject({ isTorn: true, distrusted: 0 })
  expect(checkpoints.last()?.events).toBe(10)
  write(journal, 5)
  watch(guardOf(db, checkpoints), { fromMs: 0, forMs: 1_000 })
  expect(checkpoints.last()?.events).toBe(20)
})

test('the key is made once, is its owner’s alone, and a file that is no key is refused', () => {
  const { checkpoints, guard, key } = profile(1)
  watch(guard, { fromMs: 0, forMs: 1_000 })
  expect(statSync(key).mode & 0o777).toBe(0o600)
  expect(statSync(checkpoints.file).mode & 0o777).toBe(0o600)
  const before = readFileSync(key)
  checkpoints.append({ position: 1, hash: 'a'.repeat(64), events: 1 }, 1)
  expect(readFileSync(key)).toEqual(before)
  expect(readFileSync(checkpoints.file, 'latin1')).not.toContain(before.toString('latin1'))
  writeFileSync(key, 'short')
  expect(() => checkpoints.all()).toThrow(/holds 5 bytes, a key has 32/)
})

test('an empty journal is nothing to be sure of', () => {
  const { db, checkpoints } = profile(0)
  expect(whole(db, checkpoints)).toMatchObject({ result: 'INCOMPLETE', detail: 'there is no event yet' })
})

test('UGF-J-002: what was found sound is in the mirror within a minute, and nothing else', () => {
  const { db, journal, checkpoints, guard } = profile(1_000)
  const mirrored = () => verifyMirror(db, mirrorOf(checkpoints), checkpoints)
  expect(watch(guard, { fromMs: 0, forMs: 1_500 })).toBeUndefined()
  expect(mirrored()).not.toMatchObject({ events: 1_000 })
  write(journal, 5)
  expect(watch(guard, { fromMs: 1_750, forMs: 10_000 })).toBeUndefined()
  expect(mirrored()).toEqual({ result: 'VALID', segments: 1, events: 1_000 })
  tamper(db, "UPDATE events SET payload = replace(payload, 'n1003', 'm1003') WHERE seq = 1003")
  expect(watch(guard, { fromMs: 60_000, forMs: 60_000 })?.fault).toContain('1003')
  guard.seal(1)
  expect(mirrored()).toEqual({ result: 'VALID', segments: 1, events: 1_000 })
})
