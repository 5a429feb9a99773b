import type { TimekeepingView } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView, requireClient } from '../reading.ts'
import { facts, sheet, sheetsOutcome } from '../sheet.ts'

type Source = TimekeepingView['sources'][number]
type Feed = TimekeepingView['feeds'][number]

const CODES: Readonly<Record<TimekeepingView['state'], ExitCode>> = {
  NONE: EXIT.ok,
  OK: EXIT.ok,
  WARN: EXIT.checkFailed,
  CRITICAL: EXIT.checkFailed,
  UNKNOWN: EXIT.inconclusive,
}
const WORDS: Readonly<Record<TimekeepingView['state'], string>> = {
  NONE: 'no other clock is asked: the venue is simulated, or [time] says so',
  OK: 'the clock is right',
  WARN: 'the clock is off: new risk is slowed',
  CRITICAL: 'the clock is far off: no new risk',
  UNKNOWN: 'no source of time answers',
}

export function timeStatus(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: ['system'],
    show: async (access, format) => {
      const { time } = await readView(requireClient(access), 'system')
      if (time === undefined) return { code: EXIT.inconclusive, message: 'the engine tells nothing of its clock' }
      const micro = (us: number | undefined) => [us, us === undefined ? '--' : milliseconds(us)] as const
      const main = facts([
        ['state', time.state],
        ['offset_us', ...micro(time.offsetUs)],
        ['uncertainty_us', ...micro(time.uncertaintyUs)],
        ['age_ms', time.ageMs === undefined ? undefined : Math.round(time.ageMs)],
        ['local_skew_us', ...micro(time.localSkewUs)],
      ])
      return sheetsOutcome(main, { sources: sourceSheet(time.sources), feeds: feedSheet(time.feeds) }, format, {
        code: CODES[time.state],
        message: WORDS[time.state],
        reasonCodes: CODES[time.state] === EXIT.ok ? [] : [`CLOCK_${time.state}`],
        ...(time.state === 'UNKNOWN' ? { quality: 'UNKNOWN' as const } : {}),
      })
    },
  })
}

function sourceSheet(sources: readonly Source[]) {
  return sheet(
    [
      { name: 'source', align: 'left', exact: ({ name }: Source) => name },
      {
        name: 'offset_us',
        align: 'right',
        exact: ({ offsetUs }) => offsetUs,
        shown: ({ offsetUs }) => (offsetUs === undefined ? '--' : milliseconds(offsetUs)),
      },
      { name: 'uncertainty_us', align: 'right', exact: ({ uncertaintyUs }) => uncertaintyUs },
      { name: 'age_ms', align: 'right', exact: ({ ageMs }) => (ageMs === undefined ? undefined : Math.round(ageMs)) },
      { name: 'fault', align: 'left', exact: ({ fault }) => fault },
    ],
    sources,
    { empty: 'nobody is asked' },
  )
}

function feedSheet(feeds: readonly Feed[]) {
  return sheet(
    [
      { name: 'instrument', align: 'left', exact: ({ instrumentId }: Feed) => instrumentId },
      { name: 'sequence', align: 'right', exact: ({ last }) => last },
      { name: 'state', align: 'left', exact: ({ isDirty }) => (isDirty ? 'GAP' : 'IN_SYNC') },
      { name: 'gaps', align: 'right', exact: ({ gaps }) => gaps },
      { name: 'missed', align: 'right', exact: ({ missed }) => missed },
      { name: 'late', align: 'right', exact: ({ late }) => late },
      ...(['A', 'B', 'C', 'D', 'E'] as const).map((grade) => ({
        name: `grade_${grade.toLowerCase()}`,
        align: 'right' as const,
        exact: ({ grades }: Feed) => grades[grade],
      })),
    ],
    feeds,
  )
}

function milliseconds(us: number): string {
  return `${us >= 0 ? '+' : ''}${(us / 1_000).toFixed(3)} ms`
}
