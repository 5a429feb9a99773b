import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { EXIT } from './exit-code.ts'

export function schemaCommand({ settle }: CommandDeps): Command {
  const command = new Command('schema').description('the catalogue of events as JSON Schema')
  command
    .command('export')
    .description('print the JSON Schema (2020-12) of the envelope and of every event type')
    .option('--json', 'wrap it in the JSON envelope of all commands', false)
    .addHelpText('after', '\nExample:\n  profinaut schema export > events.schema.json\n')
    .action((options: { json: boolean }) =>
      settle(options, async () => {
        const { catalogueSchema } = await import('../src/events/json-schema.ts')
        const schema = catalogueSchema()
        return { code: EXIT.ok, message: '', data: schema, text: JSON.stringify(schema, undefined, 2) }
      }),
    )
  return command
}
