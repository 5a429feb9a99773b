import type { EventType, Payload } from '../events/event.ts'

/** Facts that the host alone knows, and the journal keeps: nothing in the kernel hangs on them. */
export const HOST_FACTS = [
  'approval.requested',
  'approval.voted',
  'approval.approved',
  'approval.rejected',
  'approval.expired',
  'approval.invalidated',
  'approval.canceled',
  'approval.executed',
  'approval.failed',
  'access.denied',
  'dangerous_op.challenge_issued',
  'dangerous_op.confirmed',
  'dangerous_op.rejected',
  'flag.changed',
  'operator.set',
  'operator.role_changed',
  'operator.books_changed',
  'operator.on_duty',
  'operator.revoked',
  'operator.unlocked',
  'login.changed',
  'policy.changed',
  'live.armed',
  'live.disarmed',
  'promotion.granted',
  'promotion.refused',
  'promotion.revoked',
  'break_glass.requested',
  'break_glass.opened',
  'break_glass.used',
  'break_glass.closed',
  'break_glass.expired',
  'break_glass.reviewed',
  'reconcile.case_changed',
  'sot.resolved',
  'ops.secret_changed',
  'clock.state_changed',
  'ops.noted',
  'ops.export_made',
  'ops.pruned',
  'ops.hold_changed',
  'ops.emergency_cancel',
  'audit.forked',
] as const satisfies readonly EventType[]

export type HostFactType = (typeof HOST_FACTS)[number]
export type HostFact = {
  readonly [T in HostFactType]: { readonly type: T; readonly payload: Payload<T> }
}[HostFactType]
