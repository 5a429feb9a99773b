import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { wallTime } from '../../src/runtime/clock.ts'
import type { ProfilePaths } from '../../src/runtime/config.ts'
import { raiseKillWord } from '../../src/runtime/engine/kill-file.ts'
import { SocketClient } from '../../src/runtime/link/socket-client.ts'
import type { EngineStore } from '../../src/runtime/ports.ts'
import { actorName } from '../actor.ts'
import { callerOf, requireEveryBook } from '../caller.ts'

/**
 * The screen's client: it goes on trying, and its kill needs no answer.
 *
 * @throws CommandError `BOOK_DENIED` for whoever is held to books: a screen shows all of them
 */
export function screenClient(
  paths: ProfilePaths,
  store: Pick<EngineStore, 'commands' | 'operators'>,
  killWord: Int32Array | undefined,
): SocketClient {
  const caller = callerOf(store, paths, { actor: actorName(), now: wallTime })
  requireEveryBook(caller)
  return new SocketClient({
    path: paths.socket,
    commands: store.commands,
    actor: caller.actor,
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
