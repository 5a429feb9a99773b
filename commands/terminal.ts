import { monotonicMs } from '../src/runtime/clock.ts'
import { Progress } from './progress.ts'

/** Progress on stderr where a person is watching, silent everywhere else. */
export function terminalProgress(): Progress {
  return new Progress({
    write: (text) => void process.stderr.write(text),
    clock: monotonicMs,
    isShown: process.stderr.isTTY,
  })
}

/** Columns to write in: the terminal's, within what a report can use. */
export function terminalWidth(): number {
  return Math.max(60, Math.min(process.stdout.columns ?? 80, 160))
}
