import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunId } from '../../src/domain/ids.ts'
import type { Order } from '../../src/orders/order.ts'
import { type BacktestRun, backtest } from '../../src/research/backtest.ts'
import { datasetRef, limitsOf, type PlanSpec, planOf, sha256 } from '../../src/research/plan-spec.ts'
import { backtestReport, costScenario } from '../../src/research/report.ts'
import type { Assumption, BacktestReport, CostScenario, DataNote } from '../../src/research/result.ts'
import { flatToFlat } from '../../src/research/trades.ts'
import type { StrategyDefinition } from '../../src/strategy/strategy.ts'
import { FileJournal } from '../../storage/journal-file.ts'
import {
  type CsvNames,
  csvText,
  dailyRows,
  equityRows,
  fillRows,
  type OrderRow,
  orderRows,
  tradeRows,
} from '../report/csv.ts'
import { reportText } from '../report/text.ts'
import type { DataShelf } from './data-shelf.ts'
import { resultJson, summaryJson } from './summary.ts'

export interface Execution {
  readonly spec: PlanSpec
  readonly strategy: StrategyDefinition
  readonly shelf: DataShelf
  readonly runId: RunId
  /** Where the artefacts go; made if need be. */
  readonly folder: string
  readonly codeRef: string
  /** Runs at 0× and 2× costs too. */
  readonly scenarios: boolean
  /** Told how far it is; returning true cancels. */
  progress(what: string, rows: number, total: number | undefined): boolean | Promise<boolean>
}

export interface Executed {
  readonly run: BacktestRun
  readonly report: BacktestReport
  readonly finalHash: string
  readonly runKey: string
  readonly summary: Record<string, unknown>
  readonly result: Record<string, unknown>
  /** Names of the files written, relative to the folder. */
  readonly files: readonly string[]
}

/** Most rows of orders.csv that are kept while a run goes on. */
const ORDERS_KEPT = 1_000_000

/** What a run is the result of: equal keys, equal results (UGF-E-003). */
export function runKeyOf(spec: PlanSpec, configSha256: string, codeRef: string): string {
  return sha256({ config: configSha256, policy: sha256(limitsOf(spec)), code: codeRef })
}

/** Plays a plan, with its journal into the run's folder, then at other costs, and writes what came of it. */
export async function executeBacktest(execution: Execution): Promise<Executed> {
  const { spec, strategy, shelf, folder, runId } = execution
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'plan.json'), `${JSON.stringify(spec, undefined, 2)}\n`)
  const plan = planOf(spec, strategy, { open: shelf.read })
  const total = rowsOf(spec)
  const orders: OrderRow[] = []
  const journal = new FileJournal({ path: join(folder, 'journal.jsonl'), runId })
  let run: BacktestRun
  try {
    run = await backtest(plan, {
      journal,
      watch: {
        progress: (rows) => execution.progress('backtest', rows, total),
        orderEnded: (order, ts) => {
          if (orders.length < ORDERS_KEPT) orders.push(orderRow(order, ts))
        },
      },
    })
    journal.close()
  } catch (error) {
    // What was written keeps the name that says it is not whole.
    journal.abandon()
    throw error
  }
  const scenarios: CostScenario[] = [costScenario(run, 1)]
  if (execution.scenarios && run.outcome === 'completed') {
    for (const costTimes of [0, 2]) {
      const watch = { progress: (rows: number) => execution.progress(`costs × ${costTimes}`, rows, total) }
      const other = await backtest(plan, { watch, costTimes })
      if (other.outcome === 'completed') scenarios.push(costScenario(other, costTimes))
    }
  }
  const finalHash = journal.hash
  const report = backtestReport(
    plan,
    run,
    scenarios.toSorted((a, b) => a.costTimes - b.costTimes),
    {
      runId,
      finalHash,
      periodsPerYear: spec.periods_per_year,
      datasets: datasetsOf(spec),
      notes: notesOf(execution, run),
      assumptions: termsOf(spec),
    },
  )
  const runKey = runKeyOf(spec, plan.configSha256, execution.codeRef)
  const summary = summaryJson(spec, run, report)
  const result = resultJson(spec, run, report)
  const files = writeArtefacts(folder, { run, report, orders, summary, result })
  return { run, report, finalHash, runKey, summary, result, files: ['journal.jsonl', 'plan.json', ...files] }
}

/** Rows that will be read, where it is known. A range reads fewer, so it is not. */
function rowsOf(spec: PlanSpec): number | undefined {
  if (spec.from_ts !== undefined || spec.to_ts !== undefined) return undefined
  let rows = 0
  for (const { source, kind } of spec.feeds) {
    if (source.type === 'file') rows += source.rows
    else if (kind !== 'trades') rows += Number(/[?&]count=(\d+)/.exec(source.ref)?.[1] ?? 0)
  }
  return rows
}

function datasetsOf(spec: PlanSpec): BacktestReport['datasets'] {
  return spec.feeds.map((feed) => ({
    name: feed.source.type === 'file' ? feed.source.name : datasetRef(feed),
    sha256: feed.source.type === 'file' ? feed.source.sha256 : sha256(datasetRef(feed)),
    rows: feed.source.type === 'file' ? feed.source.rows : (rowsOf({ ...spec, feeds: [feed] }) ?? 0),
  }))
}

/** What the report says of fees, the account and the limits. */
function termsOf(spec: PlanSpec): readonly Assumption[] {
  const lines: Assumption[] = []
  for (const {
    id,
    maker_ppb: maker,
    taker_ppb: taker,
    settlement,
    max_leverage: leverage,
    tick,
    lot,
  } of spec.instruments) {
    const percent = (ppb: number) => `${Number((ppb / 1e7).toFixed(7))} %`
    lines.push({
      name: `${id} fees`,
      value: `maker ${percent(maker)}, taker ${percent(taker)}`,
      meaning: 'of the notional of every fill',
    })
    const account =
      settlement === 'cash'
        ? 'spot: what is bought is paid, what is sold is owned'
        : `margin, leverage up to ${leverage}, short allowed`
    lines.push({ name: `${id} account`, value: settlement, meaning: `${account}; tick ${tick}, lot ${lot}` })
  }
  const limited = Object.entries(spec.limits).map(([name, value]) => `${name}=${value ?? 'unlimited'}`)
  lines.push({
    name: 'limits',
    value: limited.length === 0 ? 'research' : limited.join(', '),
    meaning:
      'the same gate as live, on limits that stay out of the way: cash, margin, filters, self-trade and reduce-only hold',
  })
  return lines
}

function notesOf({ shelf, spec }: Execution, run: BacktestRun): readonly DataNote[] {
  const notes: DataNote[] = shelf.notes.map((text) => ({ severity: 'info', text }))
  for (const feed of spec.feeds) {
    const faults = feed.source.type === 'file' ? shelf.faults.get(feed.source.path) : undefined
    if (feed.source.type === 'synthetic' && feed.kind !== 'trades') {
      notes.push({
        severity: 'warning',
        text: `${feed.source.ref} is an invented market: figures say how the engine works, not what the strategy earns`,
      })
    }
    for (const [code, fault] of Object.entries(faults ?? {})) {
      if (feed.source.type !== 'file' || fault === undefined) continue
      const example = fault.examples[0] ?? ''
      notes.push({
        severity: fault.policy === 'report' ? 'info' : 'warning',
        text: `${feed.source.name}: ${code} ${fault.count} × ${fault.policy}, first: ${example}`,
      })
    }
  }
  for (const text of run.queueNotes) notes.push({ severity: 'info', text })
  if (run.outcome === 'cancelled')
    notes.push({
      severity: 'warning',
      text: 'cancelled before the end of the data: every figure is of the part that was played',
    })
  if (run.outcome === 'failed') notes.push({ severity: 'warning', text: `stopped: ${run.failure}` })
  return notes
}

function orderRow(order: Order, ts: number): OrderRow {
  return {
    orderNumber: Number(order.id.slice(1)),
    instrument: order.instrumentAt,
    bot: order.botAt,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    createdTs: order.createdTs,
    endedTs: ts,
    qty: order.qty,
    filled: order.filled,
    limit: order.limit,
    stop: order.stop,
    state: order.state,
    reasonCode: order.reasonCode,
  }
}

interface Artefacts {
  readonly run: BacktestRun
  readonly report: BacktestReport
  readonly orders: readonly OrderRow[]
  readonly summary: Record<string, unknown>
  readonly result: Record<string, unknown>
}

function writeArtefacts(folder: string, { run, report, orders, summary, result }: Artefacts): readonly string[] {
  const files: string[] = []
  const write = (name: string, parts: Iterable<string>) => {
    writeFileSync(join(folder, name), [...parts].join(''))
    files.push(name)
  }
  const names: CsvNames = {
    instruments: report.instruments,
    bots: [report.strategy],
    moneyDecimals: report.moneyDecimals,
  }
  write('equity.csv', csvText(equityRows(report.equity, report.drawdown, report.moneyDecimals)))
  write('daily.csv', csvText(dailyRows(run.equity.daily(), report.moneyDecimals)))
  write('trades.csv', csvText(tradeRows(flatToFlat(run.fills).closed, names)))
  write('fills.csv', csvText(fillRows(run.fills, names)))
  write('orders.csv', csvText(orderRows(orders, names)))
  write('report.md', [`# ${report.title}\n\n\`\`\`text\n`, reportText(report, { width: 100 }), '```\n'])
  write('result.json', [`${JSON.stringify(result, undefined, 2)}\n`])
  write('summary.json', [`${JSON.stringify(summary, undefined, 2)}\n`])
  return files
}
