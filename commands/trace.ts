import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export function traceCommand(deps: CommandDeps): Command {
  return reads(
    new Command('trace')
      .description('the causal chain of a thought, a command or an order, with the time between its links')
      .argument('<id>', 'a trace (`t812`), or the id of a command or request, an order, an intent or a decision'),
  )
    .addHelpText(
      'after',
      `${examples('trace o42', 'trace t812', 'trace 01a204d6-aaaa-7000-8000-000000000001 --json')}\n\`~\` marks a link that the order tells and not a cause: a venue's answer is an input of its own.\nExit codes: 0 shown, 2 no event names the id.\n`,
    )
    .action((id: string, options: ReadOptions) =>
      deps.settle(options, async () => (await import('./trace/show.ts')).showTrace(deps, id, options)),
    )
}
