import { formatMoney } from '../../src/domain/money.ts'
import type { BotRecord, EngineState } from '../../src/projection/engine-state.ts'
import type { BotRow } from '../../src/runtime/link/views.ts'
import type { EngineAccess } from '../engine-access.ts'
import { exactNumber } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { didYouMean } from '../nearest.ts'
import { CommandError } from '../outcome.ts'
import { readView } from '../reading.ts'

/** A bot as lists show it; what only a running engine knows is absent otherwise. Money in the base currency. */
export interface BotLine {
  readonly id: string
  readonly strategy: string
  readonly instruments: readonly string[]
  readonly state: string
  readonly stateReason: string
  readonly stateDetail: string
  readonly sinceTs: number
  readonly params: Readonly<Record<string, string | number | boolean>>
  /** Decimal. */
  readonly allocation: string | undefined
  /** Signed lots in its first instrument. */
  readonly position: number
  readonly live: BotRow | undefined
}

/** All bots, from the engine or from its books. */
export async function botLines({ client, store }: EngineAccess): Promise<readonly BotLine[]> {
  if (client === undefined) return linesOfBooks(store.state())
  const { rows } = await readView(client, 'bots')
  return Object.values(rows).map(lineOfView)
}

function lineOfView(row: BotRow): BotLine {
  return {
    id: row.id,
    strategy: `${row.strategyId} ${row.strategyVersion}`,
    instruments: row.instrumentIds,
    state: row.state,
    stateReason: row.stateReason,
    stateDetail: row.stateDetail,
    sinceTs: row.stateSinceTs,
    params: row.params,
    allocation: exactNumber(row.allocation),
    position: row.position,
    live: row,
  }
}

function linesOfBooks({ bots, holdings }: EngineState): readonly BotLine[] {
  const held = (bot: BotRecord) =>
    holdings.find(({ botId, instrumentId }) => botId === bot.id && instrumentId === bot.instruments[0])?.qty ?? 0
  return bots.map((bot) => ({
    id: bot.id,
    strategy: `${bot.strategyId} ${bot.strategyVersion}`,
    instruments: bot.instruments,
    state: bot.state,
    stateReason: bot.reasonCode,
    stateDetail: bot.detail,
    sinceTs: bot.sinceTs,
    params: bot.params,
    allocation: formatMoney(bot.allocation),
    position: held(bot),
    live: undefined,
  }))
}

/** @throws CommandError `BOT_UNKNOWN`, exit 2 */
export async function requireBot(access: EngineAccess, id: string): Promise<BotLine> {
  const lines = await botLines(access)
  const found = lines.find((line) => line.id === id)
  if (found !== undefined) return found
  const known = lines.map((line) => line.id)
  throw new CommandError(
    EXIT.usage,
    'BOT_UNKNOWN',
    `there is no bot '${id}'${didYouMean(id, known)}`,
    known.length === 0 ? 'make one with `profinaut bot register`' : `one of: ${known.join(', ')}`,
  )
}
