import type { KeyPress, TerminalNews } from './key-press.ts'

/** What one whole escape sequence means to the screen. */
export type Meaning =
  | { readonly kind: 'key'; readonly press: KeyPress }
  | { readonly kind: 'news'; readonly news: TerminalNews }
  /** What follows was pasted. */
  | { readonly kind: 'paste' }
  /** Three characters of an old-style mouse report follow. */
  | { readonly kind: 'old-mouse' }
  | { readonly kind: 'nothing' }

/** Final letters of CSI and SS3 that are keys. Source: XTerm Control Sequences, "PC-Style Function Keys". */
const LETTER_KEYS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
}

/** Numbers before `~` that are keys, the rxvt and Linux console spellings included. */
const TILDE_KEYS: Readonly<Record<number, string>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
}

/**
 * Code points of `CSI … u` that are keys and not characters; from 57414 on those of the keypad.
 * Source: kitty keyboard protocol, "Functional key definitions".
 */
const CODE_KEYS: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  10: 'enter',
  13: 'enter',
  27: 'escape',
  127: 'backspace',
  57_414: 'enter',
  57_417: 'left',
  57_418: 'right',
  57_419: 'up',
  57_420: 'down',
  57_421: 'pageup',
  57_422: 'pagedown',
  57_423: 'home',
  57_424: 'end',
  57_426: 'delete',
}

/** The characters of the keypad from 57399 on, in the same order. */
const KEYPAD_CHARACTERS = '0123456789./*-+'
const KEYPAD_FIRST = 57_399
/** Unicode's private area, where the keyboard protocol keeps keys that write nothing (F13, volume, Shift alone). */
const PRIVATE_AREA = { first: 57_344, last: 63_743 } as const

const SHIFT = 1
const CTRL = 4
/** Alt, super, hyper and meta: no key of the screen has them. Caps lock and num lock, above them, do not matter. */
const FOREIGN = 2 | 8 | 16 | 32
const RELEASE = 3

const NOTHING: Meaning = { kind: 'nothing' }

/**
 * Reads a sequence that began with `ESC [` or `ESC O`.
 *
 * @param body the parameters between the introducer and the final character
 * @returns `nothing` for what no key of the screen is: the sequence is known as a whole, so none of it is typed text
 */
export function readSequence(introducer: '[' | 'O', body: string, final: string): Meaning {
  if (introducer === '[') {
    if (body === '' && final === 'M') return { kind: 'old-mouse' }
    if (body === '' && (final === 'I' || final === 'O')) return newsOf({ kind: 'focus', isFocused: final === 'I' })
    if (body === '200' && final === '~') return { kind: 'paste' }
    if (final === 'Z') return modified('tab', 1 + SHIFT)
    const mouse = /^<(\d{1,5});(\d{1,5});(\d{1,5})$/.exec(body)
    if (mouse && (final === 'M' || final === 'm')) {
      const [button = 0, column = 0, row = 0] = mouse.slice(1).map(Number)
      return newsOf({ kind: 'mouse', button, column, row, isRelease: final === 'm' })
    }
    // F3 with modifiers is spelled the same way; no F-key is bound, so every one is an answer.
    const cursor = /^(\d{1,5});(\d{1,5})$/.exec(body)
    if (cursor && final === 'R') return newsOf({ kind: 'cursor', row: Number(cursor[1]), column: Number(cursor[2]) })
    if (final === 'u') return readCode(body)
    const otherKey = /^27;(\d{1,3});(\d{1,7})$/.exec(body)
    if (otherKey && final === '~') return readCode(`${otherKey[2]};${otherKey[1]}`)
  } else if (body === '' && final === 'M') return modified('enter', 1)
  return readNamed(body, final)
}

/** `CSI A`, `CSI 1;5A`, `CSI 3~`, `CSI 3;5~`, with the kind of event after a colon where a terminal tells it. */
function readNamed(body: string, final: string): Meaning {
  const parts = /^(\d{0,3})(?:;(\d{0,3})(?::(\d))?)?$/.exec(body)
  if (!parts || Number(parts[3]) === RELEASE) return NOTHING
  const name = final === '~' ? TILDE_KEYS[Number(parts[1])] : LETTER_KEYS[final]
  return name === undefined ? NOTHING : modified(name, Number(parts[2] || 1))
}

/** `CSI code:shifted:base ; modifiers:event ; text u`. */
function readCode(body: string): Meaning {
  const parts = /^(\d{1,7})(?::(\d{0,7}))?(?::\d{0,7})?(?:;(\d{0,3})(?::(\d))?)?(?:;[\d:]*)?$/.exec(body)
  if (!parts || Number(parts[4]) === RELEASE) return NOTHING
  const code = Number(parts[1])
  const modifiers = Number(parts[3] || 1)
  const name = CODE_KEYS[code]
  if (name !== undefined) return modified(name, modifiers)
  const keypad = KEYPAD_CHARACTERS[code - KEYPAD_FIRST]
  if (keypad !== undefined) return modified(keypad, modifiers)
  if (code < 32 || code > 0x10_ffff || (code >= PRIVATE_AREA.first && code <= PRIVATE_AREA.last)) return NOTHING
  const bits = modifiers - 1
  const shifted = Number(parts[2] || 0)
  if ((bits & SHIFT) === 0 || (bits & CTRL) !== 0) return typed(code, modifiers)
  return shifted >= 32 && shifted <= 0x10_ffff ? typed(shifted, modifiers) : typed(code, modifiers, true)
}

function typed(code: number, modifiers: number, isUpper = false): Meaning {
  const press = readCharacter(String.fromCodePoint(code))
  if (!press) return NOTHING
  const isCtrl = ((modifiers - 1) & CTRL) !== 0
  // Ctrl+Shift+K and Ctrl+K under caps lock are what they are on terminals that send bytes: Ctrl+K.
  const name = isCtrl ? press.name.toLowerCase() : isUpper ? press.name.toUpperCase() : press.name
  return modified(isOneCharacter(name) ? name : press.name, modifiers, press.isIme)
}

function modified(name: string, modifiers: number, isIme?: boolean): Meaning {
  const bits = modifiers - 1
  if (bits < 0 || (bits & FOREIGN) !== 0) return NOTHING
  // A character typed with Shift is that character.
  const shift = (bits & SHIFT) !== 0 && !isOneCharacter(name)
  const press = { name, ctrl: (bits & CTRL) !== 0, shift }
  return { kind: 'key', press: isIme ? { ...press, isIme } : press }
}

const isOneCharacter = (text: string): boolean => Array.from(text).length === 1

const newsOf = (news: TerminalNews): Meaning => ({ kind: 'news', news })

/** Kana, kanji and their punctuation: an input method is on. */
const IME = /[\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Han}]/u
/** Nothing that a person sees himself type: C1 controls, direction marks, zero-width characters, broken UTF-8. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffd]/u

/**
 * The press behind one character outside of any sequence, full-width forms folded (`Ｋ` is `K`, the ideographic space a space).
 *
 * A byte cannot tell Ctrl+H from the backspace of old terminals, Ctrl+I from Tab, or Ctrl+J and Ctrl+M from Enter: they are
 * backspace, tab and enter here. A terminal that speaks the keyboard protocol sends those chords apart (`CSI 104;5u`), so no
 * command may be bound to one of them alone.
 *
 * @param char one code point
 * @returns undefined for what is no key
 */
export function readCharacter(char: string): KeyPress | undefined {
  const code = char.codePointAt(0) ?? 0
  const named = code === 27 ? undefined : CODE_KEYS[code]
  if (named !== undefined && code <= 127) return { name: named, ctrl: false, shift: false }
  // Byte 0 is Ctrl+Space; 28 to 31 are Ctrl with \ ] ^ _.
  if (code === 0) return { name: ' ', ctrl: true, shift: false }
  if (code < 27) return { name: String.fromCharCode(code + 96), ctrl: true, shift: false }
  if (code === 27) return { name: 'escape', ctrl: false, shift: false }
  if (code < 32) return { name: String.fromCharCode(code + 64), ctrl: true, shift: false }
  if (code < 127) return { name: char, ctrl: false, shift: false }
  if (INVISIBLE.test(char)) return undefined
  const folded = char.normalize('NFKC')
  // A sign that folds to several characters (`㍿`) is left as it was typed: one press is one character.
  const name = isOneCharacter(folded) ? folded : char
  return IME.test(name) ? { name, ctrl: false, shift: false, isIme: true } : { name, ctrl: false, shift: false }
}
