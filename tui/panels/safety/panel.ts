import type { SafetyView } from '../../../src/runtime/link/views.ts'
import { age } from '../../paint/numbers.ts'
import type { Panel, PanelAction, PanelContext, PanelState, ViewShelf } from '../../panel.ts'
import { masked } from '../amount.ts'
import { staleReason } from '../freshness.ts'
import { paintSafety } from './paint.ts'
import {
  effectOf,
  milder,
  pageOf,
  ruleFigure,
  SAFETY_SORTS,
  SAFETY_VIEWS,
  safetyFreshness,
  safetyRows,
  selectedRow,
  standingKills,
  wayBack,
} from './view-model.ts'

/** Is it safe, what stops it, what is needed to go on. */
export const SAFETY_PANEL: Panel = {
  key: '4',
  id: 'safety',
  title: 'Kill-switch',
  short: 'Kill',
  views: SAFETY_VIEWS,
  sorts: SAFETY_SORTS,
  choices: [],
  topics: () => ['safety', 'ribbon'],
  rows: (shelf, state) => safetyRows(shelf, state).map(({ id }) => id),
  actions(shelf, state) {
    const view = shelf.get('safety')
    const found: PanelAction[] = [release(view, shelf, state), enterSafeMode(view)]
    if (pageOf(state) === 'recovery')
      found.push({
        key: 'r',
        label: 'compare again',
        tier: 'look',
        command: { type: 'RECONCILE_RUN', payload: { scope: 'all' }, effect: 'compares our books with every venue' },
      })
    return found
  },
  paint: paintSafety,
  sentence,
}

/**
 * One step better: a kill under the cursor is lowered, else the mode is released. It adds risk, so nothing that is unknown, old
 * or unmet lets it through.
 */
function release(view: SafetyView | undefined, shelf: ViewShelf, state: PanelState): PanelAction {
  const base = { key: 'R', label: 'release', tier: 'T1' } as const
  if (view === undefined) return { ...base, disabled: 'SAFETY_UNKNOWN: the engine has not told its mode yet' }
  const stale = staleReason('safety', safetyFreshness(shelf))
  const row = selectedRow(shelf, state)
  const kill = row?.kind === 'kill' ? row.kill : undefined
  const level = kill === undefined ? undefined : milder(kill.level)
  if (kill !== undefined && level !== undefined) {
    const warning = level === 'FLATTEN' ? ': closes every position there' : ''
    const effect = `lowers ${kill.scope} ${kill.level} -> ${level}${warning}`
    return {
      ...base,
      disabled: stale,
      command: { type: 'KILL_LOWER', payload: { scope: kill.scope, level }, effect },
    }
  }
  if (view.mode !== 'SAFE_MODE' && view.mode !== 'HALTED')
    return { ...base, disabled: `TRANSITION_FORBIDDEN: ${view.mode}: ${wayBack(view.mode)}` }
  const unmet = view.releaseChecks.find(({ isMet }) => !isMet)
  const disabled =
    stale ??
    (view.releaseChecks.length === 0
      ? 'CHECKS_UNKNOWN: no release check has been sent'
      : unmet === undefined
        ? undefined
        : `CHECK_UNMET: ${`${unmet.name} ${unmet.fact}`.trim()}`)
  const to = view.mode === 'HALTED' ? 'SAFE_MODE' : 'NORMAL'
  return { ...base, disabled, command: { type: 'MODE_RELEASE', payload: {}, effect: `${view.mode} -> ${to}` } }
}

/** Never gated: it can only stop. */
function enterSafeMode(view: SafetyView | undefined): PanelAction {
  const isThere = view?.mode === 'SAFE_MODE' || view?.mode === 'HALTED'
  const effect = isThere ? `${view.mode} stands already; SAFE_MODE is added to its causes` : effectOf('SAFE_MODE')
  return {
    key: 'F',
    label: 'enter SAFE_MODE',
    tier: 'stop',
    command: { type: 'MODE_RAISE', payload: { mode: 'SAFE_MODE' }, effect },
  }
}

function sentence(shelf: ViewShelf, state: PanelState, context: PanelContext): string {
  const { nowTs } = context
  const view = shelf.get('safety')
  if (view === undefined) return 'The safety mode is UNKNOWN: the engine has not told it yet.'
  const since = age((nowTs - view.modeSinceTs) / 1_000)
  const kills = standingKills(view).map(({ scope, level }) => `${scope} ${level}`)
  const whole = `Mode ${view.mode} for ${since}, kill ${kills.length === 0 ? 'NONE' : kills.join(', ')}.`
  const row = selectedRow(shelf, state)
  switch (row?.kind) {
    case undefined:
      return whole
    case 'kill':
      return `${whole} ${row.kill.scope} is at ${row.kill.level}: ${row.kill.reason}.`
    case 'rule':
      return row.rule.share === undefined
        ? `${whole} ${row.rule.rule} of ${row.rule.scope} is UNKNOWN, limit ${ruleFigure(row.rule.limit, context)}.`
        : `${whole} ${row.rule.rule} of ${row.rule.scope} is ${ruleFigure(row.rule.value, context)} of ${ruleFigure(row.rule.limit, context)}, on breach ${row.rule.onBreach}.`
    case 'reason':
      return `${whole} ${row.reason.code}: ${masked(row.reason.detail, context)}.`
    case 'difference':
      return `${whole} ${row.item.subject}: ${row.item.category}, ${masked(row.item.fact, context)}.`
  }
}
