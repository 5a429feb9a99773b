import type { KeyPress, TerminalNews } from './key-press.ts'
import { readCharacter, readSequence } from './tap-sequence.ts'

/** An Esc with nothing after it for so long is the key and not the start of a sequence, ms. */
const ESCAPE_MS = 30
/** A sequence whose rest has not come for so long is given up, ms. */
const SEQUENCE_MS = 300
/** A paste whose end has not come for so long is over: a lost end mark must not swallow the kill key for good, ms. */
const PASTE_MS = 2_000
/** What is kept of a paste, bytes of UTF-8. */
export const PASTE_BYTES_MAX = 64 * 1024
/** Longer than any parameters that mean something here; what is above is dropped and the sequence with it. */
const BODY_MAX = 64

const PASTE_END = '\u001b[201~'
const ESC = '\u001b'
const BEL = '\u0007'

type State =
  | { readonly at: 'ground' }
  /** `ends` when it may be the first half of the terminator of a text that the terminal sent. */
  | { readonly at: 'escape'; readonly ends: boolean }
  | { readonly at: 'sequence'; readonly introducer: '[' | 'O'; readonly body: string }
  /** A text of the terminal's (OSC, DCS and their like), swallowed up to its terminator. */
  | { readonly at: 'text'; readonly introducer: string; readonly isEmpty: boolean }
  | { readonly at: 'old-mouse'; readonly left: number }
  | { readonly at: 'paste' }

const GROUND: State = { at: 'ground' }

/**
 * Turns what the terminal sends into presses and news, in order, however the bytes are cut into chunks.
 *
 * - Esc and a character in one breath are Esc, then that character: jitter on a slow line joins keys that were pressed one
 *   after the other, and a lost `K` is worse than an Alt chord, which no command has.
 * - A sequence that nobody knows is swallowed whole. A control character ends whatever it stands in: Ctrl+C and Ctrl+K always
 *   arrive.
 * - A paste is one press. Its line ends are `\n`; what is above {@link PASTE_BYTES_MAX} is cut off at a whole character.
 */
export class KeyTap {
  readonly #told: { key(press: KeyPress): void; news(news: TerminalNews): void }
  readonly #after: (ms: number, act: () => void) => () => void
  readonly #decoder = new TextDecoder()
  #state: State = GROUND
  #paste = new PasteText()
  #cancel: (() => void) | undefined

  /** @param after calls once after a pause, until the returned function is called */
  constructor(
    told: { key(press: KeyPress): void; news(news: TerminalNews): void },
    after: (ms: number, act: () => void) => () => void,
  ) {
    this.#told = told
    this.#after = after
  }

  write(chunk: Uint8Array | string): void {
    this.#cancel?.()
    this.#cancel = undefined
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    for (const char of this.#decoder.decode(bytes, { stream: true })) this.#take(char)
    const ms = patience(this.#state)
    if (ms !== undefined) this.#cancel = this.#after(ms, () => this.#giveUp())
  }

  #take(char: string): void {
    const state = this.#state
    switch (state.at) {
      case 'ground':
        if (char === ESC) this.#state = { at: 'escape', ends: false }
        else this.#press(char)
        return
      case 'escape':
        return this.#afterEscape(char, state.ends)
      case 'sequence':
        return this.#inSequence(char, state)
      case 'text':
        if (char === ESC) this.#state = { at: 'escape', ends: true }
        else if (char === BEL) this.#state = GROUND
        else if (isControl(char)) this.#restart(char)
        else if (state.isEmpty) this.#state = { ...state, isEmpty: false }
        return
      case 'old-mouse':
        if (isControl(char)) this.#restart(char)
        else this.#state = state.left > 1 ? { at: 'old-mouse', left: state.left - 1 } : GROUND
        return
      case 'paste':
        if (this.#paste.add(char)) this.#endPaste()
    }
  }

  #afterEscape(char: string, ends: boolean): void {
    if (char === '[' || char === 'O') this.#state = { at: 'sequence', introducer: char, body: '' }
    else if (char === ESC) {
      this.#state = { at: 'escape', ends: false }
      this.#press(ESC)
    } else if (ends && char === '\\') this.#state = GROUND
    else if (/[\]PX^_]/.test(char)) this.#state = { at: 'text', introducer: char, isEmpty: true }
    else {
      this.#state = GROUND
      this.#press(ESC)
      this.#press(char)
    }
  }

  #inSequence(char: string, { introducer, body }: State & { at: 'sequence' }): void {
    // `ESC [ [ A` is F1 of the Linux console: its second bracket is a parameter.
    const isParameter = /[\u0020-\u003f]/.test(char) || (introducer === '[' && body === '' && char === '[')
    if (isParameter) {
      if (body.length <= BODY_MAX) this.#state = { at: 'sequence', introducer, body: body + char }
      return
    }
    if (!/[\u0040-\u007e]/.test(char)) return this.#restart(char)
    this.#state = GROUND
    const meaning = readSequence(introducer, body, char)
    switch (meaning.kind) {
      case 'key':
        return this.#told.key(meaning.press)
      case 'news':
        return this.#told.news(meaning.news)
      case 'paste':
        this.#paste = new PasteText()
        this.#state = { at: 'paste' }
        return
      case 'old-mouse':
        this.#state = { at: 'old-mouse', left: 3 }
        return
      case 'nothing':
    }
  }

  /** Gives up the sequence under way for a character that cannot belong to it. */
  #restart(char: string): void {
    this.#state = GROUND
    this.#take(char)
  }

  /** Nothing came for as long as the state has patience. */
  #giveUp(): void {
    const state = this.#state
    this.#cancel = undefined
    if (state.at === 'paste') return this.#endPaste()
    this.#state = GROUND
    if (state.at === 'escape') return this.#press(ESC)
    const introducer = lone(state)
    if (introducer === undefined) return
    this.#press(ESC)
    this.#press(introducer)
  }

  #endPaste(): void {
    this.#state = GROUND
    this.#told.key({ name: 'paste', ctrl: false, shift: false, text: this.#paste.text })
    this.#paste = new PasteText()
  }

  #press(char: string): void {
    const press = readCharacter(char)
    if (press) this.#told.key(press)
  }
}

function patience(state: State): number | undefined {
  switch (state.at) {
    case 'ground':
      return undefined
    case 'paste':
      return PASTE_MS
    case 'escape':
    case 'old-mouse':
      return ESCAPE_MS
    case 'sequence':
    case 'text':
      return lone(state) === undefined ? SEQUENCE_MS : ESCAPE_MS
  }
}

/** The character after Esc when nothing else has come: as likely typed (`Esc`, then `P`) as the start of a sequence. */
function lone(state: State): string | undefined {
  if (state.at === 'sequence' && state.body === '') return state.introducer
  return state.at === 'text' && state.isEmpty ? state.introducer : undefined
}

const isControl = (char: string): boolean => char < ' '

/** The text of a paste up to its end mark. */
class PasteText {
  #text = ''
  #bytes = 0
  /** Characters of the end mark that have matched so far. */
  #matched = 0
  #isAfterReturn = false

  get text(): string {
    return this.#text
  }

  /** @returns whether this was the last character of the end mark */
  add(char: string): boolean {
    if (char === PASTE_END[this.#matched]) return ++this.#matched === PASTE_END.length
    for (const held of PASTE_END.slice(0, this.#matched)) this.#keep(held)
    // The end mark holds one Esc, its first: no other part of it can begin again here.
    this.#matched = char === ESC ? 1 : 0
    if (this.#matched === 0) this.#keep(char)
    return false
  }

  #keep(char: string): void {
    const isSecondOfPair = char === '\n' && this.#isAfterReturn
    this.#isAfterReturn = char === '\r'
    if (isSecondOfPair) return
    this.#bytes += utf8Length(char)
    // Once one character was left out, so is all that follows: the text has no holes.
    if (this.#bytes > PASTE_BYTES_MAX) this.#bytes = Number.POSITIVE_INFINITY
    else this.#text += char === '\r' ? '\n' : char
  }
}

function utf8Length(char: string): number {
  const code = char.codePointAt(0) ?? 0
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
}
