import { type ApprovalRule, approvalRules } from '../../src/runtime/approvals/approval-rules.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { loadConfig } from '../../src/runtime/config-layers.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

export function showRules({ printer }: CommandDeps, options: ReadOptions): Outcome {
  const rules = approvalRules(loadConfig(profilePaths(options.profile)).config)
  const table = sheet(
    [
      { name: 'rule', align: 'left', exact: ({ id }: ApprovalRule) => id },
      { name: 'is_on', align: 'left', exact: ({ isOn }) => isOn },
      { name: 'what', align: 'left', exact: ({ text }) => text },
    ],
    rules,
  )
  return sheetOutcome(table, formatOf(options, printer), { code: EXIT.ok, message: `${rules.length} rules` })
}
