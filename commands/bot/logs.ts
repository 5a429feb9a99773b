import { formatTime, parseTime, timeUs } from '../../src/domain/time.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { type JournalEntry, journalTail } from '../../storage/queries/journal-tail.ts'
import type { BotLogsOptions } from '../bot.ts'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { logFiles, readLines } from '../logs/log-files.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, read } from '../reading.ts'
import { type Sheet, sheet, sheetOutcome } from '../sheet.ts'
import { requireBot } from './bot-rows.ts'

/** What a bot's log is made of: what it wished and was told, what became of it, and its states. */
const TYPES = ['policy.decided', 'intent.discarded', 'order.rejected', 'ops.bot_state'] as const
const FOLLOW_EVERY_MS = 250

interface BotLine {
  readonly ts: number
  /** Where it stands: session and number in the journal; undefined for a line of the log files. */
  readonly at: string | undefined
  readonly what: string
  readonly text: string
}

/** Decisions, states and log lines of a bot, newest last. */
export function botLogs(deps: CommandDeps, bot: string, options: BotLogsOptions): Promise<Outcome> {
  if (options.follow) return follow(deps, bot, options)
  return read(deps, options, {
    topics: [`bot/${bot}`],
    show: async (access, format) => {
      await requireBot(access, bot)
      const lines = await linesOf(access, bot, options)
      return sheetOutcome(logSheet(lines), format, { code: EXIT.ok, message: `${lines.length} lines` })
    },
  })
}

function follow(deps: CommandDeps, bot: string, options: BotLogsOptions): Promise<Outcome> {
  const { engine, printer } = deps
  const isJson = formatOf(options, printer) === 'json'
  return withEngine(options, engine, async (access) => {
    await requireBot(access, bot)
    const signal = engine.untilInterrupted()
    const seen = new Set<string>()
    for (let sinceTs: number | undefined; !signal.aborted; await engine.pause(FOLLOW_EVERY_MS)) {
      for (const line of await linesOf(access, bot, { ...options, sinceTs })) {
        const { at, ts, what, text } = line
        const key = at ?? `${ts} ${text}`
        if (seen.has(key)) continue
        seen.add(key)
        sinceTs = Math.max(sinceTs ?? 0, ts)
        const told = { ts: isoTime(ts), what, text }
        printer.out(`${isJson ? JSON.stringify(told) : Object.values(told).join('  ')}\n`)
      }
    }
    return { code: EXIT.interrupted, message: '' }
  })
}

async function linesOf(
  { store }: EngineAccess,
  botId: string,
  { profile, limit, sinceTs = 0 }: BotLogsOptions & { readonly sinceTs?: number | undefined },
): Promise<readonly BotLine[]> {
  const lines = TYPES.flatMap((type) => journalTail(store.db, { type, botId, sinceTs, limit }).map(lineOf))
  for (const path of logFiles(profilePaths(profile).logs))
    await readLines(path, 0, ({ ts: written, op, msg, fields }) => {
      const ts = parseTime(written) ?? 0
      if (fields?.['bot_id'] === botId && ts >= sinceTs) lines.push({ ts, at: undefined, what: op, text: msg })
    })
  return lines.toSorted((a, b) => a.ts - b.ts || orderOf(a) - orderOf(b)).slice(-limit)
}

function orderOf({ at }: BotLine): number {
  return Number(at?.split('/')[1] ?? Number.MAX_SAFE_INTEGER)
}

function lineOf({ runNo, event }: JournalEntry): BotLine {
  return { ts: event.ts, at: `${runNo}/${event.seq}`, what: event.type, text: textOf(event) }
}

function textOf(event: JournalEntry['event']): string {
  const told = event.payload as Readonly<Record<string, unknown>>
  const parts =
    event.type === 'policy.decided'
      ? [told['order_id'], told['action'], told['decision'], ...(told['reason_codes'] as readonly string[])]
      : [told['order_id'], told['state'], told['reason_code'], told['detail']]
  return parts.filter((part) => part !== undefined && part !== '').join(' ')
}

function logSheet(lines: readonly BotLine[]): Sheet {
  return sheet(
    [
      { name: 'time', align: 'left', exact: ({ ts }: BotLine) => formatTime(timeUs(ts)) },
      { name: 'what', align: 'left', exact: ({ what }) => what },
      { name: 'text', align: 'left', exact: ({ text }) => text },
    ],
    lines,
    { empty: 'nothing yet' },
  )
}
