import type { Instrument } from '../../src/domain/instrument.ts'
import { money, parseMoney } from '../../src/domain/money.ts'
import { type TimeUs, timeUs } from '../../src/domain/time.ts'
import { after, HOST_CLOCK } from '../../src/runtime/clock.ts'
import type { ProfilePaths } from '../../src/runtime/config.ts'
import type { Config } from '../../src/runtime/config-schema.ts'
import { knownOrders } from '../../src/runtime/live/known-orders.ts'
import type { EngineState } from '../../src/projection/engine-state.ts'
import type { VenueClock } from '../../src/venues/connector.ts'
import { LiveVenue } from '../../src/venues/live/live-venue.ts'
import { ShadowVenue } from '../../src/venues/shadow/shadow-venue.ts'
import { SimulatedExchange } from '../../src/venues/simulated/simulated-exchange.ts'
import type { VenueAccountPort } from '../../src/venues/venue.ts'
import type { SqliteEngineStore } from '../../storage/engine-store.ts'
import { openSimVenueVault } from '../../storage/sim-venue-vault.ts'
import { openConnector } from '../engine/open-connector.ts'
import { openingBalances } from '../engine/opening-balances.ts'
import { tradedInstruments } from '../engine/traded-instruments.ts'

/** The account at the venue of a profile, to be asked and not traded on. */
export interface AskedAccount {
  readonly account: VenueAccountPort
  readonly instruments: readonly Instrument[]
  /** How far back it lists fills, µs; undefined is for ever. */
  readonly fillsReachUs: number | undefined
  /** False where it is known not to answer. */
  readonly isReached: boolean
  close(): void
}

export interface AccountParts {
  readonly paths: ProfilePaths
  readonly config: Config
  readonly store: SqliteEngineStore
  readonly passphrase: Buffer | undefined
  readonly ours: EngineState
  readonly nowTs: TimeUs
}

/** @throws CommandError `VENUE_UNREACHABLE` for a real venue that never answered; SecretError; VenueError */
export function accountOf(parts: AccountParts): Promise<AskedAccount> {
  return parts.config.venue.kind === 'simulated' ? Promise.resolve(simulated(parts)) : real(parts)
}

function simulated({ paths, nowTs }: AccountParts): AskedAccount {
  const vault = openSimVenueVault(paths.simDatabase, { nowTs })
  const account = new SimulatedExchange({ vault, seed: 1, nowTs: timeUs(nowTs) })
  // Time went on while nobody listened: the venue's books are as of now.
  const isReached = account.connect(nowTs)
  const { instruments } = account
  return { account, instruments, isReached, fillsReachUs: undefined, close: () => vault.close() }
}

async function real({ paths, config, store, passphrase, ours, nowTs }: AccountParts): Promise<AskedAccount> {
  const clock: VenueClock = { nowUs: HOST_CLOCK.wallTs, monotonicMs: HOST_CLOCK.monotonicMs, after }
  const connector = await openConnector(config, { paths, clock, passphrase })
  const instruments = await tradedInstruments(connector, config.venue.instruments, store.notes)
  const venue = new LiveVenue({
    connector,
    instruments,
    clock,
    instanceId: store.instanceId,
    known: () => knownOrders(ours, instruments),
    log: { info: () => undefined, warn: () => undefined },
  })
  const { fillsReachUs } = venue
  if (config.venue.stage !== 'shadow' && config.venue.stage !== 'forward')
    return { account: venue, instruments, isReached: true, fillsReachUs, close: () => undefined }
  const vault = openSimVenueVault(paths.simDatabase, { nowTs })
  const deposits = await openingBalances(venue, store.notes)
  const account = new ShadowVenue({
    market: venue,
    instruments,
    vault,
    deposits: deposits.map(({ currency, amount }) => ({ currency, amount: parseMoney(amount) ?? money(0n) })),
  })
  // Nothing happens in it while nobody trades: what it holds is as of now.
  account.connect(nowTs)
  return { account, instruments, isReached: true, fillsReachUs: undefined, close: () => vault.close() }
}
