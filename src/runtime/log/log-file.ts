import { statSync } from 'node:fs'
import { readdir, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { destination } from 'pino'
import { formatTime, type TimeUs, US_PER_DAY, US_PER_MS } from '../../domain/time.ts'
import type { LogCounters } from './log-counters.ts'

const FILE_BYTES_MAX = 50 * 1024 * 1024
const BUFFER_BYTES_MAX = 4 * 1024 * 1024

export interface LogFileOptions {
  /** Of the file that is written now: `logs/engine.jsonl`. Full ones stand beside it, named by the time they were put away. */
  readonly path: string
  readonly keepDays: number
  readonly now: () => TimeUs
  readonly counters: LogCounters
  /** Size at which a file is put away, bytes. */
  readonly fileBytesMax?: number
  /** Lines that wait for the disk, bytes; more are dropped. */
  readonly bufferBytesMax?: number
}

/**
 * Lines into a file, never waiting for it: a disk that is slow or full fills a bounded buffer, then costs lines, which are
 * counted. A file is put away when it is full or its day (UTC) is over, and deleted when it is old.
 */
export class LogFile {
  readonly #options: LogFileOptions
  readonly #file: ReturnType<typeof destination>
  #bytes: number
  #day: number
  #rotation: Promise<void> = Promise.resolve()
  /** Whether the last attempt to open the file has succeeded; undefined while it is being opened. */
  #isOpen: boolean | undefined
  #told: () => void = () => {}

  constructor(options: LogFileOptions) {
    this.#options = options
    const { path, counters, now, bufferBytesMax = BUFFER_BYTES_MAX } = options
    const found = statSync(path, { throwIfNoEntry: false })
    this.#bytes = found?.size ?? 0
    this.#day = dayOf(found === undefined || found.size === 0 ? now() : found.mtimeMs * US_PER_MS)
    this.#file = destination({ dest: path, sync: false, maxLength: bufferBytesMax, mode: 0o600 })
    this.#file.on('error', () => {
      counters.errors++
      this.#opened(this.#isOpen === true)
    })
    this.#file.on('ready', () => this.#opened(true))
    this.#file.on('drop', () => {
      counters.dropped++
      counters.written--
    })
  }

  write(line: string): void {
    const { counters, now, fileBytesMax = FILE_BYTES_MAX } = this.#options
    const bytes = Buffer.byteLength(line)
    const ts = now()
    if (this.#bytes > 0 && (this.#bytes + bytes > fileBytesMax || dayOf(ts) !== this.#day)) {
      this.#bytes = 0
      this.#day = dayOf(ts)
      this.#rotation = this.#rotation.then(() => this.#rotate(ts))
    }
    this.#bytes += bytes
    counters.written++
    try {
      this.#file.write(line)
    } catch {
      counters.written--
      counters.dropped++
    }
  }

  /** Waits for what the disk still takes; lines that it does not take are lost. */
  async close(): Promise<void> {
    await this.#rotation
    if (this.#isOpen === undefined) await this.#nextOpening()
    if (!this.#isOpen) return this.#file.destroy()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#file.once('close', resolve)
    this.#file.once('error', () => resolve())
    this.#file.end()
    await promise
  }

  /** A line written meanwhile goes to the old file, wherever its name is by then: none is lost and none waits. */
  async #rotate(ts: TimeUs): Promise<void> {
    const { path, counters } = this.#options
    try {
      await rename(path, await this.#freeName(ts))
      this.#isOpen = undefined
      const opening = this.#nextOpening()
      this.#file.reopen()
      await opening
    } catch {
      counters.errors++
    }
    await removeOldLogs(this.#options)
  }

  #opened(isOpen: boolean): void {
    this.#isOpen = isOpen
    this.#told()
  }

  #nextOpening(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#told = resolve
    return promise
  }

  async #freeName(ts: TimeUs): Promise<string> {
    const { path } = this.#options
    const stamp = formatTime(ts).replaceAll(/[-:]|\.\d+/g, '')
    for (let n = 0; ; n++) {
      const name = path.replace(/\.jsonl$/, `-${stamp}${n === 0 ? '' : `-${n}`}.jsonl`)
      const isTaken = await stat(name).then(
        () => true,
        () => false,
      )
      if (!isTaken) return name
    }
  }
}

/** Deletes files that were put away longer than `keepDays` ago. What cannot be deleted is counted and left. */
export async function removeOldLogs({
  path,
  keepDays,
  now,
  counters,
}: Pick<LogFileOptions, 'path' | 'keepDays' | 'now' | 'counters'>): Promise<void> {
  const oldest = now() / US_PER_MS - (keepDays * US_PER_DAY) / US_PER_MS
  const stem = `${basename(path, '.jsonl')}-`
  try {
    for (const name of await readdir(dirname(path))) {
      if (!name.startsWith(stem) || !/^\d{8}T\d{6}Z(-\d+)?\.jsonl$/.test(name.slice(stem.length))) continue
      const file = join(dirname(path), name)
      if ((await stat(file)).mtimeMs < oldest) await unlink(file)
    }
  } catch {
    counters.errors++
  }
}

function dayOf(ts: number): number {
  return Math.floor(ts / US_PER_DAY)
}
