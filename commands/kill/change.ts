import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import { missingPhrase } from '../flatten-phrase.ts'
import type { KillOptions } from '../kill.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ChangeOptions, submit } from '../submission.ts'

/** Raises a level. FLATTEN trades, and is asked for by its phrase before anything is handed in. */
export function raiseKill({ engine }: CommandDeps, options: KillOptions): Promise<Outcome> {
  return withEngine(options, engine, async (access) => {
    const { scope, level, confirm, ttl } = options
    if (level === 'NONE')
      throw new CommandError(EXIT.usage, 'NOT_A_RAISE', 'none is no level to raise to', 'use `kill lower`')
    if (level === 'FLATTEN') {
      const missing = await missingPhrase(access, { scope, confirm, act: 'FLATTEN' })
      if (missing !== undefined) return missing
    }
    const payload = { scope, level, ...(ttl === undefined ? {} : { review_minutes: ttl }) }
    return submit(access, engine, { type: 'KILL_RAISE', payload }, options)
  })
}

export function lowerKill({ engine }: CommandDeps, options: KillOptions): Promise<Outcome> {
  return withEngine(options, engine, async (access) => {
    const { scope, level } = options
    if (level === 'HALT')
      throw new CommandError(EXIT.usage, 'NOT_A_STEP_DOWN', 'nothing is stricter than halt', 'use `kill set`')
    return submit(access, engine, { type: 'KILL_LOWER', payload: { scope, level } }, options)
  })
}

export function releaseMode({ engine }: CommandDeps, options: ChangeOptions): Promise<Outcome> {
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'MODE_RELEASE', payload: {} }, options))
}
