import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import type { ArmOptions } from '../live.ts'
import type { Outcome } from '../outcome.ts'
import type { StageOptions } from '../promote.ts'
import { type ChangeOptions, submit } from '../submission.ts'

export function armLive({ engine }: CommandDeps, options: ArmOptions): Promise<Outcome> {
  const payload = { minutes: options.ttl }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'LIVE_ARM', payload }, options))
}

export function disarmLive({ engine }: CommandDeps, options: ChangeOptions): Promise<Outcome> {
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'LIVE_DISARM', payload: {} }, options))
}

export function promoteStage({ engine }: CommandDeps, options: StageOptions): Promise<Outcome> {
  const { to: stage, evidence } = options
  const payload = evidence === undefined ? { stage } : { stage, evidence }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'STAGE_PROMOTE', payload }, options))
}

export function demoteStage({ engine }: CommandDeps, options: StageOptions): Promise<Outcome> {
  const payload = { stage: options.to }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'STAGE_DEMOTE', payload }, options))
}
