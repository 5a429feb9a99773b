import { paintActions, paintCeremony, paintForm } from '../confirm/confirm-paint.ts'
import type { KeyContext, KeyFacts } from '../input/key-table.ts'
import { shownField } from '../input/text-field.ts'
import { killMessage, paintKill } from '../kill/kill-paint.ts'
import { type KillState, unanswered } from '../kill/kill-state.ts'
import { paintExit, paintLeave } from '../overlay/exit.ts'
import { paintHelp } from '../overlay/help.ts'
import { matches, type PaletteFacts, paletteEntries } from '../overlay/palette.ts'
import { paintPalette } from '../overlay/palette-paint.ts'
import { clock } from '../paint/clock-text.ts'
import { type Piece, row, rule, safeText, spread, stack, textOf, widthOf } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'
import type { Panel, PanelAction, PanelContext, PanelState, Size, ViewShelf } from '../panel.ts'
import { isFault, type PanelFault } from '../panel-guard.ts'
import { alertText, type ScreenState } from '../state/screen-state.ts'
import { bareLook, boxed, boxWidth } from './cells.ts'
import { hintRow } from './hint-row.ts'
import { type RibbonFacts, ribbonRows } from './ribbon.ts'
import { paintDisconnected, paintFault, paintInfo, paintSmall, paintStarting, TIPS } from './states.ts'
import { tabRow } from './tabs.ts'

/** Everything one picture is made of. */
export interface ScreenModel {
  readonly size: Size
  readonly look: ScreenLook
  readonly screen: ScreenState
  readonly kill: KillState
  readonly killScope: string
  readonly killLifeMs: number
  readonly shelf: ViewShelf
  readonly ribbon: Omit<RibbonFacts, 'alarm'>
  readonly panels: readonly Panel[]
  readonly panel: Panel
  readonly panelState: PanelState
  readonly context: PanelContext
  readonly actions: readonly PanelAction[]
  /** The panel's rows, or what went wrong with it. */
  readonly paintPanel: (size: Size, look: ScreenLook) => readonly string[] | PanelFault
  readonly keyContext: KeyContext
  readonly keys: KeyFacts
  /** After the first of two strokes has waited: what may follow. */
  readonly followers: readonly { readonly key: string; readonly label: string }[]
  readonly isOwner: boolean
  readonly nowMs: number
}

/** Rows above the body: the ribbon and the tabs; and below it: message and hints. */
const ABOVE = 3
const BELOW = 2
export const SMALL = { width: 60, height: 16 } as const

export function isTooSmall({ width, height }: Size): boolean {
  return width < SMALL.width || height < SMALL.height
}
/** Rows that a panel gets. */
export function bodyHeight({ height }: Size): number {
  return height - ABOVE - BELOW
}

/** One picture: exactly `height` rows of `width` cells. The ribbon is on top whatever lies over the panel. */
export function paintScreen(model: ScreenModel): readonly string[] {
  const { size, look, kill, nowMs } = model
  const { width, height } = size
  const isKill = kill.step.at !== 'closed'
  if (isTooSmall(size) && !isKill && model.screen.overlay === undefined)
    return paintSmall(look, size, model.ribbon.ribbon, model.ribbon.profile)
  const body = { width, height: Math.max(0, bodyHeight(size)) }
  const current = isKill || model.screen.overlay?.kind === 'exit' ? undefined : model.panel.id
  const { ribbon } = model.ribbon
  const badges = {
    system: ribbon?.alerts ?? 0,
    orders: ribbon?.unknownOrders ?? 0,
    approvals: ribbon?.approvals ?? 0,
  }
  const rows = [
    ...ribbonRows({ ...model.ribbon, alarm: unanswered(kill, nowMs) }, look, width),
    tabRow(look, width, { panels: model.panels, current: isKill ? undefined : current, badges }),
    ...stack(width, body.height, isKill ? killBody(model, body) : layered(model, body)),
    messageRow(model),
    hintsOf(model),
  ]
  return stack(width, height, rows)
}

function killBody(
  { look, kill, ribbon, shelf, killScope, nowMs, killLifeMs }: ScreenModel,
  body: Size,
): readonly string[] {
  const view = shelf.get(`kill/${killScope}`)
  const facts = { view, ribbon: ribbon.ribbon, nowTs: ribbon.nowTs, nowMs, zone: ribbon.zone, lifeMs: killLifeMs }
  return paintKill(look, body, kill, facts)
}

/** What lies over the panel, or the panel. */
function layered(model: ScreenModel, body: Size): readonly string[] {
  const { look, screen, ribbon, actions, panel, panelState, nowMs, shelf } = model
  const { overlay } = screen
  switch (overlay?.kind) {
    case undefined:
      return model.followers.length > 0 ? followersBox(model, body) : panelBody(model, body, look)
    case 'palette': {
      const facts: PaletteFacts = { shelf, panels: model.panels }
      const entries = paletteEntries(facts)
      const found = matches(overlay.field.text, entries)
      const under = panelBody(model, body, bareLook(look))
      return paintPalette(look, body, under, {
        field: overlay.field,
        found,
        total: entries.length,
        at: overlay.at,
        recent: screen.recent,
      })
    }
    case 'help':
      return paintHelp(look, body, {
        panel,
        actions,
        keys: model.keys,
        search: overlay.field.text,
        isSearching: overlay.isSearching,
        scroll: overlay.scroll,
      })
    case 'exit':
      return model.isOwner
        ? paintExit(look, body, overlay.choice, ribbon.ribbon)
        : paintLeave(look, body, ribbon.ribbon?.pid)
    case 'confirm':
      return paintCeremony(look, body, overlay.ceremony, nowMs)
    case 'form':
      return paintForm(look, body, overlay.form)
    case 'actions':
      return paintActions(look, body, panelState.selected ?? panel.title, actions, overlay.at)
    case 'info':
      return paintInfo(look, body, overlay.title, overlay.lines, overlay.scroll)
    case 'log': {
      const lines = (shelf.get('system')?.logs ?? []).map(
        ({ ts, level, text }) => `${clock(ts, ribbon.zone)} ${level.padEnd(5)} ${safeText(text)}`,
      )
      return paintInfo(
        look,
        body,
        'Log',
        lines.length === 0 ? ['nothing has been logged that the screen was told'] : lines,
        overlay.scroll,
      )
    }
  }
}

function panelBody(model: ScreenModel, body: Size, look: ScreenLook): readonly string[] {
  const { ribbon, panel } = model
  const { link, silentMs, zone } = ribbon
  if (ribbon.ribbon?.phase === 'STARTING' && link === 'UP')
    return paintStarting(look, body, ribbon.ribbon, ribbon.nowTs)
  if (link === 'DOWN')
    return paintDisconnected(look, body, { ribbon: ribbon.ribbon, silentMs, zone, title: panel.title })
  if (ribbon.ribbon === undefined)
    return stack(body.width, body.height, [
      rule(look, body.width, panel.title, 'connecting'),
      row(look, body.width, []),
      row(look, body.width, [' Waiting for the engine. Nothing is known yet, and nothing is shown as if it were.']),
    ])
  const rows = model.paintPanel(body, look)
  if (!isFault(rows)) return stack(body.width, body.height, rows)
  return stack(body.width, body.height, paintFault(look, body, { ...rows, title: panel.title }))
}

function followersBox(model: ScreenModel, body: Size): readonly string[] {
  const { look } = model
  const inner = boxWidth(body.width) - 2
  const rows = model.followers.map(({ key, label }) => row(look, inner, [' ', [key, 'strong'], `  ${label}`]))
  return boxed(look, body, panelBody(model, body, bareLook(look)), {
    title: `${model.screen.prefix?.key ?? ''} ..`,
    facts: 'Esc',
    rows,
  })
}

/** Row H-2: the worst alert that nobody has acknowledged, what the reader's last key came to, and marks of the mode. */
function messageRow(model: ScreenModel): string {
  const { look, screen, kill, size } = model
  const { width } = size
  if (kill.step.at !== 'closed') return row(look, width, [' ', [killMessage(kill.step), 'strong']])
  if (screen.filter !== undefined) return row(look, width, [' / ', [shownField(screen.filter), 'strong']])
  const ribbon = model.ribbon.ribbon
  const parts: Piece[] = []
  if (screen.message !== undefined) parts.push([screen.message.text, screen.message.tone])
  if (ribbon?.alert !== undefined) {
    const more = ribbon.alerts > 1 ? `  (${ribbon.alerts} open, ! jump)` : '  (! ack)'
    const tone = ribbon.alert.severity === 'P0' || ribbon.alert.severity === 'P1' ? 'bad' : 'warn'
    parts.push([`${safeText(alertText(ribbon.alert))}${more}`, tone])
  }
  const tip = screen.tip === undefined ? undefined : TIPS[screen.tip]
  if (parts.length === 0 && tip !== undefined) parts.push(`Tour ${(screen.tip ?? 0) + 1}/${TIPS.length}: ${tip}`)
  const notice = ribbon?.notice
  if (notice !== undefined && parts.length < 2) parts.push(`${notice.severity} ${safeText(notice.text)}`)
  const right: Piece[] = screen.isFrozen ? [['FROZEN, f goes on ', 'alarm']] : []
  const shown: Piece[] = []
  let used = 1
  for (const part of parts) {
    const needed = widthOf(textOf(part))
    // The first one is cut when it must be; a second one only stands where it fits.
    if (shown.length > 0 && used + 3 + needed > width) continue
    shown.push(shown.length === 0 ? ' ' : '   ', part)
    used += 3 + needed
  }
  return spread(look, width, shown, right)
}

function hintsOf(model: ScreenModel): string {
  const { look, size, keyContext, keys, panel, actions, screen, kill } = model
  if (kill.step.at !== 'closed') {
    const contexts: readonly KeyContext[] =
      kill.step.at === 'sent' ? ['kill-running'] : kill.step.at === 'armed' ? ['kill', 'kill-armed'] : ['kill']
    return hintRow(look, size.width, { contexts, facts: keys })
  }
  if (keyContext !== 'global') return hintRow(look, size.width, { contexts: [keyContext], facts: keys })
  const contexts: readonly KeyContext[] = screen.tip === undefined ? ['global'] : ['global', 'tour']
  return hintRow(look, size.width, { contexts, facts: keys, panel, actions })
}
