import { randomUUIDv7 } from 'node:crypto'
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
import type { SqliteEngineStore } from '../../storage/engine-store.ts'
import { VERSION } from '../version.ts'
import { leaseConflict, openStore } from './open-store.ts'
import { openVenue, type TradedVenue } from './open-venue.ts'
import { Reconciler } from './reconcile-port.ts'
import { WatchdogProcess } from './watchdog-process.ts'

export interface EngineOptions {
  readonly profile?: string | undefined
  /** Flags by the key of the setting. */
  readonly flags: Readonly<Record<string, unknown>>
  /** Raised by a screen in the same process. */
  readonly killWord?: Int32Array | undefined
  /** Opens the secrets of the profile, where its venue needs one. */
  readonly passphrase?: Buffer | undefined
}

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
 * @throws CommandError `LEASE_CONFLICT`; ConfigError; StorageError; what {@link openVenue} throws
 */
export async function openEngine(options: EngineOptions): Promise<OpenedEngine> {
  const paths = profilePaths(options.profile)
  prepareFolders(paths)
  const loaded = loadConfig(paths, { flags: options.flags })
  const { config } = loaded
  const store = openStore(paths, config.engine.journal, { isEngine: true })
  try {
    const leased = store.lease.acquire(thisProcess(), wallTime())
    if (!leased.ok) throw leaseConflict(paths, leased.holder)
    return await assemble(options, { paths, loaded, store })
  } catch (error) {
    store.close()
    throw error
  }
}

async function assemble(
  options: EngineOptions,
  { paths, loaded, store }: { paths: ProfilePaths; loaded: LoadedConfig; store: SqliteEngineStore },
): Promise<OpenedEngine> {
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
  const clock = new EngineClock(HOST_CLOCK, { speed: config.engine.speed, notBefore: store.state().lastTs })
  const host: { current?: EngineHost } = {}
  const running: { engine?: Engine } = {}
  let traded: TradedVenue
  try {
    traded = await openVenue({
      config,
      paths,
      store,
      clock,
      log: log.named('venue'),
      passphrase: options.passphrase,
      state: () => (running.engine?.isReady === true ? running.engine.chronicle.state : store.state()),
      wake: () => host.current?.wake(),
    })
  } catch (error) {
    await opened.close()
    throw error
  }
  const { instruments, deposits, live } = traded
  const venue = new GuardedVenue(traded.venue, {
    instruments,
    host: HOST_CLOCK,
    after,
    seed: config.engine.seed,
    log: log.named('venue'),
  })
  const drift = new ConfigDrift(paths.config, loaded, () => loadConfig(paths, { flags: options.flags }))
  const engine = new Engine({
    config,
    store,
    venue,
    instruments,
    deposits,
    live,
    leaseAgeUs: () => host.current?.leaseAgeUs,
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
    settings: drift,
    leaks: () => opened.counters.leaked,
    clockSources: clockSources(config.time, { isLive: live !== undefined, host: HOST_CLOCK, venue: traded.clock }),
    news,
  })
  running.engine = engine
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
      traded.close()
      store.close()
      await opened.close()
    },
  }
}
