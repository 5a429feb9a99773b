import { Command, InvalidArgumentError } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export interface ParityOptions extends ReadOptions {
  /** Milliseconds. */
  readonly latency: number
}

export function parityCommand(deps: CommandDeps): Command {
  return reads(
    new Command('parity').description(
      'a recorded session beside the same session on the simulated venue: fills, slippage, profit, by cause',
    ),
  )
    .argument('[session]', 'its number; the last one that took inputs unless told')
    .option('--latency <ms>', 'how long an order travels to the simulated venue, and its answer back', milliseconds, 50)
    .addHelpText(
      'after',
      `${examples('parity', 'parity 3 --latency 120 --json')}
The parts of the difference add up: prices of what both filled, quantities, orders that only one had, fees.
Exit codes: 0 compared, 2 no such session, 7 it does not replay as it was recorded, or its inputs were pruned.\n`,
    )
    .action((session: string | undefined, options: ParityOptions) =>
      deps.settle(options, async () => (await import('./parity/show.ts')).showParity(deps, session, options)),
    )
}

function milliseconds(text: string): number {
  const value = Number(text)
  if (!(value >= 0 && value <= 60_000)) throw new InvalidArgumentError('milliseconds, 0 to 60000.')
  return value
}
