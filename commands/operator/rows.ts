import { identify, type Operator, operatorsOf, principalOf } from '../../src/runtime/authority/operator.ts'
import type { OperatorChange } from '../../src/runtime/authority/operator-store.ts'
import type { CommandDeps } from '../command-line.ts'
import type { CommandStore } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { didYouMean } from '../nearest.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'
import { facts, sheet, sheetOutcome, sheetsOutcome } from '../sheet.ts'

const EVERY_BOOK = 'every book'

export function listOperators(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const operators = operatorsOf(store.operators.history())
      const standing = standingOf(store, operators, deps.engine.now())
      const from = sheet(
        [
          { name: 'operator', align: 'left', exact: ({ id }: Operator) => id },
          { name: 'kind', align: 'left', exact: ({ kind }) => kind },
          { name: 'role', align: 'left', exact: ({ role }) => role },
          { name: 'state', align: 'left', exact: standing },
          { name: 'acts_as', align: 'left', exact: principalOf },
          { name: 'passphrase', align: 'left', exact: (one) => (one.verifierSha256 === undefined ? 'no' : 'yes') },
          { name: 'books', align: 'left', exact: ({ books }) => books?.join(' ') ?? EVERY_BOOK },
          { name: 'expires', align: 'left', exact: ({ expiresTs }) => isoTime(expiresTs) },
          { name: 'on_duty_until', align: 'left', exact: ({ onDutyUntilTs }) => isoTime(onDutyUntilTs) },
        ],
        operators,
        { empty: 'nobody is registered: the user of this machine acts' },
      )
      return sheetOutcome(from, format, { code: EXIT.ok, message: `${operators.length} operators` })
    },
  })
}

export function showOperator(deps: CommandDeps, id: string, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const history = store.operators.history()
      const operators = operatorsOf(history)
      const operator = operators.find((one) => one.id === id)
      if (operator === undefined) throw unknown(id, operators)
      const login = store.operators.login(id)
      const main = facts([
        ['operator', id],
        ['kind', operator.kind],
        ['role', operator.role],
        ['state', standingOf(store, operators, deps.engine.now())(operator)],
        ['acts_as', principalOf(operator)],
        ['passphrase', operator.verifierSha256 === undefined ? 'no' : 'yes'],
        ['books', operator.books?.join(' ') ?? EVERY_BOOK],
        ['expires', isoTime(operator.expiresTs)],
        ['on_duty_until', isoTime(operator.onDutyUntilTs)],
        ['logged_in', login?.tokenSha256 === undefined ? undefined : isoTime(login.openedTs)],
        ['failed_log_ins', login?.failures ?? 0],
        ['locked_until', isoTime(login?.lockedUntilTs)],
      ])
      const changes = sheet(
        [
          { name: 'at', align: 'left', exact: ({ ts }: OperatorChange) => isoTime(ts) },
          { name: 'what', align: 'left', exact: ({ type }) => type },
          { name: 'role', align: 'left', exact: ({ fact }) => fact.role },
          { name: 'books', align: 'left', exact: ({ fact }) => fact.books?.join(' ') ?? EVERY_BOOK },
          { name: 'actor', align: 'left', exact: ({ fact }) => fact.actor },
          { name: 'reason', align: 'left', exact: ({ fact }) => fact.reason },
        ],
        history.filter(({ fact }) => fact.operator_id === id),
      )
      return sheetsOutcome(main, { changes }, format, { code: EXIT.ok, message: `${id} is ${operator.role}` })
    },
  })
}

/** Whether each may act now, in the word that a refusal would begin with. */
function standingOf({ operators: kept }: CommandStore, operators: readonly Operator[], nowTs: number) {
  return (operator: Operator): string => {
    const register = { operators: [operator], login: (id: string) => kept.login(id) }
    if (operators.length === 0 || operator.state === 'REVOKED') return operator.state
    const identity = identify(principalOf(operator), register, nowTs)
    return identity.ok ? 'ACTIVE' : identity.code.replace(/^OPERATOR_/, '')
  }
}

/** @returns exit 2, with the nearest id */
export function unknown(id: string, operators: readonly Operator[]): CommandError {
  const known = operators.map((one) => one.id)
  return new CommandError(
    EXIT.usage,
    'OPERATOR_UNKNOWN',
    `no operator is called '${id}'${didYouMean(id, known)}`,
    'see them with: profinaut operator list',
  )
}
