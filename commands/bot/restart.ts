import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { readView, requireClient } from '../reading.ts'
import { type ChangeOptions, submit } from '../submission.ts'
import { requireBot } from './bot-rows.ts'

const POLL_MS = 100
/** A stop that has not ended after this has become ERROR, and says why. */
const STOP_WAIT_MS = 35_000

/**
 * Stops a bot, waits until its last order has ended, and starts it. Each half is a command of its own in the journal: where
 * this process ends between them the bot is IDLE, and every list shows it as that.
 */
export function restartBot({ engine }: CommandDeps, bot: string, options: ChangeOptions): Promise<Outcome> {
  return withEngine(options, engine, async (access) => {
    const { state } = await requireBot(access, bot)
    requireClient(access)
    const { requestId, ...rest } = options
    const reason = options.reason ?? 'restart'
    const payload = { bot_id: bot }
    if (state !== 'IDLE' && state !== 'STOPPED' && state !== 'STOPPING') {
      const stopped = await submit(access, engine, { type: 'BOT_STOP', payload }, { ...rest, reason })
      if (stopped.code !== EXIT.ok) return stopped
    }
    const untilMs = engine.monotonicMs() + STOP_WAIT_MS
    let now = await stateOf(access, bot)
    while (now === 'STOPPING' && engine.monotonicMs() < untilMs) {
      await engine.pause(POLL_MS)
      now = await stateOf(access, bot)
    }
    if (now !== 'IDLE' && now !== 'STOPPED')
      return {
        code: EXIT.denied,
        message: `${bot} is ${now} and was not started again: see \`profinaut bot show ${bot}\``,
        reasonCodes: ['STOP_NOT_ENDED'],
        data: { bot_id: bot, state: now },
      }
    const started = await submit(
      access,
      engine,
      { type: 'BOT_START', payload },
      { ...rest, reason, ...(requestId === undefined ? {} : { requestId }) },
    )
    if (started.code === EXIT.ok) return started
    return { ...started, message: `${bot} was stopped and is not started: ${started.message}` }
  })
}

async function stateOf(access: EngineAccess, bot: string): Promise<string> {
  const { rows } = await readView(requireClient(access), 'bots')
  return rows[bot]?.state ?? 'UNKNOWN'
}
