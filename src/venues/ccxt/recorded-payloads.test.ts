import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sharedFolder } from '../../../fixtures/shared-folder.ts'
import type { Connector } from '../connector.ts'
import { CcxtConnector } from './ccxt-connector.ts'
import { loadExchange } from './ccxt-exchange.ts'
import { traitsOf } from './exchange-traits.ts'

const shared = sharedFolder()
const folder = shared === undefined ? undefined : join(shared, 'data', 'payloads')
const isThere = folder !== undefined && existsSync(folder)

function payload(name: string): unknown {
  const read = JSON.parse(readFileSync(join(folder ?? '', `${name}.json`), 'utf8')) as { readonly response?: unknown }
  return read.response ?? read
}

/** An exchange whose venue is a folder: what was recorded is answered, by path, and nothing else. */
async function recorded(
  id: string,
  answers: Readonly<Record<string, string | object>>,
  nowMs = 1_754_603_741_000,
): Promise<Connector> {
  const { Exchange } = await loadExchange(id)
  const exchange = new Exchange({ number: String, enableRateLimit: false, options: OPTIONS[id] ?? {} })
  const fetch = (url: string): Promise<unknown> => {
    const found = Object.entries(answers).find(([path]) => url.includes(path))
    if (found === undefined) return Promise.reject(new Error(`nothing was recorded of ${url}`))
    return Promise.resolve(typeof found[1] === 'string' ? payload(found[1]) : found[1])
  }
  Object.assign(exchange, { fetch })
  return new CcxtConnector({
    exchange,
    traits: traitsOf(id),
    clock: { nowUs: () => 1_000 * nowMs, monotonicMs: () => 0, after: () => () => undefined },
    key: () => ({ key: 'k', secret: 'c2VjcmV0' }),
    hasStreams: true,
  })
}

const OPTIONS: Readonly<Record<string, object>> = {
  binance: { defaultType: 'spot', fetchMarkets: { types: ['spot'] }, fetchCurrencies: false },
  binanceusdm: { defaultType: 'swap', fetchMarkets: { types: ['linear'] }, fetchCurrencies: false },
  bybit: {
    fetchMarkets: { types: ['linear'] },
    enableUnifiedAccount: true,
    enableUnifiedMargin: true,
    defaultType: 'swap',
  },
}

describe.skipIf(!isThere)('recorded payloads become', () => {
  test('instruments of Binance spot, exactly', async () => {
    const venue = await recorded('binance', { exchangeInfo: 'binance/spot_exchange_info' })
    const all = await venue.instruments()
    const btc = all.find(({ id }) => id === 'binance.BTC_USDT') ?? all[0]
    expect(all.length).toBeGreaterThan(0)
    expect(btc).toMatchObject({ settlement: 'cash', venueId: 'binance' })
    for (const { tick, lot, filters } of all) {
      expect(tick).toBeGreaterThan(0)
      expect(lot).toBeGreaterThan(0)
      expect(filters.minQty).toBeLessThanOrEqual(filters.maxQty)
    }
  })

  test('perpetuals of Binance USD-M', async () => {
    const venue = await recorded('binanceusdm', { exchangeInfo: 'binance/usdm_exchange_info' })
    const all = await venue.instruments()
    expect(all.length).toBeGreaterThan(0)
    for (const { id, settlement } of all) expect([id.endsWith('_PERP'), settlement]).toEqual([true, 'margin'])
  })

  test('balances of Binance spot, and orders with our words', async () => {
    const market = {
      symbol: 'BTCUSDT',
      status: 'TRADING',
      baseAsset: 'BTC',
      quoteAsset: 'USDT',
      isSpotTradingAllowed: true,
      permissions: ['SPOT'],
      filters: [
        { filterType: 'PRICE_FILTER', tickSize: '0.01' },
        { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000', stepSize: '0.00001' },
      ],
    }
    const venue = await recorded('binance', {
      exchangeInfo: { symbols: [market] },
      '/account': 'binance/spot_account',
      '/openOrders': [payload('binance/spot_order')],
      '/order': 'binance/spot_order',
    })
    const [instrument] = await venue.instruments()
    if (instrument === undefined) throw new Error('the market was listed')
    expect((await venue.balances()).find(({ currency }) => currency === 'BTC')).toEqual({ currency: 'BTC', amount: 0n })
    const [open] = await venue.openOrders([instrument])
    expect(open).toMatchObject({ venueOrderId: '1337', clientId: 'eliteOrder', qty: 100_000, limit: 10, state: 'OPEN' })
    expect(await venue.order({ clientId: 'eliteOrder', venueOrderId: undefined, instrument })).toEqual(open)
  })

  test('instruments, orders, fills and positions of Bybit', async () => {
    const executions = payload('bybit/http_get_executions') as {
      readonly result: { readonly list: readonly { readonly execTime: string }[] }
    }
    const answers = {
      'instruments-info': 'bybit/http_get_instruments_linear',
      'order/realtime': 'bybit/http_get_orders_realtime',
      'execution/list': executions,
      'position/list': 'bybit/http_get_positions',
    }
    const venue = await recorded('bybit', answers, Number(executions.result.list[0]?.execTime) + 60_000)
    const all = await venue.instruments()
    const btc = all.find(({ id }) => id === 'bybit.BTC_USDT_PERP')
    expect(btc).toMatchObject({ settlement: 'margin', tick: 0.5 })
    if (btc === undefined) return
    expect(await venue.positions([btc])).toMatchObject([{ instrumentId: btc.id }])
    const [fill] = await venue.fills([btc], 0)
    expect(fill).toMatchObject({ side: 'buy', price: 100_000 })
  })

  test('an error of a venue is told by its code', async () => {
    const { Exchange } = await loadExchange('binance')
    const exchange = new Exchange({}) as unknown as {
      handleErrors: (...told: readonly unknown[]) => void
    }
    const body = { code: -1121, msg: 'Invalid symbol.' }
    const url = 'https://api.binance.com/api/v3/order'
    expect(() => exchange.handleErrors(400, '', url, 'GET', {}, JSON.stringify(body), body, {}, '')).toThrow(
      expect.objectContaining({ name: 'BadSymbol' }),
    )
  })
})

test.skipIf(isThere)('the recorded payloads are not on this machine: nothing is shown of them', () => {
  expect(isThere).toBe(false)
})
