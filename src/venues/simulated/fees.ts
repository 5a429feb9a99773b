import { type Instrument, notional } from '../../domain/instrument.ts'
import { type Lots, type Money, money, RATE_UNIT, type Rate, share, type Ticks } from '../../domain/money.ts'
import type { Liquidity, Side } from '../../domain/order.ts'

export interface FeeQuestion {
  readonly instrument: Instrument
  readonly side: Side
  readonly qty: Lots
  readonly price: Ticks
  readonly liquidity: Liquidity
}

/** What a fill costs, in the settle currency; negative is a rebate. */
export type FeeModel = (question: FeeQuestion) => Money

/**
 * The instrument's own schedule: a rate for makers, one for takers, and a part per fill. `times` scales what is paid; a rebate
 * shrinks with it but never grows, because a stress of costs is no present.
 */
export function scheduleFees(times = 1): FeeModel {
  const scale = Math.round(times * RATE_UNIT) as Rate
  return ({ instrument, qty, price, liquidity }) => {
    const { maker, taker, perFill } = instrument.fees
    const fee = money(share(notional(instrument, price, qty), liquidity === 'maker' ? maker : taker) + perFill)
    return times === 1 || (fee < 0n && times > 1) ? fee : share(fee, scale)
  }
}
