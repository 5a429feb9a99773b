import { textOf } from '../../paint/row.ts'
import type { Panel, PanelAction } from '../../panel.ts'
import { freshness, staleReason } from '../freshness.ts'
import { plainText } from '../plain-text.ts'
import { paintApprovals } from './paint.ts'
import { approvalRows, approvalWords, isWaiting, selectedApproval } from './view-model.ts'

/** What waits for me. */
export const APPROVALS_PANEL: Panel = {
  key: '9',
  id: 'approvals',
  title: 'Approvals',
  short: 'Appr',
  views: ['approvals'],
  sorts: ['first to expire'],
  choices: [],
  topics: () => ['approvals'],
  rows: (shelf, state) => approvalRows(shelf, state).map(({ id }) => id),
  actions(shelf, state) {
    const chosen = selectedApproval(shelf, state)
    const yes = { key: 'A', label: 'approve', tier: 'T1' } as const
    const no = { key: 'R', label: 'reject', tier: 'stop' } as const
    const refusal =
      chosen === undefined
        ? 'NO_ROW: nothing waits here'
        : isWaiting(chosen)
          ? undefined
          : `APPROVAL_${chosen.state}: it is decided`
    if (chosen === undefined) return [yes, no].map((action): PanelAction => ({ ...action, disabled: refusal }))
    const broken = chosen.checks.find(({ isMet }) => !isMet)
    const stale = staleReason('approvals', freshness(shelf, 'approvals'))
    const said = plainText(chosen.summary)
    return [
      {
        ...yes,
        disabled: refusal ?? stale ?? (broken && `GROUND_CHANGED: ${broken.name}: ${broken.fact}`),
        command: {
          type: 'APPROVAL_VOTE',
          payload: { approval_id: chosen.id, vote: 'yes' },
          effect: `${said}: sent once, if the whole gate lets it through now`,
        },
      },
      {
        ...no,
        disabled: refusal,
        command: {
          type: 'APPROVAL_VOTE',
          payload: { approval_id: chosen.id, vote: 'no' },
          effect: `${said}: not sent; it is never asked for again under ${plainText(chosen.id)}`,
        },
      },
    ]
  },
  paint: paintApprovals,
  sentence(shelf, state, context) {
    const chosen = selectedApproval(shelf, state)
    const view = shelf.get('approvals')
    if (chosen === undefined || view === undefined) return 'Nothing waits for your word.'
    const said = approvalWords(chosen, view, freshness(shelf, 'approvals').ageMs, context)
    const time = isWaiting(chosen) ? `${textOf(said.time)} left` : textOf(said.time)
    return `${said.id} ${chosen.state}, ${time}: ${said.summary}; ${said.votes} said yes.`
  },
}
