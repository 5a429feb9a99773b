import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { NORMAL_SAFETY } from '../fixtures/screen-market-views.ts'
import { BOTS, RIBBON, SYSTEM } from '../fixtures/screen-views.ts'
import type { BotRow } from '../src/runtime/link/views.ts'
import { liveConditions } from './bot/mode.ts'

const PAPER = { ...RIBBON, runMode: 'paper' as const }
let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell({ bots: BOTS, ribbon: PAPER, safety: NORMAL_SAFETY, system: SYSTEM })
  shell.engine.begin()
})
afterEach(() => shell.close())

const become = (state: BotRow['state']) =>
  shell.engine.show('bots', { rows: { 'grid-btc': { ...(BOTS.rows['grid-btc'] as BotRow), state } } })
const asked = () => shell.engine.answered.map(({ type }) => type)

describe('UGF-B-003: bot', () => {
  test('UGF-B-003: start --mode live without arming exits 3 and lists every condition that is not met', async () => {
    const told = await shell.json('bot', 'start', 'grid-btc', '--mode', 'live')
    expect(told).toMatchObject({
      code: 3,
      reason_codes: expect.arrayContaining(['LIVE_NOT_READY', 'ARMED', 'LIVE_FLAG']),
    })
    expect(told.data).toContainEqual(expect.objectContaining({ condition: 'armed', met: 'NO' }))
    expect(
      (told.data as readonly { todo: string; met: string }[]).every(({ met, todo }) => met === 'yes' || todo !== ''),
    ).toBe(true)
    expect(asked()).toEqual([])
  })

  test('start begins where the engine trades', async () => {
    expect(await shell.json('bot', 'start', 'grid-btc')).toMatchObject({ code: 0, data: { type: 'BOT_START' } })
  })

  test('mode tells where it trades, and what stands between it and another', async () => {
    expect(await shell.json('bot', 'mode', 'grid-btc')).toMatchObject({ code: 0, data: [{ mode: 'paper' }] })
    expect((await shell.json('bot', 'mode', 'grid-btc', 'canary')).code).toBe(3)
    expect(await shell.json('bot', 'mode', 'grid-btc', 'real')).toMatchObject({
      code: 2,
      reason_codes: ['MODE_UNKNOWN'],
    })
    expect(await shell.json('bot', 'mode', 'nobody')).toMatchObject({ code: 2, reason_codes: ['BOT_UNKNOWN'] })
  })

  test('restart stops, waits until it is idle, and starts', async () => {
    become('RUNNING')
    let waited = 0
    const { world } = shell.engine
    const pause = (ms: number) => {
      if (asked().includes('BOT_STOP') && ++waited === 3) become('IDLE')
      return world.pause(ms)
    }
    expect((await shell.say(['bot', 'restart', 'grid-btc'], { pause })).code).toBe(0)
    expect(asked()).toEqual(['BOT_STOP', 'BOT_START'])
  })

  test('restart does not start one whose stop did not end', async () => {
    become('RUNNING')
    const { world } = shell.engine
    const pause = (ms: number) => {
      if (asked().includes('BOT_STOP')) become('ERROR')
      return world.pause(ms)
    }
    const told = await shell.say(['bot', 'restart', 'grid-btc'], { pause })
    expect(told).toMatchObject({ code: 3, err: expect.stringContaining('is not started again') })
    expect(asked()).toEqual(['BOT_STOP'])
  })

  test('logs tells its decisions and states from the journal', async () => {
    shell.engine.show('bots', BOTS)
    const told = await shell.json('bot', 'logs', 'grid-btc')
    expect(told.code).toBe(0)
    expect(Array.isArray(told.data)).toBe(true)
  })

  test('what is asked of a bot that trades with money is met one by one', () => {
    const all = liveConditions(
      { runMode: 'live', killLevel: 'NONE', safetyMode: 'NORMAL' },
      NORMAL_SAFETY,
      {
        leases: [
          { kind: 'venue', id: 'gmo', state: 'VALID', constraint: 'NONE', issuedTs: 0, renewedTs: 0, expiresTs: 1 },
        ],
      },
      'on',
    )
    // Nothing in this build arms.
    expect(all.filter(({ isMet }) => !isMet).map(({ name }) => name)).toEqual(['armed'])
  })
})
