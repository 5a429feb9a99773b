import { type Decimal, decimal, parseDecimal } from '../../domain/decimal.ts'
import { instrumentId, venueId } from '../../domain/ids.ts'
import { defineInstrument, type Instrument } from '../../domain/instrument.ts'
import { lots, money, parseMoney, parseRate, rate } from '../../domain/money.ts'
import type { CcxtMarket } from './ccxt-exchange.ts'

/** How ccxt states a precision (its `functions/number`): as a count of decimal places, of digits, or as the step itself. */
const DECIMAL_PLACES = 2
const TICK_SIZE = 4
/** Where a venue names no largest size. */
const LOTS_MAX = 1e12
/** What a position is asked to keep where the venue does not say in its list of markets: half, with no leverage. */
const MAINTENANCE_UNTOLD = rate(0.5)
const FEE_UNTOLD = rate(0.001)

/** `binance.BTC_USDT` is spot, `binanceusdm.BTC_USDT_PERP` a linear perpetual. */
export function ccxtInstrumentId(exchange: string, { base, quote, swap }: CcxtMarket): Instrument['id'] {
  return instrumentId(`${exchange}.${base}_${quote}${swap === true ? '_PERP' : ''}`)
}

/**
 * What a market of ccxt stands for.
 *
 * @returns undefined for one that is closed, is neither spot nor a linear perpetual, or whose steps are not told as decimals
 */
export function ccxtInstrument(exchange: string, market: CcxtMarket, precisionMode: number): Instrument | undefined {
  const { spot, swap, settle, active, base, quote, limits, precision } = market
  // What a perpetual settles in says whether it is linear; the flag of that name is not always right.
  const isPerpetual = swap === true && settle === quote
  if (active === false || (spot !== true && !isPerpetual)) return undefined
  const tickSize = stepOf(precision?.price, precisionMode)
  const lotSize = stepOf(precision?.amount, precisionMode)
  const multiplier = isPerpetual ? positive(market.contractSize) : decimal('1')
  if (tickSize === undefined || lotSize === undefined || multiplier === undefined) return undefined
  const minQty = stepsUp(limits?.['amount']?.min, lotSize) ?? 1
  const maxQty = stepsDown(limits?.['amount']?.max, lotSize) ?? LOTS_MAX
  if (maxQty < 1) return undefined
  const leverage = Number(limits?.['leverage']?.max ?? 1)
  return defineInstrument({
    id: ccxtInstrumentId(exchange, market),
    venueId: venueId(exchange),
    symbol: market.symbol,
    settlement: isPerpetual ? 'margin' : 'cash',
    base,
    quote,
    tickSize,
    lotSize,
    multiplier,
    fees: {
      maker: parseRate(textOf(market.maker) ?? '') ?? FEE_UNTOLD,
      taker: parseRate(textOf(market.taker) ?? '') ?? FEE_UNTOLD,
      perFill: money(0n),
    },
    filters: {
      minQty: lots(Math.max(1, minQty)),
      maxQty: lots(Math.max(1, Math.min(LOTS_MAX, maxQty))),
      minNotional: parseMoney(textOf(limits?.['cost']?.min) ?? '0') ?? money(0n),
    },
    maxLeverage: isPerpetual && Number.isFinite(leverage) && leverage >= 1 ? leverage : 1,
    maintenance: isPerpetual ? MAINTENANCE_UNTOLD : rate(0),
    shortable: isPerpetual,
  })
}

/** A number of ccxt as text, whatever it was made of; exponents are written out. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return plain(value)
  return typeof value === 'number' && Number.isFinite(value) ? plain(String(value)) : undefined
}

/** `1e-8` as `0.00000001`. */
function plain(text: string): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?e([+-]?\d+)$/i.exec(text)
  if (found === null) return text
  const [, sign = '', whole = '', part = '', exponent = '0'] = found
  const shift = Number(exponent)
  const digits = whole + part
  const point = whole.length + shift
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return point >= digits.length
    ? `${sign}${digits}${'0'.repeat(point - digits.length)}`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

function stepOf(value: unknown, mode: number): Decimal | undefined {
  if (mode === TICK_SIZE) return positive(value)
  if (mode !== DECIMAL_PLACES) return undefined
  const places = Number(value)
  if (!Number.isInteger(places) || places < 0 || places > 18) return undefined
  return parseDecimal(places === 0 ? '1' : `0.${'0'.repeat(places - 1)}1`)
}

function positive(value: unknown): Decimal | undefined {
  const text = textOf(value)
  const read = text === undefined ? undefined : parseDecimal(text)
  return read !== undefined && read.units > 0n ? read : undefined
}

function stepsUp(value: unknown, step: Decimal): number | undefined {
  const steps = stepsIn(value, step)
  return steps && Number(steps.whole + (steps.rest > 0n ? 1n : 0n))
}

function stepsDown(value: unknown, step: Decimal): number | undefined {
  const steps = stepsIn(value, step)
  return steps && Number(steps.whole)
}

function stepsIn(value: unknown, step: Decimal): { readonly whole: bigint; readonly rest: bigint } | undefined {
  const read = positive(value)
  if (read === undefined) return undefined
  const scale = BigInt(Math.max(read.scale, step.scale))
  const units = read.units * 10n ** (scale - BigInt(read.scale))
  const each = step.units * 10n ** (scale - BigInt(step.scale))
  return { whole: units / each, rest: units % each }
}
