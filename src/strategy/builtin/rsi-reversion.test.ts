import { describe, expect, test } from 'vitest'
import { type FakeContext, run } from '../fake-context.ts'
import { rsiReversion } from './rsi-reversion.ts'

/** Period 2: three closes down make 0, three up make 100. */
const SHORT = { period: 2, lower: 30, upper: 70 }

function feed(market: FakeContext, closes: readonly number[]): string[] {
  return closes.flatMap((close, at) => {
    market.settle(close)
    market.bar(close)
    return market.story().map((line) => `${at}: ${line}`)
  })
}

describe('reversion of the relative strength index', () => {
  test('buys what fell too far and sells when it has risen too far', () => {
    const market = run(rsiReversion, SHORT, { cash: 1000 })
    expect(feed(market, [1000, 990, 980, 985, 1000, 1020, 1000])).toEqual([
      '2: buy 9693 MARKET ENTRY_OVERSOLD',
      '4: sell 9693 MARKET reduce EXIT_OVERBOUGHT',
    ])
  })

  test('sells short only where shorts are wanted and possible', () => {
    const rise = [1000, 1010, 1020]
    expect(feed(run(rsiReversion, SHORT), rise)).toEqual([])
    expect(feed(run(rsiReversion, { ...SHORT, direction: 'both' }), rise)).toHaveLength(1)
    expect(feed(run(rsiReversion, { ...SHORT, direction: 'both' }, { settlement: 'cash' }), rise)).toEqual([])
  })

  test('puts stop and target around the close that decided', () => {
    const market = run(rsiReversion, { ...SHORT, stopLossPct: 5, takeProfitPct: 10 }, { cash: 1000 })
    expect(feed(market, [1020, 1010, 1000])).toEqual(['2: buy 9500 MARKET sl 950 tp 1100 ENTRY_OVERSOLD'])
    const short = run(rsiReversion, { ...SHORT, direction: 'both', stopLossPct: 5, takeProfitPct: 10 }, { cash: 1000 })
    expect(feed(short, [980, 990, 1000])).toEqual(['2: sell 9500 MARKET sl 1050 tp 900 ENTRY_OVERBOUGHT'])
  })

  test('after a stop it may enter again, on the signal of the same bar', () => {
    const market = run(rsiReversion, { ...SHORT, stopLossPct: 1 })
    feed(market, [1020, 1010, 1000])
    market.settle(1000)
    market.trade(980)
    expect(market.position()).toBe(0)
    market.story()
    market.bar(980)
    expect(market.story()).toEqual([expect.stringMatching(/^buy \d+ MARKET sl 970.2 ENTRY_OVERSOLD$/)])
  })

  test('closes after so many bars beyond the one of the entry', () => {
    const market = run(rsiReversion, { ...SHORT, maxHoldBars: 3 })
    const asked = feed(market, [1020, 1010, 1000, 999, 998, 997, 996, 995])
    expect(asked.slice(0, 2)).toEqual([
      expect.stringMatching(/^2: buy \d+ MARKET ENTRY_OVERSOLD$/),
      // Filled in bar 3, so held for three bars at bar 6.
      expect.stringMatching(/^6: sell \d+ MARKET reduce EXIT_MAX_HOLD$/),
    ])
  })

  test('asks once, however long the order takes', () => {
    const market = run(rsiReversion, SHORT)
    for (const close of [1000, 990, 980, 970, 960, 950]) market.bar(close)
    expect(market.placed).toHaveLength(1)
  })
})
