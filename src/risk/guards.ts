import type { DecisionKind } from '../domain/action.ts'
import { US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../domain/time.ts'

/** What is said of a guarded input. UNKNOWN was looked for and could not be told. */
export const GUARD_STATUSES = ['OK', 'BAD', 'UNKNOWN'] as const
export type GuardStatus = (typeof GUARD_STATUSES)[number]

/** What a rule is told: what was said last, that it was said too long ago, or that nothing was ever said. */
export type GuardState = GuardStatus | 'STALE' | 'MISSING'

export interface GuardTerms {
  /** An observation that is older is no knowledge any more, µs. A session's limits may say another. */
  readonly maxAgeUs: number
  /** Belongs to the set without which nothing is judged: never observed or unreadable, it is a HALT whatever its consequence. */
  readonly isVital: boolean
  /** What BAD, or an observation that is too old, leads to. */
  readonly consequence: DecisionKind
}

/**
 * Every input that the gate is told of, because it cannot see it (UGF-0-003). Prices, books and positions are not among them:
 * the kernel has those and their ages itself; nor is the execution lease, which has a table of its own. The last six guard
 * what reaches a real venue (UGF-D-003, rule 9).
 */
export const GUARDS = {
  clock: { maxAgeUs: US_PER_MINUTE, isVital: true, consequence: 'HALT' },
  audit: { maxAgeUs: US_PER_MINUTE, isVital: true, consequence: 'HALT' },
  policy: { maxAgeUs: US_PER_MINUTE, isVital: true, consequence: 'HALT' },
  dependencies: { maxAgeUs: 30 * US_PER_SECOND, isVital: true, consequence: 'CLOSE_ONLY' },
  metrics: { maxAgeUs: US_PER_MINUTE, isVital: true, consequence: 'CLOSE_ONLY' },
  reconcile: { maxAgeUs: 600 * US_PER_SECOND, isVital: false, consequence: 'CLOSE_ONLY' },
  filters: { maxAgeUs: 24 * US_PER_HOUR, isVital: false, consequence: 'BLOCK' },
  keys: { maxAgeUs: 24 * US_PER_HOUR, isVital: false, consequence: 'BLOCK' },
  profile: { maxAgeUs: US_PER_MINUTE, isVital: false, consequence: 'BLOCK' },
  live_flag: { maxAgeUs: US_PER_MINUTE, isVital: false, consequence: 'BLOCK' },
  dry_run_off: { maxAgeUs: US_PER_MINUTE, isVital: false, consequence: 'BLOCK' },
  armed: { maxAgeUs: US_PER_MINUTE, isVital: false, consequence: 'BLOCK' },
  connector: { maxAgeUs: US_PER_MINUTE, isVital: false, consequence: 'BLOCK' },
  lock: { maxAgeUs: 20 * US_PER_SECOND, isVital: false, consequence: 'BLOCK' },
} as const satisfies Record<string, GuardTerms>

export type GuardName = keyof typeof GUARDS
export const GUARD_NAMES = Object.keys(GUARDS) as readonly GuardName[]

/** The guards without which nothing is judged. */
export const VITAL_GUARDS: readonly GuardName[] = GUARD_NAMES.filter((name) => GUARDS[name].isVital)

/** Age limits of the guards that a session's limits require, µs. A guard that is not in it is not asked. */
export type GuardAges = Readonly<Partial<Record<GuardName, number>>>

/** What was found of an input, and when it was looked at. */
export interface GuardNews {
  readonly guard: GuardName
  readonly status: GuardStatus
  /** When it was observed, µs: an observation that took long to arrive is as old as it is. */
  readonly seenTs: number
  readonly detail: string
}

/** A guard that became another than it was. */
export interface GuardChange {
  readonly guard: GuardName
  readonly state: GuardState
  /** µs since it was last observed; undefined when it never was. */
  readonly ageUs: number | undefined
  readonly detail: string
}

interface Observation {
  readonly status: GuardStatus
  readonly seenTs: number
  /** From here on it is too old. */
  readonly staleTs: number
  readonly detail: string
  /** How it was last told: {@link Guards.aged} tells of an age only once. */
  told: GuardState
}

/** What was last said of each guarded input. Never observed is not OK, and OK grows old. */
export class Guards {
  readonly #ages: GuardAges
  readonly #seen = new Map<GuardName, Observation>()
  /** The guards that the session requires. */
  readonly required: readonly GuardName[]
  #fineUntilTs: number

  constructor(ages: GuardAges = {}) {
    this.#ages = ages
    this.required = GUARD_NAMES.filter((name) => ages[name] !== undefined)
    this.#fineUntilTs = this.#lookUntil()
  }

  /** Whether every required guard is OK: nearly always so, and asked with every order. */
  areFine(now: number): boolean {
    return now <= this.#fineUntilTs
  }

  state(name: GuardName, now: number): GuardState {
    const observed = this.#seen.get(name)
    if (observed === undefined) return 'MISSING'
    return observed.status === 'OK' && now > observed.staleTs ? 'STALE' : observed.status
  }

  /** µs since it was last observed; undefined when it never was. */
  ageUs(name: GuardName, now: number): number | undefined {
    const observed = this.#seen.get(name)
    return observed && now - observed.seenTs
  }

  /** Takes an observation in; one from the future happened now. Undefined where it says what was said before. */
  observe({ guard, status, detail, seenTs: saidTs }: GuardNews, now: number): GuardChange | undefined {
    const before = this.#seen.get(guard)?.told
    const seenTs = Math.min(saidTs, now)
    const staleTs = seenTs + (this.#ages[guard] ?? GUARDS[guard].maxAgeUs)
    const state = status === 'OK' && now > staleTs ? 'STALE' : status
    this.#seen.set(guard, { status, seenTs, staleTs, detail, told: state })
    this.#fineUntilTs = this.#lookUntil()
    return state === before ? undefined : { guard, state, ageUs: now - seenTs, detail }
  }

  /** Required guards that have grown too old since the last call. */
  aged(now: number): readonly GuardChange[] {
    const changes: GuardChange[] = []
    for (const guard of this.required) {
      const observed = this.#seen.get(guard)
      if (observed?.told !== 'OK' || now <= observed.staleTs) continue
      observed.told = 'STALE'
      changes.push({ guard, state: 'STALE', ageUs: now - observed.seenTs, detail: observed.detail })
    }
    return changes
  }

  /** Required guards that halt because nothing is known of them: never observed, unreadable, or too old where that halts. */
  unknown(now: number): readonly GuardName[] {
    return this.required.filter((name) => isUnknown(name, this.state(name, now)))
  }

  /** Up to when every required guard is OK as things were last seen. */
  #lookUntil(): number {
    let until = Number.POSITIVE_INFINITY
    for (const name of this.required) {
      const observed = this.#seen.get(name)
      until = Math.min(until, observed?.status === 'OK' ? observed.staleTs : Number.NEGATIVE_INFINITY)
    }
    return until
  }
}

/** Whether a guard in a state is an input that nothing is known of, and that nothing is judged without. */
export function isUnknown(name: GuardName, state: GuardState): boolean {
  const { isVital, consequence } = GUARDS[name]
  if (!isVital || state === 'OK') return false
  if (state === 'MISSING' || state === 'UNKNOWN') return true
  // A clock that is wrong is a time that nobody knows; of the others BAD is knowledge, and has its own rule.
  return consequence === 'HALT' && (state === 'STALE' || name === 'clock')
}

/** The usual age limits of some guards, µs, times what engine time runs faster than the wall's. */
export function guardAges(names: readonly GuardName[], factor = 1): GuardAges {
  return Object.fromEntries(names.map((name) => [name, factor * GUARDS[name].maxAgeUs]))
}
