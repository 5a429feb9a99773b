import { z } from 'zod'
import { count, evidence, id, quanta, sha256, text } from './fields.ts'

/** Run: one start to stop of a kernel, and everything that its result depends on. */
export const run = {
  'run.started': z.strictObject({
    mode: z.enum(['backtest', 'paper', 'forward', 'shadow', 'canary', 'live']),
    seed: count,
    config_sha256: sha256,
    policy_sha256: sha256,
    base_currency: id,
  }),
  /** The run goes on from the books of the runs before it: numbers go on, and the hash is of those books. */
  'run.resumed': z.strictObject({
    inputs: count,
    intents: count,
    decisions: count,
    orders: count,
    state_sha256: sha256,
  }),
  /** A bot as it is known from here on; told again when its parameters change. */
  'run.bot_registered': z.strictObject({
    strategy_id: id,
    strategy_version: id,
    params: evidence,
    allocation: quanta,
    instruments: z.array(id).min(1),
  }),
  'run.checkpoint': z.strictObject({ inputs: count, state_sha256: sha256 }),
  'run.ended': z.strictObject({ reason: z.enum(['completed', 'cancelled', 'failed']), inputs: count, detail: text }),
} as const
