import { z } from 'zod'

/** Field types that the families of events share. Whole numbers stay whole: ticks and lots as JSON numbers, money as text. */

export const whole = z.int()
export const count = z.int().nonnegative()
/** Microseconds since the epoch, UTC. */
export const time = z.int().nonnegative()
export const id = z.string().min(1).max(128)
export const text = z.string().max(500)
export const currency = z.string().min(1).max(32)
/** Quanta of 10^-18 of a currency: a bigint here, its decimal digits as text in JSON. */
export const quanta = z.codec(z.string().regex(/^-?\d+$/), z.bigint(), {
  decode: (digits) => BigInt(digits),
  encode: (amount) => amount.toString(),
})
/** An exact decimal number as text. */
export const decimalText = z.string().regex(/^-?\d+(\.\d+)?$/)
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
export const reasonCode = z.string().regex(/^[A-Z][A-Z0-9_]{1,63}$/)
export const scalar = z.union([z.string(), z.number(), z.boolean()])
/** Named values that explain a decision: small, flat, no free text beyond a name's worth. */
export const evidence = z.record(z.string(), scalar)

export const side = z.enum(['buy', 'sell'])
export const orderType = z.enum(['MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP'])
export const timeInForce = z.enum(['GTC', 'IOC', 'FOK', 'POST_ONLY'])
export const liquidity = z.enum(['maker', 'taker'])
export const safetyMode = z.enum(['NORMAL', 'DEGRADED', 'SAFE_MODE', 'HALTED'])
export const killLevel = z.enum(['NONE', 'CLOSE_ONLY', 'FLATTEN', 'HALT'])
export const actionClass = z.enum(['OBSERVE', 'CANCEL', 'REDUCE', 'AMEND', 'OPEN', 'START', 'APPLY', 'DESTROY'])
export const decision = z.enum(['ALLOW', 'THROTTLE', 'REDUCE_ONLY', 'CLOSE_ONLY', 'FLATTEN', 'BLOCK', 'HALT'])
export const orderState = z.enum([
  'DRAFT',
  'VALIDATED',
  'ENQUEUED',
  'SENT',
  'OPEN',
  'PARTIAL',
  'CANCEL_REQUESTED',
  'AMEND_REQUESTED',
  'UNKNOWN',
  'FILLED',
  'CANCELED',
  'EXPIRED',
  'REJECTED',
  'BLOCKED',
])
