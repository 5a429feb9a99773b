import { lintLimits, type PolicyFinding } from '../../src/runtime/policy-lint.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { loadConfig } from '../../src/runtime/config-layers.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

export function lintPolicy({ printer }: Pick<CommandDeps, 'printer'>, options: ReadOptions): Outcome {
  const found = lintLimits(loadConfig(profilePaths(options.profile)).config)
  const rows = sheet(
    [
      { name: 'limit', align: 'left', exact: ({ limit }: PolicyFinding) => limit },
      { name: 'finding', align: 'left', exact: ({ text }) => text },
    ],
    found,
  )
  const format = formatOf(options, printer)
  if (found.length === 0) return sheetOutcome(rows, format, { code: EXIT.ok, message: 'the limits are consistent' })
  return sheetOutcome(rows, format, {
    code: EXIT.checkFailed,
    message: found.length === 1 ? '1 finding' : `${found.length} findings`,
    reasonCodes: ['POLICY_FINDINGS'],
  })
}
