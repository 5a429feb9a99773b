import type { CaseKind } from '../../reconcile/case.ts'

/** What the cause of a mismatch may be, as people say it. */
export const CASE_CLASSES = [
  'delay',
  'duplicate',
  'missing',
  'out-of-order',
  'external',
  'unclear',
] as const satisfies readonly CaseKind[]
export type CaseClass = (typeof CASE_CLASSES)[number]
