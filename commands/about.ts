import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, reads } from './engine-options.ts'
import { EXIT } from './exit-code.ts'
import type { ReadOptions } from './reading.ts'
import { VERSION } from './version.ts'

export function versionCommand({ settle, printer }: CommandDeps): Command {
  return reads(new Command('version').description('program, code, runtime, SQLite and the shape of its databases'))
    .addHelpText('after', examples('version', 'version --json | jq -r .data.code_ref'))
    .action((options: ReadOptions) =>
      settle(options, async () => {
        const { codeRef } = await import('../src/runtime/code-ref.ts')
        const { environmentRef } = await import('../src/runtime/config.ts')
        const { MIGRATIONS, sqliteVersion } = await import('../storage/database.ts')
        const { VIEW_VERSION } = await import('../src/runtime/link/views.ts')
        const { formatOf } = await import('./reading.ts')
        const { facts, sheetOutcome } = await import('./sheet.ts')
        const all = facts([
          ['version', VERSION],
          ['code_ref', codeRef(VERSION)],
          ['environment', environmentRef()],
          ['sqlite', sqliteVersion()],
          ['schema_version', MIGRATIONS.length],
          ['view_version', VIEW_VERSION],
        ])
        return sheetOutcome(all, formatOf(options, printer), { code: EXIT.ok, message: VERSION })
      }),
    )
}
