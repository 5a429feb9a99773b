import type { AlertView } from '../src/runtime/link/views.ts'
import { minute } from './paint/clock-text.ts'
import type { ScreenLog, ScreenSettings } from './settings.ts'
import { notifySequence } from './terminal/osc.ts'

/** What a moment asks for: the bell, a notification of the desktop, or neither. */
export interface Call {
  readonly hasBell: boolean
  readonly hasDesktop: boolean
}

const REPEAT_MS = 60_000
const BELL_GAP_MS = 10_000

/** Whether a bell would wake somebody: minutes of the day in the profile's zone, over midnight too. */
export function isQuiet({ quiet, zone }: Pick<ScreenSettings, 'quiet' | 'zone'>, nowTs: number): boolean {
  const [hours = 0, minutes = 0] = minute(nowTs, zone).split(':').map(Number)
  const now = hours * 60 + minutes
  const { fromMinute, toMinute } = quiet
  if (fromMinute === toMinute) return false
  return fromMinute < toMinute ? now >= fromMinute && now < toMinute : now >= fromMinute || now < toMinute
}

/** Decides when to call: once per alert, again each minute for P0, and at most one bell in ten seconds. */
export class Caller {
  readonly #settings: Pick<ScreenSettings, 'quiet' | 'zone'>
  readonly #called = new Map<string, number>()
  #bellMs: number | undefined

  constructor(settings: Pick<ScreenSettings, 'quiet' | 'zone'>) {
    this.#settings = settings
  }

  see(
    alert: AlertView | undefined,
    now: { readonly ms: number; readonly ts: number; readonly isFocused: boolean },
  ): Call {
    const none: Call = { hasBell: false, hasDesktop: false }
    if (alert === undefined || alert.state !== 'OPEN' || alert.severity === 'P3') return none
    const last = this.#called.get(alert.id)
    const isDue = last === undefined || (alert.severity === 'P0' && now.ms - last >= REPEAT_MS)
    if (!isDue) return none
    const isFreeBell = this.#bellMs === undefined || now.ms - this.#bellMs >= BELL_GAP_MS
    // A call that the bell's pause holds back is made when the pause is over.
    if (alert.severity !== 'P2' && !isFreeBell) return none
    this.#called.set(alert.id, now.ms)
    if (alert.severity === 'P2') return { hasBell: false, hasDesktop: !now.isFocused }
    const hasBell = alert.severity === 'P0' || !isQuiet(this.#settings, now.ts)
    this.#bellMs = now.ms
    return { hasBell, hasDesktop: true }
  }
}

/** What is said outside the screen: no amounts, no account ids. */
export function callText({ severity, source }: AlertView): string {
  return `${severity} ${source}: see the screen`
}

/** Calls by the terminal when it can, else by the desktop's own notifier, which is only loaded when it is needed. */
export async function callDesktop(
  text: string,
  options: {
    readonly by: ScreenSettings['notifyBy']
    readonly isTmux: boolean
    readonly write: (text: string) => void
    readonly log: ScreenLog
  },
): Promise<void> {
  const { by, isTmux, write, log } = options
  if (by === 'off') return
  if (by !== 'desktop') {
    write(notifySequence(by, text, isTmux))
    return
  }
  try {
    const { default: notifier } = await import('node-notifier')
    notifier.notify({ title: 'profinaut', message: text }, (error) => {
      if (error) log.error('the desktop took no notification', error)
    })
  } catch (error) {
    log.error('there is no desktop notifier here', error)
  }
}
