/** Entry of the process that watches an engine: `watchdog <kill file> <timeout ms>`, fed with a byte per beat. */
import { standGuard } from '../src/runtime/deadman/stand-guard.ts'

const [killPath, timeoutMs] = process.argv.slice(2)
if (killPath === undefined || !(Number(timeoutMs) > 0))
  throw new Error('the watchdog is started by the engine, not by hand')
// A terminal that says stop means the engine; the watchdog ends when the engine has.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
await standGuard({ killPath, timeoutMs: Number(timeoutMs), input: process.stdin, output: process.stdout })
