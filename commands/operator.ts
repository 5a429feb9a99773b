import { Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration, US_PER_HOUR, US_PER_SECOND } from '../src/domain/time.ts'
import type { Role } from '../src/runtime/authority/roles.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, collect, examples, reads, TWO_STEPS } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

/** Written out, so that help costs no schema; the compiler and a test hold it to the roles. */
export const ROLE_NAMES = ['viewer', 'researcher', 'operator', 'admin', 'cron'] as const satisfies readonly Role[]

export interface OperatorAddOptions extends ChangeOptions {
  readonly role: Role
  readonly kind: 'person' | 'service'
  readonly osUser?: string | undefined
  readonly passphrase: boolean
  readonly passphraseFd?: number | undefined
  readonly book?: readonly string[] | undefined
  /** How long it holds, µs. */
  readonly expires?: number | undefined
}

const DUTY_US_MAX = 12 * US_PER_HOUR

export function operatorCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('operator').description('who may act in this profile, as what, and in which books')
  reads(
    command.command('list', { isDefault: true }).description('every operator, its role, and whether it may act now'),
  )
    .addHelpText('after', examples('operator list', 'operator list --json'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./operator/rows.ts')).listOperators(deps, options)),
    )
  reads(
    command.command('show <operator>').description('one operator and every change of it: what an access review reads'),
  )
    .addHelpText('after', examples('operator show ann'))
    .action((id: string, options: ReadOptions) =>
      settle(options, async () => (await import('./operator/rows.ts')).showOperator(deps, id, options)),
    )
  changing(command.command('add <operator>').description('register a person or a service'))
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLE_NAMES).makeOptionMandatory())
    .addOption(new Option('--kind <kind>', 'who it is').choices(['person', 'service']).default('person'))
    .option('--os-user <user>', 'the user of this machine that it acts as')
    .option('--passphrase', 'it logs in with a passphrase, typed here twice', false)
    .option('--passphrase-fd <n>', 'the passphrase is read from this descriptor, 0 is stdin', parseFd)
    .option('--book <name>', 'it sees and does nothing outside; may be repeated (default: every book)', collect)
    .addOption(new Option('--expires <duration>', 'it ends by itself after so long: 1h to 365d').argParser(parseLife))
    .addHelpText(
      'after',
      `${examples(
        'operator add ann --role admin --os-user ann --reason "owns this profile"',
        'operator add bob --role operator --passphrase --expires 90d --reason "covers the weekends"',
        'operator add rita --role researcher --os-user rita --book research --reason "works on research"',
        'operator add cron --kind service --role cron --reason "nightly reconcile"',
      )}
The first one is an admin, and from then on whoever is not registered may look and do nothing. ${TWO_STEPS}Exit codes: 0 done, 2 the passphrase is none, 3 refused, 4 confirm it.\n`,
    )
    .action((id: string, options: OperatorAddOptions) =>
      settle(options, async () => (await import('./operator/change.ts')).addOperator(deps, id, options)),
    )
  changing(command.command('role <operator>').description('what it may do from now on'))
    .addArgument(command.createArgument('<role>', ROLE_NAMES.join(', ')).choices(ROLE_NAMES))
    .addHelpText('after', `${examples('operator role bob viewer --reason "moved to another desk"')}\n${TWO_STEPS}`)
    .action((id: string, role: Role, options: ChangeOptions) =>
      settle(options, async () => (await import('./operator/change.ts')).setRole(deps, { id, role }, options)),
    )
  changing(command.command('books <operator> [book...]').description('hold it to these books; none is every book'))
    .addHelpText('after', `${examples('operator books rita research main --reason "helps out"')}\n${TWO_STEPS}`)
    .action((id: string, books: readonly string[], options: ChangeOptions) =>
      settle(options, async () => (await import('./operator/change.ts')).setBooks(deps, { id, books }, options)),
    )
  changing(command.command('duty <operator>').description('let it start with money for a while'))
    .addArgument(command.createArgument('<duration>', '0s ends it, at most 12h').argParser(parseDuty))
    .addHelpText('after', `${examples('operator duty bob 8h --reason "early shift"')}\n${TWO_STEPS}`)
    .action((id: string, seconds: number, options: ChangeOptions) =>
      settle(options, async () => (await import('./operator/change.ts')).setDuty(deps, { id, seconds }, options)),
    )
  changing(command.command('revoke <operator>').description('take all of its rights away, at once'))
    .addHelpText('after', examples('operator revoke bob --reason "left the house"'))
    .action((id: string, options: ChangeOptions) =>
      settle(options, async () => (await import('./operator/change.ts')).revoke(deps, id, options)),
    )
  changing(command.command('unlock <operator>').description('forget its failed log-ins'))
    .addHelpText('after', `${examples('operator unlock bob --reason "it was him"')}\n${TWO_STEPS}`)
    .action((id: string, options: ChangeOptions) =>
      settle(options, async () => (await import('./operator/change.ts')).unlock(deps, id, options)),
    )
  return command
}

function changing(command: Command): Command {
  return changes(command, { needsReason: true })
}

export function parseFd(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('the number of an open descriptor, such as 0 or 3.')
  return Number(text)
}

function parseLife(text: string): number {
  const life = parseDuration(text)
  if (life === undefined || life < US_PER_HOUR || life > 365 * 24 * US_PER_HOUR)
    throw new InvalidArgumentError('a duration from 1h to 365d.')
  return life
}

function parseDuty(text: string): number {
  const duty = parseDuration(text)
  if (duty === undefined || duty < 0 || duty > DUTY_US_MAX) throw new InvalidArgumentError('a duration from 0s to 12h.')
  return Math.floor(duty / US_PER_SECOND)
}
