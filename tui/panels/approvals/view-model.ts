import type { ApprovalRow, ApprovalsView } from '../../../src/runtime/link/views.ts'
import { age, countdown } from '../../paint/numbers.ts'
import type { Piece } from '../../paint/row.ts'
import type { PanelContext, PanelState, ViewShelf } from '../../panel.ts'
import { masked } from '../amount.ts'
import { selectedAt } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { filteredRows } from '../row-filter.ts'

/** Waiting first, as the engine sends them: the next to expire on top. */
export function approvalRows(shelf: ViewShelf, { filter }: PanelState): readonly ApprovalRow[] {
  const rows = shelf.get('approvals')?.approvals ?? []
  return filteredRows(rows, filter, ({ id, state, summary, requestedBy }) => ({
    text: `${id} ${state} ${summary} ${requestedBy}`,
    venueId: '',
  }))
}

export function selectedApproval(shelf: ViewShelf, state: PanelState): ApprovalRow | undefined {
  const rows = approvalRows(shelf, state)
  return rows[selectedAt(rows, state.selected) ?? -1]
}

export function isWaiting({ state }: ApprovalRow): boolean {
  return state === 'PENDING'
}

export interface ApprovalWords {
  readonly id: string
  readonly state: Piece
  readonly summary: string
  readonly votes: string
  /** Time that is left, or how long ago it ended. */
  readonly time: Piece
  readonly rules: string
}

/** Red from here on, ms. */
const SHORT_MS = 15_000

const TONES: Readonly<Record<string, 'warn' | 'ok' | 'bad' | 'muted'>> = {
  PENDING: 'warn',
  EXECUTED: 'ok',
  FAILED: 'bad',
  INVALIDATED: 'bad',
}

/** @param ageMs of the view: what is left runs on while nothing is heard */
export function approvalWords(
  row: ApprovalRow,
  view: ApprovalsView,
  ageMs: number,
  context: PanelContext,
): ApprovalWords {
  const leftMs = Math.max(0, (row.expiresTs - view.nowTs) / 1_000 - ageMs)
  return {
    id: plainText(row.id),
    state: [row.state, TONES[row.state] ?? 'muted'],
    summary: masked(plainText(row.summary), context),
    votes: `${row.votes.filter(({ isYes }) => isYes).length}/${row.required}`,
    time: isWaiting(row)
      ? [countdown(leftMs), leftMs < SHORT_MS ? 'bad' : 'warn']
      : [`${age((view.nowTs - row.changedTs) / 1_000 + ageMs)} ago`, 'muted'],
    rules: plainText(row.rules.join(' ')),
  }
}
