import type { CommandPayload, CommandType } from '../src/runtime/command-catalogue.ts'
import type { InstrumentView, RibbonView, Topic, ViewOf } from '../src/runtime/link/views.ts'
import type { Zone } from './paint/clock-text.ts'
import type { ScreenLook } from './paint/tone.ts'

/** The newest view of each topic that has arrived, and how old it is. */
export interface ViewShelf {
  get<T extends Topic>(topic: T): ViewOf<T> | undefined
  /** Milliseconds since it last changed or was confirmed; undefined before the first. */
  ageMs(topic: Topic): number | undefined
}

/** Everything a panel may look at besides its views. */
export interface PanelContext {
  readonly look: ScreenLook
  readonly zone: Zone
  /** Engine time, µs: ages and countdowns run from it, also while the picture is frozen. */
  readonly nowTs: number
  readonly instruments: Readonly<Record<string, InstrumentView>>
  readonly ribbon: RibbonView | undefined
  /** Amounts are shown as `***`. */
  readonly isMasked: boolean
}

/** Where the reader is in a panel. The shell keeps one per panel and moves it; a panel only reads it. */
export interface PanelState {
  /** Id of the selected row; undefined picks the first. */
  readonly selected: string | undefined
  readonly marked: readonly string[]
  /** Which of the panel's views (`v`). */
  readonly view: number
  readonly pane: number
  /** Substring; `!x` not, `~x` fuzzy, `@venue`. Empty is none. */
  readonly filter: string
  readonly sort: number
  /** Choices of the panel's own keys: a timeframe, a zoom, a range. */
  readonly choices: Readonly<Record<string, number>>
  readonly isWide: boolean
  readonly isZoomed: boolean
}

export const FRESH_STATE: PanelState = {
  selected: undefined,
  marked: [],
  view: 0,
  pane: 0,
  filter: '',
  sort: 0,
  choices: {},
  isWide: false,
  isZoomed: false,
}

/** Something that the reader may do to a row. Upper case changes and asks first; lower case only looks. */
export interface PanelAction {
  readonly key: string
  readonly label: string
  /** `stop` may never be gated; `T2`, `T1`, `T0` ask for more; `look` changes nothing. */
  readonly tier: 'look' | 'stop' | 'T2' | 'T1' | 'T0'
  /** Why it cannot be done now, with its reason code; undefined when it can. */
  readonly disabled?: string | undefined
  /** What will be sent once it is confirmed. */
  readonly command?:
    | {
        [T in CommandType]: { readonly type: T; readonly payload: CommandPayload<T>; readonly effect: string }
      }[CommandType]
    | undefined
  /** Opens a form that fills the command in; the shell knows the form by name. */
  readonly form?:
    | { readonly name: 'ticket' | 'params' | 'reason'; readonly fields: Readonly<Record<string, string>> }
    | undefined
}

/** A choice that one of the panel's own lower-case keys turns through. */
export interface PanelChoice {
  readonly key: string
  readonly name: string
  /** Turns backwards. */
  readonly backKey?: string | undefined
  readonly options: readonly string[]
}

export interface Size {
  readonly width: number
  readonly height: number
}

/**
 * One panel: what it must be told, what rows it has, what may be done to them, and how it looks. Pure: equal views, state
 * and context give equal rows of text. The same functions print it without a screen.
 */
export interface Panel {
  /** `1`…`9`, `0`. */
  readonly key: string
  readonly id: string
  readonly title: string
  /** For tabs on 80 columns. */
  readonly short: string
  readonly views: readonly string[]
  readonly sorts: readonly string[]
  readonly choices: readonly PanelChoice[]
  /** Topics to be subscribed while it is on the screen. */
  topics(state: PanelState, shelf: ViewShelf): readonly Topic[]
  /** Ids of its rows, filtered and sorted, as the cursor walks them. */
  rows(shelf: ViewShelf, state: PanelState): readonly string[]
  actions(shelf: ViewShelf, state: PanelState, context: PanelContext): readonly PanelAction[]
  /** Exactly `size.height` rows of exactly `size.width` cells. */
  paint(shelf: ViewShelf, state: PanelState, context: PanelContext, size: Size): readonly string[]
  /** The selected row in one sentence, for screen readers, `yy` and the plain print. */
  sentence(shelf: ViewShelf, state: PanelState, context: PanelContext): string
}
