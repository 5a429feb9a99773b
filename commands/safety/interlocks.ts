import { INTERLOCKS, type Interlock } from '../../src/risk/interlocks.ts'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView } from '../reading.ts'
import type { SuppressOptions } from '../safety.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import { submit } from '../submission.ts'

interface Row extends Interlock {
  readonly state: 'STANDING' | 'SUPPRESSED' | 'clear'
  readonly sinceTs: number | undefined
  readonly detail: string
}

export function showInterlocks(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['safety'], show })
}

async function show({ client, store }: EngineAccess, format: Format): Promise<Outcome> {
  const safety = client === undefined ? { ...store.state().safety, suppressed: [] } : await readView(client, 'safety')
  const kills = safety.kills.filter(({ level }) => level !== 'NONE')
  const rows: readonly Row[] = INTERLOCKS.map((interlock) => {
    const reason = safety.reasons.find(({ code }) => code === interlock.id)
    // Those that answer with a kill level name themselves in its reason.
    const kill = kills.find((one) => one.reason.startsWith(`${interlock.id}:`))
    const aside = safety.suppressed?.find(({ code }) => code === interlock.id)
    const state = reason !== undefined || kill !== undefined ? 'STANDING' : aside === undefined ? 'clear' : 'SUPPRESSED'
    const detail = reason?.detail ?? kill?.reason ?? (aside && `for ${Math.ceil(aside.leftMs / 1_000)} s more`) ?? ''
    return { ...interlock, state, sinceTs: reason?.sinceTs ?? kill?.sinceTs, detail }
  })
  const table = sheet(
    [
      { name: 'interlock', align: 'left', exact: ({ id }: Row) => id },
      { name: 'state', align: 'left', exact: ({ state }) => state },
      { name: 'result', align: 'left', exact: ({ result }) => result },
      { name: 'is_latched', align: 'left', exact: ({ isLatched }) => isLatched },
      { name: 'can_be_suppressed', align: 'left', exact: ({ canBeSuppressed }) => canBeSuppressed },
      { name: 'since', align: 'left', exact: ({ sinceTs }) => (sinceTs === undefined ? undefined : isoTime(sinceTs)) },
      { name: 'condition', align: 'left', exact: ({ condition }) => condition },
      { name: 'detail', align: 'left', exact: ({ detail }) => detail },
    ],
    rows,
  )
  const standing = rows.filter(({ state }) => state === 'STANDING').map(({ id }) => id)
  return standing.length === 0
    ? sheetOutcome(table, format, { code: EXIT.ok, message: `${rows.length} interlocks, none stands` })
    : sheetOutcome(table, format, {
        code: EXIT.checkFailed,
        message: `standing: ${standing.join(', ')}`,
        reasonCodes: standing,
      })
}

export function suppress({ engine }: CommandDeps, interlock: string, options: SuppressOptions): Promise<Outcome> {
  const payload = { interlock: interlock.toUpperCase(), seconds: options.seconds }
  return withEngine(options, engine, (access) =>
    submit(access, engine, { type: 'INTERLOCK_SUPPRESS', payload }, options),
  )
}
