import { spawn } from '@lydell/node-pty'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { PROGRAM, until } from '../fixtures/process/program.ts'
import { parseSecretRef } from '../src/runtime/secrets/secret-ref.ts'
import { SecretStore } from '../src/runtime/secrets/secret-store.ts'

const VALUE = 'Zk39fQx2LmPv7TtR0aBcW'
const NEWER = 'pN84hGy6sVq1XeUo5dJiK'
const PASS = 'nine paper boats drift'
const ADD = ['secret', 'add', 'gmo-key', '--scope', 'venue:gmo:trade', '--purpose', 'trade'] as const

let shell: CommandShell
let folder: string
beforeEach(() => {
  shell = new CommandShell()
  folder = join(shell.home, 'demo', 'secrets')
})
afterEach(() => shell.close())

/** Somebody who answers one question after the other, and what descriptors hold. */
function hidden(answers: readonly string[], descriptors: Readonly<Record<number, string>> = {}) {
  const left = [...answers]
  return {
    hidden: {
      ask: (question: string) => {
        const answer = left.shift()
        if (answer === undefined) throw new Error(`nobody answers: ${question}`)
        return Promise.resolve(Buffer.from(answer))
      },
      drain: (fd: number) => {
        const held = descriptors[fd]
        if (held === undefined) throw Object.assign(new Error('closed'), { code: 'EBADF' })
        return Buffer.from(held)
      },
    },
  }
}

const say = (args: readonly string[], answers: readonly string[] = [], descriptors = {}) =>
  shell.say(args, hidden(answers, descriptors))

const codes = (out: string) => (JSON.parse(out) as { readonly reason_codes: readonly string[] }).reason_codes

test('UGF-0-018: after add, check and rotate no file but the encrypted ones holds a part of a value', async () => {
  const said = [
    await say([...ADD, '--json'], [PASS, PASS, VALUE]),
    await say(['secret', 'check'], [PASS]),
    await say(['secret', 'rotate', 'gmo-key', '--stdin'], [PASS], { 0: `${NEWER}\n` }),
    await say(['secret', 'list', '--json']),
    await say(['secret', 'check', '--json', '--passphrase-fd', '3'], [], { 3: `${PASS}\n` }),
  ]
  expect(said.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0])
  const written = readdirSync(join(shell.home, 'demo'), { recursive: true, encoding: 'utf8' })
    .map((name) => join(shell.home, 'demo', name))
    .filter((path) => statSync(path).isFile())
  expect(written.some((path) => path.endsWith('gmo-key.box'))).toBe(true)
  const texts = [...written.map((path) => readFileSync(path, 'latin1')), ...said.flatMap(({ out, err }) => [out, err])]
  for (const secret of [VALUE, NEWER, PASS])
    for (let at = 0; at + 8 <= secret.length; at++)
      expect(texts.some((text) => text.includes(secret.slice(at, at + 8)))).toBe(false)
  const ref = parseSecretRef('fileenc://gmo-key.box#value?registry_id=gmo-key&scope=venue:gmo:trade', {
    isSimulated: false,
  })
  expect(new SecretStore(folder, () => 0).open(ref, Buffer.from(PASS)).toString()).toBe(NEWER)
})

test('UGF-0-018: a wrong passphrase is refused before a value is asked for, and a changed file is a finding', async () => {
  expect((await say(ADD, [PASS, PASS, VALUE])).code).toBe(0)
  expect((await say(['secret', 'rotate', 'gmo-key'], ['nine paper boats sink'])).code).toBe(2)
  const box = join(folder, 'gmo-key.box')
  const bytes = readFileSync(box)
  bytes.writeUInt8(bytes.readUInt8(50) ^ 1, 50)
  writeFileSync(box, bytes)
  const found = await say(['secret', 'check', '--json'], [PASS])
  expect(found.code).toBe(5)
  expect(codes(found.out)).toEqual(['SECRET_NOT_OPENED'])
  for (let at = 0; at + 8 <= VALUE.length; at++) expect(found.out + found.err).not.toContain(VALUE.slice(at, at + 8))
})

describe('UGF-0-018: a secret from the environment', () => {
  const REF = 'env://PROFINAUT_TEST_KEY#value?registry_id=gmo-key&scope=venue:gmo:trade'
  afterEach(() => delete process.env['PROFINAUT_TEST_KEY'])

  test('is refused with exit 2 by a profile that may trade elsewhere than at the simulated venue', async () => {
    process.env['PROFINAUT_TEST_KEY'] = VALUE
    const config = join(shell.home, 'demo', 'config.toml')
    mkdirSync(dirname(config))
    for (const venues of ['["sim", "gmo"]', '["*"]', '[]']) {
      writeFileSync(config, `[limits]\nvenues = ${venues}\n`)
      const { code, out } = await say(['secret', 'check', REF, '--json'])
      expect([venues, code, codes(out)]).toEqual([venues, 2, ['CONFIG_SECRET_SOURCE']])
    }
  })

  test('is found by a simulated one, where it is set', async () => {
    expect((await say(['secret', 'check', REF])).code).toBe(2)
    process.env['PROFINAUT_TEST_KEY'] = VALUE
    const { code, out, err } = await say(['secret', 'check', REF])
    expect([code, out.includes(VALUE) || err.includes(VALUE)]).toEqual([0, false])
  })
})

test('UGF-0-018: files or a folder that others may read are refused with exit 2', async () => {
  await say(ADD, [PASS, PASS, VALUE])
  const registry = join(folder, 'secret-registry.json')
  chmodSync(registry, 0o644)
  expect((await say(['secret', 'list'])).code).toBe(2)
  chmodSync(registry, 0o600)
  chmodSync(folder, 0o755)
  expect((await say(['secret', 'list'])).code).toBe(2)
  expect((await say(['secret', 'rotate', 'gmo-key'], [PASS])).code).toBe(2)
  chmodSync(folder, 0o700)
  chmodSync(join(folder, 'gmo-key.box'), 0o640)
  expect((await say(['secret', 'rotate', 'gmo-key'], [PASS])).code).toBe(2)
  expect((await say(['secret', 'check'], [PASS])).code).toBe(5)
})

test.each([
  [...ADD, VALUE],
  [...ADD, '--value', VALUE],
  [...ADD, `--value=${VALUE}`],
  [...ADD.slice(0, 2), VALUE, ...ADD.slice(3)],
  [...ADD.slice(0, 4), VALUE, ...ADD.slice(5)],
  ['secret', 'rotate', 'gmo-key', VALUE],
  ['secret', 'passphrase', VALUE],
  ['secret', 'check', VALUE],
  ['secret', 'revoke', VALUE, '--reason', 'lost'],
])('UGF-0-018: a value as an argument is refused and not repeated: %s %s %s', async (...args: readonly string[]) => {
  const { code, out, err } = await say(args)
  expect(code).toBe(2)
  expect(out + err).not.toContain(VALUE)
  expect(out + err).toMatch(/may be a secret/)
})

test.each<[why: string, answers: readonly string[], code: string]>([
  ['a passphrase of a few letters', ['short'], 'PASSPHRASE_SHORT'],
  ['two that differ', [PASS, `${PASS}s`], 'PASSPHRASE_DIFFERS'],
  ['no value', [PASS, PASS, ''], 'VALUE_EMPTY'],
  ['a value of 16 KiB', [PASS, PASS, 'x'.repeat(16_385)], 'VALUE_LONG'],
])('%s is refused, and nothing is kept', async (_, answers, reason) => {
  const { code, out } = await say([...ADD, '--json'], answers)
  expect([code, codes(out)]).toEqual([2, [reason]])
  expect((await say(['secret', 'list'])).out).not.toContain('gmo-key')
})

test('a descriptor that is not open, or asked to hold two things, is refused', async () => {
  expect(codes((await say([...ADD, '--passphrase-fd', '9', '--json'])).out)).toEqual(['DESCRIPTOR'])
  expect(codes((await say([...ADD, '--passphrase-fd', '0', '--stdin', '--json'], [], { 0: PASS })).out)).toEqual([
    'DESCRIPTOR',
  ])
})

test('a passphrase is changed, a secret revoked, and neither is possible again', async () => {
  await say(ADD, [PASS, PASS, VALUE])
  expect((await say(['secret', 'passphrase'], [PASS, 'ten paper boats drift', 'ten paper boats drift'])).code).toBe(0)
  expect((await say(['secret', 'check'], ['ten paper boats drift'])).code).toBe(0)
  expect((await say(['secret', 'check'], [PASS])).code).toBe(5)
  const revoked = await say(['secret', 'revoke', 'gmo-key', '--reason', 'laptop lost', '--json'])
  expect(JSON.parse(revoked.out)).toMatchObject({ code: 0, data: { status: 'revoked', reference: null } })
  expect((await say(['secret', 'revoke', 'gmo-key', '--reason', 'laptop lost'])).code).toBe(2)
  expect(codes((await say(['secret', 'passphrase', '--json'], [PASS])).out)).toEqual(['NO_SECRETS'])
})

test('UGF-0-018: what is typed at a terminal is not shown', async () => {
  const pty = spawn(process.execPath, [PROGRAM, ...ADD], {
    cols: 100,
    rows: 30,
    env: { ...process.env, PROFINAUT_HOME: shell.home },
  })
  let shown = ''
  let ended: number | undefined
  pty.onData((text) => (shown += text))
  pty.onExit(({ exitCode }) => (ended = exitCode))
  try {
    for (const [question, answer] of [
      ['new passphrase: ', `x${PASS.slice(0, -1)}é\u007f${PASS.slice(-1)}\r`.replace('x', 'typo\u0015')],
      ['once more: ', `${PASS}\r`],
      ['value: ', `${VALUE}\r`],
    ] as const) {
      await until(question, () => shown.includes(question))
      pty.write(answer)
    }
    await until('its end', () => ended !== undefined)
  } finally {
    pty.kill()
  }
  expect([ended, shown]).toEqual([0, expect.stringContaining('gmo-key is kept')])
  for (const part of [VALUE, PASS, 'typo']) expect(shown).not.toContain(part)
  expect((await say(['secret', 'check'], [PASS])).code).toBe(0)
})
