import type { Watchdog } from '../deadman/watchdog.ts'
import type { Engine } from '../engine/engine.ts'
import { TURN_MESSAGES_MAX } from '../engine/feed-conflator.ts'
import { worst } from '../health.ts'
import type { Health, HealthCheck, SystemView } from '../link/views.ts'
import type { AlertRow, EngineStore } from '../ports.ts'
import { known, quantile } from './known.ts'
import { alertView } from './ribbon-view.ts'
import { timeView } from './time-view.ts'

/** What the host around an engine knows of itself. */
export interface HostFacts {
  readonly alerts: readonly AlertRow[]
  readonly logs: readonly { readonly ts: number; readonly level: string; readonly text: string }[]
  readonly config: readonly { readonly name: string; readonly value: string }[]
  readonly size: ReturnType<EngineStore['size']>
  readonly diskFree: number | undefined
  readonly clients: number
  readonly clientBytes: number
  readonly rssBytes: number
  readonly leaseAgeMs: number | undefined
  readonly watchdog?: Watchdog | undefined
  readonly droppedLogs: number
}

/** Worse is larger. */
const RANK: Readonly<Record<Health, number>> = { OK: 0, DEGRADED: 1, UNKNOWN: 2, FAILED: 3 }

/** `+3ms, 2 sources, +1.2ms ±0.4ms`: the worse of both, and what others say. */
function clockFact({ worstSkewUs, skew, parts }: Engine): string {
  const ms = (us: number, digits: number) => `${us >= 0 ? '+' : ''}${(us / 1_000).toFixed(digits)}ms`
  const { reading, sources, state } = skew
  const others =
    reading === undefined
      ? state === 'NONE'
        ? 'against the monotonic one'
        : 'no source answers'
      : `${sources.length} ${sources.length === 1 ? 'source' : 'sources'} ${ms(reading.offsetUs, 1)} ±${(reading.uncertaintyUs / 1_000).toFixed(1)}ms`
  const { speed } = parts.clock
  return `${ms(worstSkewUs, 0)} ${others}${speed === 1 ? '' : `, speed ${speed}`}`
}

const LEASE_LIMIT_MS = 20_000

export function healthChecks(engine: Engine, facts: HostFacts): readonly HealthCheck[] {
  const { parts, tapes, now } = engine
  const { venue } = parts
  const { skew } = engine
  const observedTs = now
  const lag = quantile(engine.turnMs, 0.99)
  const commit = quantile(engine.commitMs, 0.95)
  const skewMs = engine.worstSkewUs / 1_000
  const { reconcile } = engine
  const unknown = engine.kernel.orders.working.filter(({ state }) => state === 'UNKNOWN').length
  const quarantined = engine.kernel.bots.filter(({ state }) => state === 'QUARANTINED').map(({ config }) => config.id)
  const checks: HealthCheck[] = [
    check(
      'engine loop',
      lag === undefined ? 'UNKNOWN' : lag < 500 ? 'OK' : 'DEGRADED',
      lag === undefined ? 'not measured yet' : `turn p99 ${lag.toFixed(1)}ms`,
    ),
    check(
      'database',
      'OK',
      `${megabytes(facts.size.bytes)}  wal ${megabytes(facts.size.walBytes)}${commit === undefined ? '' : `  commit p95 ${commit.toFixed(1)}ms`}`,
    ),
    check(
      'clock',
      skew.state === 'UNKNOWN'
        ? 'UNKNOWN'
        : Math.abs(skewMs) >= parts.config.engine.clock_skew_critical_ms
          ? 'FAILED'
          : Math.abs(skewMs) >= parts.config.engine.clock_skew_warn_ms
            ? 'DEGRADED'
            : 'OK',
      clockFact(engine),
    ),
    check(
      'disk',
      facts.diskFree === undefined
        ? 'UNKNOWN'
        : facts.diskFree <= 0.05
          ? 'FAILED'
          : facts.diskFree <= 0.2
            ? 'DEGRADED'
            : 'OK',
      facts.diskFree === undefined ? 'cannot be asked' : `${(100 * facts.diskFree).toFixed(0)}% free`,
    ),
    check(`venue ${venue.venueId}`, ...venueHealth(engine)),
    check(
      'reconcile',
      reconcile.last === undefined
        ? 'UNKNOWN'
        : reconcile.last.status === 'OK'
          ? 'OK'
          : reconcile.last.status === 'UNKNOWN'
            ? 'UNKNOWN'
            : 'FAILED',
      reconcile.last === undefined
        ? 'never run'
        : `${reconcile.last.status}, ${reconcile.last.differences.length} differences`,
    ),
    check(
      'orders',
      unknown === 0 ? 'OK' : 'DEGRADED',
      unknown === 0 ? `${engine.kernel.orders.working.length} work` : `${unknown} UNKNOWN`,
    ),
    check(
      'lease',
      facts.leaseAgeMs === undefined ? 'UNKNOWN' : facts.leaseAgeMs < LEASE_LIMIT_MS ? 'OK' : 'FAILED',
      facts.leaseAgeMs === undefined ? 'not held' : `renewed ${(facts.leaseAgeMs / 1_000).toFixed(1)}s ago`,
    ),
    check(
      'bots',
      quarantined.length === 0 ? 'OK' : 'DEGRADED',
      quarantined.length === 0 ? `${engine.kernel.bots.length} known` : `quarantined: ${quarantined.join(' ')}`,
    ),
    check(
      'logs',
      facts.droppedLogs === 0 ? 'OK' : 'DEGRADED',
      facts.droppedLogs === 0 ? 'written' : `${facts.droppedLogs} lines dropped`,
    ),
  ]
  parts.instruments.forEach(({ id }, at) => {
    const tape = tapes[at]
    const ageMs = tape === undefined || Number.isNaN(tape.heardTs) ? undefined : (now - tape.heardTs) / 1_000
    const isStale = engine.kernel.facts.market.feed[at] !== 'OK'
    checks.push(
      check(
        `feed ${id}`,
        ageMs === undefined ? 'UNKNOWN' : isStale ? 'DEGRADED' : 'OK',
        ageMs === undefined ? 'nothing heard yet' : `${(ageMs / 1_000).toFixed(1)}s old`,
      ),
    )
  })
  return checks.toSorted((a, b) => RANK[b.health] - RANK[a.health])

  function check(name: string, health: Health, fact: string): HealthCheck {
    return { name, health, fact, observedTs }
  }
}

/** A venue that is connected can still be slow, failing, or tired of us. */
function venueHealth({ parts: { venue } }: Engine): readonly [health: Health, fact: string] {
  if (!venue.isConnected) return ['FAILED', 'not reachable, trying again']
  const trouble = venue.status?.().trouble
  return trouble === undefined ? ['OK', 'connected'] : ['DEGRADED', trouble]
}

export function systemView(engine: Engine, facts: HostFacts): SystemView {
  const { parts, tapes, now, reconcile } = engine
  const checks = healthChecks(engine, facts)
  const input = (name: string, ageMs: number | undefined, limitMs: number) => ({
    name,
    ageMs: known(ageMs),
    limitMs,
    isOk: ageMs !== undefined && Number.isFinite(ageMs) && ageMs <= limitMs,
  })
  const staleMs = parts.config.engine.data_stale_s * 1_000
  return {
    health: worst(checks.map(({ health }) => health)),
    checks,
    time: timeView(engine),
    inputs: [
      input('lease', facts.leaseAgeMs, LEASE_LIMIT_MS),
      input('reconcile', reconcile.lastOkTs === undefined ? undefined : (now - reconcile.lastOkTs) / 1_000, 600_000),
      ...parts.instruments.map(({ id }, at) => {
        const heardTs = tapes[at]?.heardTs ?? Number.NaN
        return input(`price ${id}`, Number.isNaN(heardTs) ? undefined : (now - heardTs) / 1_000, staleMs)
      }),
    ],
    deadMan: deadManRows(engine, facts),
    alerts: facts.alerts.slice(0, 50).map(alertView),
    ...guardRows(engine),
    ...leaseRows(engine),
    queues: [
      { name: 'commands', depth: engine.openCommands, limit: 100 },
      { name: 'inputs bytes', depth: engine.inputBytes, limit: 262_144 },
      { name: 'view bytes', depth: facts.clientBytes, limit: 262_144 },
      { name: 'clients', depth: facts.clients, limit: 16 },
      {
        name: 'market',
        depth: engine.conflator.depth,
        limit: TURN_MESSAGES_MAX,
        conflated: engine.conflator.conflated,
      },
    ],
    latency: [
      quantiles('input -> sent', engine.orderMs, 50),
      quantiles('commit', engine.commitMs, 20),
      quantiles('turn', engine.turnMs, 100),
    ],
    storage: [
      { name: 'database', value: megabytes(facts.size.bytes) },
      { name: 'write-ahead log', value: megabytes(facts.size.walBytes) },
      { name: 'commits', value: String(engine.commits) },
      { name: 'memory', value: megabytes(facts.rssBytes) },
    ],
    config: facts.config,
    logs: facts.logs,
  }
}

/** The breakers and lanes of the venue, as long as something guards it. */
function guardRows({ parts: { venue, host } }: Engine): Pick<SystemView, 'breakers' | 'lanes'> {
  const status = venue.status?.()
  if (status === undefined) return {}
  const nowMs = host.monotonicMs()
  return {
    breakers: status.breakers.map(({ group, state, sinceMs, failures, p95Ms, nextTryMs, reason }) => ({
      venue: venue.venueId,
      group,
      state,
      sinceMs: nowMs - sinceMs,
      failures,
      p95Ms: known(p95Ms),
      nextTryMs: nextTryMs === undefined ? undefined : nextTryMs - nowMs,
      reason,
    })),
    lanes: status.lanes.map(({ name, ...lane }) => ({ venue: venue.venueId, lane: name, ...lane })),
  }
}

/** The leases as they were issued, and what each permits now. */
function leaseRows({ kernel, now }: Engine): Pick<SystemView, 'leases'> {
  const { leases } = kernel.facts
  if (leases === undefined) return {}
  return { leases: leases.all.map((lease) => ({ ...lease, state: leases.state(lease.kind, lease.id, now) })) }
}

/** Every dead-man's switch with its time left; the watchdog's is how long ago it answered, for that is what is armed. */
function deadManRows({ deadMan, parts }: Engine, { watchdog }: HostFacts): SystemView['deadMan'] {
  const rows = deadMan.states(parts.host.monotonicMs())
  if (watchdog === undefined) return rows
  const { answeredMs, timeoutMs } = watchdog
  const isSilent = answeredMs !== undefined && answeredMs > timeoutMs
  return [
    { name: 'watchdog', silentMs: answeredMs, timeoutMs, action: 'HALT', isTripped: isSilent, trips: isSilent ? 1 : 0 },
    ...rows,
  ]
}

function quantiles(name: string, samples: readonly number[], targetMs: number) {
  return {
    name,
    p50Ms: known(quantile(samples, 0.5)),
    p95Ms: known(quantile(samples, 0.95)),
    p99Ms: known(quantile(samples, 0.99)),
    targetMs,
  }
}

function megabytes(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.round(bytes / 1_024)}K` : `${(bytes / 1_048_576).toFixed(1)}M`
}
