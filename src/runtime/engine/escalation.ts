import { US_PER_SECOND } from '../../domain/time.ts'
import { type KillLevel, type KillScope, killSeverity } from '../../risk/kill.ts'

/** A limit that is broken by what is held, not by what somebody wants to do. */
export interface Breach {
  readonly rule: string
  /** The smallest scope that holds it. */
  readonly scope: KillScope
  /** How far over the limit, as a share of the limit: 0.1 is a tenth over. */
  readonly over: number
  readonly text: string
  /** Where the ladder begins. */
  readonly first: 'CLOSE_ONLY' | 'FLATTEN'
}

/** What the ladder needs to know of a scope, and can do to it. */
export interface EscalationHands {
  standing(scope: KillScope): KillLevel
  /** Whether anything is held in the scope: what is flat gets no better by stopping more. */
  isHeld(scope: KillScope): boolean
  raise(scope: KillScope, level: 'CLOSE_ONLY' | 'FLATTEN' | 'HALT', reason: string): void
}

const LADDER = ['CLOSE_ONLY', 'FLATTEN', 'HALT'] as const
/** Less of a breach than this share of it is no improvement. */
const IMPROVEMENT = 0.05

interface Climb {
  rung: number
  /** Since when it has not become better. */
  sinceTs: number
  over: number
}

/**
 * Answers breaches of held positions (UGF-D-004): the scope is closed to new risk at once, worked down when it is no better
 * a minute later, and halted a minute after that. A level that was lowered while its breach stands is raised again.
 */
export class Escalation {
  readonly #afterUs: number
  readonly #hands: EscalationHands
  readonly #climbs = new Map<string, Climb>()

  /** @param afterSeconds without improvement before the next rung; Infinity never climbs */
  constructor(afterSeconds: number, hands: EscalationHands) {
    this.#afterUs = afterSeconds * US_PER_SECOND
    this.#hands = hands
  }

  look(breaches: readonly Breach[], nowTs: number): void {
    const keys = new Set(breaches.map(keyOf))
    for (const key of this.#climbs.keys()) if (!keys.has(key)) this.#climbs.delete(key)
    for (const breach of breaches) this.#answer(breach, nowTs)
  }

  #answer(breach: Breach, nowTs: number): void {
    const { scope, over, text, rule } = breach
    const standing = this.#hands.standing(scope)
    const climb = this.#climbs.getOrInsertComputed(keyOf(breach), () => ({
      rung: Math.max(LADDER.indexOf(breach.first), killSeverity(standing) - 1),
      sinceTs: nowTs,
      over,
    }))
    const isBetter = over < climb.over * (1 - IMPROVEMENT)
    if (isBetter || !this.#hands.isHeld(scope)) {
      climb.sinceTs = nowTs
      climb.over = over
    } else if (nowTs - climb.sinceTs >= this.#afterUs && climb.rung < LADDER.length - 1) {
      climb.rung++
      climb.sinceTs = nowTs
      climb.over = over
    }
    const level = LADDER[climb.rung] ?? 'HALT'
    if (killSeverity(standing) < killSeverity(level)) this.#hands.raise(scope, level, `${rule}: ${text}`)
  }
}

function keyOf({ rule, scope }: Breach): string {
  return `${rule} ${scope}`
}
