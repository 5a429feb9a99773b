import { RECONCILE_EXIT, type ReconcileResult } from '../../src/reconcile/result.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { requireWhole } from '../caller.ts'
import type { CommandDeps } from '../command-line.ts'
import { unreachable, withEngine } from '../engine-access.ts'
import { venuePassphrase } from '../engine/venue-passphrase.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { ReconcileOptions } from '../reconcile.ts'
import { submit } from '../submission.ts'
import { verdict } from './verdict.ts'

/** Through the engine where one lives; else by asking the venue ourselves. */
export async function reconcile({ engine }: CommandDeps, options: ReconcileOptions): Promise<Outcome> {
  const paths = profilePaths(options.profile)
  const { reconcileOnce } = engine
  let isDown = false
  const outcome = await withEngine(options, engine, async (access) => {
    isDown = access.holder === undefined
    // No engine stands between, so the command itself asks.
    if (isDown) requireWhole(access.caller, 'upkeep')
    if (isDown && reconcileOnce !== undefined) return { code: EXIT.ok, message: '' }
    if (isDown) throw unreachable(access)
    const wish = { type: 'RECONCILE_RUN', payload: { scope: options.scope } } as const
    return verdictOf(await submit(access, engine, wish, options))
  })
  // The books are closed again by now: the one-shot takes the lease and opens them itself.
  if (!isDown || reconcileOnce === undefined) return outcome
  const passphrase = await venuePassphrase({ engine }, { ...options, flags: {} })
  try {
    return await reconcileOnce(paths, options.scope, passphrase)
  } finally {
    passphrase?.fill(0)
  }
}

/** A comparison that was carried out has a verdict of its own. One that is not told is UNKNOWN, never success. */
function verdictOf(outcome: Outcome): Outcome {
  const row = outcome.data as CommandTold
  if (outcome.code !== EXIT.ok || row.status !== 'COMPLETED') return outcome
  const { result, command_id } = row
  if (result?.status === 'OK' || result?.status === 'MISMATCH' || result?.status === 'UNKNOWN')
    return verdict(result as ReconcileResult, 'the engine looked', { engine: 'up', command_id })
  return { ...outcome, code: RECONCILE_EXIT.UNKNOWN, reasonCodes: ['RECONCILE_UNKNOWN'], quality: 'UNKNOWN' }
}

interface CommandTold {
  readonly command_id?: string
  readonly status?: string
  readonly result?: Partial<ReconcileResult> | null
}
