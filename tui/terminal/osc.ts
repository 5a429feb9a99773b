/** Cells of base64 that terminals take at most in one OSC 52. */
const CLIPBOARD_MAX = 74_994

/** tmux hands a sequence on to the terminal around it when it is wrapped, with every ESC doubled. */
export function passedOn(sequence: string, isTmux: boolean): string {
  return isTmux ? `\u001bPtmux;${sequence.replaceAll('\u001b', '\u001b\u001b')}\u001b\\` : sequence
}

/** @returns undefined when the text is longer than terminals take */
export function clipboardSequence(text: string, isTmux: boolean): string | undefined {
  const payload = Buffer.from(text, 'utf8').toString('base64')
  return payload.length > CLIPBOARD_MAX ? undefined : passedOn(`\u001b]52;c;${payload}\u0007`, isTmux)
}

/** A notification that the terminal shows, also across ssh. Controls and separators are gone from its text. */
export function notifySequence(by: 'osc9' | 'osc777' | 'osc99', text: string, isTmux: boolean): string {
  const clean = text.replace(/[\p{Cc};]/gu, ' ')
  const sequence = {
    osc9: `\u001b]9;${clean}\u0007`,
    osc777: `\u001b]777;notify;profinaut;${clean}\u0007`,
    osc99: `\u001b]99;;profinaut: ${clean}\u001b\\`,
  }[by]
  return passedOn(sequence, isTmux)
}
