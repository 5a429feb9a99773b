import { hash } from 'node:crypto'
import {
  booksOf,
  type Identity,
  identify,
  type Operator,
  operatorsOf,
  principalOf,
  unreadable,
} from '../src/runtime/authority/operator.ts'
import { mayDo, type Right } from '../src/runtime/authority/roles.ts'
import { type ProfilePaths, profilePaths } from '../src/runtime/config.ts'
import type { EngineStore } from '../src/runtime/ports.ts'
import type { EngineDeps } from './engine-access.ts'
import { EXIT } from './exit-code.ts'
import { keptLogin } from './login/login-file.ts'
import { CommandError } from './outcome.ts'

/** Who uses the command line, in one profile. */
export interface Caller {
  /** As commands are recorded under: the user of the machine, or the operator that is logged in here. */
  readonly actor: string
  readonly identity: Identity
}

/** Who the machine says it is, where nobody is registered. */
export function machineCaller(actor: string, nowTs = 0): Caller {
  return { actor, identity: identify(actor, { operators: [], login: () => undefined }, nowTs) }
}

/** Who asks, by the register of a profile; its log-in, where there is one, is used by this. */
export function callerOf(
  { operators: kept }: Pick<EngineStore, 'operators'>,
  paths: ProfilePaths,
  { actor, now }: Pick<EngineDeps, 'actor' | 'now'>,
): Caller {
  try {
    const operators = operatorsOf(kept.history())
    if (operators.length === 0) return machineCaller(actor, now())
    const name = loggedInAs(kept, operators, paths, actor)
    const identity = identify(name, { operators, login: (id) => kept.login(id) }, now())
    const operator = identity.ok ? identity.operator : undefined
    if (operator?.verifierSha256 !== undefined) kept.touchLogin(operator.id, now())
    return { actor: name, identity }
  } catch (error) {
    return { actor, identity: unreadable(error instanceof Error ? error.message : String(error)) }
  }
}

/** As {@link callerOf}, for commands that need no books: a profile without any has no register. */
export async function callerFor(
  { profile }: { readonly profile?: string | undefined },
  deps: Pick<EngineDeps, 'openStore' | 'actor' | 'now'>,
): Promise<Caller> {
  const paths = profilePaths(profile)
  let store: Awaited<ReturnType<EngineDeps['openStore']>>
  try {
    store = await deps.openStore(paths)
  } catch (error) {
    // What helps to mend a broken database asks for no right, and works.
    return { actor: deps.actor, identity: unreadable(error instanceof Error ? error.message : String(error)) }
  }
  try {
    return store === undefined ? machineCaller(deps.actor, deps.now()) : callerOf(store, paths, deps)
  } finally {
    store?.close()
  }
}

/** The operator whose log-in is kept here, in the lesser role that was asked for; else the user of the machine. */
function loggedInAs(
  store: EngineStore['operators'],
  operators: readonly Operator[],
  paths: ProfilePaths,
  actor: string,
): string {
  const kept = actor.startsWith('human:') ? keptLogin(paths.login) : undefined
  const operator = operators.find(({ id, osUser }) => id === kept?.operator_id && osUser === undefined)
  if (kept === undefined || operator === undefined) return actor
  if (store.login(operator.id)?.tokenSha256 !== hash('sha256', kept.token, 'hex')) return actor
  const [, role] = actor.split('#')
  return `${principalOf(operator)}${role === undefined ? '' : `#${role}`}`
}

/** Why somebody may not, as a command ends with it; exit 3. */
export function deniedTo({ actor, identity }: Caller, right: Right): CommandError {
  const why = identity.ok ? `is ${identity.role}, which` : `${identity.why}, and`
  return new CommandError(
    EXIT.denied,
    identity.ok ? 'ROLE_DENIED' : identity.code,
    `${actor} ${why} may not do this (${right})`,
    'ask somebody whose role may; PROFINAUT_ROLE gives rights up and never gives any',
  )
}

/** @throws CommandError exit 3 unless whoever asks may do it at once */
export function requireRight(caller: Caller, right: Right): void {
  const { identity } = caller
  if (!identity.ok || !mayDo(identity.role, right)) throw deniedTo(caller, right)
}

/** For what is of the whole profile, where no engine stands between. @throws CommandError exit 3 */
export function requireWhole(caller: Caller, right: Right): void {
  requireRight(caller, right)
  requireEveryBook(caller)
}

/** For what is made of all books at once. @throws CommandError `BOOK_DENIED`, exit 3, for whoever is held to some */
export function requireEveryBook({ actor, identity }: Caller): void {
  const books = booksOf(identity)
  if (books === undefined) return
  throw new CommandError(
    EXIT.denied,
    'BOOK_DENIED',
    `${actor} is held to ${books.join(', ')}, and this is of every book`,
    'see your own with: profinaut bot list, order list, portfolio positions, trace',
  )
}
