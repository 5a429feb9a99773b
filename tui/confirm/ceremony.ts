import type { CommandPayload, CommandRow, CommandType } from '../../src/runtime/command-catalogue.ts'
import { EMPTY_FIELD, edit, type TextField } from '../input/text-field.ts'
import type { PanelAction } from '../panel.ts'
import { CHALLENGE_MS, isExact, isSettled, NOTES, type Press } from './challenge.ts'

export type Tier = Exclude<PanelAction['tier'], 'look'>

/** A command with its payload, as it will be sent. */
export type Draft = { [T in CommandType]: { readonly type: T; readonly payload: CommandPayload<T> } }[CommandType]

export const REASONS = ['new plan', 'less risk', 'bad fills', 'planned work', 'test run'] as const
const REASON_MIN = 8

/** Typed for what loosens or repairs; the long one for what can lose money. */
export const T1_PHRASE = 'CONFIRM'
export const T0_PHRASE = 'I UNDERSTAND LIVE RISK'

/** One dangerous act on its way: intent and impact, reason, phrase, last key, result. */
export interface Ceremony {
  readonly tier: Tier
  readonly title: string
  /** What it will do, in one sentence. */
  readonly effect: string
  readonly changes: readonly { readonly name: string; readonly before: string; readonly after: string }[]
  readonly draft: Draft
  /** Whether the engine gives a challenge for it: it is asked as soon as the reason stands, before anything is typed. */
  readonly asks: boolean
  /** The engine's, once it was given: the last key carries it back. */
  readonly challenge: EngineChallenge | undefined
  /** How the screen ends once it is done. */
  readonly ends?: 'safe-exit' | 'flatten-exit' | undefined
  /** Made once: however often the last key is pressed, it is one command. */
  readonly id: string
  readonly phrase: string | undefined
  readonly focus: 'reason' | 'text' | 'phrase' | 'button'
  readonly reason: TextField
  readonly typed: TextField
  /** Default is Cancel. */
  readonly isConfirmPicked: boolean
  readonly openedMs: number
  readonly shownMs: number | undefined
  readonly sentMs: number | undefined
  readonly answer: { readonly isDone: boolean; readonly text: string } | undefined
  readonly note: string | undefined
}

/** What the engine wants confirmed, in its words. */
export interface EngineChallenge {
  readonly id: string
  readonly token: string
  readonly phrase: string | undefined
  readonly summary: string | undefined
}

export type CeremonyEvent =
  | { readonly type: 'pressed'; readonly press: Press }
  | { readonly type: 'pasted' }
  | { readonly type: 'shown' }
  | { readonly type: 'ticked' }
  | {
      readonly type: 'answered'
      readonly id: string
      readonly row: Pick<CommandRow, 'status' | 'message' | 'reasonCodes'> & { readonly result?: unknown }
    }
  | { readonly type: 'failed'; readonly id: string; readonly message: string }

/** `send` and `close` are for the shell to do. */
export interface CeremonyOutcome {
  readonly ceremony: Ceremony
  readonly act?: 'send' | 'close'
}

export function openCeremony(
  start: Pick<Ceremony, 'tier' | 'title' | 'effect' | 'draft' | 'id' | 'ends'> & {
    readonly changes?: Ceremony['changes']
    readonly phrase?: string | undefined
    readonly asks?: boolean | undefined
    readonly nowMs: number
  },
): Ceremony {
  const { nowMs, phrase, changes = [], asks = false, ...rest } = start
  const asked = rest.tier === 'T0' ? (phrase ?? T0_PHRASE) : rest.tier === 'T1' ? (phrase ?? T1_PHRASE) : undefined
  return {
    ...rest,
    changes,
    asks,
    challenge: undefined,
    phrase: asked,
    focus: 'reason',
    reason: EMPTY_FIELD,
    typed: EMPTY_FIELD,
    isConfirmPicked: false,
    openedMs: nowMs,
    shownMs: undefined,
    sentMs: undefined,
    answer: undefined,
    note: undefined,
  }
}

export function ceremonyReducer(ceremony: Ceremony, event: CeremonyEvent, nowMs: number): CeremonyOutcome {
  switch (event.type) {
    case 'pressed':
      return pressed(ceremony, event.press, nowMs)
    case 'pasted':
      return { ceremony: { ...ceremony, note: NOTES.paste } }
    case 'shown':
      return { ceremony: ceremony.shownMs === undefined ? { ...ceremony, shownMs: nowMs } : ceremony }
    case 'ticked':
      return ceremony.sentMs === undefined && nowMs - ceremony.openedMs >= CHALLENGE_MS
        ? { ceremony: { ...ceremony, note: 'expired: nothing sent' }, act: 'close' }
        : { ceremony }
    case 'answered':
      return { ceremony: event.id === ceremony.id ? answered(ceremony, event.row, nowMs) : ceremony }
    case 'failed':
      return {
        ceremony: event.id === ceremony.id ? { ...ceremony, answer: { isDone: false, text: event.message } } : ceremony,
      }
  }
}

/** A challenge is no answer yet: what it would do is read, and typed, with time to read it. */
function answered(
  ceremony: Ceremony,
  row: Extract<CeremonyEvent, { type: 'answered' }>['row'],
  nowMs: number,
): Ceremony {
  const challenge = ceremony.challenge === undefined ? challengeOf(row.result) : undefined
  if (challenge === undefined) return { ...ceremony, answer: answerOf(row) }
  return {
    ...ceremony,
    challenge,
    effect: challenge.summary ?? ceremony.effect,
    phrase: challenge.phrase ?? ceremony.phrase ?? T1_PHRASE,
    focus: 'phrase',
    typed: EMPTY_FIELD,
    // Its time runs since it was asked for.
    openedMs: ceremony.sentMs ?? nowMs,
    shownMs: undefined,
    sentMs: undefined,
    note: undefined,
  }
}

function challengeOf(result: unknown): EngineChallenge | undefined {
  const { challenge_id: id, token, phrase, impact } = (result ?? {}) as Readonly<Record<string, unknown>>
  if (typeof id !== 'string' || typeof token !== 'string') return undefined
  const { summary } = (impact ?? {}) as { readonly summary?: unknown }
  return {
    id,
    token,
    phrase: typeof phrase === 'string' ? phrase : undefined,
    summary: typeof summary === 'string' ? summary : undefined,
  }
}

function answerOf(row: Pick<CommandRow, 'status' | 'message' | 'reasonCodes'>): NonNullable<Ceremony['answer']> {
  const isDone = row.status === 'COMPLETED' || row.status === 'ACCEPTED'
  const codes = row.reasonCodes.length === 0 ? '' : ` ${row.reasonCodes.join(' ')}`
  return { isDone, text: isDone && row.message !== '' ? row.message : `${row.status}${codes}: ${row.message}` }
}

function pressed(ceremony: Ceremony, press: Press, nowMs: number): CeremonyOutcome {
  const { key } = press
  if (ceremony.sentMs !== undefined) {
    // The key is dead while the command is in flight; after the answer any way out closes.
    return ceremony.answer !== undefined && (key === 'esc' || key === 'enter')
      ? { ceremony, act: 'close' }
      : { ceremony }
  }
  if (key === 'esc') return { ceremony: { ...ceremony, note: 'cancelled: nothing sent' }, act: 'close' }
  if (!isSettled(ceremony.shownMs, nowMs)) return { ceremony: { ...ceremony, note: NOTES.early } }
  if (key === 'enter' && press.isBurst === true) return { ceremony: { ...ceremony, note: NOTES.burst } }
  switch (ceremony.focus) {
    case 'reason':
      return reasoned(ceremony, press, nowMs)
    case 'text':
      return written(ceremony, press, nowMs)
    case 'phrase':
      return phrased(ceremony, press, nowMs)
    case 'button':
      return buttoned(ceremony, key, nowMs)
  }
}

function afterReason(ceremony: Ceremony, reason: TextField, nowMs: number): CeremonyOutcome {
  if (ceremony.asks && ceremony.challenge === undefined) return sent({ ...ceremony, reason }, nowMs)
  const focus = ceremony.phrase !== undefined ? 'phrase' : ceremony.tier === 'T2' ? 'button' : 'reason'
  return { ceremony: { ...ceremony, reason, focus, note: undefined } }
}

function reasoned(ceremony: Ceremony, { key }: Press, nowMs: number): CeremonyOutcome {
  const preset = REASONS[Number(key) - 1]
  if (preset !== undefined) return afterReason(ceremony, { text: preset, cursor: preset.length }, nowMs)
  if (key === '6') return { ceremony: { ...ceremony, focus: 'text', reason: EMPTY_FIELD, note: undefined } }
  if (key !== 'enter') return { ceremony }
  if (ceremony.reason.text === '') return { ceremony: { ...ceremony, note: 'first a reason: 1 to 6' } }
  return ceremony.tier === 'stop' ? sent(ceremony, nowMs) : afterReason(ceremony, ceremony.reason, nowMs)
}

function written(ceremony: Ceremony, { key, text }: Press, nowMs: number): CeremonyOutcome {
  if (key === 'enter' || key === 'tab') {
    const { length } = ceremony.reason.text.trim()
    return length < REASON_MIN
      ? { ceremony: { ...ceremony, note: `a reason of ${REASON_MIN} characters or more, found ${length}` } }
      : afterReason(ceremony, ceremony.reason, nowMs)
  }
  const reason = edit(ceremony.reason, key, text)
  return { ceremony: reason === undefined ? ceremony : { ...ceremony, reason, note: undefined } }
}

function phrased(ceremony: Ceremony, press: Press, nowMs: number): CeremonyOutcome {
  const { key, text } = press
  if (key === 'tab' || key === 'shift+tab') {
    // The engine was told the reason with the question.
    if (ceremony.challenge !== undefined) return { ceremony: { ...ceremony, note: 'the reason stands: Esc asks anew' } }
    return { ceremony: { ...ceremony, focus: 'reason' } }
  }
  if (key === 'enter') {
    if (ceremony.phrase !== undefined && isExact(ceremony.typed.text, ceremony.phrase)) return sent(ceremony, nowMs)
    return { ceremony: { ...ceremony, note: `type ${ceremony.phrase} exactly, found '${ceremony.typed.text}'` } }
  }
  const typed = edit(ceremony.typed, key, text)
  if (typed === undefined) return { ceremony }
  return { ceremony: { ...ceremony, typed, note: press.isKana === true ? NOTES.ime : undefined } }
}

function buttoned(ceremony: Ceremony, key: string, nowMs: number): CeremonyOutcome {
  if (['tab', 'shift+tab', 'left', 'right', 'h', 'l'].includes(key))
    return { ceremony: { ...ceremony, isConfirmPicked: !ceremony.isConfirmPicked } }
  if (key !== 'enter') return { ceremony }
  if (ceremony.isConfirmPicked) return sent(ceremony, nowMs)
  return { ceremony: { ...ceremony, note: 'cancelled: nothing sent' }, act: 'close' }
}

function sent(ceremony: Ceremony, nowMs: number): CeremonyOutcome {
  return { ceremony: { ...ceremony, sentMs: nowMs, note: undefined }, act: 'send' }
}
