import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pause, ProgramHome, until } from '../../fixtures/process/program.ts'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { isAlive } from '../../src/runtime/process.ts'
import { WatchdogProcess } from './watchdog-process.ts'

test('UGF-A-008: an engine that stands still is halted by its watchdog, and wakes up HALTED', async () => {
  const at = new ProgramHome(scratchFolder(), { PROFINAUT_DEADMAN_WATCHDOG_S: '5' })
  const killFile = join(at.folder, 'kill')
  const engine = at.engine()
  try {
    await until('a watchdog that answers', async () =>
      /"switch":"watchdog","state":"ARMED"/.test((await at.run('deadman', 'status', '--json')).out),
    )
    expect(existsSync(killFile)).toBe(false)
    engine.kill('SIGSTOP')
    await until('a kill file', () => existsSync(killFile))
    expect(JSON.parse(readFileSync(killFile, 'utf8'))).toMatchObject({
      level: 'HALT',
      actor: 'service:watchdog',
      reason: expect.stringMatching(/silent for \d+ s/),
    })
    engine.kill('SIGCONT')
    await until('HALTED', async () => (await at.run('kill', 'status', '--json')).out.includes('"HALTED"'))
    expect((await at.run('stop', '--how', 'now', '--reason', 'end of the test')).code).toBe(0)
  } finally {
    at.end()
  }
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
  await pause(600)
  await until('its answer', answers)
  const second = watchdog.pid ?? 0
  watchdog.close()
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  await until('its end', () => !isAlive({ pid: second, boot }))
  expect(existsSync(join(home, 'kill.json'))).toBe(false)
}, 60_000)
