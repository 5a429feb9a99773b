import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, count, examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface AlertListOptions extends ReadOptions {
  readonly all: boolean
  readonly limit: number
}

export function alertCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('alert').description('what the engine wants seen')
  reads(command.command('list').description('alerts that are open or acknowledged, newest first'))
    .option('--all', 'resolved ones too', false)
    .option('--limit <n>', 'at most so many', count, 50)
    .addHelpText('after', examples('alert list', 'alert list --all --format csv'))
    .action((options: AlertListOptions) =>
      settle(options, async () => (await import('./alert/list.ts')).listAlerts(deps, options)),
    )
  changes(command.command('ack <alert>').description('say that an alert was seen; it stays until its cause is gone'))
    .addHelpText('after', examples('alert ack a3 --reason "on it"'))
    .action((alert: string, options: ChangeOptions) =>
      settle(options, async () => {
        const { withEngine } = await import('./engine-access.ts')
        const { submit } = await import('./submission.ts')
        const payload = { alert_id: alert }
        return withEngine(options, deps.engine, (access) =>
          submit(access, deps.engine, { type: 'ALERT_ACK', payload }, options),
        )
      }),
    )
  return command
}
