import { US_PER_DAY } from '../../domain/time.ts'
import type { CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { Condition } from '../../kernel/input-log.ts'
import type { CaseGround, ReconcileCase, Seen, Sighting } from '../../reconcile/case.ts'
import { type KillLevel, type KillScope, killSeverity } from '../../risk/kill.ts'
import type { SafetyMode } from '../../risk/mode.ts'
import { isMoney, type RunMode } from '../authority/operations.ts'
import type { CommandPayload } from '../command-catalogue.ts'
import type { EngineStore } from '../ports.ts'
import { keepCase, storedCases } from './case-store.ts'

/** What cases are and how they move; given by who composes the engine. */
export interface CaseRules {
  open(seen: Sighting, about: CaseGround): ReconcileCase
  advance(one: ReconcileCase, seen: Seen): readonly ReconcileCase[]
  isHolding(one: ReconcileCase): boolean
  signingProblem(one: ReconcileCase, now: number): string | undefined
  hasExternalOrder(differences: ReconcileCase['differences']): boolean
  /** How far apart reconciliations are to be in a state, µs; undefined where the usual round will do. */
  roundEveryUs(one: ReconcileCase): number | undefined
}

export interface CaseHands {
  runMode(): RunMode
  /** Engine time, µs. */
  now(): number
  record(fact: HostFact): void
  /** What a reason that stands asks of the safety mode; undefined for one that does not stand. */
  modeOf(code: string): SafetyMode | undefined
  condition(condition: Condition): void
  standing(scope: KillScope): KillLevel
  raise(scope: KillScope, level: KillLevel, reason: string): void
  alert(source: string, isOn: boolean, severity: 'P0' | 'P1', text: string): void
  /** The one bot that trades first, and where; undefined when there is none. */
  canaryBot(one: ReconcileCase): { readonly botId: string; readonly instrumentId: string } | undefined
  /** Cancels an order at the venue that nobody here sent; undefined where nobody wants that, or it cannot be done. */
  readonly cancelForeign: ((venueOrderId: string, instrumentId: string) => void) | undefined
}

interface Who {
  readonly actor: string
}

/** Stands while new risk waits for a case: a release of SAFE_MODE meets it. */
const CASE_OPEN = 'CASE_OPEN'
/** Stands until a person has signed: a release of HALTED meets it. */
const CASE_ESCALATED = 'CASE_ESCALATED'
const EXTERNAL = 'EXTERNAL_ORDER_DETECTED'
/** So many rounds in a row without an answer close a venue (UGF-D-005). */
const UNANSWERED_MAX = 3
/** A case in a scope that had one within this time is a repeated one, µs. */
const REPEATED_US = US_PER_DAY
const ENGINE = 'service:engine'

/**
 * Leads a mismatch from its discovery to the day that nothing is left of it (UGF-0-010): contains it in the turn in which it
 * is found, watches over the repairs, counts what agrees, and lets trading come back a little at a time. One case of a venue
 * is open at a time: what else is found meanwhile is part of it. Kept in the profile, gone on with by a restart.
 */
export class CaseDesk {
  readonly #notes: EngineStore['notes']
  readonly #rules: CaseRules
  readonly #hands: CaseHands
  #current: ReconcileCase | undefined
  /** When the books should be held against each other again; undefined when the usual round will do. */
  #dueTs: number | undefined
  #unanswered = 0

  constructor(notes: EngineStore['notes'], rules: CaseRules, hands: CaseHands) {
    this.#notes = notes
    this.#rules = rules
    this.#hands = hands
    this.#current = storedCases(notes).findLast(({ closedTs }) => closedTs === undefined)
  }

  /** The one that is open. */
  get current(): ReconcileCase | undefined {
    return this.#current
  }

  /** Goes on in a session that has just begun: what holds is told again, what was cut off is done. */
  resume(): void {
    const one = this.#current
    // What a case that is over had raised may have outlived it.
    this.#restrain(one)
    if (one === undefined) return
    if (one.share < 1) this.#tell(one, one.state)
    this.#goOn(0)
    this.#plan(this.#hands.now())
  }

  /** Whether the books should be held against each other now; asked once a turn, and true once. */
  isDue(now: number): boolean {
    if (this.#dueTs === undefined || now < this.#dueTs) return false
    this.#dueTs = undefined
    return true
  }

  /** A reconciliation came to its end. What it repairs is done after this, so that what is wrong stands still before. */
  heed(seen: Sighting): void {
    this.#heedSilence(seen)
    this.#heedForeign(seen)
    if (this.#current !== undefined) {
      this.#advance({ kind: 'result', result: seen })
      if (seen.verdict === 'MISMATCH') this.#goOn(seen.repairs)
    } else if (seen.verdict === 'MISMATCH') this.#open(seen)
    this.#plan(seen.ts)
  }

  #open(seen: Sighting): void {
    const all = storedCases(this.#notes)
    const recent = all.filter(({ closedTs }) => closedTs !== undefined && seen.ts - closedTs < REPEATED_US)
    const about = {
      id: `case-${all.length + 1}-${Math.round(seen.ts) % 1_000_000}`,
      recentScopes: recent.map(({ scope }) => scope),
      hasMoney: this.#hasMoney,
    }
    this.#take(this.#rules.open(seen, about), undefined)
    this.#goOn(seen.repairs)
    // What a stranger's order means to a case that is open, it means to one that has just begun.
    if (about.hasMoney && seen.foreign.length > 0) this.#advance({ kind: 'result', result: seen })
  }

  /** The case that stands against loosening a scope; undefined when none does. */
  holding(scope: string): ReconcileCase | undefined {
    const one = this.#current
    if (one === undefined || !this.#rules.isHolding(one)) return undefined
    const isTouched = scope === 'global' || scope.startsWith('bot:') || scope === one.scope
    return isTouched || one.scope.startsWith('venue:') || scope === `venue:${one.venueId}` ? one : undefined
  }

  classify({ case_id: id, class: as }: CommandPayload<'CASE_CLASSIFY'>, { actor }: Who): CommandOutcome {
    const one = this.#named(id)
    if (one === undefined) return unknown(id)
    this.#advance({ kind: 'classified', as, by: actor, ts: this.#hands.now() })
    return done(`${id} is ${as}`)
  }

  /** Holds the books against each other again and repairs what can be; what was done at the venue is seen. */
  repair({ case_id: id }: CommandPayload<'CASE_REPAIR'>, { actor }: Who): CommandOutcome {
    const one = this.#named(id)
    if (one === undefined) return unknown(id)
    const now = this.#hands.now()
    this.#advance({ kind: 'repair', by: actor, isAttempt: false, ts: now })
    this.#dueTs = now
    return done(`${id}: the venue is asked again; watch it with: profinaut reconcile case show ${id}`)
  }

  /** What is sure to refuse a signature: nobody is asked to confirm it. */
  againstSigning({ case_id: id }: CommandPayload<'CASE_SIGNOFF'>): CommandOutcome | undefined {
    const one = this.#named(id)
    if (one === undefined) return unknown(id)
    const problem = this.#rules.signingProblem(one, this.#hands.now())
    return problem === undefined ? undefined : refused('CASE_NOT_READY', problem)
  }

  sign(payload: CommandPayload<'CASE_SIGNOFF'>, { actor }: Who): CommandOutcome {
    const refusal = this.againstSigning(payload)
    if (refusal !== undefined) return refusal
    this.#advance({ kind: 'signed', by: actor, ts: this.#hands.now() })
    this.#plan(this.#hands.now())
    return done(`${payload.case_id} is ${this.#current?.state ?? 'closed'}`)
  }

  get #hasMoney(): boolean {
    return isMoney(this.#hands.runMode())
  }

  #named(id: string): ReconcileCase | undefined {
    return this.#current?.id === id ? this.#current : undefined
  }

  /** Contains and classifies what is new, and says that it is being repaired where something is done about it. */
  #goOn(repairs: number): void {
    const ts = this.#hands.now()
    if (this.#current?.state === 'DETECTED') this.#advance({ kind: 'contained', ts })
    if (this.#current?.state === 'CONTAINED')
      this.#advance({ kind: 'classified', as: this.#current.kind, by: 'its differences', ts })
    if (repairs > 0) this.#advance({ kind: 'repair', by: ENGINE, isAttempt: true, ts })
  }

  #advance(seen: Seen): void {
    const one = this.#current
    if (one === undefined) return
    let before = one
    for (const step of this.#rules.advance(one, seen)) {
      this.#take(step.state === 'CANARY' && before.state !== 'CANARY' ? this.#withBot(step) : step, before)
      before = step
    }
  }

  #withBot(one: ReconcileCase): ReconcileCase {
    const bot = this.#hands.canaryBot(one)
    return bot === undefined ? one : { ...one, canaryBotId: bot.botId, canaryInstrumentId: bot.instrumentId }
  }

  #take(one: ReconcileCase, before: ReconcileCase | undefined): void {
    this.#current = one.closedTs === undefined ? one : undefined
    keepCase(this.#notes, one)
    // What must stand still stands still before it is told.
    this.#restrain(one)
    if (before === undefined || isNews(one, before)) this.#tell(one, before?.state)
  }

  /** Makes the mode and the kill what the case asks for. What it does not hold any more, a person may release. */
  #restrain(one: ReconcileCase | undefined): void {
    const isHolding = one !== undefined && this.#rules.isHolding(one)
    const detail = one === undefined ? 'no case is open' : `${one.id} ${one.scope} is ${one.state}: ${one.detail}`
    this.#condition(CASE_OPEN, isHolding ? 'SAFE_MODE' : undefined, detail)
    this.#condition(CASE_ESCALATED, one?.state === 'ESCALATED' ? 'HALTED' : undefined, detail)
    if (!isHolding || (one.radius === 'low' && !this.#rules.hasExternalOrder(one.differences))) return
    const scope = one.scope as KillScope
    if (killSeverity(this.#hands.standing(scope)) < killSeverity('CLOSE_ONLY'))
      this.#hands.raise(scope, 'CLOSE_ONLY', `${one.id}: ${one.radius} radius, ${one.kind}`)
  }

  #condition(code: string, mode: Condition['mode'], detail: string): void {
    if (this.#hands.modeOf(code) !== mode) this.#hands.condition({ code, mode, detail: detail.slice(0, 400) })
  }

  #tell(one: ReconcileCase, from: ReconcileCase['state'] | undefined): void {
    this.#hands.record({
      type: 'reconcile.case_changed',
      payload: {
        case_id: one.id,
        venue_id: one.venueId,
        scope: one.scope,
        from,
        to: one.state,
        class: one.kind,
        radius: one.radius,
        cycles: one.cycles,
        relapses: one.relapses,
        canary: one.canary,
        cap_share: one.share,
        cap_bot_id: one.canaryBotId,
        cap_instrument_id: one.canaryInstrumentId,
        is_closed: one.closedTs !== undefined,
        detail: one.detail.slice(0, 400),
      },
    })
  }

  #plan(ts: number): void {
    const one = this.#current
    const everyUs = one && this.#rules.roundEveryUs(one)
    this.#dueTs = everyUs === undefined ? undefined : ts + everyUs
  }

  /** A venue that cannot be asked takes no new risk; with a case open and money at stake, nobody knows the exposure. */
  #heedSilence({ isUnanswered, venueId, ts }: Sighting): void {
    this.#unanswered = isUnanswered ? this.#unanswered + 1 : 0
    if (this.#unanswered < UNANSWERED_MAX) return
    const scope: KillScope = `venue:${venueId}`
    const why = `${this.#unanswered} reconciliations in a row were not answered`
    if (this.#hands.standing(scope) === 'NONE') this.#hands.raise(scope, 'CLOSE_ONLY', why)
    if (this.#current !== undefined && this.#hasMoney)
      this.#advance({ kind: 'escalated', why: `the exposure cannot be determined: ${why}`, ts })
  }

  /** Orders that nobody here sent are kept, unless the settings want them cancelled. */
  #heedForeign({ foreign, verdict }: Sighting): void {
    if (foreign.length === 0) {
      if (verdict === 'OK') this.#hands.alert(EXTERNAL, false, 'P0', '')
      return
    }
    const { cancelForeign } = this.#hands
    const listed = foreign.map(({ venueOrderId, instrumentId }) => `${venueOrderId} in ${instrumentId}`).join(', ')
    const then =
      cancelForeign === undefined ? 'kept: cancel it at the venue, or find out whose it is' : 'it is cancelled'
    this.#hands.alert(EXTERNAL, true, 'P0', `${listed}; ${then}`)
    for (const { venueOrderId, instrumentId } of foreign) cancelForeign?.(venueOrderId, instrumentId)
  }
}

/** Whether the journal should have it: counts alone are kept in the profile. */
function isNews(one: ReconcileCase, before: ReconcileCase): boolean {
  return (['state', 'scope', 'kind', 'radius', 'share', 'closedTs'] as const).some((name) => one[name] !== before[name])
}

function unknown(id: string): CommandOutcome {
  return refused('CASE_UNKNOWN', `no case ${id} is open: profinaut reconcile case list`)
}

function done(detail: string): CommandOutcome {
  return { ok: true, reasonCodes: [], detail }
}

function refused(code: string, detail: string): CommandOutcome {
  return { ok: false, reasonCodes: [code], detail }
}
