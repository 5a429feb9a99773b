import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { maskText } from '../../events/mask.ts'

/** What a kill file asks for. A file that cannot be understood asks for the most: HALT. */
export interface KillFileOrder {
  readonly level: 'CLOSE_ONLY' | 'FLATTEN' | 'HALT'
  readonly reason: string
}

const LEVELS = ['CLOSE_ONLY', 'FLATTEN', 'HALT'] as const

/** The way to stop an engine that needs no engine, network or database: a file in its folder (UGF-0-005, path B). */
export class KillFile {
  readonly #path: string
  #seen = ''

  constructor(path: string) {
    this.#path = path
  }

  get exists(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false }) !== undefined
  }

  /** The order of a file that is new or was written again; undefined when there is none, or it was seen. A stat is microseconds. */
  look(): KillFileOrder | undefined {
    let mark: string
    try {
      const found = statSync(this.#path, { throwIfNoEntry: false })
      if (found === undefined) {
        this.#seen = ''
        return undefined
      }
      mark = `${found.ino} ${found.mtimeMs} ${found.size}`
    } catch {
      // The folder cannot be read: whoever wrote there meant something.
      mark = 'unreadable'
    }
    if (mark === this.#seen) return undefined
    this.#seen = mark
    return readOrder(this.#path)
  }

  remove(): void {
    rmSync(this.#path, { force: true })
    this.#seen = ''
  }
}

/** Who orders it and when, besides what is ordered. */
export interface SignedKillOrder extends KillFileOrder {
  readonly actor: string
  /** RFC 3339. */
  readonly ts: string
}

/**
 * Puts a kill file in place whole and on disk, so that an engine that looks meanwhile reads all of it.
 *
 * @throws Error of the file system; nothing is left behind then
 */
export function writeKillFile(path: string, { level, reason, actor, ts }: SignedKillOrder): void {
  const next = `${path}.${process.pid}.next`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const file = openSync(next, 'w', 0o600)
    try {
      writeSync(file, `${JSON.stringify({ level, reason: maskText(reason), actor, ts })}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(next, path)
  } catch (error) {
    discard(next)
    throw error
  }
}

/** Half a kill file is no order; where even that cannot be taken away, what went wrong before is what counts. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    return
  }
}

function readOrder(path: string): KillFileOrder {
  try {
    const told = JSON.parse(readFileSync(path, 'utf8').slice(0, 4_096)) as { level?: unknown; reason?: unknown }
    const level = LEVELS.find((known) => known === told.level) ?? 'HALT'
    const reason =
      typeof told.reason === 'string' && told.reason !== '' ? maskText(told.reason).slice(0, 200) : 'kill file'
    return { level, reason }
  } catch {
    return { level: 'HALT', reason: 'kill file that could not be read' }
  }
}

/** Levels as the shared word carries them: a screen in the same process raises it before anything else. */
export const KILL_WORD = { NONE: 0, CLOSE_ONLY: 1, FLATTEN: 2, HALT: 3 } as const

/** Raises the shared word; a milder level never lowers it. */
export function raiseKillWord(word: Int32Array, level: KillFileOrder['level']): void {
  const wanted = KILL_WORD[level]
  for (;;) {
    const standing = Atomics.load(word, 0)
    if (standing >= wanted || Atomics.compareExchange(word, 0, standing, wanted) === standing) return
  }
}

/** Takes the level that was raised, if any, and clears the word. */
export function takeKillWord(word: Int32Array): KillFileOrder['level'] | undefined {
  if (Atomics.load(word, 0) === 0) return undefined
  return LEVELS[Atomics.exchange(word, 0, 0) - 1]
}
