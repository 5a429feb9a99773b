import { createHmac, timingSafeEqual } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { writeAll } from './durable.ts'
import { stored } from './fault.ts'
import { profileKey, readProfileKey } from './profile-key.ts'
import type { JournalHead } from './sqlite-events.ts'

/** A head of the journal that was verified, and when. */
export interface Checkpoint extends JournalHead {
  readonly ts: number
}

/** What a file of checkpoints holds. */
export interface CheckpointsFound {
  /** Those whose signature is right, oldest first. */
  readonly valid: readonly Checkpoint[]
  /** Whole lines that are not: of another key, or of another hand. */
  readonly distrusted: number
  /** Whether the last line is cut off, as a loss of power leaves it. */
  readonly isTorn: boolean
}

const Line = z.strictObject({
  events: z.int().nonnegative(),
  hash: z.string().length(64),
  position: z.int().positive(),
  ts: z.int().nonnegative(),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
})

/** Enough for the last few hundred lines. */
const TAIL_BYTES = 65_536

/**
 * Signed heads of a profile's journal, one JSON object a line, in a file of its own: what the database alone cannot say,
 * that its last events are missing or that all of it was written anew. Whoever can read the key can sign; a copy of the file
 * elsewhere is proof against them too.
 */
export class AuditCheckpoints {
  readonly file: string
  readonly #keyFile: string

  /** @param folder `run/` of the profile */
  constructor(folder: string) {
    this.file = join(folder, 'audit-checkpoints.jsonl')
    this.#keyFile = join(folder, 'audit.key')
  }

  /** Adds a head, durably. */
  append({ position, hash, events }: JournalHead, ts: number): void {
    const body = { events, hash, position, ts }
    const mac = macOf(profileKey(this.#keyFile), body)
    stored(`write ${this.file}`, () => {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 })
      const fd = openSync(this.file, 'a+', 0o600)
      try {
        // A torn line is ended first, so that this one stands alone.
        const start = isTornAt(fd) ? '\n' : ''
        writeAll(fd, Buffer.from(`${start}${JSON.stringify({ ...body, mac })}\n`))
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
    })
  }

  /** Signs a text as this profile, with a key that is made at first need. */
  sign(text: string): string {
    return textMac(profileKey(this.#keyFile), text)
  }

  /** Whether a text was signed as this profile. */
  isSigned(text: string, mac: string): boolean {
    const key = readProfileKey(this.#keyFile)
    return key !== undefined && isSame(mac, textMac(key, text))
  }

  /** The newest that is signed rightly, without reading the whole file. */
  last(): Checkpoint | undefined {
    return this.#read(TAIL_BYTES).valid.at(-1) ?? this.all().valid.at(-1)
  }

  all(): CheckpointsFound {
    return this.#read(Number.POSITIVE_INFINITY)
  }

  #read(bytesMax: number): CheckpointsFound {
    const text = stored(`read ${this.file}`, () => endOf(this.file, bytesMax))
    if (text === '') return { valid: [], distrusted: 0, isTorn: false }
    const lines = text.split('\n')
    const isTorn = lines.pop() !== ''
    const key = readProfileKey(this.#keyFile)
    const valid: Checkpoint[] = []
    let distrusted = 0
    for (const line of lines) {
      const read = key === undefined ? undefined : checkpointOf(line, key)
      if (read === undefined) distrusted++
      else valid.push(read)
    }
    return { valid, distrusted, isTorn }
  }
}

function checkpointOf(line: string, key: Buffer): Checkpoint | undefined {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return undefined
  }
  const read = Line.safeParse(json)
  if (!read.success) return undefined
  const { mac, ...body } = read.data
  return isSame(mac, macOf(key, body)) ? body : undefined
}

function isSame(found: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(found, 'hex'), Buffer.from(expected, 'hex'))
}

function macOf(key: Buffer, { events, hash, position, ts }: Checkpoint): string {
  return textMac(key, JSON.stringify({ events, hash, position, ts }))
}

function textMac(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

function isTornAt(fd: number): boolean {
  const { size } = fstatSync(fd)
  if (size === 0) return false
  const last = Buffer.alloc(1)
  readSync(fd, last, 0, 1, size - 1)
  return last[0] !== 0x0a
}

/** The last bytes of a file, from the start of a line; nothing where there is no file. */
function endOf(file: string, bytesMax: number): string {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
  try {
    const { size } = fstatSync(fd)
    const from = Math.max(0, size - bytesMax)
    const bytes = Buffer.alloc(size - from)
    let done = 0
    while (done < bytes.length) {
      const count = readSync(fd, bytes, done, bytes.length - done, from + done)
      if (count === 0) break
      done += count
    }
    const text = bytes.toString('utf8', 0, done)
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1)
  } finally {
    closeSync(fd)
  }
}
