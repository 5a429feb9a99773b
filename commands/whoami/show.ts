import { LOGIN_LIFE_US, operatorsOf } from '../../src/runtime/authority/operator.ts'
import { cellOf, MATRIX, type Right } from '../../src/runtime/authority/roles.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { callerOf, machineCaller } from '../caller.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { facts, sheet, sheetsOutcome } from '../sheet.ts'

const RIGHTS = Object.keys(MATRIX) as readonly Right[]

/** Who asks, as commands are recorded under, what stands in the way, and every right with how far it goes. */
export async function showRights({ engine, printer }: CommandDeps, options: ReadOptions): Promise<Outcome> {
  const paths = profilePaths(options.profile)
  const store = await engine.openStore(paths)
  try {
    const { actor, identity } = store === undefined ? machineCaller(engine.actor) : callerOf(store, paths, engine)
    const registered = store === undefined ? 0 : operatorsOf(store.operators.history()).length
    const operator = identity.ok ? identity.operator : undefined
    const login = operator?.verifierSha256 === undefined ? undefined : store?.operators.login(operator.id)
    const role = identity.ok ? identity.role : 'nobody'
    const main = facts([
      ['actor', actor],
      ['role', role],
      ['kind', identity.ok ? identity.kind : 'unknown'],
      ['register', registered, registered === 0 ? 'nobody: the user of this machine acts' : `${registered} operators`],
      ['operator', operator?.id],
      ['books', operator?.books?.join(' ') ?? (identity.ok ? 'every book' : undefined)],
      ['on_duty_until', identity.ok && identity.isOnDuty ? isoTime(operator?.onDutyUntilTs) : undefined],
      ['logged_in_until', login === undefined ? undefined : isoTime(login.openedTs + LOGIN_LIFE_US)],
      ['missing', identity.ok ? 'nothing' : `${actor} ${identity.why}`],
    ])
    const rights = sheet(
      [
        { name: 'right', align: 'left', exact: (right: Right) => right },
        { name: 'may', align: 'left', exact: (right) => (identity.ok ? cellOf(identity.role, right) : 'no') },
      ],
      RIGHTS,
    )
    return sheetsOutcome(main, { rights }, formatOf(options, printer), {
      code: EXIT.ok,
      message: `${actor} is ${role}`,
    })
  } finally {
    store?.close()
  }
}
