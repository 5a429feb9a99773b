import { z } from 'zod'
import { count, evidence, id, reasonCode, text } from './fields.ts'

const caseState = z.enum([
  'DETECTED',
  'CONTAINED',
  'CLASSIFIED',
  'REPAIRING',
  'VERIFYING',
  'CANARY',
  'RESTORED',
  'ESCALATED',
])

/** Reconcile: our books held against the venue's. */
export const reconcile = {
  'reconcile.run': z.strictObject({
    reconcile_id: id,
    venue_id: id,
    status: z.enum(['OK', 'MISMATCH', 'UNKNOWN']),
    compared: count,
    differences: count,
  }),
  'reconcile.mismatch': z.strictObject({
    reconcile_id: id,
    category: z.enum(['MISSING_REMOTE', 'MISSING_LOCAL', 'DIVERGED', 'STALE', 'DANGEROUS']),
    subject: id,
    reason_code: reasonCode,
    evidence,
  }),
  /** A mismatch on its way to the day that nothing is left of it. */
  'reconcile.case_changed': z.strictObject({
    case_id: id,
    venue_id: id,
    scope: id,
    /** Absent when it begins. */
    from: caseState.optional(),
    to: caseState,
    class: z.enum(['delay', 'duplicate', 'missing', 'out-of-order', 'external', 'unclear']),
    radius: z.enum(['low', 'medium', 'high']),
    cycles: count,
    relapses: count,
    canary: z.enum(['required', 'not_applicable']),
    /** What an order may be, as a share of its usual caps; 1 is no cap. */
    cap_share: z.number().gt(0).max(1),
    /** The one bot that trades, and where; absent where all may. */
    cap_bot_id: id.optional(),
    cap_instrument_id: id.optional(),
    is_closed: z.boolean(),
    detail: text,
  }),
  /** Two records disagreed, and one of them was believed. */
  'sot.resolved': z.strictObject({
    reconcile_id: id,
    entity_id: id,
    subject: id,
    fact: id,
    winner: id,
    losers: z.array(id),
    rule: text,
    reason_code: reasonCode,
    ours: text.optional(),
    venue: text.optional(),
  }),
} as const
