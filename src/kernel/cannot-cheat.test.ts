import { expect, test } from 'vitest'
import { z } from 'zod'
import { barsOf, testInstrument, walkBars, World } from '../../fixtures/world.ts'
import { instrumentId, type OrderId } from '../domain/ids.ts'
import { type BarView, defineStrategy, type StrategyContext, type StrategyHandlers } from '../strategy/strategy.ts'

const BARS = walkBars(300, { seed: 5 })

function strategy(create: (context: StrategyContext) => StrategyHandlers, frames: readonly number[] = []) {
  return defineStrategy({
    id: 'cheat',
    version: '1.0.0',
    description: 'tries to know or to touch what it may not',
    params: z.strictObject({}),
    frames: () => frames,
    create: (_params, context) => create(context),
  }) as never
}

async function play(
  create: (context: StrategyContext) => StrategyHandlers,
  frames: readonly number[] = [],
): Promise<World> {
  return new World({ bots: [{ strategy: strategy(create, frames) }], feeds: [{ columns: [BARS] }] }).play()
}

test('a bar that was kept shows nothing newer than the bar at hand', async () => {
  let kept: BarView | undefined
  let latest = 0
  const world = await play((context) => ({
    onBar(bar) {
      kept ??= bar
      latest = Math.max(latest, kept.closeTs)
      expect(kept.closeTs).toBeLessThanOrEqual(context.now)
    },
    onOpen(_ts, _open) {
      // Between two bars the window still shows the last one that closed, never the one that has begun.
      if (kept !== undefined) expect(kept.closeTs).toBeLessThanOrEqual(context.now)
    },
  }))
  expect(world.kernel.bots[0]?.lastError).toBeUndefined()
  expect(latest).toBe(BARS.closeTs[299])
})

test('from a bar no column, row or neighbour can be reached', async () => {
  const world = await play(() => ({
    onBar(bar) {
      const seen = new Set<unknown>()
      const walk = (value: unknown): void => {
        if (value === null || typeof value !== 'object' || seen.has(value)) return
        seen.add(value)
        expect(ArrayBuffer.isView(value)).toBe(false)
        for (const key of Reflect.ownKeys(value)) walk((value as Record<PropertyKey, unknown>)[key])
      }
      walk(bar)
    },
  }))
  expect(world.kernel.bots[0]?.lastError).toBeUndefined()
})

test('at the open only the opening price of the bar is known: the mark is it, and orders meet it', async () => {
  const world = await play((context) => ({
    onOpen(openTs, open) {
      expect(context.now).toBe(openTs)
      expect(context.mark()).toBe(open)
    },
  }))
  expect(world.kernel.bots[0]?.lastError).toBeUndefined()
})

test('a larger bar is seen at its close and not before, and says what its small bars said', async () => {
  const hour = 3_600_000_000
  const closes: number[] = []
  const world = await play(
    (context) => ({
      onBar(bar, _at, frame) {
        if (frame !== 1) return
        expect(bar.closeTs).toBe(context.now)
        expect(bar.closeTs - bar.openTs).toBe(hour)
        closes.push(bar.close)
      },
    }),
    [hour],
  )
  expect(world.kernel.bots[0]?.lastError).toBeUndefined()
  expect(closes).toEqual([59, 119, 179, 239, 299].map((row) => BARS.close[row]))
})

test('a timer set in the past or at no time tells nothing of the future', async () => {
  const fired: number[] = []
  const world = await play((context) => ({
    onStart: () => context.setTimer('past', -1),
    onTimer: () => void fired.push(context.now),
    onBar() {
      if (fired.length < 3) context.setTimer('again', 0)
    },
  }))
  expect(world.kernel.bots[0]?.lastError).toBeUndefined()
  expect(fired.length).toBeGreaterThan(0)
  for (const ts of fired) expect(BARS.closeTs.includes(ts) || ts === 0).toBe(true)
  const broken = await play((context) => ({ onBar: () => context.setTimer('never', Number.NaN) }))
  expect(broken.kernel.bots[0]?.state).toBe('QUARANTINED')
})

test('an order decided at a close never fills before it, whatever other feeds are at', async () => {
  const other = barsOf(Array.from({ length: 300 }, (_, row) => [100 + row, 110 + row, 90 + row, 100 + row]))
  const world = await new World({
    bots: [
      {
        strategy: strategy((context) => ({
          onBar(_bar, at) {
            if (at === 0) context.place({ at: 1, side: 'buy', qty: 1, type: 'MARKET', reasonCode: 'ENTRY_TEST' })
          },
        })),
      },
    ],
    instruments: [
      testInstrument({ id: instrumentId('A/USDT'), base: 'A' }),
      testInstrument({ id: instrumentId('B/USDT'), base: 'B' }),
    ],
    feeds: [
      { instrumentAt: 0, columns: [BARS] },
      { instrumentAt: 1, columns: [other] },
    ],
    cash: 1e9,
  }).play()
  const sent = new Map(world.of('order.sent').map(({ payload, ts }) => [payload.order_id, ts]))
  const fills = world.of('fill.recorded')
  expect(fills.length).toBeGreaterThan(200)
  for (const { payload } of fills) {
    expect(payload.venue_ts).toBeGreaterThanOrEqual(sent.get(payload.order_id) ?? Number.POSITIVE_INFINITY)
    // It fills at the open of the bar that begins then, not at one that had begun.
    expect(payload.price).toBe(100 + payload.venue_ts / 60_000_000)
  }
})

test('what is handed out cannot be used to change the engine', async () => {
  const world = await play((context) => ({
    onBar(bar) {
      expect(() => Object.assign(context, { now: 0 })).toThrow()
      expect(() => (context.instruments as unknown as unknown[]).push(1)).toThrow()
      expect(() => Object.assign(context.instruments[0] ?? {}, { tick: 1 })).toThrow()
      expect(() => Object.assign(bar, { close: 1 })).toThrow()
    },
  }))
  expect(world.kernel.bots[0]?.lastError).toBeUndefined()
})

test('nonsense is refused with a reason and nobody else notices', async () => {
  const world = await play((context) => ({
    onBar() {
      for (const qty of [Number.NaN, -1, 0, Number.POSITIVE_INFINITY, 1e300]) {
        expect(context.place({ side: 'buy', qty, type: 'MARKET', reasonCode: 'ENTRY_TEST' })).toBeUndefined()
      }
      for (const limit of [Number.NaN, -5, 0, 1e300]) {
        expect(context.place({ side: 'buy', qty: 1, type: 'LIMIT', limit, reasonCode: 'ENTRY_TEST' })).toBeUndefined()
      }
      expect(context.place({ side: 'buy', qty: 1, type: 'MARKET', reasonCode: '' })).toBeUndefined()
      expect(context.cancel('o999' as OrderId, 'CANCEL_TEST')).toBe(false)
      expect(context.amend('nonsense' as OrderId, { qty: 5, reasonCode: 'AMEND_TEST' })).toBe(false)
    },
  }))
  expect(world.kernel.bots[0]?.lastError).toBeUndefined()
  expect(world.of('order.sent')).toEqual([])
  expect(new Set(world.of('intent.discarded').map(({ payload }) => payload.reason_code))).toEqual(
    new Set(['INVALID_QTY', 'INVALID_PRICE', 'REASON_CODE_REQUIRED']),
  )
})

test("another bot's orders are neither seen nor moved, and one bot's failure is its own", async () => {
  let stolen = 0
  const world = await new World({
    bots: [
      {
        strategy: strategy((context) => ({
          onBar(bar) {
            if (context.orders().length === 0)
              context.place({ side: 'buy', qty: 1, type: 'LIMIT', limit: bar.close * 0.6, reasonCode: 'ENTRY_TEST' })
          },
        })),
      },
      {
        strategy: strategy((context) => ({
          onBar() {
            if (context.order('o1' as OrderId) !== undefined || context.orders().length > 0) stolen++
            if (context.cancel('o1' as OrderId, 'CANCEL_TEST')) stolen++
            throw new Error('and then it breaks')
          },
        })),
      },
    ],
    feeds: [{ columns: [BARS] }],
  }).play()
  expect(stolen).toBe(0)
  expect(world.kernel.bots.map(({ state }) => state)).toEqual(['RUNNING', 'QUARANTINED'])
  expect(world.kernel.orders.get('o1' as OrderId)?.state).toBe('OPEN')
})
