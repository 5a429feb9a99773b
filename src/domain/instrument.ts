import { assert } from './brand.ts'
import { type Decimal, decimalToNumber, formatUnits } from './decimal.ts'
import type { InstrumentId, VenueId } from './ids.ts'
import { type Lots, lots, MONEY_SCALE, type Money, money, type Rate, type Ticks, ticks } from './money.ts'

/** How a fill settles: `cash` exchanges the two currencies, `margin` moves only profit, loss, fees and funding. */
export type Settlement = 'cash' | 'margin'

export interface FeeSchedule {
  /** Of the notional, for a fill that rested; negative is a rebate. */
  readonly maker: Rate
  /** Of the notional, for a fill that took. */
  readonly taker: Rate
  /** Per fill, in the settle currency. */
  readonly perFill: Money
}

export interface Filters {
  readonly minQty: Lots
  readonly maxQty: Lots
  /** In the quote currency; 0 where the venue has none. */
  readonly minNotional: Money
}

/** What is traded. Linear contracts only: value is price × quantity × multiplier in the quote currency. */
export interface Instrument {
  readonly id: InstrumentId
  readonly venueId: VenueId
  /** The venue's spelling. */
  readonly symbol: string
  readonly settlement: Settlement
  readonly base: string
  readonly quote: string
  /** Currency of fees, profit and loss; equals `quote`. */
  readonly settle: string
  readonly tickSize: Decimal
  readonly lotSize: Decimal
  readonly multiplier: Decimal
  readonly fees: FeeSchedule
  readonly filters: Filters
  /** Highest leverage the venue grants, 1 where it grants none. */
  readonly maxLeverage: number
  /** Of the notional; the venue closes a margin position when equity falls below it. */
  readonly maintenance: Rate
  /** Whether a sale may leave less than nothing: always for margin, by the venue's rule for cash. */
  readonly shortable: boolean
  // Derived, for arithmetic without decimals.
  readonly quantaPerTickLot: bigint
  readonly quantaPerBaseLot: bigint
  readonly tick: number
  readonly lot: number
  /** Double of one tick × one lot × multiplier in the quote currency. */
  readonly valuePerTickLot: number
}

export type InstrumentTerms = Omit<
  Instrument,
  'settle' | 'quantaPerTickLot' | 'quantaPerBaseLot' | 'tick' | 'lot' | 'valuePerTickLot'
>

/**
 * Completes the terms of an instrument with what is derived from them, and freezes them: strategies are shown the very one
 * that the books count in. Asserts that a tick × lot is whole quanta.
 */
export function defineInstrument(terms: InstrumentTerms): Instrument {
  const { tickSize, lotSize, multiplier } = terms
  assert(
    tickSize.units > 0n && lotSize.units > 0n && multiplier.units > 0n,
    `${terms.id}: tick, lot and multiplier > 0`,
  )
  const scale = tickSize.scale + lotSize.scale + multiplier.scale
  assert(scale <= MONEY_SCALE, `${terms.id}: tick × lot × multiplier has at most ${MONEY_SCALE} decimals, has ${scale}`)
  const product = tickSize.units * lotSize.units * multiplier.units
  const quantaPerTickLot = product * 10n ** BigInt(MONEY_SCALE - scale)
  for (const part of [tickSize, lotSize, multiplier, terms.fees, terms.filters]) Object.freeze(part)
  return Object.freeze({
    ...terms,
    settle: terms.quote,
    quantaPerTickLot,
    quantaPerBaseLot: lotSize.units * 10n ** BigInt(MONEY_SCALE - lotSize.scale),
    tick: decimalToNumber(tickSize),
    lot: decimalToNumber(lotSize),
    valuePerTickLot: Number(quantaPerTickLot) / 1e18,
  })
}

/** Price × quantity × multiplier in the quote currency, exact, signed like `quantity`. */
export function notional(instrument: Instrument, price: Ticks, quantity: Lots): Money {
  const product = price * quantity
  // Below 2^53 the product of two integers is exact as a double, and one conversion is cheaper than two.
  const exact = Number.isSafeInteger(product) ? BigInt(product) : BigInt(price) * BigInt(quantity)
  return money(exact * instrument.quantaPerTickLot)
}

/** {@link notional} as a double, for marks and limits. */
export function notionalValue(instrument: Instrument, price: number, quantity: number): number {
  return price * quantity * instrument.valuePerTickLot
}

/** Quantity in base units as money of the base currency. */
export function baseAmount(instrument: Instrument, quantity: Lots): Money {
  return money(BigInt(quantity) * instrument.quantaPerBaseLot)
}

/** How an order's price meets the tick: `passive` never trades worse than asked, `aggressive` never rests short of it. */
export type Rounding = 'passive' | 'aggressive'

/**
 * Rounds a price to whole ticks. Passive: buy down, sell up; aggressive: buy up, sell down (UGF-D-001).
 * A price within a billionth of a tick of a whole one is that one, so that 0.1 + 0.2 costs no tick.
 *
 * @returns undefined unless the result is a positive safe integer
 */
export function quantisePrice(
  instrument: Instrument,
  price: number,
  { side, rounding }: { side: 'buy' | 'sell'; rounding: Rounding },
): Ticks | undefined {
  return quantiseTicks(price / instrument.tick, { side, rounding })
}

/** {@link quantisePrice} for a price that is already in (fractional) ticks. */
export function quantiseTicks(
  raw: number,
  { side, rounding }: { side: 'buy' | 'sell'; rounding: Rounding },
): Ticks | undefined {
  const nearest = Math.round(raw)
  const down = (side === 'buy') === (rounding === 'passive')
  const whole =
    Math.abs(raw - nearest) <= 1e-9 * Math.max(1, Math.abs(raw) * 1e-6)
      ? nearest
      : down
        ? Math.floor(raw)
        : Math.ceil(raw)
  return Number.isSafeInteger(whole) && whole > 0 ? ticks(whole) : undefined
}

/**
 * Rounds a quantity toward zero to whole lots.
 *
 * @returns undefined unless the result is a positive safe integer
 */
export function quantiseQty(instrument: Instrument, quantity: number): Lots | undefined {
  const raw = quantity / instrument.lot
  const nearest = Math.round(raw)
  const whole = Math.abs(raw - nearest) <= 1e-9 * Math.max(1, Math.abs(raw) * 1e-6) ? nearest : Math.floor(raw)
  return Number.isSafeInteger(whole) && whole > 0 ? lots(whole) : undefined
}

/** A price as a decimal string in the instrument's own precision. */
export function formatPrice(instrument: Instrument, price: Ticks): string {
  return formatUnits(BigInt(price) * instrument.tickSize.units, instrument.tickSize.scale)
}

/** A quantity as a decimal string in the instrument's own precision. */
export function formatQty(instrument: Instrument, quantity: Lots): string {
  return formatUnits(BigInt(quantity) * instrument.lotSize.units, instrument.lotSize.scale)
}
