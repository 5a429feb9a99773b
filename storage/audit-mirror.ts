import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync } from 'node:fs'
import { z } from 'zod'
import { runId } from '../src/domain/ids.ts'
import type { AuditCheckpoints } from './audit-checkpoints.ts'
import { type Segment, type Seal, sealedText, sealFile, segmentAt, segmentsOf } from './audit-segment.ts'
import type { Database } from './database.ts'
import { syncFolder, writeAll, writeWhole } from './durable.ts'
import { stored } from './fault.ts'
import { linesBetween } from './sqlite-events.ts'
import { POSITIONS_PER_RUN } from './sqlite-journal.ts'

/** Of the mirror, in `run/` of the profile. */
export const MIRROR_FOLDER = 'audit'
/** A segment that has grown beyond this is followed by another. */
const SEGMENT_BYTES = 16 * 2 ** 20
/** Events copied at a time: about a millisecond of an engine's turn. */
const SLICE = 256

/** Where the mirror has got to. */
interface End extends Segment {
  /** Its last event; before the first, one number less than {@link Segment.fromSeq} and nothing. */
  readonly seq: number
  readonly hash: string
  readonly run_id: string
  readonly bytes: number
}

const LineEnd = z.object({ seq: z.int().positive(), hash: z.string(), run_id: z.string().min(1) })

/**
 * The journal once more, as lines in files beside the database: what somebody changes in one of them contradicts the other. A
 * session has segments of its own; one that is whole is sealed with the profile's key. Only what was found sound is copied,
 * and what stands in a segment is never changed.
 */
export class AuditMirror {
  readonly folder: string
  readonly #db: Database
  readonly #checkpoints: AuditCheckpoints
  readonly #segmentBytes: number
  #end: End | undefined
  #isResumed = false

  /** @param options.folder of its own */
  constructor(
    db: Database,
    {
      folder,
      checkpoints,
      segmentBytes = SEGMENT_BYTES,
    }: { readonly folder: string; readonly checkpoints: AuditCheckpoints; readonly segmentBytes?: number },
  ) {
    this.#db = db
    this.folder = folder
    this.#checkpoints = checkpoints
    this.#segmentBytes = segmentBytes
  }

  /**
   * Copies the next events, durably once there are no more.
   *
   * @param until position of the last event that was found sound
   * @returns whether there is more up to there
   */
  copy(until: number): boolean {
    return stored(`mirror to ${this.folder}`, () => this.#copy(until))
  }

  #copy(until: number): boolean {
    const end = this.#resumed()
    const after = end === undefined ? 0 : end.runNo * POSITIONS_PER_RUN + end.seq
    const first = this.#db
      .prepare('SELECT min(position) FROM events WHERE position > ? AND position <= ?')
      .pluck()
      .get(after, until) as number | null
    if (first === null) return false
    const runNo = Math.floor(first / POSITIONS_PER_RUN)
    const seq = first % POSITIONS_PER_RUN
    const goesOn = end?.runNo === runNo && end.seq + 1 === seq && end.bytes < this.#segmentBytes
    if (end !== undefined && !goesOn) this.#seal(end)
    const into = goesOn ? end : { ...segmentAt(this.folder, runNo, seq), bytes: 0 }
    const last = Math.min(until, first + SLICE - 1, (runNo + 1) * POSITIONS_PER_RUN - 1)
    const run = this.#db.prepare('SELECT run_id FROM chains WHERE run_no = ?').pluck().get(runNo) as string | undefined
    const lines = run === undefined ? [] : [...linesBetween(this.#db, runId(run), { first, last })]
    const tail = lineEnd(lines.at(-1) ?? '')
    // A journal that cannot be put together is named by who verifies it, and not copied.
    if (tail === undefined) return false
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
    const isLast = first + lines.length > until
    append(into.file, bytes, isLast)
    if (!goesOn) syncFolder(this.folder)
    this.#end = { ...into, ...tail, bytes: into.bytes + bytes.length }
    return !isLast
  }

  #resumed(): End | undefined {
    if (!this.#isResumed) {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 })
      const last = segmentsOf(this.folder).at(-1)
      this.#end = last && endOf(last)
      this.#isResumed = true
    }
    return this.#end
  }

  #seal(end: End): void {
    if (end.seq < end.fromSeq) return
    append(end.file, Buffer.alloc(0), true)
    const { run_id, runNo: session, fromSeq: from_seq, seq: to_seq, hash } = end
    const body = { run_id, session, from_seq, to_seq, hash }
    const seal: Seal = { ...body, mac: this.#checkpoints.sign(sealedText(body)) }
    writeWhole(sealFile(end), `${JSON.stringify(seal)}\n`)
  }
}

function append(file: string, bytes: Uint8Array, isDurable: boolean): void {
  const fd = openSync(file, 'a', 0o600)
  try {
    writeAll(fd, bytes)
    if (isDurable) fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Where a segment ends. Half a line, as a loss of power leaves it, goes; a line that is no event stays for who verifies. */
function endOf(segment: Segment): End {
  const bytes = readFileSync(segment.file)
  const whole = bytes.lastIndexOf(0x0a) + 1
  if (whole < bytes.length) truncateSync(segment.file, whole)
  const lines = bytes.toString('utf8', 0, whole).split('\n').toReversed()
  const found = lines.map(lineEnd).find((end) => end !== undefined)
  return { ...segment, seq: segment.fromSeq - 1, hash: '', run_id: '', ...found, bytes: whole }
}

function lineEnd(line: string): z.infer<typeof LineEnd> | undefined {
  if (line === '') return undefined
  try {
    return LineEnd.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
