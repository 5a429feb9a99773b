import { existsSync, readFileSync } from 'node:fs'
import { monotonicMs, pause, wallTime } from '../src/runtime/clock.ts'
import { isAlive } from '../src/runtime/process.ts'
import { actorName } from './actor.ts'
import type { EngineDeps } from './engine-access.ts'

/** Without a terminal anywhere nobody is there: a schedule started us. */
const isAttended = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)

/** The world as it is. What opens databases and sockets is loaded when it is asked for. */
export const ENGINE_DEPS: EngineDeps = {
  openStore: async (paths) => {
    if (!existsSync(paths.database)) return undefined
    const { newRunId } = await import('../src/runtime/ids.ts')
    const { URGENT } = await import('../src/runtime/command-catalogue.ts')
    const { openEngineStore } = await import('../storage/engine-store.ts')
    return openEngineStore(paths.database, {
      profile: paths.profile,
      instanceId: newRunId(),
      nowTs: wallTime(),
      durability: 'full',
      urgent: URGENT,
      isAlive,
    })
  },
  connect: async ({ socket }, store) => {
    const { connectEngine } = await import('../src/runtime/link/socket-client.ts')
    const { commands } = store
    return connectEngine({
      path: socket,
      commands,
      actor: ENGINE_DEPS.actor,
      origin: ENGINE_DEPS.origin,
      isOwner: false,
      // Commands stop an engine through its queue or the kill file, never through this client.
      stopNow: () => {},
      reconnects: false,
    })
  },
  isAlive,
  now: wallTime,
  monotonicMs,
  pause,
  get actor() {
    return actorName()
  },
  origin: isAttended ? 'cli' : 'cron',
  reconcileOnce: async (paths, scope, passphrase) =>
    (await import('./reconcile/one-shot.ts')).reconcileOnce(paths, scope, passphrase),
  hidden: {
    ask: async (question) => (await import('./secret/ask-hidden.ts')).askHidden(question),
    drain: (fd) => readFileSync(fd),
  },
  keyTable: async () => {
    const { keyList } = await import('../tui/input/key-list.ts')
    const { PANELS } = await import('../tui/panels/all-panels.ts')
    return keyList(PANELS)
  },
  untilInterrupted: () => {
    const controller = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
    process.stdout.once('error', () => controller.abort())
    return controller.signal
  },
}
