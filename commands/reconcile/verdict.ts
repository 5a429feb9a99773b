import { RECONCILE_EXIT, type ReconcileResult } from '../../src/reconcile/result.ts'
import type { Outcome } from '../outcome.ts'

/**
 * A comparison as its command tells it: one shape, whoever looked.
 *
 * @param how who looked, in words
 * @param more what only this way of looking knows
 */
export function verdict(
  result: ReconcileResult,
  how: string,
  more: Readonly<Record<string, unknown>>,
): Outcome & { readonly text: string } {
  const { status, compared, items, unknown, standing } = result
  const reasonCodes = [...new Set(items.map(({ reason_code: code }) => code))]
  return {
    code: RECONCILE_EXIT[status],
    message: `${status}: ${compared} compared, ${items.length === 1 ? '1 difference' : `${items.length} differences`}`,
    reasonCodes: status === 'OK' ? [] : [`RECONCILE_${status}`, ...reasonCodes],
    quality: status === 'OK' ? 'OK' : status === 'MISMATCH' ? 'DEGRADED' : 'UNKNOWN',
    data: { ...result, ...more },
    text: [
      `${status}  ${how}; ${compared} compared with ${result.venue_id}`,
      ...items.map(({ category, subject, fact }) => `  ${category.padEnd(15)} ${subject.padEnd(24)} ${fact}`),
      ...unknown.map((what) => `  ${'not known'.padEnd(15)} ${what}`),
      ...(standing > 0 ? [`  ${standing} more that a next look must see again`] : []),
    ].join('\n'),
  }
}
