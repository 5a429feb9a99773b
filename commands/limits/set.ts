import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import type { LimitSetOptions } from '../limits.ts'
import type { Outcome } from '../outcome.ts'
import { submit } from '../submission.ts'

export function setLimit(
  { engine }: CommandDeps,
  limit: string,
  value: string,
  options: LimitSetOptions,
): Promise<Outcome> {
  const { scope } = options
  return withEngine(options, engine, (access) =>
    submit(access, engine, { type: 'LIMIT_SET', payload: { limit, scope, value } }, options),
  )
}
