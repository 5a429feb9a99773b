import { spawnSync } from 'node:child_process'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { type CommandDeps, programOf } from './command-line.ts'
import { completionScript } from './completion/script.ts'
import { ENGINE_DEPS } from './engine-deps.ts'

const silent = () => {}
const DEPS: CommandDeps = {
  printer: { out: silent, err: silent, asOf: () => '' },
  settle: () => Promise.resolve(),
  engine: ENGINE_DEPS,
}
const program = programOf(DEPS)

function all(command: Command): readonly Command[] {
  return [command, ...command.commands.filter((child) => child.name() !== '__complete').flatMap(all)]
}

const flagsOf = (command: Command) =>
  command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]))

describe.each(['bash', 'zsh', 'fish'] as const)('%s', (shell) => {
  const script = completionScript(program, shell)

  test('every command, option and choice occurs', () => {
    for (const command of all(program)) {
      for (const child of command.commands) if (child.name() !== '__complete') expect(script).toContain(child.name())
      for (const flag of flagsOf(command)) expect(script).toContain(shell === 'fish' ? `-l ${flag.slice(2)}` : flag)
      for (const { argChoices } of command.options)
        for (const choice of argChoices ?? []) expect(script).toContain(choice)
      for (const { argChoices } of command.registeredArguments)
        for (const choice of argChoices ?? []) expect(script).toContain(choice)
    }
  })

  test('what is hidden stays so', () => {
    expect(
      script.split('\n').filter((line) => /(^|\s)'?__complete'?(\s|$)/.test(line) && !line.includes('/dev/null')),
    ).toEqual([])
  })
})

/** What bash would offer for a line, the last word being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const ids = 'profinaut() { [ "$1 $2" = "__complete bot" ] && echo trend maker; }'
  const line = words.map((word) => `'${word}'`).join(' ')
  const ask = `COMP_WORDS=(profinaut ${line}); COMP_CWORD=${words.length}; _profinaut; printf '%s\\n' "\${COMPREPLY[@]}"`
  const script = `${ids}\n${completionScript(program, 'bash')}\n${ask}`
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout.trim().split('\n')
}

test.each(all(program).map((command) => [pathOf(command)]))('bash offers what fits behind %j', (path) => {
  const command = all(program).find((each) => pathOf(each).join(' ') === path.join(' '))
  const expected = [...(command?.commands ?? []).map((child) => child.name()), ...flagsOf(command ?? program)]
  const found = offered(...path, '')
  for (const word of expected.filter((word) => word !== '__complete')) expect(found).toContain(word)
})

test('bash offers the choices of an option, past options with their values, and ids that the books know', () => {
  expect(offered('kill', 'set', '--reason', 'order list', '--level', 'f')).toEqual(['flatten'])
  expect(offered('--profile', 'bot', 'kill', 'set', '--format', '')).toEqual([''])
  expect(offered('bot', 'list', '--format', '')).toEqual(['table', 'tsv', 'csv', 'json'])
  expect(offered('bot', 'pause', 't')).toEqual(['trend'])
  expect(offered('dev', 'venue', 'lose-f')).toEqual(['lose-fill'])
})

function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()]
}

test('the help of every command has an example', () => {
  for (const command of all(program)) {
    let help = ''
    command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp()
    const isGroup = command.commands.length > 0
    if (!isGroup) expect(help, pathOf(command).join(' ')).toMatch(/\nExamples?:\n {2}profinaut /)
  }
})
