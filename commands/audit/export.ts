import { resolve } from 'node:path'
import { exportAudit } from '../../storage/audit-export.ts'
import type { AuditExportOptions } from '../audit.ts'
import type { CommandDeps } from '../command-line.ts'
import { sinceTs } from '../engine-options.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { recordExport } from '../export-record.ts'
import { read } from '../reading.ts'
import { requireWhole } from '../caller.ts'

export async function writeExport(deps: CommandDeps, options: AuditExportOptions): Promise<Outcome> {
  const { engine, printer } = deps
  return read(deps, options, {
    topics: [],
    show: async (access) => {
      requireWhole(access.caller, 'govern')
      const { store, paths } = access
      const out = resolve(options.out)
      const made = exportAudit(store.db, out, {
        profile: paths.profile,
        sinceTs: sinceTs(options.since, engine.now()),
        untilTs: sinceTs(options.until, engine.now()),
        most: options.most,
        withRows: options.csv,
        madeAt: printer.asOf(),
      })
      if ('tooMany' in made)
        throw new CommandError(
          EXIT.denied,
          'EXPORT_TOO_LARGE',
          `${made.tooMany} events are more than ${options.most}; nothing was written`,
          `narrow it with --since and --until, or allow it with --most ${made.tooMany}`,
        )
      const { events, ranges, files } = made
      const text = `${events} events of ${ranges.length} sessions are in ${out}\nprove them anywhere with: profinaut audit verify --export ${out}`
      const { isRecorded, note } = await recordExport(access, engine, { what: 'audit', folder: out, rows: events })
      return { code: EXIT.ok, message: text, text, note, data: { out, events, ranges, files, is_recorded: isRecorded } }
    },
  })
}
