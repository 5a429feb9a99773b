import { randomUUIDv7 } from 'node:crypto'
import { AssertionFailed } from '../../domain/brand.ts'
import { formatTime, timeUs, US_PER_MS } from '../../domain/time.ts'
import { MASK } from '../../events/mask.ts'
import type { CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { HostClock } from '../clock.ts'
import type { CommandPayload, CommandRow, CommandStatus, CommandType } from '../command-catalogue.ts'
import type { ConfirmationRow, EngineStore } from '../ports.ts'
import { CHALLENGE_LIFE_S, type Challenge, intentHash, isTokenOf, isTyped, tokenOf } from './challenge.ts'
import { type FlagSnapshot, flagSnapshot, isFlagOn, judgeFlag } from './flags.ts'
import type { GlassDesk } from './glass-desk.ts'
import { impactOf } from './impact.ts'
import { type Demand, demandOf, type Situation } from './operations.ts'
import { booksOf, type Identity, identify } from './operator.ts'
import type { OperatorDesk } from './operator-desk.ts'
import { type Books, type Reach, reachOf } from './reach.ts'
import { mayDo, type Role } from './roles.ts'

/** What stands in the way of confirming anything. */
export interface Faults {
  /** What is wrong with the journal: what cannot be recorded is not relaxed. */
  readonly audit: string | undefined
  /** What is wrong with the clock: what has no time does not expire. */
  readonly clock: string | undefined
}

export interface AuthorityParts {
  readonly store: Pick<EngineStore, 'confirmations' | 'flags' | 'confirmSecret' | 'instanceId'>
  readonly host: HostClock
  readonly situation: () => Situation
  readonly faults: () => Faults
  /** Facts of the profile that flags may need: `audit_chain`. */
  readonly facts: ReadonlySet<string>
  /** What lets somebody act beyond their role for minutes. */
  readonly glass?: Pick<GlassDesk, 'covers' | 'use'> | undefined
  /** The register of operators; without one the user of the machine has all rights. */
  readonly operators?: Pick<OperatorDesk, 'who' | 'used'> | undefined
  /** What belongs to which book; without it whoever is held to books reaches nothing. */
  readonly books?: Books | undefined
  /** Has the journal keep what was decided. */
  readonly record: (fact: HostFact) => void
  /** Life of a challenge, seconds. */
  readonly lifeS?: number | undefined
}

/** A refusal with the status that it is answered with, or the way being free. */
export type Refusal = { readonly ok: false; readonly status: CommandStatus; readonly outcome: CommandOutcome }
export type Admission = { readonly ok: true } | Refusal

/** What a confirmation stands for. */
export type Confirmed = { readonly ok: true; readonly challenge: Challenge } | Refusal

/** Refusals that are about who asks, not about how. */
const NOT_ALLOWED: ReadonlySet<string> = new Set([
  'ROLE_DENIED',
  'OPERATION_UNKNOWN',
  'AUTOMATION_CANNOT_CONFIRM',
  'OPERATOR_UNKNOWN',
  'OPERATOR_REVOKED',
  'OPERATOR_EXPIRED',
  'OPERATOR_LOCKED',
  'LOGIN_REQUIRED',
  'BOOK_DENIED',
  'REGISTER_UNREADABLE',
])
const NO_REGISTER = { operators: [], login: () => undefined }
const REASON_MIN = 8
const DANGEROUS_OPS = 'dangerous_ops'

type Wish = Pick<CommandRow, 'id' | 'type' | 'actor' | 'reason' | 'confirmation'>

/**
 * Stands between whoever asks and what is done: operation, role, capability, reason, challenge, in this order, default deny
 * (UGF-B-001, UGF-0-006). Tightening passes every one of them but the role.
 */
export class Authority {
  readonly #parts: AuthorityParts
  readonly #lifeMs: number
  /** When each open challenge was issued, on the monotonic clock of this process: one of another process has no age here. */
  readonly #issuedMs = new Map<string, number>()

  constructor(parts: AuthorityParts) {
    this.#parts = parts
    this.#lifeMs = (parts.lifeS ?? CHALLENGE_LIFE_S.usual) * 1_000
  }

  /** The flags as they stand; all off where they cannot be read. */
  flags(): FlagSnapshot {
    const { store, host } = this.#parts
    const { isSimulated } = this.#parts.situation()
    try {
      return flagSnapshot(store.flags.rows(), { nowTs: host.wallTs(), isSimulated })
    } catch (error) {
      faultOf(error)
      // Whatever the store says, it reads the same from here: nothing is on.
      return flagSnapshot(undefined, { nowTs: host.wallTs(), isSimulated })
    }
  }

  /**
   * Judges a wish as it was handed in.
   *
   * @param payload as its schema read it
   * @param against asked before a challenge is issued: what is sure to refuse the wish anyway
   */
  admit(wish: Wish, payload: unknown, against: () => CommandOutcome | undefined = () => undefined): Admission {
    const now = this.#parts.situation()
    const demand = this.#demandOf(wish, payload, now)
    if (demand === undefined)
      return this.#recorded(wish, denied('OPERATION_UNKNOWN', `nobody may ${wish.type}: it is in no table`))
    const refusal = this.#refusal(wish, payload, { demand, now })
    if (refusal !== undefined) return this.#recorded(wish, refusal)
    this.#used(wish.actor)
    if (demand.tier === 'none') return { ok: true }
    if (demand.atOnce && demand.phrase !== undefined && isTyped(wish.confirmation, demand.phrase)) return { ok: true }
    const outcome = against() ?? (wish.type === 'FLAG_SET' ? this.#againstFlag(payload) : undefined)
    if (outcome !== undefined) return { ok: false, status: 'REJECTED_POLICY', outcome }
    try {
      return this.#challenge(wish, payload, demand, now)
    } catch (error) {
      const fault = faultOf(error)
      if (!demand.atOnce) return this.#recorded(wish, rejected('AUDIT_DOWN', `nothing is kept: ${fault}`))
      // A stop is not lost to a broken store: its phrase does without a challenge.
      const { phrase = '' } = demand
      const required = rejected('CONFIRMATION_REQUIRED', `confirm with '${phrase}': it closes what is open now`)
      return { ...required, outcome: { ...required.outcome, result: { phrase } } }
    }
  }

  /**
   * Judges the second step. A challenge that is confirmed has ended before this returns, so that it is carried out at most once.
   *
   * @param row who confirms, with the typed phrase
   */
  confirm(row: Wish, payload: CommandPayload<'CONFIRM'>): Confirmed {
    const confirmed = this.#confirmed(row, payload)
    return confirmed.ok ? confirmed : this.#recorded(row, confirmed)
  }

  #confirmed(row: Wish, payload: CommandPayload<'CONFIRM'>): Confirmed {
    try {
      return this.#judged(row, payload)
    } catch (error) {
      return rejected('AUDIT_DOWN', `challenges cannot be read: ${faultOf(error)}`)
    }
  }

  /** @throws StorageError when the challenges or the secret cannot be read */
  #judged(row: Wish, payload: CommandPayload<'CONFIRM'>): Confirmed {
    const { store, host } = this.#parts
    const identity = this.#who(row.actor)
    if (!identity.ok && identity.code !== 'ROLE_DENIED') return denied(identity.code, `${row.actor} ${identity.why}`)
    if (!identity.ok || identity.kind !== 'human') {
      const detail = `${row.actor} is no person: what confirms a dangerous operation has read it`
      return denied('AUTOMATION_CANNOT_CONFIRM', detail)
    }
    const { challenge_id: id, token } = payload
    const challenge = store.confirmations.get(id)
    const mismatch =
      challenge === undefined ? `there is no challenge ${id}` : this.#mismatch(challenge, row.actor, token)
    if (challenge === undefined || mismatch !== undefined) return rejected('CONFIRMATION_MISMATCH', mismatch ?? '')
    const issuedMs = this.#issuedMs.get(id)
    if (issuedMs === undefined || host.monotonicMs() - issuedMs >= this.#lifeMs) {
      this.#end(challenge, 'EXPIRED')
      const life = `${this.#lifeMs / 1_000} s`
      const detail = issuedMs === undefined ? 'the engine was started again since' : `it stood for ${life}`
      return rejected('CONFIRMATION_EXPIRED', `${wordsOf(challenge)}: ${detail}; ask again`)
    }
    return this.#confirmNow(challenge, row)
  }

  /** Changes a flag, or says why not. */
  setFlag({ actor, reason }: Wish, payload: CommandPayload<'FLAG_SET'>): CommandOutcome {
    const against = this.#againstFlag(payload)
    if (against !== undefined) return against
    const { store, host } = this.#parts
    const { name, stage, evidence, expires_ts: expiresTs } = payload
    const { isSimulated } = this.#parts.situation()
    const ts = host.wallTs()
    const before = this.flags()
    const from = Object.entries(before.stages).find(([known]) => known === name)?.[1] ?? 'off'
    const others = before.fault === undefined ? store.flags.rows().filter((row) => row.name !== name) : []
    const after = flagSnapshot([...others, { name, stage, expiresTs, changedTs: ts, actor, reason }], {
      nowTs: ts,
      isSimulated,
    })
    try {
      store.flags.change({ name, from, to: stage, expiresTs, ts, actor, reason, snapshotHash: after.hash })
    } catch (error) {
      return refused('FLAGS_UNREADABLE', `flag ${name} stays ${from}: ${faultOf(error)}`)
    }
    this.#parts.record({
      type: 'flag.changed',
      payload: { flag: name, from, to: stage, actor, reason, flags_sha256: after.hash },
    })
    const detail = `flag ${name}: ${from} -> ${stage}${evidence === undefined ? '' : `, evidence ${evidence}`}`
    return { ok: true, reasonCodes: [], detail, result: { name, from, to: stage, snapshotHash: after.hash } }
  }

  #againstFlag(payload: unknown): CommandOutcome | undefined {
    const { host, facts } = this.#parts
    const { name, stage, evidence, expires_ts: expiresTs } = payload as CommandPayload<'FLAG_SET'>
    const { isSimulated } = this.#parts.situation()
    const wish = { name, stage, evidence, expiresTs }
    const refusal = judgeFlag(this.flags(), wish, { facts, isSimulated, nowTs: host.wallTs() })
    return refusal === undefined ? undefined : refused(refusal.code, refusal.detail)
  }

  /** The role that somebody acts with now, for who looks at orders; undefined for a service, and for whoever may not act. */
  personRole(actor: string): Exclude<Role, 'cron'> | undefined {
    const identity = this.#who(actor)
    return identity.ok && identity.role !== 'cron' ? identity.role : undefined
  }

  #who(actor: string): Identity {
    const { operators, host } = this.#parts
    return operators?.who(actor) ?? identify(actor, NO_REGISTER, host.wallTs())
  }

  #used(actor: string): void {
    const { operators } = this.#parts
    const identity = this.#who(actor)
    if (identity.ok && identity.operator !== undefined) operators?.used(identity.operator)
  }

  /** Whether all that a wish is about lies in these books. */
  #reaches(books: readonly string[], type: string, payload: unknown): boolean {
    if (this.#parts.books === undefined) return false
    let reach: Reach
    try {
      // An operation that is in no table was refused before.
      reach = reachOf(type as CommandType, payload, this.#parts.books)
    } catch (error) {
      faultOf(error)
      // What cannot be told may be anybody's.
      return false
    }
    return reach === 'none' || (reach !== 'all' && books.includes(reach.book))
  }

  /** What a wish asks for. One that only a break-glass lets through is confirmed, whatever it is. */
  #demandOf(wish: Pick<Wish, 'type' | 'actor'>, payload: unknown, now: Situation): Demand | undefined {
    const demand = demandOf(wish.type, payload, now)
    if (demand === undefined || demand.tier !== 'none' || !this.#isElevated(wish.actor, wish.type, demand))
      return demand
    return { ...demand, tier: 'T1', needsReason: true }
  }

  /** Whether the role does not allow it and an open break-glass does. */
  #isElevated(name: string, type: string, { right, isSafeModeRelease, isRequest, scope }: Demand): boolean {
    const identity = this.#who(name)
    if (!identity.ok || identity.kind !== 'human') return false
    if (mayDo(identity.role, right, { isSafeModeRelease, isRequest })) return false
    return this.#parts.glass?.covers(name, type, scope) === true
  }

  /** What no confirmation can mend, in the order in which it is told. */
  #refusal(
    wish: Wish,
    payload: unknown,
    { demand, now: { runMode } }: { readonly demand: Demand; readonly now: Situation },
  ): Refusal | undefined {
    const identity = this.#who(wish.actor)
    const { right, tier, tightens, needsReason } = demand
    if (!may(identity, demand) && !this.#isElevated(wish.actor, wish.type, demand)) {
      const code = identity.ok ? 'ROLE_DENIED' : identity.code
      const who = identity.ok ? `is ${identity.role}, which` : `${identity.why}, and`
      return denied(code, `${wish.actor} ${who} may not ${wish.type} (${right})`)
    }
    const books = booksOf(identity)
    if (books !== undefined && !this.#reaches(books, wish.type, payload))
      return denied('BOOK_DENIED', `${wish.actor} is held to ${books.join(', ')}, and ${wish.type} reaches beyond`)
    if (needsReason) {
      const refusal = reasonRefusal(wish.reason)
      if (refusal !== undefined) return rejected('REASON_REQUIRED', refusal)
    }
    if (tier === 'none' || tightens) return undefined
    const flags = this.flags()
    if (!isFlagOn(flags, DANGEROUS_OPS, runMode)) {
      const why = flags.fault ?? 'flag dangerous_ops is off'
      return denied('DANGEROUS_OPS_DISABLED', `${wish.type} is ${tier}: ${why} (flags ${flags.hash.slice(0, 8)})`)
    }
    const { audit, clock } = this.#parts.faults()
    if (audit !== undefined) return rejected('AUDIT_DOWN', `${wish.type} could not be recorded: ${audit}`)
    if (clock !== undefined) return rejected('CLOCK_UNTRUSTED', `no challenge can expire: ${clock}`)
    return undefined
  }

  /**
   * Step one: keeps the challenge and hands its token out. Nothing else happens.
   *
   * @throws StorageError when it cannot be kept, or there is no secret to sign it with
   */
  #challenge(wish: Wish, payload: unknown, demand: Demand, now: Situation): Admission {
    const { store, host } = this.#parts
    const { tier, phrase, scope } = demand
    const impact = impactOf(wish.type, payload, scope, now)
    const secret = store.confirmSecret?.()
    if (tier === 'none' || secret === undefined)
      return rejected('AUDIT_DOWN', 'there is nothing to sign a challenge with')
    const issuedTs = host.wallTs()
    const challenge: Challenge = {
      id: randomUUIDv7(),
      operation: wish.type,
      payload,
      scope,
      actor: wish.actor,
      profile: store.instanceId,
      tier,
      phrase,
      reason: wish.reason.trim(),
      flagsHash: this.flags().hash,
      issuedTs,
      expiresTs: issuedTs + this.#lifeMs * US_PER_MS,
    }
    store.confirmations.open(challenge)
    this.#forget(host.monotonicMs())
    this.#issuedMs.set(challenge.id, host.monotonicMs())
    const { id, operation, actor, reason, flagsHash, expiresTs } = challenge
    const hashed = intentHash(challenge)
    this.#parts.record({
      type: 'dangerous_op.challenge_issued',
      payload: {
        challenge_id: id,
        operation,
        scope,
        tier,
        actor,
        reason,
        expires_ts: expiresTs,
        intent_sha256: hashed,
        flags_sha256: flagsHash,
      },
    })
    const typed = phrase === undefined ? '' : ` with '${phrase}'`
    const outcome: CommandOutcome = {
      ok: false,
      reasonCodes: ['CONFIRMATION_REQUIRED'],
      detail: `confirm${typed} within ${this.#lifeMs / 1_000} s: ${wordsOf(challenge)}: ${impact.summary}; nothing was done`,
      result: {
        challengeId: id,
        token: tokenOf(secret, challenge),
        tier,
        ...(phrase === undefined ? {} : { phrase }),
        expiresAt: formatTime(timeUs(expiresTs)),
        intentHash: hashed,
        impact,
      },
    }
    return { ok: false, status: 'REJECTED_POLICY', outcome }
  }

  /** Every refusal is a fact: who, what, and why not. */
  #recorded(wish: Wish, refusal: Refusal): Refusal {
    const { reasonCodes, detail } = refusal.outcome
    const [code = 'REFUSED'] = reasonCodes
    const type = NOT_ALLOWED.has(code) ? 'access.denied' : 'dangerous_op.rejected'
    const { id, type: operation, actor } = wish
    this.#parts.record({ type, payload: { command_id: id, operation, actor, reason_code: code, detail } })
    return refusal
  }

  #mismatch(challenge: ConfirmationRow, actor: string, token: string): string | undefined {
    const { store } = this.#parts
    const secret = store.confirmSecret?.()
    if (secret === undefined || !isTokenOf(secret, challenge, token)) return 'the token is not that of this challenge'
    if (challenge.profile !== store.instanceId) return 'it was asked of another profile'
    if (challenge.actor !== actor) return `${challenge.actor} asked, and ${actor} confirms`
    // One that ran out is told as such; any other end means that it was used.
    return challenge.state === 'OPEN' || challenge.state === 'EXPIRED' ? undefined : 'its token was used before'
  }

  /** The world may have moved since step one: what is confirmed is what was read, or nothing. */
  #confirmNow(challenge: ConfirmationRow, row: Wish): Confirmed {
    const { operation, payload, tier, phrase, reason, scope, actor } = challenge
    const now = this.#parts.situation()
    const demand = this.#demandOf({ type: operation, actor }, payload, now)
    if (demand === undefined || demand.tier !== tier || demand.phrase !== phrase) {
      this.#end(challenge, 'REJECTED')
      return rejected('CONFIRMATION_MISMATCH', `${wordsOf(challenge)}: what it would do has changed since; ask again`)
    }
    if (phrase !== undefined && !isTyped(row.confirmation, phrase)) {
      const found = row.confirmation === undefined ? 'nothing' : `'${row.confirmation}'`
      return rejected('CONFIRMATION_MISMATCH', `type '${phrase}', found ${found}`)
    }
    const refusal = this.#refusal({ ...row, type: operation, reason }, payload, { demand, now })
    if (refusal !== undefined) return refusal
    if (!this.#end(challenge, 'CONFIRMED')) return rejected('CONFIRMATION_MISMATCH', 'its token was used before')
    if (this.#isElevated(actor, operation, demand)) this.#parts.glass?.use(row.id, operation)
    this.#parts.record({
      type: 'dangerous_op.confirmed',
      payload: { challenge_id: challenge.id, command_id: row.id, operation, scope, tier, actor, reason },
    })
    return { ok: true, challenge }
  }

  #end(challenge: ConfirmationRow, state: 'CONFIRMED' | 'REJECTED' | 'EXPIRED'): boolean {
    this.#issuedMs.delete(challenge.id)
    return this.#parts.store.confirmations.end(challenge.id, state, this.#parts.host.wallTs())
  }

  /** Ages of challenges that ran out long ago are asked for by nobody. */
  #forget(nowMs: number): void {
    for (const [id, ms] of this.#issuedMs) if (nowMs - ms >= 2 * this.#lifeMs) this.#issuedMs.delete(id)
  }
}

/** Whoever cannot be told may look and do nothing; whoever was sent away does not even ask. */
function may(identity: Identity, { right, isSafeModeRelease, isRequest }: Demand): boolean {
  if (!identity.ok) return right === 'observe' && identity.code !== 'OPERATOR_REVOKED'
  return mayDo(identity.role, right, { isSafeModeRelease, isRequest }) || (right === 'live' && identity.isOnDuty)
}

function reasonRefusal(reason: string): string | undefined {
  const { length } = reason.trim()
  if (length < REASON_MIN) return `it is said why, in ${REASON_MIN} characters or more, found ${length}`
  return reason.includes(MASK) ? 'the reason holds what looks like a secret: leave it out' : undefined
}

/** What the store said. @throws the error itself when it is a bug and no fault */
function faultOf(error: unknown): string {
  if (error instanceof AssertionFailed) throw error
  return error instanceof Error ? error.message : String(error)
}

function wordsOf({ operation, scope }: Challenge): string {
  return `${operation} ${scope}`
}

function refused(code: string, detail: string): CommandOutcome {
  return { ok: false, reasonCodes: [code], detail }
}

/** Whoever asks may not. */
function denied(code: string, detail: string): Refusal {
  return { ok: false, status: 'REJECTED_AUTHZ', outcome: refused(code, detail) }
}

/** It may be asked for, and not like this. */
function rejected(code: string, detail: string): Refusal {
  return { ok: false, status: 'REJECTED_POLICY', outcome: refused(code, detail) }
}
