import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import type { OrderId } from '../domain/ids.ts'
import type { KernelEvent } from '../events/event.ts'
import { checkHistory } from './history.fixture.ts'
import { Rig } from './rig.fixture.ts'
import { STORM_LIMITS, StormWatch } from './storms.ts'

const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })
const rig = (bots = 2) => new Rig({ instruments: [PERP], bots, storms: STORM_LIMITS })
const S = 1_000_000
const bid = { side: 'buy', qty: 1, type: 'LIMIT', limit: 99_000, reasonCode: 'ENTRY_TEST' } as const

/** So many wishes of a bot within one second of engine time, which then ends. */
function second(world: Rig, wishes: number, bot = 0): readonly OrderId[] {
  const ids: OrderId[] = []
  const startTs = Math.ceil(world.now / S) * S
  world.now = startTs
  for (let wish = 0; wish < wishes; wish++) {
    const id = world.act((context) => context.place(bid), { bot })
    if (id !== undefined) {
      ids.push(id)
      world.accept(id)
    }
  }
  world.now = startTs + S
  return ids
}
const states = (world: Rig) => world.kernel.bots.map(({ state }) => state)
const reasons = (world: Rig) =>
  world.of('safety.reason_raised').map(({ payload }) => [payload.reason_code, payload.mode])

test('UGF-0-002 ORDER_STORM: a bot with ten wishes in each of three seconds is put aside with its orders; others go on', () => {
  const world = rig()
  second(world, 10)
  second(world, 10)
  expect(states(world)).toEqual(['RUNNING', 'RUNNING'])
  second(world, 10)
  expect(states(world)).toEqual(['QUARANTINED', 'RUNNING'])
  expect(world.of('ops.bot_state').at(-1)?.payload).toMatchObject({ state: 'QUARANTINED', reason_code: 'ORDER_STORM' })
  expect(new Set(world.kernel.orders.working.map(({ state }) => state))).toEqual(new Set(['CANCEL_REQUESTED']))
  expect(world.kernel.safetyMode).toBe('NORMAL')
  world.place(bid, { bot: 1 })
  checkHistory(world.events)
})

test('a second with less ends the row', () => {
  const world = rig()
  for (const wishes of [10, 10, 9, 10, 10]) second(world, wishes)
  expect(states(world)).toEqual(['RUNNING', 'RUNNING'])
})

test('UGF-0-002 ORDER_STORM: a flood of all bots together halts', () => {
  const world = rig()
  const startTs = Math.ceil(world.now / S) * S
  world.now = startTs
  for (let order = 0; order < 120; order++) world.act((context) => context.place(bid), { bot: order % 2 })
  expect(world.kernel.safetyMode).toBe('HALTED')
  expect(reasons(world)).toEqual([['ORDER_STORM', 'HALTED']])
})

test('UGF-0-002 CANCEL_LOOP: an order that five cancels did not end is SAFE_MODE, and the reason goes when it is calm', () => {
  const world = rig()
  const id = world.place(bid)
  world.accept(id)
  for (let tries = 1; tries <= 5; tries++) {
    expect(world.kernel.safetyMode).toBe('NORMAL')
    world.act((context) => context.cancel(id, 'EXIT_TEST'))
    world.report({ kind: 'cancel-refused', orderId: id, detail: 'busy', ts: world.now })
  }
  expect(reasons(world)).toEqual([['CANCEL_LOOP', 'SAFE_MODE']])
  expect(world.kernel.safetyMode).toBe('SAFE_MODE')
  world.clock(61 * S)
  expect(world.of('safety.reason_cleared').map(({ payload }) => payload.reason_code)).toEqual(['CANCEL_LOOP'])
  expect(world.kernel.safetyMode).toBe('SAFE_MODE')
})

test('UGF-0-002 UNKNOWN_SPIKE: fifty unknown fates in a minute are SAFE_MODE, and again within five minutes HALTED', () => {
  const world = rig()
  const minute = () => {
    world.now = Math.ceil(world.now / (60 * S)) * 60 * S
    for (let order = 0; order < 50; order++) {
      const id = world.act((context) => context.place(bid), { bot: order % 2, afterUs: S })
      if (id === undefined) continue
      world.report({ kind: 'unknown', orderId: id, reasonCode: 'TIMEOUT', detail: '', ts: world.now })
    }
  }
  minute()
  expect(reasons(world)).toEqual([['UNKNOWN_SPIKE', 'SAFE_MODE']])
})

test('UGF-0-002 UNKNOWN_SPIKE: the second spike within five minutes halts, a later one begins anew', () => {
  const lost = (watch: StormWatch, minute: number) => {
    for (let order = 0; order < 50; order++)
      watch.see({
        seq: 1,
        ts: (minute * 60 + 1) * S + order,
        type: 'order.unknown',
        botId: undefined,
        trace: 1,
        causeSeq: 0,
        payload: { order_id: `o${order}`, instrument_id: PERP.id, reason_code: 'TIMEOUT', detail: '' },
      } satisfies KernelEvent<'order.unknown'>)
    return watch.take().map(({ mode }) => mode)
  }
  const watch = new StormWatch()
  expect([lost(watch, 0), lost(watch, 4), lost(watch, 12)]).toEqual([['SAFE_MODE'], ['HALTED'], ['SAFE_MODE']])
})

test('a backtest is not watched', () => {
  const world = new Rig({ instruments: [PERP] })
  for (let turn = 0; turn < 5; turn++) second(world, 50)
  expect(states(world)).toEqual(['RUNNING'])
})
