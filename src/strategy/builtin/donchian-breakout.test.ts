import { describe, expect, test } from 'vitest'
import { orderIdAt } from '../../domain/ids.ts'
import { type FakeContext, run } from '../fake-context.ts'
import { donchianBreakout } from './donchian-breakout.ts'

const SMALL = { entry: 3, exit: 2, atrPeriod: 2, atrMultiple: 2 }

/** Bars with a range of 10 around their close, so that the average true range stays near 10 while closes are. */
function feed(market: FakeContext, closes: readonly number[]): string[] {
  return closes.flatMap((close, at) => {
    market.settle(close)
    market.bar({ close, high: close + 5, low: close - 5 })
    return market.story().map((line) => `${at}: ${line.replace(/(buy|sell) \d+/, '$1')}`)
  })
}

describe('a Donchian breakout', () => {
  test('enters on a close above the channel, guards the fill with a stop, and trails it', () => {
    const market = run(donchianBreakout, SMALL)
    expect(feed(market, [1000, 1000, 1000, 1006, 1006, 1008])).toEqual([
      '3: buy MARKET ENTRY_BREAKOUT_UP',
      // Ranges of 10 and 11: 1006 − 2 × 10.5.
      '4: sell STOP stop 985 reduce STOP_ATR',
      '5: amend o2 stop=987 STOP_TRAIL',
    ])
  })

  test('never moves the stop away from the price', () => {
    const market = run(donchianBreakout, SMALL)
    feed(market, [1000, 1000, 1000, 1006, 1006, 1008])
    expect(feed(market, [1007, 1006, 1004])).toEqual([])
  })

  test('the stop has the size of the position, also when it grows in parts', () => {
    const market = run(donchianBreakout, SMALL)
    for (const close of [1000, 1000, 1000, 1006]) market.bar({ close, high: close + 5, low: close - 5 })
    const entry = market.orders()[0]?.id ?? orderIdAt(0)
    market.story()
    market.fill(entry, 1006, 100)
    market.fill(entry, 1006, 50)
    expect(market.story()).toEqual(['sell 100 STOP stop 985 reduce STOP_ATR', 'amend o2 qty=150 STOP_RESIZE'])
  })

  test('leaves on a close below the exit channel', () => {
    const market = run(donchianBreakout, { ...SMALL, atrMultiple: 100 })
    const asked = feed(market, [30_000, 30_000, 30_000, 30_006, 30_006, 30_008, 29_990])
    expect(asked.at(-1)).toBe('6: sell MARKET reduce EXIT_CHANNEL_LOW')
  })

  test('turns around on the opposite breakout where shorts are wanted, and guards the new side', () => {
    const market = run(donchianBreakout, { ...SMALL, direction: 'both' })
    expect(feed(market, [1000, 1000, 1000, 1006, 1006, 980, 980])).toEqual([
      '3: buy MARKET ENTRY_BREAKOUT_UP',
      '4: sell STOP stop 985 reduce STOP_ATR',
      '5: sell MARKET reduce EXIT_CHANNEL_LOW',
      '5: sell MARKET ENTRY_BREAKOUT_DOWN',
      '6: buy STOP stop 1022 reduce STOP_ATR',
      '6: amend o5 stop=1011 STOP_TRAIL',
    ])
    expect(market.orders().map(({ side, type }) => `${side} ${type}`)).toEqual(['buy STOP'])
    expect(market.position()).toBeLessThan(0)
  })

  test('a stop that was refused is placed with the next bar', () => {
    const market = run(donchianBreakout, SMALL)
    market.refusing.add('STOP_ATR')
    feed(market, [1000, 1000, 1000, 1006, 1006])
    market.refusing.clear()
    expect(feed(market, [1006])).toEqual([expect.stringMatching(/sell STOP stop \d+ reduce STOP_ATR/)])
  })

  test('after its stop it is flat and may break out again', () => {
    const market = run(donchianBreakout, SMALL)
    feed(market, [1000, 1000, 1000, 1006, 1006])
    market.trade(980)
    expect(market.position()).toBe(0)
    expect(feed(market, [980, 980, 980, 1000]).at(-1)).toBe('3: buy MARKET ENTRY_BREAKOUT_UP')
  })
})
