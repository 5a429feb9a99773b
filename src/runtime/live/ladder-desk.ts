import type { KernelEvent } from '../../events/event.ts'
import type { CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { CommandPayload } from '../command-catalogue.ts'
import type { EngineStore } from '../ports.ts'
import {
  breachOf,
  type Condition,
  conditionsFor,
  isBeyond,
  NOTHING_SEEN,
  type Stage,
  STAGES,
  stageBefore,
  type StageTally,
} from './ladder.ts'

export interface LadderHands {
  /** Where the profile stands by its settings; undefined at a venue that is simulated. */
  readonly stage: () => Stage | undefined
  readonly isPractice: () => boolean
  readonly nowMs: () => number
  /** Running, and the venue connected. */
  readonly isAtWork: () => boolean
  record(fact: HostFact): void
  alert(isOn: boolean, text: string): void
  /** Takes new risk away: disarms, and closes the venue for openings. */
  standBack(why: string): void
}

interface Kept {
  readonly granted: Stage
  readonly tallies: Readonly<Record<Stage, StageTally>>
}

const KEEP_EVERY_MS = 10_000
/** A look that comes later than this was no work: the engine stood still. */
const LOOK_MS_MAX = 5_000
/** Where a profile begins: it rehearses, and nobody can send. */
const FIRST: Stage = 'shadow'

/**
 * How near to money a profile may go (UGF-D-007). It counts what each stage did, grants the next when its conditions are met,
 * and takes a stage back by itself when what was done there is out of bounds. Practice and the real venue are counted apart.
 */
export class LadderDesk {
  readonly #notes: EngineStore['notes']
  readonly #hands: LadderHands
  #kept: Kept | undefined
  #lookedMs: number | undefined
  #keptMs = Number.NEGATIVE_INFINITY
  #isDirty = false

  constructor(notes: EngineStore['notes'], hands: LadderHands) {
    this.#notes = notes
    this.#hands = hands
  }

  /** The furthest that was granted. */
  get granted(): Stage {
    return this.#read().granted
  }

  /** Whether the stage of the settings is beyond what was granted. Practice needs no grant: no money is at stake. */
  get isUngranted(): boolean {
    const stage = this.#hands.stage()
    return stage !== undefined && !this.#hands.isPractice() && isBeyond(stage, this.granted)
  }

  /** What the next stage asks for, or one that is named. */
  conditions(to: Stage | undefined = this.next, evidence?: string): readonly Condition[] {
    return to === undefined ? [] : conditionsFor(to, this.#read().tallies, evidence)
  }

  get next(): Stage | undefined {
    return STAGES[STAGES.indexOf(this.granted) + 1]
  }

  promote(
    { stage, evidence }: CommandPayload<'STAGE_PROMOTE'>,
    { actor, reason }: { readonly actor: string; readonly reason: string },
  ): CommandOutcome {
    const refusal = this.against({ stage, evidence }, { actor, reason })
    if (refusal !== undefined) return refusal
    const conditions = this.conditions(stage, evidence)
    this.#keep({ ...this.#read(), granted: stage })
    this.#hands.record({ type: 'promotion.granted', payload: { stage, actor, reason, evidence: said(conditions) } })
    this.#hands.alert(false, '')
    const detail = `${stage} is granted: set venue.stage = "${stage}" and start again`
    return { ok: true, reasonCodes: [], detail, result: { stage, conditions } }
  }

  /** Why it cannot be granted; told to the journal with what was found. */
  against(
    { stage, evidence }: CommandPayload<'STAGE_PROMOTE'>,
    who: { readonly actor: string; readonly reason: string } | undefined,
  ): CommandOutcome | undefined {
    if (this.#hands.stage() === undefined)
      return refused('NOT_A_REAL_VENUE', 'this profile trades on the simulated venue: it has no stages')
    const before = stageBefore(stage)
    if (before !== undefined && isBeyond(before, this.granted))
      return refused('STAGE_SKIPPED', `${before} comes first, ${this.granted} is granted`)
    const unmet = this.conditions(stage, evidence).filter(({ isMet }) => !isMet)
    if (unmet.length === 0) return undefined
    const { actor, reason } = who ?? { actor: 'service:engine', reason: '' }
    const evidenceText = said(this.conditions(stage, evidence))
    if (who !== undefined)
      this.#hands.record({ type: 'promotion.refused', payload: { stage, actor, reason, evidence: evidenceText } })
    const detail = unmet.map(({ name, expected, found }) => `${name}: expected ${expected}, found ${found}`).join('; ')
    return refused('STAGE_NOT_EARNED', detail)
  }

  /** A person goes back; or what was seen does. */
  demote(
    { stage }: CommandPayload<'STAGE_DEMOTE'>,
    { actor, reason }: { readonly actor: string; readonly reason: string },
  ): CommandOutcome {
    if (this.#hands.stage() === undefined)
      return refused('NOT_A_REAL_VENUE', 'this profile trades on the simulated venue: it has no stages')
    if (!isBeyond(this.granted, stage))
      return { ok: true, reasonCodes: [], detail: `${this.granted} is granted, no more` }
    this.#takeBack(stage, actor, reason)
    return { ok: true, reasonCodes: [], detail: `${stage} is granted, no more: what was counted beyond begins anew` }
  }

  #takeBack(stage: Stage, actor: string, reason: string): void {
    const { tallies } = this.#read()
    const fresh = Object.fromEntries(STAGES.map((one) => [one, isBeyond(one, stage) ? NOTHING_SEEN : tallies[one]]))
    this.#keep({ granted: stage, tallies: fresh as Kept['tallies'] })
    this.#hands.record({ type: 'promotion.revoked', payload: { stage, actor, reason } })
    this.#hands.standBack(reason)
  }

  // ---- counting ----------------------------------------------------------------------------------------------------

  /** An event that the engine wrote. */
  heed(event: KernelEvent): void {
    if (this.#hands.stage() === undefined) return
    switch (event.type) {
      case 'fill.recorded': {
        const { side, price, arrival_price: arrival } = (event as KernelEvent<'fill.recorded'>).payload
        const worse =
          arrival === undefined || arrival === 0 ? 0 : ((side === 'buy' ? 1 : -1) * (price - arrival)) / arrival
        return this.#count(({ fills, slipBps }) => ({ fills: fills + 1, slipBps: slipBps + 10_000 * worse }))
      }
      case 'order.sent':
        return this.#count(({ sent }) => ({ sent: sent + 1 }))
      case 'order.rejected':
        return this.#count(({ rejected }) => ({ rejected: rejected + 1 }))
      case 'reconcile.run':
        if ((event as KernelEvent<'reconcile.run'>).payload.status !== 'MISMATCH') return
        return this.#count(({ mismatches }) => ({ mismatches: mismatches + 1 }))
      default:
    }
  }

  /** Takes note of the time, and takes a stage back that is out of bounds. */
  look(): void {
    const stage = this.#hands.stage()
    if (stage === undefined) return
    const now = this.#hands.nowMs()
    const spentMs = now - (this.#lookedMs ?? now)
    this.#lookedMs = now
    if (this.#hands.isAtWork() && spentMs <= LOOK_MS_MAX) this.#count(({ workMs }) => ({ workMs: workMs + spentMs }))
    if (this.#isDirty && now - this.#keptMs >= KEEP_EVERY_MS) this.#keep(this.#read())
    const breach = breachOf(stage, this.#read().tallies[stage])
    if (breach === undefined || isBeyond(stage, this.granted) || stage === FIRST) return
    this.#takeBack(FIRST, 'service:engine', breach)
    this.#hands.alert(true, `${stage} was taken back: ${breach}`)
  }

  /** Keeps what was counted: before an end. */
  keep(): void {
    if (this.#isDirty) this.#keep(this.#read())
  }

  #count(change: (tally: StageTally) => Partial<StageTally>): void {
    const stage = this.#hands.stage()
    if (stage === undefined) return
    const { granted, tallies } = this.#read()
    const tally = tallies[stage]
    this.#kept = { granted, tallies: { ...tallies, [stage]: { ...tally, ...change(tally) } } }
    this.#isDirty = true
  }

  get #note(): string {
    return `ladder.${this.#hands.isPractice() ? 'practice' : 'real'}`
  }

  #read(): Kept {
    this.#kept ??= keptIn(this.#notes.get(this.#note))
    return this.#kept
  }

  #keep(kept: Kept): void {
    this.#kept = kept
    this.#keptMs = this.#hands.nowMs()
    this.#isDirty = false
    this.#notes.set(this.#note, JSON.stringify(kept))
  }
}

/** What cannot be read is nothing that was earned. */
function keptIn(text: string | undefined): Kept {
  const fresh = { granted: FIRST, tallies: Object.fromEntries(STAGES.map((stage) => [stage, NOTHING_SEEN])) } as Kept
  if (text === undefined) return fresh
  try {
    const { granted, tallies } = JSON.parse(text) as Partial<Kept>
    const isWhole =
      STAGES.some((stage) => stage === granted) &&
      STAGES.every((stage) =>
        Object.keys(NOTHING_SEEN).every((key) => Number.isFinite(tallies?.[stage]?.[key as keyof StageTally])),
      )
    return isWhole ? ({ granted, tallies } as Kept) : fresh
  } catch {
    return fresh
  }
}

function said(conditions: readonly Condition[]): string {
  return conditions
    .map(({ name, found, isMet }) => `${name}: ${found}${isMet ? '' : ' (not met)'}`)
    .join('; ')
    .slice(0, 400)
}

function refused(code: string, detail: string): CommandOutcome {
  return { ok: false, reasonCodes: [code], detail }
}
