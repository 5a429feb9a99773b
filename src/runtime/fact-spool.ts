import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { CATALOGUE } from '../events/event.ts'
import type { HostFact } from '../kernel/host-fact.ts'
import type { HostNews } from './host-news.ts'

/** What may be told late. Nothing that a person's word or a limit hangs on: a file is easier to write than a journal. */
const LATE = ['ops.export_made', 'ops.pruned', 'ops.hold_changed', 'ops.emergency_cancel', 'audit.forked'] as const
export type LateFact = Extract<HostFact, { readonly type: (typeof LATE)[number] }>

const Line = z.strictObject({ type: z.enum(LATE), payload: z.record(z.string(), z.unknown()) })

/** As much as waits at most: more is a fault that nobody looked after. */
const BYTES_MAX = 1_048_576

/** Thrown when what happened could not be kept for the journal. */
export class SpoolError extends Error {
  readonly code = 'storage.spool'
  readonly hint = 'start an engine, which journals what waits, or free space on the disk'
  constructor(path: string, why: string, options?: ErrorOptions) {
    super(`${path} cannot take another line: ${why}`, options)
    this.name = 'SpoolError'
  }
}

/**
 * Facts that could not be journalled where they came about: a command journals nothing, and an engine whose disk is full
 * cannot. One JSON object a line, synced before it returns, in a file of its own; the next engine journals them and takes
 * the file away.
 */
export class FactSpool implements HostNews {
  readonly file: string
  readonly #taken: string
  #takenBytes = 0

  /** @param file `audit-emergency.jsonl` of the profile */
  constructor(file: string) {
    this.file = file
    this.#taken = `${file}.taken`
  }

  /** Keeps a fact durably. @throws SpoolError */
  append(fact: LateFact): void {
    try {
      // What is no fact of the catalogue would be passed over when it is read, and lost without a word.
      CATALOGUE[fact.type].parse(fact.payload)
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 })
      const fd = openSync(this.file, 'a+', 0o600)
      try {
        const { size } = fstatSync(fd)
        const line = Buffer.from(`${size === 0 || endsLine(this.file) ? '' : '\n'}${JSON.stringify(fact)}\n`)
        if (size + line.length > BYTES_MAX) throw new SpoolError(this.file, `it holds ${size} bytes`)
        let from = 0
        while (from < line.length) from += writeSync(fd, line, from)
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
      syncFolder(dirname(this.file))
    } catch (error) {
      if (error instanceof SpoolError) throw error
      throw new SpoolError(this.file, error instanceof Error ? error.message : String(error), { cause: error })
    }
  }

  /** Takes the file over. What was taken before a crash comes first, and what is told meanwhile goes into a new file. */
  pending(): readonly LateFact[] {
    const left = read(this.#taken)
    if (left === undefined && read(this.file) !== undefined) renameSync(this.file, this.#taken)
    const bytes = left ?? read(this.#taken)
    this.#takenBytes = bytes?.length ?? 0
    return (bytes?.toString('utf8') ?? '').split('\n').flatMap(factOf)
  }

  journaled(): void {
    // Somebody who had it open while it was taken wrote on: that is told with the next start, and the rest once more.
    if (read(this.#taken)?.length === this.#takenBytes) rmSync(this.#taken, { force: true })
  }
}

/** A line that is no fact, as a loss of power leaves it, is passed over. */
function factOf(line: string): readonly LateFact[] {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return []
  }
  const read = Line.safeParse(json)
  if (!read.success) return []
  const { type } = read.data
  const payload = CATALOGUE[type].safeParse(read.data.payload)
  return payload.success ? [{ type, payload: payload.data } as LateFact] : []
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function endsLine(path: string): boolean {
  return read(path)?.at(-1) === 0x0a
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
