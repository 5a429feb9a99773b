import { type JournalEntry, journalTail } from '../../storage/queries/journal-tail.ts'
import { orderChain, orderEvents } from '../../storage/queries/order-history.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { sinceTs } from '../engine-options.ts'
import { EXIT } from '../exit-code.ts'
import type { TailOptions } from '../journal.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, readRestricted } from '../reading.ts'
import { sheetOutcome } from '../sheet.ts'
import { eventSheet } from './event-sheet.ts'

export function tail(deps: CommandDeps, options: TailOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: [],
    show: (access, format, veil) => {
      const entries = wanted(access, options, deps.engine.now())
      return sheetOutcome(veil.sheet(eventSheet(entries)), format, {
        code: EXIT.ok,
        message: `${entries.length} events`,
      })
    },
  })
}

function wanted({ store }: EngineAccess, options: TailOptions, nowTs: number): readonly JournalEntry[] {
  const { type, bot, since, order, limit } = options
  const [from, trace] = [sinceTs(since, nowTs), traceNumber(options.trace)]
  if (order === undefined) return journalTail(store.db, { type, botId: bot, sinceTs: from, trace, limit })
  const isOfType = (name: string) =>
    type === undefined || name === type || (type.endsWith('.') && name.startsWith(type))
  return orderEvents(store.db, order)
    .filter(
      ({ event }) =>
        isOfType(event.type) &&
        (bot === undefined || event.botId === bot) &&
        (from === undefined || event.ts >= from) &&
        (trace === undefined || event.trace === trace),
    )
    .slice(-limit)
}

/** Number of a chain of thought. @throws CommandError for text that is no trace */
export function traceNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = /^t?(\d{1,15})$/.exec(text)?.[1]
  if (number === undefined)
    throw new CommandError(EXIT.usage, 'BAD_TRACE', `'${text}' is no trace`, 'write it as the journal does: t812')
  return Number(number)
}

export function showChain(deps: CommandDeps, order: string, options: ReadOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: [],
    show: ({ store }, format, veil) => {
      const entries = orderChain(store.db, order)
      if (entries.length === 0)
        throw new CommandError(
          EXIT.usage,
          'ORDER_UNKNOWN',
          `no event names '${order}'`,
          'list orders with: profinaut order list --all',
        )
      return sheetOutcome(veil.sheet(eventSheet(entries)), format, {
        code: EXIT.ok,
        message: `${entries.length} events`,
      })
    },
  })
}
