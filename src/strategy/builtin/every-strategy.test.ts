import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { BUILT_IN } from '../catalogue.ts'
import { type FakeContext, type FakeOptions, restart, run } from '../fake-context.ts'
import { REASONS } from './reason-codes.ts'

// What holds for every built-in strategy, on any market. Windows are small, so that short streams decide something.

const SMALL: Readonly<Record<string, Record<string, unknown>>> = {
  'buy-and-hold': {},
  'donchian-breakout': { entry: 4, exit: 2, atrPeriod: 3, atrMultiple: 2, direction: 'both' },
  grid: { levels: 3, spacing: 20, spacingUnit: 'bps', recentre: 'flatten' },
  'rsi-reversion': { period: 3, stopLossPct: 1, takeProfitPct: 2, maxHoldBars: 5, direction: 'both' },
  'simple-mm': { momentumPeriod: 3, momentumBps: 40, requoteThreshold: 1 },
  'sma-cross': { fast: 2, slow: 4, direction: 'both' },
}

const cases = BUILT_IN.map((definition) => ({ id: definition.id, definition, params: SMALL[definition.id] ?? {} }))

/** Closes that walk in steps of up to one percent. */
const walks = fc
  .array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 80 })
  .map((steps) => steps.reduce<number[]>((path, step) => [...path, Math.max(100, (path.at(-1) ?? 10_000) + step)], []))

const accounts: fc.Arbitrary<FakeOptions> = fc.record({
  settlement: fc.constantFrom('cash', 'margin'),
  cash: fc.constantFrom(0, 3, 1_000),
  takerFee: fc.constantFrom(0, 0.002),
  minQty: fc.constantFrom(1, 50),
})

/** One step of a market: what waits is filled, then the bar is heard. */
function step(market: FakeContext, close: number): void {
  market.settle(close)
  market.trade(close)
  market.settle(close)
  market.bar({ close, high: close + 7, low: close - 7 })
}

describe.each(cases)('$id', ({ id, definition, params }) => {
  test('is tested with small windows, and says what it is', () => {
    expect(SMALL[id]).toBeDefined()
    expect(definition.version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(definition.description).toMatch(/^[A-Z].{10,110}\.$/)
  })

  test('works with its defaults alone', () => {
    const market = run(definition)
    for (let bar = 0; bar < 300; bar++) step(market, 10_000 + Math.round(400 * Math.sin(bar / 20)))
    expect(market.placed.length).toBeGreaterThan(0)
  })

  test('continues after a restart anywhere as if nothing had happened', () => {
    fc.assert(
      fc.property(walks, fc.nat(), accounts, (closes, cut, account) => {
        const whole = run(definition, params, account)
        const parted = run(definition, params, account)
        const at = cut % closes.length
        closes.forEach((close, bar) => {
          step(whole, close)
          step(parted, close)
          if (bar === at) restart(parted, definition, params)
        })
        expect(parted.asked).toEqual(whole.asked)
        expect(parted.handlers.save?.()).toEqual(whole.handlers.save?.())
      }),
    )
  })

  test('asks for nothing during its warm-up, and can ask in its first bar after it', () => {
    const warmUp = definition.warmUp?.(definition.params.parse(params)) ?? 0
    let earliest = Number.POSITIVE_INFINITY
    fc.assert(
      fc.property(walks, (closes) => {
        const market = run(definition, params)
        closes.forEach((close, bar) => {
          if (market.asked.length > 0) return
          step(market, close)
          if (market.asked.length > 0) earliest = Math.min(earliest, bar + 1)
        })
      }),
      { numRuns: 300, seed: 1 },
    )
    expect(earliest).toBeGreaterThanOrEqual(warmUp)
    if (warmUp > 0) expect(earliest).toBe(warmUp)
  })

  test('sells no more of a spot instrument than it holds, and pays no more than it has', () => {
    fc.assert(
      fc.property(walks, accounts, (closes, account) => {
        const market = run(definition, params, { ...account, settlement: 'cash' })
        for (const close of closes) {
          const before = market.asked.length
          market.bar({ close, high: close + 7, low: close - 7 })
          for (const asked of market.asked.slice(before)) {
            if (asked.kind !== 'place') continue
            const { side, qty, limit } = asked.request
            const cost = qty * (limit ?? close) * 0.0001 * (1 + (account.takerFee ?? 0))
            if (side === 'buy') expect(cost).toBeLessThanOrEqual(market.cash() + 1e-9)
            else expect(qty).toBeLessThanOrEqual(market.position())
          }
          // Market orders fill where they were decided, so that only the strategy's own arithmetic is judged.
          market.settle(close)
          market.trade(close)
          market.settle(close)
          expect(market.position()).toBeGreaterThanOrEqual(0)
          expect(market.cash()).toBeGreaterThanOrEqual(-1e-9)
        }
      }),
    )
  })

  test('gives a reason from the catalogue, and numbers fit for a journal, with all that it asks', () => {
    fc.assert(
      fc.property(walks, (closes) => {
        const market = run(definition, params)
        for (const close of closes) step(market, close)
        for (const asked of market.asked) {
          if (asked.kind === 'cancel' || asked.kind === 'amend') {
            expect(Object.keys(REASONS)).toContain(asked.reasonCode)
            continue
          }
          const { reasonCode, evidence, qty } = asked.request
          // Brackets are the engine's own orders.
          if (reasonCode === 'STOP_LOSS' || reasonCode === 'EXIT_TAKE_PROFIT') continue
          expect(Object.keys(REASONS)).toContain(reasonCode)
          expect(Number.isSafeInteger(qty) && qty > 0).toBe(true)
          expect(Object.keys(evidence ?? {}).length).toBeGreaterThan(0)
          for (const value of Object.values(evidence ?? {}))
            if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
        }
      }),
    )
  })

  test('asks for nothing while the price is not known', () => {
    const market = run(definition, params)
    for (let bar = 0; bar < 20; bar++) market.bar(Number.NaN)
    expect(market.asked).toEqual([])
  })

  test('ignores instruments that are not its first', () => {
    const market = run(definition, params)
    const window = { openTs: 0, closeTs: 1, open: 1, high: 1, low: 1, close: 1, volume: 1 }
    const before = JSON.stringify(market.handlers.save?.())
    market.handlers.onBar?.(window, 1, 0)
    expect(JSON.stringify(market.handlers.save?.())).toBe(before)
  })
})

test('every reason code is in one of the written classes and says something', () => {
  for (const [code, meaning] of Object.entries(REASONS)) {
    expect(code).toMatch(/^(ENTRY|EXIT|STOP|REBALANCE|QUOTE)_[A-Z_]+$/)
    expect(meaning.length).toBeGreaterThan(10)
  }
})
