import { existsSync, statSync } from 'node:fs'
import { parseTime } from '../../src/domain/time.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import type { LogLine } from '../../src/runtime/log/log-line.ts'
import { callerFor, requireEveryBook } from '../caller.ts'
import type { CommandDeps } from '../command-line.ts'
import { sinceTs } from '../engine-options.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { LEVELS, type LogsOptions } from '../logs.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf } from '../reading.ts'
import { logFiles, readLines } from './log-files.ts'
import { renderSheet, type Sheet, sheet, sheetOutcome } from '../sheet.ts'

const FOLLOW_EVERY_MS = 250

export async function showLogs({ engine, printer }: CommandDeps, options: LogsOptions): Promise<Outcome> {
  requireEveryBook(await callerFor(options, engine))
  const { logs: folder } = profilePaths(options.profile)
  const format = formatOf(options, printer)
  const isWanted = filterOf(options, engine.now())
  const ends = new Map<string, number>()
  const lines: LogLine[] = []
  for (const path of logFiles(folder)) {
    ends.set(
      path,
      await readLines(path, 0, (line) => {
        if (!isWanted(line)) return
        lines.push(line)
        // Twice as many are kept as are asked for, so that the front is cut seldom.
        if (lines.length > 2 * options.limit) lines.splice(0, lines.length - options.limit)
      }),
    )
  }
  const last = lines.toSorted((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0)).slice(-options.limit)
  const empty = existsSync(folder) ? 'no lines' : `no logs yet in ${folder}`
  if (!options.follow)
    return sheetOutcome(logSheet(last, empty), format, { code: EXIT.ok, message: `${last.length} lines` })
  for (const line of last) printer.out(`${lineText(line, format)}\n`)
  const signal = engine.untilInterrupted()
  while (!signal.aborted) {
    await engine.pause(FOLLOW_EVERY_MS)
    for (const path of logFiles(folder)) {
      const end = ends.get(path) ?? 0
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
      // A file that is smaller than what was read of it is another one: the full one was put away.
      const from = size < end ? 0 : end
      if (size === from) continue
      ends.set(
        path,
        await readLines(path, from, (line) => {
          if (isWanted(line)) printer.out(`${lineText(line, format)}\n`)
        }),
      )
    }
  }
  return { code: EXIT.interrupted, message: '' }
}

function filterOf({ level, since, trace }: LogsOptions, nowTs: number): (line: LogLine) => boolean {
  const least = LEVELS.indexOf(level)
  const from = sinceTs(since, nowTs) ?? 0
  return (line) =>
    LEVELS.findIndex((known) => known.toUpperCase() === line.level) >= least &&
    (parseTime(line.ts) ?? 0) >= from &&
    (trace === undefined || line.trace_id === trace)
}

function logSheet(lines: readonly LogLine[], empty: string): Sheet {
  return sheet(
    [
      { name: 'ts', align: 'left', exact: ({ ts }: LogLine) => ts },
      { name: 'level', align: 'left', exact: ({ level }) => level },
      { name: 'logger', align: 'left', exact: ({ logger }) => logger },
      { name: 'op', align: 'left', exact: ({ op }) => op },
      { name: 'msg', align: 'left', exact: ({ msg }) => msg },
      {
        name: 'reason_code',
        align: 'left',
        exact: (line) => line.reason_code,
        shown: (line) => line.reason_code ?? '',
      },
      { name: 'error', align: 'left', exact: ({ error }) => error?.code, shown: ({ error }) => error?.code ?? '' },
      {
        name: 'fields',
        align: 'left',
        exact: ({ fields }) => (fields === undefined ? undefined : JSON.stringify(fields)),
        shown: ({ fields }) => (fields === undefined ? '' : JSON.stringify(fields)),
      },
    ],
    lines,
    { empty },
  )
}

/** One line by itself: followed lines have no columns to stand in. */
function lineText(line: LogLine, format: Format): string {
  if (format === 'json') return JSON.stringify(line)
  const one = logSheet([line], '')
  if (format !== 'table') return renderSheet(one, format).split('\n').at(-1) ?? ''
  return (one.rows[0] ?? [])
    .map(({ shown }) => shown)
    .join('  ')
    .trimEnd()
}
