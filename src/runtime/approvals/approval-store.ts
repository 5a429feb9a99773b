import type { Approval, ApprovalState } from './approval.ts'

/** A word that was given ahead: for so many orders of a bot, none larger than this, until a time. */
export interface StandingApproval {
  readonly id: string
  readonly botId: string
  /** Undefined is any that the bot trades. */
  readonly instrumentId: string | undefined
  /** Base currency. */
  readonly notionalMax: number
  readonly usesLeft: number
  readonly untilTs: number
  readonly actor: string
  readonly reason: string
  readonly createdTs: number
}

/** Where approvals are kept; each call is durable when it returns. */
export interface ApprovalStore {
  put(approval: Approval): void
  get(id: string): Approval | undefined
  /** All there ever were. */
  count(): number
  /** Newest first. */
  list(options: { readonly limit: number; readonly state?: ApprovalState | undefined }): readonly Approval[]
  /** Those that are not final, the first to expire first. */
  open(): readonly Approval[]
  putStanding(standing: StandingApproval): void
  standing(): readonly StandingApproval[]
}
