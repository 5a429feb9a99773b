import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { SCENARIOS, type Scenario } from '../src/simulation/plan.ts'
import type { CommandDeps } from './command-line.ts'
import { examples } from './engine-options.ts'

export interface SimulateOptions {
  readonly seeds: number
  readonly from: number
  readonly stride: number
  readonly scenario: Scenario
  readonly minutes: number
  readonly jobs: number
  readonly plan?: string | undefined
  readonly lines: boolean
  readonly json: boolean
}

export function simulateCommand(deps: CommandDeps): Command {
  return new Command('simulate')
    .description('run the whole program against a venue, a network and a disk that misbehave, in simulated time')
    .option('--seeds <n>', 'how many worlds', whole(1, 10_000_000), 100)
    .option('--from <seed>', 'the first of them', whole(0, Number.MAX_SAFE_INTEGER), 1)
    .addOption(new Option('--scenario <name>', 'what goes wrong').choices(SCENARIOS).default('all'))
    .option('--minutes <m>', 'minutes of trading in each, before everything comes to rest', minutes, 1)
    .option('--jobs <n>', 'processes that work at once', whole(1, 64), availableParallelism())
    .option('--plan <file>', 'one world as a plan that was printed describes it, in place of seeds')
    .option('--stride <n>', 'every nth seed of them', whole(1, 64), 1)
    .option('--lines', 'a line of JSON for each world as it ends, one after the other', false)
    .option('--json', 'one JSON document', false)
    .addHelpText(
      'after',
      `${examples('simulate --seeds 1000', 'simulate --seeds 1 --from 4711 --minutes 5', 'simulate --scenario crashes --seeds 500 --json', 'simulate --plan failing.json')}
In every world invariants are checked at each step: no order without a decision on record, none twice, no fill lost or
counted twice, nothing opened after a kill, what is kept is whole, and at the end the books are the venue's.
A seed that fails is told with the shortest list of faults that still fails, the last events, and how to run it again.
Exit codes: 0 all held, 5 an invariant broke, 2 a plan that cannot be read.\n`,
    )
    .action((options: SimulateOptions) =>
      deps.settle(options, async () => (await import('./simulate/run.ts')).runSimulation(deps, options)),
    )
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isSafeInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`a whole number, ${least} to ${most}.`)
    return value
  }
}

function minutes(text: string): number {
  const value = Number(text)
  if (!(value >= 0.1 && value <= 1_440)) throw new InvalidArgumentError('minutes, 0.1 to 1440.')
  return value
}
