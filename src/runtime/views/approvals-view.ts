import type { Approval } from '../approvals/approval.ts'
import { approvalRules } from '../approvals/approval-rules.ts'
import type { Engine } from '../engine/engine.ts'
import type { ApprovalsView } from '../link/views.ts'

/** Ended ones that are still shown. */
const ENDED_MAX = 20

export function approvalsView(engine: Engine): ApprovalsView {
  const { approvals, parts, now } = engine
  const pending = approvals.desk.pending
  const ended = parts.store.approvals
    .list({ limit: ENDED_MAX })
    .filter(({ id }) => pending.every((waiting) => waiting.id !== id))
  return {
    approvals: [
      ...pending.map((approval) => ({ ...rowOf(approval), checks: approvals.desk.checks(approval) })),
      ...ended.map((approval) => ({ ...rowOf(approval), checks: [] })),
    ],
    rules: approvalRules(parts.config).map(({ id, text, isOn }) => ({ id, text, isOn })),
    nowTs: now,
  }
}

function rowOf(approval: Approval): Omit<ApprovalsView['approvals'][number], 'checks'> {
  const { id, state, kind, subject, summary, requestedBy, rules, votes, required, createdTs, expiresTs } = approval
  const { reasonCode, detail, changedTs } = approval
  return {
    id,
    state,
    kind,
    subject,
    summary,
    requestedBy,
    rules,
    votes,
    required,
    createdTs,
    expiresTs,
    changedTs,
    why: [reasonCode, detail].filter((text) => text !== '').join(': '),
  }
}
