import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeEngine } from '../fixtures/fake-engine.ts'
import { RIBBON, SCREEN_VIEWS } from '../fixtures/screen-views.ts'
import type { BotState } from '../src/runtime/link/views.ts'
import { runCommand } from './command-line.ts'

let home: string
let engine: FakeEngine
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'profinaut-'))
  process.env['PROFINAUT_HOME'] = home
  engine = new FakeEngine(home, { ...SCREEN_VIEWS })
  engine.begin()
})
afterEach(() => {
  engine.close()
  rmSync(home, { recursive: true, force: true })
  delete process.env['PROFINAUT_HOME']
})

async function json(...args: readonly string[]) {
  let out = ''
  const printer = {
    out: (text: string) => void (out += text),
    err: () => undefined,
    asOf: () => '2026-01-01T00:00:00Z',
  }
  const code = await runCommand([...args, '--json'], printer, engine.world)
  return { code, ...(JSON.parse(out) as { reason_codes: readonly string[]; message: string; data: unknown }) }
}

/** Shows the bot in another state, as the engine does after a command. */
function become(state: BotState): void {
  const { bots } = engine.views
  const row = bots?.rows['grid-btc']
  if (bots === undefined || row === undefined) throw new Error('the screen views have grid-btc')
  engine.show('bots', { ...bots, rows: { ...bots.rows, 'grid-btc': { ...row, state } } })
}

test('UGF-B-003: bot start --mode live without arming exits 3, lists each unmet condition and hands nothing in', async () => {
  engine.show('ribbon', { ...RIBBON, runMode: 'paper', safetyMode: 'DEGRADED', integrity: 'UNKNOWN', gate: 'BLOCK' })
  const { code, reason_codes, message } = await json('bot', 'start', 'grid-btc', '--mode', 'live')
  expect(code).toBe(3)
  const missing = ['RUN_MODE_OTHER', 'FLAG_LIVE_OFF', 'SAFETY_NOT_NORMAL', 'RECONCILE_NOT_MATCH', 'GATE_NOT_PASS']
  for (const condition of missing) {
    expect(reason_codes).toContain(condition)
    expect(message).toContain(condition)
  }
  expect(engine.store.commands.pending()).toEqual([])
  expect(engine.answered).toEqual([])
})

test('bot mode shows the mode of the session; asking for another is refused with what is missing', async () => {
  engine.show('ribbon', { ...RIBBON, runMode: 'paper' })
  become('IDLE')
  const shown = await json('bot', 'mode', 'grid-btc')
  expect(shown).toMatchObject({ code: 0, data: { bot: 'grid-btc' } })
  expect(await json('bot', 'mode', 'grid-btc', 'shadow')).toMatchObject({ code: 3, reason_codes: ['RUN_MODE_OTHER'] })
})

test('bot restart stops, waits until the last order has ended, and starts', async () => {
  become('RUNNING')
  let waits = 0
  engine.answer = ({ type }) => {
    if (type === 'BOT_STOP') become('STOPPING')
    return { status: 'COMPLETED', message: `${type} done` }
  }
  const { world } = engine
  const pause = (ms: number) => {
    if (engine.answered.at(-1)?.type === 'BOT_STOP' && ++waits === 3) become('IDLE')
    return world.pause(ms)
  }
  const printer = { out: () => undefined, err: () => undefined, asOf: () => '' }
  expect(await runCommand(['bot', 'restart', 'grid-btc'], printer, { ...world, pause })).toBe(0)
  expect(waits).toBeGreaterThanOrEqual(3)
  expect(engine.answered.map(({ type }) => type)).toEqual(['BOT_STOP', 'BOT_START'])
})

test('a restart whose stop ends in ERROR starts nothing and says so', async () => {
  become('RUNNING')
  engine.answer = () => {
    become('ERROR')
    return { status: 'COMPLETED' }
  }
  expect(await json('bot', 'restart', 'grid-btc')).toMatchObject({ code: 3, reason_codes: ['STOP_NOT_ENDED'] })
  expect(engine.answered.map(({ type }) => type)).toEqual(['BOT_STOP'])
})

test('bot logs tells what the journal has of a bot, newest last, and no more than was asked for', async () => {
  const { code, data } = await json('bot', 'logs', 'grid-btc', '--limit', '5')
  expect(code).toBe(0)
  const lines = data as readonly { time: string }[]
  expect(lines.length).toBeLessThanOrEqual(5)
  expect(lines.map(({ time }) => time)).toEqual(lines.map(({ time }) => time).toSorted())
})
