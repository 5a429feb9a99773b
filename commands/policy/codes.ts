import { RULES } from '../../src/risk/gate.ts'
import { REASON_CODES, type ReasonCode } from '../../src/risk/reason-codes.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

type Deps = Pick<CommandDeps, 'printer'>

export function showCodes({ printer }: Deps, options: ReadOptions): Outcome {
  const rows = sheet(
    [
      { name: 'rule', align: 'right', exact: ({ code }: ReasonCode) => ruleOf(code) },
      { name: 'code', align: 'left', exact: ({ code }) => code },
      { name: 'decision', align: 'left', exact: ({ decision }) => decision },
      { name: 'severity', align: 'left', exact: ({ severity }) => severity },
      { name: 'meaning', align: 'left', exact: ({ text }) => text },
      { name: 'runbook', align: 'left', exact: ({ runbook }) => `docs/runbooks.md#${runbook}` },
    ],
    REASON_CODES,
  )
  return sheetOutcome(rows, formatOf(options, printer), { code: EXIT.ok, message: `${REASON_CODES.length} codes` })
}

/** Undefined for a code that no single rule gives. */
function ruleOf(code: string): number | undefined {
  return RULES.find(({ reasonCodes }) => reasonCodes.includes(code))?.number
}
