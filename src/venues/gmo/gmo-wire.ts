import { z } from 'zod'

/**
 * What the venue sends, as far as it is read (https://api.coin.z.com/docs/en/). Fields that are not read may come, go and
 * change; words that are not known are taken as they are.
 */
const numberText = z.string().regex(/^-?\d+(\.\d+)?$/)
const idNumber = z.union([z.number().int(), z.string().regex(/^\d+$/)]).transform(String)
const side = z.enum(['BUY', 'SELL'])

export const GmoEnvelope = z.object({
  status: z.number(),
  data: z.unknown().optional(),
  messages: z.array(z.object({ message_code: z.string(), message_string: z.string().optional() })).optional(),
  responsetime: z.string().optional(),
})

export const GmoSymbol = z.object({
  symbol: z.string().regex(/^[A-Z0-9_]{1,32}$/),
  minOrderSize: numberText,
  maxOrderSize: numberText,
  sizeStep: numberText,
  tickSize: numberText,
  takerFee: numberText,
  makerFee: numberText,
})
export type GmoSymbol = z.infer<typeof GmoSymbol>

export const GmoOrder = z.object({
  orderId: idNumber,
  symbol: z.string(),
  side,
  executionType: z.string(),
  settleType: z.string().optional(),
  size: numberText,
  executedSize: numberText,
  price: numberText,
  status: z.string(),
  cancelType: z.string().optional(),
  timestamp: z.string(),
})
export type GmoOrder = z.infer<typeof GmoOrder>

export const GmoExecution = z.object({
  executionId: z.number().int(),
  orderId: idNumber,
  symbol: z.string(),
  side,
  size: numberText,
  price: numberText,
  fee: numberText,
  timestamp: z.string(),
})
export type GmoExecution = z.infer<typeof GmoExecution>

export const GmoAsset = z.object({ symbol: z.string(), amount: numberText })
export const GmoPositionSummary = z.object({ symbol: z.string(), side, sumPositionQuantity: numberText })

/** An answer with a list, which is left out where it would be empty; how an empty one looks is not documented. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z
    .union([z.array(item), z.object({ list: z.array(item).optional() }), z.null(), z.undefined()])
    .transform((data) => (Array.isArray(data) ? data : (data?.list ?? [])))

const level = z.object({ price: z.string(), size: z.string() })

export const GmoBookFrame = z.object({
  channel: z.literal('orderbooks'),
  symbol: z.string(),
  asks: z.array(level),
  bids: z.array(level),
  timestamp: z.string(),
})
export type GmoBookFrame = z.infer<typeof GmoBookFrame>

export const GmoTradeFrame = z.object({
  channel: z.literal('trades'),
  symbol: z.string(),
  side,
  price: z.string(),
  size: z.string(),
  timestamp: z.string(),
})
export type GmoTradeFrame = z.infer<typeof GmoTradeFrame>

export const GmoOrderEvent = z.object({
  channel: z.literal('orderEvents'),
  orderId: idNumber,
  symbol: z.string(),
  side,
  settleType: z.string().optional(),
  executionType: z.string(),
  orderStatus: z.string(),
  cancelType: z.string().optional(),
  orderTimestamp: z.string(),
  orderPrice: numberText,
  orderSize: numberText,
  orderExecutedSize: numberText,
})
export type GmoOrderEvent = z.infer<typeof GmoOrderEvent>

export const GmoExecutionEvent = z.object({
  channel: z.literal('executionEvents'),
  executionId: z.number().int(),
  orderId: idNumber,
  symbol: z.string(),
  side,
  executionType: z.string().optional(),
  timeInForce: z.string().optional(),
  executionPrice: numberText,
  executionSize: numberText,
  executionTimestamp: z.string(),
  fee: numberText,
})
export type GmoExecutionEvent = z.infer<typeof GmoExecutionEvent>

export const GmoErrorFrame = z.object({ error: z.string() })
