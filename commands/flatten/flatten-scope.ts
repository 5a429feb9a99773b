import type { SafetyView } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { FlattenOptions } from '../flatten.ts'
import { raiseKill } from '../kill/change.ts'
import type { Outcome } from '../outcome.ts'
import { readView, requireClient } from '../reading.ts'

type Progress = SafetyView['flatten'][number]

const POLL_MS = 250
const ANSWER_WAIT_S = 10

/** Raises FLATTEN for one scope and stays until the venue has said twice that nothing is left. */
export async function flattenScope(deps: CommandDeps, options: FlattenOptions): Promise<Outcome> {
  const scope = scopeOf(options)
  const { wait = ANSWER_WAIT_S } = options
  const raised = await raiseKill(deps, { ...options, scope, level: 'FLATTEN', wait: Math.min(wait, ANSWER_WAIT_S) })
  // One that stands already is the one to wait for.
  const isUnderWay = raised.code === EXIT.ok || raised.reasonCodes?.includes('ALREADY_AT_LEAST') === true
  if (!isUnderWay || wait === 0) return raised
  return withEngine(options, deps.engine, async (access) => {
    const client = requireClient(access)
    const { engine, printer } = deps
    const untilMs = engine.monotonicMs() + wait * 1_000
    let told = ''
    for (;;) {
      const view = await readView(client, 'safety')
      const halt = view.kills.find((kill) => kill.level === 'HALT' && covers(kill.scope, scope))
      if (halt !== undefined) return halted(scope, halt.scope)
      const progress = progressOf(view, scope)
      const line = progress === undefined ? '' : `${progress.state}: ${progress.detail}`
      if (line !== told && line !== '') printer.err(`${line}\n`)
      told = line
      const isOver = engine.monotonicMs() >= untilMs
      if (progress?.state === 'FLAT' || isOver) return outcomeOf(scope, progress)
      await engine.pause(POLL_MS)
    }
  })
}

function scopeOf({ bot, instrument, venue }: FlattenOptions): string {
  if (bot !== undefined) return `bot:${bot}`
  if (instrument !== undefined) return `instrument:${instrument}`
  return venue === undefined ? 'global' : `venue:${venue}`
}

/** A wider scope flattens what is in it too. */
function covers(wider: string, scope: string): boolean {
  return wider === 'global' || wider === scope
}

/** What is told of the flatten that stands; an earlier one of the same scope may still be in a view. */
function progressOf({ flatten, kills }: SafetyView, scope: string): Progress | undefined {
  return flatten.find((told) => {
    const kill = kills.find((one) => one.scope === told.scope && one.level === 'FLATTEN')
    return kill !== undefined && covers(told.scope, scope) && told.ts >= kill.sinceTs
  })
}

function halted(scope: string, by: string): Outcome {
  return {
    code: EXIT.denied,
    message: `${scope} is not flattened: HALT stands for ${by}, and under it nothing trades\nstep down first: profinaut kill lower --scope ${by} --level flatten`,
    reasonCodes: ['KILL_HALT'],
    data: { scope, state: null, detail: `HALT stands for ${by}` },
  }
}

function outcomeOf(scope: string, progress: Progress | undefined): Outcome {
  const data = { scope, state: progress?.state ?? null, detail: progress?.detail ?? null }
  if (progress?.state === 'FLAT') {
    const text = `${scope} is flat: ${progress.detail}\nFLATTEN stands until: profinaut kill lower --scope ${scope}`
    return { code: EXIT.ok, message: text, text, data }
  }
  const isLate = progress?.state === 'INCOMPLETE' || progress?.state === 'STUCK'
  return {
    code: isLate ? EXIT.checkFailed : EXIT.unreachable,
    message: `${scope} is not flat yet${progress === undefined ? '' : ` (${progress.state}: ${progress.detail})`}; closing goes on\nwatch it with: profinaut safety show --watch`,
    reasonCodes: [isLate ? 'FLATTEN_INCOMPLETE' : 'STILL_FLATTENING'],
    data,
  }
}
