import { AUDITED_TYPES } from '../../src/events/audit-action.ts'
import { type AuditRow, auditRow } from '../../src/events/audit-row.ts'
import { JournalError } from '../../src/events/journal-fault.ts'
import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import { eventReader } from '../sqlite-events.ts'

/** An audit row as the profile keeps it: with its session, and with whoever is behind it. */
export interface AuditEntry extends AuditRow {
  readonly runNo: number
  /** Named by the event, else by the command in the queue, else the bot or the engine itself. */
  readonly actor: string
  /** The payload, as the event has it. */
  readonly payload: unknown
}

export interface AuditFilter {
  /** At or after, and before, µs. */
  readonly sinceTs?: number | undefined
  readonly untilTs?: number | undefined
  readonly actor?: string | undefined
  /** A whole action, or a family, with its dot or without: `execution.`. */
  readonly action?: string | undefined
  /** Id of what was acted on: an order, a command, a bot, a scope. */
  readonly target?: string | undefined
  readonly reasonCode?: string | undefined
  /** Number of the input that a chain of thought began with. */
  readonly trace?: number | undefined
  /** Part of the reason, the actor, the target or a value of the payload; case does not matter. */
  readonly text?: string | undefined
  readonly limit: number
}

/** What was found, and how complete the answer is. */
export interface AuditAnswer {
  /** The last ones that fit, oldest first. */
  readonly entries: readonly AuditEntry[]
  /** Events that were looked at. */
  readonly scanned: number
  /** Numbers that are missing between the first and the last event looked at. */
  readonly gaps: number
  /** Events that could not be read. */
  readonly unreadable: number
  /** Whether the search stopped at its limit: older ones may fit too. */
  readonly isCut: boolean
}

const BLOCK = 1_000

/**
 * Searches the audit log from its end.
 *
 * @param onProgress told after each block how many events were looked at
 */
export function auditRows(
  db: Database,
  filter: AuditFilter,
  onProgress: (scanned: number) => void = () => undefined,
): AuditAnswer {
  const { limit, sinceTs, untilTs, trace } = filter
  const types = AUDITED_TYPES.map((type) => `'${type}'`).join(', ')
  const block = db
    .prepare(
      `SELECT position FROM events WHERE position < @before AND type IN (${types})
        AND (@sinceTs IS NULL OR ts >= @sinceTs) AND (@untilTs IS NULL OR ts < @untilTs)
        AND (@trace IS NULL OR trace = @trace)
      ORDER BY position DESC LIMIT ${BLOCK}`,
    )
    .pluck()
  const span = { sinceTs: sinceTs ?? null, untilTs: untilTs ?? null, trace: trace ?? null }
  const entryAt = auditReader(db)
  const entries: AuditEntry[] = []
  let [scanned, unreadable, last, before] = [0, 0, 0, Number.MAX_SAFE_INTEGER]
  let isCut = false
  search: for (;;) {
    const positions = stored('search the audit log', () => block.all({ ...span, before })) as number[]
    for (const position of positions) {
      if (entries.length === limit) {
        isCut = true
        break search
      }
      last ||= position
      before = position
      scanned++
      try {
        const entry = entryAt(position)
        if (entry !== undefined && fits(entry, filter)) entries.push(entry)
      } catch (error) {
        if (!(error instanceof JournalError)) throw error
        unreadable++
      }
    }
    onProgress(scanned)
    if (positions.length < BLOCK) break
  }
  return { entries: entries.reverse(), scanned, gaps: gapsBetween(db, before, last), unreadable, isCut }
}

/** A reader of audit rows by position; undefined for an event that is no audit action. */
export function auditReader(db: Database): (position: number) => AuditEntry | undefined {
  const read = eventReader(db)
  const asked = db.prepare('SELECT actor, origin FROM commands WHERE id = ?')
  return (position) => {
    const told = read(position)
    const row = auditRow(told)
    if (row === undefined) return undefined
    const { botId, payload } = told.event
    const command = row.targetType === 'command' ? (asked.get(row.targetId) as Asked | undefined) : undefined
    const actor = row.actor ?? command?.actor ?? (botId === undefined ? 'service:engine' : `bot:${botId}`)
    return { ...row, runNo: told.runNo, actor, origin: row.origin ?? command?.origin, payload }
  }
}

/**
 * One audit row.
 *
 * @param id an event id, or `<session>/<seq>`
 */
export function auditEntry(db: Database, id: string): AuditEntry | undefined {
  const [, run = '', seq = '0'] = /^(.+)\/(\d{1,10})$/.exec(id) ?? []
  return stored(`read ${id}`, () => {
    const no = db
      .prepare('SELECT run_no FROM chains WHERE run_id = @run OR CAST(run_no AS TEXT) = @run')
      .pluck()
      .get({ run })
    const position = db.prepare('SELECT position FROM events WHERE position = ? * 4294967296 + ?').pluck()
    const found = position.get(no ?? null, Number(seq)) as number | undefined
    return found === undefined ? undefined : auditReader(db)(found)
  })
}

interface Asked {
  readonly actor: string
  readonly origin: string
}

function fits(entry: AuditEntry, { actor, action, target, reasonCode, text }: AuditFilter): boolean {
  return (
    (actor === undefined || entry.actor === actor) &&
    (action === undefined || entry.action === action || entry.action.startsWith(familyOf(action))) &&
    (target === undefined || entry.targetId === target || entry.scope === target) &&
    (reasonCode === undefined || entry.reasonCodes.includes(reasonCode)) &&
    (text === undefined || wordsOf(entry).includes(text.toLowerCase()))
  )
}

function familyOf(action: string): string {
  return action.endsWith('.') ? action : `${action}.`
}

function wordsOf({ actor, action, targetId, payload }: AuditEntry): string {
  const values = JSON.stringify(payload, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  return `${actor} ${action} ${targetId} ${values}`.toLowerCase()
}

function gapsBetween(db: Database, first: number, last: number): number {
  if (last === 0) return 0
  const sql = `SELECT coalesce(sum(missing), 0) FROM (SELECT max(seq) - min(seq) + 1 - count(*) AS missing
    FROM events WHERE position BETWEEN ? AND ? GROUP BY run_no)`
  return stored('count what is missing', () => db.prepare(sql).pluck().get(first, last)) as number
}
