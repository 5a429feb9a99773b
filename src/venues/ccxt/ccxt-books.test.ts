import { binanceServer, binanceUsdmServer } from '../../../fixtures/venues/binance/binance-server.ts'
import { describeFaults } from '../../../fixtures/venues/fault-kit.ts'
import { openCcxt } from './open-ccxt.ts'

for (const [exchange, instrumentId, serve] of [
  ['binance', 'binance.BTC_USDT', binanceServer],
  ['binanceusdm', 'binanceusdm.BTC_USDT_PERP', binanceUsdmServer],
] as const)
  describeFaults({
    name: `ccxt ${exchange}`,
    instrumentId,
    serve: () => serve(),
    connect: ({ server }, { clock, key }) => openCcxt(exchange, { clock, key: () => key, practiceUrl: server.url }),
  })
