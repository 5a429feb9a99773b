import { Argument, Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples } from './engine-options.ts'
import { EXIT } from './exit-code.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export function completionCommand({ settle }: CommandDeps): Command {
  const command = new Command('completion')
    .description('a script that lets your shell complete commands, options, choices and the ids of bots and orders')
    .addArgument(new Argument('<shell>', 'whose').choices(SHELLS))
    .option('--json', 'print one JSON envelope', false)
    .addHelpText(
      'after',
      examples(
        'completion bash > ~/.local/share/bash-completion/completions/profinaut',
        'completion zsh > "${fpath[1]}/_profinaut"',
        'completion fish > ~/.config/fish/completions/profinaut.fish',
      ),
    )
  return command.action((shell: Shell, options: { json: boolean }) =>
    settle(options, async () => {
      const { completionScript } = await import('./completion/script.ts')
      const text = completionScript(command.parent ?? command, shell)
      return { code: EXIT.ok, message: shell, text, data: { shell, script: text } }
    }),
  )
}

/** What a script asks for while a word is being typed: ids that only the books know. Never fails, never explains. */
export function completeCommand({ settle, engine }: CommandDeps): Command {
  return new Command('__complete')
    .argument('<kind>')
    .option('--profile <name>')
    .action((kind: string, options: { profile?: string }) =>
      settle({}, async () => {
        const { completeIds } = await import('./completion/ids.ts')
        return { code: EXIT.ok, message: '', text: (await completeIds(engine, kind, options.profile)).join('\n') }
      }),
    )
}
