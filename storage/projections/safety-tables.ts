import type { SafetyRecord } from '../../src/projection/engine-state.ts'
import type { Database } from '../database.ts'
import { insertInto, type Place, upsertInto } from './table.ts'

interface SafetyCells {
  readonly one: number
  readonly mode: string
  readonly clear_since_ts: number
  readonly mode_since_ts: number
  readonly degraded_entries: string
  readonly is_only_warming: number | null
}
interface ReasonCells {
  readonly code: string
  readonly mode: string
  readonly since_ts: number
  readonly detail: string
}
interface KillCells {
  readonly scope: string
  readonly level: string
  readonly reason: string
  readonly actor: string
  readonly since_ts: number
  readonly review_ts: number | null
}

/** @returns what writes the whole of safety: it is small, and changes seldom */
export function safetyWriter(db: Database, place: Place): (safety: SafetyRecord) => void {
  const upsert = upsertInto<SafetyCells>(
    db,
    `${place}safety`,
    ['one', 'mode', 'clear_since_ts', 'mode_since_ts', 'degraded_entries', 'is_only_warming'],
    { key: ['one'] },
  )
  const clearReasons = db.prepare(`DELETE FROM ${place}safety_reasons`)
  const clearKills = db.prepare(`DELETE FROM ${place}kills`)
  const addReason = insertInto<ReasonCells>(db, `${place}safety_reasons`, ['code', 'mode', 'since_ts', 'detail'])
  const addKill = insertInto<KillCells>(db, `${place}kills`, [
    'scope',
    'level',
    'reason',
    'actor',
    'since_ts',
    'review_ts',
  ])
  return (safety) => {
    upsert.run({
      one: 1,
      mode: safety.mode,
      clear_since_ts: safety.clearSinceTs,
      mode_since_ts: safety.modeSinceTs,
      degraded_entries: JSON.stringify(safety.degradedEntries),
      is_only_warming: safety.isOnlyWarming === undefined ? null : Number(safety.isOnlyWarming),
    })
    clearReasons.run()
    for (const { code, mode, sinceTs, detail } of safety.reasons) {
      addReason.run({ code, mode, since_ts: sinceTs, detail })
    }
    clearKills.run()
    for (const { scope, level, reason, actor, sinceTs, reviewTs } of safety.kills) {
      addKill.run({ scope, level, reason, actor, since_ts: sinceTs, review_ts: reviewTs ?? null })
    }
  }
}

/** @returns undefined before the first event */
export function safety(db: Database): SafetyRecord | undefined {
  const row = db.prepare('SELECT * FROM main.safety').get() as SafetyCells | undefined
  if (row === undefined) return undefined
  const reasons = db.prepare('SELECT * FROM main.safety_reasons ORDER BY no').all() as ReasonCells[]
  const kills = db.prepare('SELECT * FROM main.kills ORDER BY no').all() as KillCells[]
  const { is_only_warming: isOnlyWarming } = row
  return {
    mode: row.mode,
    reasons: reasons.map(({ code, mode, since_ts: sinceTs, detail }) => ({ code, mode, sinceTs, detail })),
    clearSinceTs: row.clear_since_ts,
    modeSinceTs: row.mode_since_ts,
    degradedEntries: JSON.parse(row.degraded_entries) as number[],
    kills: kills.map(({ scope, level, reason, actor, since_ts: sinceTs, review_ts: reviewTs }) => ({
      scope,
      level,
      reason,
      actor,
      sinceTs,
      ...(reviewTs === null ? {} : { reviewTs }),
    })),
    isOnlyWarming: isOnlyWarming === null ? undefined : isOnlyWarming === 1,
  }
}
