import { US_PER_MINUTE, US_PER_SECOND } from '../domain/time.ts'
import type { Category, DifferenceCode } from './difference.ts'
import type { ReconcileStatus } from './result.ts'

/**
 * A case: what becomes of a mismatch, from its discovery to the day that nothing is left of it (UGF-0-010). New risk stops
 * with CONTAINED and comes back with CANARY, a little at a time; a person ends what escalated.
 */
export type CaseState =
  | 'DETECTED'
  | 'CONTAINED'
  | 'CLASSIFIED'
  | 'REPAIRING'
  | 'VERIFYING'
  | 'CANARY'
  | 'RESTORED'
  | 'ESCALATED'

/** What its cause looks like; unclear is missing and out of order at once, or no story at all. */
export type CaseKind = 'delay' | 'duplicate' | 'missing' | 'out-of-order' | 'external' | 'unclear'

/** How far it reaches: one instrument; several, or the account; several kinds of place at once, or again and again. */
const RADII = ['low', 'medium', 'high'] as const
export type Radius = (typeof RADII)[number]

/** Exits of every state; anything else is no move. Where no money is at stake VERIFYING ends in RESTORED. */
export const CASE_EXITS: Readonly<Record<CaseState, readonly CaseState[]>> = {
  DETECTED: ['CONTAINED', 'ESCALATED'],
  CONTAINED: ['CLASSIFIED', 'ESCALATED'],
  CLASSIFIED: ['REPAIRING', 'ESCALATED'],
  REPAIRING: ['VERIFYING', 'ESCALATED'],
  VERIFYING: ['REPAIRING', 'CANARY', 'RESTORED', 'ESCALATED'],
  CANARY: ['CONTAINED', 'RESTORED', 'ESCALATED'],
  RESTORED: ['CONTAINED', 'ESCALATED'], // while the caps still rise
  ESCALATED: ['VERIFYING'], // by a person
}

/** One thing that did not agree, as a case remembers it. */
export interface CaseDifference {
  readonly category: Exclude<Category, 'MATCH'>
  readonly subject: string
  readonly reasonCode: DifferenceCode
  readonly fact: string
  /** Undefined for what belongs to the whole account. */
  readonly instrumentId?: string | undefined
  /** The order of ours that it is about. */
  readonly orderId?: string | undefined
}

/** What one reconciliation means to cases. */
export interface Sighting {
  readonly reconcileId: string
  readonly venueId: string
  /** When it began, µs of engine time. */
  readonly ts: number
  readonly verdict: ReconcileStatus
  /** Whether everything was looked at: a part that agrees proves nothing about the rest. */
  readonly isFull: boolean
  /** The venue could not be asked. */
  readonly isUnanswered: boolean
  /** Differences that stand. */
  readonly differences: readonly CaseDifference[]
  /** How many reports to the kernel it led to. */
  readonly repairs: number
  /** Orders at the venue that nobody here sent. */
  readonly foreign: readonly { readonly venueOrderId: string; readonly instrumentId: string }[]
}

export interface ReconcileCase {
  readonly id: string
  readonly venueId: string
  /** What stands still for it: `instrument:…` or `venue:…`. */
  readonly scope: string
  readonly state: CaseState
  readonly kind: CaseKind
  readonly radius: Radius
  /** As the last mismatch had them. */
  readonly differences: readonly CaseDifference[]
  /** Every place that it was found in: instruments, and `account`. */
  readonly reach: readonly string[]
  /** Whether the last result led to repairs, which the next one judges. */
  readonly isAttempted: boolean
  /** Repairs that did not help. */
  readonly cycles: number
  /** Matches in a row that count in this state. */
  readonly matches: number
  readonly matchTs?: number | undefined
  /** Mismatches after trading had begun again. */
  readonly relapses: number
  /** Whether a canary is asked for: it is not where no money is at stake. */
  readonly canary: 'required' | 'not_applicable'
  readonly canaryTs?: number | undefined
  /** The one bot and instrument that trade while the canary runs. */
  readonly canaryBotId?: string | undefined
  readonly canaryInstrumentId?: string | undefined
  readonly signedBy?: string | undefined
  /** What an order may be, as a share of its usual caps: 1 is no cap. */
  readonly share: number
  readonly openedTs: number
  readonly changedTs: number
  /** Undefined while it is open. */
  readonly closedTs?: number | undefined
  /** Why it is where it is, for people. */
  readonly detail: string
}

/** What moves a case. */
export type Seen =
  | { readonly kind: 'contained'; readonly ts: number }
  | { readonly kind: 'classified'; readonly as: CaseKind; readonly by: string; readonly ts: number }
  /** @param isAttempt whether something was told to the kernel, not only looked at again */
  | { readonly kind: 'repair'; readonly by: string; readonly isAttempt: boolean; readonly ts: number }
  | { readonly kind: 'result'; readonly result: Sighting }
  | { readonly kind: 'signed'; readonly by: string; readonly ts: number }
  | { readonly kind: 'escalated'; readonly why: string; readonly ts: number }

/** Matches in a row that end VERIFYING, and how far apart. */
const VERIFY = { matches: 2, apartUs: 10 * US_PER_SECOND } as const
const CANARY = { share: 0.1, matches: 5, apartUs: 60 * US_PER_SECOND, lastsUs: 30 * US_PER_MINUTE } as const
/** Caps after the canary, so many matches each. */
const RAMP = { shares: [0.25, 0.5, 1], matches: 3, apartUs: 60 * US_PER_SECOND } as const
const CYCLES_MAX = 3
const RELAPSES_MAX = 2

/** Differences that are only the shadow of a fill that was missed. */
const SHADOWS: ReadonlySet<DifferenceCode> = new Set(['POSITION_FILLS_MISSED', 'BALANCE_FILLS_MISSED'])
const ACCOUNT = 'account'

/** Where the causes lie: instruments, and the account for what belongs to none. */
function placesOf(differences: readonly CaseDifference[]): ReadonlySet<string> {
  const causes = differences.filter(({ reasonCode }) => !SHADOWS.has(reasonCode))
  const all = causes.length > 0 ? causes : differences
  return new Set(all.map(({ instrumentId }) => instrumentId ?? ACCOUNT))
}

function radiusOf(differences: readonly CaseDifference[], isRepeated: boolean): Radius {
  const places = placesOf(differences)
  if (isRepeated || (places.has(ACCOUNT) && places.size > 1)) return 'high'
  return places.has(ACCOUNT) || places.size > 1 ? 'medium' : 'low'
}

function scopeOf(venueId: string, differences: readonly CaseDifference[]): string {
  const [place, ...more] = placesOf(differences)
  return place === undefined || place === ACCOUNT || more.length > 0 ? `venue:${venueId}` : `instrument:${place}`
}

/** What a difference says about its cause; undefined for one that says nothing by itself. */
const KIND_OF: Partial<Record<DifferenceCode, CaseKind>> = {
  VENUE_BOOKS_OLD: 'delay',
  ORDER_TWICE: 'duplicate',
  ORDER_EXTERNAL: 'external',
  FILL_UNEXPLAINED: 'external',
  POSITION_UNEXPLAINED: 'external',
  BALANCE_UNEXPLAINED: 'external',
  FILL_MISSED: 'missing',
  ORDER_NOT_AT_VENUE: 'missing',
  ORDER_ANSWER_LOST: 'missing',
  ORDER_CANCEL_LOST: 'missing',
  ORDER_AMEND_LOST: 'missing',
  ORDER_ENDED_AT_VENUE: 'out-of-order',
  ORDER_STILL_OPEN: 'out-of-order',
  ORDER_UNSENT_AT_VENUE: 'out-of-order',
}

/**
 * What all differences together look like. An order that is not ours outweighs the rest; two stories make it unclear. That an
 * order ended is no story beside the fill that ended it.
 */
function kindOf(differences: readonly CaseDifference[]): CaseKind {
  const missed = new Set(
    differences.flatMap(({ reasonCode, orderId }) => (reasonCode === 'FILL_MISSED' ? [orderId] : [])),
  )
  missed.delete(undefined)
  const causes = differences.filter(({ reasonCode, orderId }) => reasonCode === 'FILL_MISSED' || !missed.has(orderId))
  const kinds = new Set(causes.flatMap(({ reasonCode }) => KIND_OF[reasonCode] ?? []))
  if (kinds.has('external')) return 'external'
  const [kind] = kinds
  return kinds.size === 1 && kind !== undefined ? kind : 'unclear'
}

/** Whether somebody else's order is in it. */
export function hasExternalOrder(differences: readonly CaseDifference[]): boolean {
  return differences.some(({ reasonCode }) => reasonCode === 'ORDER_EXTERNAL')
}

/** What a case hangs on besides its differences. */
export interface CaseGround {
  readonly id: string
  /** Scopes that had one lately. */
  readonly recentScopes: readonly string[]
  /** Whether money is at stake: then a canary comes before the end. */
  readonly hasMoney: boolean
}

/** A case as it begins. */
export function openCase({ venueId, ts, differences }: Sighting, about: CaseGround): ReconcileCase {
  const scope = scopeOf(venueId, differences)
  return {
    id: about.id,
    venueId,
    scope,
    state: 'DETECTED',
    kind: kindOf(differences),
    radius: radiusOf(differences, about.recentScopes.includes(scope)),
    differences,
    reach: [...placesOf(differences)],
    isAttempted: false,
    cycles: 0,
    matches: 0,
    relapses: 0,
    canary: about.hasMoney ? 'required' : 'not_applicable',
    share: 1,
    openedTs: ts,
    changedTs: ts,
    detail: differences
      .map(({ fact }) => fact)
      .join('; ')
      .slice(0, 400),
  }
}

/** Whether new risk stands still for it. */
export function isHolding({ state, closedTs }: Pick<ReconcileCase, 'state' | 'closedTs'>): boolean {
  return closedTs === undefined && state !== 'CANARY' && state !== 'RESTORED'
}

/** How far apart reconciliations are to be for its sake, µs; undefined where the usual round will do. */
export function roundEveryUs({ state }: Pick<ReconcileCase, 'state'>): number | undefined {
  if (state === 'REPAIRING' || state === 'VERIFYING') return VERIFY.apartUs
  return state === 'CANARY' || state === 'RESTORED' ? CANARY.apartUs : undefined
}

/** What is missing before a person may sign; undefined when nothing is. */
export function signingProblem(
  { id, state, matches, canaryTs, closedTs }: ReconcileCase,
  now: number,
): string | undefined {
  if (closedTs !== undefined) return `${id} is closed`
  if (state === 'ESCALATED')
    return matches > 0 ? undefined : 'the last reconciliation was no MATCH: repair first, then reconcile'
  if (state !== 'CANARY') return `${id} is ${state}: a person signs a CANARY, or one that ESCALATED`
  const leftUs = (canaryTs ?? now) + CANARY.lastsUs - now
  if (leftUs > 0) return `the canary runs for ${Math.ceil(leftUs / US_PER_MINUTE)} more minutes`
  if (matches < CANARY.matches) return `${matches} of ${CANARY.matches} matches in a row`
  return undefined
}

/**
 * What something seen does to a case: every state it goes through, the last is where it is; none when nothing changes.
 * Pure. No move is made that {@link CASE_EXITS} does not have.
 */
export function advanceCase(one: ReconcileCase, seen: Seen): readonly ReconcileCase[] {
  if (one.closedTs !== undefined) return []
  const { state } = one
  switch (seen.kind) {
    case 'contained':
      return state === 'DETECTED' ? [moved(one, 'CONTAINED', seen.ts, 'new risk stands still')] : []
    case 'classified': {
      const classified = { ...one, kind: seen.as }
      if (state === 'CONTAINED') return [moved(classified, 'CLASSIFIED', seen.ts, `${seen.as}, says ${seen.by}`)]
      return seen.as === one.kind ? [] : [{ ...classified, changedTs: seen.ts, detail: `${seen.as}, says ${seen.by}` }]
    }
    case 'repair':
      if (state !== 'CLASSIFIED') return []
      return [moved({ ...one, isAttempted: seen.isAttempt }, 'REPAIRING', seen.ts, `by ${seen.by}`)]
    case 'signed':
      return signed(one, seen.by, seen.ts)
    case 'escalated':
      return state === 'ESCALATED' ? [] : [escalated(one, seen.ts, seen.why)]
    case 'result':
      return judged(one, seen.result)
  }
}

function judged(one: ReconcileCase, result: Sighting): readonly ReconcileCase[] {
  switch (result.verdict) {
    case 'MISMATCH':
      return mismatched(one, result)
    case 'UNKNOWN':
      // What is not known proves nothing: the count begins anew, and what stands still goes on standing.
      return one.matches === 0 ? [] : [{ ...one, matches: 0, matchTs: undefined }]
    case 'OK':
      return result.isFull ? matched(one, result.ts) : []
  }
}

function mismatched(before: ReconcileCase, { differences, ts, repairs, venueId }: Sighting): readonly ReconcileCase[] {
  const places = placesOf(differences)
  const one = {
    ...before,
    differences,
    reach: [...new Set([...before.reach, ...places])],
    scope: before.scope === scopeOf(venueId, differences) ? before.scope : `venue:${venueId}`,
    radius: worse(before.radius, radiusOf(differences, false)),
    matches: 0,
    matchTs: undefined,
    isAttempted: repairs > 0,
  }
  if (before.state === 'ESCALATED') return [one]
  if (before.canary === 'required' && hasExternalOrder(differences))
    return [escalated(one, ts, 'an order that is not ours, with money at stake')]
  if (before.radius === 'high' && one.reach.length > before.reach.length)
    return [escalated(one, ts, 'its radius is high and grows')]
  switch (before.state) {
    case 'DETECTED':
    case 'CONTAINED':
    case 'CLASSIFIED':
      return [one]
    case 'REPAIRING':
    case 'VERIFYING': {
      const subjects = new Set(before.differences.map(({ subject }) => subject))
      const isFailed =
        before.state === 'VERIFYING' || (before.isAttempted && differences.some(({ subject }) => subjects.has(subject)))
      const tried = isFailed ? { ...one, cycles: one.cycles + 1 } : one
      if (tried.cycles >= CYCLES_MAX) return [escalated(tried, ts, `${CYCLES_MAX} repairs did not help`)]
      return before.state === 'VERIFYING' ? [moved(tried, 'REPAIRING', ts, 'it is there again')] : [tried]
    }
    case 'CANARY':
    case 'RESTORED': {
      const relapsed: ReconcileCase = {
        ...one,
        kind: kindOf(differences),
        radius: 'high',
        relapses: one.relapses + 1,
        share: 1,
        canaryTs: undefined,
        canaryBotId: undefined,
        canaryInstrumentId: undefined,
      }
      if (relapsed.relapses >= RELAPSES_MAX) return [escalated(relapsed, ts, 'it came back a second time')]
      return [moved(relapsed, 'CONTAINED', ts, `it came back in ${before.state}`)]
    }
  }
}

function matched(one: ReconcileCase, ts: number): readonly ReconcileCase[] {
  switch (one.state) {
    case 'DETECTED':
    case 'CONTAINED':
      return []
    case 'CLASSIFIED': {
      const repairing = moved(one, 'REPAIRING', ts, 'it went away by itself')
      return [repairing, ...matched(repairing, ts)]
    }
    case 'REPAIRING':
      return [counted(moved(one, 'VERIFYING', ts, 'nothing differs any more'), ts, 0)]
    case 'VERIFYING': {
      const next = counted(one, ts, VERIFY.apartUs)
      if (next.matches < VERIFY.matches) return next === one ? [] : [next]
      if (one.canary === 'required')
        return [
          moved({ ...next, canaryTs: ts, share: CANARY.share }, 'CANARY', ts, 'one bot trades, at a tenth of the caps'),
        ]
      return [{ ...moved(next, 'RESTORED', ts, 'no money is at stake: canary not_applicable'), closedTs: ts }]
    }
    case 'CANARY': {
      const next = counted(one, ts, CANARY.apartUs)
      return next === one ? [] : [next]
    }
    case 'RESTORED':
      return ramped(one, counted(one, ts, RAMP.apartUs), ts)
    case 'ESCALATED':
      return [counted(one, ts, 0)]
  }
}

/** Caps rise one step after so many matches; after the last step the case is closed. */
function ramped(one: ReconcileCase, next: ReconcileCase, ts: number): readonly ReconcileCase[] {
  if (next.matches < RAMP.matches) return next === one ? [] : [next]
  const share = RAMP.shares.find((step) => step > one.share)
  if (share === undefined) return [{ ...next, changedTs: ts, closedTs: ts, detail: 'the caps are as usual' }]
  return [{ ...next, share, matches: 0, changedTs: ts, detail: `caps at ${100 * share} %` }]
}

function signed(one: ReconcileCase, by: string, ts: number): readonly ReconcileCase[] {
  if (signingProblem(one, ts) !== undefined) return []
  const next = { ...one, signedBy: by }
  if (one.state === 'ESCALATED') return [moved({ ...next, cycles: 0 }, 'VERIFYING', ts, `${by} looked and signed`)]
  const restored = { ...next, share: RAMP.shares[0], canaryBotId: undefined, canaryInstrumentId: undefined }
  return [moved(restored, 'RESTORED', ts, `${by} signed: caps at ${100 * restored.share} %`)]
}

/** Counts a match that is far enough from the last one; else it is the same case. */
function counted(one: ReconcileCase, ts: number, apartUs: number): ReconcileCase {
  if (one.matchTs !== undefined && ts - one.matchTs < apartUs) return one
  return { ...one, matches: one.matches + 1, matchTs: ts }
}

/** In another state: counts of the old one are gone, the time of its last match is not: the next one keeps its distance. */
function moved(one: ReconcileCase, to: CaseState, ts: number, detail: string): ReconcileCase {
  return { ...one, state: to, matches: 0, changedTs: ts, detail }
}

function escalated(one: ReconcileCase, ts: number, why: string): ReconcileCase {
  const calm = { ...one, share: 1, canaryTs: undefined, canaryBotId: undefined, canaryInstrumentId: undefined }
  return moved(calm, 'ESCALATED', ts, why)
}

function worse(a: Radius, b: Radius): Radius {
  return RADII.indexOf(a) >= RADII.indexOf(b) ? a : b
}
