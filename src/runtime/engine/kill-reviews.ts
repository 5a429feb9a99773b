import { formatDuration, type TimeUs, timeUs, US_PER_MINUTE } from '../../domain/time.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { EngineStore } from '../ports.ts'

export interface KillReviewHands {
  readonly notes: EngineStore['notes']
  /** Whether a kill stands in exactly this scope. */
  isStanding(scope: string): boolean
  record(fact: HostFact): void
  alert(source: string, isOn: boolean, text: string): void
}

const NOTE = 'kill.reviews'

/**
 * When a person has to look at a kill again (UGF-0-005). It reminds and never releases: a kill ends by a person's word alone.
 * Kept over restarts, by scope.
 */
export class KillReviews {
  readonly #hands: KillReviewHands
  readonly #due: Map<string, TimeUs>

  constructor(hands: KillReviewHands) {
    this.#hands = hands
    const kept = hands.notes.get(NOTE)
    const read = kept === undefined ? [] : Object.entries(JSON.parse(kept) as Readonly<Record<string, number>>)
    this.#due = new Map(read.map(([scope, ts]) => [scope, timeUs(ts)]))
  }

  /** Engine time, µs; undefined where nobody asked for one. */
  dueTs(scope: string): TimeUs | undefined {
    return this.#due.get(scope)
  }

  /** A new time takes the place of the one before. */
  set(scope: string, minutes: number, { actor, now }: { readonly actor: string; readonly now: number }): void {
    const dueTs = timeUs(now + minutes * US_PER_MINUTE)
    this.#due.set(scope, dueTs)
    this.#keep()
    this.#hands.record({ type: 'safety.kill_review_set', payload: { scope, review_ts: dueTs, actor } })
    this.#hands.alert(sourceOf(scope), false, '')
  }

  /** Reminds of what is due, and forgets kills that were released. */
  look(now: number): void {
    for (const [scope, dueTs] of this.#due) {
      if (!this.#hands.isStanding(scope)) {
        this.#due.delete(scope)
        this.#keep()
        this.#hands.alert(sourceOf(scope), false, '')
      } else if (now >= dueTs) {
        const late = formatDuration(Math.floor((now - dueTs) / US_PER_MINUTE) * US_PER_MINUTE)
        this.#hands.alert(sourceOf(scope), true, now - dueTs < US_PER_MINUTE ? 'is due' : `is overdue ${late}`)
      }
    }
  }

  #keep(): void {
    this.#hands.notes.set(NOTE, JSON.stringify(Object.fromEntries(this.#due)))
  }
}

function sourceOf(scope: string): string {
  return `KILL_REVIEW ${scope}`
}
