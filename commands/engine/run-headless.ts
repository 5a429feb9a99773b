import { raiseKillWord } from '../../src/runtime/engine/kill-file.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineCommandOptions } from '../engine.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { engineFlags } from './engine-flags.ts'
import { lastWords } from './last-words.ts'
import { openEngine } from './open-engine.ts'
import { venuePassphrase } from './venue-passphrase.ts'

/** Runs an engine in this process until it is stopped by a command or a signal. */
export async function runHeadless(deps: Pick<CommandDeps, 'engine'>, options: EngineCommandOptions): Promise<Outcome> {
  const killWord = new Int32Array(new SharedArrayBuffer(4))
  const flags = engineFlags(options)
  const passphrase = await venuePassphrase(deps, { ...options, flags })
  const opened = await openEngine({ profile: options.profile, flags, killWord, passphrase })
  passphrase?.fill(0)
  const { host, engine, paths, log } = opened
  let signals = 0
  const stop = (signal: NodeJS.Signals) => {
    signals++
    log.log.info('engine.signal', signal)
    host.stop(signals === 1 ? 'safe' : 'now')
  }
  // Losing the terminal is no reason to stop trading; a closed pipe is no reason to die.
  const ignore = () => undefined
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGHUP', ignore)
  process.on('SIGUSR2', () => raiseKillWord(killWord, 'HALT'))
  process.stdout.on('error', ignore)
  process.stderr.on('error', ignore)
  process.stderr.write(
    `profinaut engine: profile ${paths.profile}, pid ${process.pid}, watch it with \`profinaut tui\`\n`,
  )
  const end = await host.run()
  const runId = engine.isReady ? engine.runId : undefined
  await opened.close()
  if (end.ok)
    return {
      code: EXIT.ok,
      message: 'the engine stopped',
      data: { profile: paths.profile, run_id: runId },
      text: 'the engine stopped',
    }
  const { message, reasonCode } = lastWords(end)
  return {
    code: EXIT.internal,
    message,
    reasonCodes: [reasonCode],
    data: { profile: paths.profile, report: end.report },
  }
}
