import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildProgram, sleep, Terminal, type TerminalOptions } from '../../fixtures/screen/terminal.ts'

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'profinaut')
const PATIENCE = { timeout: 120_000 }

let home: string
const open: Terminal[] = []

beforeAll(() => buildProgram(), 60_000)

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pf-life-'))
})

afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close()
  // Whatever still runs in the profile belongs to this test.
  spawnSync(PROGRAM, ['stop', '--how', 'now', '--reason', 'the test is over'], { env: env(), timeout: 15_000 })
  rmSync(home, { recursive: true, force: true })
})

function env(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], PROFINAUT_HOME: home }
}

function terminal(more: Partial<TerminalOptions> = {}): Terminal {
  const made = new Terminal({ columns: 120, rows: 40, home, ...more })
  open.push(made)
  return made
}

/** A command as a script runs it: no terminal, almost no environment. */
function run(...args: readonly string[]): { code: number | null; data: Record<string, unknown>; text: string } {
  const { status, stdout, stderr } = spawnSync(PROGRAM, [...args, '--json'], {
    env: env(),
    encoding: 'utf8',
    timeout: 60_000,
  })
  const text = `${stdout}${stderr}`
  try {
    return { code: status, data: (JSON.parse(stdout) as { data: Record<string, unknown> }).data, text }
  } catch {
    return { code: status, data: {}, text }
  }
}

async function confirm(screen: Terminal): Promise<void> {
  await screen.see('[ Confirm ]')
  await sleep(400)
  await screen.press('5')
  await sleep(200)
  await screen.press('tab', 'enter')
}

describe('a day at the screen', () => {
  test(
    'first run, a bot started, a fill seen and explained, FLATTEN typed, flat, left, attached, safely ended, the same books',
    PATIENCE,
    async () => {
      const screen = terminal({ args: ['up', '--speed', '60'] })
      await screen.see('Tour 1/6')
      await screen.see(/maker .*RUN/)
      // The idle one is started, with a reason and a confirmation that is not the default.
      await screen.press('/')
      screen.type('grid')
      await screen.press('enter')
      await screen.see(/▸ grid .*IDLE/)
      await screen.press('S')
      await confirm(screen)
      await screen.see('grid RUNNING')
      await screen.press('escape')
      await screen.see(/grid .*(RUN|WARM)/)
      await screen.press('escape')
      // Somebody trades, and the portfolio shows what is held.
      await screen.press('3')
      await screen.see(/Positions [1-9]/, 60_000)
      // The chart of what is traded, with our own fills under it.
      await screen.press('2')
      await screen.see('Watch 4')
      await screen.press('5')
      await screen.see('Evidence chain')
      await screen.see(/✓ gate .*ALLOW/)
      // The kill switch: a level, a reason, the typed phrase of what is open now.
      await screen.press('K')
      await screen.see('KILL SWITCH')
      await screen.press('f', '5')
      await flatten(screen)
      await screen.see(/kill:FLATTEN/)
      for (let tries = 0; tries < 40; tries++) {
        if ((run('position', 'list').text + run('portfolio', 'positions').text).includes('"positions":[]')) break
        await sleep(500)
      }
      expect(run('reconcile').code).toBe(0)
      // Leave the screen: the engine goes on, and another terminal attaches.
      await screen.press('escape', 'escape', 'ctrl+c')
      await screen.see('Close screen')
      await screen.press('2', 'enter')
      await screen.see('the engine goes on')
      expect(screen.isAlternate).toBe(false)
      const other = terminal({ args: ['tui'] })
      await other.see('kill:FLATTEN')
      await other.press('ctrl+c')
      await sleep(500)
      await other.press('enter')
      expect((await other.ended()).exitCode).toBe(0)
      expect(run('status').code).not.toBe(6)
      expect(run('stop', '--how', 'safe', '--reason', 'the day is over').code).toBe(0)
      expect((await screen.ended()).exitCode).toBe(0)
      expect(run('reconcile').code).toBe(0)
      expect(run('storage', 'verify').code).toBe(0)
      const after = run('portfolio', 'show').data
      const again = terminal({ args: ['up', '--speed', '60'] })
      await again.see('kill:FLATTEN')
      await again.see('integ PASS')
      again.kill('SIGTERM')
      await again.ended(40_000)
      expect(run('portfolio', 'show').data).toMatchObject({ cash: after['cash'] })
    },
  )

  /** Types the phrase until one of them is for the positions that are open at that moment. */
  async function flatten(screen: Terminal): Promise<void> {
    for (let tries = 0; tries < 12; tries++) {
      const frame = await screen.see(/flatten \d+/)
      await sleep(400)
      const [phrase = ''] = /flatten \d+/.exec(screen.frame()) ?? [frame]
      for (const letter of phrase) await screen.press(letter)
      await screen.press('enter')
      await sleep(1_200)
      if (/kill:FLATTEN/.test(screen.frame())) return
    }
    throw new Error(`FLATTEN is confirmed\n${screen.frame()}`)
  }
})

/** Modes that a terminal must not be left in. */
function leftOn(screen: Terminal): readonly string[] {
  const { raw } = screen
  const ends = (on: string, off: string) => raw.lastIndexOf(on) > raw.lastIndexOf(off)
  return [
    ...(screen.isAlternate ? ['alternate screen'] : []),
    ...(ends('\u001b[?25l', '\u001b[?25h') ? ['hidden cursor'] : []),
    ...(ends('\u001b[?2004h', '\u001b[?2004l') ? ['bracketed paste'] : []),
    ...(ends('\u001b[?1004h', '\u001b[?1004l') ? ['focus reports'] : []),
  ]
}

describe('ways to die', () => {
  async function running(): Promise<Terminal> {
    const screen = terminal()
    await screen.see(/maker .*RUN/)
    return screen
  }

  test('SIGTERM ends safely and gives the terminal back', PATIENCE, async () => {
    const screen = await running()
    screen.kill('SIGTERM')
    expect((await screen.ended(40_000)).exitCode).toBe(0)
    expect(leftOn(screen)).toEqual([])
    expect(run('order', 'list').text).not.toContain('"OPEN"')
    expect(run('status').code).toBe(6)
  })

  test('three times Ctrl+C is a safe exit', PATIENCE, async () => {
    const screen = await running()
    await screen.press('ctrl+c', 'ctrl+c', 'ctrl+c')
    expect((await screen.ended(40_000)).exitCode).toBe(0)
    expect(leftOn(screen)).toEqual([])
    expect(screen.frame()).toContain('next: profinaut status')
  })

  test('SIGKILL leaves books that the next start goes on from', PATIENCE, async () => {
    const screen = await running()
    screen.kill('SIGKILL')
    await screen.ended()
    expect(run('storage', 'verify').code).toBe(0)
    const again = await running()
    await again.see('integ PASS')
  })

  test('a terminal that is gone takes the screen, never the engine', PATIENCE, async () => {
    const screen = await running()
    screen.kill('SIGHUP')
    await sleep(1_500)
    const { code, data } = run('status')
    expect(code).toBe(0)
    expect(data).toMatchObject({ phase: 'RUNNING' })
    const other = terminal({ args: ['tui'] })
    await other.see(/maker .*RUN/)
  })

  test('a terminal that is not read for ten seconds costs the engine nothing', PATIENCE, async () => {
    const screen = await running()
    screen.pause()
    const turns: number[] = []
    for (let at = 0; at < 10; at++) {
      await sleep(1_000)
      const { code } = run('status')
      turns.push(code ?? -1)
    }
    screen.resume()
    expect(turns).toEqual(turns.map(() => 0))
    await screen.see(/maker .*RUN/)
  })

  test('a second engine is refused with the pid of the first, exit 6', PATIENCE, async () => {
    const screen = await running()
    const second = spawnSync(PROGRAM, ['engine'], { env: env(), encoding: 'utf8', timeout: 20_000 })
    expect(second.status).toBe(6)
    expect(second.stderr).toContain('an engine already runs')
    expect(screen.exit).toBeUndefined()
  })

  test('a stopped engine is panicked from outside and halts before anything else', PATIENCE, async () => {
    const screen = await running()
    process.kill(screen.pid, 'SIGSTOP')
    const panic = spawnSync(PROGRAM, ['panic', '--reason', 'the room is on fire'], {
      env: env(),
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect(panic.status).toBe(0)
    process.kill(screen.pid, 'SIGCONT')
    await screen.see('kill:HALT')
  })
})

describe('without a terminal', () => {
  test('nothing but text comes out, and the exit code says that no engine runs', PATIENCE, () => {
    const { stdout, status } = spawnSync(PROGRAM, [], { env: env(), encoding: 'utf8', timeout: 20_000 })
    expect(stdout).not.toContain('\u001b')
    expect(status).toBe(6)
  })

  test('no home at all is said with what to do', PATIENCE, () => {
    const { stderr, status } = spawnSync(PROGRAM, ['engine'], {
      env: { PATH: process.env['PATH'], HOME: '' },
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect([status, stderr]).toEqual([2, expect.stringContaining('PROFINAUT_HOME')])
  })

  test('a database page of garbage is found by name, and the engine does not start on it', PATIENCE, async () => {
    const screen = terminal()
    await screen.see(/maker .*RUN/)
    screen.kill('SIGTERM')
    await screen.ended(40_000)
    const path = join(home, 'demo', 'profinaut.db')
    const bytes = readFileSync(path)
    for (let page = 3; page < Math.floor(bytes.length / 4_096); page += 2)
      bytes.fill(0x5a, page * 4_096, page * 4_096 + 4_096)
    execFileSync('sh', ['-c', 'cat > "$1"', 'sh', path], { input: bytes })
    const verdict = run('storage', 'verify')
    expect(verdict.code).toBe(5)
    expect(verdict.text).toMatch(/STORAGE_CORRUPT|storage\.corrupt/)
  })
})
