import type { EventType, Payload } from './event.ts'

/** An action by its name, or by what the event says; undefined where an event is no audit action. */
type Action<T extends EventType> = string | undefined | ((payload: Payload<T>) => string | undefined)

const FLATTEN_ACTIONS: Readonly<Record<Payload<'safety.flatten_progress'>['state'], string>> = {
  WORKING: 'flatten.start',
  FLAT: 'flatten.end',
  INCOMPLETE: 'flatten.end',
  STUCK: 'flatten.progress',
  WAITING: 'flatten.progress',
  CHECKING: 'flatten.progress',
}

/**
 * What each event is called in the audit log: the names of the mandatory audit actions. An event type without its row does
 * not compile; undefined says that it is no audit action, and why stands beside it.
 */
export const AUDIT_ACTIONS: { readonly [T in EventType]: Action<T> } = {
  // Terms and payments that the venue sets: nobody of ours acted.
  'marketdata.instrument': undefined,
  'marketdata.funding': undefined,
  'marketdata.dataset': 'lineage.recorded',
  'marketdata.status': ({ status }) => (status === 'GAP' ? 'GAP_DETECTED' : 'integrity.record'),
  // An opinion: what is done about it is an intent.
  'signal.emitted': undefined,
  'intent.created': 'execution.intent.created',
  'intent.discarded': 'execution.rejected',
  'policy.decided': 'execution.gate.decision',
  // Between the decision and the sending, which are both here.
  'order.enqueued': undefined,
  'order.blocked': 'execution.rejected',
  'order.sent': 'execution.sent',
  'order.open': 'execution.result',
  'order.triggered': 'execution.result',
  'order.cancel_requested': 'execution.sent',
  'order.cancel_refused': 'execution.rejected',
  'order.amend_requested': 'execution.sent',
  'order.amended': 'execution.result',
  'order.amend_refused': 'execution.rejected',
  'order.canceled': 'execution.result',
  'order.expired': 'execution.result',
  'order.rejected': 'execution.rejected',
  'order.unknown': 'execution.result',
  'order.adopted': 'EXTERNAL_ORDER_DETECTED',
  'order.late_event': 'order.late_event',
  'order.quarantined': 'quarantine.enter',
  'fill.recorded': 'execution.result',
  'fill.duplicate': 'duplicate_suppressed',
  'portfolio.deposited': 'ledger.adjustment',
  // What a fill books is the fill's consequence, and funding the venue's.
  'portfolio.updated': ({ cause }) => (cause === 'adjustment' ? 'ledger.adjustment' : undefined),
  'safety.reason_raised': 'INTERLOCK_TRIGGERED',
  'safety.reason_cleared': 'INTERLOCK_CLEARED',
  'safety.mode_changed': 'SAFETY_TRANSITION_APPLIED',
  'safety.release_refused': 'SAFETY_TRANSITION_REJECTED',
  'safety.kill_changed': 'KILL_APPLIED',
  'safety.order_frozen': 'kill.step',
  'safety.flatten_progress': ({ state }) => FLATTEN_ACTIONS[state],
  'command.accepted': 'controlplane.command.requested',
  'safety.input_changed': ({ state }) => (state === 'OK' ? 'input.recovered' : 'risk.data.unknown'),
  'safety.lease_issued': 'LEASE_ISSUED',
  'safety.lease_denied': 'LEASE_DENIED',
  'safety.leases_renewed': 'LEASE_RENEWED',
  'command.completed': 'controlplane.command.applied',
  'command.rejected': 'controlplane.command.denied',
  'approval.requested': 'approval.requested',
  'approval.voted': 'approval.voted',
  'approval.approved': 'approval.approved',
  'approval.rejected': 'approval.rejected',
  'approval.expired': 'approval.expired',
  'approval.invalidated': 'approval.invalidated',
  'approval.canceled': 'approval.canceled',
  'approval.executed': 'approval.executed',
  'approval.failed': 'approval.failed',
  'access.denied': 'access.denied',
  'dangerous_op.challenge_issued': 'dangerous_op.challenge_issued',
  'dangerous_op.confirmed': 'dangerous_op.confirmed',
  'dangerous_op.rejected': 'dangerous_op.rejected',
  'flag.changed': 'flag.changed',
  'live.armed': 'live.armed',
  'live.disarmed': 'live.disarmed',
  'promotion.granted': 'promotion.granted',
  'promotion.refused': 'promotion.refused',
  'promotion.revoked': 'promotion.revoked',
  'operator.set': 'operator.set',
  'operator.role_changed': 'operator.role_changed',
  'operator.books_changed': 'operator.books_changed',
  'operator.on_duty': 'operator.on_duty',
  'operator.revoked': 'operator.revoked',
  'operator.unlocked': 'operator.unlocked',
  'login.changed': ({ state }) => `login.${state.toLowerCase()}`,
  'break_glass.requested': 'break_glass.requested',
  'break_glass.opened': 'break_glass.opened',
  'break_glass.used': 'break_glass.used',
  'break_glass.closed': 'break_glass.closed',
  'break_glass.expired': 'break_glass.expired',
  'break_glass.reviewed': 'break_glass.reviewed',
  'policy.changed': 'policy.changed',
  'reconcile.run': 'reconcile.run',
  'reconcile.mismatch': 'reconcile.mismatch',
  'reconcile.case_changed': ({ to }) => `reconcile.case.${to.toLowerCase()}`,
  'sot.resolved': 'sot.resolved',
  'run.started': 'run.start',
  // Which books a start goes on from: part of that start.
  'run.resumed': undefined,
  'run.bot_registered': 'config.applied',
  // A strategy's memory and the engine's marks: nothing was decided.
  'run.checkpoint': undefined,
  'run.ended': 'run.end',
  'ops.bot_state': 'bot.state.transition',
  'ops.strategy_state': undefined,
  'ops.health': 'integrity.record',
  'clock.state_changed': 'clock.state_changed',
  'ops.noted': 'annotation.added',
  'ops.export_made': 'export.created',
  'ops.pruned': 'retention.pruned',
  'ops.hold_changed': ({ state }) => (state === 'HELD' ? 'retention.held' : 'retention.lifted'),
  'ops.emergency_cancel': 'execution.sent',
  'audit.forked': 'audit.forked',
  'ops.secret_changed': ({ action }) => `secret.${action}`,
}

/** What an event is called in the audit log; undefined where it is no audit action. */
export function auditAction<T extends EventType>(type: T, payload: Payload<T>): string | undefined {
  const action: Action<T> = AUDIT_ACTIONS[type]
  return typeof action === 'function' ? action(payload) : action
}

/** Types of the events that can be audit actions. */
export const AUDITED_TYPES: readonly EventType[] = (Object.keys(AUDIT_ACTIONS) as EventType[]).filter(
  (type) => AUDIT_ACTIONS[type] !== undefined,
)
