import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { CommandDeps } from '../command-line.ts'
import { sinceTs } from '../engine-options.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { recordExport } from '../export-record.ts'
import type { Outcome } from '../outcome.ts'
import { read } from '../reading.ts'
import type { TimeExportOptions } from '../time.ts'
import { timeLines } from './time-lines.ts'

/** Writes what is known of time to files, with their digests, and has the engine keep that it was done. */
export function exportTime(deps: CommandDeps, options: TimeExportOptions): Promise<Outcome> {
  const { engine, printer } = deps
  return read(deps, options, {
    topics: [],
    show: async (access) => {
      const { store, paths } = access
      const from = sinceTs(options.since, engine.now()) ?? 0
      const to = sinceTs(options.until, engine.now()) ?? engine.now()
      const samples = store.clockSamples.between(from, to).map(({ ts, source, offsetUs, uncertaintyUs }) => ({
        time: isoTime(ts),
        source,
        offset_us: offsetUs,
        uncertainty_us: uncertaintyUs,
      }))
      const lines = timeLines(store.db, from)
        .filter(({ ts }) => ts < to)
        .map(({ ts, what, of, lastedUs, detail }) => ({
          time: isoTime(ts),
          what,
          of,
          lasted_us: lastedUs ?? null,
          detail,
        }))
      const folder = resolve(options.out)
      mkdirSync(folder, { recursive: true })
      const files = [writeLines(folder, 'samples.jsonl', samples), writeLines(folder, 'lines.jsonl', lines)]
      const rows = samples.length + lines.length
      const manifest = {
        profile: paths.profile,
        made_at: printer.asOf(),
        from: isoTime(from),
        to: isoTime(to),
        files,
      }
      writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
      const { isRecorded, note } = await recordExport(access, engine, {
        what: 'time',
        folder,
        rows,
        fromTs: from,
        toTs: to,
      })
      const message = `${samples.length} samples and ${lines.length} lines are in ${folder}`
      return { code: EXIT.ok, message, text: message, note, data: { folder, files, is_recorded: isRecorded } }
    },
  })
}

function writeLines(folder: string, name: string, rows: readonly unknown[]) {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  writeFileSync(join(folder, name), text)
  return { name, rows: rows.length, sha256: hash('sha256', text, 'hex') }
}
