import { hash, randomBytes, randomUUIDv7 } from 'node:crypto'
import {
  isLocked,
  LOCK_TERMS,
  LOGIN_LIFE_US,
  type Operator,
  operatorsOf,
  principalOf,
} from '../../src/runtime/authority/operator.ts'
import { isPassphrase } from '../../src/runtime/authority/verifier.ts'
import type { CommandPayload } from '../../src/runtime/command-catalogue.ts'
import { US_PER_HOUR } from '../../src/domain/time.ts'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, type EngineDeps, withEngine } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { LoginOptions } from '../login.ts'
import { unknown } from '../operator/rows.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { passphraseOf, requireHidden } from '../secret/passphrase.ts'
import { dropLogin, keepLogin, keptLogin } from './login-file.ts'

const TOKEN_BYTES = 32
/** As long as a wish may wait: whoever starts an engine tomorrow still hears of it. */
const NOTE_LIFE_US = 24 * US_PER_HOUR

export function logIn({ engine }: CommandDeps, asked: string | undefined, options: LoginOptions): Promise<Outcome> {
  return withEngine(options, engine, async (access) => {
    const { store, paths } = access
    const operator = operatorAsked(access, engine, asked)
    const { id, verifierSha256 } = operator
    if (verifierSha256 === undefined) {
      const message = `${id} needs no log-in: the machine knows its user`
      return { code: EXIT.ok, message, text: message, data: { operator_id: id, until: null } }
    }
    const hidden = requireHidden(engine)
    if (isLocked(store.operators.login(id), engine.now())) throw locked(access, id)
    const passphrase = await passphraseOf(hidden, options.passphraseFd)
    try {
      if (!store.operators.beginTry(id, engine.now(), LOCK_TERMS)) throw locked(access, id)
      const verifier = store.operators.verifier(verifierSha256)
      if (verifier === undefined || !isPassphrase(passphrase, verifier, verifierSha256)) {
        const isLast = isLocked(store.operators.login(id), engine.now())
        note(access, engine, { operator_id: id, state: isLast ? 'LOCKED' : 'FAILED' })
        if (isLast) throw locked(access, id)
        throw new CommandError(
          EXIT.denied,
          'LOGIN_FAILED',
          `that is not the passphrase of ${id}`,
          `${LOCK_TERMS.tries} failed tries in a row lock for 15 minutes`,
        )
      }
    } finally {
      passphrase.fill(0)
    }
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const now = engine.now()
    keepLogin(paths.login, { operator_id: id, token })
    store.operators.openLogin(id, hash('sha256', token, 'hex'), now)
    note(access, engine, { operator_id: id, state: 'OPENED' })
    const until = isoTime(now + LOGIN_LIFE_US)
    const message = `logged in as ${id} until ${until ?? ''}`
    return { code: EXIT.ok, message, text: message, data: { operator_id: id, until } }
  })
}

export function logOut({ engine }: CommandDeps, options: LoginOptions): Promise<Outcome> {
  return withEngine(options, engine, async (access) => {
    const { store, paths } = access
    const id = keptLogin(paths.login)?.operator_id
    dropLogin(paths.login)
    if (id === undefined) {
      const message = 'nobody was logged in here'
      return { code: EXIT.ok, message, text: message, data: { operator_id: null } }
    }
    store.operators.closeLogin(id)
    note(access, engine, { operator_id: id, state: 'CLOSED' })
    const message = `${id} is logged out`
    return { code: EXIT.ok, message, text: message, data: { operator_id: id } }
  })
}

/** @throws CommandError exit 2 for nobody's name, 3 for one that may not act or is another user's */
function operatorAsked(
  { store }: EngineAccess,
  { actor }: Pick<EngineDeps, 'actor'>,
  asked: string | undefined,
): Operator {
  const operators = operatorsOf(store.operators.history())
  const [user] = actor.split('#')
  const isHere = (one: Operator) => one.osUser !== undefined && principalOf(one) === user
  const operator = operators.find((one) => (asked === undefined ? isHere(one) : one.id === asked))
  if (operator === undefined) throw unknown(asked ?? user ?? actor, operators)
  const denied = (code: string, message: string) =>
    new CommandError(EXIT.denied, code, message, 'see who may act with: profinaut operator list')
  if (operator.state === 'REVOKED') throw denied('OPERATOR_REVOKED', `${operator.id} is revoked`)
  if (operator.osUser !== undefined && !isHere(operator))
    throw denied('OPERATOR_UNKNOWN', `${operator.id} acts as the user ${operator.osUser}, and you are ${actor}`)
  return operator
}

function locked({ store }: EngineAccess, id: string): CommandError {
  const until = isoTime(store.operators.login(id)?.lockedUntilTs) ?? ''
  return new CommandError(
    EXIT.denied,
    'OPERATOR_LOCKED',
    `${id} is locked until ${until}: ${LOCK_TERMS.tries} log-ins failed in a row`,
    `wait, or let an admin say: profinaut operator unlock ${id} --reason ...`,
  )
}

/** Has the journal keep it; nobody waits for that. */
function note({ store }: EngineAccess, deps: EngineDeps, payload: CommandPayload<'LOGIN_NOTED'>): void {
  const issuedTs = deps.now()
  store.commands.submit({
    id: randomUUIDv7(),
    type: 'LOGIN_NOTED',
    payload,
    actor: deps.actor,
    origin: deps.origin,
    reason: `login ${payload.state.toLowerCase()}`,
    issuedTs,
    expiresTs: issuedTs + NOTE_LIFE_US,
  })
}
