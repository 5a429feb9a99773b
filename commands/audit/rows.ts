import { encodePayload } from '../../src/events/encode.ts'
import { type AuditAnswer, type AuditEntry, auditEntry, auditRows } from '../../storage/queries/audit-rows.ts'
import type { AuditSearchOptions } from '../audit.ts'
import type { CommandDeps } from '../command-line.ts'
import { sinceTs } from '../engine-options.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { traceNumber } from '../journal/tail.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, readRestricted } from '../reading.ts'
import { type Exact, facts, sheet, sheetData, sheetOutcome } from '../sheet.ts'
import { terminalProgress } from '../terminal.ts'
import type { Veil } from '../veil.ts'

export function searchAudit(deps: CommandDeps, options: AuditSearchOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: [],
    show: ({ store }, format, veil) => {
      const now = deps.engine.now()
      const { actor, action, target, reasonCode, text, limit } = options
      const progress = terminalProgress()
      const answer = auditRows(
        store.db,
        {
          sinceTs: sinceTs(options.since, now),
          untilTs: sinceTs(options.until, now),
          trace: traceNumber(options.trace),
          actor,
          action,
          target,
          reasonCode,
          text,
          limit,
        },
        (scanned) => progress.update('searching', scanned, undefined, 'rows'),
      )
      progress.clear()
      return outcomeOf(answer, format, veil)
    },
  })
}

function outcomeOf(answer: AuditAnswer, format: Format, veil: Veil): Outcome {
  const { entries, scanned, gaps, unreadable, isCut } = answer
  const rows = veil.sheet(sheet(COLUMNS, entries, { empty: 'no audit rows' }))
  const isWhole = gaps === 0 && unreadable === 0
  const older = isCut ? '; older rows were not looked at' : ''
  const how = `${scanned} rows scanned, ${gaps} missing, ${unreadable} unreadable${older}`
  const found = sheetOutcome(rows, format, {
    code: isWhole ? EXIT.ok : EXIT.inconclusive,
    message: `${entries.length} rows; ${how}`,
    ...(isWhole ? {} : { reasonCodes: ['AUDIT_INCOMPLETE'], quality: 'UNKNOWN' as const }),
  })
  const completeness = { rows_scanned: scanned, gaps, unreadable, is_cut: isCut }
  const told = format === 'table' ? { text: `${found.text ?? ''}\n\n${how}` } : {}
  return { ...found, ...told, data: { rows: sheetData(rows), completeness } }
}

const COLUMNS = [
  { name: 'event', align: 'left', exact: (row: AuditEntry) => `${row.runNo}/${row.seq}` },
  { name: 'time', align: 'left', exact: ({ ts }: AuditEntry) => isoTime(ts) },
  { name: 'actor', align: 'left', exact: ({ actor }: AuditEntry) => actor },
  { name: 'action', align: 'left', exact: ({ action }: AuditEntry) => action },
  { name: 'target', align: 'left', exact: (row: AuditEntry) => `${row.targetType}:${row.targetId}` },
  { name: 'result', align: 'left', exact: ({ result }: AuditEntry) => result },
  { name: 'reason_codes', align: 'left', exact: ({ reasonCodes }: AuditEntry) => reasonCodes.join(' ') },
  { name: 'trace', align: 'left', exact: ({ traceId }: AuditEntry) => traceId },
  { name: 'scope', align: 'left', exact: ({ scope }: AuditEntry) => scope },
  { name: 'mode_from', align: 'left', exact: ({ modeFrom }: AuditEntry) => modeFrom },
  { name: 'mode_to', align: 'left', exact: ({ modeTo }: AuditEntry) => modeTo },
  { name: 'reason', align: 'left', exact: ({ reason }: AuditEntry) => reason },
] as const

export function showAudit(deps: CommandDeps, event: string, options: ReadOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: [],
    show: ({ store }, format, veil) => {
      const found = auditEntry(store.db, event)
      if (found === undefined)
        throw new CommandError(
          EXIT.usage,
          'EVENT_UNKNOWN',
          `no audit row is called '${event}'`,
          'list them with: profinaut audit tail',
        )
      const outcome = sheetOutcome(veil.sheet(facts(factsOf(found))), format, { code: EXIT.ok, message: found.action })
      return { ...outcome, runId: found.runId }
    },
  })
}

function factsOf(row: AuditEntry): readonly (readonly [string, Exact])[] {
  return [
    ['event_id', row.eventId],
    ['session', row.runNo],
    ['seq', row.seq],
    ['time', isoTime(row.ts)],
    ['actor', row.actor],
    ['origin', row.origin],
    ['action', row.action],
    ['event_type', row.type],
    ['target_type', row.targetType],
    ['target_id', row.targetId],
    ['scope', row.scope],
    ['mode_from', row.modeFrom],
    ['mode_to', row.modeTo],
    ['reason', row.reason],
    ['result', row.result],
    ['reason_codes', row.reasonCodes.join(' ')],
    ['trace_id', row.traceId],
    ['cause', row.causeSeq === undefined ? undefined : `${row.runNo}/${row.causeSeq}`],
    ['run_id', row.runId],
    ['payload', encodePayload(row.type, row.payload)],
    ['prev_hash', row.prevHash],
    ['hash', row.hash],
  ]
}
