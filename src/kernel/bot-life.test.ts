import { describe, expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { BotRestarts } from './bot-restarts.ts'
import { checkHistory } from './history.fixture.ts'
import { Rig, type RigOptions } from './rig.fixture.ts'

const S = 1_000_000
const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })
const RESTARTS = { max: 3, windowUs: 600 * S, backoffUs: 5 * S }
const BOT = { botId: 'bot-1' } as const

const state = (rig: Rig) => rig.kernel.bots[0]?.state
const states = (rig: Rig) => rig.of('ops.bot_state').map(({ payload }) => `${payload.state} ${payload.reason_code}`)
const last = (rig: Rig) => rig.of('ops.bot_state').at(-1)?.payload

/** A bot whose strategy fails at every second while the switch is on. */
function failing(options: RigOptions = {}): { rig: Rig; broken: { isOn: boolean } } {
  const broken = { isOn: true }
  const rig = new Rig({
    instruments: [PERP],
    handlers: (context) => ({
      onStart: () => context.setTimer('beat', context.now + S / 4),
      onTimer() {
        context.setTimer('beat', context.now + S / 4)
        if (broken.isOn) throw new Error('it is broken')
      },
    }),
    botRestarts: RESTARTS,
    ...options,
  })
  return { rig, broken }
}

function run(rig: Rig, seconds: number): void {
  for (let quarter = 0; quarter < 4 * seconds; quarter++) rig.clock(S / 4)
}

describe('UGF-B-003: a bot that fails again and again', () => {
  test('is started again after 5, 10 and 20 s, three times within ten minutes, and is then QUARANTINED', () => {
    const { rig } = failing()
    run(rig, 120)
    expect(state(rig)).toBe('QUARANTINED')
    expect(states(rig).filter((told) => !told.startsWith('RUNNING STRATEGY'))).toEqual([
      'ERROR STRATEGY_EXCEPTION',
      'RUNNING RESTARTED',
      'ERROR STRATEGY_EXCEPTION',
      'RUNNING RESTARTED',
      'ERROR STRATEGY_EXCEPTION',
      'RUNNING RESTARTED',
      'QUARANTINED STRATEGY_EXCEPTION',
    ])
    const details = rig.of('ops.bot_state').map(({ payload }) => payload.detail)
    expect(details.filter((detail) => detail.startsWith('starts again'))).toEqual([
      'starts again in 5 s: onTimer: it is broken',
      'starts again in 10 s: onTimer: it is broken',
      'starts again in 20 s: onTimer: it is broken',
    ])
    checkHistory(rig.events)
  })

  test('goes on when it is well again, and old failures are forgotten after ten minutes', () => {
    const { rig, broken } = failing()
    run(rig, 3)
    expect(state(rig)).toBe('ERROR')
    broken.isOn = false
    run(rig, 700)
    expect(state(rig)).toBe('RUNNING')
    broken.isOn = true
    run(rig, 2)
    expect(last(rig)?.detail).toContain('starts again in 5 s')
  })

  test.each(['canary', 'live'] as const)('is never started by itself in %s', (runMode) => {
    const { rig } = failing({ runMode })
    run(rig, 30)
    expect(state(rig)).toBe('QUARANTINED')
  })

  test('stays in ERROR while the engine is in SAFE_MODE, and while an operator has decided otherwise', () => {
    const { rig, broken } = failing()
    run(rig, 2)
    expect(state(rig)).toBe('ERROR')
    rig.command({ kind: 'MODE_RAISE', mode: 'SAFE_MODE' })
    run(rig, 60)
    expect(state(rig)).toBe('ERROR')
    rig.command({ kind: 'BOT_STOP', ...BOT })
    expect(state(rig)).toBe('IDLE')
    broken.isOn = false
    run(rig, 400)
    rig.command({ kind: 'MODE_RELEASE', failedChecks: [] })
    run(rig, 60)
    expect(state(rig)).toBe('IDLE')
  })
})

test('the wait doubles with each restart in the window, and there is none after the last', () => {
  const restarts = new BotRestarts(RESTARTS)
  const waits: (number | undefined)[] = []
  for (let at = 0; at < 4; at++) {
    const due = restarts.failed(at * S)
    waits.push(due === undefined ? undefined : (due - at * S) / S)
    if (due === undefined) continue
    expect([restarts.isDue(due - 1), restarts.isDue(due)]).toEqual([false, true])
    restarts.begin(at * S)
  }
  expect(waits).toEqual([5, 10, 20, undefined])
  expect(restarts.failed(610 * S)).toBe(615 * S)
  restarts.forget()
  expect(restarts.isDue(1e12)).toBe(false)
})

describe('UGF-B-003: a stop', () => {
  const bid = { side: 'buy', qty: 1, type: 'LIMIT', limit: 99_000, reasonCode: 'ENTRY_TEST' } as const

  test('that ends well says what it leaves: no order, and the position as it is', () => {
    const rig = new Rig({ instruments: [PERP] })
    const id = rig.place({ ...bid, type: 'MARKET', limit: undefined, qty: 5 })
    rig.fill(id, 5)
    const ids = [1, 2, 3, 4, 5].map(() => rig.place(bid))
    for (const one of ids) rig.accept(one)
    rig.command({ kind: 'BOT_STOP', ...BOT })
    rig.clock(2 * S)
    for (const one of ids) rig.report({ kind: 'canceled', orderId: one, reasonCode: 'REQUESTED', ts: rig.now })
    expect(last(rig)).toMatchObject({ state: 'IDLE', reason_code: 'STOPPED' })
    expect(last(rig)?.detail).toMatch(/no order of it works or waits to be sent; it holds 0\.\d+ /)
    expect(rig.kernel.orders.working).toEqual([])
  })

  test('that takes longer than 30 s is an ERROR that names what still works, and goes on being tried', () => {
    const rig = new Rig({ instruments: [PERP] })
    const id = rig.place(bid)
    rig.accept(id)
    rig.command({ kind: 'BOT_STOP', ...BOT })
    run(rig, 29)
    expect(state(rig)).toBe('STOPPING')
    run(rig, 1)
    expect(last(rig)).toMatchObject({ state: 'ERROR', reason_code: 'STOP_INCOMPLETE' })
    expect(last(rig)?.detail).toContain(id)
    const cancels = () => rig.sent().filter((effect) => effect === `cancel ${id}`).length
    const before = cancels()
    rig.report({ kind: 'cancel-refused', orderId: id, detail: 'busy', ts: rig.now })
    expect(cancels()).toBe(before + 1)
    rig.report({ kind: 'canceled', orderId: id, reasonCode: 'REQUESTED', ts: rig.now })
    expect(state(rig)).toBe('ERROR')
    rig.command({ kind: 'BOT_STOP', ...BOT })
    expect(state(rig)).toBe('IDLE')
    checkHistory(rig.events)
  })

  test('that a restart of the engine cut has its 30 s anew', () => {
    const rig = new Rig({ instruments: [PERP] })
    const id = rig.place(bid)
    rig.accept(id)
    rig.command({ kind: 'BOT_STOP', ...BOT })
    run(rig, 20)
    rig.restart()
    run(rig, 20)
    expect(state(rig)).toBe('STOPPING')
    run(rig, 11)
    expect(state(rig)).toBe('ERROR')
  })
})

test('UGF-B-003: a bot in ERROR stays so over a restart of the engine, and an operator starts it', () => {
  const { rig, broken } = failing()
  run(rig, 2)
  rig.restart()
  run(rig, 60)
  expect(state(rig)).toBe('ERROR')
  broken.isOn = false
  rig.command({ kind: 'BOT_START', ...BOT })
  expect(state(rig)).toBe('RUNNING')
})

test('UGF-B-003: a bot in QUARANTINE stays there over a restart of the engine, however long it runs', () => {
  const { rig, broken } = failing()
  run(rig, 120)
  expect(state(rig)).toBe('QUARANTINED')
  broken.isOn = false
  rig.restart()
  run(rig, 700)
  expect(state(rig)).toBe('QUARANTINED')
})
