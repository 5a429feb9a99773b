import {
  type CapabilitiesJson,
  capabilities,
  capabilitiesJson,
  type Feature,
  type HealthReport,
  healthJson,
  worst,
} from '../health.ts'
import type { HttpSnapshot } from '../http-server.ts'
import { MetricsRegistry } from '../metrics.ts'
import type { EngineStatusJson } from '../status-file.ts'
import { quantile } from '../views/known.ts'
import { type HostFacts, healthChecks } from '../views/system-view.ts'
import type { Engine } from './engine.ts'

/** What the program is, as its health tells it. */
export interface ReportFacts {
  readonly version: string
  readonly pid: number
  readonly instanceId: string
  readonly wallTs: number
  readonly host: HostFacts
}

/** What a user may look for, and whether this build has it. What is not built says so. */
const FEATURES: readonly Feature[] = [
  { name: 'paper trading', isBuilt: true, isEnabled: true, needs: ['engine loop', 'database', 'reconcile'] },
  { name: 'live trading', isBuilt: false, isEnabled: false, needs: [] },
  { name: 'kill switch', isBuilt: true, isEnabled: true, needs: ['engine loop'] },
  { name: 'reconciliation', isBuilt: true, isEnabled: true, needs: ['reconcile'] },
  { name: 'replay', isBuilt: true, isEnabled: true, needs: ['database'] },
  { name: 'approvals', isBuilt: false, isEnabled: false, needs: [] },
]

function healthOf(engine: Engine, { host, wallTs }: ReportFacts): HealthReport {
  const checks = healthChecks(engine, host).map(({ name, health, fact, reasonCode, observedTs }) => ({
    name,
    status: health,
    reasonCode:
      reasonCode ?? (health === 'OK' ? 'OK' : `${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}_${health}`),
    summary: fact,
    observedTs: Math.round(observedTs),
  }))
  return { overall: worst(checks.map(({ status }) => status)), checks, ts: wallTs }
}

/** Classes of actions that the gate lets through now. */
function allowedActions(engine: Engine): readonly string[] {
  const { mode, kill } = engine.kernel.facts
  const allowed = ['OBSERVE', 'CANCEL']
  if (mode.mode === 'HALTED' || kill.strictest === 'HALT') return allowed
  allowed.push('REDUCE')
  if (mode.mode === 'NORMAL' && kill.strictest === 'NONE' && engine.parts.venue.isConnected)
    allowed.push('AMEND', 'OPEN', 'START')
  return allowed
}

function capabilitiesOf(engine: Engine, report: HealthReport, { version, wallTs }: ReportFacts): CapabilitiesJson {
  const { mode } = engine.kernel.facts
  const [reason] = mode.reasons.keys()
  return capabilitiesJson(capabilities(FEATURES, report), {
    ts: wallTs,
    version,
    isSafeMode: mode.mode === 'SAFE_MODE' || mode.mode === 'HALTED',
    degradedReason: reason,
    allowedActions: allowedActions(engine),
  })
}

/** Whether it holds its lease, has its books and asked the venue once. */
function isReady(engine: Engine): boolean {
  return engine.phase === 'RUNNING' && engine.reconcile.last !== undefined
}

export function engineStatus(engine: Engine, facts: ReportFacts): EngineStatusJson {
  const report = healthOf(engine, facts)
  const health = healthJson(report)
  return {
    schema_version: 1,
    ts: health.ts,
    pid: facts.pid,
    run_id: engine.runId,
    instance_id: facts.instanceId,
    ready: isReady(engine),
    health,
    capabilities: capabilitiesOf(engine, report, facts),
  }
}

/** Numbers of an engine for Prometheus. Made anew for every scrape: the engine keeps the counts. */
export class EngineMetrics {
  snapshot(engine: Engine, facts: ReportFacts): HttpSnapshot {
    const report = healthOf(engine, facts)
    return {
      health: healthJson(report),
      isReady: isReady(engine),
      capabilities: capabilitiesOf(engine, report, facts),
      metrics: metricsOf(engine, facts, report),
    }
  }
}

const MODES = ['NORMAL', 'DEGRADED', 'SAFE_MODE', 'HALTED'] as const
const LEVELS = ['NONE', 'CLOSE_ONLY', 'FLATTEN', 'HALT'] as const

function metricsOf(engine: Engine, { host, version }: ReportFacts, report: HealthReport): string {
  const registry = new MetricsRegistry()
  const gauge = (name: string, help: string, value: number | undefined, labels = {}) =>
    registry.gauge(name, help).set(value, labels)
  const { kernel, chronicle, now } = engine
  gauge('profinaut_build_info', 'version of the program', 1, { version })
  gauge('profinaut_engine_uptime_seconds', 'engine seconds since the start', (now - engine.startedTs) / 1e6)
  const health = registry.gauge('profinaut_health_status', 'one for the overall health that holds')
  for (const status of ['OK', 'DEGRADED', 'UNKNOWN', 'FAILED'] as const)
    health.set(report.overall === status ? 1 : 0, { status })
  const mode = registry.gauge('profinaut_safety_mode', 'one for the safety mode that holds')
  for (const status of MODES) mode.set(kernel.safetyMode === status ? 1 : 0, { status })
  const level = registry.gauge('profinaut_kill_level', 'one for the strictest kill level')
  for (const status of LEVELS) level.set(kernel.facts.kill.strictest === status ? 1 : 0, { status })
  const isOk = (name: string) => (report.checks.find((check) => check.name === name)?.status === 'OK' ? 1 : 0)
  gauge('profinaut_gate_safety_lease_ok', 'the lease is held and fresh', isOk('lease'))
  gauge('profinaut_gate_clock_health_ok', 'the clock is within its limits', isOk('clock'))
  gauge('profinaut_gate_deps_health_ok', 'the venue is connected', engine.parts.venue.isConnected ? 1 : 0)
  gauge('profinaut_gate_audit_chain_ok', 'books agree with the venue', isOk('reconcile'))
  gauge('profinaut_gate_metrics_pipeline_ok', 'metrics are made', 1)
  const decisions = registry.counter(
    'profinaut_gate_decisions_total',
    'decisions of the gate in the last hour by result',
  )
  for (const [result, count] of Object.entries(chronicle.gateCounts(now))) decisions.add({ result }, count)
  registry.counter('profinaut_orders_fills_total', 'fills since the start').add({}, chronicle.fillCount)
  registry
    .counter('profinaut_market_conflated_total', 'market messages merged into newer ones')
    .add({}, engine.conflator.conflated)
  registry.counter('profinaut_storage_commits_total', 'commits since the start').add({}, engine.commits)
  gauge('profinaut_execution_outbox_depth', 'effects that wait to leave', kernel.outbox.length)
  gauge('profinaut_execution_lane0_queue_depth', 'commands under way', engine.openCommands)
  gauge('profinaut_sot_resolved', 'our records that lost against the venue in ten minutes', engine.corrections)
  gauge('profinaut_reconcile_case_open', 'a mismatch is not over yet', engine.cases.current === undefined ? 0 : 1)
  gauge('profinaut_orders_working', 'orders that have not ended', kernel.orders.working.length)
  gauge('profinaut_bots_running', 'bots that trade', kernel.bots.filter(({ state }) => state === 'RUNNING').length)
  gauge(
    'profinaut_alerts_open',
    'alerts that nobody acknowledged',
    host.alerts.filter(({ state }) => state === 'OPEN').length,
  )
  gauge('profinaut_process_memory_bytes', 'resident memory', host.rssBytes)
  gauge('profinaut_storage_database_bytes', 'size of the database', host.size.bytes)
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1_000)
  const latency = registry.gauge('profinaut_engine_latency_seconds', '99th percentile over the last turns')
  latency.set(seconds(quantile(engine.turnMs, 0.99)), { op: 'turn' })
  latency.set(seconds(quantile(engine.commitMs, 0.99)), { op: 'commit' })
  latency.set(seconds(quantile(engine.orderMs, 0.99)), { op: 'input_to_sent' })
  const ages = registry.gauge('profinaut_market_feed_age_seconds', 'oldest data of a venue')
  const heard = engine.tapes.map(({ heardTs }) => heardTs)
  ages.set(heard.some(Number.isNaN) ? undefined : (now - Math.min(...heard)) / 1e6, {
    venue: engine.parts.venue.venueId,
  })
  return registry.expose()
}
