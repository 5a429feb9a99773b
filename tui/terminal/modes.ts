/**
 * What the screen switches on in a terminal, and the way back. The alternate screen, raw mode and synchronized output are
 * switched on by the renderer; they appear here only where a screen that died may have left them on.
 * Source: XTerm Control Sequences, "DEC Private Mode"; kitty keyboard protocol, "Progressive enhancement".
 */
import { safeText } from '../paint/row.ts'

const CSI = '\u001b['
const ST = '\u001b\\'

/** The terminal says when its window gains and loses the focus. */
export const FOCUS = { on: `${CSI}?1004h`, off: `${CSI}?1004l` } as const

/** What is pasted arrives between two marks. */
export const BRACKETED_PASTE = { on: `${CSI}?2004h`, off: `${CSI}?2004l` } as const

/** Clicks and the wheel, in the notation without a limit on columns. Off also ends every other kind of mouse report. */
export const MOUSE = {
  on: `${CSI}?1000h${CSI}?1006h`,
  off: [1000, 1002, 1003, 1005, 1006, 1015].map((mode) => `${CSI}?${mode}l`).join(''),
} as const

/** The title of the window: the one that stood is kept by the terminal and given back. */
export const TITLE = {
  push: `${CSI}22;2t`,
  pop: `${CSI}23;2t`,
  set: (title: string): string => `\u001b]2;${safeText(title)}${ST}`,
} as const

export const CURSOR_SHOW = `${CSI}?25h`

/** Gives back the key notation that stood before the screen asked for its own. */
export const KITTY_OFF = `${CSI}<u`

/** Ends a picture that was held back until it is whole. */
const SYNCHRONIZED_OFF = `${CSI}?2026l`

/** Plain text, arrows and keypad in their usual notation, long lines wrapped. */
const PLAIN = `${CSI}0m${CSI}?1l\u001b>${CSI}?7h`

/**
 * Leaves the alternate screen. Terminals put the cursor back where it was when the alternate screen was entered, some of them
 * also when they are on the main screen already; saving it first makes that "where it is now".
 */
const MAIN_SCREEN = `\u001b7${CSI}?1049l`

/**
 * Undoes everything that a screen may have left on, whatever it was doing when it died; raw mode is the caller's. Every way out
 * writes it before it prints its report. May be written twice, and to a terminal on which no screen ever stood, except that a
 * title is taken back once for every time it was pushed (nothing happens when none was).
 */
export const RESTORE_ALL = [
  ST, // a text that was cut off in the middle would swallow the rest
  SYNCHRONIZED_OFF,
  KITTY_OFF, // each screen has its own: before the alternate one is left
  MOUSE.off,
  FOCUS.off,
  BRACKETED_PASTE.off,
  MAIN_SCREEN,
  PLAIN,
  CURSOR_SHOW,
  TITLE.pop,
].join('')
