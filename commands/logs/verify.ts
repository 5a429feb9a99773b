import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { LogLine } from '../../src/runtime/log/log-line.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import { logFiles } from './log-files.ts'

interface BadLine {
  readonly file: string
  readonly line: number
  /** What is wrong with it; never what it says. */
  readonly problem: string
}

/** Reads every line as strictly as it was meant to be written. A last line that is being written is none yet. */
export function verifyLogs({ printer }: Pick<CommandDeps, 'printer'>, options: ReadOptions): Outcome {
  const found: BadLine[] = []
  let lines = 0
  for (const path of logFiles(profilePaths(options.profile).logs)) {
    const texts = readFileSync(path, 'utf8').split('\n')
    // What follows the last line feed is nothing, or half a line.
    texts.pop()
    texts.forEach((text, at) => {
      lines++
      const problem = problemOf(text)
      if (problem !== undefined) found.push({ file: basename(path), line: at + 1, problem })
    })
  }
  const rows = sheet(
    [
      { name: 'file', align: 'left', exact: ({ file }: BadLine) => file },
      { name: 'line', align: 'right', exact: ({ line }) => line },
      { name: 'problem', align: 'left', exact: ({ problem }) => problem },
    ],
    found,
    { empty: `${lines} lines, each as it should be` },
  )
  return sheetOutcome(rows, formatOf(options, printer), {
    code: found.length === 0 ? EXIT.ok : EXIT.checkFailed,
    message: `${found.length} of ${lines} lines are not as they should be`,
    reasonCodes: found.length === 0 ? [] : ['LOG_LINE_INVALID'],
  })
}

function problemOf(text: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'it is no JSON'
  }
  const [issue] = LogLine.safeParse(value).error?.issues ?? []
  if (issue === undefined) return undefined
  const where = issue.path.join('.')
  return `${where === '' ? 'line' : where}: ${issue.message}`
}
