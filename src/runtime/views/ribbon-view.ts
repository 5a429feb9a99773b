import { hasEnded } from '../engine/chronicle.ts'
import type { Engine } from '../engine/engine.ts'
import type { AlertView, RibbonView } from '../link/views.ts'
import type { AlertRow } from '../ports.ts'
import { known } from './known.ts'
import { exposures } from './portfolio-view.ts'

/** Who shows the engine: what a ribbon says beyond the engine itself. */
export interface RibbonFacts {
  readonly profile: string
  readonly pid: number
  readonly alerts: readonly AlertRow[]
  readonly pendingCommands: number
}

export function ribbonView(engine: Engine, facts: RibbonFacts): RibbonView {
  const { kernel, chronicle, equity, parts, now } = engine
  const { portfolio } = kernel
  const value = portfolio.equity
  const day = equity.startEquity('day')
  const { gross, net } = exposures(engine)
  const heard = engine.tapes.map(({ heardTs }) => heardTs)
  const dataAgeMs = heard.some(Number.isNaN) ? undefined : Math.max(0, (now - Math.min(...heard)) / 1_000)
  const latencies = engine.tapes.map(({ latencyUs }) => latencyUs / 1_000)
  const working = kernel.orders.working.filter(({ state }) => !hasEnded(state))
  const open = facts.alerts.filter(({ state }) => state === 'OPEN')
  const worst = open.toSorted((a, b) =>
    a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : a.firstTs - b.firstTs,
  )[0]
  const { mode, kill } = kernel.facts
  const level = kill.strictest
  const gate =
    mode.mode === 'NORMAL' && level === 'NONE'
      ? 'PASS'
      : mode.mode === 'DEGRADED' && level === 'NONE'
        ? 'WARN'
        : 'BLOCK'
  const status = engine.reconcile.last?.status
  const { gains } = kernel.portfolio
  return {
    profile: facts.profile,
    runMode: engine.spec.run_mode,
    phase: engine.phase,
    startup: engine.startup.map((step) => ({ ...step })),
    pid: facts.pid,
    runId: engine.runId,
    speed: parts.clock.speed,
    nowTs: now,
    startedTs: engine.startedTs,
    safetyMode: mode.mode,
    killLevel: level,
    gate,
    integrity: status === 'OK' ? 'PASS' : status === 'MISMATCH' ? 'FAIL' : 'UNKNOWN',
    reconciledTs: chronicle.lastReconcile?.ts,
    venues: [
      {
        id: parts.venue.venueId,
        health: !parts.venue.isConnected ? 'FAILED' : dataAgeMs === undefined ? 'UNKNOWN' : 'OK',
        latencyMs: known(Math.max(...latencies)),
        dataAgeMs,
      },
    ],
    dataAgeMs,
    clockSkewMs: Math.round(parts.clock.skewUs() / 1_000),
    currency: engine.spec.base_currency,
    equity: known(value),
    dayPnl: known(value - day),
    dayPct: known(100 * (value / day - 1)),
    weekPnl: known(value - equity.startEquity('week')),
    monthPnl: known(value - equity.startEquity('month')),
    unrealised: known(gains.unrealised),
    realised: known(gains.realised - (equity.start('day')?.gains.realised ?? Number.NaN)),
    drawdownPct: known(100 * (value / equity.peak - 1)),
    drawdownLimitPct: -parts.config.limits.drawdown_pct_max,
    grossPct: known((100 * gross) / value),
    netPct: known((100 * net) / value),
    positions: kernel.holdingsIn('global').length,
    orders: working.length,
    unknownOrders: working.filter(({ state }) => state === 'UNKNOWN').length,
    commands: facts.pendingCommands,
    alerts: open.length,
    approvals: engine.approvals.desk.pending.length,
    botsRunning: kernel.bots.filter(({ state }) => state === 'RUNNING' || state === 'WARMING_UP').length,
    bots: kernel.bots.length,
    alert: worst && alertView(worst),
    notice: chronicle.notice,
    fills: chronicle.fillCount,
    decisions: chronicle.decisionCount,
  }
}

export function alertView(row: AlertRow): AlertView {
  const { id, severity, source, text, state, firstTs, lastTs, count, command } = row
  return { id, severity, source, text, state, firstTs, lastTs, count, command }
}
