/** What a dead-man's switch does when something has gone silent (UGF-A-008). */
export type DeadManAction = 'CLOSE_ONLY' | 'FLATTEN' | 'HALT'

/** One thing that has to be heard from, and what its silence leads to. */
export interface DeadManWatch {
  /** `bot:<id>`, `operator`. */
  readonly name: string
  /** Silence from here on is a loss, ms of monotonic time. */
  readonly timeoutMs: number
  readonly action: DeadManAction
}

/** Where a watch stands. */
export interface DeadManState extends DeadManWatch {
  readonly silentMs: number
  readonly isTripped: boolean
  /** How often it has tripped since the engine started. */
  readonly trips: number
}

/** A watch that tripped or that was heard again. */
export interface DeadManChange {
  readonly watch: DeadManWatch
  readonly kind: 'tripped' | 'recovered'
  readonly silentMs: number
}

/** This many beats in a row bring a watch back: one may be the last breath of something that dies. */
const BEATS_TO_RECOVER = 2

interface Timer {
  watch: DeadManWatch
  beatMs: number
  isTripped: boolean
  /** Beats since it tripped, none of them late. */
  beats: number
  trips: number
}

/**
 * Timers that only a beat holds back. Time is monotonic and is told to it: whoever slept as long as a timeout has been
 * silent as long. A watch that trips stays so until it was heard from twice in a row.
 */
export class DeadMan {
  readonly #timers = new Map<string, Timer>()

  /** Watches what is listed, from now; what is no longer listed is let go. What was watched before keeps its time. */
  watch(watches: readonly DeadManWatch[], nowMs: number): void {
    const names = new Set(watches.map(({ name }) => name))
    for (const name of this.#timers.keys()) if (!names.has(name)) this.#timers.delete(name)
    for (const watch of watches) {
      const timer = this.#timers.get(watch.name)
      if (timer === undefined)
        this.#timers.set(watch.name, { watch, beatMs: nowMs, isTripped: false, beats: 0, trips: 0 })
      else timer.watch = watch
    }
  }

  /** It was heard. Something that nobody watches may say so too. */
  beat(name: string, nowMs: number): void {
    const timer = this.#timers.get(name)
    if (timer === undefined) return
    timer.beats = nowMs - timer.beatMs < timer.watch.timeoutMs ? timer.beats + 1 : 1
    timer.beatMs = nowMs
  }

  /** What tripped or recovered since the last look. */
  look(nowMs: number): readonly DeadManChange[] {
    const changes: DeadManChange[] = []
    for (const timer of this.#timers.values()) {
      const { watch } = timer
      const silentMs = nowMs - timer.beatMs
      if (silentMs >= watch.timeoutMs) {
        timer.beats = 0
        if (timer.isTripped) continue
        timer.isTripped = true
        timer.trips++
        changes.push({ watch, kind: 'tripped', silentMs })
      } else if (timer.isTripped && timer.beats >= BEATS_TO_RECOVER) {
        timer.isTripped = false
        changes.push({ watch, kind: 'recovered', silentMs })
      }
    }
    return changes
  }

  states(nowMs: number): readonly DeadManState[] {
    return Array.from(this.#timers.values(), ({ watch, beatMs, isTripped, trips }) => ({
      ...watch,
      silentMs: Math.max(0, nowMs - beatMs),
      isTripped,
      trips,
    }))
  }
}
