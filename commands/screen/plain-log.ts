import { formatTime, type TimeUs } from '../../src/domain/time.ts'
import type { EngineClient } from '../../src/runtime/link/engine-client.ts'
import type { RibbonView } from '../../src/runtime/link/views.ts'

/** A line for everything that matters, where there is no screen: fills, answers, alerts, changes of safety. */
export class PlainLog {
  readonly #write: (line: string) => void
  #last: RibbonView | undefined
  readonly #stop: () => void

  constructor(client: EngineClient, write: (line: string) => void) {
    this.#write = write
    const unwatch = client.watch('ribbon', (ribbon) => this.#told(ribbon))
    const unstate = client.onState((state) => {
      if (state === 'SILENT') write('engine silent: `profinaut panic` stops it by file')
      if (state === 'DOWN') write('engine not reached')
    })
    this.#stop = () => {
      unwatch()
      unstate()
    }
  }

  close(): void {
    this.#stop()
  }

  #told(ribbon: RibbonView): void {
    const before = this.#last
    this.#last = ribbon
    const say = (text: string) =>
      this.#write(`${formatTime((Math.round(ribbon.nowTs / 1_000) * 1_000) as TimeUs)}  ${text}`)
    if (
      before === undefined ||
      before.phase !== ribbon.phase ||
      before.safetyMode !== ribbon.safetyMode ||
      before.killLevel !== ribbon.killLevel
    )
      say(
        `${ribbon.profile} ${ribbon.phase} safety ${ribbon.safetyMode} kill ${ribbon.killLevel} positions ${ribbon.positions} orders ${ribbon.orders}`,
      )
    const { notice, alert } = ribbon
    if (notice !== undefined && (before?.notice?.ts !== notice.ts || before.notice.text !== notice.text))
      say(`${notice.severity} ${notice.text}`)
    if (alert !== undefined && before?.alert?.id !== alert.id) say(`${alert.severity} ${alert.text}`)
  }
}
