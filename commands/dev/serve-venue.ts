import { FAULTS } from '../../fixtures/venues/fault-plan.ts'
import type { FakeVenue } from '../../fixtures/venues/gmo/gmo-server.ts'
import { Random } from '../../src/domain/random.ts'
import { pause } from '../../src/runtime/clock.ts'
import type { CommandDeps } from '../command-line.ts'
import type { PracticeVenue, ServeOptions } from '../dev.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'

/** Faults that pass by themselves: what a bad day brings. */
const PASSING = FAULTS.filter((fault) => fault !== 'change-rules' && fault !== 'clock-skew')
/** What a profile says to trade there. */
const SETTINGS: Readonly<Record<PracticeVenue, string>> = {
  gmo: 'kind = "gmo"\ninstruments = ["gmo.BTC", "gmo.BTC_JPY"]',
  binance: 'kind = "ccxt"\nexchange = "binance"\ninstruments = ["binance.BTC_USDT"]',
  binanceusdm: 'kind = "ccxt"\nexchange = "binanceusdm"\ninstruments = ["binanceusdm.BTC_USDT_PERP"]',
}
const PAUSE_S = { least: 10, most: 40 } as const
const LASTS_MS = 5_000

/** A venue on this machine, until it is interrupted. With `chaos` something goes wrong every half minute or so. */
export async function servePracticeVenue({ printer }: CommandDeps, options: ServeOptions): Promise<Outcome> {
  const { seed, port, chaos } = options
  const venue = await open(options.name, { seed, port })
  const { server, key, secret } = venue
  printer.err(
    `${options.name} on ${server.url}, seed ${seed}; ctrl-c ends it\n\n` +
      `[venue]\n${SETTINGS[options.name]}\nstage = "live"\npractice_url = "${server.url}"\n` +
      `key = "env://PRACTICE_KEY#value?registry_id=practice-key&scope=venue:${options.name}:trade"\n` +
      `secret = "env://PRACTICE_SECRET#value?registry_id=practice-secret&scope=venue:${options.name}:trade"\n\n` +
      `export PRACTICE_KEY=${key} PRACTICE_SECRET=${secret}\n`,
  )
  let isOver = false
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        isOver = true
        resolve()
      })
  })
  if (chaos) void misbehave(venue, seed, { isOver: () => isOver, say: (text) => printer.err(text) })
  await ended
  await server.close()
  return {
    code: EXIT.ok,
    message: `${server.requests} requests were served`,
    data: { requests: server.requests, orders: venue.core.orders.length, fills: venue.core.fills.length },
  }
}

async function open(name: PracticeVenue, terms: { readonly seed: number; readonly port: number }): Promise<FakeVenue> {
  try {
    return await serve(name, terms)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new CommandError(
      EXIT.unreachable,
      'PORT_IN_USE',
      `port ${terms.port} is taken, so ${name} cannot be served there`,
      'give another with --port, or 0 for any',
    )
  }
}

/** Only what is asked for is loaded. */
async function serve(name: PracticeVenue, terms: { readonly seed: number; readonly port: number }): Promise<FakeVenue> {
  if (name === 'gmo') return (await import('../../fixtures/venues/gmo/gmo-server.ts')).gmoServer(terms)
  const { binanceServer, binanceUsdmServer } = await import('../../fixtures/venues/binance/binance-server.ts')
  return name === 'binance' ? binanceServer(terms) : binanceUsdmServer(terms)
}

async function misbehave(
  { server }: FakeVenue,
  seed: number,
  { isOver, say }: { readonly isOver: () => boolean; readonly say: (text: string) => void },
): Promise<void> {
  const random = Random.seeded(seed)
  while (!isOver()) {
    await pause(1_000 * (PAUSE_S.least + random.int(PAUSE_S.most - PAUSE_S.least)))
    if (isOver()) return
    const fault = PASSING[random.int(PASSING.length)] ?? 'lose-answer'
    say(`${fault}\n`)
    server.arm(fault, { times: 1 + random.int(3), forMs: LASTS_MS, ms: 500 })
  }
}
