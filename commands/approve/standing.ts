import { US_PER_SECOND } from '../../src/domain/time.ts'
import type { StandingApproval } from '../../src/runtime/approvals/approval-store.ts'
import type { StandingOptions } from '../approve.ts'
import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import { type ChangeOptions, submit } from '../submission.ts'

export function listStanding(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const rows = store.approvals.standing()
      const table = sheet(
        [
          { name: 'standing_id', align: 'left', exact: ({ id }: StandingApproval) => id },
          { name: 'bot', align: 'left', exact: ({ botId }) => botId },
          { name: 'instrument', align: 'left', exact: ({ instrumentId }) => instrumentId ?? 'any' },
          { name: 'notional_max', align: 'right', exact: ({ notionalMax }) => notionalMax },
          { name: 'uses_left', align: 'right', exact: ({ usesLeft }) => usesLeft },
          { name: 'until', align: 'left', exact: ({ untilTs }) => isoTime(untilTs) },
          { name: 'actor', align: 'left', exact: ({ actor }) => actor },
          { name: 'reason', align: 'left', exact: ({ reason }) => reason },
        ],
        rows,
        { empty: 'no word was given ahead' },
      )
      return sheetOutcome(table, format, { code: EXIT.ok, message: `${rows.length} standing approvals` })
    },
  })
}

export function addStanding({ engine }: CommandDeps, options: StandingOptions): Promise<Outcome> {
  const { bot, instrument, notional, uses } = options
  const payload = {
    bot_id: bot,
    ...(instrument === undefined ? {} : { instrument_id: instrument }),
    notional_max: notional,
    uses,
    seconds: Math.round(options.for / US_PER_SECOND),
  }
  return withEngine(options, engine, (access) =>
    submit(access, engine, { type: 'APPROVAL_STANDING_ADD', payload }, options),
  )
}

export function revokeStanding({ engine }: CommandDeps, id: string, options: ChangeOptions): Promise<Outcome> {
  const payload = { standing_id: id }
  return withEngine(options, engine, (access) =>
    submit(access, engine, { type: 'APPROVAL_STANDING_REVOKE', payload }, options),
  )
}
