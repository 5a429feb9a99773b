import { US_PER_MS } from '../../domain/time.ts'
import type { Connector, ConnectorTerms } from '../connector.ts'
import { CcxtConnector } from './ccxt-connector.ts'
import { type CcxtExchange, loadExchange } from './ccxt-exchange.ts'
import { traitsOf } from './exchange-traits.ts'
import { practiceTerms } from './practice.ts'

const TIMEOUT_MS = 10_000

/** What is looked at there: spot, and linear perpetuals where the exchange's id says so. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // What is held is asked for when books are compared, not behind our back.
  binance: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } },
  binanceusdm: {
    defaultType: 'swap',
    defaultSubType: 'linear',
    fetchMarkets: { types: ['linear'] },
    watchPositions: { fetchPositionsSnapshot: false, awaitPositionsSnapshot: false },
  },
}

/**
 * A connector to an exchange that ccxt speaks to. Only that exchange's code is loaded, and only now: it is heavy.
 *
 * @param exchange its id in ccxt: `binance`, `binanceusdm`, `kraken`
 * @throws VenueError `INVALIDREQUEST` for one that ccxt does not know, or a practice server that speaks another language
 */
export async function openCcxt(exchange: string, { clock, key, practiceUrl }: ConnectorTerms): Promise<Connector> {
  const { Exchange, hasStreams } = await loadExchange(exchange)
  const practice = practiceUrl === undefined ? undefined : practiceTerms(exchange, practiceUrl)
  const made: CcxtExchange = new Exchange({
    enableRateLimit: true,
    timeout: TIMEOUT_MS,
    ...(practice && { urls: practice.urls }),
    options: { ...OPTIONS[exchange], warnOnFetchOpenOrdersWithoutSymbol: false, ...practice?.options },
    // Prices and sizes stay the text that the venue sent.
    number: String,
  })
  made.milliseconds = () => Math.floor(clock.nowUs() / US_PER_MS)
  if (practice !== undefined) {
    layErrors(made, practice.errors)
    // Without it ccxt opens no socket that is not encrypted.
    await made.loadHttpProxyAgent?.()
  }
  return new CcxtConnector({ exchange: made, traits: traitsOf(exchange), clock, key, hasStreams })
}

/** Errors here are called what they are called at home. */
function layErrors(exchange: CcxtExchange, part: string): void {
  const { exceptions } = exchange
  const exact = (name?: string) =>
    (
      (name === undefined ? exceptions : (exceptions[name] as object | undefined)) as
        | Record<string, unknown>
        | undefined
    )?.['exact'] as object
  exchange.exceptions = { ...exceptions, exact: { ...exact(), ...exact(part) } }
}
