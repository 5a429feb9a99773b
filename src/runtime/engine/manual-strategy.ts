import { z } from 'zod'
import { defineStrategy } from '../../strategy/strategy.ts'

/** The bot that an operator's own orders belong to: it watches, and wishes for nothing. */
export const MANUAL_BOT = 'manual'

export const manualStrategy = defineStrategy({
  id: 'manual',
  version: '1.0.0',
  description: 'holds what the operator trades by hand',
  params: z.strictObject({}),
  create: () => ({}),
})
