import { parseTime } from '../../src/domain/time.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { type JournalEntry, journalTail } from '../../storage/queries/journal-tail.ts'
import type { BotLogsOptions } from '../bot.ts'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { sinceTs } from '../engine-options.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { logFiles, readLines } from '../logs/show.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, read } from '../reading.ts'
import { type Sheet, sheet, sheetOutcome } from '../sheet.ts'
import { requireBot } from './bot-rows.ts'

/** What a bot's log is made of: what it wished and was told, what was refused, and its states. */
const TYPES = ['policy.decided', 'intent.discarded', 'order.rejected', 'ops.bot_state'] as const
const FOLLOW_EVERY_MS = 250

interface BotLogLine {
  readonly ts: number
  /** Where it stands: session and number in the journal; undefined for a line of the log files. */
  readonly runNo?: number
  readonly seq?: number
  readonly what: string
  readonly text: string
}

/** Decisions, states and log lines of a bot, newest last. */
export function botLogs(deps: CommandDeps, bot: string, options: BotLogsOptions): Promise<Outcome> {
  const fromTs = sinceTs(options.since, deps.engine.now()) ?? 0
  if (options.follow) return follow(deps, bot, options, fromTs)
  return read(deps, options, {
    topics: [`bot/${bot}`],
    show: async (access, format) => {
      await requireBot(access, bot)
      const lines = await linesOf(access, bot, fromTs, options.limit)
      return sheetOutcome(logSheet(lines), format, { code: EXIT.ok, message: `${lines.length} lines` })
    },
  })
}

function follow(deps: CommandDeps, bot: string, options: BotLogsOptions, fromTs: number): Promise<Outcome> {
  const { engine, printer } = deps
  const isJson = formatOf(options, printer) === 'json'
  return withEngine(options, engine, async (access) => {
    await requireBot(access, bot)
    const signal = engine.untilInterrupted()
    let lastTs = fromTs
    /** Told already, of the last moment alone: what is older is not asked for again. */
    let told = new Set<string>()
    for (let limit = options.limit; !signal.aborted; limit = Number.MAX_SAFE_INTEGER) {
      for (const line of await linesOf(access, bot, lastTs, limit)) {
        const text = JSON.stringify({ ...line, ts: isoTime(line.ts) })
        if (line.ts > lastTs) told = new Set()
        lastTs = line.ts
        if (told.has(text)) continue
        told.add(text)
        printer.out(isJson ? `${text}\n` : `${isoTime(line.ts) ?? ''}  ${line.what}  ${line.text}\n`)
      }
      await engine.pause(FOLLOW_EVERY_MS)
    }
    return { code: EXIT.interrupted, message: '' }
  })
}

async function linesOf(
  { store, paths }: EngineAccess,
  botId: string,
  fromTs: number,
  limit: number,
): Promise<readonly BotLogLine[]> {
  const lines = TYPES.flatMap((type) => journalTail(store.db, { type, botId, sinceTs: fromTs, limit }).map(lineOf))
  for (const path of logFiles(profilePaths(paths.profile).logs))
    await readLines(path, 0, ({ ts: written, op, msg, fields }) => {
      const ts = parseTime(written)
      if (ts !== undefined && ts >= fromTs && fields?.['bot_id'] === botId) lines.push({ ts, what: op, text: msg })
    })
  return lines.toSorted((a, b) => a.ts - b.ts || place(a) - place(b)).slice(-limit)
}

/** Facts in the order of the journal, what was logged about them behind them. */
function place({ seq }: BotLogLine): number {
  return seq ?? Number.MAX_SAFE_INTEGER
}

function lineOf({ runNo, event }: JournalEntry): BotLogLine {
  return { ts: event.ts, runNo, seq: event.seq, what: event.type, text: textOf(event) }
}

function textOf(event: JournalEntry['event']): string {
  const told = event.payload as Readonly<Record<string, unknown>>
  const parts =
    event.type === 'policy.decided'
      ? [told['order_id'], told['action'], told['decision'], ...(told['reason_codes'] as readonly string[])]
      : [told['order_id'], told['state'], told['reason_code'], told['detail']]
  return parts.filter((part) => part !== undefined && part !== '').join(' ')
}

function logSheet(lines: readonly BotLogLine[]): Sheet {
  return sheet(
    [
      { name: 'time', align: 'left', exact: ({ ts }: BotLogLine) => isoTime(ts) },
      { name: 'what', align: 'left', exact: ({ what }) => what },
      { name: 'text', align: 'left', exact: ({ text }) => text },
    ],
    lines,
    { empty: 'nothing yet' },
  )
}
