import { decimal, parseDecimal } from '../../domain/decimal.ts'
import { instrumentId, venueId } from '../../domain/ids.ts'
import { defineInstrument, type Instrument } from '../../domain/instrument.ts'
import { lots, money, parseRate, rate } from '../../domain/money.ts'
import { stepsIn } from '../net/exact.ts'
import type { GmoSymbol } from './gmo-wire.ts'

export const GMO = venueId('gmo')

/** Leverage that the venue grants a person; a company may have another. */
const LEVERAGE = 2
/** A position is closed when half of its margin is lost, which is a quarter of its worth. */
const MAINTENANCE = rate(0.25)

/** `gmo.BTC` is spot in yen, `gmo.BTC_JPY` leverage. */
export function gmoInstrumentId(symbol: string): ReturnType<typeof instrumentId> {
  return instrumentId(`gmo.${symbol}`)
}

/**
 * What a rule of the venue stands for.
 *
 * @returns undefined for one that makes no sense: it cannot be traded, and the others can
 */
export function gmoInstrument(rule: GmoSymbol): Instrument | undefined {
  const { symbol, tickSize, sizeStep, minOrderSize, maxOrderSize, takerFee, makerFee } = rule
  const [base = symbol] = symbol.split('_')
  const isMargin = symbol.includes('_')
  const lot = parseDecimal(sizeStep)
  const tick = parseDecimal(tickSize)
  const maker = parseRate(makerFee)
  const taker = parseRate(takerFee)
  if (lot === undefined || tick === undefined || lot.units <= 0n || tick.units <= 0n) return undefined
  const minQty = stepsIn(minOrderSize, lot)
  const maxQty = stepsIn(maxOrderSize, lot)
  if (minQty === undefined || maxQty === undefined || maker === undefined || taker === undefined) return undefined
  return defineInstrument({
    id: gmoInstrumentId(symbol),
    venueId: GMO,
    symbol,
    settlement: isMargin ? 'margin' : 'cash',
    base,
    quote: 'JPY',
    tickSize: tick,
    lotSize: lot,
    multiplier: decimal('1'),
    fees: { maker, taker, perFill: money(0n) },
    filters: { minQty: lots(Math.max(1, minQty)), maxQty: lots(maxQty), minNotional: money(0n) },
    maxLeverage: isMargin ? LEVERAGE : 1,
    maintenance: isMargin ? MAINTENANCE : rate(0),
    shortable: isMargin,
  })
}
