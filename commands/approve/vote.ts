import type { ApproveVoteOptions } from '../approve.ts'
import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import type { Outcome } from '../outcome.ts'
import { type ChangeOptions, submit } from '../submission.ts'

export function voteApproval(
  { engine }: CommandDeps,
  id: string,
  vote: 'yes' | 'no',
  options: ApproveVoteOptions,
): Promise<Outcome> {
  const payload = { approval_id: id, vote, ...(options.typed === undefined ? {} : { typed: options.typed }) }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'APPROVAL_VOTE', payload }, options))
}

export function cancelApproval({ engine }: CommandDeps, id: string, options: ChangeOptions): Promise<Outcome> {
  const payload = { approval_id: id }
  return withEngine(options, engine, (access) => submit(access, engine, { type: 'APPROVAL_CANCEL', payload }, options))
}
