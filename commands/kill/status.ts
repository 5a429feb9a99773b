import { existsSync } from 'node:fs'
import { formatDuration } from '../../src/domain/time.ts'
import { haltRecordOf } from '../../src/runtime/engine/halt-record.ts'
import type { SafetyView } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView } from '../reading.ts'
import { facts, sheet, sheetsOutcome } from '../sheet.ts'

type Kill = Pick<SafetyView['kills'][number], 'scope' | 'reason' | 'actor' | 'sinceTs' | 'reviewTs'> & {
  readonly level: string
}
type Reason = SafetyView['reasons'][number]
type Check = SafetyView['releaseChecks'][number]

interface Safety {
  readonly mode: string
  readonly modeSinceTs: number
  readonly reasons: readonly Reason[]
  readonly kills: readonly Kill[]
  /** Orders that a kill wants gone and that are still there; known to a running engine alone, like the checks. */
  readonly frozen?: readonly string[] | undefined
  readonly releaseChecks: readonly Check[]
}

export function killStatus(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['safety'], show: show })
}

async function show(access: EngineAccess, format: Format): Promise<Outcome> {
  const { client, store, paths } = access
  const safety: Safety =
    client === undefined ? { ...store.state().safety, releaseChecks: [] } : await readView(client, 'safety')
  const kills = safety.kills.filter(({ level }) => level !== 'NONE')
  const hasFile = existsSync(paths.kill)
  const main = facts([
    ['safety_mode', safety.mode],
    ['since', safety.modeSinceTs === 0 ? undefined : isoTime(safety.modeSinceTs)],
    ['kill_file', hasFile, hasFile ? paths.kill : 'none'],
    ['halt_record', haltRecordOf(store), haltRecordOf(store) ?? 'none'],
    ['frozen_orders', safety.frozen?.join(' ') ?? undefined],
  ])
  const more = {
    kills: sheet(
      [
        { name: 'scope', align: 'left', exact: ({ scope }: Kill) => scope },
        { name: 'level', align: 'left', exact: ({ level }) => level },
        { name: 'since', align: 'left', exact: ({ sinceTs }) => isoTime(sinceTs) },
        { name: 'actor', align: 'left', exact: ({ actor }) => actor },
        {
          name: 'review',
          align: 'left',
          exact: ({ reviewTs }) => isoTime(reviewTs),
          shown: ({ reviewTs }) => reviewText(reviewTs, store.state().lastTs),
        },
        { name: 'reason', align: 'left', exact: ({ reason }) => reason },
      ],
      kills,
    ),
    reasons: sheet(
      [
        { name: 'code', align: 'left', exact: ({ code }: Reason) => code },
        { name: 'mode', align: 'left', exact: ({ mode }) => mode },
        { name: 'since', align: 'left', exact: ({ sinceTs }) => isoTime(sinceTs) },
        { name: 'detail', align: 'left', exact: ({ detail }) => detail },
      ],
      safety.reasons,
    ),
    release_checks: sheet(
      [
        { name: 'check', align: 'left', exact: ({ name }: Check) => name },
        {
          name: 'is_met',
          align: 'left',
          exact: ({ isMet }) => isMet,
          shown: ({ isMet }) => (isMet ? 'met' : 'NOT MET'),
        },
        { name: 'fact', align: 'left', exact: ({ fact }) => fact },
      ],
      safety.releaseChecks,
      { empty: client === undefined ? 'known while an engine runs' : 'none' },
    ),
  }
  return sheetsOutcome(main, more, format, { code: EXIT.ok, message: safety.mode })
}

/** `due in 12m`, `overdue 3m`; nothing where nobody wanted to look again. */
function reviewText(reviewTs: number | undefined, now: number): string {
  if (reviewTs === undefined) return ''
  return reviewTs > now ? `due in ${formatDuration(reviewTs - now)}` : `overdue ${formatDuration(now - reviewTs)}`
}
