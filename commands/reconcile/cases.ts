import type { CaseDifference, ReconcileCase } from '../../src/reconcile/case.ts'
import { storedCases } from '../../src/runtime/reconcile-cases/case-store.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'
import type { CaseListOptions } from '../reconcile-case.ts'
import { facts, sheet, sheetOutcome, sheetsOutcome } from '../sheet.ts'

export function listCases(deps: CommandDeps, options: CaseListOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const all = storedCases(store.notes)
      const open = all.filter(({ closedTs }) => closedTs === undefined)
      const rows = sheet(
        [
          { name: 'id', align: 'left', exact: ({ id }: ReconcileCase) => id },
          { name: 'state', align: 'left', exact: ({ state }) => state },
          { name: 'class', align: 'left', exact: ({ kind }) => kind },
          { name: 'radius', align: 'left', exact: ({ radius }) => radius },
          { name: 'scope', align: 'left', exact: ({ scope }) => scope },
          { name: 'opened_at', align: 'left', exact: ({ openedTs }) => isoTime(openedTs) },
          { name: 'closed_at', align: 'left', exact: ({ closedTs }) => isoTime(closedTs) },
          { name: 'detail', align: 'left', exact: ({ detail }) => detail },
        ],
        all.toReversed().slice(0, options.limit),
        { empty: 'our books never differed' },
      )
      return sheetOutcome(rows, format, {
        code: open.length === 0 ? EXIT.ok : EXIT.checkFailed,
        message: `${open.length} open`,
        reasonCodes: open.length === 0 ? [] : ['CASE_OPEN'],
      })
    },
  })
}

export function showCase(deps: CommandDeps, id: string, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const one = storedCases(store.notes).find((each) => each.id === id)
      if (one === undefined)
        throw new CommandError(
          EXIT.usage,
          'CASE_UNKNOWN',
          `there is no case '${id}'`,
          'list them with: profinaut reconcile case list',
        )
      const main = facts([
        ['id', one.id],
        ['state', one.state],
        ['detail', one.detail],
        ['class', one.kind],
        ['radius', one.radius],
        ['scope', one.scope],
        ['venue', one.venueId],
        ['opened_at', isoTime(one.openedTs)],
        ['changed_at', isoTime(one.changedTs)],
        ['closed_at', isoTime(one.closedTs)],
        ['repair_cycles', one.cycles],
        ['matches', one.matches],
        ['relapses', one.relapses],
        ['canary', one.canary],
        ['canary_since', isoTime(one.canaryTs)],
        ['canary_bot', one.canaryBotId],
        ['canary_instrument', one.canaryInstrumentId],
        ['cap_share', one.share],
        ['signed_by', one.signedBy],
        ['next', nextOf(one)],
      ])
      const differences = sheet(
        [
          { name: 'category', align: 'left', exact: ({ category }: CaseDifference) => category },
          { name: 'subject', align: 'left', exact: ({ subject }) => subject },
          { name: 'reason_code', align: 'left', exact: ({ reasonCode }) => reasonCode },
          { name: 'fact', align: 'left', exact: ({ fact }) => fact },
        ],
        one.differences,
        { empty: 'no differences' },
      )
      return sheetsOutcome(main, { differences }, format, { code: EXIT.ok, message: `${one.id} is ${one.state}` })
    },
  })
}

/** What a person does next. */
function nextOf({ id, state, closedTs }: ReconcileCase): string {
  if (closedTs !== undefined) return 'nothing: it is over'
  switch (state) {
    case 'DETECTED':
    case 'CONTAINED':
      return 'nothing: it is being contained and classified'
    case 'CLASSIFIED':
      return `see to it at the venue, then: profinaut reconcile case repair ${id} --reason "…"`
    case 'REPAIRING':
    case 'VERIFYING':
      return 'nothing: two matches ten seconds apart are waited for'
    case 'CANARY':
      return `release SAFE_MODE and lower the kill, watch for 30 minutes, then: profinaut reconcile case signoff ${id} --reason "…"`
    case 'RESTORED':
      return 'nothing: the caps rise with every three matches'
    case 'ESCALATED':
      return `make the books agree, then: profinaut reconcile case signoff ${id} --reason "…"`
  }
}
