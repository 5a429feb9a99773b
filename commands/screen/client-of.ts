import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { wallTime } from '../../src/runtime/clock.ts'
import type { ProfilePaths } from '../../src/runtime/config.ts'
import { raiseKillWord } from '../../src/runtime/engine/kill-file.ts'
import { SocketClient } from '../../src/runtime/link/socket-client.ts'
import type { EngineStore } from '../../src/runtime/ports.ts'
import { actorName } from '../actor.ts'

/** The screen's client: it goes on trying, and its kill needs no answer. */
export function screenClient(
  paths: ProfilePaths,
  store: Pick<EngineStore, 'commands'>,
  killWord: Int32Array | undefined,
): SocketClient {
  return new SocketClient({
    path: paths.socket,
    commands: store.commands,
    actor: actorName(),
    origin: 'tui',
    isOwner: killWord !== undefined,
    stopNow: (level, reason) => {
      if (killWord === undefined) writeKillFile(paths.kill, level, reason)
      else raiseKillWord(killWord, level)
    },
    reconnects: true,
  })
}

/** Writes the file that an engine obeys without being asked; whole or not at all. */
function writeKillFile(path: string, level: string, reason: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify({ level, reason, ts: wallTime() })}\n`, { mode: 0o600 })
  renameSync(temporary, path)
}
