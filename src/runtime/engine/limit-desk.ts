import type { CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { SessionSpec } from '../../kernel/session-spec.ts'
import type { LimitStep } from '../authority/operations.ts'
import type { CommandPayload } from '../command-catalogue.ts'
import type { Config } from '../config-schema.ts'
import { keepLimitChange, storedLimitChanges } from '../limit-changes.ts'
import {
  AS_SET,
  EVERYWHERE,
  type LimitName,
  type LimitValue,
  limitAt,
  limitProblem,
  limitText,
  readLimit,
  relaxes,
  withLimitChanges,
} from '../limit-settings.ts'
import type { EngineStore } from '../ports.ts'

type Payload = CommandPayload<'LIMIT_SET'>

export interface LimitHands {
  /** The session at hand: whose limits can be set. */
  readonly spec: () => Pick<SessionSpec, 'instruments' | 'bots'>
  record(fact: HostFact): void
  /** Begins a session with these settings: a limit is fixed for one (docs/decisions/0008). */
  renew(config: Config, why: string): void
  now(): number
}

/** Limits that are set while the engine runs (UGF-D-003): kept above the settings, in force with the session that they begin. */
export class LimitDesk {
  #settings: Config
  readonly #notes: EngineStore['notes']
  readonly #hands: LimitHands

  constructor(settings: Config, notes: EngineStore['notes'], hands: LimitHands) {
    this.#settings = settings
    this.#notes = notes
    this.#hands = hands
  }

  /** The settings with everything that was set above them. */
  get config(): Config {
    return withLimitChanges(this.#settings, storedLimitChanges(this.#notes))
  }

  /** Stands on other settings from now on; what was set above them stays above them. */
  rebase(settings: Config): void {
    this.#settings = settings
  }

  /** What is sure to refuse a wish. */
  against(payload: Payload): CommandOutcome | undefined {
    const name = nameOf(payload)
    const read = payload.value === AS_SET ? { problem: limitProblem(name) } : readLimit(name, payload.value)
    if ('problem' in read && read.problem !== undefined) return refused('LIMIT_INVALID', read.problem)
    if (!this.#isKnown(name.scope)) return refused('SCOPE_UNKNOWN', `nothing here is ${name.scope}`)
    return undefined
  }

  step(payload: Payload): LimitStep {
    const name = nameOf(payload)
    const before = limitAt(this.config, name)
    const after = this.#valueOf(payload)
    return { before: limitText(before), after: limitText(after), relaxes: relaxes(name, before, after) }
  }

  set(payload: Payload, { actor, reason }: { readonly actor: string; readonly reason: string }): CommandOutcome {
    const refusal = this.against(payload)
    if (refusal !== undefined) return refusal
    const name = nameOf(payload)
    const { limit, scope } = name
    const { before, after } = this.step(payload)
    const ts = this.#hands.now()
    this.#hands.record({
      type: 'policy.changed',
      payload: { limit, scope, before, after, actor, reason, changed_ts: ts },
    })
    const isBack = payload.value === AS_SET
    keepLimitChange(this.#notes, name, isBack ? undefined : { limit, scope, value: payload.value, actor, reason, ts })
    if (before !== after) this.#hands.renew(this.config, `${limit} of ${scope} set to ${after}`)
    return {
      ok: true,
      reasonCodes: [],
      detail: `${limit} of ${scope} is ${after}, was ${before}`,
      result: { limit, scope, before, after },
    }
  }

  #valueOf(payload: Payload): LimitValue | undefined {
    const name = nameOf(payload)
    if (payload.value === AS_SET) return limitAt(this.#settings, name)
    const read = readLimit(name, payload.value)
    return 'value' in read ? read.value : undefined
  }

  #isKnown(scope: string): boolean {
    if (scope === EVERYWHERE) return true
    const { instruments, bots } = this.#hands.spec()
    const name = scope.slice(scope.indexOf(':') + 1)
    switch (scope.slice(0, scope.indexOf(':'))) {
      case 'venue':
        return instruments.some(({ venue }) => venue === name)
      case 'instrument':
        return instruments.some(({ id }) => id === name)
      case 'strategy':
        return bots.some(({ strategy }) => strategy.id === name)
      default:
        return bots.some(({ id }) => id === name)
    }
  }
}

function nameOf({ limit, scope = EVERYWHERE }: Payload): LimitName {
  return { limit, scope }
}

function refused(code: string, detail: string): CommandOutcome {
  return { ok: false, reasonCodes: [code], detail }
}
