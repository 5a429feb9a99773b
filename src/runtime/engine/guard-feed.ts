import { US_PER_MS, US_PER_SECOND } from '../../domain/time.ts'
import { limitsSpec, policyHash } from '../../kernel/session-spec.ts'
import { GUARD_NAMES, type GuardAges, type GuardName, type GuardNews, type GuardStatus } from '../../risk/guards.ts'
import type { Drift } from '../config-drift.ts'
import type { LiveGuard } from '../live/live-desk.ts'
import type { Engine } from './engine.ts'

/** What an engine truly knows of what the gate is guarded by. */
export interface GuardFacts {
  /** How far the wall clock has moved against the monotonic one, and how far it may, ms. */
  readonly skewUs: number
  readonly skewMaxMs: number
  /** False where others were asked and none of them answers. */
  readonly isClockKnown: boolean
  /** Longest pause between two turns since the last look, µs of wall time. */
  readonly stallUs: number
  /** Of the check of the journal; undefined where nobody checks. */
  readonly audit: { readonly fault: string | undefined } | undefined
  readonly isVenueUp: boolean
  readonly venueTrouble: string | undefined
  /** The last verdict on our books and when it was reached, µs; undefined before the first, and no verdict is none. */
  readonly reconciled: { readonly status: 'OK' | 'MISMATCH'; readonly ts: number } | undefined
  /** Whether the limits in force are, to the bit, those that the session began with. */
  readonly isPolicyHeld: boolean
  /** How the settings on disk differ from those in force; undefined while they do not. */
  readonly drift: Drift | undefined
  /** What guards real money alone. */
  readonly live: (guard: GuardName) => LiveGuard | undefined
}

/** A turn that takes this long is a loop that nobody can rely on. */
const STALL_MAX_US = 5 * US_PER_SECOND

interface Finding {
  readonly status: GuardStatus
  readonly seenTs: number
  readonly detail: string
}

/**
 * Tells the kernel what was found of each guarded input: when it became another, and when half of its age limit has passed,
 * so that the recording grows by a few small inputs a minute. What the engine cannot know, such as whether live is armed, it
 * says nothing of: the gate takes silence for what it is.
 */
export class GuardFeed {
  readonly #ages: GuardAges
  readonly #tell: (news: GuardNews) => void
  readonly #told = new Map<GuardName, Finding>()

  /** @param ages the guards that the session requires, and how old each may be, µs */
  constructor(ages: GuardAges, tell: (news: GuardNews) => void) {
    this.#ages = ages
    this.#tell = tell
  }

  look(facts: GuardFacts, now: number): void {
    for (const guard of GUARD_NAMES) {
      const maxAgeUs = this.#ages[guard]
      if (maxAgeUs === undefined) continue
      const found = find(guard, facts, now)
      if (found === undefined) continue
      const told = this.#told.get(guard)
      const isOld = told === undefined || now - told.seenTs >= maxAgeUs / 2
      const isNews = told?.status !== found.status || (isOld && found.seenTs > told.seenTs)
      if (!isNews) continue
      this.#told.set(guard, found)
      this.#tell({ guard, ...found })
    }
  }
}

/**
 * Reads from an engine what it knows.
 *
 * @param looked what the looks at the journal and at the settings on disk that were just taken found
 */
export function guardFacts(
  engine: Pick<
    Engine,
    'parts' | 'kernel' | 'reconcile' | 'policySha256' | 'stallUs' | 'now' | 'worstSkewUs' | 'skew' | 'live'
  >,
  looked: { readonly auditFault: string | undefined; readonly drift: Drift | undefined },
): GuardFacts {
  const { parts, kernel, reconcile, now } = engine
  const isMismatch = reconcile.last?.status === 'MISMATCH'
  const okTs = reconcile.lastOkTs
  return {
    skewUs: engine.worstSkewUs,
    isClockKnown: engine.skew.state !== 'UNKNOWN',
    skewMaxMs: parts.config.engine.clock_skew_critical_ms,
    stallUs: engine.stallUs,
    audit: parts.store.audit && { fault: looked.auditFault },
    isVenueUp: parts.venue.isConnected,
    venueTrouble: parts.venue.status?.().trouble,
    // A venue that does not answer leaves the last verdict to grow old.
    reconciled: isMismatch
      ? { status: 'MISMATCH', ts: now }
      : okTs === undefined
        ? undefined
        : { status: 'OK', ts: okTs },
    isPolicyHeld: policyHash(limitsSpec(kernel.facts.limits)) === engine.policySha256,
    drift: looked.drift,
    live: (guard) => engine.live.guard(guard),
  }
}

/** What is known of one guard; undefined where nothing is. */
function find(guard: GuardName, facts: GuardFacts, now: number): Finding | undefined {
  const seen = (isOk: boolean, detail: string): Finding => ({ status: isOk ? 'OK' : 'BAD', seenTs: now, detail })
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- of the other guards an engine knows nothing
  switch (guard) {
    case 'clock': {
      if (!facts.isClockKnown) return { status: 'UNKNOWN', seenTs: now, detail: 'no source of time answers' }
      const skewMs = Math.abs(facts.skewUs) / US_PER_MS
      return seen(skewMs < facts.skewMaxMs, `${Math.round(skewMs)} ms against the monotonic clock`)
    }
    case 'audit':
      return facts.audit && seen(facts.audit.fault === undefined, facts.audit.fault ?? 'no fault was found')
    case 'policy':
      return policy(facts, now)
    case 'dependencies':
      return seen(
        facts.isVenueUp && facts.venueTrouble === undefined,
        facts.isVenueUp ? (facts.venueTrouble ?? 'the venue answers') : 'the venue is not connected',
      )
    case 'metrics':
      return seen(facts.stallUs < STALL_MAX_US, `a turn took up to ${(facts.stallUs / US_PER_SECOND).toFixed(1)} s`)
    case 'reconcile': {
      const { reconciled } = facts
      if (reconciled === undefined) return undefined
      return { status: reconciled.status === 'OK' ? 'OK' : 'BAD', seenTs: reconciled.ts, detail: reconciled.status }
    }
    default: {
      const known = facts.live(guard)
      if (known === undefined) return undefined
      const { isOk, ageUs, detail } = known
      return { status: isOk ? 'OK' : 'BAD', seenTs: now - ageUs, detail }
    }
  }
}

/** Other limits on disk are no limits of ours, and settings that cannot be read may hold any. */
function policy({ isPolicyHeld, drift }: GuardFacts, seenTs: number): Finding {
  if (!isPolicyHeld) return { status: 'BAD', seenTs, detail: 'the limits in force are not those of the session' }
  if (drift === undefined || drift.kind === 'settings') return { status: 'OK', seenTs, detail: 'as the session began' }
  return { status: drift.kind === 'policy' ? 'BAD' : 'UNKNOWN', seenTs, detail: drift.detail }
}
