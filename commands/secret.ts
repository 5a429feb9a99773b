import { Command, InvalidArgumentError, Option } from 'commander'
import { PURPOSES, type Purpose, ROTATE_DAYS } from '../src/runtime/secrets/secret-registry.ts'
import type { CommandDeps } from './command-line.ts'
import { examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

/** Options of every command that needs a passphrase. */
export interface PassphraseOptions {
  readonly profile?: string | undefined
  readonly json: boolean
  readonly passphraseFd?: number | undefined
}

export interface SecretValueOptions extends PassphraseOptions {
  readonly stdin: boolean
}

export interface SecretAddOptions extends SecretValueOptions {
  readonly scope: string
  readonly purpose: Purpose
  readonly owner?: string | undefined
  readonly rotateDays: number
}

export interface SecretRevokeOptions {
  readonly profile?: string | undefined
  readonly json: boolean
  readonly reason: string
}

export interface NewPassphraseOptions extends PassphraseOptions {
  readonly newPassphraseFd?: number | undefined
}

export interface SecretCheckOptions extends ReadOptions {
  readonly passphraseFd?: number | undefined
}

export function secretCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('secret').description(
    'keys of venues: encrypted at rest, registered, with an age; their values are never arguments',
  )
  asksHidden(command.command('add <id>').description('keep a new secret; its value is asked for'))
    .requiredOption('--scope <scope>', 'what it opens: venue:gmo:trade')
    .addOption(new Option('--purpose <purpose>', 'what it may do there').choices(PURPOSES).makeOptionMandatory())
    .option('--owner <name>', 'who answers for it; whoever adds it unless told', ownerOf)
    .option('--rotate-days <days>', 'days after which it is due for a new value', days, ROTATE_DAYS)
    .option('--stdin', 'read the value from stdin', false)
    .addHelpText(
      'after',
      examples(
        'secret add gmo-trade-key --scope venue:gmo:trade --purpose trade',
        'secret add gmo-trade-pem --scope venue:gmo:trade --purpose trade --stdin < key.pem',
      ),
    )
    .action((id: string, options: SecretAddOptions, { args }: Command) =>
      settle(options, async () => (await import('./secret/change.ts')).addSecret(deps, { id, args }, options)),
    )
  reads(command.command('list').description('every secret: what for, whose, how old; no values, no passphrase'))
    .addHelpText('after', examples('secret list', 'secret list --json'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./secret/list.ts')).listSecrets(deps, options)),
    )
  reads(
    command
      .command('check [reference]')
      .description('age, rights and readability of all, or of what a reference names'),
  )
    .option(...PASSPHRASE_FD)
    .addHelpText(
      'after',
      `${examples('secret check', 'secret check --passphrase-fd 3 3< /run/keys/passphrase')}\nExit codes: 0 all as it should be, 5 something is not, 2 a reference that this profile refuses.\n`,
    )
    .action((reference: string | undefined, options: SecretCheckOptions) =>
      settle(options, async () => (await import('./secret/check.ts')).checkSecrets(deps, reference, options)),
    )
  asksHidden(command.command('rotate <id>').description('put a new value in place of the old one'))
    .option('--stdin', 'read the value from stdin', false)
    .addHelpText('after', examples('secret rotate gmo-trade-key', 'secret rotate gmo-trade-pem --stdin < new.pem'))
    .action((id: string, options: SecretValueOptions, { args }: Command) =>
      settle(options, async () => (await import('./secret/change.ts')).rotateSecret(deps, { id, args }, options)),
    )
  command
    .command('revoke <id>')
    .description('end the use of a secret and remove its value; revoke it at the venue too')
    .option('--profile <name>', 'whose secret')
    .requiredOption('--reason <text>', 'why, at least 4 characters; it is recorded', reasonOf)
    .option('--json', 'print one JSON envelope', false)
    .addHelpText('after', examples('secret revoke gmo-trade-key --reason "laptop lost"'))
    .action((id: string, options: SecretRevokeOptions) =>
      settle(options, async () => (await import('./secret/change.ts')).revokeSecret(deps, id, options)),
    )
  asksHidden(command.command('passphrase').description('seal every secret anew under another passphrase'))
    .option('--new-passphrase-fd <fd>', 'descriptor to read the new passphrase from', descriptor)
    .addHelpText('after', examples('secret passphrase'))
    .action((options: NewPassphraseOptions, { args }: Command) =>
      settle(options, async () => (await import('./secret/change.ts')).changePassphrase(deps, args, options)),
    )
  return command
}

const PASSPHRASE_FD = [
  '--passphrase-fd <fd>',
  'descriptor to read the passphrase from; asked for without',
  descriptor,
] as const

/** What is left over is looked at by the command itself, which does not repeat it: it may be a secret. */
function asksHidden(command: Command): Command {
  return command
    .allowExcessArguments()
    .allowUnknownOption()
    .option('--profile <name>', 'whose secrets')
    .option(...PASSPHRASE_FD)
    .option('--json', 'print one JSON envelope', false)
}

function reasonOf(text: string): string {
  if (text.trim().length < 4) throw new InvalidArgumentError('a reason has at least 4 characters.')
  return text.trim()
}

function ownerOf(text: string): string {
  if (!/^[\w.:@ -]{1,64}$/.test(text)) throw new InvalidArgumentError('1 to 64 letters, digits, blanks or . : @ _ -')
  return text
}

function days(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 3_650) throw new InvalidArgumentError('whole days from 1 to 3650.')
  return value
}

function descriptor(text: string): number {
  const fd = Number(text)
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('the number of an open descriptor, such as 3.')
  return fd
}
