import { VenueError } from '../venue-error.ts'

/** What an exchange of ccxt is made with to speak with a server on this machine in its place. */
export interface PracticeTerms {
  readonly urls: { readonly api: Readonly<Record<string, string | object>> }
  readonly options: Readonly<Record<string, unknown>>
  /** ccxt looks errors up by the address of the real host: the part of its table that is meant there. */
  readonly errors: string
}

/**
 * The paths keep the name of the real host, because ccxt tells spot from futures by it.
 *
 * @throws VenueError `INVALIDREQUEST` for an exchange that has no practice server
 */
export function practiceTerms(exchange: string, url: string): PracticeTerms {
  const ws = url.replace(/^http/, 'ws')
  if (exchange === 'binance')
    return {
      urls: {
        api: {
          public: `${url}/api/v3`,
          private: `${url}/api/v3`,
          v1: `${url}/api/v1`,
          sapi: `${url}/sapi/v1`,
          ws: { spot: `${ws}/stream.binance.com/ws`, 'ws-api': { spot: `${ws}/ws-api/v3` } },
        },
      },
      options: {},
      errors: 'spot',
    }
  if (exchange === 'binanceusdm') {
    const versions = ['', 'V2', 'V3']
    const access = ['Public', 'Private'].flatMap((kind) =>
      versions.map((version) => [
        `fapi${kind}${version}`,
        `${url}/fapi/${version === '' ? 'v1' : version.toLowerCase()}`,
      ]),
    )
    return {
      urls: {
        api: { ...Object.fromEntries(access), sapi: `${url}/sapi/v1`, ws: { future: `${ws}/fstream.binance.com/ws` } },
      },
      options: {},
      errors: 'linear',
    }
  }
  throw new VenueError({
    kind: 'INVALIDREQUEST',
    code: 'NO_PRACTICE',
    question: 'ccxt',
    detail: `there is no practice server that speaks ${exchange}`,
    hint: 'practise on binance or binanceusdm (`profinaut dev venue binance`)',
    isUnsent: true,
  })
}
