import { z } from 'zod'
import { decimal, formatDecimal, parseDecimal } from '../domain/decimal.ts'
import { instrumentId, venueId } from '../domain/ids.ts'
import { defineInstrument, type Instrument } from '../domain/instrument.ts'
import { formatMoney, lots, type Money, parseMoney, type Rate } from '../domain/money.ts'

const decimalText = z.string().refine((text) => parseDecimal(text) !== undefined, 'a decimal number')
const ppb = z.int()

/** An instrument as data: what a run's folder and a session keep of it. */
export const InstrumentSpec = z.strictObject({
  id: z.string().min(1).max(64),
  venue: z.string().min(1).max(64),
  symbol: z.string().min(1).max(64),
  settlement: z.enum(['cash', 'margin']),
  base: z.string().min(1).max(32),
  quote: z.string().min(1).max(32),
  tick: decimalText,
  lot: decimalText,
  multiplier: decimalText,
  maker_ppb: ppb,
  taker_ppb: ppb,
  fee_per_fill: decimalText,
  min_qty: z.int().positive(),
  max_qty: z.int().positive(),
  min_notional: decimalText,
  max_leverage: z.number().min(1).max(1_000),
  maintenance_ppb: ppb,
  shortable: z.boolean(),
})
export type InstrumentSpec = z.infer<typeof InstrumentSpec>

export function instrumentOf(spec: InstrumentSpec): Instrument {
  return defineInstrument({
    id: instrumentId(spec.id),
    venueId: venueId(spec.venue),
    symbol: spec.symbol,
    settlement: spec.settlement,
    base: spec.base,
    quote: spec.quote,
    tickSize: decimal(spec.tick),
    lotSize: decimal(spec.lot),
    multiplier: decimal(spec.multiplier),
    fees: { maker: spec.maker_ppb as Rate, taker: spec.taker_ppb as Rate, perFill: amount(spec.fee_per_fill) },
    filters: { minQty: lots(spec.min_qty), maxQty: lots(spec.max_qty), minNotional: amount(spec.min_notional) },
    maxLeverage: spec.max_leverage,
    maintenance: spec.maintenance_ppb as Rate,
    shortable: spec.shortable,
  })
}

/** The same instrument as data again. */
export function specOfInstrument(instrument: Instrument): InstrumentSpec {
  const { fees, filters } = instrument
  return {
    id: instrument.id,
    venue: instrument.venueId,
    symbol: instrument.symbol,
    settlement: instrument.settlement,
    base: instrument.base,
    quote: instrument.quote,
    tick: formatDecimal(instrument.tickSize),
    lot: formatDecimal(instrument.lotSize),
    multiplier: formatDecimal(instrument.multiplier),
    maker_ppb: fees.maker,
    taker_ppb: fees.taker,
    fee_per_fill: formatMoney(fees.perFill),
    min_qty: filters.minQty,
    max_qty: filters.maxQty,
    min_notional: formatMoney(filters.minNotional),
    max_leverage: instrument.maxLeverage,
    maintenance_ppb: instrument.maintenance,
    shortable: instrument.shortable,
  }
}

/** Terms of an instrument with everything that was not told filled in. */
export function instrumentSpec(
  terms: Pick<InstrumentSpec, 'id' | 'base' | 'quote' | 'tick' | 'lot'> & Partial<InstrumentSpec>,
): InstrumentSpec {
  return {
    venue: 'sim',
    symbol: terms.id.replaceAll('/', ''),
    settlement: 'cash',
    multiplier: '1',
    maker_ppb: 1_000_000,
    taker_ppb: 1_000_000,
    fee_per_fill: '0',
    min_qty: 1,
    max_qty: 1_000_000_000_000,
    min_notional: '0',
    max_leverage: 1,
    maintenance_ppb: 0,
    shortable: false,
    ...terms,
  }
}

function amount(text: string): Money {
  return parseMoney(text) as Money
}
