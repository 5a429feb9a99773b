import { randomUUIDv7 } from 'node:crypto'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ChangeOptions, submit } from '../submission.ts'
import { requireBot } from './bot-rows.ts'

/** A stop has half a minute; the engine says so itself when it takes longer. */
const PATIENCE_MS = 40_000
const POLL_MS = 100
const AT_WORK = ['RUNNING', 'WARMING_UP', 'PAUSED', 'STOPPING']

/**
 * Stops a bot, waits until it is idle, and starts it. Two commands, each with its own answer: whoever is cut off between them
 * leaves a bot that is stopped, which is the safe half.
 */
export function restartBot({ engine }: CommandDeps, bot: string, options: ChangeOptions): Promise<Outcome> {
  return withEngine(options, engine, async (access) => {
    const { state } = await requireBot(access, bot)
    const payload = { bot_id: bot }
    const id = options.requestId ?? randomUUIDv7()
    if (AT_WORK.includes(state)) {
      // A restart that was cut off has stopped it already: a second stop would be refused.
      if (state !== 'STOPPING') {
        const wish = { type: 'BOT_STOP', payload } as const
        const stopped = await submit(access, engine, wish, { ...options, requestId: `${id}-stop` })
        if (stopped.code !== EXIT.ok) return stopped
      }
      await idle(access, engine, bot)
    }
    return submit(access, engine, { type: 'BOT_START', payload }, { ...options, requestId: `${id}-start` })
  })
}

async function idle(access: EngineAccess, engine: CommandDeps['engine'], bot: string): Promise<void> {
  const untilMs = engine.monotonicMs() + PATIENCE_MS
  for (;;) {
    const { state, stateReason } = await requireBot(access, bot)
    if (state === 'IDLE' || state === 'STOPPED') return
    if (!AT_WORK.includes(state) || engine.monotonicMs() >= untilMs)
      throw new CommandError(
        EXIT.denied,
        'STOP_INCOMPLETE',
        `${bot} is ${state}${stateReason === '' ? '' : ` (${stateReason})`}: it was stopped, and is not started again`,
        `look at it with: profinaut bot show ${bot}`,
      )
    await engine.pause(POLL_MS)
  }
}
