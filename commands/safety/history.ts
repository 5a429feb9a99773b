import type { Payload } from '../../src/events/event.ts'
import { type JournalEntry, journalTail } from '../../storage/queries/journal-tail.ts'
import type { CommandDeps } from '../command-line.ts'
import { sinceTs } from '../engine-options.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { read } from '../reading.ts'
import type { SafetyHistoryOptions } from '../safety.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

interface Step {
  readonly what: string
  readonly scope: string
  readonly from: string
  readonly to: string
  readonly reasonCode: string
  readonly detail: string
}

/** Mode, reasons and kill levels over time, from the journal: the same with an engine and without. */
export function safetyHistory(deps: CommandDeps, options: SafetyHistoryOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const since = sinceTs(options.since, deps.engine.now())
      const entries = journalTail(store.db, { type: 'safety.', sinceTs: since, limit: options.limit })
      const rows = entries.map((entry) => ({ ...entry, step: stepOf(entry) }))
      const column = (name: string, exact: (row: (typeof rows)[number]) => string | undefined) =>
        ({ name, align: 'left', exact }) as const
      const table = sheet(
        [
          column('time', ({ event }) => isoTime(event.ts)),
          column('what', ({ step }) => step.what),
          column('scope', ({ step }) => step.scope),
          column('from', ({ step }) => step.from),
          column('to', ({ step }) => step.to),
          column('reason_code', ({ step }) => step.reasonCode),
          column('detail', ({ step }) => step.detail),
          column('event', ({ runNo, event }) => `${runNo}/${event.seq}`),
        ],
        rows,
        { empty: 'nothing has changed' },
      )
      return sheetOutcome(table, format, { code: EXIT.ok, message: `${rows.length} changes` })
    },
  })
}

function stepOf({ event: { type, payload } }: JournalEntry): Step {
  const step = { what: type.replace('safety.', ''), scope: 'global', from: '', to: '', reasonCode: '', detail: '' }
  switch (type) {
    case 'safety.mode_changed': {
      const { from, to, reason_code: reasonCode } = payload as Payload<'safety.mode_changed'>
      return { ...step, from, to, reasonCode }
    }
    case 'safety.reason_raised': {
      const { reason_code: reasonCode, mode, detail } = payload as Payload<'safety.reason_raised'>
      return { ...step, to: mode, reasonCode, detail }
    }
    case 'safety.reason_cleared':
      return { ...step, reasonCode: (payload as Payload<'safety.reason_cleared'>).reason_code }
    case 'safety.release_refused': {
      const { from, to, reason_codes: codes } = payload as Payload<'safety.release_refused'>
      return { ...step, from, to, reasonCode: codes.join(' ') }
    }
    case 'safety.kill_changed': {
      const { scope, from, to, actor, reason } = payload as Payload<'safety.kill_changed'>
      return { ...step, scope, from, to, detail: `${actor}: ${reason}` }
    }
    default:
      return step
  }
}
