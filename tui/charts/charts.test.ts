import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import type { BarsView, InstrumentView } from '../../src/runtime/link/views.ts'
import { UTC } from '../paint/clock-text.ts'
import { BARE, type ScreenLook, screenLook } from '../paint/tone.ts'
import { areaLine } from './area-line.ts'
import { candles } from './candles.ts'
import { depthLadder, ownTags } from './depth-ladder.ts'
import { drawdowns, equityDrawdown } from './equity-drawdown.ts'
import { histogram } from './histogram.ts'
import { sparkline } from './sparkline.ts'
import { timeRow } from './time-row.ts'

const ASCII = screenLook({ palette: 'mono', level: 0, glyphs: 'ascii' })
const COLOUR = screenLook({ palette: 'west', level: 1, glyphs: 'safe' })
const MINUTE = 60_000_000
const FROM = 1_771_045_200_000_000 // 2026-02-14 05:00

const BTC: InstrumentView = {
  id: 'gmo:BTC_JPY',
  venueId: 'gmo',
  symbol: 'BTC_JPY',
  base: 'BTC',
  quote: 'JPY',
  settlement: 'cash',
  tickSize: '1',
  lotSize: '0.0001',
  makerPpb: 0,
  takerPpb: 0,
  minQty: 1,
  maxLeverage: 1,
}

const looks = fc.constantFrom<ScreenLook>(BARE, ASCII, COLOUR)
const sizes = fc.record({ width: fc.integer({ min: 1, max: 90 }), height: fc.integer({ min: 1, max: 30 }) })
const anyNumber = fc.oneof(
  fc.double(),
  fc.integer({ min: -1_000_000, max: 1_000_000 }),
  fc.constantFrom(0, Number.NaN, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, Number.POSITIVE_INFINITY),
)
const points = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 100_000 }), anyNumber), { maxLength: 60 })
  .map((pairs) => pairs.sort(([a], [b]) => a - b).map(([minute, value]) => ({ ts: FROM + minute * MINUTE, value })))
const ticks = fc.integer({ min: 1, max: 20_000_000 })
const bars: fc.Arbitrary<BarsView> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 40 }), ticks, ticks, ticks, ticks, fc.integer({ min: 0, max: 1e9 })), {
    maxLength: 80,
  })
  .map((rows) => {
    let ts = FROM
    const openTs = rows.map(([gap]) => (ts += gap * MINUTE))
    return {
      openTs,
      open: rows.map(([, a]) => a),
      high: rows.map(([, a, b, c, d]) => Math.max(a, b, c, d)),
      low: rows.map(([, a, b, c, d]) => Math.min(a, b, c, d)),
      close: rows.map(([, , , , d]) => d),
      volume: rows.map(([, , , , , volume]) => volume),
    }
  })

function expectExact(rows: readonly string[], { width, height }: { width: number; height: number }) {
  expect(rows).toHaveLength(height)
  for (const row of rows) expect(stringWidth(row), JSON.stringify(row)).toBe(width)
}

describe('every chart fills exactly the size that it was given', () => {
  test('sparkline', () => {
    fc.assert(
      fc.property(
        looks,
        fc.array(anyNumber, { maxLength: 200 }),
        fc.integer({ min: 0, max: 60 }),
        (look, values, width) => {
          expect(stringWidth(sparkline(look, values, width))).toBe(width)
        },
      ),
    )
  })
  test('histogram', () => {
    fc.assert(
      fc.property(looks, sizes, fc.array(anyNumber, { maxLength: 200 }), (look, size, values) => {
        expectExact(histogram(look, size, values), size)
      }),
    )
  })
  test('area line, equity and drawdown', () => {
    fc.assert(
      fc.property(looks, sizes, points, fc.option(anyNumber, { nil: undefined }), (look, size, values, baseline) => {
        const chart = { points: values, zone: UTC, digits: 0 }
        expectExact(areaLine(look, size, baseline === undefined ? chart : { ...chart, baseline }), size)
        expectExact(equityDrawdown(look, size, chart), size)
      }),
      { numRuns: 300 },
    )
  })
  test('candles', () => {
    fc.assert(
      fc.property(
        looks,
        sizes,
        bars,
        fc.record({
          zoom: fc.integer({ min: -5, max: 5 }),
          pan: fc.integer({ min: 0, max: 500 }),
          volumeRows: fc.integer({ min: 0, max: 6 }),
          isFrozen: fc.boolean(),
          lastPrice: fc.option(ticks, { nil: undefined }),
        }),
        (look, size, view, options) => {
          const fills = view.openTs
            .slice(0, 3)
            .map((ts, at) => ({ ts, side: at % 2 ? ('buy' as const) : ('sell' as const) }))
          expectExact(candles(look, size, { bars: view, instrument: BTC, zone: UTC, fills, ...options }), size)
        },
      ),
      { numRuns: 300 },
    )
  })
  test('ladder', () => {
    const level = fc.tuple(ticks, fc.integer({ min: 0, max: 10_000_000 }))
    const order = fc.record({
      id: fc.string(),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      price: ticks,
      qty: fc.integer({ min: 1, max: 1_000 }),
    })
    fc.assert(
      fc.property(
        looks,
        sizes,
        fc.array(level, { maxLength: 30 }),
        fc.array(level, { maxLength: 30 }),
        fc.array(order, { maxLength: 12 }),
        fc.option(fc.constant('42s'), { nil: undefined }),
        (look, size, bids, asks, own, frozenAge) => {
          expectExact(depthLadder(look, size, { bids, asks, own, instrument: BTC, frozenAge }), size)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('sparkline', () => {
  test('a rise rises in dots and in plain characters', () => {
    expect(sparkline(BARE, [0, 1, 2, 3], 4)).toBe('⣀⠤⠒⠊')
    expect(sparkline(ASCII, [0, 1, 2, 3], 4)).toBe('_.-^')
  })
  test('one value among a thousand that differs is seen', () => {
    const values = Array.from({ length: 1_000 }, (_, at) => (at === 500 ? 10 : 1))
    expect(sparkline(BARE, values, 10)).toBe('⣀⣀⣀⣀⣰⣇⣀⣀⣀⣀')
    expect(sparkline(ASCII, values, 10)).toBe('_____^____')
  })
  test('what is level stands in the middle, what is missing is a gap, and nothing is --', () => {
    expect(sparkline(BARE, [5, 5, 5], 3)).toBe('⠤⠤⠤')
    expect(sparkline(BARE, [7], 3)).toBe('⠤⠤⠤')
    expect(sparkline(BARE, [1, 1, Number.NaN, Number.NaN, 2, 2], 6)).toBe('⣀⡀  ⠈⠉')
    expect(sparkline(BARE, [], 4)).toBe('--  ')
    expect(sparkline(BARE, [Number.NaN], 4)).toBe('--  ')
  })
})

describe('histogram', () => {
  test('bars stand on zero, and negative ones hang from it', () => {
    expect(histogram(ASCII, { width: 3, height: 2 }, [2, 1, 0])).toEqual(['*  ', '** '])
    expect(histogram(ASCII, { width: 2, height: 2 }, [1, -1])).toEqual(['* ', ' o'])
  })
  test('the smallest value has a dot, and the largest of many is not lost', () => {
    expect(histogram(BARE, { width: 2, height: 1 }, [1_000, 1])).toEqual(['⣿⣀'])
    const values = Array.from({ length: 500 }, (_, at) => (at === 123 ? 9 : 0))
    expect(histogram(BARE, { width: 10, height: 1 }, values)).toEqual(['  ⣿       '])
  })
})

describe('areaLine', () => {
  test('labels stand at the left and round times below', () => {
    const rows = areaLine(
      ASCII,
      { width: 30, height: 5 },
      {
        points: [0, 1, 2, 3, 4].map((at) => ({ ts: FROM + at * 15 * MINUTE, value: at * 1_000 })),
        zone: UTC,
        digits: 0,
        isSigned: true,
      },
    )
    expect(rows.map((row) => row.trimEnd())).toEqual([
      '+4,000                     ***',
      '                      *****',
      '           ***********',
      '     0 ****',
      '       05:00      05:30',
    ])
  })
  test('a baseline fills what lies between', () => {
    const rows = areaLine(
      ASCII,
      { width: 8, height: 3 },
      { points: [0, 1].map((at) => ({ ts: FROM + at, value: at * 2 })), zone: UTC, digits: 0, baseline: 0 },
    )
    expect(rows).toEqual(['2     **', '    ****', '0 ******'])
  })
})

describe('equityDrawdown', () => {
  test('a drawdown is the fall from the highest before', () => {
    const falls = drawdowns([100, 50, 200, 150].map((value, at) => ({ ts: at, value })))
    expect(falls.map(({ value }) => value)).toEqual([0, -50, 0, -25])
  })
  test('the line stands above, the fall hangs from zero below', () => {
    const rows = equityDrawdown(
      ASCII,
      { width: 24, height: 6 },
      { points: [100, 120, 60, 120].map((value, at) => ({ ts: FROM + at * MINUTE, value })), zone: UTC, digits: 0 },
    )
    expect(rows.map((row) => row.trimEnd())).toEqual([
      '     120    ***        *',
      '         ***   *     **',
      '                ** **',
      '      60          *',
      'DD 0.00% ooooooooooooooo',
      ' -50.00%        ooooo',
    ])
  })
})

describe('candles', () => {
  const three: BarsView = {
    openTs: [FROM, FROM + MINUTE, FROM + 3 * MINUTE],
    open: [100, 200, 150],
    high: [200, 210, 150],
    low: [100, 140, 100],
    close: [200, 150, 150],
    volume: [10, 20, 0],
  }
  const base = { bars: three, instrument: BTC, zone: UTC, volumeRows: 1, zoom: 0, pan: 0 }

  test('bodies are two dots wide, wicks one, a missing minute is an empty column, and signs say what colour says', () => {
    const rows = candles(BARE, { width: 9, height: 8 }, { ...base, fills: [{ ts: FROM + MINUTE + 1, side: 'sell' }] })
    expect(rows.map((row) => row.trimEnd())).toEqual([
      ' ⣶⣷   210',
      ' ⣿⣿',
      ' ⣿⠏ ⡏',
      ' ⣿  ⡇ 100',
      ' +- =',
      '  s',
      ' ⣤⣿',
      '04:59',
    ])
  })
  test('without braille a body and a wick are told apart by their characters', () => {
    const rows = candles(ASCII, { width: 9, height: 7 }, { ...base, volumeRows: 0 })
    expect(rows[4]).toMatch(/#/)
    expect(rows.join('')).toMatch(/o/)
    expect(rows.join('')).toMatch(/\|/)
  })
  test('the newest bar is panned away, and the last price goes with it', () => {
    const near = candles(BARE, { width: 12, height: 8 }, { ...base, lastPrice: 150 })
    const far = candles(BARE, { width: 12, height: 8 }, { ...base, lastPrice: 150, pan: 2 })
    expect(near.join('\n')).toContain('▸150')
    expect(far.join('\n')).not.toContain('▸')
    expect(far[5]?.slice(0, 8)).toBe('      +-')
  })
  test('zoomed out, several bars are one: its first open, its last close, its extremes, all its volume', () => {
    const rows = candles(BARE, { width: 9, height: 6 }, { ...base, volumeRows: 0, zoom: -2 })
    expect(rows[4]?.trim()).toBe('+')
    expect(rows[0]).toContain('210')
    expect(rows[3]).toContain('100')
  })
  test('a stopped feed ends in a mark', () => {
    const rows = candles(BARE, { width: 12, height: 6 }, { ...base, isFrozen: true })
    expect(rows[0]).toContain('│')
  })
  test('the price that spiked in a bar that shares its cell with a thousand others is still in sight', () => {
    const openTs = Array.from({ length: 1_000 }, (_, at) => FROM + at * MINUTE)
    const flat = openTs.map(() => 100)
    const high = flat.map((value, at) => (at === 700 ? 900 : value))
    const view = { openTs, open: flat, high, low: flat, close: flat, volume: flat }
    expect(candles(BARE, { width: 60, height: 10 }, { ...base, bars: view, zoom: -5 })[0]).toContain('900')
  })
})

describe('depthLadder', () => {
  const book = {
    asks: [
      [15_182_500, 6_100],
      [15_182_800, 4_100],
    ] as const,
    bids: [
      [15_182_300, 1_800],
      [15_182_000, 2_200],
    ] as const,
    own: [
      { id: 'o-1', side: 'buy' as const, price: 15_182_000, qty: 100 },
      { id: 'o-2', side: 'sell' as const, price: 15_182_600, qty: 100 },
    ],
    instrument: BTC,
  }
  test('asks above, the spread, bids below, own orders at their prices', () => {
    const rows = depthLadder(BARE, { width: 31, height: 7 }, book)
    expect(rows.map((row) => row.trimEnd())).toEqual([
      ' 15,182,800  0.4100 ⣿⣿⣿⣿⣿⡇',
      ' 15,182,600      --          s1',
      ' 15,182,500  0.6100 ⣿⣿⣿⣿⣿⣿⣿⣿',
      '  spread 200  0.001%  mid',
      ' 15,182,300  0.1800 ⣿⣿⡇',
      ' 15,182,000  0.2200 ⣿⣿⣿      b1',
      '',
    ])
  })
  test('a price that does not fit is never cut', () => {
    expect(depthLadder(BARE, { width: 8, height: 3 }, book)[0]).toBe(' #######')
  })
  test('a book that is crossed, and one that has stopped, say so', () => {
    const crossed = { ...book, asks: [[15_182_000, 1]] as const }
    const tagged = { ...BARE, paint: (tone: string, text: string) => `<${tone}>${text}</>` }
    expect(depthLadder(tagged, { width: 40, height: 5 }, crossed).join()).toMatch(/<bad>.*✗ CROSSED/)
    const frozen = depthLadder(BARE, { width: 40, height: 5 }, { ...book, frozenAge: '42s' })
    expect(frozen[2]).toContain('~ frozen 42s')
    expect(frozen[1]).toMatch(/^~15,/)
  })
  test('own orders are numbered from the spread outwards', () => {
    const own = [10, 30, 20].map((price) => ({ id: `o-${price}`, side: 'buy' as const, price, qty: 1 }))
    expect(ownTags(own).map(({ tag, price }) => `${tag} ${price}`)).toEqual(['b1 30', 'b2 20', 'b3 10'])
  })
})

test('times are round in the zone of the reader', () => {
  const zone = { name: 'IST', offsetMinutes: () => 330 }
  expect(timeRow({ fromTs: FROM + 7 * MINUTE, usPerColumn: 3 * MINUTE, zone }, 30)).toMatch(/^ *11:00 +11:30 *$/)
})
