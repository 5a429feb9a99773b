import type { Command } from 'commander'
import type { Shell } from '../completion.ts'

/** One word of an option, and what may follow it. */
interface OptionWords {
  readonly flags: readonly string[]
  readonly choices: readonly string[]
  readonly takesValue: boolean
  readonly description: string
}

/** A command as completion sees it. */
export interface Branch {
  /** Words before it: `bot list`. */
  readonly path: string
  readonly subcommands: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly OptionWords[]
  readonly choices: readonly string[]
  /** Names of arguments, whose ids the books may know. */
  readonly ids: readonly string[]
}

/** The whole tree, flat: one branch for every command. */
export function branchesOf(command: Command, path: readonly string[] = []): readonly Branch[] {
  const visible = command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help')
  const options = command.createHelp().visibleOptions(command)
  const branch: Branch = {
    path: path.join(' '),
    subcommands: visible.map((child) => ({ name: child.name(), description: child.description() })),
    options: options.map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
      choices: option.argChoices ?? [],
      takesValue: option.required || option.optional,
      description: option.description,
    })),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ids: command.registeredArguments.map((argument) => argument.name()).filter((name) => IDS.has(name)),
  }
  return [branch, ...visible.flatMap((child) => branchesOf(child, [...path, child.name()]))]
}

/** Arguments that `__complete` knows ids for. */
const IDS: ReadonlySet<string> = new Set(['bot', 'order', 'alert', 'instrument'])

export function completionScript(program: Command, shell: Shell): string {
  const branches = branchesOf(program)
  switch (shell) {
    case 'bash':
      return bash(branches)
    case 'zsh':
      return `#compdef profinaut\nautoload -Uz bashcompinit && bashcompinit\n${bash(branches)}`
    case 'fish':
      return fish(branches)
  }
}

function words({ subcommands, options, choices }: Branch): string {
  return [...subcommands.map(({ name }) => name), ...choices, ...options.flatMap(({ flags }) => flags)].join(' ')
}

/** Walks the words before the cursor down the tree, skipping options with their values, and offers what fits there. */
function bash(branches: readonly Branch[]): string {
  const byPath = branches.map(
    (branch) => `    ${quoted(branch.path)}) words=${quoted(words(branch))} ids=${quoted(branch.ids.join(' '))} ;;`,
  )
  const children = branches.flatMap(({ path, subcommands }) => subcommands.map(({ name }) => `${path} ${name}`.trim()))
  const values = [
    ...new Set(
      branches.flatMap(({ options }) => options.filter(({ takesValue }) => takesValue).flatMap(({ flags }) => flags)),
    ),
  ]
  const choices = branches.flatMap(({ path, options }) =>
    options.flatMap((option) =>
      option.choices.length === 0
        ? []
        : option.flags.map(
            (flag) => `    ${quoted(`${path} ${flag}`.trim())}) words=${quoted(option.choices.join(' '))} ;;`,
          ),
    ),
  )
  return `# Completion of profinaut, made by \`profinaut completion\`.
_profinaut() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path= words= ids= kind at word
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    case "$word" in
    ${values.map(quoted).join('|')}) ((at++)); continue ;;
    esac
    case "\${path:+$path }$word" in
    ${children.map(quoted).join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$previous" in
  ${values.map(quoted).join('|')})
    case "\${path:+$path }$previous" in
${choices.join('\n')}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return ;;
  esac
  case "$path" in
${byPath.join('\n')}
  esac
  for kind in $ids; do words="$words $(profinaut __complete "$kind" 2>/dev/null)"; done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _profinaut profinaut
`.trimEnd()
}

function fish(branches: readonly Branch[]): string {
  const lines = branches.flatMap(({ path, subcommands, options, choices, ids }) => {
    const condition = fishCondition(
      path,
      subcommands.map(({ name }) => name),
    )
    const offer = (what: string) => `complete -c profinaut -n ${quoted(condition)} ${what}`
    return [
      ...subcommands.map(({ name, description }) => offer(`-f -a ${quoted(name)} -d ${quoted(description)}`)),
      ...choices.map((choice) => offer(`-f -a ${quoted(choice)}`)),
      ...ids.map((kind) => offer(`-f -a ${quoted(`(profinaut __complete ${kind} 2>/dev/null)`)}`)),
      ...options.map(({ flags, choices: values, takesValue, description }) => {
        const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
        const value = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : takesValue ? ' -r' : ''
        return offer(`${names.join(' ')}${value} -d ${quoted(description)}`)
      }),
    ]
  })
  return ['# Completion of profinaut, made by `profinaut completion`.', 'complete -c profinaut -f', ...lines].join('\n')
}

/** Where a branch is at hand: all its words were typed, and none of its own subcommands. */
function fishCondition(path: string, subcommands: readonly string[]): string {
  const seen = path.split(' ').filter((word) => word !== '')
  const none = subcommands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${subcommands.join(' ')}`]
  const all = [...seen.map((word) => `__fish_seen_subcommand_from ${word}`), ...none]
  return all.length === 0 ? 'true' : all.join('; and ')
}

/** For a shell, in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
