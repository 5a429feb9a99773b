import { z } from 'zod'
import { formatTime, timeUs } from '../domain/time.ts'
import type { Health } from './link/views.ts'

/** One thing that must be well, as last looked at. */
export interface HealthCheckState {
  readonly name: string
  readonly status: Health
  readonly reasonCode: string
  /** One sentence for people. */
  readonly summary: string
  /** undefined: never looked at. */
  readonly observedTs: number | undefined
}

export interface HealthReport {
  readonly overall: Health
  readonly checks: readonly HealthCheckState[]
  readonly ts: number
}

/** What is worse comes later: not knowing is worse than knowing that something limps (UGF-0-014). */
const RANK: Readonly<Record<Health, number>> = { OK: 0, DEGRADED: 1, UNKNOWN: 2, FAILED: 3 }

export function worst(all: readonly Health[]): Health {
  return all.reduce((worst, one) => (RANK[one] > RANK[worst] ? one : worst), 'OK')
}

/**
 * The checks of a process. Each is told what was found and keeps it for as long as it is fresh: a check that was never
 * looked at, or too long ago, is UNKNOWN whatever it was.
 */
export class HealthBoard {
  readonly #ageUsMax: ReadonlyMap<string, number>
  readonly #states = new Map<string, HealthCheckState>()

  /** @param checks every check by name, and how old a finding may be, µs */
  constructor(checks: Readonly<Record<string, number>>) {
    this.#ageUsMax = new Map(Object.entries(checks))
  }

  /** Takes a finding; one of a check that the board does not have is a mistake of the caller and is refused. */
  observe(name: string, found: Pick<HealthCheckState, 'status' | 'reasonCode' | 'summary'>, ts: number): void {
    if (!this.#ageUsMax.has(name)) throw new Error(`a check of the board is observed, was '${name}'`)
    this.#states.set(name, { name, ...found, observedTs: ts })
  }

  report(nowTs: number): HealthReport {
    const checks = [...this.#ageUsMax].map(([name, ageUsMax]) => this.#now(name, ageUsMax, nowTs))
    // Nothing looked at is nothing known.
    const overall = checks.length === 0 ? 'UNKNOWN' : worst(checks.map(({ status }) => status))
    return { overall, checks, ts: nowTs }
  }

  #now(name: string, ageUsMax: number, nowTs: number): HealthCheckState {
    const state = this.#states.get(name)
    if (state === undefined)
      return {
        name,
        status: 'UNKNOWN',
        reasonCode: 'NEVER_OBSERVED',
        summary: 'never looked at',
        observedTs: undefined,
      }
    const ageUs = nowTs - (state.observedTs ?? nowTs)
    if (ageUs <= ageUsMax) return state
    const summary = `last looked at ${Math.round(ageUs / 1_000)} ms ago, at most ${ageUsMax / 1_000} ms; was ${state.status}: ${state.summary}`
    return { ...state, status: 'UNKNOWN', reasonCode: 'OBSERVATION_OLD', summary }
  }
}

export type CapabilityState = 'ENABLED' | 'DISABLED' | 'DEGRADED' | 'NOT_IMPLEMENTED'

/** Something that the program does, or will do. */
export interface Feature {
  readonly name: string
  readonly isBuilt: boolean
  readonly isEnabled: boolean
  /** Checks that must be OK for it to work as meant. */
  readonly needs: readonly string[]
}

export interface Capability {
  readonly name: string
  readonly state: CapabilityState
  readonly reasons: readonly { readonly code: string; readonly message: string; readonly sinceTs: number | undefined }[]
}

/** What works now. A feature that is not built says so; one whose checks are not OK says which. */
export function capabilities(features: readonly Feature[], { checks }: HealthReport): readonly Capability[] {
  return features.map(({ name, isBuilt, isEnabled, needs }) => {
    if (!isBuilt) return { name, state: 'NOT_IMPLEMENTED', reasons: [because('NOT_IMPLEMENTED', 'not built yet')] }
    if (!isEnabled) return { name, state: 'DISABLED', reasons: [because('DISABLED', 'switched off in the settings')] }
    const reasons = needs.flatMap((need) => {
      const check = checks.find((one) => one.name === need)
      if (check === undefined) return [because('NEVER_OBSERVED', `${need} is not looked at`)]
      if (check.status === 'OK') return []
      return [{ code: check.reasonCode, message: `${need}: ${check.summary}`, sinceTs: check.observedTs }]
    })
    return { name, state: reasons.length > 0 ? 'DEGRADED' : 'ENABLED', reasons }
  })
}

function because(code: string, message: string): Capability['reasons'][number] {
  return { code, message, sinceTs: undefined }
}

const status = z.enum(['OK', 'DEGRADED', 'FAILED', 'UNKNOWN'])
const instant = z.iso.datetime()

/** Health as scripts read it: `/healthz`, `run/status.json`, `profinaut health --json`. */
export const HealthJson = z.object({
  schema_version: z.literal(1),
  overall: status,
  ts: instant,
  checks: z.array(
    z.object({
      name: z.string(),
      status,
      reason_code: z.string(),
      summary: z.string(),
      observed_at: instant.optional(),
    }),
  ),
})
export type HealthJson = z.infer<typeof HealthJson>

/** Capabilities as scripts read them. */
export const CapabilitiesJson = z.object({
  schema_version: z.literal(1),
  ts: instant,
  version: z.string(),
  safe_mode: z.boolean(),
  degraded_reason: z.string().optional(),
  allowed_actions: z.array(z.string()),
  capabilities: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ENABLED', 'DISABLED', 'DEGRADED', 'NOT_IMPLEMENTED']),
      reasons: z.array(z.object({ code: z.string(), message: z.string(), since: instant.optional() })),
    }),
  ),
})
export type CapabilitiesJson = z.infer<typeof CapabilitiesJson>

export function healthJson({ overall, checks, ts }: HealthReport): HealthJson {
  return {
    schema_version: 1,
    overall,
    ts: iso(ts),
    checks: checks.map(({ name, status, reasonCode, summary, observedTs }) => ({
      name,
      status,
      reason_code: reasonCode,
      summary,
      ...(observedTs === undefined ? {} : { observed_at: iso(observedTs) }),
    })),
  }
}

export function capabilitiesJson(
  all: readonly Capability[],
  facts: {
    readonly ts: number
    readonly version: string
    readonly isSafeMode: boolean
    readonly degradedReason?: string | undefined
    /** Classes of actions that the gate lets through now: OBSERVE, CANCEL, REDUCE, OPEN, … */
    readonly allowedActions: readonly string[]
  },
): CapabilitiesJson {
  return {
    schema_version: 1,
    ts: iso(facts.ts),
    version: facts.version,
    safe_mode: facts.isSafeMode,
    ...(facts.degradedReason === undefined ? {} : { degraded_reason: facts.degradedReason }),
    allowed_actions: [...facts.allowedActions],
    capabilities: all.map(({ name, state, reasons }) => ({
      name,
      state,
      reasons: reasons.map(({ code, message, sinceTs }) => ({
        code,
        message,
        ...(sinceTs === undefined ? {} : { since: iso(sinceTs) }),
      })),
    })),
  }
}

function iso(ts: number): string {
  return formatTime(timeUs(Math.round(ts)))
}
