import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { barsOf, testInstrument, World, type WorldOptions } from '../../../fixtures/world.ts'
import {
  defineStrategy,
  type PlaceRequest,
  type StrategyContext,
  type StrategyHandlers,
} from '../../strategy/strategy.ts'

type Script = (context: StrategyContext) => StrategyHandlers

/** A strategy written out for one test. */
function scripted(script: Script): WorldOptions['bots'][number] {
  const strategy = defineStrategy({
    id: 'scripted',
    version: '1.0.0',
    description: 'does what its test says',
    params: z.strictObject({}),
    create: (_params, context) => script(context),
  })
  return { strategy: strategy as unknown as WorldOptions['bots'][number]['strategy'] }
}

/** Fills as rows of [minute, side, lots, price]. */
async function fillsOf(script: Script, rows: number[][], options: Partial<WorldOptions> = {}) {
  const world = await new World({ bots: [scripted(script)], feeds: [{ columns: [barsOf(rows)] }], ...options }).play()
  return world
    .of('fill.recorded')
    .map(({ payload }) => [Math.floor(payload.venue_ts / 60_000_000), payload.side, payload.qty, payload.price])
}

/** Calls back with the number of each bar at its close. */
function atClose(act: (bar: number) => void): StrategyHandlers {
  let bar = 0
  return { onBar: () => act(bar++) }
}

const flat = (count: number, price = 1_000, volume = 100) =>
  Array.from({ length: count }, () => [price, price + 10, price - 10, price, volume])

describe("a share of a bar's volume", () => {
  test('is one for what waited for the open and what was sent in answer to it', async () => {
    const buy = (context: StrategyContext, qty: number) =>
      context.place({ side: 'buy', qty, type: 'MARKET', reasonCode: 'ENTRY_TEST' })
    let opens = 0
    const fills = await fillsOf(
      (context) => ({
        ...atClose((bar) => void (bar === 0 && buy(context, 80))),
        onOpen: () => void (opens++ === 1 && buy(context, 40)),
      }),
      flat(5),
      { assumptions: { participation: 0.5 } },
    )
    expect(fills).toEqual([
      [1, 'buy', 50, 1_000],
      [2, 'buy', 30, 1_000],
      [2, 'buy', 20, 1_000],
      [3, 'buy', 20, 1_000],
    ])
  })

  test('is used up by limits that take and by stop-limits, too', async () => {
    const fills = await fillsOf(
      (context) =>
        atClose((bar) => {
          if (bar !== 0) return
          context.place({ side: 'buy', qty: 30, type: 'LIMIT', limit: 1_005, reasonCode: 'ENTRY_TEST' })
          context.place({
            side: 'buy',
            qty: 30,
            type: 'STOP_LIMIT',
            stop: 1_000,
            limit: 1_005,
            reasonCode: 'ENTRY_TEST',
          })
        }),
      flat(3),
      { assumptions: { participation: 0.5 } },
    )
    expect(fills.slice(0, 2)).toEqual([
      [1, 'buy', 30, 1_000],
      [1, 'buy', 20, 1_000],
    ])
  })

  test('and the range that slippage asks for are those of the bar, even if nothing was at stake in it', async () => {
    const bars = [...flat(2), [1_000, 1_050, 990, 1_000, 100], ...flat(1)]
    const fills = await fillsOf(
      (context) =>
        atClose((bar) => {
          if (bar === 2) context.place({ side: 'buy', qty: 1, type: 'MARKET', reasonCode: 'ENTRY_TEST' })
        }),
      bars,
      {
        assumptions: {
          marketFill: 'same-close',
          slippage: { name: 'range', meaning: 'the whole range', ticks: ({ range }) => range },
        },
      },
    )
    expect(fills).toEqual([[3, 'buy', 1, 1_060]])
  })
})

describe('with margin marked at the close of the bar that is being matched', () => {
  test('an order at the open still knows no price but the open', async () => {
    const bars = [...flat(1), [1_000, 1_100, 1_000, 1_100, 100], ...flat(1)]
    let opens = 0
    const fills = await fillsOf(
      (context) => ({
        onOpen() {
          if (opens++ !== 1) return
          const rest = { type: 'LIMIT', timeInForce: 'POST_ONLY', reasonCode: 'ENTRY_TEST' } as const
          context.place({ ...rest, side: 'sell', qty: 1, limit: 1_050 })
        },
      }),
      bars,
      {
        assumptions: { marginMark: 'bar-close' },
        instruments: [testInstrument({ settlement: 'margin', shortable: true })],
      },
    )
    expect(fills).toEqual([[2, 'sell', 1, 1_050]])
  })
})

describe('a bracket in the bar that its entry filled in', () => {
  const bracket = { stopLoss: 900, takeProfit: 1_100, reasonCode: 'ENTRY_TEST' } as const
  const wild = [1_000, 1_200, 800, 1_000, 100]
  const entered = (entry: PlaceRequest): Script => {
    return (context) => atClose((bar) => void (bar === 0 && context.place(entry)))
  }
  const market = entered({ side: 'buy', qty: 1, type: 'MARKET', ...bracket })
  const jumped = entered({ side: 'buy', qty: 1, type: 'LIMIT', limit: 1_010, ...bracket })
  const touched = entered({ side: 'buy', qty: 1, type: 'LIMIT', limit: 950, ...bracket })
  const start = [1_020, 1_020, 1_020, 1_020, 100]
  const quiet = [1_000, 1_000, 1_000, 1_000, 100]

  test.each([
    ['worst-case', 'a market order at the open', market, 2],
    ['worst-case', 'a limit that the open jumped over', jumped, 2],
    ['worst-case', 'a limit inside the bar', touched, 2],
    ['next-bar', 'a market order at the open', market, 2],
    ['next-bar', 'a limit that the open jumped over', jumped, undefined],
    ['next-bar', 'a limit inside the bar', touched, undefined],
  ] as const)('%s: entered by %s', async (inBar, _entry, script, stoppedAt) => {
    const fills = await fillsOf(script, [start, wild, quiet], { assumptions: { inBar, limitGap: 'open' } })
    expect(fills[0]?.[1]).toBe('buy')
    expect(fills[1]).toEqual(stoppedAt === undefined ? undefined : [stoppedAt, 'sell', 1, 900])
  })

  test('sleeps through that bar even when a strategy acts at its open', async () => {
    const fills = await fillsOf(
      (context) => ({
        ...jumped(context),
        onOpen() {
          if (context.position() > 0)
            context.place({ side: 'sell', qty: 1, type: 'STOP', stop: 700, reasonCode: 'STOP_TEST' })
        },
      }),
      [start, wild, quiet],
      { assumptions: { inBar: 'next-bar', limitGap: 'open' } },
    )
    expect(fills).toEqual([[1, 'buy', 1, 1_000]])
  })
})
