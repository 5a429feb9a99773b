import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { runId } from '../src/domain/ids.ts'
import { timeUs } from '../src/domain/time.ts'
import { AuditCheckpoints } from './audit-checkpoints.ts'
import { AuditMirror } from './audit-mirror.ts'
import { type Database, openDatabase } from './database.ts'
import { tailEvents } from './sqlite-events.ts'
import { SqliteJournal } from './sqlite-journal.ts'
import { verifyMirror } from './verify-mirror.ts'

const open: Database[] = []
afterEach(() => {
  for (const db of open.splice(0)) db.close()
})

class Profile {
  readonly home = scratchFolder()
  readonly folder = join(this.home, 'audit')
  readonly db = openDatabase(join(this.home, 'profile.db'), { nowTs: timeUs(0), durability: 'normal' })
  readonly checkpoints = new AuditCheckpoints(this.home)
  #sessions = 0

  constructor() {
    open.push(this.db)
  }

  session(events: number): SqliteJournal {
    const journal = new SqliteJournal(this.db, { runId: runId(`run-${++this.#sessions}`), openedTs: timeUs(1) })
    this.write(journal, events)
    return journal
  }

  write(journal: SqliteJournal, events: number): void {
    for (let count = 0; count < events; count++) {
      const seq = journal.seq + 1
      const payload = { component: 'feed', status: 'OK', detail: `n${seq}` } as const
      journal.append({ seq, ts: seq, type: 'ops.health', botId: undefined, trace: seq, causeSeq: 0, payload })
    }
    journal.commit()
  }

  /** Copies all there is, as a process that has just started does. */
  mirror(segmentBytes?: number): void {
    const until = this.db.prepare('SELECT max(position) FROM events').pluck().get() as number
    const { folder, checkpoints } = this
    const mirror = new AuditMirror(this.db, { folder, checkpoints, ...(segmentBytes && { segmentBytes }) })
    while (mirror.copy(until));
  }

  verdict() {
    return verifyMirror(this.db, this.folder, this.checkpoints)
  }

  get segments(): readonly string[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith('.jsonl'))
      .toSorted()
      .map((name) => join(this.folder, name))
  }

  get lines(): readonly string[] {
    return this.segments.flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(0, -1))
  }

  get journal(): readonly string[] {
    const runs = this.db.prepare('SELECT run_id FROM chains ORDER BY run_no').pluck().all() as string[]
    return runs.flatMap((run) => [...tailEvents(this.db, runId(run))])
  }
}

/** Three sessions in segments of a few kilobytes. */
function mirrored(): Profile {
  const profile = new Profile()
  for (const events of [600, 1, 40]) {
    profile.session(events)
    profile.mirror(20_000)
  }
  return profile
}

test('UGF-J-002: the mirror is the journal, line by line, over sessions and processes, for its owner alone', () => {
  const profile = mirrored()
  expect(profile.lines).toEqual(profile.journal)
  expect(profile.segments.length).toBeGreaterThan(3)
  for (const file of profile.segments) expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(profile.verdict()).toEqual({ result: 'VALID', segments: profile.segments.length, events: 641 })
})

test('UGF-J-002: every segment but the one that grows is sealed with the profile’s key', () => {
  const { segments } = mirrored()
  expect(segments.map((file) => existsSync(file.replace('.jsonl', '.seal.json')))).toEqual(
    segments.map((_, at) => at < segments.length - 1),
  )
})

test('half a line, as a loss of power leaves it, is written anew', () => {
  const profile = mirrored()
  const last = profile.segments.at(-1) ?? ''
  for (let cut = 1; cut < 700; cut += 37) {
    truncateSync(last, statSync(last).size - cut)
    profile.mirror(20_000)
    expect(profile.lines).toEqual(profile.journal)
    expect(profile.verdict().result).toBe('VALID')
  }
})

test('UGF-J-002: a journal that was written anew, with hashes that fit each other, is contradicted by its mirror', () => {
  const profile = mirrored()
  const { db } = profile
  for (const name of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all() as string[])
    db.exec(`DROP TRIGGER ${name}`)
  db.exec('DELETE FROM events WHERE position >> 32 = 3; DELETE FROM chains WHERE run_no = 3')
  const journal = new SqliteJournal(db, { runId: runId('run-3'), openedTs: timeUs(1) })
  profile.write(journal, 39)
  expect(profile.verdict()).toMatchObject({ result: 'INVALID', seq: 40, runId: 'run-3' })
})

test.each([1, 300, 600])('a byte changed in line %i of the mirror is named', (seq) => {
  const profile = mirrored()
  const file = profile.segments.find((path) => readFileSync(path, 'utf8').includes(`"n${seq}"`)) ?? ''
  writeFileSync(file, readFileSync(file, 'utf8').replace(`"n${seq}"`, `"m${seq}"`))
  expect(profile.verdict()).toMatchObject({ result: 'INVALID', seq, runId: 'run-1' })
  expect(profile.lines).not.toEqual(profile.journal)
})

test('a segment that is gone from between two leaves the answer open; the oldest may be kept elsewhere', () => {
  const profile = mirrored()
  const [first = '', second = '', third = ''] = profile.segments
  rmSync(first)
  expect(profile.verdict().result).toBe('VALID')
  rmSync(third)
  expect(profile.verdict()).toMatchObject({
    result: 'INCOMPLETE',
    detail: expect.stringContaining('not in the mirror'),
  })
  expect(existsSync(second)).toBe(true)
})

test('a seal of another hand, or none, leaves the answer open', () => {
  const profile = mirrored()
  const seal = (profile.segments[0] ?? '').replace('.jsonl', '.seal.json')
  const text = readFileSync(seal, 'utf8')
  for (const changed of [text.replace(/"mac":".{4}/, '"mac":"0000'), text.replace(/"to_seq":\d+/, '"to_seq":7'), '{']) {
    writeFileSync(seal, changed)
    expect(profile.verdict()).toMatchObject({ result: 'INCOMPLETE', detail: expect.stringContaining('seal') })
  }
})

test('a line of another hand at the end of the mirror is found, and what follows is copied all the same', () => {
  const profile = mirrored()
  appendFileSync(profile.segments.at(-1) ?? '', 'nonsense\n')
  profile.session(3)
  profile.mirror(20_000)
  expect(profile.lines.at(-1)).toBe(profile.journal.at(-1))
  expect(profile.verdict()).toMatchObject({ result: 'INVALID', runId: 'run-3' })
})
