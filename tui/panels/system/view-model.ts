import type { AlertView, Health, HealthCheck, SystemView } from '../../../src/runtime/link/views.ts'
import { age, NONE, number } from '../../paint/numbers.ts'
import type { Piece } from '../../paint/row.ts'
import type { ScreenLook } from '../../paint/tone.ts'
import type { PanelContext, PanelState, ViewShelf } from '../../panel.ts'
import { selectedAt } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { byFigure, byText, filteredRows, sortedRows } from '../row-filter.ts'
import { milliseconds } from '../side-words.ts'

export const SYSTEM_VIEWS = ['health', 'inputs', 'queues', 'alerts', 'logs', 'config'] as const
export type SystemListView = (typeof SYSTEM_VIEWS)[number]

export function listView({ view }: PanelState): SystemListView {
  return SYSTEM_VIEWS[view % SYSTEM_VIEWS.length] ?? 'health'
}

/** Age of a check, µs, above which what it found is not taken for the present. */
const CHECK_LIMIT_US = 120_000_000

const WORST_FIRST: Readonly<Record<Health, number>> = { FAILED: 0, DEGRADED: 1, UNKNOWN: 2, OK: 3 }

/** A row of the panel's list, whichever view it is in. */
export interface SystemRow<Of> {
  readonly id: string
  readonly of: Of
}

function rowsOf<Of>(
  found: readonly Of[],
  { filter }: PanelState,
  describe: (of: Of, at: number) => { readonly id: string; readonly text: string },
): readonly SystemRow<Of>[] {
  const rows = found.map((of, at) => ({ ...describe(of, at), of }))
  return filteredRows(rows, filter, ({ text }) => ({ text, venueId: '' })).map(({ id, of }) => ({ id, of }))
}

/** Worst first, always: a machine that is well is not news. */
export function checkRows(view: SystemView | undefined, state: PanelState): readonly SystemRow<HealthCheck>[] {
  const rows = rowsOf(view?.checks ?? [], state, (check) => ({
    id: check.name,
    text: `${check.name} ${check.health} ${check.reasonCode ?? ''} ${check.fact}`,
  }))
  return rows.toSorted((a, b) => WORST_FIRST[a.of.health] - WORST_FIRST[b.of.health])
}

export type InputRow = SystemView['inputs'][number]
export function inputRows(view: SystemView | undefined, state: PanelState): readonly SystemRow<InputRow>[] {
  return rowsOf(view?.inputs ?? [], state, ({ name }) => ({ id: name, text: name }))
}

export type QueueRow = SystemView['queues'][number]
export function queueRows(view: SystemView | undefined, state: PanelState): readonly SystemRow<QueueRow>[] {
  return rowsOf(view?.queues ?? [], state, ({ name }) => ({ id: name, text: name }))
}

const STATE_ORDER = { OPEN: 0, ACKED: 1, RESOLVED: 2 } as const

/** Open before acknowledged before resolved, then by severity, then newest. */
export function alertRows(view: SystemView | undefined, state: PanelState): readonly SystemRow<AlertView>[] {
  const rows = rowsOf(view?.alerts ?? [], state, (alert) => ({
    id: alert.id,
    text: `${alert.id} ${alert.severity} ${alert.source} ${alert.text} ${alert.state}`,
  }))
  return sortedRows(rows, {
    compare: ({ of: a }, { of: b }) =>
      STATE_ORDER[a.state] - STATE_ORDER[b.state] || byText(a.severity, b.severity) || byFigure(a.lastTs, b.lastTs),
    trouble: () => 2,
    isTroubleFirst: false,
  })
}

export type LogRow = SystemView['logs'][number]
export function logRows(view: SystemView | undefined, state: PanelState): readonly SystemRow<LogRow>[] {
  const rows = rowsOf(view?.logs ?? [], state, ({ ts, level, text }, at) => ({
    id: `${ts}/${at}`,
    text: `${level} ${text}`,
  }))
  return rows.toSorted((a, b) => b.of.ts - a.of.ts)
}

export type ConfigRow = SystemView['config'][number]
export function configRows(view: SystemView | undefined, state: PanelState): readonly SystemRow<ConfigRow>[] {
  return rowsOf(view?.config ?? [], state, ({ name, value }) => ({ id: name, text: `${name} ${value}` }))
}

/** Ids of the view's rows. */
export function systemRowIds(shelf: ViewShelf, state: PanelState): readonly string[] {
  const view = shelf.get('system')
  const rows = {
    health: checkRows,
    inputs: inputRows,
    queues: queueRows,
    alerts: alertRows,
    logs: logRows,
    config: configRows,
  }[listView(state)](view, state)
  return rows.map(({ id }) => id)
}

/** The alert to be acknowledged: the selected one where alerts are listed, the worst open one elsewhere. */
export function chosenAlert(shelf: ViewShelf, state: PanelState): AlertView | undefined {
  const view = shelf.get('system')
  if (listView(state) !== 'alerts')
    return alertRows(view, { ...state, filter: '' }).find(({ of }) => of.state === 'OPEN')?.of
  const rows = alertRows(view, state)
  return rows[selectedAt(rows, state.selected) ?? -1]?.of
}

// ---- words ---------------------------------------------------------------------------------------------------------------

const TONES = { OK: 'ok', DEGRADED: 'warn', FAILED: 'bad', UNKNOWN: 'unknown' } as const

export function healthSign(health: Health, { glyphs }: ScreenLook): Piece {
  const tone = TONES[health]
  return [glyphs[tone], tone]
}

export interface CheckWords {
  readonly sign: Piece
  readonly name: string
  readonly status: Piece
  readonly fact: string
}

/** A check that nobody has made for a while says so: what was well then is not said to be well now. */
export function checkWords(check: HealthCheck, viewIsStale: boolean, { look, nowTs }: PanelContext): CheckWords {
  const ageUs = nowTs - check.observedTs
  const isStale = viewIsStale || ageUs > CHECK_LIMIT_US
  const reason = check.health === 'OK' || check.reasonCode === undefined ? '' : `  ${plainText(check.reasonCode)}`
  const old = isStale ? `  ${age(ageUs / 1_000)} old` : ''
  const isHidden = isStale && check.health === 'OK'
  return {
    sign: isHidden ? [look.glyphs.stale, 'stale'] : healthSign(check.health, look),
    name: plainText(check.name),
    status: isStale
      ? [`~${check.health}`, isHidden ? 'stale' : TONES[check.health]]
      : [check.health, TONES[check.health]],
    fact: `${plainText(check.fact)}${reason}${old}`,
  }
}

export interface AlertWords {
  readonly age: Piece
  readonly severity: Piece
  readonly text: string
  readonly state: Piece
  readonly command: string
}

const SEVERITY_TONES = { P0: 'bad', P1: 'warn', P2: 'plain', P3: 'muted' } as const
const STATE_WORDS = { OPEN: 'OPEN', ACKED: 'ACKED', RESOLVED: 'DONE' } as const

export function alertWords(alert: AlertView, nowTs: number): AlertWords {
  const isOpen = alert.state === 'OPEN'
  return {
    age: age((nowTs - alert.firstTs) / 1_000),
    severity: [alert.severity, isOpen ? SEVERITY_TONES[alert.severity] : 'muted'],
    text: `${plainText(alert.text)}${alert.count > 1 ? ` (x${alert.count})` : ''}`,
    state: [STATE_WORDS[alert.state], isOpen ? SEVERITY_TONES[alert.severity] : 'muted'],
    command: plainText(alert.command),
  }
}

export interface InputWords {
  readonly name: string
  /** `7.2s / 5s`, `-- / 5s` where it has never come. */
  readonly fact: string
  readonly share: number | undefined
  readonly sign: Piece
  readonly verdict: 'OK' | 'too old' | 'UNKNOWN'
}

/** @param viewAgeMs grows every age: an input does not get younger while nothing is heard */
export function inputWords(input: InputRow, viewAgeMs: number, { glyphs }: ScreenLook): InputWords {
  const ageMs = input.ageMs === undefined ? undefined : input.ageMs + viewAgeMs
  const isLate = !input.isOk || (ageMs !== undefined && ageMs > input.limitMs)
  return {
    name: plainText(input.name),
    fact: `${ageMs === undefined ? NONE : round(age(ageMs))} / ${round(age(input.limitMs))}`,
    share: ageMs === undefined ? undefined : ageMs / input.limitMs,
    sign: ageMs === undefined ? [glyphs.unknown, 'unknown'] : isLate ? [glyphs.bad, 'bad'] : [glyphs.ok, 'ok'],
    verdict: ageMs === undefined ? 'UNKNOWN' : isLate ? 'too old' : 'OK',
  }
}

/** `5.0s` is `5s`. */
function round(text: string): string {
  return text.replace('.0s', 's')
}

export interface QueueWords {
  readonly name: string
  /** `2 / 100` */
  readonly fact: string
  readonly share: number
  readonly sign: Piece
}

export function queueWords({ name, depth, limit }: QueueRow, { glyphs }: ScreenLook): QueueWords {
  const share = limit > 0 ? depth / limit : 1
  return {
    name: plainText(name),
    fact: `${number(depth, { digits: 0 })} / ${String(limit)}`,
    share,
    sign: share >= 1 ? [glyphs.bad, 'bad'] : share >= 0.8 ? [glyphs.warn, 'warn'] : '',
  }
}

/** `p95 0.6ms / 50ms`, and whether the target is met; `?` where either is not known. */
export function latencyWords(
  { name, p95Ms, targetMs }: SystemView['latency'][number],
  isStale: boolean,
  { glyphs }: ScreenLook,
): { readonly name: string; readonly fact: string; readonly sign: Piece } {
  const isKnown = p95Ms !== undefined && targetMs !== undefined
  const sign: Piece = !isKnown
    ? [glyphs.unknown, 'unknown']
    : p95Ms > targetMs
      ? [glyphs.bad, 'bad']
      : p95Ms > targetMs * 0.8
        ? [glyphs.warn, 'warn']
        : isStale
          ? [glyphs.stale, 'stale']
          : [glyphs.ok, 'ok']
  const target = targetMs === undefined ? '' : ` / ${milliseconds(targetMs)}`
  return { name: plainText(name), fact: `p95 ${milliseconds(p95Ms)}${target}`, sign }
}

export function levelWord(level: string): Piece {
  const word = plainText(level).toUpperCase()
  if (word === 'ERROR' || word === 'FATAL') return [word, 'bad']
  return word === 'WARN' ? [word, 'warn'] : [word, 'muted']
}

/** A setting that nobody knows is never said to be well. */
export function settingWord(value: string): Piece {
  return value === 'UNKNOWN' ? [value, 'unknown'] : plainText(value)
}
