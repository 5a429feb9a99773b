import type { ConfirmationRow } from '../../src/runtime/ports.ts'
import type { CommandDeps } from '../command-line.ts'
import type { ConfirmationsOptions } from '../confirm.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { read } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

export function listConfirmations(deps: CommandDeps, options: ConfirmationsOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const now = deps.engine.now()
      const rows = store.confirmations.list(options.limit)
      const from = sheet(
        [
          { name: 'challenge_id', align: 'left', exact: ({ id }: ConfirmationRow) => id },
          { name: 'issued', align: 'left', exact: ({ issuedTs }) => isoTime(issuedTs) },
          { name: 'expires', align: 'left', exact: ({ expiresTs }) => isoTime(expiresTs) },
          { name: 'operation', align: 'left', exact: ({ operation }) => operation },
          { name: 'scope', align: 'left', exact: ({ scope }) => scope },
          { name: 'tier', align: 'left', exact: ({ tier }) => tier },
          { name: 'actor', align: 'left', exact: ({ actor }) => actor },
          // Nobody came back for it: it ended when its time was over.
          {
            name: 'state',
            align: 'left',
            exact: ({ state, expiresTs }) => (state === 'OPEN' && now >= expiresTs ? 'EXPIRED' : state),
          },
          { name: 'reason', align: 'left', exact: ({ reason }) => reason },
        ],
        rows,
        { empty: 'no confirmations' },
      )
      return sheetOutcome(from, format, { code: EXIT.ok, message: `${rows.length} confirmations` })
    },
  })
}
