import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { US_PER_DAY, US_PER_MS } from '../../src/domain/time.ts'
import { monotonicMs } from '../../src/runtime/clock.ts'
import { planOf, type SimulationPlan } from '../../src/simulation/plan.ts'
import { shrink } from '../../src/simulation/shrink.ts'
import type { Violation } from '../../src/simulation/witness.ts'
import { World, type WorldEnd } from '../../src/simulation/world.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { Progress } from '../progress.ts'
import type { SimulateOptions } from '../simulate.ts'
import { emptyProfile } from './scratch-disk.ts'
import { simulationPorts } from './simulation-ports.ts'

const SHRINK_MS = 60_000
const FAILURES_SHOWN = 5

/** What one world came to, as a line between processes. */
interface WorldLine {
  readonly seed: number
  readonly violation: Violation | undefined
  readonly hash: string
  readonly virtual_ms: number
  readonly events: number
  readonly orders: number
  readonly fills: number
  readonly lives: number
  readonly faults: Readonly<Record<string, number>>
}

/** Worlds of many seeds, on all cores; what failed is made as short as it can be. */
export async function runSimulation(deps: CommandDeps, options: SimulateOptions): Promise<Outcome> {
  const { printer } = deps
  if (options.plan !== undefined) return ended(await failureOf(readPlan(options.plan)), undefined)
  if (options.lines) return tellLines(deps, options)
  const startedMs = monotonicMs()
  const progress = new Progress({
    write: (text) => printer.err(text),
    clock: monotonicMs,
    isShown: printer.isTerminal === true && !options.json,
  })
  const total = new Survey()
  const tell = (line: WorldLine) => {
    total.add(line)
    progress.update(`simulating, ${total.failed.length} failed`, total.worlds, options.seeds, 'worlds')
  }
  const jobs = Math.min(options.jobs, options.seeds)
  if (jobs === 1) for await (const line of worlds(options)) tell(line)
  else await Promise.all(Array.from({ length: jobs }, (_, job) => runJob(options, { job, jobs, tell })))
  progress.clear()
  const [first] = total.failed.toSorted((a, b) => a.seed - b.seed)
  const failure = first === undefined ? undefined : await failureOf(planOf(first.seed, options))
  return ended(failure, { total, seconds: (monotonicMs() - startedMs) / 1_000 })
}

// ---- running -------------------------------------------------------------------------------------------------------------

async function* worlds({ from, seeds, stride, minutes, scenario }: SimulateOptions): AsyncGenerator<WorldLine> {
  const ports = simulationPorts(emptyProfile())
  for (let at = 0; at < seeds; at += stride) {
    const seed = from + at
    yield lineOf(seed, await new World(planOf(seed, { minutes, scenario }), ports).run())
  }
}

/** What a job says to whoever started it. */
async function tellLines({ printer }: CommandDeps, options: SimulateOptions): Promise<Outcome> {
  for await (const line of worlds(options)) printer.out(`${JSON.stringify(line)}\n`)
  return { code: EXIT.ok, message: '' }
}

/** A process of its own for a share of the seeds. */
async function runJob(
  { from, seeds, minutes, scenario }: SimulateOptions,
  { job, jobs, tell }: { readonly job: number; readonly jobs: number; readonly tell: (line: WorldLine) => void },
): Promise<void> {
  const [entry = ''] = process.argv.slice(1)
  const args = ['simulate', '--lines', '--from', from + job, '--seeds', seeds - job, '--stride', jobs]
  const more = ['--minutes', minutes, '--scenario', scenario, '--jobs', 1]
  const child = spawn(process.execPath, [entry, ...[...args, ...more].map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-2_000)
  })
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  for await (const line of createInterface({ input: child.stdout })) tell(JSON.parse(line) as WorldLine)
  const code = await exited
  if (code !== EXIT.ok)
    throw new CommandError(
      EXIT.internal,
      'SIMULATION_DIED',
      `a job ended with ${code}: ${said}`,
      'run it with --jobs 1',
    )
}

// ---- what failed ---------------------------------------------------------------------------------------------------------

interface Failure {
  readonly end: WorldEnd
  readonly plan: SimulationPlan
  /** Runs that it took to make the plan short. */
  readonly runs: number
}

/** Runs a plan; one that fails is made short. */
async function failureOf(plan: SimulationPlan): Promise<Failure | undefined> {
  const ports = simulationPorts(emptyProfile())
  const run = (tried: SimulationPlan) => new World(tried, ports).run()
  const end = await run(plan)
  const { violation } = end
  if (violation === undefined) return undefined
  const untilMs = monotonicMs() + SHRINK_MS
  let runs = 0
  const short = await shrink(
    plan,
    async (tried) => {
      runs++
      return (await run(tried)).violation?.invariant === violation.invariant
    },
    () => monotonicMs() > untilMs,
  )
  return { end: await run(short), plan: short, runs }
}

function readPlan(path: string): SimulationPlan {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SimulationPlan
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new CommandError(EXIT.usage, 'PLAN_UNREADABLE', `${path}: ${detail}`, 'give a plan as `simulate` printed it')
  }
}

// ---- words ---------------------------------------------------------------------------------------------------------------

class Survey {
  worlds = 0
  events = 0
  orders = 0
  fills = 0
  lives = 0
  virtualMs = 0
  readonly faults = new Map<string, number>()
  readonly failed: WorldLine[] = []

  add(line: WorldLine): void {
    this.worlds++
    this.events += line.events
    this.orders += line.orders
    this.fills += line.fills
    this.lives += line.lives
    this.virtualMs += line.virtual_ms
    for (const [fault, count] of Object.entries(line.faults))
      this.faults.set(fault, (this.faults.get(fault) ?? 0) + count)
    if (line.violation !== undefined) this.failed.push(line)
  }
}

function lineOf(
  seed: number,
  { violation, hash, virtualMs, events, orders, fills, lives, faults }: WorldEnd,
): WorldLine {
  const counts = { virtual_ms: virtualMs, events, orders, fills, lives }
  return { seed, violation, hash, ...counts, faults: Object.fromEntries(faults) }
}

function ended(
  failure: Failure | undefined,
  many: { readonly total: Survey; readonly seconds: number } | undefined,
): Outcome {
  const data = { ...(many && figures(many)), ...(failure && { failure: told(failure) }) }
  const text = many === undefined ? '' : summary(many)
  if (failure === undefined) return { code: EXIT.ok, message: 'every invariant held', data, text }
  const { violation, seed } = { ...failure.end, ...failure.plan }
  const message = `seed ${seed}: ${violation?.invariant ?? 'it does not fail any more'}`
  return { code: EXIT.checkFailed, message, data, text: `${text}\n${words(failure, many?.total.failed ?? [])}` }
}

function figures({ total, seconds }: { readonly total: Survey; readonly seconds: number }) {
  const { worlds: count, events, orders, fills, lives, virtualMs, faults, failed } = total
  const days = (virtualMs * US_PER_MS) / US_PER_DAY
  return {
    worlds: count,
    failed: failed.length,
    days,
    days_per_s: days / seconds,
    seconds,
    lives,
    orders,
    fills,
    events,
    faults: Object.fromEntries([...faults].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    failures: failed.map(({ seed, violation }) => ({ seed, ...violation })),
  }
}

function summary({ total, seconds }: { readonly total: Survey; readonly seconds: number }): string {
  const { worlds: count, failed, days, days_per_s: speed, lives, orders, fills, faults } = figures({ total, seconds })
  const width = Math.max(...Object.keys(faults).map((name) => name.length), 0)
  const sum = Object.values(faults).reduce((a, b) => a + b, 0)
  return [
    `${count} worlds, ${failed} failed, in ${seconds.toFixed(1)} s`,
    `${days.toFixed(3)} trading days (${speed.toFixed(4)} a second), ${lives} lives, ${orders} orders, ${fills} fills`,
    `${sum} faults and acts:`,
    ...Object.entries(faults).map(([name, times]) => `  ${name.padEnd(width)}  ${String(times).padStart(8)}`),
  ].join('\n')
}

function told({ end, plan, runs }: Failure) {
  return { plan, violation: end.violation, trace: end.trace, runs }
}

function words({ end, plan, runs }: Failure, failed: readonly WorldLine[]): string {
  const { violation, trace } = end
  const others = failed.filter(({ seed }) => seed !== plan.seed).slice(0, FAILURES_SHOWN)
  return [
    `seed ${plan.seed} failed: ${violation?.invariant ?? 'not any more'}`,
    `  ${violation?.detail ?? ''} (at ${((violation?.atMs ?? 0) / 1_000).toFixed(2)} s)`,
    '',
    `${plan.acts.length} of what went wrong are enough (found in ${runs} runs):`,
    ...plan.acts.map((act) => `  ${JSON.stringify(act)}`),
    '',
    'the last events:',
    ...trace.map((event) => `  ${event}`),
    '',
    'to run it again: save the next line as failing.json, then `profinaut simulate --plan failing.json`',
    JSON.stringify(plan),
    '',
    ...others.map(({ seed, violation: other }) => `seed ${seed} failed too: ${other?.invariant}: ${other?.detail}`),
    '',
  ].join('\n')
}
