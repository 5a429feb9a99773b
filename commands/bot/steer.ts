import type { BotRegisterOptions } from '../bot.ts'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ChangeOptions, submit } from '../submission.ts'
import { requireBot } from './bot-rows.ts'

type Params = Readonly<Record<string, string | number | boolean>>

export function steerBot(
  { engine }: CommandDeps,
  type: 'BOT_START' | 'BOT_PAUSE' | 'BOT_RESUME' | 'BOT_STOP' | 'BOT_RELEASE',
  bot: string,
  options: ChangeOptions,
): Promise<Outcome> {
  return withEngine(options, engine, (access) => submit(access, engine, { type, payload: { bot_id: bot } }, options))
}

export function registerBot({ engine }: CommandDeps, bot: string, options: BotRegisterOptions): Promise<Outcome> {
  const { strategy, instrument, allocation, param, onRestart, book } = options
  const payload = {
    bot_id: bot,
    strategy_id: strategy,
    instrument_ids: [...instrument],
    allocation,
    params: parseParams(param),
    on_restart: onRestart,
    ...(book === undefined ? {} : { book }),
  }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'BOT_REGISTER', payload }, options))
}

/** A strategy reads all of its parameters at once, so those that are not named are handed in as they stand. */
export function setParams(
  { engine }: CommandDeps,
  bot: string,
  pairs: readonly string[],
  options: ChangeOptions,
): Promise<Outcome> {
  return withEngine(options, engine, async (access: EngineAccess) => {
    const { params: standing } = await requireBot(access, bot)
    if (pairs.length === 0)
      throw new CommandError(
        EXIT.usage,
        'NO_PARAMETER',
        `no parameter of ${bot} is named; it has ${Object.entries(standing)
          .map(([name, value]) => `${name}=${value}`)
          .join(' ')}`,
        'give at least one as name=value',
      )
    const params = { ...standing, ...parseParams(pairs) }
    return submit(access, engine, { type: 'BOT_SET_PARAMS', payload: { bot_id: bot, params } }, options)
  })
}

export function allocate(
  { engine }: CommandDeps,
  bot: string,
  amount: string,
  options: ChangeOptions,
): Promise<Outcome> {
  const payload = { bot_id: bot, allocation: amount }
  return withEngine(options, engine, (access) =>
    submit(access, engine, { type: 'BOT_SET_ALLOCATION', payload }, options),
  )
}

/** `fast=5` is a number, `on=true` a boolean, everything else text. */
export function parseParams(pairs: readonly string[]): Params {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1)
        throw new CommandError(EXIT.usage, 'BAD_PARAMETER', `'${pair}' is no parameter`, 'write it as name=value')
      return [pair.slice(0, at), valueOf(pair.slice(at + 1))]
    }),
  )
}

function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}
