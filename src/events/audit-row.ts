import { auditAction } from './audit-action.ts'
import type { KernelEvent } from './event.ts'
import type { StoredEvent } from './line.ts'

export type AuditResult = 'SUCCESS' | 'FAILURE' | 'REJECTED'

/** One event seen as who did what to what, why, and with what result. Everything in it stands in the event. */
export interface AuditRow {
  readonly seq: number
  /** µs. */
  readonly ts: number
  /** Run and number: no other event has it. */
  readonly eventId: string
  /** As the event names it; undefined where the event names nobody. */
  readonly actor: string | undefined
  /** Whose idea an intent or an order was: a strategy's, an operator's, …; undefined where the event does not say. */
  readonly origin: string | undefined
  readonly action: string
  readonly type: KernelEvent['type']
  readonly targetType: string
  readonly targetId: string
  readonly scope: string
  /** Safety mode or kill level before and after; undefined for events that move neither. */
  readonly modeFrom: string | undefined
  readonly modeTo: string | undefined
  readonly reason: string | undefined
  readonly result: AuditResult
  readonly reasonCodes: readonly string[]
  readonly traceId: string
  readonly runId: string
  /** The event that led to this one; undefined when an input did. */
  readonly causeSeq: number | undefined
  readonly hash: string
  readonly prevHash: string
}

/** Every payload's fields that an audit row asks for; each event has some of them. */
interface Said {
  readonly actor?: string
  readonly origin?: string
  readonly scope?: string
  readonly from?: string
  readonly to?: string
  readonly reason?: string
  readonly explain?: string
  readonly detail?: string
  readonly reason_code?: string
  readonly reason_codes?: readonly string[]
  readonly instrument_id?: string
}

/** The audit row of an event; undefined where it is no audit action. */
export function auditRow({ event, runId, hash, prevHash }: StoredEvent): AuditRow | undefined {
  const { seq, ts, type, payload, botId, trace, causeSeq } = event
  const action = auditAction(type, payload)
  if (action === undefined) return undefined
  const said = payload as Said
  const [targetType, targetId] = targetOf(event, runId)
  return {
    seq,
    ts,
    eventId: eventIdOf(runId, seq),
    actor: said.actor,
    origin: said.origin,
    action,
    type,
    targetType,
    targetId,
    scope: said.scope ?? scopeOf(said.instrument_id, botId),
    modeFrom: said.from,
    modeTo: said.to,
    reason: said.reason ?? said.explain ?? said.detail,
    result: resultOf(event),
    reasonCodes: said.reason_codes ?? (said.reason_code === undefined ? [] : [said.reason_code]),
    traceId: `t${trace}`,
    runId,
    causeSeq: causeSeq === 0 ? undefined : causeSeq,
    hash,
    prevHash,
  }
}

/** Name of an event that no other has: events are numbered within their run. */
export function eventIdOf(run: string, seq: number): string {
  return `${run}/${seq}`
}

function scopeOf(instrument: string | undefined, bot: string | undefined): string {
  if (bot !== undefined) return `bot:${bot}`
  return instrument === undefined ? 'global' : `instrument:${instrument}`
}

/** Fields that name what an event is about, the narrowest first. */
const TARGETS = [
  ['order_id', 'order'],
  ['challenge_id', 'challenge'],
  ['glass_id', 'break_glass'],
  ['operator_id', 'operator'],
  ['command_id', 'command'],
  ['flag', 'flag'],
  ['approval_id', 'approval'],
  ['intent_id', 'intent'],
  ['case_id', 'case'],
  ['entity_id', 'entity'],
  ['reconcile_id', 'reconcile'],
  ['registry_id', 'secret'],
  ['export_sha256', 'export'],
  ['forked_run_id', 'run'],
  ['component', 'component'],
  ['instrument_id', 'instrument'],
  ['dataset_ref', 'dataset'],
  ['venue_id', 'venue'],
  ['scope', 'scope'],
] as const

function targetOf({ payload, botId }: KernelEvent, run: string): readonly [type: string, id: string] {
  const fields = payload as Readonly<Record<string, unknown>>
  for (const [field, name] of TARGETS) {
    const id = fields[field]
    if (typeof id === 'string') return [name, id]
  }
  return botId === undefined ? ['run', run] : ['bot', botId]
}

const REJECTED: ReadonlySet<KernelEvent['type']> = new Set([
  'intent.discarded',
  'order.blocked',
  'order.rejected',
  'order.cancel_refused',
  'order.amend_refused',
  'command.rejected',
  'access.denied',
  'dangerous_op.rejected',
  'safety.release_refused',
  'fill.duplicate',
  'approval.rejected',
  'approval.expired',
  'approval.invalidated',
])
const FAILED: ReadonlySet<KernelEvent['type']> = new Set([
  'order.unknown',
  'safety.order_frozen',
  'order.quarantined',
  'reconcile.mismatch',
  'approval.failed',
])

function resultOf(event: KernelEvent): AuditResult {
  if (REJECTED.has(event.type)) return 'REJECTED'
  if (FAILED.has(event.type)) return 'FAILURE'
  const { decision, status, reason } = event.payload as {
    readonly decision?: string
    readonly status?: string
    readonly reason?: string
  }
  if (event.type === 'policy.decided')
    return decision === 'ALLOW' || decision === 'REDUCE_ONLY' ? 'SUCCESS' : 'REJECTED'
  if (status !== undefined) return status === 'OK' ? 'SUCCESS' : 'FAILURE'
  return event.type === 'run.ended' && reason === 'failed' ? 'FAILURE' : 'SUCCESS'
}
