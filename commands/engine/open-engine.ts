import { randomUUIDv7 } from 'node:crypto'
import { formatMoney } from '../../src/domain/money.ts'
import { timeUs, US_PER_HOUR } from '../../src/domain/time.ts'
import { barColumns } from '../../src/market/columns.ts'
import { after, EngineClock, HOST_CLOCK, wallTime } from '../../src/runtime/clock.ts'
import { type ProfilePaths, profilePaths } from '../../src/runtime/config.ts'
import { ConfigDrift } from '../../src/runtime/config-drift.ts'
import { prepareFolders } from '../../src/runtime/config-folder.ts'
import { type LoadedConfig, loadConfig } from '../../src/runtime/config-layers.ts'
import { Engine } from '../../src/runtime/engine/engine.ts'
import { EngineHost, freeShare } from '../../src/runtime/engine/engine-host.ts'
import { KillFile } from '../../src/runtime/engine/kill-file.ts'
import { MANUAL_BOT, manualStrategy } from '../../src/runtime/engine/manual-strategy.ts'
import { clockSources } from '../../src/runtime/timekeeping/clock-sources.ts'
import { newRunId } from '../../src/runtime/ids.ts'
import { type OpenLog, openLog } from '../../src/runtime/log/log.ts'
import { thisProcess } from '../../src/runtime/process.ts'
import { GuardedVenue } from '../../src/runtime/resilience/guarded-venue.ts'
import { FactSpool } from '../../src/runtime/fact-spool.ts'
import { allNews } from '../../src/runtime/host-news.ts'
import { SecretNews } from '../../src/runtime/secrets/secret-news.ts'
import { findStrategy } from '../../src/strategy/catalogue.ts'
import { DEMO_INSTRUMENTS } from '../../src/venues/simulated/demo-instruments.ts'
import { DEMO_DEPOSITS } from '../../src/venues/simulated/exchange-terms.ts'
import { SimulatedExchange } from '../../src/venues/simulated/simulated-exchange.ts'
import type { SqliteEngineStore } from '../../storage/engine-store.ts'
import { openSimVenueVault } from '../../storage/sim-venue-vault.ts'
import { VERSION } from '../version.ts'
import { leaseConflict, openStore } from './open-store.ts'
import { Reconciler } from './reconcile-port.ts'
import { WatchdogProcess } from './watchdog-process.ts'

export interface EngineOptions {
  readonly profile?: string | undefined
  /** Flags by the key of the setting. */
  readonly flags: Readonly<Record<string, unknown>>
  /** Raised by a screen in the same process. */
  readonly killWord?: Int32Array | undefined
}

/** Bars that a first start begins with: enough for the slowest indicator and a full chart. */
const HISTORY_US = 4 * US_PER_HOUR

/** An engine that is opened and not yet running. */
export interface OpenedEngine {
  readonly host: EngineHost
  readonly engine: Engine
  readonly paths: ProfilePaths
  readonly loaded: LoadedConfig
  readonly log: OpenLog
  close(): Promise<void>
}

/**
 * Opens everything an engine is made of: folders, settings, log, database, lease, venue. Whatever fails leaves nothing open.
 *
 * @throws CommandError `LEASE_CONFLICT`; ConfigError; StorageError
 */
export function openEngine(options: EngineOptions): OpenedEngine {
  const paths = profilePaths(options.profile)
  prepareFolders(paths)
  const loaded = loadConfig(paths, { flags: options.flags })
  const { config } = loaded
  const store = openStore(paths, config.engine.journal, { isEngine: true })
  try {
    const leased = store.lease.acquire(thisProcess(), wallTime())
    if (!leased.ok) throw leaseConflict(paths, leased.holder)
    return assemble(options, { paths, loaded, store })
  } catch (error) {
    store.close()
    throw error
  }
}

function assemble(
  options: EngineOptions,
  { paths, loaded, store }: { paths: ProfilePaths; loaded: LoadedConfig; store: SqliteEngineStore },
): OpenedEngine {
  const { config } = loaded
  const opened = openLog({
    folder: paths.logs,
    service: 'engine',
    runId: randomUUIDv7(),
    instanceId: store.instanceId,
    level: config.log.level,
    keepDays: config.log.keep_days,
    now: wallTime,
  })
  const { log } = opened
  const spool = new FactSpool(paths.spool)
  const news = allNews(new SecretNews(paths.secrets, store.notes), spool)
  const vault = openSimVenueVault(paths.simDatabase, { nowTs: wallTime() })
  const lastTs = store.state().lastTs
  const clock = new EngineClock(HOST_CLOCK, { speed: config.engine.speed, notBefore: lastTs })
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
  const venue = new GuardedVenue(exchange, {
    instruments: exchange.instruments,
    host: HOST_CLOCK,
    after,
    seed: config.engine.seed,
    log: log.named('venue'),
  })
  const drift = new ConfigDrift(paths.config, loaded, () => loadConfig(paths, { flags: options.flags }))
  const host: { current?: EngineHost } = {}
  const engine = new Engine({
    config,
    store,
    venue,
    instruments: exchange.instruments,
    deposits: DEMO_DEPOSITS.map(({ currency, amount }) => ({
      venue: venue.venueId,
      currency,
      amount: formatMoney(amount),
    })),
    strategyOf: (id) => (id === MANUAL_BOT ? manualStrategy : findStrategy(id)),
    compare: new Reconciler(),
    host: HOST_CLOCK,
    clock,
    newRunId,
    log: log.named('engine'),
    killFile: new KillFile(paths.kill),
    killWord: options.killWord,
    diskFree: () => host.current?.diskFree ?? freeShare(paths.folder),
    drift: (nowMs) => drift.look(nowMs),
    leaks: () => opened.counters.leaked,
    clockSources: clockSources(config.time, { isLive: false, host: HOST_CLOCK }),
    news,
  })
  host.current = new EngineHost({
    engine,
    paths,
    store,
    log: log.named('host'),
    recent: opened.recent,
    droppedLogs: () => opened.counters.dropped,
    config: [
      { name: 'version', value: VERSION },
      { name: 'profile', value: paths.profile },
      { name: 'config', value: `sha ${loaded.hash.slice(0, 12)}` },
      { name: 'journal', value: config.engine.journal },
      { name: 'speed', value: String(config.engine.speed) },
      { name: 'seed', value: String(config.engine.seed) },
    ],
    pid: process.pid,
    spool,
    version: VERSION,
    watchdog:
      config.deadman.watchdog_s === 0
        ? undefined
        : () =>
            new WatchdogProcess({
              killPath: paths.kill,
              timeoutMs: config.deadman.watchdog_s * 1_000,
              log: log.named('watchdog'),
            }),
  })
  return {
    host: host.current,
    engine,
    paths,
    loaded,
    log: opened,
    close: async () => {
      vault.close()
      store.close()
      await opened.close()
    },
  }
}
