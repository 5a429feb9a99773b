import { decimal, formatDecimal, parseDecimal } from '../../src/domain/decimal.ts'
import type { CommandPayload } from '../../src/runtime/command-catalogue.ts'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import { instruments } from '../instrument-catalogue.ts'
import type { CancelAllOptions, PlaceOptions } from '../order.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ChangeOptions, submit } from '../submission.ts'
import { orderKey } from './order-key.ts'

export interface Placed {
  readonly instrument: string
  readonly side: string
  readonly qty: string
}

export function placeOrder({ engine }: CommandDeps, placed: Placed, options: PlaceOptions): Promise<Outcome> {
  return withEngine(options, engine, async (access) => {
    const payload = await orderPayload(access, placed, options)
    const { commands } = access.store
    const requestId = options.requestId ?? orderKey(payload, options.nonce ?? '', (id) => commands.get(id))
    const outcome = await submit(access, engine, { type: 'ORDER_PLACE', payload }, { ...options, requestId })
    if (options.requestId !== undefined || outcome.note === undefined) return outcome
    return { ...outcome, note: `${outcome.note}; to place another, give it a --nonce of its own` }
  })
}

/** An order as the engine reads it, from what was typed. @throws CommandError where a number is none, or no multiple of its step */
export async function orderPayload(
  access: EngineAccess,
  placed: Placed,
  options: PlaceOptions,
): Promise<CommandPayload<'ORDER_PLACE'>> {
  const { instrument, qty } = placed
  const side = placed.side.toLowerCase()
  if (side !== 'buy' && side !== 'sell')
    throw new CommandError(EXIT.usage, 'BAD_SIDE', `'${placed.side}' is no side`, 'buy or sell')
  const { tickSize, lotSize } = (await instruments(access)).require(instrument)
  const price = (name: string, text: string | undefined) =>
    text === undefined ? undefined : multipleOf({ name, text, step: tickSize, unit: 'tick' })
  const { limit, stop, tif, reduceOnly, bot } = options
  return withoutAbsent({
    instrument_id: instrument,
    side,
    type: typeOf(options),
    qty: multipleOf({ name: 'quantity', text: qty, step: lotSize, unit: 'lot' }),
    limit: price('limit price', limit),
    stop: price('stop price', stop),
    time_in_force: tif,
    reduce_only: reduceOnly ? true : undefined,
    bot_id: bot,
  })
}

function typeOf({ limit, stop }: PlaceOptions): 'MARKET' | 'LIMIT' | 'STOP' | 'STOP_LIMIT' {
  if (stop !== undefined) return limit === undefined ? 'STOP' : 'STOP_LIMIT'
  return limit === undefined ? 'MARKET' : 'LIMIT'
}

/** A row of the queue is JSON, and JSON has no undefined: the same wish must read the same again. */
function withoutAbsent<T extends object>(payload: T): T {
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)) as T
}

/** Rounding is the engine's for bots; what a person types is meant as typed, or it is a mistake. */
function multipleOf({ name, text, step, unit }: Readonly<Record<'name' | 'text' | 'step' | 'unit', string>>): string {
  const value = parseDecimal(text)
  if (value === undefined || value.units <= 0n)
    throw new CommandError(EXIT.usage, 'BAD_NUMBER', `${name} '${text}' is no number above 0`, 'a decimal such as 0.01')
  const size = decimal(step)
  const scale = Math.max(value.scale, size.scale)
  const [units, stepUnits] = [
    value.units * 10n ** BigInt(scale - value.scale),
    size.units * 10n ** BigInt(scale - size.scale),
  ]
  if (units % stepUnits !== 0n)
    throw new CommandError(
      EXIT.usage,
      'OFF_STEP',
      `${name} ${text} is not a multiple of ${unit} ${step}`,
      `nearest: ${nearest(units, stepUnits, scale)}`,
    )
  return formatDecimal(value)
}

function nearest(units: bigint, step: bigint, scale: number): string {
  const below = (units / step) * step
  const [low, high] = [below, below + step].map((at) => formatDecimal(decimal(formatDecimal({ units: at, scale }))))
  return below === 0n ? String(high) : `${low} or ${high}`
}

export function cancelOrder({ engine }: CommandDeps, order: string, options: ChangeOptions): Promise<Outcome> {
  const payload = { order_id: order }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'ORDER_CANCEL', payload }, options))
}

export function cancelAll({ engine }: CommandDeps, options: CancelAllOptions): Promise<Outcome> {
  const payload = options.scope === undefined ? {} : { scope: options.scope }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'CANCEL_ALL', payload }, options))
}
