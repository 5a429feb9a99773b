import { Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration, US_PER_SECOND } from '../src/domain/time.ts'
import type { GlassOp } from '../src/runtime/authority/break-glass.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, examples, reads, TWO_STEPS } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

/** Written out, so that help costs no schema; a test holds it to the operations. */
export const OPS = [
  'INTERLOCK_SUPPRESS',
  'LIMIT_SET',
  'BOT_RELEASE',
  'BOT_START',
  'BOT_RESUME',
  'BOT_SET_PARAMS',
  'BOT_SET_ALLOCATION',
  'ORDER_PLACE',
] as const satisfies readonly GlassOp[]

export interface GlassOpenOptions extends ChangeOptions {
  readonly scope: string
  readonly ops: readonly GlassOp[]
  /** Seconds. */
  readonly ttl: number
  readonly evidence: string
}
export interface GlassReviewOptions extends ChangeOptions {
  readonly note: string
}

export function breakGlassCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('break-glass').description(
    'act beyond your role for minutes: named operations in one scope, seen by everybody, over by itself',
  )
  changes(command.command('open').description('ask for it; another person opens it, or a minute does'), {
    needsReason: true,
  })
    .addOption(new Option('--scope <scope>', 'global, venue:…, bot:… or instrument:…').default('global'))
    .requiredOption('--ops <operations>', `what it is for, with commas between: ${OPS.join(', ')}`, parseOps)
    .option('--ttl <duration>', '10m at most for INTERLOCK_SUPPRESS and LIMIT_SET, else 30m', parseTtl, 300)
    .requiredOption('--evidence <ref>', 'where it is written down why: an incident, a ticket, an alert')
    .addHelpText(
      'after',
      `${examples(
        'break-glass open --ops INTERLOCK_SUPPRESS --ttl 5m --evidence "incident 7" --reason "time server moves"',
        'break-glass open --ops BOT_RELEASE --scope bot:trend --ttl 20m --evidence "ticket 12" --reason "the operator is away"',
      )}
While it is open, orders may be half as large as usual. It never releases a mode or a kill, and ends with HALT and with the engine.${TWO_STEPS}`,
    )
    .action((options: GlassOpenOptions) =>
      settle(options, async () => (await import('./break-glass/change.ts')).openGlass(deps, options)),
    )
  for (const [name, description] of [
    ['approve', 'open one that another person asked for'],
    ['close', 'end one before its time'],
  ] as const)
    changes(command.command(`${name} <id>`).description(description), { needsReason: true })
      .addHelpText('after', examples(`break-glass ${name} bg-1-4 --reason "as agreed on the phone"`))
      .action((id: string, options: ChangeOptions) =>
        settle(options, async () => (await import('./break-glass/change.ts')).endGlass(deps, name, id, options)),
      )
  changes(command.command('review <id>').description('look back at one that is over: what was done with it, and why'))
    .requiredOption('--note <text>', 'what you found, in 8 characters or more')
    .addHelpText(
      'after',
      `${examples('break-glass review bg-1-4 --note "two interlocks put aside, both were due to the time server"')}\nWhere money is at stake no other opens before this.\n`,
    )
    .action((id: string, options: GlassReviewOptions) =>
      settle(options, async () => (await import('./break-glass/change.ts')).reviewGlass(deps, id, options)),
    )
  reads(command.command('list').description('every one there was, the newest first'))
    .addHelpText(
      'after',
      `${examples('break-glass list', 'break-glass list --json')}\nExit codes: 0 none is open, 5 one is locked or open, or waits to be looked back at.\n`,
    )
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./break-glass/list.ts')).listGlasses(deps, options)),
    )
  return command
}

function parseOps(text: string): readonly GlassOp[] {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !(OPS as readonly string[]).includes(name))
  if (unknown !== undefined) throw new InvalidArgumentError(`${unknown} is none of ${OPS.join(', ')}.`)
  return names as readonly GlassOp[]
}

function parseTtl(text: string): number {
  const duration = parseDuration(text)
  if (duration === undefined || duration < 10 * US_PER_SECOND)
    throw new InvalidArgumentError("a duration such as '5m'.")
  return Math.round(duration / US_PER_SECOND)
}
