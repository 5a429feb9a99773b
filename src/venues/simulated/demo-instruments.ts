import { decimal } from '../../domain/decimal.ts'
import { instrumentId, venueId } from '../../domain/ids.ts'
import { defineInstrument, type Instrument } from '../../domain/instrument.ts'
import { lots, money, moneyFromNumber, rate } from '../../domain/money.ts'

const SIM = venueId('sim')
const ONE = decimal('1')

/**
 * What the simulated exchange lists: spot and leveraged bitcoin in yen, with ticks, fees and leverage as Japanese venues
 * have them, and spot bitcoin and an ether perpetual in USDT.
 */
export const DEMO_INSTRUMENTS: readonly Instrument[] = [
  defineInstrument({
    id: instrumentId('BTC_JPY'),
    venueId: SIM,
    symbol: 'BTC_JPY',
    settlement: 'cash',
    base: 'BTC',
    quote: 'JPY',
    tickSize: ONE,
    lotSize: decimal('0.0001'),
    multiplier: ONE,
    fees: { maker: rate(-0.0001), taker: rate(0.0005), perFill: money(0n) },
    filters: { minQty: lots(1), maxQty: lots(50_000), minNotional: money(0n) },
    maxLeverage: 1,
    maintenance: rate(0),
    shortable: false,
  }),
  defineInstrument({
    id: instrumentId('FX_BTC_JPY'),
    venueId: SIM,
    symbol: 'FX_BTC_JPY',
    settlement: 'margin',
    base: 'BTC',
    quote: 'JPY',
    tickSize: ONE,
    lotSize: decimal('0.001'),
    multiplier: ONE,
    fees: { maker: rate(0), taker: rate(0), perFill: money(0n) },
    filters: { minQty: lots(1), maxQty: lots(20_000), minNotional: money(0n) },
    maxLeverage: 2,
    maintenance: rate(0.25),
    shortable: true,
  }),
  defineInstrument({
    id: instrumentId('BTC_USDT'),
    venueId: SIM,
    symbol: 'BTC_USDT',
    settlement: 'cash',
    base: 'BTC',
    quote: 'USDT',
    tickSize: decimal('0.01'),
    lotSize: decimal('0.00001'),
    multiplier: ONE,
    fees: { maker: rate(0.0005), taker: rate(0.001), perFill: money(0n) },
    filters: { minQty: lots(1), maxQty: lots(10_000_000), minNotional: moneyFromNumber(5) },
    maxLeverage: 1,
    maintenance: rate(0),
    shortable: false,
  }),
  defineInstrument({
    id: instrumentId('ETH_USDT'),
    venueId: SIM,
    symbol: 'ETH_USDT-PERP',
    settlement: 'margin',
    base: 'ETH',
    quote: 'USDT',
    tickSize: decimal('0.01'),
    lotSize: decimal('0.001'),
    multiplier: ONE,
    fees: { maker: rate(0.0002), taker: rate(0.0005), perFill: money(0n) },
    filters: { minQty: lots(1), maxQty: lots(2_000_000), minNotional: moneyFromNumber(5) },
    maxLeverage: 5,
    maintenance: rate(0.05),
    shortable: true,
  }),
]
