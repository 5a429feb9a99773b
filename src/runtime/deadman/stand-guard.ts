import { every, monotonicMs, wallTime } from '../clock.ts'
import { formatTime } from '../../domain/time.ts'
import { writeKillFile } from '../engine/kill-file.ts'
import { SilenceTimer, WATCHDOG_BEAT_MS } from './watchdog.ts'

export interface GuardParts {
  readonly killPath: string
  readonly timeoutMs: number
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/**
 * The watchdog's whole life: each beat that comes in is answered; a silence writes the kill file, which an engine that wakes
 * obeys before anything else, and which the next one finds. It ends when the pipe closes: an engine that is gone sends
 * nothing any more, and whether another may trade is for that one to judge.
 *
 * @throws Error when the kill file cannot be written: the engine sees its watchdog die, and says so
 */
export function standGuard({ killPath, timeoutMs, input, output }: GuardParts): Promise<void> {
  const timer = new SilenceTimer(timeoutMs, monotonicMs())
  return new Promise((resolve, reject) => {
    const stop = every(WATCHDOG_BEAT_MS, () => {
      const silentMs = timer.look(monotonicMs())
      if (silentMs === undefined) return
      const reason = `watchdog: the engine was silent for ${(silentMs / 1_000).toFixed(0)} s`
      try {
        writeKillFile(killPath, { level: 'HALT', reason, actor: 'service:watchdog', ts: formatTime(wallTime()) })
      } catch (error) {
        end(() => reject(error))
      }
    })
    const end = (how: () => void) => {
      stop()
      input.removeAllListeners()
      how()
    }
    input.on('data', () => {
      timer.beat(monotonicMs())
      output.write('.')
    })
    input.on('end', () => end(resolve))
    input.on('error', () => end(resolve))
    // An engine that has gone does not read its answers.
    output.on('error', () => undefined)
  })
}
