import { US_PER_MINUTE } from '../../domain/time.ts'
import type { OperatorFact } from '../../events/operator.ts'
import { actorOf, lesserRole, type Role } from './roles.ts'

/** Who may act in a profile (UGF-B-001), as the last fact about it left it. */
export interface Operator {
  readonly id: string
  readonly kind: 'person' | 'service'
  readonly role: Role
  /** The user of the machine that it acts as; absent where a passphrase alone says who it is. */
  readonly osUser?: string | undefined
  /** Which verifier its passphrase is held against; absent where the machine's own log-in suffices. */
  readonly verifierSha256?: string | undefined
  /** Undefined is every book. */
  readonly books?: readonly string[] | undefined
  /** When it ends by itself, µs. */
  readonly expiresTs?: number | undefined
  /** Until when an operator may start with money, µs. */
  readonly onDutyUntilTs?: number | undefined
  readonly state: 'ACTIVE' | 'REVOKED'
}

/** What is known of an operator's log-in, and of tries that failed. Times are µs on the wall. */
export interface Login {
  readonly operatorId: string
  /** Digest of the token that the log-in handed out; undefined while nobody is logged in. */
  readonly tokenSha256: string | undefined
  readonly openedTs: number
  readonly usedTs: number
  /** In a row. */
  readonly failures: number
  readonly lockedUntilTs: number | undefined
}

export const LOGIN_LIFE_US = 60 * US_PER_MINUTE
export const LOGIN_IDLE_US = 15 * US_PER_MINUTE
/** So many failed tries in a row lock for so long. */
export const LOCK_TERMS = { tries: 5, lockUs: 15 * US_PER_MINUTE } as const
/** An operator is on duty for at most so long, seconds. */
export const DUTY_S_MAX = 43_200

/** The name under which its commands come in. */
export function principalOf({ kind, id, osUser }: Pick<Operator, 'kind' | 'id' | 'osUser'>): string {
  return `${kind === 'person' ? 'human' : 'service'}:${osUser ?? id}`
}

/** Who asks, judged: with the role that it has here and now, or why it has none. */
export type Identity =
  | {
      readonly ok: true
      readonly kind: 'human' | 'service'
      readonly role: Role
      /** Undefined while there is no register. */
      readonly operator: Operator | undefined
      /** May start with money for a while, though the role may not. */
      readonly isOnDuty: boolean
    }
  | { readonly ok: false; readonly code: string /** Goes on after the name: `is revoked`. */; readonly why: string }

/** What an identity is judged by. */
export interface Register {
  readonly operators: readonly Operator[]
  readonly login: (operatorId: string) => Login | undefined
}

/**
 * Tells who a command's actor is. Without any operator the user of the machine has all rights of a solo set-up; from the first
 * one on, whoever is not registered may look and do nothing. A lesser role that the name asks for holds, a greater one never.
 *
 * @param nowTs µs on the wall
 */
export function identify(name: string, { operators, login }: Register, nowTs: number): Identity {
  const actor = actorOf(name)
  if (actor === undefined) return { ok: false, code: 'ROLE_DENIED', why: 'is nobody' }
  const { kind, role: asked } = actor
  if (operators.length === 0) return { ok: true, kind, role: asked, operator: undefined, isOnDuty: false }
  const principal = name.split('#')[0]
  const named = operators.filter((one) => principalOf(one) === principal)
  const operator = named.find(({ state }) => state === 'ACTIVE') ?? named[0]
  const refusal = operator === undefined ? UNKNOWN : standing(operator, () => login(operator.id), nowTs)
  if (operator === undefined || refusal !== undefined) return { ok: false, ...(refusal ?? UNKNOWN) }
  const role = lesserRole(operator.role, asked)
  const isOnDuty = role === 'operator' && operator.onDutyUntilTs !== undefined && nowTs < operator.onDutyUntilTs
  return { ok: true, kind, role, operator, isOnDuty }
}

const UNKNOWN = { code: 'OPERATOR_UNKNOWN', why: 'is not in the register of operators' }

/** What keeps an operator from acting now; undefined where nothing does. */
function standing(
  { id, state, expiresTs, verifierSha256 }: Operator,
  loginOf: () => Login | undefined,
  nowTs: number,
): { readonly code: string; readonly why: string } | undefined {
  if (state === 'REVOKED') return { code: 'OPERATOR_REVOKED', why: 'is revoked' }
  if (expiresTs !== undefined && nowTs >= expiresTs) return { code: 'OPERATOR_EXPIRED', why: 'has expired' }
  if (verifierSha256 === undefined) return undefined
  const login = loginOf()
  if (isLocked(login, nowTs))
    return { code: 'OPERATOR_LOCKED', why: `is locked after ${LOCK_TERMS.tries} failed log-ins` }
  const how = `log in with: profinaut login ${id}`
  if (login?.tokenSha256 === undefined) return { code: 'LOGIN_REQUIRED', why: `is not logged in (${how})` }
  // A clock that was set back makes no log-in longer.
  if (nowTs < login.openedTs || nowTs - login.openedTs >= LOGIN_LIFE_US)
    return { code: 'LOGIN_REQUIRED', why: `was logged in for ${LOGIN_LIFE_US / US_PER_MINUTE} minutes (${how})` }
  if (nowTs - login.usedTs >= LOGIN_IDLE_US)
    return { code: 'LOGIN_REQUIRED', why: `was idle for ${LOGIN_IDLE_US / US_PER_MINUTE} minutes (${how})` }
  return undefined
}

export function isLocked(login: Pick<Login, 'lockedUntilTs'> | undefined, nowTs: number): boolean {
  return login?.lockedUntilTs !== undefined && nowTs < login.lockedUntilTs
}

/** Nobody does anything while it cannot be told who they are. */
export function unreadable(why: string): Identity {
  return {
    ok: false,
    code: 'REGISTER_UNREADABLE',
    why: `cannot be told: the register of operators is unreadable (${why})`,
  }
}

/** Books that an identity is held to; undefined for all. */
export function booksOf(identity: Identity): readonly string[] | undefined {
  return identity.ok ? identity.operator?.books : undefined
}

/** An operator as a fact tells of it. */
function operatorOf(fact: OperatorFact): Operator {
  return {
    id: fact.operator_id,
    kind: fact.kind,
    role: fact.role,
    osUser: fact.os_user,
    verifierSha256: fact.verifier_sha256,
    books: fact.books,
    expiresTs: fact.expires_ts,
    onDutyUntilTs: fact.on_duty_until_ts,
    state: fact.state,
  }
}

/** Everybody who was ever registered, as the last fact of each left them, in the order of the first. */
export function operatorsOf(changes: readonly { readonly fact: OperatorFact }[]): readonly Operator[] {
  const last = new Map<string, Operator>()
  for (const { fact } of changes) last.set(fact.operator_id, operatorOf(fact))
  return [...last.values()]
}

/** A fact tells the whole of an operator as it is from then on, and who made it so. */
export function factOf(operator: Operator, { actor, reason }: Pick<OperatorFact, 'actor' | 'reason'>): OperatorFact {
  const { id, kind, role, osUser, verifierSha256, books, expiresTs, onDutyUntilTs, state } = operator
  return {
    operator_id: id,
    kind,
    role,
    ...(osUser === undefined ? {} : { os_user: osUser }),
    ...(verifierSha256 === undefined ? {} : { verifier_sha256: verifierSha256 }),
    ...(books === undefined ? {} : { books: [...books] }),
    ...(expiresTs === undefined ? {} : { expires_ts: expiresTs }),
    ...(onDutyUntilTs === undefined ? {} : { on_duty_until_ts: onDutyUntilTs }),
    state,
    actor,
    reason,
  }
}

/** An operator that keeps a register governable: it ends by nothing but another admin's word, and reaches everything. */
export function isLastingAdmin({ kind, role, state, expiresTs, books }: Operator): boolean {
  return kind === 'person' && role === 'admin' && state === 'ACTIVE' && expiresTs === undefined && books === undefined
}
