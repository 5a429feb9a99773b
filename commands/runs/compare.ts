import { compareRuns } from '../../src/research/compare-runs.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { table } from '../../tui/chart/table.ts'
import { openRegister } from '../backtest/registered-run.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { RunsOptions } from '../runs.ts'
import { words } from './list.ts'

export function compare(first: string, second: string, { profile }: RunsOptions): Outcome {
  const { db, register } = openRegister(profilePaths(profile).database)
  try {
    const [a, b] = [register.find(first), register.find(second)]
    const { comparability, reasons, refs, figures } = compareRuns(a, b)
    const shown = (value: unknown) =>
      value === undefined || value === null ? 'none' : Array.isArray(value) ? value.join(' ') : words(value)
    const heading = ['differs in', a.runId.slice(-12), b.runId.slice(-12)].map(
      (title, at) => ({ title, align: 'left', ...(at > 0 ? { widthMax: 60 } : {}) }) as const,
    )
    const rows = [...refs, ...figures].map((difference) => [difference.name, shown(difference.a), shown(difference.b)])
    const verdict = `comparable: ${comparability}${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}`
    const text =
      rows.length === 0
        ? `${verdict}\nno difference in any reference or figure`
        : [verdict, ...table(heading, rows)].join('\n')
    const data = { a: a.runId, b: b.runId, comparability, reasons, refs, figures }
    return { code: EXIT.ok, message: verdict, reasonCodes: reasons, text, data }
  } finally {
    db.close()
  }
}
