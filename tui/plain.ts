import type { EngineClient } from '../src/runtime/link/engine-client.ts'
import type { AlertView, RibbonView } from '../src/runtime/link/views.ts'
import { clock } from './paint/clock-text.ts'
import { money, percent } from './paint/numbers.ts'
import { safeText } from './paint/row.ts'
import { BARE } from './paint/tone.ts'
import { FRESH_STATE, type Panel, type PanelContext, type PanelState, type ViewShelf } from './panel.ts'
import type { ScreenSettings } from './settings.ts'

/**
 * Any panel as text without an escape byte, as the screen would draw it.
 *
 * @returns lines of at most `width` characters, trailing blanks and empty lines at the end gone
 */
export function printPanel(
  panel: Panel,
  shelf: ViewShelf,
  options: {
    readonly context: Omit<PanelContext, 'look'>
    readonly width: number
    readonly height: number
    readonly state?: PanelState
  },
): string {
  const { context, width, height, state = FRESH_STATE } = options
  const rows = panel.paint(shelf, state, { ...context, look: BARE }, { width, height })
  return rows
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()
}

/** The ribbon as a sentence, to be read aloud. */
export function ribbonSentence(ribbon: RibbonView): string {
  const { profile, runMode, safetyMode, killLevel, currency, positions, orders, alerts } = ribbon
  const day = ribbon.dayPnl === undefined ? 'unknown' : money(ribbon.dayPnl, currency, { isSigned: true }).trim()
  return [
    `${profile} ${runMode}, safety ${safetyMode}, kill ${killLevel}, gate ${ribbon.gate}`,
    `equity ${ribbon.equity === undefined ? 'unknown' : money(ribbon.equity, currency)}, day ${day}`,
    `drawdown ${ribbon.drawdownPct === undefined ? 'unknown' : percent(ribbon.drawdownPct).trim()}`,
    `${positions} positions, ${orders} orders, ${alerts} alerts`,
  ].join('; ')
}

/**
 * The log for those who listen, and for terminals without a screen: a line per alert of P0 to P2, per result and per change
 * of mode, kill level or link. Nothing is ever redrawn.
 *
 * @returns ends it
 */
export function plainLog(
  client: EngineClient,
  settings: Pick<ScreenSettings, 'zone'>,
  print: (line: string) => void,
): () => void {
  let before: RibbonView | undefined
  const said = new Map<string, number>()
  const at = (ts: number) => clock(ts, settings.zone)
  const alertLine = (alert: AlertView | undefined, ts: number) => {
    if (alert === undefined || alert.severity === 'P3' || said.get(alert.id) === alert.count) return
    said.set(alert.id, alert.count)
    print(`${at(ts)} ${alert.severity} ${safeText(alert.text)}. First look: ${safeText(alert.command)}`)
  }
  const stopRibbon = client.watch('ribbon', (ribbon) => {
    const { nowTs, notice } = ribbon
    if (before === undefined) print(`${at(nowTs)} ${ribbonSentence(ribbon)}`)
    else {
      if (before.phase !== ribbon.phase) print(`${at(nowTs)} engine ${ribbon.phase}`)
      if (before.safetyMode !== ribbon.safetyMode)
        print(`${at(nowTs)} safety ${before.safetyMode} to ${ribbon.safetyMode}`)
      if (before.killLevel !== ribbon.killLevel) print(`${at(nowTs)} kill ${before.killLevel} to ${ribbon.killLevel}`)
    }
    alertLine(ribbon.alert, nowTs)
    const isNew = notice !== undefined && (before?.notice?.ts !== notice.ts || before.notice.text !== notice.text)
    if (isNew && notice.severity !== 'P3') print(`${at(notice.ts)} ${notice.severity} ${safeText(notice.text)}`)
    before = ribbon
  })
  const stopState = client.onState((state) => print(`link ${state}`))
  return () => {
    stopRibbon()
    stopState()
  }
}
