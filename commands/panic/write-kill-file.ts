import { profilePaths } from '../../src/runtime/config.ts'
import { writeKillFile } from '../../src/runtime/engine/kill-file.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import type { PanicOptions } from '../panic.ts'

/** HALT by the way that needs no engine, network or database. */
export function panic({ engine }: CommandDeps, { profile, reason }: PanicOptions): Outcome {
  const { kill: path, profile: name } = profilePaths(profile)
  const order = { level: 'HALT', reason, actor: engine.actor, ts: isoTime(engine.now()) ?? '' } as const
  try {
    writeKillFile(path, order)
  } catch (error) {
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
