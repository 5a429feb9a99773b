import { divHalfEven } from '../domain/decimal.ts'
import { type Instrument, notional } from '../domain/instrument.ts'
import { type Lots, type Money, money, type Ticks, ZERO } from '../domain/money.ts'
import type { Side } from '../domain/order.ts'

/** A signed holding in one instrument at average cost. `cost` carries the sign of `qty`; fees are postings of their own. */
export interface Position {
  readonly qty: Lots
  /** What the open quantity cost, in the quote currency. */
  readonly cost: Money
  /** Booked profit of everything closed, in the quote currency. */
  readonly realised: Money
}

export const FLAT: Position = { qty: 0 as Lots, cost: ZERO, realised: ZERO }

/**
 * Applies one fill, closing before opening, so one fill may flip long to short.
 * Invariants: `cost − realised` grows by exactly the cash paid; a flat position carries no cost.
 *
 * @param fill quantity is positive; `side` carries the direction
 * @returns a new position at average cost, fees excluded
 */
export function applyFill(
  position: Position,
  fill: { readonly side: Side; readonly qty: Lots; readonly price: Ticks },
  instrument: Instrument,
): Position {
  const delta = fill.side === 'buy' ? fill.qty : -fill.qty
  const opposes = position.qty !== 0 && position.qty > 0 !== delta > 0
  const closing = opposes ? Math.sign(delta) * Math.min(Math.abs(delta), Math.abs(position.qty)) : 0
  const opening = delta - closing
  const costOut = opposes ? costOf(position, -closing) : 0n
  const proceeds = closing === 0 ? 0n : -notional(instrument, fill.price, closing as Lots)
  const costIn = opening === 0 ? 0n : notional(instrument, fill.price, opening as Lots)
  return {
    qty: (position.qty + delta) as Lots,
    cost: money(position.cost - costOut + costIn),
    realised: money(position.realised + proceeds - costOut),
  }
}

/** Share of the cost that `qty` lots of the position carry; all of it when all are meant, so nothing is left by rounding. */
function costOf(position: Position, qty: number): bigint {
  if (qty === position.qty) return position.cost
  const dividend = position.cost * BigInt(qty)
  return position.qty > 0 ? divHalfEven(dividend, BigInt(position.qty)) : divHalfEven(-dividend, BigInt(-position.qty))
}

/** Average price of the open quantity in ticks; undefined when flat. */
export function averageTicks(position: Position, instrument: Instrument): number | undefined {
  if (position.qty === 0) return undefined
  return Number(position.cost) / 1e18 / instrument.valuePerTickLot / position.qty
}
