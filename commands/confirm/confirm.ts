import type { CommandDeps } from '../command-line.ts'
import type { ConfirmOptions } from '../confirm.ts'
import { withEngine } from '../engine-access.ts'
import type { Outcome } from '../outcome.ts'
import { submit } from '../submission.ts'

/** Carries the token to the engine, which judges it. */
export function confirm({ engine }: CommandDeps, challenge: string, options: ConfirmOptions): Promise<Outcome> {
  const { token, phrase, ...rest } = options
  const payload = { challenge_id: challenge, token }
  return withEngine(options, engine, (access) =>
    submit(access, engine, { type: 'CONFIRM', payload }, { ...rest, confirm: phrase }),
  )
}
