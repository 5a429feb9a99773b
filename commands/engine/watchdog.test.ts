import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { isAlive } from '../../src/runtime/process.ts'
import { WatchdogProcess } from './watchdog-process.ts'

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'main.ts')
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function until(what: string, isSo: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const endMs = performance.now() + ms
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`waited ${ms / 1_000} s for: ${what}`)
    await wait(50)
  }
}

/** Runs a subcommand to its end. */
function ask(
  home: string,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, PROFINAUT_HOME: home } })
    let out = ''
    child.stdout.on('data', (data: Buffer) => (out += data.toString()))
    child.once('close', (code) => resolve({ code, out }))
  })
}

test('UGF-A-008: an engine that stands still is halted by its watchdog, and wakes up HALTED', async () => {
  const home = scratchFolder()
  const killFile = join(home, 'demo', 'kill')
  const env = { ...process.env, PROFINAUT_HOME: home, PROFINAUT_DEADMAN_WATCHDOG_S: '5' }
  const engine = spawn(process.execPath, [PROGRAM, 'engine'], { env, stdio: 'ignore' })
  children.push(engine)
  const status = async () =>
    JSON.parse((await ask(home, 'deadman', 'status', '--json')).out) as { data: { rows?: unknown } }
  await until('a watchdog that answers', async () => JSON.stringify(await status()).includes('"ARMED"'))
  expect(JSON.stringify(await status())).toMatch(/"switch":"watchdog","state":"ARMED"/)
  expect(existsSync(killFile)).toBe(false)
  engine.kill('SIGSTOP')
  await until('a kill file', () => existsSync(killFile))
  expect(JSON.parse(readFileSync(killFile, 'utf8'))).toMatchObject({
    level: 'HALT',
    actor: 'service:watchdog',
    reason: expect.stringMatching(/silent for \d+ s/),
  })
  engine.kill('SIGCONT')
  await until('HALT', async () => (await ask(home, 'kill', 'status', '--json')).out.includes('"level":"HALT"'))
  const stopped = await ask(home, 'stop', '--how', 'now', '--reason', 'end of the test')
  expect(stopped.code).toBe(0)
}, 90_000)

test('a watchdog answers what it hears, is started again when it dies, and ends with the pipe', async () => {
  const home = scratchFolder()
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
  const watchdog = new WatchdogProcess({
    killPath: join(home, 'kill.json'),
    timeoutMs: 60_000,
    log: { ...log, named: () => ({ ...log, named: () => expect.fail('one name is enough') }) },
  })
  const first = watchdog.pid ?? 0
  const answers = () => {
    watchdog.beat()
    return watchdog.answeredMs !== undefined && watchdog.answeredMs < 500
  }
  await until('an answer', answers)
  process.kill(first, 'SIGKILL')
  await until('another one', () => watchdog.pid !== undefined && watchdog.pid !== first)
  await wait(600)
  await until('its answer', answers)
  const second = watchdog.pid ?? 0
  watchdog.close()
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  await until('its end', () => !isAlive({ pid: second, boot }))
  expect(existsSync(join(home, 'kill.json'))).toBe(false)
}, 60_000)
