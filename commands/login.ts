import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples } from './engine-options.ts'
import { parseFd } from './operator.ts'

export interface LoginOptions {
  readonly profile?: string | undefined
  readonly json: boolean
  readonly passphraseFd?: number | undefined
}

export function loginCommand(deps: CommandDeps): Command {
  return new Command('login')
    .description('act as an operator with a passphrase, for 60 minutes')
    .argument('[operator]', 'who you are (default: the operator of this machine’s user)')
    .option('--profile <name>', 'whose register')
    .option('--passphrase-fd <n>', 'the passphrase is read from this descriptor, 0 is stdin', parseFd)
    .option('--json', 'print one JSON envelope', false)
    .addHelpText(
      'after',
      `${examples('login bob', 'login bob --passphrase-fd 3 3< passphrase')}
It ends after 60 minutes, after 15 in which nothing was asked, and with \`profinaut logout\`. Five failed tries in a row lock for
15 minutes. The passphrase is typed, or read from a descriptor; it is never an argument.
Exit codes: 0 logged in, or no log-in is needed; 2 there is no terminal; 3 refused.\n`,
    )
    .action((operator: string | undefined, options: LoginOptions) =>
      deps.settle(options, async () => (await import('./login/log-in.ts')).logIn(deps, operator, options)),
    )
}

export function logoutCommand(deps: CommandDeps): Command {
  return new Command('logout')
    .description('end the log-in that is kept here')
    .option('--profile <name>', 'whose register')
    .option('--json', 'print one JSON envelope', false)
    .addHelpText('after', examples('logout'))
    .action((options: LoginOptions) =>
      deps.settle(options, async () => (await import('./login/log-in.ts')).logOut(deps, options)),
    )
}
