import { type Instrument, quantiseTicks } from '../domain/instrument.ts'
import type { Lots, Ticks } from '../domain/money.ts'
import type { OrderType, Side, TimeInForce } from '../domain/order.ts'
import type { Amendment, Order } from '../orders/order.ts'
import type { PlaceRequest } from '../strategy/strategy.ts'

/** A wish in whole ticks and lots. */
export interface Shaped extends Amendment {
  readonly stopLoss: Ticks | undefined
  readonly takeProfit: Ticks | undefined
  readonly timeInForce: TimeInForce
}

export type Refused = { readonly refused: string; readonly detail: string }

/** Which prices each type carries. What is missing or too much is not an order that anyone meant. */
const CARRIES: Readonly<
  Record<OrderType, { readonly limit: boolean; readonly stop: boolean; readonly trail: boolean }>
> = {
  MARKET: { limit: false, stop: false, trail: false },
  LIMIT: { limit: true, stop: false, trail: false },
  STOP: { limit: false, stop: true, trail: false },
  STOP_LIMIT: { limit: true, stop: true, trail: false },
  TRAILING_STOP: { limit: false, stop: true, trail: true },
}

const TIMES_IN_FORCE: ReadonlySet<string> = new Set<TimeInForce>(['GTC', 'IOC', 'FOK', 'POST_ONLY'])

/** What the event catalogue takes for a reason code. */
export const REASON_CODE = /^[A-Z][A-Z0-9_]{1,63}$/

/** Families of reasons that an order may have (UGF-D-008); what follows the first word is the strategy's own. */
export const ORDER_REASONS = ['ENTRY', 'EXIT', 'QUOTE', 'HEDGE', 'STOP', 'REBALANCE', 'MANUAL', 'FLATTEN'] as const
const ORDER_REASON = new RegExp(`^(?:${ORDER_REASONS.join('|')})_[A-Z0-9_]{1,50}$`)

/**
 * Rounds a wish to the instrument: limit prices in the passive direction, stops so that they do not trigger early,
 * sizes toward zero; and refuses what has no meaning.
 */
export function shape(instrument: Instrument, wish: PlaceRequest): Shaped | Refused {
  if (!ORDER_REASON.test(wish.reasonCode)) {
    return {
      refused: 'REASON_CODE_REQUIRED',
      detail: `every order says why it exists, as ${ORDER_REASONS.join('_…, ')}_…: ${wish.reasonCode}`,
    }
  }
  const { side, type } = wish
  // Strategies come as plain JavaScript too: what the types promise is looked at once, here.
  if (!Object.hasOwn(CARRIES, type) || !(side === 'buy' || side === 'sell')) {
    return { refused: 'INTENT_META_MISSING', detail: `no order is of type ${type} on side ${side}` }
  }
  const carries = CARRIES[type]
  const wrong =
    mismatch('limit', carries.limit, wish.limit) ??
    mismatch('stop', carries.stop, wish.stop) ??
    mismatch('trail', carries.trail, wish.trail)
  if (wrong !== undefined) return { refused: 'INTENT_META_MISSING', detail: `${type} ${wrong}` }
  const timeInForce = wish.timeInForce ?? (type === 'MARKET' ? 'IOC' : 'GTC')
  if (!TIMES_IN_FORCE.has(timeInForce)) {
    return { refused: 'INTENT_META_MISSING', detail: `no order is in force ${timeInForce}` }
  }
  if (timeInForce === 'POST_ONLY' && type !== 'LIMIT') {
    return { refused: 'INTENT_META_MISSING', detail: `${type} cannot be POST_ONLY` }
  }
  const qty = wholeLots(wish.qty)
  if (qty === undefined) return { refused: 'INVALID_QTY', detail: `${wish.qty} lots round to nothing tradable` }
  const exit: Side = side === 'buy' ? 'sell' : 'buy'
  const limit = price(wish.limit, side, 'passive')
  const stop = price(wish.stop, side, 'aggressive')
  const trail = wish.trail === undefined ? undefined : (wholeLots(Math.ceil(wish.trail)) ?? null)
  const stopLoss = price(wish.stopLoss, exit, 'aggressive')
  const takeProfit = price(wish.takeProfit, exit, 'passive')
  if (limit === null || stop === null || trail === null || stopLoss === null || takeProfit === null) {
    const given = {
      limit: wish.limit,
      stop: wish.stop,
      trail: wish.trail,
      stopLoss: wish.stopLoss,
      takeProfit: wish.takeProfit,
    }
    const shaped = { limit, stop, trail, stopLoss, takeProfit }
    const [field] = Object.entries(shaped).find(([, value]) => value === null) ?? ['price']
    return {
      refused: 'INVALID_PRICE',
      detail: `${field} ${given[field as keyof typeof given]} is no price of ${instrument.id}`,
    }
  }
  return { qty, timeInForce, limit, stop, trail, stopLoss, takeProfit }
}

function mismatch(field: string, isCarried: boolean, value: number | undefined): string | undefined {
  if (isCarried === (value !== undefined)) return undefined
  return `${isCarried ? 'needs' : 'takes no'} ${field}`
}

/** @returns undefined where none was given, null where it is none */
function price(raw: number | undefined, side: Side, rounding: 'passive' | 'aggressive'): Ticks | null | undefined {
  if (raw === undefined) return undefined
  return quantiseTicks(raw, { side, rounding }) ?? null
}

function wholeLots(raw: number): (Lots & Ticks) | undefined {
  const nearest = Math.round(raw)
  const whole = Math.abs(raw - nearest) <= 1e-9 * Math.max(1, Math.abs(raw) * 1e-6) ? nearest : Math.floor(raw)
  return Number.isSafeInteger(whole) && whole > 0 ? (whole as Lots & Ticks) : undefined
}

/** What an order would become; undefined where that is no order of its type. */
export function amendment(
  order: Order,
  change: { qty?: number; limit?: number; stop?: number },
): Amendment | undefined {
  const carries = CARRIES[order.type]
  if ((change.limit !== undefined && !carries.limit) || (change.stop !== undefined && !carries.stop)) return undefined
  const qty = change.qty === undefined ? order.qty : wholeLots(change.qty)
  const limit =
    change.limit === undefined ? order.limit : quantiseTicks(change.limit, { side: order.side, rounding: 'passive' })
  const stop =
    change.stop === undefined ? order.stop : quantiseTicks(change.stop, { side: order.side, rounding: 'aggressive' })
  if (qty === undefined || qty <= order.filled) return undefined
  if ((carries.limit && limit === undefined) || (carries.stop && stop === undefined)) return undefined
  return { qty, limit, stop, trail: order.trail }
}
