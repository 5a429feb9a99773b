import { z } from 'zod'
import { count, evidence, id, reasonCode } from './fields.ts'

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
} as const
