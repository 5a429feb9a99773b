import type { RuleUse } from '../../src/runtime/link/views.ts'
import { exactNumber, shownNumber } from '../exact-text.ts'
import { type Sheet, sheet } from '../sheet.ts'

/** What is held, against its limits. */
export function limitSheet(limits: readonly RuleUse[]): Sheet {
  return sheet(
    [
      { name: 'rule', align: 'left', exact: ({ rule }: RuleUse) => rule },
      { name: 'scope', align: 'left', exact: ({ scope }) => scope },
      { name: 'value', align: 'right', exact: ({ value }) => value },
      { name: 'limit', align: 'right', exact: ({ limit }) => limit },
      { name: 'left', align: 'right', exact: ({ left }) => left },
      {
        name: 'used',
        align: 'right',
        exact: ({ share }) => exactNumber(share),
        shown: ({ share }) => percentOf(share),
      },
      { name: 'on_breach', align: 'left', exact: ({ onBreach }) => onBreach },
    ],
    limits,
  )
}

function percentOf(share: number | undefined): string {
  return share === undefined ? '--' : `${shownNumber(100 * share, 1)} %`
}
