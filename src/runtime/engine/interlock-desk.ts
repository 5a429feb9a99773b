import { US_PER_SECOND } from '../../domain/time.ts'
import type { CommandOutcome } from '../../kernel/command.ts'
import { INTERLOCKS } from '../../risk/interlocks.ts'
import { type KillLevel, type KillScope, killSeverity } from '../../risk/kill.ts'
import type { CommandPayload } from '../command-catalogue.ts'
import type { Drift } from '../config-drift.ts'
import type { VenueStatus } from '../resilience/venue-status.ts'
import { ExposureJump, type HeldWorth } from './exposure-jump.ts'
import type { Watch } from './watch.ts'

/** What the desk asks of its engine. */
export interface InterlockHands {
  standing(scope: KillScope): KillLevel
  raise(scope: KillScope, level: KillLevel, reason: string): void
  alert(source: string, isOn: boolean, severity: 'P0' | 'P1' | 'P2' | 'P3', text: string, command: string): void
}

/** Refusals of our key in a row that close a venue, and that halt it. */
const REFUSALS = { closeOnly: 3, halt: 6, haltInMinute: 30 } as const
const EXPOSURE_EVERY_US = US_PER_SECOND

/**
 * Interlocks that answer with a kill level of a scope rather than with a safety mode (UGF-0-002), what is only told, and
 * what an operator has put aside.
 */
export class InterlockDesk {
  readonly #watch: Watch
  readonly #hands: InterlockHands
  readonly #jump = new ExposureJump()
  #exposureTs = Number.NEGATIVE_INFINITY

  constructor(watch: Watch, hands: InterlockHands) {
    this.#watch = watch
    this.#hands = hands
  }

  /** AUTH_FAILURE: a venue that refuses our key is closed, and one that goes on refusing it is halted. */
  heedKey(venueId: string, { keyRefusals: { inARow, inMinute } }: Pick<VenueStatus, 'keyRefusals'>): void {
    const level =
      inARow >= REFUSALS.halt || inMinute >= REFUSALS.haltInMinute
        ? 'HALT'
        : inARow >= REFUSALS.closeOnly
          ? 'CLOSE_ONLY'
          : 'NONE'
    const text = `${venueId} refused our key ${inARow} times in a row`
    this.#hands.alert('AUTH_FAILURE', level !== 'NONE', 'P0', text, 'breakers')
    this.#raise(`venue:${venueId}` as KillScope, level, `AUTH_FAILURE: ${text}`)
  }

  /** PNL_EXPOSURE_JUMP: what is held changed its worth without a fill; when it does so twice, everything is halted. */
  heedExposure(nowTs: number, held: () => readonly HeldWorth[]): void {
    if (nowTs - this.#exposureTs < EXPOSURE_EVERY_US) return
    this.#exposureTs = nowTs
    const { count, share } = this.#jump.look(nowTs, held())
    const text = `what is held changed its worth by ${(100 * share).toFixed(0)} % within a minute without a fill`
    this.#hands.alert('PNL_EXPOSURE_JUMP', count > 0, 'P0', text, 'portfolio positions')
    const level = count === 0 ? 'NONE' : count === 1 ? 'CLOSE_ONLY' : 'HALT'
    this.#raise('global', level, `PNL_EXPOSURE_JUMP: ${text}`)
  }

  /** Settings on disk that are not in force: those of the policy are an interlock of the watch, the others are told. */
  heedDrift(drift: Drift | undefined): void {
    const hands = this.#hands
    hands.alert('CONFIG_CHANGED', drift?.kind === 'settings', 'P3', drift?.detail ?? '', 'config check')
    hands.alert('CONFIG_UNREADABLE', drift?.kind === 'unreadable', 'P2', drift?.detail ?? '', 'config check')
  }

  /** Puts an interlock aside for minutes at most, where it is one that may be. */
  suppress({ interlock: id, seconds }: CommandPayload<'INTERLOCK_SUPPRESS'>, nowMs: number): CommandOutcome {
    const against = againstSuppressing(id)
    if (against !== undefined) return against
    this.#watch.suppress(id, nowMs + seconds * 1_000)
    return {
      ok: true,
      reasonCodes: [],
      detail: `${id} is put aside for ${seconds} s; the mode stays until it is released`,
    }
  }

  #raise(scope: KillScope, level: KillLevel, reason: string): void {
    if (killSeverity(level) > killSeverity(this.#hands.standing(scope))) this.#hands.raise(scope, level, reason)
  }
}

/** Why an interlock is not put aside, ever; undefined for one that may be. */
export function againstSuppressing(id: string): CommandOutcome | undefined {
  const interlock = INTERLOCKS.find((one) => one.id === id)
  if (interlock === undefined) return refusal('INTERLOCK_UNKNOWN', `there is no interlock ${id}`)
  if (interlock.canBeSuppressed) return undefined
  const why = interlock.isLatched ? 'it stands until it is released' : 'what it watches is money or orders'
  return refusal('INTERLOCK_NOT_SUPPRESSIBLE', `${id} is never put aside: ${why}`)
}

function refusal(code: string, detail: string): CommandOutcome {
  return { ok: false, reasonCodes: [code], detail }
}
