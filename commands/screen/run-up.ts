import { existsSync } from 'node:fs'
import { after, monotonicMs, wallTime } from '../../src/runtime/clock.ts'
import { type ProfilePaths, profilePaths } from '../../src/runtime/config.ts'
import { prepareFolders } from '../../src/runtime/config-folder.ts'
import { type LoadedConfig, loadConfig } from '../../src/runtime/config-layers.ts'
import type { SocketClient } from '../../src/runtime/link/socket-client.ts'
import type { RibbonView } from '../../src/runtime/link/views.ts'
import { type OpenLog, openLog } from '../../src/runtime/log/log.ts'
import { isAlive } from '../../src/runtime/process.ts'
import type { SqliteEngineStore } from '../../storage/engine-store.ts'
import type { ScreenEnd } from '../../tui/settings.ts'
import { engineFlags } from '../engine/engine-flags.ts'
import { openStore } from '../engine/open-store.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import type { ScreenOptions } from '../up.ts'
import { screenClient } from './client-of.ts'
import { EngineWorker, type WorkerEnd } from './engine-worker.ts'
import { PlainLog } from './plain-log.ts'
import { screenSettings } from './screen-settings.ts'

/** Everything around one sitting at the screen. */
interface Sitting {
  readonly paths: ProfilePaths
  readonly loaded: LoadedConfig
  readonly store: SqliteEngineStore
  readonly client: SocketClient
  readonly log: OpenLog
  readonly options: ScreenOptions
  readonly isFirst: boolean
}

/** Opens the screen on the profile's engine; starts one in a worker thread where none runs. */
export async function runUp(options: ScreenOptions): Promise<Outcome> {
  const paths = profilePaths(options.profile)
  const isFirst = !existsSync(paths.database)
  prepareFolders(paths)
  const loaded = loadConfig(paths, { flags: engineFlags(options) })
  const store = openStore(paths, 'full')
  const holder = store.lease.holder()
  if (holder !== undefined && isAlive(holder)) return attach({ paths, loaded, store, options, isFirst })
  const killWord = new SharedArrayBuffer(4)
  // Whoever may not see a screen does not start an engine with one.
  const client = screenClient(paths, store, new Int32Array(killWord))
  const worker = new EngineWorker({ profile: options.profile, flags: engineFlags(options), killWord })
  const sitting = { paths, loaded, store, client, options, isFirst, log: screenLog(paths, store, loaded) }
  try {
    return await own(sitting, worker)
  } finally {
    client.close()
    store.close()
    await sitting.log.close()
  }
}

/** Opens the screen on an engine that another process runs. */
export async function runTui(options: ScreenOptions): Promise<Outcome> {
  const paths = profilePaths(options.profile)
  const down = new CommandError(
    EXIT.unreachable,
    'ENGINE_DOWN',
    `no engine runs for profile ${paths.profile}`,
    'start one with `profinaut` or `profinaut engine`',
  )
  if (!existsSync(paths.database)) throw down
  const loaded = loadConfig(paths, { flags: {} })
  const store = openStore(paths, 'full')
  const holder = store.lease.holder()
  if (holder === undefined || !isAlive(holder)) {
    store.close()
    throw down
  }
  return attach({ paths, loaded, store, options, isFirst: false })
}

async function attach(parts: Omit<Sitting, 'client' | 'log'>): Promise<Outcome> {
  const { paths, store, loaded } = parts
  const client = screenClient(paths, store, undefined)
  const sitting = { ...parts, client, log: screenLog(paths, store, loaded) }
  try {
    await sit(sitting, () => undefined)
    return said(EXIT.ok, 'left the screen; the engine goes on')
  } finally {
    client.close()
    store.close()
    await sitting.log.close()
  }
}

/** The engine is ours: leaving the screen is a question, and the process lives as long as the engine. */
async function own(sitting: Sitting, worker: EngineWorker): Promise<Outcome> {
  const { client } = sitting
  let last: RibbonView | undefined
  client.watch('ribbon', (ribbon) => {
    last = ribbon
  })
  let ended: WorkerEnd | undefined
  let isStopping = false
  const stop = (how: 'safe' | 'flatten' | 'now') => {
    isStopping = true
    worker.stop(how)
  }
  const onTerm = () => stop('safe')
  const onUsr2 = () => client.stopNow('HALT', 'SIGUSR2')
  process.on('SIGTERM', onTerm)
  process.on('SIGUSR2', onUsr2)
  try {
    void worker.ended.then((end) => {
      ended = end
    })
    for (;;) {
      const end = await Promise.race([
        sit(sitting, (close) => void worker.ended.then(close)),
        worker.ended.then(() => 'engine-ended' as const),
      ])
      if (ended !== undefined || end === 'engine-ended') break
      if (end === 'safe-exit' || end === 'flatten-exit') {
        // The screen has told the engine already.
        isStopping = true
        process.stdout.write(
          end === 'safe-exit'
            ? 'stopping safely: bots paused, orders cancelled ..\n'
            : 'flattening, then stopping ..\n',
        )
        break
      }
      if (end === 'lost-terminal') break
      // The screen is closed and the engine goes on: its log, until somebody wants the screen back.
      if ((await logUntilKey(sitting, worker)) === 'stop') {
        stop('safe')
        break
      }
    }
    const end = await worker.ended
    return finish(end, last, isStopping)
  } finally {
    process.off('SIGTERM', onTerm)
    process.off('SIGUSR2', onUsr2)
  }
}

/** One time at the screen; resolves with how it was left. */
async function sit(sitting: Sitting, onClose: (close: () => void) => void): Promise<ScreenEnd> {
  const { client, loaded, paths, options, isFirst, log } = sitting
  const isTerminal = process.stdout.isTTY && process.stdin.isTTY
  if (!isTerminal || options.plain) return plainly(sitting, onClose)
  const { openScreen } = await import('../../tui/screen.tsx')
  const { PANELS } = await import('../../tui/panels/all-panels.ts')
  const screen = log.log.named('screen')
  const closed = new Promise<ScreenEnd>((resolve) => {
    onClose(() => resolve('left'))
  })
  return openScreen({
    client,
    panels: PANELS,
    settings: screenSettings({ config: loaded.config, profile: paths.profile, isFirst }, options),
    streams: { stdin: process.stdin, stdout: process.stdout },
    clock: { wallTs: wallTime, ms: monotonicMs, after },
    log: {
      info: (text) => screen.info('screen', text),
      error: (text, cause) => screen.error('screen', text, { error: cause }),
    },
    closed,
  })
}

/** Lines instead of a picture, until the engine ends or Ctrl+C. */
function plainly({ client }: Sitting, onClose: (close: () => void) => void): Promise<ScreenEnd> {
  const log = new PlainLog(client, (line) => void process.stdout.write(`${line}\n`))
  return new Promise((resolve) => {
    const done = (end: ScreenEnd) => {
      process.off('SIGINT', onInt)
      log.close()
      resolve(end)
    }
    const onInt = () => done(client.isOwner ? 'safe-exit' : 'left')
    process.on('SIGINT', onInt)
    onClose(() => done('left'))
  })
}

/** The engine's log on the main screen, until Enter, or Ctrl+C, or its end. */
function logUntilKey({ client }: Sitting, worker: EngineWorker): Promise<'screen' | 'stop'> {
  process.stdout.write('screen closed; the engine goes on. Enter opens it again, Ctrl+C stops the engine safely\n')
  const log = new PlainLog(client, (line) => void process.stdout.write(`${line}\n`))
  return new Promise((resolve) => {
    const done = (what: 'screen' | 'stop') => {
      process.off('SIGINT', onInt)
      process.stdin.off('data', onData)
      process.stdin.pause()
      log.close()
      resolve(what)
    }
    const onInt = () => done('stop')
    const onData = () => done('screen')
    process.on('SIGINT', onInt)
    process.stdin.on('data', onData)
    process.stdin.resume()
    void worker.ended.then(() => done('stop'))
  })
}

/** What a person reads on the main screen when all is over. */
function finish(end: WorkerEnd, last: RibbonView | undefined, isStopping: boolean): Outcome {
  if (end.say === 'refused') return { code: end.code as ExitCode, message: end.message, reasonCodes: [end.reasonCode] }
  const cause = end.ok ? (isStopping ? 'stopped' : 'stopped by a command') : `failed: ${end.message}`
  const lines = [`profinaut ${cause}`]
  if (last !== undefined) {
    lines.push(`${last.runMode}, safety ${last.safetyMode}, kill ${last.killLevel}`)
    lines.push(`positions ${last.positions}, orders ${last.orders}, unknown ${last.unknownOrders}`)
  }
  if (!end.ok && end.report !== undefined) lines.push(`report ${end.report}`)
  lines.push('next: profinaut status')
  const text = lines.join('\n')
  return end.ok
    ? { code: EXIT.ok, message: lines[0] ?? '', text, data: { cause } }
    : { code: EXIT.internal, message: text, reasonCodes: ['ENGINE_FAILED'] }
}

function said(code: ExitCode, text: string): Outcome {
  return { code, message: text, text }
}

function screenLog(paths: ProfilePaths, store: SqliteEngineStore, { config }: LoadedConfig): OpenLog {
  return openLog({
    folder: paths.logs,
    service: 'screen',
    runId: store.instanceId,
    instanceId: store.instanceId,
    level: config.log.level,
    keepDays: config.log.keep_days,
    now: wallTime,
  })
}
