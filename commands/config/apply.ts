import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import type { Outcome } from '../outcome.ts'
import { type ChangeOptions, submit } from '../submission.ts'

export function applyConfig({ engine }: CommandDeps, options: ChangeOptions): Promise<Outcome> {
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'CONFIG_APPLY', payload: {} }, options))
}
