import { statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FactSpool } from '../fact-spool.ts'
import { formatTime, US_PER_SECOND } from '../../domain/time.ts'
import { every, monotonicMs, soon, wallTime } from '../clock.ts'
import type { ProfilePaths } from '../config.ts'
import type { HttpServer } from '../http-server.ts'
import { WATCHDOG_BEAT_MS, type Watchdog } from '../deadman/watchdog.ts'
import { LinkServer } from '../link/link-server.ts'
import type { Log } from '../log/log.ts'
import type { LogRing } from '../log/log-ring.ts'
import { maskValue } from '../../events/mask.ts'
import type { EngineStore } from '../ports.ts'
import { StatusFile } from '../status-file.ts'
import { EngineViews } from '../views/engine-views.ts'
import { type HostFacts, healthChecks } from '../views/system-view.ts'
import { cancelWithoutBooks, isUnwritable } from './emergency-cancel.ts'
import type { Engine } from './engine.ts'
import { EngineMetrics, engineStatus, type ReportFacts } from './engine-report.ts'
import { HaltRecorder } from './halt-record.ts'

export interface HostParts {
  readonly engine: Engine
  readonly paths: ProfilePaths
  readonly store: EngineStore
  readonly log: Log
  readonly recent: LogRing
  readonly droppedLogs: () => number
  readonly config: readonly { readonly name: string; readonly value: string }[]
  readonly pid: number
  readonly version: string
  /** Where cancels are told that the books cannot be told of. */
  readonly spool?: FactSpool | undefined
  /** Started when the engine is; undefined where the settings want none. */
  readonly watchdog?: (() => Watchdog) | undefined
}

/** How an engine came to its end. */
export type HostEnd =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: Error; readonly report: string | undefined }

const TURN_MS = 10
const STATUS_EVERY_MS = 2_000
const SIGHT_EVERY_MS = 1_000
const LEASE_EVERY_MS = 2_000
/** The lease was not renewed for this long: somebody else may have it, and nothing more is sent. */
const LEASE_LOST_MS = 20_000
const WATCHDOG_LOST = 'WATCHDOG_LOST'
const WATCHDOG_LOST_MS = 5 * WATCHDOG_BEAT_MS

/**
 * Turns an engine in real time, streams its views, renews its lease and writes its status file. Whatever throws in a turn
 * ends the engine: it is in a state that nobody planned, and the books on disk are whole.
 */
export class EngineHost {
  readonly #parts: HostParts
  readonly #link: LinkServer
  readonly #views: EngineViews
  readonly #status: StatusFile
  readonly #metrics = new EngineMetrics()
  readonly #halts: HaltRecorder
  #http: HttpServer | undefined
  #watchdog: Watchdog | undefined
  #beatMs = Number.NEGATIVE_INFINITY
  #leasedMs = Number.NaN
  #statusMs = Number.NEGATIVE_INFINITY
  #pending = 0
  #isWoken = false
  #isTurning = false
  #pendingMs = Number.NEGATIVE_INFINITY
  #alerts: ReturnType<EngineStore['alerts']['list']> = []
  #diskFree: number | undefined
  #diskMs = Number.NEGATIVE_INFINITY
  #sightMs = Number.NEGATIVE_INFINITY
  #resolve: ((end: HostEnd) => void) | undefined
  #stopTurns: () => void = () => undefined

  constructor(parts: HostParts) {
    this.#parts = parts
    const { engine, paths, pid } = parts
    this.#status = new StatusFile(paths.status)
    this.#halts = new HaltRecorder(paths.logs, parts.log)
    this.#views = new EngineViews(engine, {
      ribbon: () => ({ profile: paths.profile, pid, alerts: this.#alerts, pendingCommands: this.#pending }),
      host: () => this.#facts(),
    })
    this.#link = new LinkServer({
      path: paths.socket,
      pid,
      runId: '',
      views: { view: (topic) => (engine.isReady ? this.#views.view(topic) : undefined) },
      poked: () => engine.poke(),
    })
  }

  /** Starts the engine and turns it until it stops. The lease is held already. */
  async run(): Promise<HostEnd> {
    const { engine, log } = this.#parts
    const ended = new Promise<HostEnd>((resolve) => {
      this.#resolve = resolve
    })
    try {
      this.#renewLease(monotonicMs())
      await this.#link.listen()
      await this.#serve()
      await engine.start()
      this.#watchdog = this.#parts.watchdog?.()
      this.#isTurning = true
      this.#stopTurns = every(TURN_MS, () => this.#turn())
    } catch (error) {
      await this.#fail(error)
    }
    const end = await ended
    this.#stopTurns()
    this.#watchdog?.close()
    await this.#link.close(end.ok ? 'the engine stopped' : 'the engine failed')
    await this.#http?.close()
    await this.#writeStatus()
    log.info('engine.end', end.ok ? 'stopped' : 'failed')
    this.#parts.store.lease.release()
    return end
  }

  /** Health for this machine, where the settings ask for it. A port that is taken costs the service and not the engine. */
  async #serve(): Promise<void> {
    const { engine, log } = this.#parts
    const { http } = engine.parts.config
    if (!http.enabled) return
    try {
      // Node's HTTP takes 50 ms to load, and few ask for it.
      const { serveHttp } = await import('../http-server.ts')
      this.#http = await serveHttp(http, () => this.#metrics.snapshot(engine, this.#reportFacts()))
      log.info('http.listen', `health on http://${http.host}:${this.#http.port}`)
    } catch (error) {
      log.error('http.listen', 'health is not served', { error })
      const text = `HTTP ${error instanceof Error ? error.message : String(error)}`.slice(0, 200)
      this.#parts.store.alerts.raise(
        { source: 'HTTP_NOT_SERVED', severity: 'P2', text, command: 'config show' },
        engine.now,
      )
    }
  }

  /** Asks for a stop; {@link run} resolves when it is done. */
  stop(how: 'safe' | 'flatten' | 'now'): void {
    const { engine, log } = this.#parts
    try {
      const outcome = engine.requestStop(how)
      log.info('engine.stop', outcome.detail)
    } catch (error) {
      void this.#fail(error)
    }
  }

  #turn(): void {
    const { engine } = this.#parts
    try {
      const now = monotonicMs()
      if (now - this.#leasedMs >= LEASE_EVERY_MS) this.#renewLease(now)
      engine.turn()
      this.#halts.look(engine)
      if (now - this.#beatMs >= WATCHDOG_BEAT_MS) this.#beat(now)
      this.#look(now)
      this.#link.publish()
      if (engine.phase === 'STOPPED') this.#end({ ok: true })
    } catch (error) {
      void this.#fail(error)
    }
  }

  #look(now: number): void {
    const { store, paths } = this.#parts
    if (now - this.#pendingMs >= 250) {
      this.#pendingMs = now
      this.#pending = store.commands.list({ limit: 100, status: 'PENDING' }).length
      this.#alerts = store.alerts.list(50)
    }
    if (now - this.#sightMs >= SIGHT_EVERY_MS) {
      this.#sightMs = now
      this.#parts.engine.heedHealth(healthChecks(this.#parts.engine, this.#facts()))
    }
    if (now - this.#diskMs >= 5_000) {
      this.#diskMs = now
      this.#diskFree = freeShare(paths.folder)
    }
    if (now - this.#statusMs >= STATUS_EVERY_MS) {
      this.#statusMs = now
      void this.#writeStatus()
    }
  }

  /** The engine's own turn feeds the watchdog: whatever keeps it from turning is silence. */
  #beat(now: number): void {
    this.#beatMs = now
    const watchdog = this.#watchdog
    if (watchdog === undefined) return
    watchdog.beat()
    const { answeredMs } = watchdog
    if (answeredMs === undefined) return
    const { alerts } = this.#parts.store
    const text = 'nothing watches the engine: its watchdog does not answer'
    if (answeredMs <= WATCHDOG_LOST_MS) alerts.resolve(WATCHDOG_LOST, this.#parts.engine.now)
    else
      alerts.raise(
        { source: WATCHDOG_LOST, severity: 'P1', text: `${WATCHDOG_LOST} ${text}`, command: 'deadman status' },
        this.#parts.engine.now,
      )
  }

  /** Share of the disk that is free, as of the last look. */
  get diskFree(): number | undefined {
    return this.#diskFree
  }

  /** µs since the lease was renewed; undefined before it first was. */
  get leaseAgeUs(): number | undefined {
    return Number.isNaN(this.#leasedMs) ? undefined : (monotonicMs() - this.#leasedMs) * 1_000
  }

  /** Something arrived: the next turn need not wait for its time. */
  wake(): void {
    if (this.#isWoken || this.#resolve === undefined) return
    this.#isWoken = true
    soon(() => {
      this.#isWoken = false
      if (this.#isTurning) this.#turn()
    })
  }

  #renewLease(now: number): void {
    if (now - this.#leasedMs > LEASE_LOST_MS) {
      // A process that slept this long asks again, like any other: acquire refuses where somebody took it meanwhile.
      this.#parts.log.warn('engine.lease', `not renewed for ${Math.round((now - this.#leasedMs) / 1_000)} s`)
    }
    this.#parts.store.lease.renew(wallTime())
    this.#leasedMs = now
  }

  #facts(): HostFacts {
    const { store, recent, config, droppedLogs } = this.#parts
    return {
      alerts: this.#alerts,
      logs: recent.lines().slice(-60),
      config,
      size: store.size(),
      diskFree: this.#diskFree,
      clients: this.#link.clients,
      clientBytes: this.#link.behind,
      rssBytes: process.memoryUsage.rss(),
      leaseAgeMs: Number.isNaN(this.#leasedMs) ? undefined : monotonicMs() - this.#leasedMs,
      watchdog: this.#watchdog,
      droppedLogs: droppedLogs(),
    }
  }

  /** What scripts read without asking anybody. A status that cannot be written is an old one: its age says so. */
  #writeStatus(): Promise<void> {
    const { engine, log } = this.#parts
    if (!engine.isReady) return Promise.resolve()
    return this.#status.write(engineStatus(engine, this.#reportFacts())).then(
      () => undefined,
      (error: unknown) => log.warn('engine.status', 'the status file could not be written', { error }),
    )
  }

  #reportFacts(): ReportFacts {
    const { pid, store, version } = this.#parts
    return { version, pid, instanceId: store.instanceId, wallTs: wallTime(), host: this.#facts() }
  }

  async #fail(error: unknown): Promise<void> {
    const failure = error instanceof Error ? error : new Error(String(error))
    const { log, engine, paths } = this.#parts
    log.error('engine.fail', failure.message, { error: failure })
    engine.phase = 'STOPPED'
    this.#stopTurns()
    const report = writeCrashReport(paths.logs, failure, engine)
    if (isUnwritable(failure) && engine.isReady)
      await cancelWithoutBooks({
        orders: [...engine.kernel.orders.working],
        venue: engine.parts.venue,
        spool: this.#parts.spool,
        log,
        now: () => engine.now,
      }).catch((again: unknown) => log.error('engine.emergency', 'orders could not be cancelled', { error: again }))
    this.#end({ ok: false, error: failure, report })
  }

  #end(end: HostEnd): void {
    this.#isTurning = false
    this.#stopTurns()
    this.#resolve?.(end)
    this.#resolve = undefined
  }
}

/** What a person who was not there needs: what, where, and the last input. Without secrets. */
function writeCrashReport(folder: string, error: Error, engine: Engine): string | undefined {
  const ts = wallTime()
  const path = join(folder, `crash-${Math.floor(ts / US_PER_SECOND)}.json`)
  const report = maskValue({
    as_of: formatTime(ts),
    message: error.message,
    code: (error as { code?: unknown }).code,
    stack: error.stack,
    input: engine.isReady ? engine.kernel.describeInput() : 'not started',
    session: engine.isReady ? engine.runId : undefined,
  })
  try {
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 })
    return path
  } catch {
    return undefined
  }
}

/** Share of the disk under a folder that is free to us, 0…1; undefined when it cannot be asked. */
export function freeShare(folder: string): number | undefined {
  try {
    const { bavail, blocks } = statfsSync(folder)
    return blocks === 0 ? undefined : bavail / blocks
  } catch {
    return undefined
  }
}
