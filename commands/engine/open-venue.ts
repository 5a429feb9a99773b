import type { Instrument } from '../../src/domain/instrument.ts'
import { formatMoney, money, parseMoney } from '../../src/domain/money.ts'
import { timeUs, US_PER_HOUR, US_PER_MS } from '../../src/domain/time.ts'
import type { SessionSpec } from '../../src/kernel/session-spec.ts'
import { barColumns } from '../../src/market/columns.ts'
import { after, type EngineClock, HOST_CLOCK, wallTime } from '../../src/runtime/clock.ts'
import type { ProfilePaths } from '../../src/runtime/config.ts'
import type { Config } from '../../src/runtime/config-schema.ts'
import type { EngineVenue } from '../../src/runtime/engine/engine-venue.ts'
import { knownOrders } from '../../src/runtime/live/known-orders.ts'
import type { LiveTerms } from '../../src/runtime/live/live-desk.ts'
import type { Log } from '../../src/runtime/log/log.ts'
import { type ClockSource, cristian } from '../../src/runtime/timekeeping/clock-source.ts'
import type { VenueClock } from '../../src/venues/connector.ts'
import { LiveVenue } from '../../src/venues/live/live-venue.ts'
import { ShadowVenue } from '../../src/venues/shadow/shadow-venue.ts'
import { DEMO_INSTRUMENTS } from '../../src/venues/simulated/demo-instruments.ts'
import { DEMO_DEPOSITS } from '../../src/venues/simulated/exchange-terms.ts'
import { SimulatedExchange } from '../../src/venues/simulated/simulated-exchange.ts'
import type { EngineState } from '../../src/projection/engine-state.ts'
import type { SqliteEngineStore } from '../../storage/engine-store.ts'
import { openSimVenueVault } from '../../storage/sim-venue-vault.ts'
import { openConnector } from './open-connector.ts'
import { openingBalances } from './opening-balances.ts'
import { tradedInstruments } from './traded-instruments.ts'

/** Bars that a first start begins with: enough for the slowest indicator and a full chart. */
const HISTORY_US = 4 * US_PER_HOUR

/** A venue that is opened, with what an engine must know of it. */
export interface TradedVenue {
  readonly venue: EngineVenue
  readonly instruments: readonly Instrument[]
  /** What the account began with. */
  readonly deposits: SessionSpec['deposits']
  /** undefined for the simulated venue. */
  readonly live: LiveTerms | undefined
  /** The venue's own clock, where it tells it. */
  readonly clock: ClockSource | undefined
  close(): void
}

export interface VenueParts {
  readonly config: Config
  readonly paths: ProfilePaths
  readonly store: SqliteEngineStore
  readonly clock: EngineClock
  readonly log: Log
  /** Opens the secrets of the profile; undefined where nobody gave it. */
  readonly passphrase?: Buffer | undefined
  /** Our books as they are now. */
  readonly state: () => Pick<EngineState, 'working' | 'ended'>
  /** Something arrived. */
  readonly wake: () => void
}

/** @throws CommandError `VENUE_UNREACHABLE`, `INSTRUMENT_UNKNOWN`; SecretError; VenueError */
export function openVenue(parts: VenueParts): Promise<TradedVenue> {
  return parts.config.venue.kind === 'simulated' ? Promise.resolve(openSimulated(parts)) : openReal(parts)
}

function openSimulated({ config, paths, store, clock }: VenueParts): TradedVenue {
  const vault = openSimVenueVault(paths.simDatabase, { nowTs: wallTime() })
  const row = barColumns(1)
  row.length = 1
  let exchange: SimulatedExchange | undefined
  exchange = new SimulatedExchange({
    vault,
    seed: config.engine.seed,
    nowTs: timeUs(clock.now()),
    historyUs: HISTORY_US,
    onBar: (at, bar) => {
      // What we hear ourselves we make bars of ourselves.
      if (exchange?.isConnected === true) return
      const { openTs, closeTs, open, high, low, close, volume } = bar
      ;[row.openTs[0], row.closeTs[0], row.open[0], row.high[0], row.low[0], row.close[0], row.volume[0]] = [
        openTs,
        closeTs,
        open,
        high,
        low,
        close,
        volume,
      ]
      const instrument = DEMO_INSTRUMENTS[at]
      if (instrument !== undefined) store.bars.append(instrument.id, row, 0)
    },
  })
  const { venueId, instruments } = exchange
  return {
    venue: exchange,
    instruments,
    deposits: DEMO_DEPOSITS.map(({ currency, amount }) => ({ venue: venueId, currency, amount: formatMoney(amount) })),
    live: undefined,
    clock: undefined,
    close: () => vault.close(),
  }
}

async function openReal({
  config,
  paths,
  store,
  clock,
  log,
  passphrase,
  state,
  wake,
}: VenueParts): Promise<TradedVenue> {
  const { stage, practice_url: practiceUrl } = config.venue
  const venueClock: VenueClock = { nowUs: () => clock.now(), monotonicMs: HOST_CLOCK.monotonicMs, after }
  const connector = await openConnector(config, { paths, clock: venueClock, passphrase })
  const instruments = await tradedInstruments(connector, config.venue.instruments, store.notes)
  const venue = new LiveVenue({
    connector,
    instruments,
    clock: venueClock,
    instanceId: store.instanceId,
    known: () => knownOrders(state(), instruments),
    log: { info: (what, said) => log.info(what, said), warn: (what, said) => log.warn(what, said) },
    wake,
  })
  const isRehearsed = stage === 'forward' || stage === 'shadow'
  const deposits = stage === 'forward' ? forwardCash(config, venue.venueId) : await openingBalances(venue, store.notes)
  const vault = isRehearsed ? openSimVenueVault(paths.simDatabase, { nowTs: wallTime() }) : undefined
  return {
    // What is rehearsed is given to somebody who cannot send.
    venue:
      vault === undefined
        ? venue
        : new ShadowVenue({ market: venue, instruments, vault, deposits: deposits.map(amountOf) }),
    instruments,
    deposits,
    live: {
      runMode: stage,
      environment: config.account.environment,
      isPractice: practiceUrl !== '',
      checkedMs: () => venue.checkedMs,
    },
    clock: {
      name: `venue ${venue.venueId}`,
      sample: () => cristian(HOST_CLOCK, () => connector.serverTime(), CLOCK_GRAIN_US),
    },
    close: () => {
      venue.disconnect()
      vault?.close()
    },
  }
}

/** A forward run has no account: it begins with what the settings say. */
function forwardCash({ venue, account }: Config, venueId: string): SessionSpec['deposits'] {
  return [{ venue: venueId, currency: account.base_currency, amount: venue.forward_cash }]
}

function amountOf({ currency, amount }: SessionSpec['deposits'][number]) {
  return { currency, amount: parseMoney(amount) ?? money(0n) }
}

/** Venues tell their time in whole milliseconds. */
const CLOCK_GRAIN_US = US_PER_MS
