import { StringDecoder } from 'node:string_decoder'

/**
 * What the terminal says. A key has a name: a character as typed (`a`, `K`, `:`), or `space`, `enter`, `esc`, `tab`,
 * `shift+tab`, `backspace`, `delete`, `up`, `pagedown`, `ctrl+c`. Only a key that types something carries `text`.
 */
export type InputEvent =
  | { readonly kind: 'key'; readonly key: string; readonly text?: string; readonly isKana?: true }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'focus'; readonly isFocused: boolean }
  /** Where the cursor stands, counted from 1: the answer to `CSI 6n`. */
  | { readonly kind: 'cursor'; readonly row: number; readonly column: number }
  /** The terminal speaks the kitty keyboard protocol: the answer to `CSI ? u`. */
  | { readonly kind: 'kitty' }
  | { readonly kind: 'mouse'; readonly button: number; readonly column: number; readonly row: number }

/** Silence after which an ESC is the key and not the start of a sequence, ms. */
const ESC_WAIT_MS = 30
/** Silence after which a paste that never ended is taken as ended: it must not swallow the kill key, ms. */
const PASTE_WAIT_MS = 1_000
/** A reply longer than this is noise. */
const SEQUENCE_MAX = 256

type State = 'ground' | 'esc' | 'csi' | 'ss3' | 'string' | 'string-esc' | 'paste'

const FINALS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
}
const TILDES: Readonly<Record<string, string>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
}
const CODES: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  10: 'enter',
  13: 'enter',
  27: 'esc',
  32: 'space',
  127: 'backspace',
}
const KANA = /^[\u3040-\u30ff]$/
const PASTE_END = '\u001b[201~'

/**
 * Bytes of a terminal to keys. Any cut of the same bytes into chunks gives the same events, as long as the silences are the
 * same; {@link expire} is called after {@link waitMs} of silence.
 */
export class Tap {
  readonly #decoder = new StringDecoder('utf8')
  #state: State = 'ground'
  #body = ''
  #events: InputEvent[] = []

  feed(bytes: Uint8Array): readonly InputEvent[] {
    for (const char of this.#decoder.write(bytes)) this.#take(char)
    return this.#drain()
  }

  /** How long to wait for more before {@link expire}; undefined when nothing is half read. */
  get waitMs(): number | undefined {
    if (this.#state === 'ground') return undefined
    return this.#state === 'paste' ? PASTE_WAIT_MS : ESC_WAIT_MS
  }

  /** Nothing came for {@link waitMs}: what stands half read is all there is. */
  expire(): readonly InputEvent[] {
    const [state, body] = [this.#state, this.#body]
    this.#enter('ground')
    if (state === 'paste') this.#paste(body)
    if (state === 'esc') this.#key('esc')
    // ESC and then `[`, typed by hand: an introducer with nothing after it.
    const typed = { csi: '[', ss3: 'O', string: body.slice(0, 1) }[state as 'csi' | 'ss3' | 'string']
    if (typed !== undefined && body.length <= (state === 'string' ? 1 : 0)) {
      this.#key('esc')
      this.#type(typed)
    }
    return this.#drain()
  }

  #drain(): readonly InputEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  #enter(state: State, body = ''): void {
    this.#state = state
    this.#body = body
  }

  #take(char: string): void {
    switch (this.#state) {
      case 'ground':
        if (char === '\u001b') this.#enter('esc')
        else this.#type(char)
        return
      case 'esc':
        this.#afterEsc(char)
        return
      case 'csi':
        this.#csi(char)
        return
      case 'ss3':
        this.#enter('ground')
        if (FINALS[char] !== undefined) this.#key(FINALS[char])
        else if (char === 'M') this.#key('enter')
        // F1 to F4 are bound to nothing; anything else was Esc and an O, typed fast.
        else if (!/[P-S]/.test(char)) {
          this.#key('esc')
          this.#type('O')
          this.#take(char)
        }
        return
      case 'string':
        if (char === '\u001b') this.#enter('string-esc')
        else if (char === '\u0007' || this.#body.length > SEQUENCE_MAX) this.#enter('ground')
        else this.#body += char
        return
      case 'string-esc':
        this.#enter('ground')
        if (char !== '\\') this.#afterEsc(char)
        return
      case 'paste':
        this.#body += char
        if (this.#body.endsWith(PASTE_END)) {
          const text = this.#body.slice(0, -PASTE_END.length)
          this.#enter('ground')
          this.#paste(text)
        }
    }
  }

  #afterEsc(char: string): void {
    if (char === '[') this.#enter('csi')
    else if (char === 'O') this.#enter('ss3')
    else if (char === ']' || char === 'P' || char === '_') this.#enter('string', char)
    else {
      this.#enter('ground')
      this.#key('esc')
      this.#take(char)
    }
  }

  #csi(char: string): void {
    if (char === '\u001b') {
      this.#enter('esc')
      return
    }
    if (char < '@' || char > '~') {
      if (char < ' ' || char > '~' || this.#body.length > SEQUENCE_MAX) this.#enter('ground')
      else this.#body += char
      return
    }
    const body = this.#body
    this.#enter('ground')
    this.#sequence(body, char)
  }

  #sequence(body: string, final: string): void {
    const [first = '', second = ''] = body.split(';')
    const mods = Number(second.split(':')[0] || '1') - 1
    const isRelease = second.split(':')[1] === '3'
    if (isRelease) return
    if (final === '~' && body === '200') this.#enter('paste')
    else if (final === '~' && first === '27') this.#chord(Number(body.split(';')[2]), mods)
    else if (final === '~' && TILDES[first] !== undefined) this.#key(TILDES[first])
    else if (final === 'u' && body.startsWith('?')) this.#events.push({ kind: 'kitty' })
    else if (final === 'u') {
      const [code = '', shifted] = first.split(':')
      this.#chord(Number((mods & 1) === 1 && shifted !== undefined && shifted !== '' ? shifted : code), mods)
    } else if (final === 'Z') this.#key('shift+tab')
    else if (body === '' && (final === 'I' || final === 'O'))
      this.#events.push({ kind: 'focus', isFocused: final === 'I' })
    else if (final === 'R' && /^\d+;\d+$/.test(body))
      this.#events.push({ kind: 'cursor', row: Number(first), column: Number(second) })
    else if ((final === 'M' || final === 'm') && body.startsWith('<')) this.#mouse(body, final)
    else if (FINALS[final] !== undefined) this.#key(FINALS[final])
  }

  /** A key with its modifiers told apart (kitty `CSI u`, xterm modifyOtherKeys). No chord with Alt or Super means anything. */
  #chord(code: number, mods: number): void {
    if (!Number.isInteger(code) || code > 0x10ffff || (code >= 57_344 && code <= 63_743)) return
    const [isShift, isCtrl] = [(mods & 1) === 1, (mods & 4) === 4]
    if ((mods & 0b111010) !== 0) return
    const named = CODES[code]
    if (named === 'space' || (named === undefined && !isCtrl)) {
      const char = String.fromCodePoint(code)
      this.#type(isShift ? char.toUpperCase() : char)
    } else if (named !== undefined) this.#key(named === 'tab' && isShift ? 'shift+tab' : named)
    else this.#key(`ctrl+${String.fromCodePoint(code).toLowerCase()}`)
  }

  #mouse(body: string, final: string): void {
    const [button, column, row] = body.slice(1).split(';').map(Number)
    if (final === 'M' && button !== undefined && column !== undefined && row !== undefined)
      this.#events.push({ kind: 'mouse', button, column, row })
  }

  #paste(text: string): void {
    this.#events.push({ kind: 'paste', text })
  }

  #key(key: string): void {
    this.#events.push({ kind: 'key', key })
  }

  /** A character: full-width letters are the letters; what an input method composes keeps its shape. */
  #type(char: string): void {
    const code = char.codePointAt(0) ?? 0
    const named = CODES[code]
    if (named !== undefined && named !== 'space') return this.#key(named)
    if (code < 32) return code >= 1 && code <= 26 ? this.#key(`ctrl+${String.fromCharCode(code + 96)}`) : undefined
    if (code === 0xfffd) return undefined
    for (const folded of char.normalize('NFKC')) {
      const key = folded === ' ' ? 'space' : folded
      this.#events.push({ kind: 'key', key, text: folded, ...(KANA.test(folded) && { isKana: true as const }) })
    }
    return undefined
  }
}
