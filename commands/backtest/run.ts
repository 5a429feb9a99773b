import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import chalk from 'chalk'
import { formatTime, type TimeUs } from '../../src/domain/time.ts'
import { configHash, datasetRef, limitsOf, type PlanSpec, sha256 } from '../../src/research/plan-spec.ts'
import { monotonicMs, wallTime } from '../../src/runtime/clock.ts'
import { codeRef } from '../../src/runtime/code-ref.ts'
import { environmentRef, profilePaths, wantsColour } from '../../src/runtime/config.ts'
import { newRunId } from '../../src/runtime/ids.ts'
import { parseParams } from '../../src/strategy/catalogue-params.ts'
import type { StrategyDefinition } from '../../src/strategy/strategy.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { Progress } from '../progress.ts'
import { chalkLook } from '../report/chalk-look.ts'
import { chartAssets } from '../report/chart-assets.ts'
import { reportHtml } from '../report/html.ts'
import { reportText } from '../report/text.ts'
import { requireStrategy } from '../strategy.ts'
import { terminalProgress, terminalWidth } from '../terminal.ts'
import { VERSION } from '../version.ts'
import type { RunOptions } from './command.ts'
import { DataShelf } from './data-shelf.ts'
import { type Executed, executeBacktest, runKeyOf } from './execute.ts'
import { RegisteredRun } from './registered-run.ts'
import { specOfOptions } from './spec-of-options.ts'

/** From the words on the command line to a finished, registered and printed run. */
export async function runBacktest(id: string, options: RunOptions): Promise<Outcome> {
  const strategy = await requireStrategy(id)
  const params = paramsOf(strategy, options.param)
  const progress = options.quiet ? SILENT : terminalProgress()
  const shelf = new DataShelf({
    repair: options.repair,
    stamp: options.stamp,
    progress: (name, done, total) => progress.update(`reading ${name}`, done, total, 'bytes'),
  })
  const spec = await specOfOptions(strategy, params, options, shelf)
  progress.clear()
  const paths = profilePaths(options.profile)
  const runId = newRunId()
  const folder = options.out === undefined ? join(paths.runs, runId) : resolve(options.out)
  const code = codeRef(VERSION)
  const configSha256 = configHash(spec)
  const registered = RegisteredRun.begin({
    database: paths.database,
    runId,
    kind: 'backtest',
    folder,
    runKey: runKeyOf(spec, configSha256, code),
    refs: {
      code_ref: code,
      config_ref: configSha256,
      policy_ref: sha256(limitsOf(spec)),
      dataset_ref: datasetRefs(spec),
      params_ref: sha256(spec.strategy),
      cost_model_ref: sha256({
        assumptions: spec.assumptions,
        fees: spec.instruments.map(({ maker_ppb, taker_ppb, fee_per_fill }) => [maker_ppb, taker_ppb, fee_per_fill]),
      }),
      seed: String(spec.seed),
      env_ref: environmentRef(),
    },
    startedTs: wallTime(),
  })
  try {
    const executed = await executeBacktest({
      spec,
      strategy,
      shelf,
      runId,
      folder,
      codeRef: code,
      scenarios: options.scenarios,
      progress: async (what, rows, total) => {
        progress.update(what, rows, total, 'rows')
        await signalsIn()
        return registered.isCancelled(total === undefined ? undefined : rows / total)
      },
    })
    progress.clear()
    return finish(executed, { spec, options, registered, runId, folder })
  } catch (error) {
    progress.clear()
    registered.fail(error, wallTime())
    throw error
  }
}

/** The data and the window of it that was played. */
function datasetRefs({ feeds, from_ts: from, to_ts: to }: PlanSpec): string {
  const refs = feeds.map(datasetRef).join(' ')
  const time = (ts: number | undefined) => (ts === undefined ? '' : formatTime(ts as TimeUs))
  return from === undefined && to === undefined ? refs : `${refs} [${time(from)}, ${time(to)})`
}

interface Finished {
  readonly spec: PlanSpec
  readonly options: RunOptions
  readonly registered: RegisteredRun
  readonly runId: string
  readonly folder: string
}

function finish(executed: Executed, { options, registered, runId, folder }: Finished): Outcome {
  const { run, report, finalHash, summary } = executed
  const files = [...executed.files]
  const page = reportHtml(report, chartAssets())
  writeFileSync(join(folder, 'report.html'), page)
  files.push('report.html')
  if (options.report !== undefined) writeFileSync(options.report, page)
  registered.end(run.outcome, {
    finalHash,
    events: run.events,
    inputs: run.inputs,
    summary,
    files,
    failure: run.failure,
    endedTs: wallTime(),
  })
  const look = wantsColour(process.stdout) ? chalkLook(chalk) : undefined
  const places = [`artefacts   ${folder}`, `replay      profinaut replay ${runId}`]
  const text = `${reportText(report, { width: terminalWidth(), ...(look === undefined ? {} : { look }) })}${places.join('\n')}`
  const outcome = { data: { run_id: runId, folder, report: options.report ?? null, ...executed.result }, text, runId }
  switch (run.outcome) {
    case 'completed':
      return { ...outcome, code: EXIT.ok, message: `${runId} completed, final hash ${finalHash}` }
    case 'cancelled':
      return {
        ...outcome,
        code: EXIT.interrupted,
        message: `${runId} was cancelled; what it wrote is marked so`,
        reasonCodes: ['CANCELED'],
        quality: 'DEGRADED',
      }
    case 'failed':
      return {
        ...outcome,
        code: EXIT.internal,
        message: `the strategy failed: ${run.failure}`,
        reasonCodes: ['STRATEGY_EXCEPTION'],
        quality: 'DEGRADED',
      }
  }
}

function paramsOf(strategy: StrategyDefinition, pairs: readonly string[]): Record<string, unknown> {
  const given: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    if (at <= 0)
      throw new CommandError(
        EXIT.usage,
        'BAD_PARAMETER',
        `--param ${pair} is no name=value`,
        'for example --param fast=20',
      )
    if (Object.hasOwn(given, name))
      throw new CommandError(EXIT.usage, 'BAD_PARAMETER', `--param ${name} is given twice`, 'give each parameter once')
    given[name] = pair.slice(at + 1)
  }
  const parsed = parseParams(strategy, given)
  if (parsed.isValid) return parsed.params as Record<string, unknown>
  throw new CommandError(
    EXIT.usage,
    'BAD_PARAMETER',
    parsed.problems.map(({ message }) => message).join('\n'),
    `all parameters: profinaut strategy show ${strategy.id}`,
  )
}

/** A signal is heard only between turns of the event loop: take one now and then. */
const TURN_MS = 20
let turnedMs = 0
async function signalsIn(): Promise<void> {
  const now = monotonicMs()
  if (now - turnedMs < TURN_MS) return
  turnedMs = now
  await nextTurn()
}

const SILENT = new Progress({ write: () => undefined, clock: () => 0, isShown: false })
