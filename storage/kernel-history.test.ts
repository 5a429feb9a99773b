import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { testInstrument } from '../fixtures/world.ts'
import { type OrderId, orderIdAt, runId, tradeId } from '../src/domain/ids.ts'
import { lots, money, rate, ticks } from '../src/domain/money.ts'
import type { KernelEvent } from '../src/events/event.ts'
import { fillOf, Rig } from '../src/kernel/rig.fixture.ts'
import { openEngineStore } from './engine-store.ts'
import { fills } from './queries/fills.ts'
import { rebuildProjections } from './rebuild.ts'
import { verifyStore } from './verify.ts'

const folder = scratchFolder()
const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })

const step = fc.record({
  kind: fc.constantFrom(
    ...(['place', 'place', 'bracket', 'accept', 'fill', 'fill', 'fill', 'canceled', 'unknown'] as const),
    ...(['funding', 'liquidation', 'kill', 'time', 'restart'] as const),
  ),
  which: fc.nat(9),
  qty: fc.integer({ min: 1, max: 9 }),
  sell: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Orders that have ended are spoken of too: what is late is recorded otherwise than what is in time. */
function take(rig: Rig, { kind, which, qty, sell }: Step, trade: string): void {
  const orderId: OrderId = orderIdAt(1 + (which % Math.max(1, rig.kernel.orders.count)))
  const side = sell ? 'sell' : 'buy'
  const ts = rig.now
  const wish = { side, qty, reasonCode: 'ENTRY_TEST' } as const
  if ((kind === 'place' || kind === 'bracket') && rig.kernel.bots[0]?.isFed !== true) return wake(rig)
  switch (kind) {
    case 'place':
      return void rig.act((context) => context.place({ ...wish, type: 'LIMIT', limit: 99_000 }))
    case 'bracket':
      return void rig.act((context) =>
        context.place({
          ...wish,
          type: 'MARKET',
          stopLoss: sell ? 101_000 : 99_000,
          takeProfit: sell ? 99_000 : 101_000,
        }),
      )
    case 'accept':
      return rig.accept(orderId)
    case 'fill':
      return rig.report(fillOf(orderId, { qty, price: 100_000 + which, trade, ts }))
    case 'canceled':
      return rig.report({ kind, orderId, reasonCode: 'VENUE_SAYS', ts })
    case 'unknown':
      return rig.report({ kind, orderId, reasonCode: 'TIMEOUT', detail: '', ts })
    case 'funding':
      return rig.report({ kind, instrumentId: PERP.id, rate: rate(0.0001), mark: ticks(100_000), ts })
    case 'liquidation': {
      const held = rig.kernel.portfolio.accountQty(0)
      if (held === 0) return
      const closing = { side: held > 0 ? 'sell' : 'buy', qty: lots(Math.min(qty, Math.abs(held))) } as const
      const print = { tradeId: tradeId(`l-${trade}`), price: ticks(100_000), fee: money(1n), ts }
      return rig.report({ kind, instrumentId: PERP.id, ...closing, ...print })
    }
    case 'kill':
      return void rig.command({ kind: 'KILL_RAISE', scope: 'bot:bot-1', level: sell ? 'CLOSE_ONLY' : 'HALT' })
    case 'time':
      return rig.clock(which * 10_000_000)
    case 'restart':
      return rig.restart()
  }
}

/** A HALT stops its bot: lowered all the way, the bot is sent back to work. */
function wake(rig: Rig): void {
  for (const level of ['FLATTEN', 'CLOSE_ONLY', 'NONE'] as const)
    rig.command({ kind: 'KILL_LOWER', scope: 'bot:bot-1', level })
  rig.command({ kind: 'BOT_START', botId: 'bot-1' })
}

/** Writes a history as a host would: a session from each first event, a commit after each input. */
function keep(path: string, events: readonly KernelEvent[]): ReturnType<typeof openEngineStore> {
  let store: ReturnType<typeof openEngineStore> | undefined
  let writer: ReturnType<NonNullable<typeof store>['beginSession']> | undefined
  let trace = 0
  let sessions = 0
  const openStore = () => {
    const options = { profile: 'demo', instanceId: 'i', nowTs: 1, durability: 'normal' } as const
    return openEngineStore(path, { ...options, urgent: new Set(), isAlive: () => true })
  }
  for (const event of events) {
    if (event.seq === 1 || event.trace !== trace) writer?.commit()
    if (event.seq === 1) {
      store?.close()
      store = openStore()
      writer = store.beginSession({ runId: runId(`run-${++sessions}`), openedTs: event.ts, spec: {} })
    }
    writer?.append(event)
    trace = event.trace
  }
  writer?.commit()
  return store ?? openStore()
}

test('what a kernel tells, whatever happens to it, is kept as its projection has it, and can be made again', () => {
  let files = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (history) => {
      const rig = new Rig({ instruments: [PERP] })
      rig.quote(100_000)
      history.forEach((one, at) => take(rig, one, `x${at}`))
      const store = keep(join(folder, `${++files}.db`), rig.events)
      expect(store.state()).toEqual(rig.projection.state)
      expect(verifyStore(store.db)).toMatchObject({ ok: true, events: rig.events.length, isBehind: false })
      expect(rebuildProjections(store.db, { isAlive: () => true }).differences).toEqual([])
      const booked = rig.events.flatMap(({ type, payload }) =>
        type === 'portfolio.updated' && 'trade_id' in payload && 'realised' in payload ? [`${payload.realised}`] : [],
      )
      expect(store.db.prepare('SELECT realised FROM fills ORDER BY no').pluck().all()).toEqual(booked)
      store.close()
    }),
    { numRuns: 25 },
  )
}, 60_000)

test('a fill that comes after the end of its order says what it realised, too', () => {
  const rig = new Rig({ instruments: [PERP] })
  const entry = rig.place({ side: 'buy', qty: 5, type: 'MARKET', reasonCode: 'ENTRY_TEST' })
  rig.fill(entry, 5, 100_000)
  const exit = rig.place({ side: 'sell', qty: 5, type: 'LIMIT', limit: 100_050, reasonCode: 'EXIT_TEST' })
  rig.accept(exit)
  rig.report({ kind: 'canceled', orderId: exit, reasonCode: 'VENUE_SAYS', ts: rig.now })
  rig.fill(exit, 5, 100_050)
  const order = rig.projection.state.ended.find(({ id }) => id === exit)
  expect(order).toMatchObject({ state: 'CANCELED', filled: 5 })
  const store = keep(join(folder, 'late.db'), rig.events)
  const [, late] = fills(store.db).toReversed()
  expect(late?.realised).toBe(PERP.quantaPerTickLot * 250n)
  expect(verifyStore(store.db)).toMatchObject({ ok: true })
  store.close()
})
