import { hash } from 'node:crypto'
import type { CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import {
  APPROVAL_LIFE_S,
  type Approval,
  type ApprovalGround,
  type ApprovalKind,
  ended,
  type GroundCheck,
  groundChecks,
  isPerson,
  staleness,
  withVote,
} from './approval.ts'
import type { ApprovalStore, StandingApproval } from './approval-store.ts'

/** What is asked of a person. */
export interface ApprovalWish {
  readonly kind: ApprovalKind
  readonly subject: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly summary: string
  readonly rules: readonly string[]
  readonly requestedBy: string
  /** Worth of an order, base currency; what a standing approval is held against. */
  readonly notional?: number | undefined
}

export interface ApprovalHands {
  /** Engine time, µs. */
  now(): number
  newId(): string
  /** The world as it is for a subject. */
  ground(approval: Pick<Approval, 'kind' | 'payload'>): ApprovalGround
  /** Carries it out, once: the whole gate judges it again. */
  execute(approval: Approval): CommandOutcome
  /** Whether the journal has a command under this id: it was carried out before we died. */
  wasExecuted(id: string): boolean
  record(fact: HostFact): void
  alert(source: string, isOn: boolean, text: string): void
}

export interface ApprovalTerms {
  readonly required: number
  readonly isSolo: boolean
}

/** More wait for a person than a person can judge: what comes beyond is refused. */
const PENDING_MAX = 50

/**
 * Asks persons, hears their votes, and carries out what they approved: each at most once, and only while the world is what it
 * was when they were asked (UGF-G-001). What is carried out goes through the gate like everything else: a yes is an input to
 * it, and no way around it.
 */
export class ApprovalDesk {
  readonly #store: ApprovalStore
  readonly #terms: ApprovalTerms
  readonly #hands: ApprovalHands
  readonly #open = new Map<string, Approval>()
  readonly #halfTold = new Set<string>()

  constructor(store: ApprovalStore, terms: ApprovalTerms, hands: ApprovalHands) {
    this.#store = store
    this.#terms = terms
    this.#hands = hands
  }

  /** Those that wait, the first to expire first. */
  get pending(): readonly Approval[] {
    return [...this.#open.values()]
      .filter(({ state }) => state === 'PENDING')
      .toSorted((a, b) => a.expiresTs - b.expiresTs)
  }

  /** What an answer rests on, as it is now. */
  checks(approval: Approval): readonly GroundCheck[] {
    return groundChecks(approval, this.#hands.ground(approval))
  }

  /** Goes on after a start: what waits goes on waiting by its own clock; what was being carried out is looked up, never repeated. */
  resume(): void {
    for (const approval of this.#store.open()) {
      this.#open.set(approval.id, approval)
      if (approval.state === 'PENDING') continue
      if (approval.state === 'APPROVED') this.#carryOut(approval)
      else if (this.#hands.wasExecuted(approval.id))
        this.#end(approval, 'EXECUTED', '', 'carried out before the engine ended')
      else this.#end(approval, 'FAILED', 'CUT_OFF', 'the engine ended before it was carried out; ask again')
    }
  }

  /** Puts a question. The same question that waits already is not put again. @returns undefined when too many wait */
  ask(wish: ApprovalWish): Approval | undefined {
    const { kind, subject, payload, summary, rules, requestedBy } = wish
    const payloadSha256 = hash('sha256', JSON.stringify([kind, subject, payload]), 'hex')
    const same = this.pending.find((one) => one.kind === kind && one.subject === subject)
    if (same !== undefined) return same
    if (this.pending.length >= PENDING_MAX) return undefined
    const now = this.#hands.now()
    const approval: Approval = {
      id: this.#hands.newId(),
      kind,
      subject,
      payload,
      payloadSha256,
      summary,
      rules,
      requestedBy,
      ground: this.#hands.ground({ kind, payload }),
      createdTs: now,
      expiresTs: now + APPROVAL_LIFE_S[kind] * 1_000_000,
      required: this.#terms.required,
      votes: [],
      state: 'PENDING',
      reasonCode: '',
      detail: '',
      changedTs: now,
    }
    this.#keep(approval)
    this.#hands.record({
      type: 'approval.requested',
      payload: {
        approval_id: approval.id,
        kind,
        subject,
        summary,
        payload_sha256: payloadSha256,
        rules: [...rules],
        actor: requestedBy,
        expires_ts: approval.expiresTs,
      },
    })
    const standing = this.#standingFor(wish, now)
    if (standing !== undefined) return this.#giveAhead(approval, standing)
    this.#hands.alert(sourceOf(approval), true, `${summary}: approve yes ${approval.id}`)
    return approval
  }

  vote(id: string, vote: { actor: string; isYes: boolean; reason: string; typed: string | undefined }): CommandOutcome {
    const approval = this.#open.get(id) ?? this.#store.get(id)
    if (approval === undefined) return refused('APPROVAL_UNKNOWN', `there is no approval ${id}`)
    const now = this.#hands.now()
    if (approval.state === 'PENDING' && this.#lapse(approval, now)) {
      const { state, reasonCode, detail } = this.#store.get(id) ?? approval
      return refused(reasonCode, `${id} is ${state}: ${detail}`)
    }
    const { typed, ...given } = vote
    const next = withVote(approval, { ...given, ts: now }, { isSolo: this.#terms.isSolo, typed })
    if ('refused' in next) return refused(next.refused, next.detail)
    this.#keep(next)
    const isAgain = approval.votes.some(({ actor, isYes }) => isYes && actor === vote.actor)
    this.#hands.record({
      type: 'approval.voted',
      payload: {
        approval_id: id,
        actor: vote.actor,
        vote: vote.isYes ? 'yes' : 'no',
        reason: vote.reason,
        votes: next.votes.length,
        required: next.required,
        is_solo: vote.isYes && isAgain,
      },
    })
    if (next.state === 'REJECTED') {
      this.#hands.record({ type: 'approval.rejected', payload: { approval_id: id, detail: vote.reason } })
      this.#forget(next)
      return done(`${id} is rejected`, next)
    }
    if (next.state !== 'APPROVED') {
      const missing = next.required - next.votes.length
      return done(`${id} has ${next.votes.length} of ${next.required} votes, ${missing} more to come`, next)
    }
    const end = this.#carryOut(next)
    return end.state === 'EXECUTED'
      ? done(`${id} is carried out: ${end.detail}`, end)
      : refused(end.reasonCode, end.detail)
  }

  /** Who asked takes it back. */
  cancel(id: string, actor: string, reason: string): CommandOutcome {
    const approval = this.#open.get(id)
    if (approval?.state !== 'PENDING') return refused('APPROVAL_NOT_PENDING', `${id} is not pending`)
    const canceled = ended(approval, 'CANCELED', 'CANCELED', reason, this.#hands.now())
    this.#keep(canceled)
    this.#hands.record({ type: 'approval.canceled', payload: { approval_id: id, actor, detail: reason } })
    this.#forget(canceled)
    return done(`${id} is canceled`, canceled)
  }

  /** A word given ahead by a person. */
  giveStanding(standing: Omit<StandingApproval, 'id' | 'createdTs' | 'untilTs'>, seconds: number): CommandOutcome {
    if (!isPerson(standing.actor))
      return refused('AUTOMATION_CANNOT_VOTE', `${standing.actor} is no person: services may ask, and never vote`)
    const now = this.#hands.now()
    const id = `sa-${this.#store.standing().length + 1}`
    this.#store.putStanding({ ...standing, id, createdTs: now, untilTs: now + seconds * 1_000_000 })
    const of = `${standing.usesLeft} orders of ${standing.botId} up to ${standing.notionalMax}`
    return { ok: true, reasonCodes: [], detail: `${id}: ${of} are approved as they come`, result: { standingId: id } }
  }

  revokeStanding(id: string): CommandOutcome {
    const standing = this.#store.standing().find((one) => one.id === id)
    if (standing === undefined) return refused('APPROVAL_UNKNOWN', `there is no standing approval ${id}`)
    this.#store.putStanding({ ...standing, usesLeft: 0 })
    return { ok: true, reasonCodes: [], detail: `${id} is taken back`, result: { standingId: id } }
  }

  /** Lets time and the world pass: what is over is ended, what is half over is told again. */
  look(): void {
    if (this.#open.size === 0) return
    const now = this.#hands.now()
    for (const approval of this.pending) {
      if (this.#lapse(approval, now)) continue
      const isHalf = now - approval.createdTs >= (approval.expiresTs - approval.createdTs) / 2
      if (!isHalf || this.#halfTold.has(approval.id)) continue
      this.#halfTold.add(approval.id)
      const leftS = Math.ceil((approval.expiresTs - now) / 1_000_000)
      this.#hands.alert(sourceOf(approval), true, `${approval.summary}: ${leftS} s left, approve yes ${approval.id}`)
    }
  }

  #lapse(approval: Approval, now: number): boolean {
    const stale = staleness(approval, this.#hands.ground(approval), now)
    if (stale === undefined) return false
    this.#end(approval, stale.state, stale.reasonCode, stale.detail)
    return true
  }

  /** The last look at the world, then once through the gate. The state is durable before the act: a crash between is found. */
  #carryOut(approval: Approval): Approval {
    const stale = staleness(approval, this.#hands.ground(approval), this.#hands.now())
    if (stale !== undefined) return this.#end(approval, stale.state, stale.reasonCode, stale.detail)
    this.#hands.record({ type: 'approval.approved', payload: { approval_id: approval.id } })
    const executing = ended(approval, 'EXECUTING', '', '', this.#hands.now())
    this.#keep(executing)
    const outcome = this.#hands.execute(executing)
    return outcome.ok
      ? this.#end(executing, 'EXECUTED', '', outcome.detail)
      : this.#end(executing, 'FAILED', outcome.reasonCodes[0] ?? 'REFUSED', outcome.detail)
  }

  #end(
    approval: Approval,
    state: 'EXECUTED' | 'FAILED' | 'EXPIRED' | 'INVALIDATED',
    reasonCode: string,
    detail: string,
  ): Approval {
    const over = ended(approval, state, reasonCode, detail, this.#hands.now())
    this.#keep(over)
    const about = { approval_id: approval.id }
    if (state === 'EXECUTED') this.#hands.record({ type: 'approval.executed', payload: { ...about, detail } })
    else if (state === 'EXPIRED') this.#hands.record({ type: 'approval.expired', payload: about })
    else
      this.#hands.record({
        type: state === 'FAILED' ? 'approval.failed' : 'approval.invalidated',
        payload: { ...about, reason_code: reasonCode, detail },
      })
    this.#forget(over)
    return over
  }

  #standingFor({ kind, payload, notional }: ApprovalWish, now: number): StandingApproval | undefined {
    if (kind !== 'order' || notional === undefined || !Number.isFinite(notional)) return undefined
    return this.#store
      .standing()
      .find(
        ({ botId, instrumentId, notionalMax, usesLeft, untilTs }) =>
          botId === payload['botId'] &&
          (instrumentId === undefined || instrumentId === payload['instrumentId']) &&
          notional <= notionalMax &&
          usesLeft > 0 &&
          now < untilTs,
      )
  }

  /** The word was given ahead: it is used up by one, and stands in the record as what it is. */
  #giveAhead(approval: Approval, standing: StandingApproval): Approval {
    this.#store.putStanding({ ...standing, usesLeft: standing.usesLeft - 1 })
    const { actor, id } = standing
    const vote = { actor, isYes: true, reason: `standing approval ${id}`, ts: this.#hands.now() }
    const approved: Approval = { ...approval, votes: [vote], required: 1, state: 'APPROVED' }
    this.#keep(approved)
    this.#hands.record({
      type: 'approval.voted',
      payload: {
        approval_id: approval.id,
        actor,
        vote: 'yes',
        reason: vote.reason,
        votes: 1,
        required: 1,
        is_solo: false,
      },
    })
    return this.#carryOut(approved)
  }

  #keep(approval: Approval): void {
    this.#store.put(approval)
    this.#open.set(approval.id, approval)
  }

  #forget(approval: Approval): void {
    this.#open.delete(approval.id)
    this.#halfTold.delete(approval.id)
    this.#hands.alert(sourceOf(approval), false, '')
  }
}

function sourceOf({ id }: Approval): string {
  return `APPROVAL ${id}`
}

function done(detail: string, { id, state }: Approval): CommandOutcome {
  return { ok: true, reasonCodes: [], detail, result: { approvalId: id, state } }
}

function refused(code: string, detail: string): CommandOutcome {
  return { ok: false, reasonCodes: [code], detail }
}
