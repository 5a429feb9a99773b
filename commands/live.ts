import { Command, InvalidArgumentError } from 'commander'
import { parseDuration, US_PER_MINUTE } from '../src/domain/time.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, examples, reads, TWO_STEPS, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface ArmOptions extends ChangeOptions {
  /** Minutes. */
  readonly ttl: number
}

export function liveCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('live').description('whether orders reach a real venue, and for how long')
  watches(command.command('status').description('stage, environment, whether it is armed, and what stands in the way'))
    .addHelpText(
      'after',
      `${examples('live status', 'live status --json')}\nExit codes: 0 armed, 5 not armed, 6 no engine runs.\n`,
    )
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./live/status.ts')).liveStatus(deps, options)),
    )
  reads(command.command('ladder').description('how near to money the profile may go, and what the next stage asks for'))
    .addHelpText(
      'after',
      `${examples('live ladder', 'live ladder --json')}\nStages: forward, shadow, canary, live; \`promote\` and \`demote\` move between them.\n`,
    )
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./live/ladder.ts')).showLadder(deps, options)),
    )
  changes(
    command.command('arm').description('let orders reach the venue; over by itself, with HALT and with a start'),
    {
      needsReason: true,
    },
  )
    .option('--ttl <duration>', 'for how long, 24h at most', parseTtl, 720)
    .addHelpText(
      'after',
      `${examples('live arm --ttl 8h --reason "trading the Tokyo session"')}\nBots that a start has paused are resumed one by one, with \`bot resume\`.${TWO_STEPS}`,
    )
    .action((options: ArmOptions) =>
      settle(options, async () => (await import('./live/change.ts')).armLive(deps, options)),
    )
  changes(command.command('disarm').description('nothing is opened any more; what is open can be closed by hand'))
    .addHelpText('after', examples('live disarm --reason "done for today"'))
    .action((options: ChangeOptions) =>
      settle(options, async () => (await import('./live/change.ts')).disarmLive(deps, options)),
    )
  return command
}

function parseTtl(text: string): number {
  const us = parseDuration(text)
  if (us === undefined || us < US_PER_MINUTE || us > 1_440 * US_PER_MINUTE)
    throw new InvalidArgumentError('a duration from 1m to 24h, such as 8h')
  return Math.floor(us / US_PER_MINUTE)
}
