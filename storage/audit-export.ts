import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { runId } from '../src/domain/ids.ts'
import { GENESIS } from '../src/events/chain.ts'
import { ChainCheck } from '../src/events/chain-check.ts'
import { JournalError, type JournalFault } from '../src/events/journal-fault.ts'
import type { Database } from './database.ts'
import { writeWhole } from './durable.ts'
import { StorageError, stored } from './fault.ts'
import { readBlocks } from './journal-lines.ts'
import { type AuditEntry, auditReader } from './queries/audit-rows.ts'
import { linesBetween } from './sqlite-events.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** A run's part of an export: consecutive events, and what their chain goes on from and ends in. */
const Range = z.strictObject({
  run_id: z.string().min(1),
  session: z.int().positive(),
  from_seq: z.int().positive(),
  to_seq: z.int().positive(),
  prev_hash: sha256,
  hash: sha256,
  /** Head of the run before: what this run's register entry names. */
  prev_head: sha256,
})
type Range = z.infer<typeof Range>

const Manifest = z.strictObject({
  what: z.literal('profinaut audit export'),
  schema_version: z.literal(1),
  profile: z.string(),
  made_at: z.string(),
  events: z.int().nonnegative(),
  ranges: z.array(Range),
  files: z.array(z.strictObject({ name: z.string().regex(/^[a-z.]+$/), bytes: z.int(), rows: z.int(), sha256 })),
})
export type ExportManifest = z.infer<typeof Manifest>

const EVENTS = 'events.jsonl'
const ROWS = 'audit.csv'
const MANIFEST = 'manifest.json'
const INSTRUCTIONS = 'verify.txt'

const HOW_TO = `This folder proves itself, without the database that it came from:

  profinaut audit verify --export <this folder>

Exit code 0: every event is the one that was written, in order, none missing. 5: something was changed, and where.
By hand: each line of ${EVENTS} is one event in canonical JSON. Take "hash" and "prev_hash" and "run_id" out of it; SHA-256 over
the previous hash, a line feed and what is left is its hash. ${MANIFEST} names the first and the last hash of every range and the
SHA-256 of every file. Compare the last hash with one that you have from elsewhere: a signed checkpoint, an earlier export.
`

export interface ExportWish {
  readonly profile: string
  /** At or after, and before, µs. */
  readonly sinceTs?: number | undefined
  readonly untilTs?: number | undefined
  /** Events, at most. */
  readonly most: number
  /** Also the audit rows as a table. */
  readonly withRows: boolean
  readonly madeAt: string
}

/**
 * Writes every event of a span of time into a folder, with all that is needed to prove them elsewhere.
 *
 * @throws StorageError `storage.exists` where the folder is there already
 */
export function exportAudit(
  db: Database,
  folder: string,
  { profile, sinceTs = 0, untilTs = Number.MAX_SAFE_INTEGER, most, withRows, madeAt }: ExportWish,
): ExportManifest | { readonly tooMany: number } {
  const look = db.transaction(() => {
    const span = db
      .prepare(
        'SELECT min(position) AS first, max(position) AS last FROM events WHERE ts >= @sinceTs AND ts < @untilTs',
      )
      .get({ sinceTs, untilTs }) as { readonly first: number | null; readonly last: number | null }
    const { first, last } = { first: span.first ?? 1, last: span.last ?? 0 }
    const count = db.prepare('SELECT count(*) FROM events WHERE position BETWEEN ? AND ?').pluck().get(first, last)
    if ((count as number) > most) return { tooMany: count as number }
    const chains = db
      .prepare('SELECT run_no, run_id, prev_head FROM chains WHERE run_no BETWEEN ? >> 32 AND ? >> 32 ORDER BY run_no')
      .all(first, last) as { readonly run_no: number; readonly run_id: string; readonly prev_head: string }[]
    const ranges: Range[] = []
    const lines: string[] = []
    for (const chain of chains) {
      const from = lines.length
      for (const line of linesBetween(db, runId(chain.run_id), { first, last })) lines.push(line)
      const [begin, end] = [lines[from], lines.at(-1)]
      if (begin === undefined || end === undefined || lines.length === from) continue
      const head = LineHead.parse(JSON.parse(begin))
      const tail = LineHead.parse(JSON.parse(end))
      ranges.push({
        run_id: chain.run_id,
        session: chain.run_no,
        from_seq: head.seq,
        to_seq: tail.seq,
        prev_hash: head.prev_hash,
        hash: tail.hash,
        prev_head: chain.prev_head,
      })
    }
    return { ranges, lines, rows: withRows ? rowsOf(db, first, last) : undefined }
  })
  const found = stored('read what is exported', look)
  if (found.tooMany !== undefined) return { tooMany: found.tooMany }
  const { ranges, lines, rows } = found
  stored(`create ${folder}`, () => {
    try {
      mkdirSync(folder, { mode: 0o700 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new StorageError('storage.exists', folder)
      throw error
    }
  })
  const files: ExportManifest['files'] = []
  const write = (name: string, text: string, count: number) => {
    stored(`write ${name}`, () => writeFileSync(join(folder, name), text, { mode: 0o600, flush: true }))
    const bytes = Buffer.byteLength(text)
    files.push({ name, bytes, rows: count, sha256: createHash('sha256').update(text).digest('hex') })
  }
  write(EVENTS, lines.map((line) => `${line}\n`).join(''), lines.length)
  if (rows !== undefined) write(ROWS, csvOf(rows), rows.length)
  write(INSTRUCTIONS, HOW_TO, 0)
  const manifest: ExportManifest = {
    what: 'profinaut audit export',
    schema_version: 1,
    profile,
    made_at: madeAt,
    events: lines.length,
    ranges,
    files,
  }
  // Last: a folder without it is an export that was not finished.
  stored(`write ${MANIFEST}`, () => writeWhole(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`))
  return manifest
}

const LineHead = z.object({ seq: z.int(), hash: sha256, prev_hash: sha256 })

function rowsOf(db: Database, first: number, last: number): readonly AuditEntry[] {
  const entryAt = auditReader(db)
  const positions = db.prepare('SELECT position FROM events WHERE position BETWEEN ? AND ? ORDER BY position').pluck()
  return (positions.all(first, last) as number[]).flatMap((position) => entryAt(position) ?? [])
}

const COLUMNS = [
  'seq',
  'ts',
  'eventId',
  'actor',
  'origin',
  'action',
  'targetType',
  'targetId',
  'scope',
  'modeFrom',
  'modeTo',
  'reason',
  'result',
  'reasonCodes',
  'traceId',
  'runId',
  'prevHash',
  'hash',
] as const satisfies readonly (keyof AuditEntry)[]

function csvOf(rows: readonly AuditEntry[]): string {
  const names = COLUMNS.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
  const cell = (value: AuditEntry[(typeof COLUMNS)[number]]) =>
    typeof value === 'object' ? value.join(' ') : String(value ?? '')
  return stringify([names, ...rows.map((row) => COLUMNS.map((name) => cell(row[name])))], { escape_formulas: true })
}

/** What an export turned out to be. */
export type ExportVerdict =
  | { readonly result: 'VALID'; readonly manifest: ExportManifest }
  | { readonly result: 'INVALID'; readonly seq: number | undefined; readonly detail: string }
  | { readonly result: 'INCOMPLETE'; readonly detail: string }

/** Proves an export from itself: files by their hashes, events by their chain, ranges by their ends. Needs no database. */
export function verifyExport(folder: string): ExportVerdict {
  let manifest: ExportManifest
  try {
    manifest = Manifest.parse(JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')))
  } catch (error) {
    const said = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return { result: 'INCOMPLETE', detail: `${MANIFEST} cannot be read: ${said ?? ''}` }
  }
  for (const { name, sha256: expected } of manifest.files) {
    let found: string
    try {
      found = createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')
    } catch {
      return { result: 'INCOMPLETE', detail: `${name} is missing` }
    }
    // What the chain says of the events is said by their number, below.
    if (found !== expected && name !== EVENTS)
      return { result: 'INVALID', seq: undefined, detail: `${name}: expected sha256 ${expected}, found ${found}` }
  }
  const fault = chainFault(join(folder, EVENTS), manifest.ranges)
  if (fault !== undefined) {
    const { what, seq, expected, found } = fault
    return { result: 'INVALID', seq, detail: `${what}: expected ${expected}, found ${found}` }
  }
  return { result: 'VALID', manifest }
}

function chainFault(file: string, ranges: readonly Range[]): JournalFault | undefined {
  const open = ranges.values()
  let range = open.next().value
  let check = range && checkOf(range)
  let head: string | undefined
  const fault = (seq: number | undefined, expected: string, found: string): JournalFault => {
    return { what: 'journal.cut', seq, field: undefined, expected, found }
  }
  try {
    for (const lines of readBlocks(file)) {
      for (const line of lines) {
        if (range === undefined || check === undefined) return fault(undefined, 'the end', 'more events')
        const { from_seq: from, prev_hash: before, prev_head: linked } = range
        const isBegin = check.head.seq === from - 1
        if (isBegin && from === 1 && before !== GENESIS) return fault(1, GENESIS, before)
        if (isBegin && head !== undefined && linked !== head) return fault(from, head, linked)
        const wrong = check.line(line)
        if (wrong !== undefined) return wrong
        if (check.head.seq < range.to_seq) continue
        if (check.head.hash !== range.hash) return fault(range.to_seq, range.hash, check.head.hash)
        head = range.hash
        range = open.next().value
        check = range && checkOf(range)
      }
    }
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    return error.fault
  }
  if (range === undefined) return undefined
  return fault((check?.head.seq ?? 0) + 1, `event ${range.to_seq} of session ${range.run_id}`, 'the end')
}

function checkOf({ run_id: run, from_seq: from, prev_hash: before }: Range): ChainCheck {
  return new ChainCheck({ runId: runId(run) }, { seq: from - 1, hash: before })
}
