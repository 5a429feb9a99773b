import { z } from 'zod'
import type { CaseKind, CaseState, Radius, ReconcileCase } from '../../reconcile/case.ts'
import type { Category, DifferenceCode } from '../../reconcile/difference.ts'
import type { EngineStore } from '../ports.ts'

const NOTE = 'reconcile.cases'
/** Older ones are in the journal. */
const KEPT_MAX = 200

/** Words of other rooms, written by us alone: that they are words is what is read again. */
const word = <T extends string>() => z.string().transform((text) => text as T)

const Kept = z.array(
  z.strictObject({
    id: z.string(),
    venueId: z.string(),
    scope: z.string(),
    state: word<CaseState>(),
    kind: word<CaseKind>(),
    radius: word<Radius>(),
    differences: z.array(
      z.strictObject({
        category: word<Exclude<Category, 'MATCH'>>(),
        subject: z.string(),
        reasonCode: word<DifferenceCode>(),
        fact: z.string(),
        instrumentId: z.string().optional(),
        orderId: z.string().optional(),
      }),
    ),
    reach: z.array(z.string()),
    isAttempted: z.boolean(),
    cycles: z.number(),
    matches: z.number(),
    matchTs: z.number().optional(),
    relapses: z.number(),
    canary: z.enum(['required', 'not_applicable']),
    canaryTs: z.number().optional(),
    canaryBotId: z.string().optional(),
    canaryInstrumentId: z.string().optional(),
    signedBy: z.string().optional(),
    share: z.number(),
    openedTs: z.number(),
    changedTs: z.number(),
    closedTs: z.number().optional(),
    detail: z.string(),
  }),
)

/** Every case of a profile, the newest last. */
export function storedCases(notes: Pick<EngineStore['notes'], 'get'>): readonly ReconcileCase[] {
  const text = notes.get(NOTE)
  return text === undefined ? [] : Kept.parse(JSON.parse(text))
}

/** Keeps one in the place of what it was. */
export function keepCase(notes: EngineStore['notes'], one: ReconcileCase): void {
  const all = storedCases(notes)
  const at = all.findIndex(({ id }) => id === one.id)
  const next = at < 0 ? [...all, one] : all.with(at, one)
  notes.set(NOTE, JSON.stringify(next.slice(-KEPT_MAX)))
}
