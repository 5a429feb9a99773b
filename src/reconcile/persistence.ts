import { US_PER_SECOND } from '../domain/time.ts'
import type { Comparison } from './compare.ts'
import type { Difference } from './difference.ts'

export interface PersistenceSettings {
  /** How long a difference must have been there, µs. */
  readonly persistUs: number
  /** What is on its way for longer than this did not arrive, µs. */
  readonly pendingUsMax: number
}

export const PERSISTENCE: PersistenceSettings = { persistUs: 10 * US_PER_SECOND, pendingUsMax: 60 * US_PER_SECOND }

/** Differences of one pass by what they are worth. */
export interface JudgedDifferences {
  /** They stand. */
  readonly confirmed: readonly Difference[]
  /** Seen, and not for long enough: the next pass tells. */
  readonly standing: readonly Difference[]
  readonly pending: readonly Difference[]
  /** When the next pass can tell; undefined where nothing waits for it. */
  readonly recheckTs: number | undefined
}

interface Sighting {
  readonly kind: string
  /** When it was first seen without being merely on its way. */
  readonly firstTs: number | undefined
  /** Since when it is on its way, pass after pass. */
  readonly pendingSinceTs: number | undefined
}

/**
 * Remembers differences from pass to pass of one venue: most must be seen twice, far enough apart, before they stand.
 * An order that no intent asked for and an exposure that nothing explains stand at once.
 */
export class Persistence {
  readonly #settings: PersistenceSettings
  readonly #seen = new Map<string, Sighting>()

  constructor(settings: PersistenceSettings = PERSISTENCE) {
    this.#settings = settings
  }

  judge({ differences, kinds }: Comparison, nowTs: number): JudgedDifferences {
    const subjects = new Set(differences.map(({ subject }) => subject))
    // Only what was looked at and found equal is over; what was not looked at goes on.
    for (const [subject, { kind }] of this.#seen)
      if (kinds.some((looked) => looked === kind) && !subjects.has(subject)) this.#seen.delete(subject)
    const judged = { confirmed: [] as Difference[], standing: [] as Difference[], pending: [] as Difference[] }
    for (const difference of differences) judged[this.#place(difference, nowTs)].push(difference)
    const { persistUs } = this.#settings
    const waits = judged.standing.map(({ subject }) => (this.#seen.get(subject)?.firstTs ?? nowTs) + persistUs)
    return { ...judged, recheckTs: waits.length === 0 ? undefined : Math.max(...waits) }
  }

  #place(difference: Difference, nowTs: number): 'confirmed' | 'standing' | 'pending' {
    const { subject, kind, category, isPending } = difference
    const before = this.#seen.get(subject)
    if (isPending) {
      const pendingSinceTs = before?.pendingSinceTs ?? nowTs
      this.#seen.set(subject, { kind, firstTs: before?.firstTs, pendingSinceTs })
      return nowTs - pendingSinceTs >= this.#settings.pendingUsMax ? 'confirmed' : 'pending'
    }
    const firstTs = before?.firstTs ?? nowTs
    this.#seen.set(subject, { kind, firstTs, pendingSinceTs: undefined })
    if (category === 'MISSING_LOCAL' || category === 'DANGEROUS' || category === 'STALE') return 'confirmed'
    return nowTs - firstTs >= this.#settings.persistUs ? 'confirmed' : 'standing'
  }
}
