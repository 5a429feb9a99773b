/** What is switched on beside what Ink does itself (alternate screen, cursor, synchronized output). */
export function modesOn(options: { readonly title: string; readonly hasKitty: boolean }): string {
  // Title pushed, focus reporting, bracketed paste; of the kitty protocol only what tells chords and Esc apart.
  return `\u001b[22;0t\u001b]2;${options.title}\u0007\u001b[?1004h\u001b[?2004h${options.hasKitty ? '\u001b[>1u' : ''}`
}

/** Takes back everything that any screen of ours may have switched on, mouse included; harmless where nothing was. */
export function modesOff(options: { readonly hasKitty: boolean }): string {
  return `${options.hasKitty ? '\u001b[<u' : ''}\u001b[?1003l\u001b[?1006l\u001b[?1000l\u001b[?2004l\u001b[?1004l\u001b[23;0t`
}

/** Restores a terminal whose screen died without a word: main screen, cursor, modes, colours. */
export const TERMINAL_RESET = `\u001b[?2026l${modesOff({ hasKitty: true })}\u001b[?1049l\u001b[?25h\u001b[0m`

export function terminalTitle(runMode: string | undefined): string {
  return runMode === 'live' || runMode === 'canary' ? `${runMode.toUpperCase()} profinaut` : 'profinaut'
}
