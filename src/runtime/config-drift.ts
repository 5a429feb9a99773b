import { statSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { LoadedConfig } from './config-layers.ts'

/** How the settings on disk differ from those in force. */
export interface Drift {
  /** `policy`: limits or switches that stop; `settings`: the rest; `unreadable`: a start would fail. */
  readonly kind: 'policy' | 'settings' | 'unreadable'
  readonly detail: string
}

/** What the safety of money hangs on: it may not differ from what a reader of the file believes. */
const POLICY = ['limits', 'deadman', 'account'] as const
const LOOK_EVERY_MS = 5_000
const NAMED_MAX = 3

/** Compares the settings that an engine runs with to those on disk, whenever the file was touched. */
export class ConfigDrift {
  readonly #path: string
  #applied: LoadedConfig
  readonly #reload: () => LoadedConfig
  #stamp: string
  #lookedMs = Number.NEGATIVE_INFINITY
  #found: Drift | undefined

  /** @param reload reads the settings as a start would now */
  constructor(path: string, applied: LoadedConfig, reload: () => LoadedConfig) {
    this.#path = path
    this.#applied = applied
    this.#reload = reload
    this.#stamp = stampOf(path)
  }

  get applied(): LoadedConfig {
    return this.#applied
  }

  /** As a start would read them now. */
  load(): LoadedConfig {
    return this.#reload()
  }

  /** From now on these are in force: what is on disk is held against them. */
  accept(loaded: LoadedConfig): void {
    this.#applied = loaded
    this.#found = this.#compare()
  }

  /** @param nowMs monotonic; the file is asked for every five seconds at most */
  look(nowMs: number): Drift | undefined {
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return this.#found
    this.#lookedMs = nowMs
    const stamp = stampOf(this.#path)
    if (stamp === this.#stamp) return this.#found
    this.#stamp = stamp
    this.#found = this.#compare()
    return this.#found
  }

  #compare(): Drift | undefined {
    let onDisk: LoadedConfig
    try {
      onDisk = this.#reload()
    } catch {
      // Not why: what is wrong with a setting may be that it is a secret.
      return { kind: 'unreadable', detail: `a start would fail on ${this.#path}: see profinaut config check` }
    }
    if (onDisk.hash === this.#applied.hash) return undefined
    const isPolicy = POLICY.some((name) => !isDeepStrictEqual(onDisk.config[name], this.#applied.config[name]))
    const changed = changedKeys(this.#applied, onDisk)
    const named = `${changed.slice(0, NAMED_MAX).join(', ')}${changed.length > NAMED_MAX ? ', …' : ''}`
    return {
      kind: isPolicy ? 'policy' : 'settings',
      detail: `${named} differ on disk from what is in force: put them back, or start the engine again`,
    }
  }
}

/** Keys alone: a value may be a secret. */
function changedKeys(before: LoadedConfig, after: LoadedConfig): readonly string[] {
  const was = new Map(before.explain.map(({ key, value }) => [key, value]))
  const is = new Map(after.explain.map(({ key, value }) => [key, value]))
  return [...new Set([...was.keys(), ...is.keys()])].filter((key) => !isDeepStrictEqual(was.get(key), is.get(key)))
}

/** Changes whenever the file is written, replaced, made or removed. */
function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? 'absent' : `${found.ino}:${found.size}:${found.mtimeMs}`
}
