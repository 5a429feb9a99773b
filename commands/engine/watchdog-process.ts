import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { after, monotonicMs } from '../../src/runtime/clock.ts'
import { WATCHDOG_BEAT_MS, type Watchdog } from '../../src/runtime/deadman/watchdog.ts'
import type { Log } from '../../src/runtime/log/log.ts'

const RESTART_MS_MAX = 60_000
/** The built program has it beside itself; run from its source, it is where all entries are. */
const ENTRY = import.meta.url.endsWith('.ts') ? '../../bin/watchdog.ts' : './watchdog.js'

/** The watchdog in a process of its own: it outlives a stopped or spinning engine, and ends with the pipe between them. */
export class WatchdogProcess implements Watchdog {
  readonly timeoutMs: number
  readonly #killPath: string
  readonly #log: Log
  #child: ChildProcess | undefined
  #answerMs = Number.NaN
  #restartMs = WATCHDOG_BEAT_MS
  #stopRestart: () => void = () => undefined
  #isClosed = false

  constructor(options: { readonly killPath: string; readonly timeoutMs: number; readonly log: Log }) {
    this.timeoutMs = options.timeoutMs
    this.#killPath = options.killPath
    this.#log = options.log
    this.#start()
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get answeredMs(): number | undefined {
    return Number.isNaN(this.#answerMs) ? undefined : monotonicMs() - this.#answerMs
  }

  beat(): void {
    // A pipe that nobody reads is no reason to wait: what does not answer is seen by its silence.
    this.#child?.stdin?.write('.')
  }

  close(): void {
    this.#isClosed = true
    this.#stopRestart()
    this.#child?.stdin?.end()
  }

  #start(): void {
    // A session of its own: what a terminal or a shell sends to the engine's group is not for the one who watches it.
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL(ENTRY, import.meta.url)), this.#killPath, String(this.timeoutMs)],
      { stdio: ['pipe', 'pipe', 'ignore'], detached: true },
    )
    this.#child = child
    child.unref()
    child.stdin.on('error', () => undefined)
    child.stdout.on('data', () => {
      this.#answerMs = monotonicMs()
      this.#restartMs = WATCHDOG_BEAT_MS
    })
    child.once('error', (error) => this.#gone(`it could not be started: ${error.message}`))
    child.once('exit', (code) => this.#gone(`it ended with ${code}`))
  }

  #gone(why: string): void {
    this.#child = undefined
    if (this.#isClosed) return
    this.#log.warn('watchdog.gone', `${why}; the next is started in ${this.#restartMs / 1_000} s`)
    this.#stopRestart = after(this.#restartMs, () => this.#start())
    this.#restartMs = Math.min(2 * this.#restartMs, RESTART_MS_MAX)
  }
}
