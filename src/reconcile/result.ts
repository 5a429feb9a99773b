import type { Comparison } from './compare.ts'
import { CATEGORIES, type Category, type Scope } from './difference.ts'
import type { JudgedDifferences } from './persistence.ts'

export type ReconcileStatus = 'OK' | 'MISMATCH' | 'UNKNOWN'

/** One confirmed difference, plain JSON. */
export interface ReconcileItem {
  readonly category: Exclude<Category, 'MATCH'>
  readonly subject: string
  readonly reason_code: string
  readonly ours?: string | undefined
  readonly venue?: string | undefined
  readonly fact: string
}

/** The verdict of one reconciliation, plain JSON: what is stored, printed and shown. */
export interface ReconcileResult {
  readonly reconcile_id: string
  readonly scope: Scope
  readonly venue_id: string
  readonly status: ReconcileStatus
  readonly compared: number
  readonly counts: Readonly<Record<Category, number>>
  /** Confirmed differences. */
  readonly items: readonly ReconcileItem[]
  /** Differences that a next pass must see again. */
  readonly standing: number
  /** What is merely on its way. */
  readonly pending: number
  /** What could not be asked. */
  readonly unknown: readonly string[]
  readonly started_ts: number
  readonly ended_ts: number
  readonly duration_us: number
}

/**
 * What a comparison and its judgement come to. OK says that everything asked for was seen and agrees: a difference that has
 * not lasted yet, an answer that never came and books too old are UNKNOWN.
 */
export function reconcileResult(
  comparison: Comparison,
  judged: JudgedDifferences,
  run: { readonly id: string; readonly startedTs: number; readonly endedTs: number },
): ReconcileResult {
  const counts = Object.fromEntries(CATEGORIES.map((category) => [category, 0])) as Record<Category, number>
  counts.MATCH = comparison.matched
  for (const { category } of judged.confirmed) counts[category]++
  return {
    reconcile_id: run.id,
    scope: comparison.scope,
    venue_id: comparison.venueId,
    status: statusOf(comparison, judged),
    compared: comparison.compared,
    counts,
    items: judged.confirmed.map(({ category, subject, reasonCode, ours, venue, fact }) => ({
      category,
      subject,
      reason_code: reasonCode,
      ours,
      venue,
      fact,
    })),
    standing: judged.standing.length,
    pending: judged.pending.length,
    unknown: comparison.unknown,
    started_ts: run.startedTs,
    ended_ts: run.endedTs,
    duration_us: run.endedTs - run.startedTs,
  }
}

function statusOf({ unknown }: Comparison, { confirmed, standing }: JudgedDifferences): ReconcileStatus {
  if (confirmed.some(({ category }) => category !== 'STALE')) return 'MISMATCH'
  return confirmed.length > 0 || standing.length > 0 || unknown.length > 0 ? 'UNKNOWN' : 'OK'
}

/** Exit code of a command that reconciled (conventions C2 of the feature specification). */
export const RECONCILE_EXIT: Readonly<Record<ReconcileStatus, 0 | 5 | 7>> = { OK: 0, MISMATCH: 5, UNKNOWN: 7 }
