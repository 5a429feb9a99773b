import type { CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { Config } from '../config-schema.ts'
import type { LoadedConfig } from '../config-layers.ts'

/** Settings as they are on disk. */
export interface ConfigSource {
  /** As they were read last, in force. */
  readonly applied: LoadedConfig
  /** As a start would read them now. @throws ConfigError */
  load(): LoadedConfig
  /** From now on these are in force. */
  accept(loaded: LoadedConfig): void
}

export interface ConfigHands {
  record(fact: HostFact): void
  /** Begins a session with these settings. */
  renew(config: Config, why: string): void
  now(): number
}

/** What a session begins with; everything else is of the process, and needs another one. */
const OF_A_SESSION = ['limits', 'approvals', 'bot'] as const
const NAMED_MAX = 5

/** Puts settings that were changed on disk in force, in a new session (docs/decisions/0008). */
export class ConfigDesk {
  readonly #source: ConfigSource | undefined
  readonly #hands: ConfigHands

  constructor(source: ConfigSource | undefined, hands: ConfigHands) {
    this.#source = source
    this.#hands = hands
  }

  /** What is sure to refuse it. */
  against(): CommandOutcome | undefined {
    const read = this.#read()
    return 'refusal' in read ? read.refusal : undefined
  }

  apply({ actor, reason }: { readonly actor: string; readonly reason: string }): CommandOutcome {
    const read = this.#read()
    if ('refusal' in read) return read.refusal
    const { source, loaded, changes } = read
    const ts = this.#hands.now()
    for (const { key, before, after } of changes)
      this.#hands.record({
        type: 'policy.changed',
        payload: { limit: key, scope: 'global', before, after, actor, reason, changed_ts: ts },
      })
    source.accept(loaded)
    this.#hands.renew(loaded.config, `settings applied: ${named(changes)}`)
    return { ok: true, reasonCodes: [], detail: `in force: ${named(changes)}` }
  }

  #read(): { readonly refusal: CommandOutcome } | { source: ConfigSource; loaded: LoadedConfig; changes: Change[] } {
    const refused = (code: string, detail: string) => ({ refusal: { ok: false, reasonCodes: [code], detail } })
    const source = this.#source
    if (source === undefined) return refused('CONFIG_FIXED', 'this engine was given its settings, and reads no file')
    let loaded: LoadedConfig
    try {
      loaded = source.load()
    } catch {
      // Not why: what is wrong with a setting may be that it is a secret.
      return refused('CONFIG_UNREADABLE', 'a start would fail on the settings: see `profinaut config check`')
    }
    const changes = changesOf(source.applied, loaded)
    if (changes.length === 0) return refused('CONFIG_SAME', 'nothing on disk differs from what is in force')
    const fixed = changes.filter(({ key }) => !OF_A_SESSION.some((section) => key.startsWith(`${section}.`)))
    if (fixed.length === 0) return { source, loaded, changes }
    return refused('CONFIG_NEEDS_RESTART', `${named(fixed)}: only a start puts it in force; nothing was changed`)
  }
}

interface Change {
  readonly key: string
  readonly before: string
  readonly after: string
}

/** Bots that came or went are changes of all of their keys. */
function changesOf(before: LoadedConfig, after: LoadedConfig): Change[] {
  const texts = ({ explain }: LoadedConfig) => new Map(explain.map(({ key, value }) => [key, JSON.stringify(value)]))
  const was = texts(before)
  const is = texts(after)
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [from = 'none', to = 'none'] = [was.get(key), is.get(key)]
    return from === to ? [] : [{ key, before: from.slice(0, 200), after: to.slice(0, 200) }]
  })
}

function named(changes: readonly Change[]): string {
  const keys = changes.slice(0, NAMED_MAX).map(({ key }) => key)
  return `${keys.join(', ')}${changes.length > NAMED_MAX ? ` and ${changes.length - NAMED_MAX} more` : ''}`
}
