import { US_PER_MINUTE } from '../domain/time.ts'
import { LEASE_TRIES, type LeaseConstraint, type LeaseKind, type Leases } from '../risk/leases.ts'
import type { Bot } from './bot.ts'
import type { BotState } from './bot-state.ts'
import type { Facts } from './judgement.ts'
import type { Scribe } from './scribe.ts'

/** Bots that could ask for new risk now or after the next command. */
const HOLDERS: readonly BotState[] = ['IDLE', 'WARMING_UP', 'RUNNING', 'PAUSED']

/** What was renewed and denied since the last account of it. */
interface Tally {
  sinceTs: number
  renewed: number
  denied: number
}

/**
 * Keeps the leases of bots and venues alive (UGF-D-004), from clock inputs alone: whatever else arrives, a loop that does not
 * tell the time any more keeps nobody's lease. A bot that is denied three times is paused.
 */
export class LeaseDesk {
  readonly #leases: Leases
  readonly #facts: Facts
  readonly #scribe: Scribe
  readonly #bots: () => readonly Bot[]
  /** Whether all that a bot trades is halted. */
  readonly #isHalted: (bot: Bot) => boolean
  #tally: Tally | undefined

  constructor(
    leases: Leases,
    facts: Facts,
    hands: { scribe: Scribe; bots: () => readonly Bot[]; isHalted: (bot: Bot) => boolean },
  ) {
    this.#leases = leases
    this.#facts = facts
    this.#scribe = hands.scribe
    this.#bots = hands.bots
    this.#isHalted = hands.isHalted
  }

  /** Time passed: what is due is issued, renewed or denied. */
  tick(): void {
    const { mode, kill, instruments } = this.#facts
    const isHalted = mode.mode === 'HALTED'
    const constraint: LeaseConstraint = mode.mode === 'SAFE_MODE' ? 'CLOSE_ONLY' : 'NONE'
    for (const venueId of new Set(instruments.map((instrument) => instrument.venueId))) {
      const isDenied = isHalted || kill.at('global') === 'HALT' || kill.at(`venue:${venueId}`) === 'HALT'
      this.#look('venue', venueId, isDenied ? undefined : constraint)
    }
    for (const bot of this.#bots()) {
      if (!HOLDERS.includes(bot.state)) continue
      const isDenied = isHalted || this.#isHalted(bot)
      const denials = this.#look('bot', bot.config.id, isDenied ? undefined : constraint)
      const isAtWork = bot.state === 'RUNNING' || bot.state === 'WARMING_UP'
      if (denials >= LEASE_TRIES && isAtWork)
        bot.setState('PAUSED', 'LEASE_DENIED', `its lease was denied ${denials} times`)
    }
    this.#account()
  }

  /** @returns how often it was denied in a row, when it was now */
  #look(kind: LeaseKind, id: string, wanted: LeaseConstraint | undefined): number {
    const { now } = this.#scribe
    const step = this.#leases.look(kind, id, wanted, now)
    if (step === undefined) return 0
    const holder = { kind, id }
    this.#tally ??= { sinceTs: now, renewed: 0, denied: 0 }
    if (step.kind === 'DENIED') {
      this.#tally.denied++
      // The first of a row is told, and the one that costs the bot its work; the rest are in the account of the minute.
      if (step.denials === 1 || step.denials === LEASE_TRIES)
        this.#scribe.write('safety.lease_denied', {
          ...holder,
          denials: step.denials,
          reason_code: this.#facts.mode.mode === 'HALTED' ? 'MODE_HALTED' : 'KILL_HALT',
        })
      return step.denials
    }
    const { expiresTs, constraint } = step.lease
    if (step.kind === 'RENEWED') this.#tally.renewed++
    else this.#scribe.write('safety.lease_issued', { ...holder, expires_ts: Math.round(expiresTs), constraint })
    return 0
  }

  #account(): void {
    const { now } = this.#scribe
    if (this.#tally === undefined || now - this.#tally.sinceTs < US_PER_MINUTE) return
    const { sinceTs, renewed, denied } = this.#tally
    this.#tally = undefined
    this.#scribe.write('safety.leases_renewed', { since_ts: Math.round(sinceTs), renewed, denied })
  }
}
