import { assert, type Brand } from './brand.ts'

export type RunId = Brand<string, 'RunId'>
export type BotId = Brand<string, 'BotId'>
export type VenueId = Brand<string, 'VenueId'>
export type InstrumentId = Brand<string, 'InstrumentId'>
export type IntentId = Brand<string, 'IntentId'>
export type DecisionId = Brand<string, 'DecisionId'>
/** Ours, derived before sending, and the idempotency key: a venue that takes a client order id gets this one. */
export type OrderId = Brand<string, 'OrderId'>
/** Theirs; does not exist until they answer. */
export type VenueOrderId = Brand<string, 'VenueOrderId'>
/** Theirs: one execution. Counted once, whatever is repeated. */
export type TradeId = Brand<string, 'TradeId'>
export type CommandId = Brand<string, 'CommandId'>

const PRINTABLE = /^[\x21-\x7e]{1,128}$/

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the brand is chosen by the constructor below
function id<T extends string>(raw: string, what: string): T {
  assert(PRINTABLE.test(raw), `a ${what} is 1 to 128 printable ASCII characters, was '${raw}'`)
  return raw as T
}

export const runId = (raw: string): RunId => id(raw, 'run id')
export const botId = (raw: string): BotId => id(raw, 'bot id')
export const venueId = (raw: string): VenueId => id(raw, 'venue id')
export const instrumentId = (raw: string): InstrumentId => id(raw, 'instrument id')
export const venueOrderId = (raw: string): VenueOrderId => id(raw, 'venue order id')
export const commandId = (raw: string): CommandId => id(raw, 'command id')
export const tradeId = (raw: string): TradeId => id(raw, 'trade id')

/** Ids of one kind, numbered within a run: `o1`, `o2`, … The kernel derives them, so two runs agree. */
export const intentIdAt = (n: number): IntentId => `i${n}` as IntentId
export const decisionIdAt = (n: number): DecisionId => `d${n}` as DecisionId
export const orderIdAt = (n: number): OrderId => `o${n}` as OrderId
/** The number in an id of {@link orderIdAt}; undefined for any other text. */
export function orderNumber(id: OrderId): number | undefined {
  if (id.charCodeAt(0) !== 0x6f || id.length < 2 || id.length > 16) return undefined
  // Digit by digit: strategies look their orders up at every tick, and no text is made for it.
  let number = 0
  for (let at = 1; at < id.length; at++) {
    const digit = id.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) return undefined
    number = number * 10 + digit
  }
  return number > 0 ? number : undefined
}
export const venueOrderIdAt = (n: number): VenueOrderId => `v${n}` as VenueOrderId
export const tradeIdAt = (n: number): TradeId => `x${n}` as TradeId
