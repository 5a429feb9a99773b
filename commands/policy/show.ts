import { RULES } from '../../src/risk/gate.ts'
import { REASON_CODES, type ReasonCode } from '../../src/risk/reason-codes.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { type ExplainedKey, loadConfig } from '../../src/runtime/config-layers.ts'
import { whereIs } from '../../src/runtime/config-problem.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

type Deps = Pick<CommandDeps, 'printer'>

/** The limits as the next session would have them. */
export function showPolicy({ printer }: Deps, options: ReadOptions): Outcome {
  const limits = loadConfig(profilePaths(options.profile)).explain.filter(({ key }) => key.startsWith('limits.'))
  const rows = sheet(
    [
      { name: 'limit', align: 'left', exact: ({ key }: ExplainedKey) => key.slice('limits.'.length) },
      { name: 'value', align: 'left', exact: ({ value }) => valueText(value) },
      { name: 'origin', align: 'left', exact: ({ origin }) => whereIs(origin) },
      { name: 'meaning', align: 'left', exact: ({ description }) => description },
    ],
    limits,
  )
  return sheetOutcome(rows, formatOf(options, printer), { code: EXIT.ok, message: `${limits.length} limits` })
}

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

function valueText(value: unknown): string {
  if (value === Infinity) return 'inf'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
