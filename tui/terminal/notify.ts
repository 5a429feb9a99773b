import type { AlertRow } from '../../src/runtime/ports.ts'
import { cut, safeText } from '../paint/row.ts'
import { tmuxPassthrough } from './tmux.ts'

const BELL = '\u0007'
const ST = '\u001b\\'
const BELL_PAUSE_MS = 10_000
const REPEAT_MS = 60_000
const TEXT_CELLS_MAX = 120

/** An alert as it is told outside of the screen. Its text carries no amount and no account: desktops show it to passers-by. */
export type Notice = Pick<AlertRow, 'id' | 'severity' | 'text'>

/** What the environment says of the terminal. */
export interface NotifyingTerminal {
  /** `TERM_PROGRAM` */
  readonly termProgram: string | undefined
  /** `TERM` */
  readonly term: string | undefined
  readonly isTmux: boolean
}

/** When and before whom something is told. */
export interface Moment {
  /** Monotonic, ms. */
  readonly nowMs: number
  /** Minutes since midnight in the profile's zone. */
  readonly minuteOfDay: number
  /** Whether the terminal's window has the focus. */
  readonly isFocused: boolean
}

/** Minutes of the profile's day `[fromMin, toMin)`, over midnight where `fromMin` is the later one. Equal ones mean never. */
export interface QuietHours {
  readonly fromMin: number
  readonly toMin: number
}

/** The part of node-notifier that is used: a program of the desktop is started. */
export interface DesktopNotifier {
  notify(notice: { readonly title: string; readonly message: string }, done: (error: unknown) => void): void
}

/** Escape sequences that terminals turn into a notification of the desktop, by their number. */
export type DesktopOsc = 9 | 99 | 777

/**
 * Which sequence the terminal knows; undefined where none is known to work. Inside tmux the terminal behind it is hidden, and
 * 9 is the one that most of them know.
 * Source of 99: kitty, "Desktop notifications", read 2026-11-22. 9 began with iTerm2, 777 with urxvt.
 */
export function desktopOscOf({ termProgram = '', term = '', isTmux }: NotifyingTerminal): DesktopOsc | undefined {
  if (term.startsWith('xterm-kitty') || termProgram === 'kitty') return 99
  if (/^(foot|rxvt-unicode|xterm-ghostty)/.test(term) || /^(WezTerm|ghostty)$/.test(termProgram)) return 777
  if (/^(iTerm\.app|WarpTerminal)$/.test(termProgram) || isTmux) return 9
  return undefined
}

/** The sequence that shows a notice on the desktop, wrapped where tmux stands between. */
export function noticeSequence(osc: DesktopOsc, notice: Notice, { isTmux }: Pick<NotifyingTerminal, 'isTmux'>): string {
  const { title, message } = wordsOf(notice)
  const sequence = {
    // A text that begins with a number would be a command of another protocol (progress bars); this one begins with a name.
    9: () => `\u001b]9;${title}: ${message}${BELL}`,
    99: () => {
      const id = `profinaut-${notice.id.replace(/[^\w.+-]/g, '-')}`
      const urgency = notice.severity === 'P0' ? ':u=2' : ''
      return `\u001b]99;i=${id}:d=0${urgency};${title}${ST}\u001b]99;i=${id}:d=1:p=body;${message}${ST}`
    },
    777: () => `\u001b]777;notify;${title};${message.replaceAll(';', ',')}${BELL}`,
  }[osc]()
  return isTmux ? tmuxPassthrough(sequence) : sequence
}

function wordsOf({ severity, text }: Notice): { readonly title: string; readonly message: string } {
  return { title: `profinaut ${severity}`, message: cut(safeText(text).trim(), TEXT_CELLS_MAX).trimEnd() }
}

/**
 * Tells an operator who does not look at the screen: P0 by bell and desktop, again every 60 s until it is acknowledged; P1 by
 * both, in quiet hours by the desktop alone; P2 by the desktop when the window has no focus; P3 not at all. Bells are at least
 * 10 s apart; one that a P0 had to do without is made up for at the next tick.
 */
export class Notifier {
  readonly #write: (text: string) => void
  readonly #log: (message: string) => void
  readonly #terminal: NotifyingTerminal
  readonly #quiet: QuietHours
  readonly #loadDesktop: () => Promise<DesktopNotifier>
  /** When each P0 was told last. */
  readonly #toldMs = new Map<string, number>()
  #bellMs = Number.NEGATIVE_INFINITY
  #owesBell = false

  /**
   * @param write to the terminal
   * @param log told when the desktop could not be reached; nobody else is
   */
  constructor({
    write,
    log,
    terminal,
    quiet,
    loadDesktop = loadNodeNotifier,
  }: {
    write: (text: string) => void
    log: (message: string) => void
    terminal: NotifyingTerminal
    quiet: QuietHours
    loadDesktop?: () => Promise<DesktopNotifier>
  }) {
    this.#write = write
    this.#log = log
    this.#terminal = terminal
    this.#quiet = quiet
    this.#loadDesktop = loadDesktop
  }

  /** Tells of an alert that was just raised. */
  tell(notice: Notice, { nowMs, minuteOfDay, isFocused }: Moment): void {
    switch (notice.severity) {
      case 'P0':
        return this.#tellP0(notice, nowMs)
      case 'P1':
        if (!isQuiet(this.#quiet, minuteOfDay)) this.#ring(nowMs)
        return this.#showOnDesktop(notice)
      case 'P2':
        if (isFocused) return
        // tmux may drop the sequence without a word; it never drops a bell.
        if (this.#terminal.isTmux && !isQuiet(this.#quiet, minuteOfDay)) this.#ring(nowMs)
        return this.#showOnDesktop(notice)
      case 'P3':
    }
  }

  /**
   * Repeats what is due, and tells of a P0 that was open before this screen was.
   *
   * @param openAlerts those that nobody has acknowledged and that have not passed
   */
  tick(nowMs: number, openAlerts: readonly Notice[]): void {
    const open = openAlerts.filter(({ severity }) => severity === 'P0')
    for (const notice of open) {
      const told = this.#toldMs.get(notice.id)
      if (told === undefined || nowMs - told >= REPEAT_MS) this.#tellP0(notice, nowMs)
    }
    // A view may be a moment behind the alert itself: what was told just now is not forgotten yet.
    for (const [id, told] of this.#toldMs)
      if (nowMs - told >= REPEAT_MS && !open.some((notice) => notice.id === id)) this.#toldMs.delete(id)
    if (open.length === 0) this.#owesBell = false
    if (this.#owesBell) this.#owesBell = !this.#ring(nowMs)
  }

  #tellP0(notice: Notice, nowMs: number): void {
    this.#toldMs.set(notice.id, nowMs)
    this.#owesBell = !this.#ring(nowMs)
    this.#showOnDesktop(notice)
  }

  /** @returns whether it rang: bells are at least 10 s apart */
  #ring(nowMs: number): boolean {
    if (nowMs - this.#bellMs < BELL_PAUSE_MS) return false
    this.#bellMs = nowMs
    this.#write(BELL)
    return true
  }

  #showOnDesktop(notice: Notice): void {
    const osc = desktopOscOf(this.#terminal)
    if (osc !== undefined) return this.#write(noticeSequence(osc, notice, this.#terminal))
    const failed = (error: unknown) =>
      this.#log(
        `desktop notification of alert ${notice.id} failed: ${error instanceof Error ? error.message : String(error)}`,
      )
    this.#loadDesktop()
      .then((desktop) => {
        const { title, message } = wordsOf(notice)
        desktop.notify({ title, message: withoutShellSigns(message) }, (error) => {
          if (error) failed(error)
        })
      })
      .catch(failed)
  }
}

function isQuiet({ fromMin, toMin }: QuietHours, minute: number): boolean {
  return fromMin <= toMin ? minute >= fromMin && minute < toMin : minute >= fromMin || minute < toMin
}

/** node-notifier starts notify-send through a shell: text from outside leaves nothing to its quoting. */
function withoutShellSigns(text: string): string {
  return text.replace(/["$`\\]/g, "'")
}

/** Loaded when it is needed for the first time: most terminals never need it. */
async function loadNodeNotifier(): Promise<DesktopNotifier> {
  const { default: notifier } = await import('node-notifier')
  return {
    notify: (notice, done) => {
      notifier.notify(notice, done)
    },
  }
}
