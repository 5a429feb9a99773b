import { describe, expect, test } from 'vitest'
import { formatPrice, formatQty } from '../../domain/instrument.ts'
import { lots, ticks } from '../../domain/money.ts'
import { ClientIds } from '../live/client-ids.ts'
import { loadExchange } from './ccxt-exchange.ts'
import { ccxtInstrument, textOf } from './ccxt-instruments.ts'
import { readOrder, readTrade } from './ccxt-reading.ts'
import { CAUTIOUS, traitsOf } from './exchange-traits.ts'
import { openCcxt } from './open-ccxt.ts'

const CLOCK = { nowUs: () => 0, monotonicMs: () => 0, after: () => () => undefined }
const LOOKED_AT = ['binance', 'binanceusdm', 'bybit', 'kraken', 'okx', 'bitbank', 'bitflyer', 'coincheck'] as const
const INSTANCE = '01990000-0000-7000-8000-00005eed0001'

describe.each(LOOKED_AT)('%s', (exchange) => {
  test('is known to ccxt, states precision in a way that we read, and can be opened without a key', async () => {
    const { Exchange } = await loadExchange(exchange)
    expect([2, 4]).toContain(new Exchange({}).precisionMode)
    const connector = await openCcxt(exchange, { clock: CLOCK, key: undefined })
    expect(connector.venueId).toBe(exchange)
    await expect(connector.balances()).rejects.toMatchObject({ kind: 'AUTH' })
    await connector.close()
  }, 60_000)

  test('our ids fit into its alphabet and its length, for the largest number there is', () => {
    const { clientId } = traitsOf(exchange)
    const made = new ClientIds(INSTANCE, { clientId }).of('o99999999' as never)
    if (clientId === undefined) return
    expect(made.length).toBeLessThanOrEqual(clientId.maxLength)
    expect(made).toMatch(clientId.alphabet)
  })

  test('ccxt asks no faster than the exchange allows', async () => {
    const { Exchange } = await loadExchange(exchange)
    const made = new Exchange({ enableRateLimit: true }) as unknown as { rateLimit: number; enableRateLimit: boolean }
    expect(made.enableRateLimit).toBe(true)
    expect(made.rateLimit).toBeGreaterThan(0)
  })
})

test('an exchange that nobody looked at is trusted with little', () => {
  expect(traitsOf('luno')).toEqual(CAUTIOUS)
  expect(CAUTIOUS).toMatchObject({ clientId: undefined, amends: 'none', timesInForce: ['GTC'] })
})

test('an exchange that does not exist is refused with those that are near', async () => {
  await expect(openCcxt('binanc', { clock: CLOCK, key: undefined })).rejects.toMatchObject({
    venueCode: 'EXCHANGE_UNKNOWN',
    hint: expect.stringContaining('binance'),
  })
  await expect(openCcxt('../secrets', { clock: CLOCK, key: undefined })).rejects.toMatchObject({
    venueCode: 'EXCHANGE_UNKNOWN',
  })
})

const MARKET = {
  id: 'BTCUSDT',
  symbol: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  spot: true,
  active: true,
  maker: '0.001',
  taker: '0.001',
  precision: { amount: '0.00001', price: '0.01' },
  limits: { amount: { min: '0.00001', max: '9000' }, cost: { min: '5' } },
} as const

describe('what ccxt unifies', () => {
  const instrument = ccxtInstrument('binance', MARKET, 4)
  if (instrument === undefined) throw new Error('the market can be read')

  test('a market becomes an instrument exactly', () => {
    expect(instrument).toMatchObject({
      id: 'binance.BTC_USDT',
      settlement: 'cash',
      filters: { minQty: 1, maxQty: 900_000_000 },
    })
    expect(formatPrice(instrument, ticks(6_543_211))).toBe('65432.11')
    expect(formatQty(instrument, lots(123_456))).toBe('1.23456')
  })

  test.each([
    ['decimal places', 2, { amount: 5, price: 2 }, 'binance.BTC_USDT'],
    ['digits', 3, { amount: 5, price: 2 }, undefined],
    ['nothing', 4, {}, undefined],
    ['a step of nothing', 4, { amount: '0', price: '0.01' }, undefined],
    ['an exponent', 4, { amount: 1e-8, price: '1e-2' }, 'binance.BTC_USDT'],
  ])('precision as %s', (_, mode, precision, id) => {
    expect(ccxtInstrument('binance', { ...MARKET, precision }, mode)?.id).toBe(id)
  })

  test('a perpetual is margin, with no leverage where none is told; what is neither is left out', () => {
    const swap = { ...MARKET, spot: false, swap: true, linear: true, settle: 'USDT', contractSize: '1' }
    expect(ccxtInstrument('binanceusdm', swap, 4)).toMatchObject({
      id: 'binanceusdm.BTC_USDT_PERP',
      settlement: 'margin',
      maxLeverage: 1,
    })
    expect(ccxtInstrument('binanceusdm', { ...swap, settle: 'BTC' }, 4)).toBeUndefined()
    expect(ccxtInstrument('binance', { ...MARKET, active: false }, 4)).toBeUndefined()
  })

  test.each([
    ['1e-8', '0.00000001'],
    ['1.5e3', '1500'],
    ['-2.25e-1', '-0.225'],
    [0.00001, '0.00001'],
    ['12', '12'],
  ])('%s is written %s', (value, text) => expect(textOf(value)).toBe(text))

  const ORDER = {
    id: '17',
    clientOrderId: 'pfx',
    symbol: 'BTC/USDT',
    side: 'buy',
    type: 'limit',
    price: '65000.01',
    amount: '0.5',
    filled: '0.2',
    status: 'open',
    timestamp: 1_700_000_000_000,
  }

  test('an order is read; one that is over and not whole was cancelled; an unknown word counts as open', () => {
    expect(readOrder(instrument, ORDER)).toMatchObject({
      qty: 50_000,
      filled: 20_000,
      limit: 6_500_001,
      state: 'OPEN',
      type: 'LIMIT',
    })
    expect(readOrder(instrument, { ...ORDER, status: 'closed' }).state).toBe('CANCELED')
    expect(readOrder(instrument, { ...ORDER, status: 'closed', filled: '0.5' }).state).toBe('FILLED')
    expect(readOrder(instrument, { ...ORDER, status: 'pondering' }).state).toBe('OPEN')
    expect(readOrder(instrument, { ...ORDER, type: 'market', price: '0' })).toMatchObject({
      type: 'MARKET',
      limit: undefined,
    })
    expect(readOrder(instrument, { ...ORDER, triggerPrice: '60000' })).toMatchObject({
      type: 'STOP',
      stop: 6_000_000,
      limit: undefined,
    })
  })

  test.each([
    ['a size off the grid', { amount: '0.000001' }],
    ['no id', { id: undefined }],
    ['a side that is none', { side: 'long' }],
    ['no size', { amount: undefined }],
    ['NaN', { amount: 'NaN' }],
  ])('%s is no order', (_, change) => {
    expect(() => readOrder(instrument, { ...ORDER, ...change })).toThrow(expect.objectContaining({ kind: 'PROTOCOL' }))
  })

  const TRADE = {
    id: '5',
    order: '17',
    symbol: 'BTC/USDT',
    side: 'buy',
    price: '65000',
    amount: '0.1',
    takerOrMaker: 'maker',
    timestamp: 1_700_000_000_123,
  }

  test('a fill is read, with its fee in the currency that is settled in', () => {
    const paid = readTrade(instrument, { ...TRADE, fee: { cost: '6.5', currency: 'USDT' } })
    expect(paid).toMatchObject({
      tradeId: 'BTCUSDT-5',
      cursor: 1_700_000_000_123,
      qty: 10_000,
      price: 6_500_000,
      liquidity: 'maker',
    })
    const inCoin = readTrade(instrument, { ...TRADE, fee: { cost: '0.0001', currency: 'BTC' } })
    expect(inCoin.fee).toBe(paid.fee)
    expect(readTrade(instrument, { ...TRADE, fee: { cost: '0.01', currency: 'BNB' } }).fee).toBe(0n)
    expect(readTrade(instrument, TRADE).fee).toBe(0n)
  })
})
