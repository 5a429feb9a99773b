import { z } from 'zod'
import { evidence, id, reasonCode } from './fields.ts'

/** Signal: an opinion of a strategy, before any wish to trade on it. */
export const signal = {
  'signal.emitted': z.strictObject({ instrument_id: id, name: reasonCode, strength: z.number(), evidence }),
} as const
