import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { profilePaths } from '../../src/runtime/config.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import type { PanicOptions } from '../panic.ts'

/** Puts the kill file in place whole, so that an engine that looks meanwhile reads all of it. */
export function panic({ engine }: CommandDeps, { profile, reason }: PanicOptions): Outcome {
  const { kill: path, profile: name } = profilePaths(profile)
  const ts = isoTime(engine.now()) ?? ''
  const order = { level: 'HALT', reason, actor: engine.actor, ts }
  const next = `${path}.${process.pid}.next`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const file = openSync(next, 'w', 0o600)
    try {
      writeSync(file, `${JSON.stringify(order)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(next, path)
  } catch (error) {
    discard(next)
    throw new CommandError(
      EXIT.internal,
      'KILL_FILE_NOT_WRITTEN',
      `${path} could not be written: ${(error as Error).message}`,
      'stop the engine itself: profinaut stop --how now, or end its process; its orders stay at the venue',
    )
  }
  const text = `HALT is ordered for profile ${name}: ${path}`
  return { code: EXIT.ok, message: text, text, data: { ...order, path } }
}

/** Half a kill file is no order; where even that cannot be taken away, what went wrong before is what counts. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    return
  }
}
