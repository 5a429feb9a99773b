import { Command, InvalidArgumentError, Option } from 'commander'
import type { ApprovalState } from '../src/runtime/approvals/approval.ts'
import { parseDuration, US_PER_MINUTE, US_PER_SECOND } from '../src/domain/time.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, count, examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

/** Written out, so that help costs no schema; the compiler holds it to the states. */
export const STATES = [
  'PENDING',
  'APPROVED',
  'EXECUTING',
  'EXECUTED',
  'FAILED',
  'REJECTED',
  'EXPIRED',
  'INVALIDATED',
  'CANCELED',
] as const satisfies readonly ApprovalState[]

export interface ApproveListOptions extends ReadOptions {
  readonly state?: ApprovalState | undefined
  readonly limit: number
}
export interface ApproveWaitOptions extends ReadOptions {
  readonly timeout: number
}
export interface ApproveVoteOptions extends ChangeOptions {
  readonly typed?: string | undefined
}
export interface StandingOptions extends ChangeOptions {
  readonly bot: string
  readonly instrument?: string | undefined
  readonly notional: string
  readonly uses: number
  readonly for: number
}

export function approveCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('approve').description('what waits for your word before it is done, and giving it')
  reads(command.command('list').description('approvals, those that wait first to expire'))
    .addOption(new Option('--state <state>', 'only in this state').choices(STATES))
    .option('--limit <n>', 'at most so many', count, 20)
    .addHelpText(
      'after',
      `${examples('approve list', 'approve list --state PENDING --json')}\nExit codes: 0 nothing waits, 5 something does.\n`,
    )
    .action((options: ApproveListOptions) =>
      settle(options, async () => (await import('./approve/list.ts')).listApprovals(deps, options)),
    )
  reads(command.command('show <id>').description('one of them: what it asks, on what ground, and who said what'))
    .addHelpText('after', examples('approve show ap-3'))
    .action((id: string, options: ReadOptions) =>
      settle(options, async () => (await import('./approve/list.ts')).showApproval(deps, id, options)),
    )
  for (const [name, vote, description] of [
    ['yes', 'yes', 'let it be done, once, if the gate lets it through'],
    ['no', 'no', 'end it: it is not done'],
  ] as const)
    changes(command.command(`${name} <id>`).description(description), { needsReason: true })
      .addOption(new Option('--typed <subject>', 'what it is about, typed: asked of who says yes a second time'))
      .addHelpText('after', examples(`approve ${name} ap-3 --reason "${vote === 'yes' ? 'as planned' : 'too large'}"`))
      .action((id: string, options: ApproveVoteOptions) =>
        settle(options, async () => (await import('./approve/vote.ts')).voteApproval(deps, id, vote, options)),
      )
  changes(command.command('cancel <id>').description('take a request back'), { needsReason: true })
    .addHelpText('after', examples('approve cancel ap-3 --reason "not today"'))
    .action((id: string, options: ChangeOptions) =>
      settle(options, async () => (await import('./approve/vote.ts')).cancelApproval(deps, id, options)),
    )
  reads(command.command('wait <id>').description('stay until it is decided'))
    .option('--timeout <duration>', 'how long at most: 60s, 15m', parseTimeout, 60 * US_PER_SECOND)
    .addHelpText(
      'after',
      `${examples('approve wait ap-3 --timeout 60s')}\nExit codes: 0 it was carried out, 3 it was not, 6 it still waits.\n`,
    )
    .action((id: string, options: ApproveWaitOptions) =>
      settle(options, async () => (await import('./approve/list.ts')).waitApproval(deps, id, options)),
    )
  reads(command.command('rules').description('what wants a word, and whose'))
    .addHelpText('after', examples('approve rules'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./approve/rules.ts')).showRules(deps, options)),
    )
  const standing = command.command('standing').description('words given ahead, for so many orders until a time')
  reads(standing.command('list').description('those that were given, with what is left of them'))
    .addHelpText('after', examples('approve standing list'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./approve/standing.ts')).listStanding(deps, options)),
    )
  changes(standing.command('add').description('give one: orders of a bot up to a size are approved as they come'), {
    needsReason: true,
  })
    .requiredOption('--bot <bot>', 'whose orders')
    .option('--instrument <id>', 'this instrument alone')
    .requiredOption('--notional <amount>', 'largest worth of one order, base currency')
    .option('--uses <n>', 'for so many orders', count, 1)
    .option('--for <duration>', 'until so long from now: 1m to 7d', parseSpan, 60 * US_PER_MINUTE)
    .addHelpText(
      'after',
      examples('approve standing add --bot trend --notional 200000 --uses 5 --for 4h --reason "at lunch"'),
    )
    .action((options: StandingOptions) =>
      settle(options, async () => (await import('./approve/standing.ts')).addStanding(deps, options)),
    )
  changes(standing.command('revoke <id>').description('take one back'), { needsReason: true })
    .addHelpText('after', examples('approve standing revoke sa-1 --reason "back at the desk"'))
    .action((id: string, options: ChangeOptions) =>
      settle(options, async () => (await import('./approve/standing.ts')).revokeStanding(deps, id, options)),
    )
  return command
}

const SPAN_US_MAX = 7 * 24 * 60 * US_PER_MINUTE
function parseSpan(text: string): number {
  const span = parseDuration(text)
  if (span === undefined || span < US_PER_MINUTE || span > SPAN_US_MAX)
    throw new InvalidArgumentError('a duration from 1m to 7d.')
  return span
}

function parseTimeout(text: string): number {
  const span = parseDuration(text)
  if (span === undefined || span < 0 || span > SPAN_US_MAX) throw new InvalidArgumentError('a duration up to 7d.')
  return span
}
