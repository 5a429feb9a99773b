import { formatDuration, US_PER_MS } from '../../src/domain/time.ts'
import { type Approval, isFinal } from '../../src/runtime/approvals/approval.ts'
import type { ApproveListOptions, ApproveWaitOptions } from '../approve.ts'
import type { CommandDeps } from '../command-line.ts'
import { type CommandStore, withEngine } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions, read } from '../reading.ts'
import { facts, sheet, sheetOutcome } from '../sheet.ts'

export function listApprovals(deps: CommandDeps, options: ApproveListOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const { limit, state } = options
      const found = store.approvals.list({ limit, state })
      const waiting = found.filter((one) => one.state === 'PENDING').toSorted((a, b) => a.expiresTs - b.expiresTs)
      const rows = [...waiting, ...found.filter((one) => one.state !== 'PENDING')]
      const now = store.state().lastTs
      const table = sheet(
        [
          { name: 'approval_id', align: 'left', exact: ({ id }: Approval) => id },
          { name: 'state', align: 'left', exact: (one) => one.state },
          { name: 'summary', align: 'left', exact: ({ summary }) => summary },
          { name: 'votes', align: 'left', exact: ({ votes, required }) => `${votes.length}/${required}` },
          {
            name: 'expires',
            align: 'left',
            exact: ({ expiresTs }) => isoTime(expiresTs),
            shown: (one) => (one.state === 'PENDING' ? `in ${leftOf(one, now)}` : ''),
          },
          { name: 'rules', align: 'left', exact: ({ rules }) => rules.join(', ') },
          { name: 'reason_code', align: 'left', exact: ({ reasonCode }) => reasonCode },
        ],
        rows,
        { empty: 'nothing has asked for a word' },
      )
      return sheetOutcome(table, format, {
        code: waiting.length === 0 ? EXIT.ok : EXIT.checkFailed,
        message: `${waiting.length} approvals wait`,
        ...(waiting.length === 0 ? {} : { reasonCodes: ['APPROVAL_PENDING'] }),
      })
    },
  })
}

function leftOf({ expiresTs }: Approval, now: number): string {
  return formatDuration(Math.max(0, expiresTs - now))
}

export function showApproval(deps: CommandDeps, id: string, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: [], show: ({ store }, format) => told(require(store, id), format, EXIT.ok) })
}

const POLL_MS = 100

/** Stays until it is decided, or its time is over. */
export function waitApproval(
  { engine, printer }: CommandDeps,
  id: string,
  options: ApproveWaitOptions,
): Promise<Outcome> {
  return withEngine(options, engine, async ({ store }) => {
    const untilMs = engine.monotonicMs() + options.timeout / US_PER_MS
    let approval = require(store, id)
    while (!isFinal(approval.state) && engine.monotonicMs() < untilMs) {
      await engine.pause(POLL_MS)
      approval = require(store, id)
    }
    const { state } = approval
    const code = state === 'EXECUTED' ? EXIT.ok : isFinal(state) ? EXIT.denied : EXIT.unreachable
    return told(approval, formatOf(options, printer), code)
  })
}

function told(approval: Approval, format: Parameters<typeof sheetOutcome>[1], code: ExitCode): Outcome {
  const { ground, votes, payload } = approval
  const said = votes.map(
    ({ actor, isYes, reason, ts }) => `${isYes ? 'yes' : 'no'} by ${actor} at ${isoTime(ts) ?? ''}: ${reason}`,
  )
  const rows = facts([
    ['approval_id', approval.id],
    ['state', approval.state],
    ['summary', approval.summary],
    ['kind', approval.kind],
    ['subject', approval.subject],
    ['requested_by', approval.requestedBy],
    ['created', isoTime(approval.createdTs)],
    ['expires', isoTime(approval.expiresTs)],
    ['rules', approval.rules.join(', ')],
    ['required', approval.required],
    ['votes', said.join('; ')],
    ['price', ground.price],
    ['position_lots', ground.position],
    ['payload', JSON.stringify(payload)],
    ['payload_sha256', approval.payloadSha256],
    ['reason_code', approval.reasonCode],
    ['detail', approval.detail],
  ])
  const reasonCodes = approval.reasonCode === '' ? [] : [approval.reasonCode]
  const said1 = approval.detail === '' ? approval.state : `${approval.state}: ${approval.detail}`
  return sheetOutcome(rows, format, { code, message: `${approval.id} ${said1}`, reasonCodes })
}

function require(store: CommandStore, id: string): Approval {
  const approval = store.approvals.get(id)
  if (approval !== undefined) return approval
  throw new CommandError(
    EXIT.usage,
    'APPROVAL_UNKNOWN',
    `there is no approval '${id}'`,
    'list them with: profinaut approve list',
  )
}
