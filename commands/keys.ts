import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import type { KeyLine } from './engine-access.ts'
import { examples, reads } from './engine-options.ts'
import { EXIT } from './exit-code.ts'
import { CommandError } from './outcome.ts'
import type { ReadOptions } from './reading.ts'

export function keysCommand({ settle, engine, printer }: CommandDeps): Command {
  return reads(new Command('keys').description('every key of the screen and what it does'))
    .addHelpText('after', examples('keys', 'keys --format tsv | grep kill'))
    .action((options: ReadOptions) =>
      settle(options, async () => {
        if (engine.keyTable === undefined)
          throw new CommandError(EXIT.denied, 'NO_SCREEN', 'this program has no screen', 'use the commands instead')
        const { formatOf } = await import('./reading.ts')
        const { sheet, sheetOutcome } = await import('./sheet.ts')
        const keys = await engine.keyTable()
        const from = sheet(
          [
            { name: 'key', align: 'left', exact: ({ key }: KeyLine) => key },
            { name: 'where', align: 'left', exact: ({ where }) => where },
            { name: 'what', align: 'left', exact: ({ description }) => description },
          ],
          keys,
        )
        return sheetOutcome(from, formatOf(options, printer), { code: EXIT.ok, message: `${keys.length} keys` })
      }),
    )
}
