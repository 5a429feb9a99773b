import { US_PER_SECOND } from '../../domain/time.ts'
import type { OperatorFactType } from '../../events/operator.ts'
import type { CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { CommandPayload } from '../command-catalogue.ts'
import {
  factOf,
  type Identity,
  identify,
  isLastingAdmin,
  type Operator,
  operatorsOf,
  principalOf,
  unreadable,
} from './operator.ts'
import type { OperatorStore } from './operator-store.ts'

type Who = { readonly actor: string; readonly reason: string }
export type OperatorWish =
  | { readonly type: 'OPERATOR_SET'; readonly payload: CommandPayload<'OPERATOR_SET'> }
  | { readonly type: 'OPERATOR_ROLE'; readonly payload: CommandPayload<'OPERATOR_ROLE'> }
  | { readonly type: 'OPERATOR_BOOKS'; readonly payload: CommandPayload<'OPERATOR_BOOKS'> }
  | { readonly type: 'OPERATOR_DUTY'; readonly payload: CommandPayload<'OPERATOR_DUTY'> }
  | { readonly type: 'OPERATOR_REVOKE'; readonly payload: CommandPayload<'OPERATOR_REVOKE'> }
  | { readonly type: 'OPERATOR_UNLOCK'; readonly payload: CommandPayload<'OPERATOR_UNLOCK'> }

export interface OperatorHands {
  /** Wall time, µs. */
  nowTs(): number
  record(fact: HostFact): void
}

const FACTS = {
  OPERATOR_SET: 'operator.set',
  OPERATOR_ROLE: 'operator.role_changed',
  OPERATOR_BOOKS: 'operator.books_changed',
  OPERATOR_DUTY: 'operator.on_duty',
  OPERATOR_REVOKE: 'operator.revoked',
} as const satisfies Record<Exclude<OperatorWish['type'], 'OPERATOR_UNLOCK'>, OperatorFactType>

/**
 * The register of operators while an engine runs (UGF-B-001). It is what the journal says, read once: a change counts from the
 * moment in which its fact is recorded, also for a command that waits behind it in the same turn.
 */
export class OperatorDesk {
  readonly #store: OperatorStore
  readonly #hands: OperatorHands
  readonly #operators = new Map<string, Operator>()
  /** Why the register cannot be read; nobody does anything then. */
  readonly #fault: string | undefined

  constructor(store: OperatorStore, hands: OperatorHands) {
    this.#store = store
    this.#hands = hands
    try {
      for (const operator of operatorsOf(store.history())) this.#operators.set(operator.id, operator)
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : String(error)
    }
  }

  /** Who a command's actor is, here and now. */
  who(actor: string): Identity {
    if (this.#fault !== undefined) return unreadable(this.#fault)
    try {
      const register = {
        operators: [...this.#operators.values()],
        login: (id: string) => this.#store.login(id),
      }
      return identify(actor, register, this.#hands.nowTs())
    } catch (error) {
      return unreadable(error instanceof Error ? error.message : String(error))
    }
  }

  /** A command of somebody who is logged in is a sign that they are there. */
  used({ id, verifierSha256 }: Operator): void {
    if (verifierSha256 === undefined) return
    try {
      this.#store.touchLogin(id, this.#hands.nowTs())
    } catch {
      // A stop is not lost to a disk that is full: the log-in is idle sooner, and that is all.
    }
  }

  /** What is sure to refuse a wish. */
  against(wish: OperatorWish): CommandOutcome | undefined {
    const proposed = this.#proposed(wish)
    return 'reasonCodes' in proposed ? proposed : undefined
  }

  change(wish: OperatorWish, { actor, reason }: Who): CommandOutcome {
    const proposed = this.#proposed(wish)
    if ('reasonCodes' in proposed) return proposed
    const { id } = proposed
    if (wish.type === 'OPERATOR_UNLOCK') {
      this.#store.unlock(id)
      this.#hands.record({ type: 'operator.unlocked', payload: { operator_id: id, actor, reason } })
      return done(id, `${id} may log in again`)
    }
    const isFirst = this.#operators.size === 0
    this.#operators.set(id, proposed)
    this.#hands.record({ type: FACTS[wish.type], payload: factOf(proposed, { actor, reason }) })
    // One who comes back does not come back logged in.
    if (wish.type === 'OPERATOR_SET') this.#store.closeLogin(id)
    const first = isFirst ? '; from now on whoever is not registered may look and do nothing' : ''
    return done(id, `${wordsOf(proposed)}${first}`)
  }

  /** The operator as the wish would leave it, or why it does not. */
  #proposed(wish: OperatorWish): Operator | CommandOutcome {
    const { operator_id: id } = wish.payload
    const stands = this.#operators.get(id)
    const next = wish.type === 'OPERATOR_SET' ? this.#fresh(wish.payload, stands) : this.#changed(wish, stands)
    if ('reasonCodes' in next) return next
    const after = [...this.#operators.values()].filter((one) => one.id !== id)
    if (![...after, next].some(isLastingAdmin))
      return refused(
        'LAST_ADMIN',
        `${id} would leave nobody who governs: one active admin without expiry and with every book must stay`,
      )
    const twin = after.find((one) => one.state === 'ACTIVE' && principalOf(one) === principalOf(next))
    if (next.state === 'ACTIVE' && twin !== undefined)
      return refused('OPERATOR_EXISTS', `${twin.id} acts as ${principalOf(next)} already`)
    return next
  }

  #fresh(payload: CommandPayload<'OPERATOR_SET'>, stands: Operator | undefined): Operator | CommandOutcome {
    const { operator_id: id, kind, role, os_user: osUser, verifier_sha256: sha256 } = payload
    const { books, expires_ts: expiresTs } = payload
    if (stands?.state === 'ACTIVE')
      return refused('OPERATOR_EXISTS', `${id} is registered: change its role or books, or revoke it first`)
    if ((kind === 'service') !== (role === 'cron'))
      return refused('OPERATOR_INVALID', `a service has the role cron, and a person another: ${id} is a ${kind}`)
    if (kind === 'service' && (osUser !== undefined || sha256 !== undefined))
      return refused('OPERATOR_INVALID', `${id} is a service: it has no user and no passphrase`)
    if (kind === 'person' && osUser === undefined && sha256 === undefined)
      return refused('OPERATOR_INVALID', `nothing would say that somebody is ${id}: name a user, or set a passphrase`)
    if (sha256 !== undefined && this.#store.verifier(sha256) === undefined)
      return refused('OPERATOR_INVALID', `the passphrase of ${id} is not there: set it again`)
    if (expiresTs !== undefined && expiresTs <= this.#hands.nowTs())
      return refused('OPERATOR_INVALID', `${id} would be over before it began`)
    return {
      id,
      kind,
      role,
      osUser,
      verifierSha256: sha256,
      books: books?.length === 0 ? undefined : books,
      expiresTs,
      state: 'ACTIVE',
    }
  }

  #changed(wish: Exclude<OperatorWish, { type: 'OPERATOR_SET' }>, stands: Operator | undefined) {
    if (stands === undefined || stands.state === 'REVOKED')
      return refused('OPERATOR_UNKNOWN', `there is no active operator ${wish.payload.operator_id}`)
    switch (wish.type) {
      case 'OPERATOR_ROLE': {
        const { role } = wish.payload
        if ((stands.kind === 'service') !== (role === 'cron'))
          return refused('OPERATOR_INVALID', `${stands.id} is a ${stands.kind}, which cannot be ${role}`)
        // Duty was given to the role that was.
        return { ...stands, role, onDutyUntilTs: undefined }
      }
      case 'OPERATOR_BOOKS': {
        const { books } = wish.payload
        return { ...stands, books: books.length === 0 ? undefined : books }
      }
      case 'OPERATOR_DUTY': {
        const { seconds } = wish.payload
        if (stands.role !== 'operator')
          return refused('OPERATOR_INVALID', `${stands.id} is ${stands.role}: duty is given to an operator`)
        return { ...stands, onDutyUntilTs: seconds === 0 ? undefined : this.#hands.nowTs() + seconds * US_PER_SECOND }
      }
      case 'OPERATOR_REVOKE':
        return { ...stands, state: 'REVOKED' as const, onDutyUntilTs: undefined }
      case 'OPERATOR_UNLOCK':
        return stands
    }
  }
}

function wordsOf({ id, state, role, books, onDutyUntilTs }: Operator): string {
  if (state === 'REVOKED') return `${id} is revoked`
  const duty = onDutyUntilTs === undefined ? '' : ', on duty'
  return `${id} is ${role}${duty}, in ${books === undefined ? 'every book' : `books ${books.join(', ')}`}`
}

function done(operatorId: string, detail: string): CommandOutcome {
  return { ok: true, reasonCodes: [], detail, result: { operatorId } }
}

function refused(code: string, detail: string): CommandOutcome {
  return { ok: false, reasonCodes: [code], detail }
}
