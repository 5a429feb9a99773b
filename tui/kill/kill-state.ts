import type { CommandRow } from '../../src/runtime/command-catalogue.ts'
import type { KillView } from '../../src/runtime/link/views.ts'
import { CHALLENGE_MS, isExact, isSettled, NOTES, type Press } from '../confirm/challenge.ts'
import { EMPTY_FIELD, edit, type TextField } from '../input/text-field.ts'

export type KillLevel = 'CLOSE_ONLY' | 'FLATTEN' | 'HALT'

export const KILL_REASONS = ['loss limit', 'runaway bot', 'venue fault', 'news event', 'kill drill'] as const
export const REVIEW_MINUTES = [5, 15, 30, 60] as const
/** A reason of fewer characters explains nothing later. */
export const REASON_MIN = 8

const LEVELS: Readonly<Record<string, KillLevel>> = { c: 'CLOSE_ONLY', f: 'FLATTEN', h: 'HALT' }
const RANK: Readonly<Record<KillView['level'], number>> = { NONE: 0, CLOSE_ONLY: 1, FLATTEN: 2, HALT: 3 }

interface Wish {
  readonly level: KillLevel
  readonly scope: string
  readonly reviewMinutes: number
}

export type KillStep =
  | { readonly at: 'closed' }
  | {
      readonly at: 'choosing'
      readonly level: KillLevel | undefined
      readonly scope: string
      readonly reviewMinutes: number
    }
  | ({ readonly at: 'writing'; readonly field: TextField } & Wish)
  | ({
      readonly at: 'armed'
      readonly reason: string
      /** Made once per arming: however often Enter is pressed, it is one command. */
      readonly id: string
      /** What must be typed; undefined where Enter is enough. */
      readonly phrase: string | undefined
      readonly field: TextField
      readonly intentHash: string | undefined
      readonly positions: number | undefined
      readonly armedMs: number
      /** When the frame that shows it had been written. */
      readonly shownMs: number | undefined
    } & Wish)
  | ({
      readonly at: 'sent'
      readonly reason: string
      readonly id: string
      readonly sentMs: number
      readonly ackMs: number | undefined
      /** The engine's refusal, in its words. */
      readonly refusal: string | undefined
      readonly estimate: { readonly cost: number | undefined; readonly orders: number | undefined } | undefined
    } & Wish)

export interface KillState {
  readonly step: KillStep
  /** A stop that nobody has answered, also after its screen was left. */
  readonly awaiting:
    | { readonly id: string; readonly level: KillLevel; readonly scope: string; readonly sentMs: number }
    | undefined
  readonly note: string | undefined
}

export const KILL_CLOSED: KillState = { step: { at: 'closed' }, awaiting: undefined, note: undefined }

export type KillEvent =
  | { readonly type: 'opened'; readonly scope?: string | undefined; readonly level?: KillLevel | undefined }
  | { readonly type: 'pressed'; readonly press: Press }
  | { readonly type: 'pasted' }
  /** The frame with the present step has been written out. */
  | { readonly type: 'shown' }
  /** Time went on, or a view came. */
  | { readonly type: 'ticked' }
  | { readonly type: 'answered'; readonly id: string; readonly row: Pick<CommandRow, 'status' | 'message'> }
  | { readonly type: 'failed'; readonly id: string; readonly message: string }

export interface KillContext {
  readonly nowMs: number
  readonly freshId: string
  /** The estimate of the scope; undefined while there is none. */
  readonly view: KillView | undefined
  /** From the ribbon, for when there is no estimate. */
  readonly positions: number | undefined
  readonly globalLevel: KillView['level'] | undefined
  /** Whether CLOSE_ONLY and HALT are typed too. */
  readonly isAllTyped: boolean
  /** Life of an arming, ms; {@link CHALLENGE_MS} unless told. */
  readonly lifeMs?: number | undefined
}

/** Raise a level now: the shared word and the kill file first, the durable command after. */
export interface KillEffect {
  readonly type: 'raise'
  readonly id: string
  readonly level: KillLevel
  readonly scope: string
  readonly reason: string
  readonly reviewMinutes: number
  readonly confirmation: string | undefined
}

export interface KillOutcome {
  readonly state: KillState
  readonly effect?: KillEffect
}

/** What has to be typed for a level: FLATTEN names its size, so that the eye reads it. */
export function killPhrase(level: KillLevel, context: KillContext): string | undefined {
  const positions = context.view?.positions ?? context.positions
  if (level === 'FLATTEN') return positions === undefined ? 'flatten all' : `flatten ${positions}`
  if (!context.isAllTyped) return undefined
  return level === 'HALT' ? 'halt' : 'close'
}

function armed(state: KillState, wish: Wish, reason: string, context: KillContext, note?: string): KillState {
  const { level, scope, reviewMinutes } = wish
  return {
    ...state,
    note,
    step: {
      at: 'armed',
      level,
      scope,
      reviewMinutes,
      reason,
      id: context.freshId,
      phrase: killPhrase(level, context),
      field: EMPTY_FIELD,
      intentHash: context.view?.intentHash,
      positions: context.view?.positions ?? context.positions,
      armedMs: context.nowMs,
      shownMs: undefined,
    },
  }
}

function raised(order: Omit<KillEffect, 'type'>, context: KillContext): KillOutcome {
  const { id, level, scope, reason, reviewMinutes } = order
  const { nowMs, view } = context
  return {
    state: {
      awaiting: { id, level, scope, sentMs: nowMs },
      note: undefined,
      step: {
        at: 'sent',
        id,
        level,
        scope,
        reason,
        reviewMinutes,
        sentMs: nowMs,
        ackMs: undefined,
        refusal: undefined,
        estimate: view === undefined ? undefined : { cost: view.cost, orders: view.orders },
      },
    },
    effect: { type: 'raise', ...order },
  }
}

export function killReducer(state: KillState, event: KillEvent, context: KillContext): KillOutcome {
  switch (event.type) {
    case 'opened': {
      if (state.step.at !== 'closed') return { state }
      const { level, scope = 'global' } = event
      return { state: { ...state, note: undefined, step: { at: 'choosing', level, scope, reviewMinutes: 30 } } }
    }
    case 'pressed':
      return pressed(state, event.press, context)
    case 'pasted':
      return { state: { ...state, note: NOTES.paste } }
    case 'shown':
      return state.step.at === 'armed' && state.step.shownMs === undefined
        ? { state: { ...state, step: { ...state.step, shownMs: context.nowMs } } }
        : { state }
    case 'ticked':
      return { state: ticked(state, context) }
    case 'answered':
      return { state: answered(state, event.id, event.row, context.nowMs) }
    case 'failed':
      return { state: refused(state, event.id, event.message) }
  }
}

function pressed(state: KillState, press: Press, context: KillContext): KillOutcome {
  const { step } = state
  switch (step.at) {
    case 'closed':
      return { state }
    case 'choosing':
      return { state: choosing(state, step, press.key, context) }
    case 'writing':
      return { state: writing(state, step, press, context) }
    case 'armed':
      return whenArmed(state, step, press, context)
    case 'sent':
      return whenSent(state, step, press.key, context)
  }
}

function choosing(state: KillState, step: KillStep & { at: 'choosing' }, key: string, context: KillContext): KillState {
  const level = LEVELS[key]
  if (level !== undefined) return { ...state, note: undefined, step: { ...step, level } }
  if (key === 'esc') return { ...state, note: undefined, step: { at: 'closed' } }
  if (key === 'g') {
    const scopes = context.view?.scopes ?? ['global']
    const scope = scopes[(scopes.indexOf(step.scope) + 1) % scopes.length] ?? 'global'
    return { ...state, note: undefined, step: { ...step, scope } }
  }
  if (key === 't') {
    const at = REVIEW_MINUTES.findIndex((minutes) => minutes === step.reviewMinutes)
    return { ...state, step: { ...step, reviewMinutes: REVIEW_MINUTES[(at + 1) % REVIEW_MINUTES.length] ?? 30 } }
  }
  if (!/^[1-6]$/.test(key)) return state
  if (step.level === undefined) return { ...state, note: 'first a level: c, f or h' }
  const wish: Wish = { level: step.level, scope: step.scope, reviewMinutes: step.reviewMinutes }
  const reason = KILL_REASONS[Number(key) - 1]
  if (reason === undefined) return { ...state, note: undefined, step: { at: 'writing', field: EMPTY_FIELD, ...wish } }
  return armed(state, wish, reason, context)
}

function backToLevel(state: KillState, { level, scope, reviewMinutes }: Wish, note?: string): KillState {
  return { ...state, note, step: { at: 'choosing', level, scope, reviewMinutes } }
}

function writing(state: KillState, step: KillStep & { at: 'writing' }, press: Press, context: KillContext): KillState {
  if (press.key === 'esc' || press.key === 'ctrl+k') return backToLevel(state, step)
  if (press.key === 'enter') {
    const reason = step.field.text.trim()
    if (reason.length < REASON_MIN)
      return { ...state, note: `a reason of ${REASON_MIN} characters or more, found ${reason.length}` }
    return armed(state, step, reason, context)
  }
  const field = edit(step.field, press.key, press.text)
  return field === undefined ? state : { ...state, note: undefined, step: { ...step, field } }
}

function whenArmed(
  state: KillState,
  step: KillStep & { at: 'armed' },
  press: Press,
  context: KillContext,
): KillOutcome {
  const { key } = press
  if (key === 'esc') return { state: backToLevel(state, step, 'disarmed: nothing sent') }
  if (key === 'ctrl+k' || key === 'tab') return { state: backToLevel(state, step) }
  if (key === 'enter') {
    if (!isSettled(step.shownMs, context.nowMs)) return { state: { ...state, note: NOTES.early } }
    if (press.isBurst === true) return { state: { ...state, note: NOTES.burst } }
    if (step.phrase !== undefined && !isExact(step.field.text, step.phrase))
      return { state: { ...state, note: `type ${step.phrase} exactly, found '${step.field.text}'` } }
    const { id, level, scope, reason, reviewMinutes, phrase } = step
    return raised({ id, level, scope, reason, reviewMinutes, confirmation: phrase }, context)
  }
  if (step.phrase === undefined) {
    // Another level takes over; any other key is stray.
    const other = LEVELS[key]
    return other === undefined
      ? { state }
      : {
          state: {
            ...state,
            note: undefined,
            step: { at: 'choosing', level: other, scope: step.scope, reviewMinutes: step.reviewMinutes },
          },
        }
  }
  if (!isSettled(step.shownMs, context.nowMs)) return { state: { ...state, note: NOTES.early } }
  const field = edit(step.field, key, press.text)
  if (field === undefined) return { state }
  return { state: { ...state, note: press.isKana === true ? NOTES.ime : undefined, step: { ...step, field } } }
}

function whenSent(state: KillState, step: KillStep & { at: 'sent' }, key: string, context: KillContext): KillOutcome {
  if (key === 'h' && step.level !== 'HALT') {
    const { scope, reason, reviewMinutes } = step
    return raised(
      { id: context.freshId, level: 'HALT', scope, reason, reviewMinutes, confirmation: undefined },
      context,
    )
  }
  if (key !== 'esc') return { state }
  // Without an answer there is nothing to watch: row 0 goes on saying so, and the way to the other screens is open.
  const mayLeave = step.level !== 'FLATTEN' || step.ackMs === undefined || isKillOver(step, context.view)
  if (!mayLeave) return { state: { ...state, note: 'cannot be hidden while legs are open; h escalates to HALT' } }
  return { state: { ...state, note: undefined, step: { at: 'closed' } } }
}

/** Whether all that a stop set out to do is done: flat is what the venue says, not what no longer shows in our books. */
export function isKillOver(step: KillStep & { at: 'sent' }, view: KillView | undefined): boolean {
  if (step.refusal !== undefined) return true
  if (step.ackMs === undefined) return false
  if (step.level !== 'FLATTEN') return true
  return view?.flatten?.state === 'FLAT'
}

function ticked(state: KillState, context: KillContext): KillState {
  const { step, awaiting } = state
  const { nowMs, view } = context
  if (awaiting !== undefined) {
    const level =
      view?.scope === awaiting.scope ? view.level : awaiting.scope === 'global' ? context.globalLevel : undefined
    if (level !== undefined && RANK[level] >= RANK[awaiting.level]) return acknowledged(state, awaiting.id, nowMs)
  }
  if (step.at !== 'armed') return state
  if (nowMs - step.armedMs >= (context.lifeMs ?? CHALLENGE_MS))
    return backToLevel(state, step, 'expired: nothing sent. Pick the reason again to arm')
  const positions = view?.positions ?? context.positions
  if (step.level !== 'FLATTEN' || positions === undefined || positions === step.positions) return state
  const was = step.positions ?? 'unknown'
  return armed(state, step, step.reason, context, `positions changed ${was} -> ${positions}: void, armed anew`)
}

function acknowledged(state: KillState, id: string, nowMs: number): KillState {
  const awaiting = state.awaiting?.id === id ? undefined : state.awaiting
  const { step } = state
  return step.at === 'sent' && step.id === id && step.ackMs === undefined
    ? { ...state, awaiting, step: { ...step, ackMs: nowMs } }
    : { ...state, awaiting }
}

function answered(state: KillState, id: string, row: Pick<CommandRow, 'status' | 'message'>, nowMs: number): KillState {
  // Ten seconds and no answer is no answer: the row still waits.
  if (row.status === 'PENDING') return state
  if (row.status === 'ACCEPTED' || row.status === 'COMPLETED' || row.status === 'REJECTED_DUPLICATE')
    return acknowledged(state, id, nowMs)
  return refused(state, id, `${row.status}: ${row.message}`)
}

function refused(state: KillState, id: string, refusal: string): KillState {
  const { step } = state
  return step.at === 'sent' && step.id === id ? { ...state, step: { ...step, refusal } } : { ...state, note: refusal }
}

/** After this without an answer row 0 says so, ms. */
const ANSWER_MS = 250

/** What row 0 cries while a stop has not been answered. */
export function unanswered({ awaiting }: KillState, nowMs: number): string | undefined {
  if (awaiting === undefined || nowMs - awaiting.sentMs <= ANSWER_MS) return undefined
  return `${awaiting.level} SENT, NOT ACKNOWLEDGED ${((nowMs - awaiting.sentMs) / 1_000).toFixed(1)}s`
}
