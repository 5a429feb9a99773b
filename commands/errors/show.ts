import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import { didYouMean } from '../nearest.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { facts, sheet, sheetOutcome } from '../sheet.ts'
import { type ErrorEntry, errorCatalogue } from './error-catalogue.ts'

type Deps = Pick<CommandDeps, 'printer'>

export function listErrors({ printer }: Deps, options: ReadOptions): Outcome {
  const all = errorCatalogue()
  const rows = sheet(
    [
      { name: 'code', align: 'left', exact: ({ code }: ErrorEntry) => code },
      { name: 'domain', align: 'left', exact: ({ domain }) => domain },
      { name: 'impact', align: 'left', exact: ({ impact }) => impact },
      { name: 'meaning', align: 'left', exact: ({ meaning }) => meaning },
    ],
    all,
  )
  return sheetOutcome(rows, formatOf(options, printer), { code: EXIT.ok, message: `${all.length} codes` })
}

export function showError({ printer }: Deps, code: string, options: ReadOptions): Outcome {
  const all = errorCatalogue()
  const found = all.find((entry) => entry.code.toLowerCase() === code.toLowerCase())
  if (found === undefined)
    throw new CommandError(
      EXIT.usage,
      'CODE_UNKNOWN',
      `there is no code '${code}'${didYouMean(
        code,
        all.map((entry) => entry.code),
      )}`,
      'list them with: profinaut errors list',
    )
  const main = facts([
    ['code', found.code],
    ['domain', found.domain],
    ['meaning', found.meaning],
    ['retryable', found.isRetryable ? 'yes' : 'no'],
    ['impact', found.impact],
    ['todo', found.todo],
  ])
  return sheetOutcome(main, formatOf(options, printer), { code: EXIT.ok, message: found.todo })
}
