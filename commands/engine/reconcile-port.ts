import type { OrderId } from '../../src/domain/ids.ts'
import {
  advanceCase,
  hasExternalOrder,
  isHolding,
  openCase,
  roundEveryUs,
  signingProblem,
} from '../../src/reconcile/case.ts'
import { compareBooks } from '../../src/reconcile/compare.ts'
import type { Scope } from '../../src/reconcile/difference.ts'
import { resolutionsOf } from '../../src/reconcile/precedence.ts'
import { sightingOf } from '../../src/reconcile/sighting.ts'
import { Persistence } from '../../src/reconcile/persistence.ts'
import { planRepairs } from '../../src/reconcile/repairs.ts'
import { reconcileResult } from '../../src/reconcile/result.ts'
import type { CaseRules } from '../../src/runtime/reconcile-cases/case-desk.ts'
import type { ReconcileAnswer, ReconcilePort, ReconcileQuestion } from '../../src/runtime/engine/reconcile-round.ts'

/** What cases are and how they move, for an engine's desk. */
const CASE_RULES: CaseRules = {
  open: openCase,
  advance: advanceCase,
  isHolding,
  signingProblem,
  hasExternalOrder,
  roundEveryUs,
}

/** Reconciliation for an engine: what persists from round to round, and what is to be told to the kernel. */
export class Reconciler implements ReconcilePort {
  readonly cases = CASE_RULES
  readonly #persistence: Persistence
  /** How often in a row the venue said that it has never heard of an order. */
  readonly #neverHeard = new Map<OrderId, number>()

  /** @param persistence how long a difference must have been there before it stands */
  constructor(persistence = new Persistence()) {
    this.#persistence = persistence
  }

  judge(question: ReconcileQuestion): ReconcileAnswer {
    const { reconcileId, ours, venue, fills, lookups, instruments, startedTs, nowTs } = question
    const scope = question.scope as Scope
    const [first] = instruments
    if (first === undefined) throw new Error('an engine that reconciles has instruments')
    for (const [id, said] of lookups)
      if (said === 'NEVER_HEARD_OF') this.#neverHeard.set(id, (this.#neverHeard.get(id) ?? 0) + 1)
      else this.#neverHeard.delete(id)
    const comparison = compareBooks({
      venueId: first.venueId,
      ours,
      venue,
      fills,
      lookups,
      instruments,
      nowTs,
      scope,
    })
    const judged = this.#persistence.judge(comparison, nowTs)
    const plan = planRepairs({ confirmed: judged.confirmed, neverHeard: this.#neverHeard, nowTs })
    const result = reconcileResult(comparison, judged, { id: reconcileId, startedTs, endedTs: nowTs })
    const { reports } = plan
    return {
      record: {
        reconcileId,
        venueId: comparison.venueId,
        status: result.status,
        compared: comparison.compared,
        differences: judged.confirmed.map(({ category, subject, reasonCode, fact }) => ({
          category,
          subject,
          reasonCode,
          fact,
        })),
      },
      reports: reports.map((report) => ({ report, ts: report.ts })),
      resolutions: resolutionsOf(judged.confirmed, reports),
      sighting: sightingOf(result, judged.confirmed, { repairs: reports.length }),
      asksFor: plan.lookups.filter(({ orderId }) => !lookups.has(orderId)).map(({ orderId }) => orderId),
      answer: { ...result, operator: plan.operator },
      recheckTs: judged.recheckTs,
      isUnanswered: comparison.unknown.length > 0,
    }
  }
}
