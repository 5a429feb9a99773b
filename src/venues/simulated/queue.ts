import { assert } from '../../domain/brand.ts'
import type { Side } from '../../domain/order.ts'

/**
 * Where a resting order stands in the line at its price, estimated from a feed that tells only the total size of each
 * level. Assumptions, up front: first come, first served; our order is not in the recorded book and moves nobody; what
 * joins the level after us stands behind us.
 *
 * The record is mutated in place: a level changes far more often than an order is placed.
 */
export interface QueuePlace {
  /** Others' lots before us, at least 0. Not whole where a model splits a decrease. */
  ahead: number
  /** Lots of ours that still rest. */
  open: number
  /** Others' lots at our price when the book was last told, less what traded there since. At least `ahead`. */
  size: number
}

/**
 * How much of a decrease that no trade explains happened before us.
 *
 * @param ahead others' lots before us
 * @param behind others' lots after us
 * @param cancelled lots that left, above 0 and at most `ahead + behind`
 * @returns lots that left before us; the caller keeps it within what is possible
 */
export type QueueModel = (ahead: number, behind: number, cancelled: number) => number

/** Whoever cancels stood behind us, as long as anybody does: only trades bring us forward. The cautious choice. */
export const conservative: QueueModel = () => 0

/**
 * Everyone in the line is as likely to cancel, so the part before us shrinks in proportion. Moallemi and Yuan (2017),
 * "A Model for Queue Position Valuation in a Limit Order Book", let each order ahead cancel at the same rate.
 */
export const proportional: QueueModel = (ahead, behind, cancelled) => (cancelled * ahead) / (ahead + behind)

/**
 * A decrease is before us with probability `f(ahead) / (f(ahead) + f(behind))` where `f(x) = x^exponent`, and its
 * expectation is taken. Exponent 1 is {@link proportional}; above 1 the longer part of the line takes more of it.
 * Source: Rigtorp (2013), "Estimating order queue position", where f is left to choose.
 */
export function probability(exponent: number): QueueModel {
  assert(exponent > 0 && Number.isFinite(exponent), `the exponent of a queue model is above 0, was ${exponent}`)
  return (ahead, behind, cancelled) => {
    // Of the ratio, so that no size is too large for its power.
    return ahead === 0 ? 0 : cancelled / (1 + (behind / ahead) ** exponent)
  }
}

/** Joins the end of the line: everything that rests at the price now is before us. */
export function joinQueue(joined: { size: number; open: number }): QueuePlace {
  // Fields that begin as fractions stay doubles in V8, whatever whole number comes first.
  const place: QueuePlace = { ahead: 0.5, open: 0.5, size: 0.5 }
  rejoinQueue(place, joined)
  return place
}

/** Goes to the end of the line again, as after an amendment that loses priority. */
export function rejoinQueue(place: QueuePlace, { size, open }: { size: number; open: number }): void {
  place.ahead = size
  place.open = open
  place.size = size
}

/**
 * Takes a print at our price whose taker was on the other side. It serves those before us, then us, then those behind.
 *
 * For several orders of ours at one price, call it in the order of placement and leave out of `qty` what the earlier
 * ones got: to the later ones, that quantity never came by.
 *
 * @returns whole lots of ours it fills, at most `qty`
 */
export function tradeAtPrice(place: QueuePlace, qty: number): number {
  // The recorded print took from the recorded level whatever we imagine to get of it. Counting it off here is what
  // keeps the depth update that follows from counting it again.
  place.size = Math.max(0, place.size - qty)
  const reached = qty - place.ahead
  if (reached < 0) {
    place.ahead = -reached
    // More may trade than the book has told of yet, but what is before us is part of the level.
    if (place.size < place.ahead) place.size = place.ahead
    return 0
  }
  place.ahead = 0
  const filled = Math.min(place.open, Math.floor(reached))
  place.open -= filled
  return filled
}

/**
 * Takes a print at a price worse for us than ours: a seller who went below our bid, or a buyer above our ask. Price
 * priority says that our whole level had been served first, so we are next in line for that quantity.
 *
 * @returns lots of ours it fills, at most `qty`
 */
export function tradeThrough(place: QueuePlace, qty: number): number {
  place.ahead = 0
  place.size = 0
  const filled = Math.min(place.open, qty)
  place.open -= filled
  return filled
}

/**
 * Takes the new total size at our price. What trades since the last update do not explain was cancelled, and the model
 * says where; an increase stands behind us. No model leaves more before us than there is.
 */
export function levelChanged(place: QueuePlace, model: QueueModel, size: number): void {
  const cancelled = place.size - size
  if (cancelled > 0) {
    const { ahead } = place
    const before = ahead === 0 ? 0 : model(ahead, place.size - ahead, cancelled)
    place.ahead = Math.min(size, Math.max(0, ahead - before))
  }
  place.size = size
}

/**
 * Whether the best price of the other side reaches ours: an ask at or below our bid, a bid at or above our ask.
 *
 * Nobody rests at a price where somebody rests on the other side; they would have traded. So every order at our price
 * is gone, those behind us too, and had ours been there it would have been taken with them: it is filled entirely, see
 * {@link fillCrossed}. Ask only when a message is complete, because a book may be crossed between two of its rows.
 */
export function isCrossed(side: Side, price: number, otherBest: number): boolean {
  return side === 'buy' ? otherBest <= price : otherBest >= price
}

/** Fills what rests. It overstates what a large order would have got: how much crossed is not recorded. */
export function fillCrossed(place: QueuePlace): number {
  const filled = place.open
  place.open = 0
  place.ahead = 0
  place.size = 0
  return filled
}
