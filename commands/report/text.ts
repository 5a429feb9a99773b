import { formatDuration } from '../../src/domain/time.ts'
import type { Figure } from '../../src/research/figure.ts'
import { FIGURE_ROWS, type FigureGroup, GROUP_TITLES } from '../../src/research/figure-catalogue.ts'
import type { BacktestReport, Tally } from '../../src/research/result.ts'
import { lineChart } from '../../tui/chart/line.ts'
import { type Look, PLAIN, type Tone } from '../../tui/chart/look.ts'
import { type Cell, cut, table, wrap } from '../../tui/chart/table.ts'
import {
  basisSentence,
  dayText,
  figureText,
  figureTone,
  intervalText,
  moneyText,
  numberText,
  percentText,
  WITHHELD,
} from './figure-text.ts'
import { printable } from './printable.ts'

export interface TextOptions {
  readonly look?: Look
  /** Columns of the terminal, at least 60. */
  readonly width?: number
}

/**
 * A finished backtest as text for a terminal, a log or a file: who ran what, the equity line with its drawdown, every
 * figure, what costs do to it, what was assumed, and which figures were withheld and why. No line is wider than `width`
 * except a word that cannot be broken.
 */
export function reportText(report: BacktestReport, { look = PLAIN, width = 80 }: TextOptions = {}): string {
  const sections = [
    header(report, look, width),
    curves(report, look, width),
    figures(report, look, width),
    monthly(report, look, width),
    scenarios(report, look),
    counts(report, look, width),
    assumptions(report, look, width),
    notes(report, look, width),
    withheldFigures(report, look, width),
    provenance(report, look),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function header(report: BacktestReport, look: Look, width: number): string[] {
  const { span } = report
  const period =
    span === undefined
      ? 'no data'
      : `${dayText(span.fromTs)} to ${dayText(span.toTs)} (${formatDuration(span.toTs - span.fromTs)})`
  const params = report.params.map(({ name, value }) => printable(`${name}=${value}`)).join(' ')
  const instruments = report.instruments.map(({ name }) => printable(name)).join(', ')
  const lines = [
    ['strategy', [printable(report.strategy), params].filter((part) => part !== '').join('  ')],
    ['on', instruments === '' ? 'nothing' : instruments],
    ['period', `${period}, ${numberText(report.counts.bars, 0)} rows`],
    ['equity', `${moneyText(report.startEquity, report)} -> ${moneyText(report.finalEquity, report)}`],
  ] as const
  return [
    look.bold(cut(printable(report.title), width)),
    ...lines.flatMap(([name, text]) => hanging(name, text, { indent: 10, width, look })),
  ]
}

/** A name at the left and its text beside it, further lines indented alike. */
function hanging(name: string, text: string, { indent, width, look }: { indent: number; width: number; look: Look }) {
  return wrap(text, width - indent).map(
    (line, at) => look.dim((at === 0 ? name : '').padEnd(indent - 1)) + ` ${line}`.trimEnd(),
  )
}

function curves({ equity, drawdown, currency }: BacktestReport, look: Look, width: number): string[] {
  if (equity.ts.length < 2) return []
  const rose = (equity.value[equity.value.length - 1] ?? 0) >= (equity.value[0] ?? 0)
  const tone: Tone = rose ? 'gain' : 'loss'
  return [
    look.bold(`Equity, ${currency}`),
    ...lineChart({ width, height: 12, series: [{ x: equity.ts, y: equity.value, tone }] }, look),
    look.bold('Drawdown'),
    ...lineChart(
      {
        width,
        height: 6,
        series: [{ x: drawdown.ts, y: drawdown.value, tone: 'loss', isFilled: true }],
        yInclude: [0],
        yLabels: percentLabels,
      },
      look,
    ),
  ]
}

function percentLabels(ticks: readonly number[], step: number): string[] {
  const digits = step >= 0.01 ? 0 : step >= 0.001 ? 1 : 2
  return ticks.map((tick) => `${numberText(tick * 100, digits)}%`)
}

/** Two columns of groups, names left and values right. */
function figures(report: BacktestReport, look: Look, width: number): string[] {
  const cellWidth = Math.floor((width - 4) / 2)
  const left = ['return', 'ratio', 'cost'].flatMap((group) => groupLines(report, group as FigureGroup, look, cellWidth))
  const right = ['risk', 'trade'].flatMap((group) => groupLines(report, group as FigureGroup, look, cellWidth))
  const blank = { text: '', length: 0 }
  const rows = Array.from({ length: Math.max(left.length, right.length) - 1 }, (_, at) => {
    const one = left[at] ?? blank
    const two = right[at] ?? blank
    return `${one.text}${' '.repeat(cellWidth - one.length + 4)}${two.text}`.trimEnd()
  })
  return [...rows, '', ...wrap(basisSentence(report.figures.basis), width).map((line) => look.dim(line))]
}

/** A line and how many characters of it show: colour has none. */
interface Measured {
  readonly text: string
  readonly length: number
}

function groupLines(report: BacktestReport, group: FigureGroup, look: Look, width: number): Measured[] {
  const rows = FIGURE_ROWS.filter((row) => row.group === group).map((row) => {
    const shown = report.figures.values[row.name]
    return measured(row.label, figureText(shown, row.unit, report), { tone: figureTone(shown, row), look, width })
  })
  const title = GROUP_TITLES[group]
  const intervals = group === 'ratio' ? intervalLines(report, look, width) : []
  return [{ text: look.bold(title), length: title.length }, ...rows, ...intervals, { text: '', length: 0 }]
}

function intervalLines({ figures }: BacktestReport, look: Look, width: number): Measured[] {
  const line = (label: string, text: string): Measured => measured(label, text, { tone: undefined, look, width })
  const sharpe = intervalText(figures.sharpeInterval, (value) => numberText(value, 2))
  return [line('Sharpe, 95 %', sharpe), line('Daily mean, 95 %', intervalText(figures.meanReturnInterval, percentText))]
}

function measured(
  label: string,
  value: string,
  { tone, look, width }: { tone: Tone | undefined; look: Look; width: number },
): Measured {
  const dressed = value === WITHHELD ? look.dim(value) : tone === undefined ? value : look.tone(tone, value)
  const gap = Math.max(1, width - label.length - value.length)
  return { text: `${look.dim(label)}${' '.repeat(gap)}${dressed}`, length: label.length + gap + value.length }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Written as precisely as fits: a decimal less, and columns closer, where months were wild. */
function monthly({ monthly }: BacktestReport, look: Look, width: number): string[] {
  if (monthly.length === 0) return []
  const columns = ['', ...MONTHS, 'Year'].map((title) => ({ title, align: 'right' as const }))
  const rowsWith = (digits: number): Cell[][] =>
    monthly.map(({ year, months, total }) => [String(year), ...[...months, total].map((of) => monthCell(of, digits))])
  const layouts = [
    { digits: 1, gap: 2 },
    { digits: 1, gap: 1 },
    { digits: 0, gap: 1 },
  ].map(({ digits, gap }) => ({ rows: rowsWith(digits), gap }))
  const fitting = layouts.find(({ rows, gap }) => (table(columns, rows, { gap })[1] ?? '').length <= width)
  const { rows, gap } = fitting ?? { rows: rowsWith(0), gap: 1 }
  return [look.bold('Returns by month, %'), ...table(columns, rows, { look, gap })]
}

function monthCell(fraction: number | undefined, digits: number): Cell {
  if (fraction === undefined) return ''
  const percent = fraction * 100
  const text = numberText(percent, Math.abs(percent) >= 100 ? 0 : digits)
  return Number(text) === 0 ? text : { text, tone: fraction > 0 ? 'gain' : 'loss' }
}

function scenarios(report: BacktestReport, look: Look): string[] {
  if (report.scenarios.length === 0) return []
  const percent = (fraction: number | undefined): string => (fraction === undefined ? WITHHELD : percentText(fraction))
  const rows = report.scenarios.map(({ costTimes, totalReturn, maxDrawdown, trades, fees }): Cell[] => [
    `${costTimes}x`,
    totalReturn === undefined || totalReturn === 0
      ? percent(totalReturn)
      : { text: percent(totalReturn), tone: totalReturn > 0 ? 'gain' : 'loss' },
    percent(maxDrawdown),
    numberText(trades, 0),
    moneyText(fees, report),
  ])
  const columns = ['Costs', 'Return', 'Max drawdown', 'Trades', 'Fees'].map((title) => ({
    title,
    align: 'right' as const,
  }))
  return [look.bold('The same run with other costs'), ...table(columns, rows, { look })]
}

function counts({ counts }: BacktestReport, look: Look, width: number): string[] {
  const tally = (of: Tally): string =>
    of.map(({ name, count }) => `${printable(name)} ${numberText(count, 0)}`).join(', ') || 'none'
  const lines = [
    ['rows', numberText(counts.bars, 0)],
    ['intents', numberText(counts.intents, 0)],
    ['decisions', tally(counts.decisions)],
    ['orders', tally(counts.orders)],
    ['fills', numberText(counts.fills, 0)],
  ] as const
  return [
    look.bold('What happened'),
    ...lines.flatMap(([name, text]) => hanging(name, text, { indent: 12, width, look })),
  ]
}

function assumptions({ assumptions }: BacktestReport, look: Look, width: number): string[] {
  if (assumptions.length === 0) return []
  const lines = assumptions.flatMap(({ name, value, meaning }) => [
    ...wrap(`${printable(name)}: ${printable(value)}`, width - 2).map((line) => `  ${line}`),
    ...wrap(printable(meaning), width - 4).map((line) => look.dim(`    ${line}`)),
  ])
  return [look.bold('Assumptions'), ...lines]
}

function notes({ notes }: BacktestReport, look: Look, width: number): string[] {
  if (notes.length === 0) return []
  const lines = notes.flatMap(({ severity, text }) =>
    wrap(printable(text), width - 4).map((line, at) => {
      const sign = at > 0 ? ' ' : severity === 'warning' ? look.tone('warn', '!') : '-'
      return `  ${sign} ${line}`
    }),
  )
  return [look.bold('Data notes'), ...lines]
}

/** Withheld figures, one line a reason. */
function withheldFigures({ figures }: BacktestReport, look: Look, width: number): string[] {
  const byReason = withheldByReason(figures)
  if (byReason.length === 0) return []
  const lines = byReason.flatMap(({ labels, reason }) => [
    ...wrap(labels.join('; '), width - 2).map((line) => `  ${line}`),
    ...wrap(reason, width - 4).map((line) => look.dim(`    ${line}`)),
  ])
  return [look.bold(`Withheld (shown as ${WITHHELD})`), ...lines]
}

/** Labels of the withheld figures, gathered by reason, in report order. */
function withheldByReason(
  figures: BacktestReport['figures'],
): readonly { readonly labels: readonly string[]; readonly reason: string }[] {
  const gathered = new Map<string, string[]>()
  const add = (label: string, shown: Figure | object): void => {
    if (!('withheld' in shown) || typeof shown.withheld !== 'string') return
    const labels = gathered.get(shown.withheld) ?? []
    labels.push(label)
    gathered.set(shown.withheld, labels)
  }
  for (const { name, label } of FIGURE_ROWS) add(label, figures.values[name])
  add('Sharpe interval', figures.sharpeInterval)
  add('Daily mean interval', figures.meanReturnInterval)
  return [...gathered].map(([reason, labels]) => ({ reason, labels }))
}

function provenance(report: BacktestReport, look: Look): string[] {
  const lines = [
    ['run', printable(report.runId)],
    ...report.datasets.map(({ name, sha256, rows }) => [
      'data',
      `${printable(name)}, ${numberText(rows, 0)} rows, sha256 ${printable(sha256).slice(0, 16)}`,
    ]),
    ['final hash', printable(report.finalHash)],
  ]
  return lines.map(([name = '', text = '']) => `${look.dim(name.padEnd(12))}${text}`)
}
