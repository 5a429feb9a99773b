import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'

export interface ReplayOptions {
  readonly verify: boolean
  readonly profile?: string
  readonly quiet: boolean
  readonly json: boolean
}

export function replayCommand({ settle, engine }: CommandDeps): Command {
  return new Command('replay')
    .description('feed a run its recorded inputs again and compare every event')
    .argument(
      '<run>',
      'run id of `runs list` or a beginning of one, the folder of a run, or session, session:N, session:all',
    )
    .option('--verify', 'check the journal only: its encoding, numbering and hash chain', false)
    .option('--profile <name>', 'profile whose register knows the run')
    .option('--quiet', 'no progress', false)
    .option('--json', 'print one JSON envelope', false)
    .addHelpText(
      'after',
      '\nExamples:\n  profinaut replay 01a204d6\n  profinaut replay ./my-run --verify\n  profinaut replay session              the last session of the engine\n  profinaut replay session:all\n\nExit codes: 0 equal, 2 no such run, 5 an event differs or the journal was changed, 7 an input is missing.',
    )
    .action((run: string, options: ReplayOptions) =>
      settle(options, async () => {
        const { callerFor, requireEveryBook, requireRight } = await import('./caller.ts')
        const caller = await callerFor(options, engine)
        requireRight(caller, 'research')
        const { isSessionReference, replaySessions } = await import('./replay/session.ts')
        if (isSessionReference(run)) {
          // A session is every bot's.
          requireEveryBook(caller)
          return replaySessions(run, options)
        }
        const { replayRun } = await import('./replay/run.ts')
        return replayRun(run, options)
      }),
    )
}
