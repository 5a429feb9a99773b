import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sharedFolder } from '../../fixtures/shared-folder.ts'
import { type AggregatedBar, BarAggregator, LateRowError } from './bar-aggregator.ts'
import { ProductSum } from './bar-aggregator-sum.ts'
import { type BarColumns, barColumns, type TradeColumns, tradeColumns } from './columns.ts'

interface Print {
  readonly ts: number
  readonly price: number
  readonly qty: number
  readonly taker: number
}

function tradesOf(prints: readonly Print[]): TradeColumns {
  const columns = tradeColumns(prints.length)
  for (const [row, print] of prints.entries()) {
    columns.venueTs[row] = print.ts
    columns.price[row] = print.price
    columns.qty[row] = print.qty
    columns.taker[row] = print.taker
  }
  columns.length = prints.length
  return columns
}

function collect(terms: Partial<ConstructorParameters<typeof BarAggregator>[0]> = {}) {
  const bars: AggregatedBar[] = []
  const aggregator = new BarAggregator({ stepUs: 100, source: 'trades', empty: 'skip', ...terms }, (bar) => {
    bars.push({ ...bar })
  })
  return { bars, aggregator }
}

/** The obvious way: group the prints by bucket, then look at each group. */
function slowBars(prints: readonly Print[], stepUs: number): readonly AggregatedBar[] {
  const groups = new Map<number, Print[]>()
  for (const print of prints) {
    const openTs = Math.floor(print.ts / stepUs) * stepUs
    groups.set(openTs, [...(groups.get(openTs) ?? []), print])
  }
  return [...groups].map(([openTs, group]) => ({
    openTs,
    closeTs: openTs + stepUs,
    open: group[0]?.price ?? 0,
    high: Math.max(...group.map((print) => print.price)),
    low: Math.min(...group.map((print) => print.price)),
    close: group.at(-1)?.price ?? 0,
    volume: group.reduce((sum, print) => sum + print.qty, 0),
    count: group.length,
    buyVolume: group.reduce((sum, print) => sum + (print.taker > 0 ? print.qty : 0), 0),
    value: group.reduce((sum, print) => sum + print.price * print.qty, 0),
    isComplete: false,
  }))
}

const prints = fc
  .array(
    fc.record({
      ts: fc.integer({ min: -1_000, max: 3_000 }),
      price: fc.integer({ min: 1, max: 1_000 }),
      qty: fc.integer({ min: 1, max: 1_000 }),
      taker: fc.constantFrom(-1, 0, 1),
    }),
    { maxLength: 60 },
  )
  .map((rows) => rows.sort((a, b) => a.ts - b.ts))

describe('bars from trades', () => {
  test('equal the groups of a naive twin, whenever the clock looks', () => {
    fc.assert(
      fc.property(prints, fc.integer({ min: 1, max: 400 }), fc.boolean(), (rows, stepUs, isFlushed) => {
        const { bars, aggregator } = collect({ stepUs })
        for (const row of rows) {
          if (isFlushed) aggregator.flushUntil(row.ts)
          aggregator.addTrade(row.ts, row.price, row.qty, row.taker)
        }
        aggregator.flushUntil(1_000_000)
        expect(bars).toEqual(slowBars(rows, stepUs))
      }),
    )
  })

  test('are given out at their close, not before, and once', () => {
    const { bars, aggregator } = collect()
    aggregator.addTrade(110, 5, 1, 1)
    aggregator.flushUntil(199)
    expect(bars).toHaveLength(0)
    aggregator.flushUntil(200)
    expect(bars).toHaveLength(1)
    aggregator.flushUntil(200)
    aggregator.flushUntil(900)
    expect(bars).toHaveLength(1)
  })

  test('a trade on the boundary closes the bar before it and opens the next', () => {
    const { bars, aggregator } = collect()
    aggregator.addTrade(199, 5, 1, 1)
    aggregator.addTrade(200, 6, 2, -1)
    expect(bars).toMatchObject([{ openTs: 100, closeTs: 200, close: 5, volume: 1 }])
    aggregator.flushUntil(300)
    expect(bars).toMatchObject([{ openTs: 100 }, { openTs: 200, open: 6, volume: 2, buyVolume: 0 }])
  })

  test('are complete only where the source is known to be whole', () => {
    const { bars, aggregator } = collect()
    aggregator.knownFrom(200)
    for (const ts of [150, 200, 310]) aggregator.addTrade(ts, 5, 1, 1)
    aggregator.knownFrom(320)
    aggregator.addTrade(400, 5, 1, 1)
    aggregator.flushUntil(500)
    expect(bars.map((bar) => [bar.openTs, bar.isComplete])).toEqual([
      [100, false],
      [200, true],
      [300, false],
      [400, true],
    ])
  })

  test('leave empty buckets out, or carry the last close through them when asked', () => {
    const skipping = collect()
    const carrying = collect({ empty: 'carry' })
    for (const { aggregator } of [skipping, carrying]) {
      aggregator.flushUntil(90)
      aggregator.knownFrom(100)
      aggregator.addTrade(100, 7, 1, 1)
      aggregator.addTrade(130, 9, 1, 1)
      aggregator.addTrade(410, 4, 2, 1)
      aggregator.flushUntil(600)
      aggregator.flushUntil(650)
    }
    expect(skipping.bars.map((bar) => bar.openTs)).toEqual([100, 400])
    expect(carrying.bars.map((bar) => [bar.openTs, bar.open, bar.high, bar.low, bar.close, bar.volume])).toEqual([
      [100, 7, 9, 7, 9, 2],
      [200, 9, 9, 9, 9, 0],
      [300, 9, 9, 9, 9, 0],
      [400, 4, 4, 4, 4, 2],
      [500, 4, 4, 4, 4, 0],
    ])
    expect(carrying.bars.every((bar) => bar.isComplete)).toBe(true)
    expect(carrying.bars[1]).toMatchObject({ count: 0, buyVolume: 0, value: 0 })
  })

  test('refuse a trade of a bucket that is closed, by time or by a later trade', () => {
    const byTrade = collect().aggregator
    byTrade.addTrade(250, 5, 1, 1)
    expect(() => byTrade.addTrade(199, 5, 1, 1)).toThrow(LateRowError)
    const byClock = collect().aggregator
    byClock.flushUntil(310)
    expect(() => byClock.addTrade(299, 5, 1, 1)).toThrow('bars are closed up to 300 µs, found a row of 299 µs')
    byClock.addTrade(300, 5, 1, 1)
  })
})

describe('bars from smaller bars', () => {
  const minutes = (rows: readonly (readonly [openTs: number, closeTs: number, price: number])[]): BarColumns => {
    const columns = barColumns(rows.length)
    for (const [row, [openTs, closeTs, price]] of rows.entries()) {
      columns.openTs[row] = openTs
      columns.closeTs[row] = closeTs
      columns.open[row] = price
      columns.high[row] = price + 2
      columns.low[row] = price - 2
      columns.close[row] = price + 1
      columns.volume[row] = 10.5
    }
    columns.length = rows.length
    return columns
  }

  test('appear with the source bar that closes with them, and say whether any was missing', () => {
    const { bars, aggregator } = collect({ source: 'bars' })
    const columns = minutes([
      [150, 175, 40],
      [175, 200, 50],
      [200, 250, 60],
      [250, 300, 30],
      [300, 325, 10],
    ])
    aggregator.addBars(columns, 0, 1)
    expect(bars).toHaveLength(0)
    aggregator.addBars(columns, 1, 2)
    expect(bars).toHaveLength(1)
    aggregator.addBars(columns, 2, 5)
    aggregator.flushUntil(400)
    const none = { buyVolume: Number.NaN, value: Number.NaN }
    expect(bars).toEqual([
      {
        openTs: 100,
        closeTs: 200,
        open: 40,
        high: 52,
        low: 38,
        close: 51,
        volume: 21,
        count: 2,
        isComplete: false,
        ...none,
      },
      {
        openTs: 200,
        closeTs: 300,
        open: 60,
        high: 62,
        low: 28,
        close: 31,
        volume: 21,
        count: 2,
        isComplete: true,
        ...none,
      },
      {
        openTs: 300,
        closeTs: 400,
        open: 10,
        high: 12,
        low: 8,
        close: 11,
        volume: 10.5,
        count: 1,
        isComplete: false,
        ...none,
      },
    ])
  })

  test('refuse a source bar that straddles a boundary, or one that overlaps the last', () => {
    const { aggregator } = collect({ source: 'bars' })
    expect(() => aggregator.addBars(minutes([[150, 201, 1]]), 0, 1)).toThrow(
      'a source bar lies within [100, 200), was [150, 201)',
    )
    const overlapping = collect({ source: 'bars' }).aggregator
    const columns = minutes([
      [110, 130, 1],
      [120, 140, 1],
    ])
    expect(() => overlapping.addBars(columns, 0, 2)).toThrow(LateRowError)
  })

  test('carried bars are incomplete: a missing source bar is not silence', () => {
    const { bars, aggregator } = collect({ source: 'bars', empty: 'carry' })
    const columns = minutes([
      [100, 200, 5],
      [300, 400, 8],
    ])
    aggregator.addBars(columns, 0, 2)
    expect(bars.map((bar) => [bar.openTs, bar.open, bar.isComplete])).toEqual([
      [100, 5, true],
      [200, 6, false],
      [300, 8, true],
    ])
  })
})

test('a sum of products is exact beyond 2^53', () => {
  const factor = fc.oneof(
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
    fc.maxSafeInteger().map((n) => Math.trunc(n / 16)),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(factor, fc.integer({ min: 0, max: 2 ** 45 })), { maxLength: 50 }), (rows) => {
      const sum = new ProductSum()
      let expected = 0n
      for (const [a, b] of rows) {
        sum.add(a, b)
        expected += BigInt(a) * BigInt(b)
      }
      expect(sum.exact()).toBe(expected)
      expect(sum.value).toBe(Number(expected))
    }),
    { numRuns: 2_000 },
  )
})

const shared = sharedFolder()

interface Reference {
  readonly dataset: { readonly file: string }
  readonly step_ms: number
  readonly source_step_ms?: number
  readonly n_bars: number
  readonly n_incomplete?: number
  readonly total_volume?: string
  readonly rows_listed: string
  readonly bars: readonly (readonly number[])[]
}

function readReference(name: string): Reference {
  return JSON.parse(readFileSync(join(shared ?? '', 'oracles', `${name}.json`), 'utf8')) as Reference
}

function cellsOf(file: string): readonly (readonly string[])[] {
  const text = gunzipSync(readFileSync(join(shared ?? '', file))).toString('latin1')
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
}

const scaled = (value: number | string | undefined, scale: number): number => Math.round(Number(value) * scale)

/** The bars the reference lists: all of them, or so many first and last. */
function listed<T>(reference: Reference, bars: readonly T[]): readonly T[] {
  if (reference.rows_listed === 'all') return bars
  return [...bars.slice(0, 500), ...bars.slice(-500)]
}

describe('bars of recorded markets', () => {
  test.skipIf(shared === undefined).each([
    ['bars_from_trades_btcusdt_perp_1s', 1e1, 1e3],
    ['bars_from_trades_xrpeur_1m', 1e5, 1e8],
    ['bars_from_trades_xrpeur_1h', 1e5, 1e8],
  ] as const)('equal the shared reference results: %s', (name, tick, lot) => {
    const reference = readReference(name)
    const rows = cellsOf(reference.dataset.file).map(([ts, price, qty, side]) => ({
      ts: Number(ts) * 1_000,
      price: scaled(price, tick),
      qty: scaled(qty, lot),
      taker: side === 'buy' ? 1 : -1,
    }))
    const { bars, aggregator } = collect({ stepUs: reference.step_ms * 1_000 })
    aggregator.addTrades(tradesOf(rows), 0, rows.length)
    aggregator.flushUntil((rows.at(-1)?.ts ?? 0) + reference.step_ms * 1_000)

    expect(bars).toHaveLength(reference.n_bars)
    const total = bars.reduce((sum, bar) => sum + BigInt(bar.volume), 0n)
    expect(total).toBe(BigInt((reference.total_volume ?? '').replace('.', '')))
    const found = listed(reference, bars)
    for (const [at, [ts, open, high, low, close, volume, count, buyVolume, vwap]] of reference.bars.entries()) {
      const { value, ...bar } = found[at] ?? ({} as AggregatedBar)
      expect(bar).toEqual({
        openTs: scaled(ts, 1_000),
        closeTs: scaled(ts, 1_000) + reference.step_ms * 1_000,
        isComplete: false,
        open: scaled(open, tick),
        high: scaled(high, tick),
        low: scaled(low, tick),
        close: scaled(close, tick),
        volume: scaled(volume, lot),
        count,
        buyVolume: scaled(buyVolume, lot),
      })
      expect(Math.abs(value / bar.volume / tick / (vwap ?? 0) - 1)).toBeLessThan(1e-15)
    }
    expect(found).toHaveLength(reference.bars.length)
  })

  test.skipIf(shared === undefined).each([
    ['resample_btcusdt_perp_1m_to_1d', 1e1, 1e3],
    ['resample_btcusdt_spot_1m_to_1h', 1e2, 1e6],
  ] as const)('equal the shared reference results: %s', (name, tick, lot) => {
    const reference = readReference(name)
    const stepUs = reference.step_ms * 1_000
    const sourceUs = (reference.source_step_ms ?? 0) * 1_000
    const rows = cellsOf(reference.dataset.file)
    const columns = barColumns(rows.length)
    for (const [row, [ts, open, high, low, close, volume]] of rows.entries()) {
      columns.openTs[row] = Number(ts) * 1_000
      columns.closeTs[row] = Number(ts) * 1_000 + sourceUs
      columns.open[row] = scaled(open, tick)
      columns.high[row] = scaled(high, tick)
      columns.low[row] = scaled(low, tick)
      columns.close[row] = scaled(close, tick)
      columns.volume[row] = scaled(volume, lot)
    }
    columns.length = rows.length
    const { bars, aggregator } = collect({ stepUs, source: 'bars' })
    aggregator.addBars(columns, 0, rows.length)
    aggregator.flushUntil((columns.openTs[rows.length - 1] ?? 0) + stepUs)

    expect(bars.map((bar) => [bar.openTs, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.count])).toEqual(
      reference.bars.map(([ts, open, high, low, close, volume, count]) => [
        scaled(ts, 1_000),
        scaled(open, tick),
        scaled(high, tick),
        scaled(low, tick),
        scaled(close, tick),
        scaled(volume, lot),
        count,
      ]),
    )
    expect(bars).toHaveLength(reference.n_bars)
    expect(bars.filter((bar) => !bar.isComplete)).toHaveLength(reference.n_incomplete ?? -1)
  })
})
