import { z } from 'zod'
import { count, currency, decimalText, id, quanta, sha256, text, time, whole } from './fields.ts'

/** MarketData: what data the run stands on. Ticks themselves are referenced, never copied into the journal. */
export const marketData = {
  'marketdata.instrument': z.strictObject({
    instrument_id: id,
    venue_id: id,
    symbol: id,
    settlement: z.enum(['cash', 'margin']),
    base: currency,
    quote: currency,
    tick_size: decimalText,
    lot_size: decimalText,
    multiplier: decimalText,
    maker_ppb: whole,
    taker_ppb: whole,
    fee_per_fill: quanta,
    min_qty: count,
    max_qty: count,
    min_notional: quanta,
    max_leverage: z.number().positive(),
    maintenance_ppb: whole,
    shortable: z.boolean(),
  }),
  'marketdata.dataset': z.strictObject({
    dataset_ref: z.string().min(1).max(500),
    sha256: sha256.optional(),
    instrument_id: id,
    kind: z.enum(['bars', 'trades', 'quotes', 'book']),
    rows: count.optional(),
  }),
  'marketdata.status': z.strictObject({
    instrument_id: id,
    status: z.enum(['OK', 'STALE', 'GAP', 'DOWN']),
    detail: text,
  }),
  'marketdata.funding': z.strictObject({ instrument_id: id, rate_ppb: whole, mark: whole, funding_ts: time }),
} as const
