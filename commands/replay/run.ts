import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runId } from '../../src/domain/ids.ts'
import { type Divergence, ReplayJournal, type ReplayOutcome } from '../../src/replay/replay.ts'
import { backtest } from '../../src/research/backtest.ts'
import { PlanSpec, planOf } from '../../src/research/plan-spec.ts'
import { readJournal } from '../../storage/journal-lines.ts'
import { verifyJournal } from '../../storage/verify-journal.ts'
import { DataShelf } from '../backtest/data-shelf.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import type { ReplayOptions } from '../replay.ts'
import { type FoundRun, findRun } from '../runs/find-run.ts'
import { requireStrategy } from '../strategy.ts'
import { terminalProgress } from '../terminal.ts'

/** Verifies a run's journal, then plays the run again against it. */
export async function replayRun(reference: string, options: ReplayOptions): Promise<Outcome> {
  const run = findRun(reference, options.profile)
  const journal = join(run.folder, 'journal.jsonl')
  if (!existsSync(journal)) {
    const partial = existsSync(`${journal}.incomplete`)
    const what = partial ? 'was cut off: its journal is incomplete' : `has no journal in ${run.folder}`
    throw new CommandError(EXIT.inconclusive, 'INPUT_MISSING', `run ${run.runId} ${what}`, 'run the backtest again')
  }
  const chain = verify(run, journal)
  if (chain.code !== EXIT.ok || options.verify) return chain
  return playAgain(run, journal, options)
}

/** Checks every byte of the journal, and that it ends where the run said it ended. */
function verify({ runId: id, finalHash, events }: FoundRun, journal: string): Outcome {
  const verdict = verifyJournal(journal, { runId: runId(id), events, hash: finalHash })
  if (verdict.ok) {
    const message = `${verdict.events} events, chain whole, final hash ${verdict.hash}`
    return {
      code: EXIT.ok,
      message,
      text: message,
      runId: id,
      data: { verdict: 'VALID', events: verdict.events, final_hash: verdict.hash },
    }
  }
  const { fault, events: good } = verdict
  const text = [
    `journal of ${id} is not what was written`,
    `  line      ${fault.line}${fault.seq === undefined ? '' : `, event ${fault.seq}`}`,
    `  fault     ${fault.what}`,
    `  expected  ${fault.expected}`,
    `  found     ${fault.found}`,
    `  good      the first ${good} events`,
  ].join('\n')
  return {
    code: EXIT.checkFailed,
    message: `line ${fault.line}: ${fault.what}`,
    reasonCodes: ['JOURNAL_BROKEN', fault.what],
    text,
    runId: id,
    data: {
      verdict: 'BROKEN',
      line: fault.line,
      seq: fault.seq ?? null,
      fault: fault.what,
      expected: fault.expected,
      found: fault.found,
      good_events: good,
    },
  }
}

async function playAgain(run: FoundRun, journal: string, { quiet }: ReplayOptions): Promise<Outcome> {
  const spec = specOf(run)
  const strategy = await requireStrategy(spec.strategy.id)
  if (strategy.version !== spec.strategy.version) {
    throw new CommandError(
      EXIT.inconclusive,
      'CODE_CHANGED',
      `the run was made by ${spec.strategy.id} ${spec.strategy.version}, this program has ${strategy.version}`,
      'replay it with the version of profinaut that made it',
    )
  }
  const progress = quiet ? undefined : terminalProgress()
  const [first] = spec.feeds
  const shelf = new DataShelf({
    repair: first?.source.type === 'file' && first.source.repair,
    stamp: first?.source.type === 'file' ? first.source.stamp : 'open',
  })
  await shelf.recall(spec.feeds)
  const plan = planOf(spec, strategy, { open: shelf.read })
  let describeInput = () => 'the start of the run'
  const compared = new ReplayJournal(readJournal(journal), {
    runId: runId(run.runId),
    describeInput: () => describeInput(),
  })
  await backtest(plan, {
    journal: compared,
    watch: {
      connected: (describe) => {
        describeInput = describe
      },
      progress: (rows, inputs) => {
        progress?.update('replay', rows, undefined, 'rows')
        // A run that was cancelled ended between two chunks; its replay ends at the same place.
        return compared.isDiverged || (run.cancelledAtInput !== undefined && inputs >= run.cancelledAtInput)
      },
    },
  })
  progress?.clear()
  return describe(run, compared.finish())
}

function specOf({ folder, runId: id }: FoundRun): PlanSpec {
  const path = join(folder, 'plan.json')
  if (!existsSync(path))
    throw new CommandError(
      EXIT.inconclusive,
      'INPUT_MISSING',
      `run ${id} has no plan in ${folder}`,
      'without it only --verify is possible',
    )
  const parsed = PlanSpec.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new CommandError(
    EXIT.checkFailed,
    'PLAN_CHANGED',
    `${path} is not the plan of a run: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    'restore it from a copy',
  )
}

/** A replay in words and data. */
export function describe(run: Pick<FoundRun, 'runId'>, outcome: ReplayOutcome): Outcome {
  const { verdict, events, hash, divergence } = outcome
  if (divergence === undefined) {
    const message = `${events} events, all equal, final hash ${hash}`
    return {
      code: EXIT.ok,
      message,
      text: message,
      runId: run.runId,
      data: { verdict, events, final_hash: hash, divergence: null },
    }
  }
  return {
    code: EXIT.checkFailed,
    message: `event ${divergence.seq} differs`,
    reasonCodes: ['DIVERGED'],
    text: divergenceText(divergence, events),
    runId: run.runId,
    data: { verdict, events, final_hash: hash, divergence },
  }
}

function divergenceText({ seq, recorded, produced, fields, input }: Divergence, equal: number): string {
  const show = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value))
  const lines = [`event ${seq} differs; the ${equal} before it are equal`, `input     ${input}`]
  for (const difference of fields.slice(0, 8)) {
    lines.push(difference.field, `  recorded  ${show(difference.recorded)}`, `  now       ${show(difference.produced)}`)
  }
  if (fields.length > 8) lines.push(`and ${fields.length - 8} more fields`)
  lines.push('the whole event', `  recorded  ${show(recorded)}`, `  now       ${show(produced)}`)
  return lines.join('\n')
}
