/**
 * One key as the screen understands it. `name` is the character itself (`a`, `K`, `?`, ` `) or one of the words below; a
 * character typed with Shift is that character. A paste arrives as one press that carries its text.
 */
export interface KeyPress {
  readonly name: string
  readonly ctrl: boolean
  readonly shift: boolean
  /** Text of a bracketed paste; `name` is then `paste`. */
  readonly text?: string | undefined
  /** Typed by an input method that has not finished: kana where a command was meant. */
  readonly isIme?: boolean
}

export const NAMED_KEYS = [
  'enter',
  'escape',
  'tab',
  'backspace',
  'delete',
  'up',
  'down',
  'left',
  'right',
  'home',
  'end',
  'pageup',
  'pagedown',
  'paste',
] as const

/** What the terminal says that is no key: focus, and answers to questions. */
export type TerminalNews =
  | { readonly kind: 'focus'; readonly isFocused: boolean }
  | { readonly kind: 'cursor'; readonly row: number; readonly column: number }
  | {
      readonly kind: 'mouse'
      readonly button: number
      readonly column: number
      readonly row: number
      readonly isRelease: boolean
    }

/** A key in the notation of the key table: `ctrl+k`, `K`, `enter`, `shift+tab`. */
export function notation({ name, ctrl, shift }: KeyPress): string {
  const isWord = name.length > 1
  return `${ctrl ? 'ctrl+' : ''}${shift && isWord ? 'shift+' : ''}${name}`
}
