import type { RibbonView } from '../../src/runtime/link/views.ts'
import { moneyDigits } from '../../tui/paint/numbers.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { unreachable } from '../engine-access.ts'
import { exactNumber, isoTime, shownAge, shownNumber } from '../exact-text.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { Format } from '../format.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView } from '../reading.ts'
import { facts, type Sheet, sheetOutcome } from '../sheet.ts'

export function showStatus(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['ribbon'], show: (access, format) => status(access, format) })
}

async function status(access: EngineAccess, format: Format): Promise<Outcome> {
  const { client } = access
  if (client === undefined) return downStatus(access, format)
  const ribbon = await readView(client, 'ribbon')
  const { code, reasons } = verdict(ribbon)
  const message = reasons.length === 0 ? 'healthy' : reasons.join(', ')
  const quality = code === EXIT.ok ? 'OK' : code === EXIT.inconclusive ? 'UNKNOWN' : 'DEGRADED'
  return sheetOutcome(ribbonFacts(ribbon), format, { code, message, reasonCodes: reasons, quality })
}

/** What keeps an engine from being called healthy. What is wrong outweighs what is unknown; unknown is never healthy. */
export function verdict(ribbon: RibbonView): { readonly code: ExitCode; readonly reasons: readonly string[] } {
  const { phase, safetyMode, killLevel, gate, integrity, venues, unknownOrders } = ribbon
  const bad = [
    ...(phase === 'RUNNING' ? [] : [`PHASE_${phase}`]),
    ...(safetyMode === 'NORMAL' ? [] : [safetyMode]),
    ...(killLevel === 'NONE' ? [] : [`KILL_${killLevel}`]),
    ...(gate === 'BLOCK' || gate === 'WARN' ? [`GATE_${gate}`] : []),
    ...(integrity === 'FAIL' ? ['INTEGRITY_FAIL'] : []),
    ...venues.flatMap(({ id, health }) => (health === 'OK' || health === 'UNKNOWN' ? [] : [`VENUE_${health} ${id}`])),
  ]
  const unknown = [
    ...(gate === 'UNKNOWN' ? ['GATE_UNKNOWN'] : []),
    ...(integrity === 'UNKNOWN' ? ['INTEGRITY_UNKNOWN'] : []),
    ...(unknownOrders > 0 ? ['ORDERS_UNKNOWN'] : []),
    ...venues.flatMap(({ id, health }) => (health === 'UNKNOWN' ? [`VENUE_UNKNOWN ${id}`] : [])),
  ]
  const code = bad.length > 0 ? EXIT.checkFailed : unknown.length > 0 ? EXIT.inconclusive : EXIT.ok
  return { code, reasons: [...bad, ...unknown] }
}

function ribbonFacts(ribbon: RibbonView): Sheet {
  const { currency } = ribbon
  const money = (value: number | undefined, isSigned = true) => {
    const text = shownNumber(value, moneyDigits(currency), isSigned)
    return [exactNumber(value), value === undefined ? text : `${text} ${currency}`] as const
  }
  const percent = (value: number | undefined) => {
    const text = shownNumber(value, 2, true)
    return [exactNumber(value), value === undefined ? text : `${text} %`] as const
  }
  const age = (ms: number | undefined) => [ms === undefined ? undefined : Math.round(ms), shownAge(ms)] as const
  const { alert, notice } = ribbon
  return facts([
    ['profile', ribbon.profile],
    ['run_mode', ribbon.runMode],
    ['phase', ribbon.phase],
    ['pid', ribbon.pid],
    ['run_id', ribbon.runId],
    ['started_at', isoTime(ribbon.startedTs)],
    ['engine_time', isoTime(ribbon.nowTs)],
    ['speed', ribbon.speed],
    ['safety_mode', ribbon.safetyMode],
    ['kill_level', ribbon.killLevel],
    ['gate', ribbon.gate],
    ['integrity', ribbon.integrity],
    ['reconciled_at', isoTime(ribbon.reconciledTs)],
    ...ribbon.venues.map(({ id, health, dataAgeMs }) => {
      const shown = `${health}, data ${shownAge(dataAgeMs)} old`
      return [`venue_${id}`, health, shown] as const
    }),
    ['data_age_ms', ...age(ribbon.dataAgeMs)],
    ['clock_skew_ms', ...age(ribbon.clockSkewMs)],
    ['currency', currency],
    ['equity', ...money(ribbon.equity, false)],
    ['day_pnl', ...money(ribbon.dayPnl)],
    ['day_pct', ...percent(ribbon.dayPct)],
    ['unrealised', ...money(ribbon.unrealised)],
    ['drawdown_pct', ...percent(ribbon.drawdownPct)],
    ['gross_pct', ...percent(ribbon.grossPct)],
    ['net_pct', ...percent(ribbon.netPct)],
    ['positions', ribbon.positions],
    ['working_orders', ribbon.orders],
    ['unknown_orders', ribbon.unknownOrders],
    ['pending_commands', ribbon.commands],
    ['bots_running', ribbon.botsRunning, `${ribbon.botsRunning} of ${ribbon.bots}`],
    ['bots', ribbon.bots],
    ['open_alerts', ribbon.alerts],
    ['worst_alert', alert?.text, alert === undefined ? 'none' : `${alert.severity} ${alert.text}`],
    ['last_notice', notice?.text],
  ])
}

/** What the books say while nobody keeps them going. */
function downStatus(access: EngineAccess, format: Format): Outcome {
  const { store, paths } = access
  const { safety, working, holdings, bots, lastTs } = store.state()
  const held = holdings.filter(({ qty }) => qty !== 0)
  const { code, message, reasonCode, hint } = unreachable(access)
  const phase = reasonCode === 'BOOK_DENIED' ? 'NOT_SHOWN' : access.holder === undefined ? 'STOPPED' : 'SILENT'
  const known = facts([
    ['profile', paths.profile],
    ['phase', phase],
    ['as_of', lastTs === 0 ? undefined : isoTime(lastTs)],
    ['safety_mode', safety.mode],
    ['kill_level', strictest(safety.kills.map(({ level }) => level))],
    ['positions', held.length],
    ['working_orders', working.length],
    ['unknown_orders', working.filter(({ state }) => state === 'UNKNOWN').length],
    ['bots', bots.length],
  ])
  return sheetOutcome(known, format, {
    code,
    message: `${message}\n${hint}`,
    reasonCodes: [reasonCode],
    quality: 'UNKNOWN',
  })
}

function strictest(levels: readonly string[]): string {
  return ['HALT', 'FLATTEN', 'CLOSE_ONLY'].find((level) => levels.includes(level)) ?? 'NONE'
}
