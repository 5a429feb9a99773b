import type { Instrument } from '../domain/instrument.ts'
import { formatMoney, type Money } from '../domain/money.ts'
import type { EngineClock, HostClock } from '../runtime/clock.ts'
import type { Config } from '../runtime/config-schema.ts'
import { Engine } from '../runtime/engine/engine.ts'
import { KillFile } from '../runtime/engine/kill-file.ts'
import { MANUAL_BOT, manualStrategy } from '../runtime/engine/manual-strategy.ts'
import { knownOrders } from '../runtime/live/known-orders.ts'
import type { Log } from '../runtime/log/log.ts'
import type { EngineStore } from '../runtime/ports.ts'
import { GuardedVenue } from '../runtime/resilience/guarded-venue.ts'
import type { RunId } from '../domain/ids.ts'
import type { Connector, VenueClock } from '../venues/connector.ts'
import { LiveVenue } from '../venues/live/live-venue.ts'
import type { ReconcilePort } from '../runtime/engine/reconcile-round.ts'
import { restless } from './restless.ts'

export const BOT = 'restless'

export interface ProcessParts {
  readonly store: EngineStore
  readonly connector: Connector
  readonly instruments: readonly Instrument[]
  /** What the account began with. */
  readonly deposits: readonly { readonly currency: string; readonly amount: Money }[]
  readonly host: HostClock
  readonly clock: EngineClock
  readonly venueClock: VenueClock
  readonly compare: ReconcilePort
  readonly config: Config
  readonly runMode: 'paper' | 'live'
  readonly seed: number
  readonly killFile: string
  readonly killWord: Int32Array
  readonly newRunId: () => RunId
}

const silent: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  named: () => silent,
}

/** One life of the program, put together as its command does: store, connector, venue, guard, engine. */
export function startProcess(parts: ProcessParts): { readonly engine: Engine; readonly venue: LiveVenue } {
  const {
    store,
    connector,
    instruments,
    deposits,
    host,
    clock,
    venueClock,
    compare,
    config,
    runMode,
    seed,
    killFile,
    killWord,
    newRunId,
  } = parts
  let state = () => store.state()
  const live = new LiveVenue({
    connector,
    instruments,
    clock: venueClock,
    instanceId: store.instanceId,
    known: () => knownOrders(state(), instruments),
    log: { info() {}, warn() {} },
  })
  const guarded = new GuardedVenue(live, {
    instruments,
    host,
    after: (ms, act) => venueClock.after(ms, act),
    seed,
    log: silent,
  })
  const engine = new Engine({
    config,
    store,
    venue: guarded,
    instruments,
    deposits: deposits.map(({ currency, amount }) => ({ venue: live.venueId, currency, amount: formatMoney(amount) })),
    strategyOf: (id) => (id === MANUAL_BOT ? manualStrategy : id === restless.id ? restless : undefined),
    compare,
    host,
    clock,
    newRunId,
    log: silent,
    killFile: new KillFile(killFile),
    killWord,
    leaseAgeUs: () => 0,
    live:
      runMode === 'live'
        ? { runMode, environment: 'dev', isPractice: true, checkedMs: () => live.checkedMs }
        : undefined,
  })
  state = () => (engine.isReady ? engine.chronicle.state : store.state())
  return { engine, venue: live }
}
