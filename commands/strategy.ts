import { Command } from 'commander'
import type { StrategyDefinition } from '../src/strategy/strategy.ts'
import type { CommandDeps } from './command-line.ts'
import { EXIT } from './exit-code.ts'
import { didYouMean } from './nearest.ts'
import { CommandError, type Outcome } from './outcome.ts'

/** Finds a built-in strategy, or says which was probably meant. */
export async function requireStrategy(id: string): Promise<StrategyDefinition> {
  const { BUILT_IN, findStrategy } = await import('../src/strategy/catalogue.ts')
  const strategy = findStrategy(id)
  if (strategy !== undefined) return strategy
  const known = BUILT_IN.map((each) => each.id)
  throw new CommandError(
    EXIT.usage,
    'UNKNOWN_STRATEGY',
    `there is no strategy '${id}'${didYouMean(id, known)}`,
    `one of: ${known.join(', ')}`,
  )
}

export function strategyCommand({ settle }: CommandDeps): Command {
  const command = new Command('strategy').description('the strategies that come with the program')
  command
    .command('list')
    .description('name and purpose of each')
    .option('--json', 'print one JSON envelope', false)
    .addHelpText('after', '\nExample:\n  profinaut strategy list\n')
    .action((options: { json: boolean }) => settle(options, list))
  command
    .command('show <id>')
    .description('its parameters with defaults, ranges and meaning')
    .option('--json', 'print one JSON envelope', false)
    .addHelpText('after', '\nExample:\n  profinaut strategy show sma-cross\n')
    .action((id: string, options: { json: boolean }) => settle(options, () => show(id)))
  return command
}

async function list(): Promise<Outcome> {
  const { BUILT_IN } = await import('../src/strategy/catalogue.ts')
  const { table } = await import('../tui/chart/table.ts')
  const rows = BUILT_IN.map(({ id, version, description }) => ({ id, version, description }))
  const text = table(
    [left('strategy'), left('version'), left('what it does')],
    rows.map(({ id, version, description }) => [id, version, description]),
  ).join('\n')
  return { code: EXIT.ok, message: `${rows.length} strategies`, data: rows, text }
}

async function show(id: string): Promise<Outcome> {
  const strategy = await requireStrategy(id)
  const { describeParams } = await import('../src/strategy/catalogue-params.ts')
  const { table } = await import('../tui/chart/table.ts')
  const params = describeParams(strategy)
  const rows = params.map((param) => [
    param.name,
    param.type,
    param.default ?? (param.isRequired ? 'required' : ''),
    param.range,
    param.description,
  ])
  const heading = [left('parameter'), left('type'), left('default'), left('range'), left('meaning')]
  const text = `${strategy.id} ${strategy.version}: ${strategy.description}\n\n${table(heading, rows).join('\n')}`
  return {
    code: EXIT.ok,
    message: strategy.id,
    data: { id: strategy.id, version: strategy.version, description: strategy.description, params },
    text,
  }
}

function left(title: string): { readonly title: string; readonly align: 'left' } {
  return { title, align: 'left' }
}
