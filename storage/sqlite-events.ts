import { type RunId, runId } from '../src/domain/ids.ts'
import { GENESIS } from '../src/events/chain.ts'
import { ChainCheck } from '../src/events/chain-check.ts'
import { decodeLine } from '../src/events/decode.ts'
import type { KernelEvent } from '../src/events/event.ts'
import type { JournalFault } from '../src/events/journal-fault.ts'
import type { StoredEvent } from '../src/events/line.ts'
import type { ForksBySession } from './audit-forks.ts'
import type { Database } from './database.ts'
import { headBefore, sessionRows } from './forked-session.ts'
import { POSITIONS_PER_RUN } from './sqlite-journal.ts'

interface EventRow {
  readonly position: number
  readonly ts: number
  readonly type: string
  readonly schema_version: number
  readonly bot_id: string | null
  readonly trace: number
  readonly cause_seq: number
  readonly payload: string
  readonly hash: string
}

interface ChainRow {
  readonly run_no: number
  readonly run_id: string
  readonly prev_head: string
}

/** The line that a journal file would hold for a row: what was stored, put together and not interpreted. */
function lineOf(row: EventRow, run: string, prevHash: string): string {
  const bot = row.bot_id === null ? '' : `"bot_id":${JSON.stringify(row.bot_id)},`
  const seq = row.position % POSITIONS_PER_RUN
  return `{${bot}"cause_seq":${row.cause_seq},"hash":"${row.hash}","payload":${row.payload},"prev_hash":"${prevHash}","run_id":${JSON.stringify(run)},"schema_version":${row.schema_version},"seq":${seq},"trace_id":"t${row.trace}","ts":${row.ts},"type":"${row.type}"}`
}

function chainOf(db: Database, run: RunId): ChainRow | undefined {
  return db.prepare('SELECT run_no, run_id, prev_head FROM chains WHERE run_id = ?').get(run) as ChainRow | undefined
}

/** Runs of the journal, oldest first. */
export function journalRuns(db: Database): readonly RunId[] {
  return (db.prepare('SELECT run_id FROM chains ORDER BY run_no').pluck().all() as string[]).map(runId)
}

/**
 * Lines of a run's journal after an event, in order: what `events tail` follows and what a replay reads.
 *
 * @param after number of the last event that the caller has, 0 for all
 */
export function* tailEvents(db: Database, run: RunId, after = 0): Generator<string, void, void> {
  const chain = chainOf(db, run)
  if (chain === undefined) return
  yield* linesAfter(db, chain, after)
}

function* linesAfter(
  db: Database,
  { run_no: runNo, run_id: run }: ChainRow,
  after: number,
  until = POSITIONS_PER_RUN - 1,
): Generator<string, void, void> {
  const base = runNo * POSITIONS_PER_RUN
  const before = db
    .prepare('SELECT hash FROM events WHERE position = ?')
    .pluck()
    .get(base + after) as string | undefined
  const rows = db.prepare('SELECT * FROM events WHERE position > ? AND position <= ? ORDER BY position')
  let prevHash = before ?? GENESIS
  for (const row of rows.iterate(
    base + after,
    base + Math.min(until, POSITIONS_PER_RUN - 1),
  ) as IterableIterator<EventRow>) {
    yield lineOf(row, run, prevHash)
    prevHash = row.hash
  }
}

/** Lines of a run's journal that stand between two positions, both included. */
export function* linesBetween(
  db: Database,
  run: RunId,
  { first, last }: { readonly first: number; readonly last: number },
): Generator<string, void, void> {
  const chain = chainOf(db, run)
  if (chain === undefined) return
  const base = chain.run_no * POSITIONS_PER_RUN
  yield* linesAfter(db, chain, Math.max(0, first - 1 - base), last - base)
}

/** Events by their positions, as the kernel made them, in the order asked for. */
export function eventsAt(
  db: Database,
  positions: readonly number[],
): readonly { readonly event: KernelEvent; readonly runNo: number }[] {
  const read = eventReader(db)
  return positions.map((position) => {
    const { event, runNo } = read(position)
    return { event, runNo }
  })
}

/** A reader of single events with their places in the chain. What it reads it does not verify. */
export function eventReader(db: Database): (position: number) => StoredEvent & { readonly runNo: number } {
  const row = db.prepare('SELECT * FROM events WHERE position = ?')
  const hashBefore = db.prepare('SELECT hash FROM events WHERE position = ?').pluck()
  const runOf = db.prepare('SELECT run_id FROM chains WHERE run_no = ?').pluck()
  return (position) => {
    const runNo = Math.floor(position / POSITIONS_PER_RUN)
    const before = (hashBefore.get(position - 1) as string | undefined) ?? GENESIS
    const line = lineOf(row.get(position) as EventRow, runOf.get(runNo) as string, before)
    return { ...decodeLine(line), runNo }
  }
}

/** Position of the last event of the journal, 0 while it is empty. */
export function lastPosition(db: Database): number {
  return db.prepare('SELECT coalesce(max(position), 0) FROM events').pluck().get() as number
}

const BLOCK = 4_096

/**
 * Events of all runs as the kernel made them, in order.
 *
 * @param from position after which they begin, 0 for all
 * @param until position of the last one wanted
 * @throws JournalError for a row that is no event
 */
export function* eventsBetween(
  db: Database,
  from: number,
  until = lastPosition(db),
): Generator<{ readonly event: KernelEvent; readonly runNo: number }, void, void> {
  const first = Math.floor(from / POSITIONS_PER_RUN)
  const chains = db.prepare('SELECT run_no, run_id, prev_head FROM chains WHERE run_no >= ? ORDER BY run_no').all(first)
  for (const chain of chains as ChainRow[]) {
    const base = chain.run_no * POSITIONS_PER_RUN
    if (base >= until) return
    let after = Math.max(0, from - base)
    // A block at a time: while a statement is open the connection writes nothing, and the caller may want to.
    for (let isMore = true; isMore; after += BLOCK) {
      const lines = [...linesAfter(db, chain, after, Math.min(after + BLOCK, until - base))]
      for (const line of lines) yield { event: decodeLine(line).event, runNo: chain.run_no }
      isMore = lines.length === BLOCK
    }
  }
}

/** What the journal of a profile turned out to be. */
export type DatabaseVerdict =
  | { readonly ok: true; readonly runs: number; readonly events: number; readonly head: string }
  | {
      readonly ok: false
      readonly runs: number
      readonly events: number
      readonly fault: JournalFault & { readonly runId: string }
    }

/** Where a verified stretch of the journal ended. */
export interface JournalHead {
  /** Position of the last event, 0 before the first. */
  readonly position: number
  readonly hash: string
  /** Events up to it. */
  readonly events: number
}

const NO_FORKS: ForksBySession = new Map()

export const JOURNAL_START: JournalHead = { position: 0, hash: GENESIS, events: 0 }

export type StretchVerdict =
  | { readonly ok: true; readonly runs: number; readonly head: JournalHead }
  | {
      readonly ok: false
      readonly runs: number
      readonly events: number
      readonly fault: JournalFault & { readonly runId: string }
    }

/**
 * Checks every event of every run: canonical form, numbers without gaps, each run's chain, and that each run begins where
 * the one before it ended. Memory does not grow with the journal.
 */
export function verifyEvents(db: Database): DatabaseVerdict {
  // One moment of the journal, whatever is written meanwhile.
  const look = db.transaction((): DatabaseVerdict => {
    const walk = verifyStretch(db, JOURNAL_START, BLOCK)
    let step = walk.next()
    while (step.done !== true) step = walk.next()
    const verdict = step.value
    if (!verdict.ok) return verdict
    const { runs, head } = verdict
    return strays(db, head.events) ?? { ok: true, runs, events: head.events, head: head.hash }
  })
  return look()
}

/**
 * Checks the journal from the end of a stretch that was verified before: that the end still stands as it was, and every
 * event after it. A slice at a time: between two of them nothing is open, and the caller may write.
 *
 * @param forks sessions that are known to be broken: they are held against what was pinned of them, and the next goes on
 *   from their head
 * @yields where it has got to
 */
export function* verifyStretch(
  db: Database,
  from: JournalHead,
  slice: number,
  forks: ForksBySession = NO_FORKS,
): Generator<JournalHead, StretchVerdict, void> {
  const first = Math.floor(from.position / POSITIONS_PER_RUN)
  // An end within a broken session says nothing: all of that session is looked at.
  let { hash: head, events, position } = forks.has(first) ? headBefore(db, first) : from
  let runs = Math.max(0, first - 1)
  const broken = ({ run_id: run }: { run_id: string }, fault: JournalFault): StretchVerdict => {
    return { ok: false, runs, events, fault: { ...fault, runId: run } }
  }
  const chains = db.prepare('SELECT run_no, run_id, prev_head FROM chains WHERE run_no >= ? ORDER BY run_no').all(first)
  if (position > 0 && !forks.has(first)) {
    const seq = position % POSITIONS_PER_RUN
    const found = db.prepare('SELECT hash FROM events WHERE position = ?').pluck().get(position) as string | undefined
    const [chain] = chains as ChainRow[]
    const run = { run_id: chain?.run_no === first ? chain.run_id : `number ${first}` }
    if (found === undefined)
      return broken(run, { what: 'journal.cut', seq, field: undefined, expected: `event ${seq}`, found: 'none' })
    if (found !== head) return broken(run, { what: 'journal.hash-wrong', seq, field: 'hash', expected: head, found })
  }
  for (const chain of chains as ChainRow[]) {
    const place = { seq: undefined, field: 'prev_head' }
    const base = chain.run_no * POSITIONS_PER_RUN
    const isGoingOn = position > base
    const fork = forks.get(chain.run_no)
    if (fork !== undefined) {
      const rows = sessionRows(db, chain.run_no, slice)
      let step = rows.next()
      while (step.done !== true) {
        yield { position, hash: head, events: events + step.value }
        step = rows.next()
      }
      const { sha256: found } = step.value
      if (found !== fork.rows_sha256) {
        const said = { seq: fork.seq, field: 'rows_sha256', expected: fork.rows_sha256, found }
        return broken(chain, { what: 'journal.hash-wrong', ...said })
      }
      ;[position, head] = [step.value.position, step.value.hash]
      events += step.value.events
      runs = chain.run_no
      continue
    }
    if (chain.run_no !== runs + 1) {
      const found = { expected: `run number ${runs + 1}`, found: `${chain.run_no}` }
      return broken(chain, { what: 'journal.gap', seq: undefined, field: 'run_no', ...found })
    }
    if (!isGoingOn && chain.prev_head !== head) {
      return broken(chain, { what: 'journal.chain-broken', ...place, expected: head, found: chain.prev_head })
    }
    const after = isGoingOn ? { seq: position - base, hash: head } : undefined
    const check = new ChainCheck({ runId: runId(chain.run_id) }, after)
    for (let isMore = true; isMore; ) {
      const lines = [...linesAfter(db, chain, check.head.seq, check.head.seq + slice)]
      for (const line of lines) {
        const fault = check.line(line)
        if (fault !== undefined) return broken(chain, fault)
        events++
      }
      isMore = lines.length === slice
      if (check.head.seq > 0) [head, position] = [check.head.hash, base + check.head.seq]
      yield { position, hash: head, events }
    }
    runs++
  }
  return { ok: true, runs, head: { position, hash: head, events } }
}

/** Events that belong to no run of the register. */
function strays(db: Database, events: number): DatabaseVerdict | undefined {
  const found = db.prepare('SELECT count(*) FROM events').pluck().get() as number
  if (found === events) return undefined
  const fault = { what: 'journal.run-changed', seq: undefined, field: 'run_no' } as const
  const said = { expected: `${events} events of known runs`, found: `${found}`, runId: '' }
  return { ok: false, runs: 0, events, fault: { ...fault, ...said } }
}
