import type { AlertView } from '../../src/runtime/link/views.ts'
import type { Ceremony } from '../confirm/ceremony.ts'
import type { Form } from '../confirm/form.ts'
import { EMPTY_FIELD, type TextField } from '../input/text-field.ts'
import { FRESH_STATE, type PanelState } from '../panel.ts'

/** What lies over the panel: at most one thing. The kill screen is no overlay: it lies over these too. */
export type Overlay =
  | { readonly kind: 'palette'; readonly field: TextField; readonly at: number; readonly recalled: number }
  | { readonly kind: 'help'; readonly field: TextField; readonly isSearching: boolean; readonly scroll: number }
  | { readonly kind: 'exit'; readonly choice: number }
  | { readonly kind: 'confirm'; readonly ceremony: Ceremony }
  | { readonly kind: 'form'; readonly form: Form }
  | { readonly kind: 'actions'; readonly at: number }
  | { readonly kind: 'info'; readonly title: string; readonly lines: readonly string[]; readonly scroll: number }
  /** The end of the engine's log, kept up to date. */
  | { readonly kind: 'log'; readonly scroll: number }

export interface Message {
  readonly text: string
  readonly tone: 'plain' | 'ok' | 'warn' | 'bad'
}

/** Where the reader is and what is open. Views are not in here, and the kill screen has a state of its own. */
export interface ScreenState {
  readonly panelId: string
  readonly panels: Readonly<Record<string, PanelState>>
  readonly past: readonly string[]
  readonly future: readonly string[]
  readonly overlay: Overlay | undefined
  /** The filter line while it is written. */
  readonly filter: TextField | undefined
  readonly prefix: { readonly key: string; readonly sinceMs: number } | undefined
  readonly isFrozen: boolean
  readonly isMasked: boolean
  readonly isFocused: boolean
  readonly message: Message | undefined
  /** First tip not read yet; undefined when the tour is over. */
  readonly tip: number | undefined
  /** What the palette ran, newest last. */
  readonly recent: readonly string[]
}

export type ScreenEvent =
  | { readonly type: 'panel-picked'; readonly id: string }
  | { readonly type: 'history-walked'; readonly steps: -1 | 1 }
  | { readonly type: 'row-selected'; readonly id: string | undefined }
  | { readonly type: 'panel-turned'; readonly change: Partial<PanelState> }
  | { readonly type: 'overlay-opened'; readonly overlay: Overlay }
  | { readonly type: 'overlay-closed' }
  | { readonly type: 'filter-written'; readonly field: TextField }
  | { readonly type: 'filter-ended'; readonly isKept: boolean }
  | { readonly type: 'prefix-pressed'; readonly key: string; readonly ms: number }
  | { readonly type: 'prefix-ended' }
  | { readonly type: 'freeze-turned' }
  | { readonly type: 'mask-turned' }
  | { readonly type: 'focus-changed'; readonly isFocused: boolean }
  | { readonly type: 'said'; readonly message: Message | undefined }
  | { readonly type: 'tip-read'; readonly count: number }
  | { readonly type: 'tour-ended' }
  | { readonly type: 'command-run'; readonly text: string }

const HISTORY_MAX = 50

export function freshScreen(
  panelId: string,
  options: { readonly hasTour: boolean; readonly isMasked: boolean },
): ScreenState {
  return {
    panelId,
    panels: {},
    past: [],
    future: [],
    overlay: undefined,
    filter: undefined,
    prefix: undefined,
    isFrozen: false,
    isMasked: options.isMasked,
    isFocused: true,
    message: undefined,
    tip: options.hasTour ? 0 : undefined,
    recent: [],
  }
}

/** Where the reader is in the panel that shows. */
export function panelState(state: ScreenState, id = state.panelId): PanelState {
  return state.panels[id] ?? FRESH_STATE
}

function turned(state: ScreenState, change: Partial<PanelState>): ScreenState {
  return { ...state, panels: { ...state.panels, [state.panelId]: { ...panelState(state), ...change } } }
}

export function screenReducer(state: ScreenState, event: ScreenEvent): ScreenState {
  switch (event.type) {
    case 'panel-picked':
      if (event.id === state.panelId) return state
      return {
        ...state,
        panelId: event.id,
        past: [...state.past, state.panelId].slice(-HISTORY_MAX),
        future: [],
        filter: undefined,
        message: undefined,
      }
    case 'history-walked':
      return walked(state, event.steps)
    case 'row-selected':
      return turned(state, { selected: event.id })
    case 'panel-turned':
      return turned(state, event.change)
    case 'overlay-opened':
      return { ...state, overlay: event.overlay, prefix: undefined }
    case 'overlay-closed':
      return { ...state, overlay: undefined }
    case 'filter-written':
      return { ...turned(state, { filter: event.field.text }), filter: event.field }
    case 'filter-ended': {
      const ended = { ...state, filter: undefined }
      return event.isKept ? ended : turned(ended, { filter: '' })
    }
    case 'prefix-pressed':
      return { ...state, prefix: { key: event.key, sinceMs: event.ms } }
    case 'prefix-ended':
      return { ...state, prefix: undefined }
    case 'freeze-turned':
      return { ...state, isFrozen: !state.isFrozen }
    case 'mask-turned':
      return { ...state, isMasked: !state.isMasked }
    case 'focus-changed':
      return { ...state, isFocused: event.isFocused }
    case 'said':
      return { ...state, message: event.message }
    case 'tip-read': {
      const tip = (state.tip ?? event.count) + 1
      return { ...state, tip: tip >= event.count ? undefined : tip }
    }
    case 'tour-ended':
      return { ...state, tip: undefined }
    case 'command-run':
      return {
        ...state,
        recent: [...state.recent.filter((text) => text !== event.text), event.text].slice(-HISTORY_MAX),
      }
  }
}

function walked(state: ScreenState, steps: -1 | 1): ScreenState {
  const [from, to] = steps < 0 ? ([state.past, state.future] as const) : ([state.future, state.past] as const)
  const panelId = from.at(-1)
  if (panelId === undefined) return state
  const [rest, grown] = [from.slice(0, -1), [...to, state.panelId]]
  const [past, future] = steps < 0 ? [rest, grown] : [grown, rest]
  return { ...state, panelId, past, future, filter: undefined }
}

/**
 * The row that a movement leads to. A selection follows its id while rows move around it; when its row has gone the first
 * one is selected.
 */
export function rowAfter(
  rows: readonly string[],
  selected: string | undefined,
  move: number | 'first' | 'last',
): string | undefined {
  if (move === 'first') return rows[0]
  if (move === 'last') return rows.at(-1)
  const at = Math.max(0, selected === undefined ? 0 : rows.indexOf(selected))
  return rows[Math.max(0, Math.min(rows.length - 1, at + move))]
}

export const EMPTY_PALETTE: Overlay = { kind: 'palette', field: EMPTY_FIELD, at: 0, recalled: -1 }
export const EMPTY_HELP: Overlay = { kind: 'help', field: EMPTY_FIELD, isSearching: false, scroll: 0 }

/** One line for an alert: `P1 text  (x3)`. */
export function alertText({ severity, text, count }: AlertView): string {
  return `${severity} ${text}${count > 1 ? `  (x${count})` : ''}`
}
