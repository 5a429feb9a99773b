import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { barColumns, bookColumns, type MarketColumns, quoteColumns, tradeColumns } from './columns.ts'
import { type Feed, FeedOrderError, mergeFeeds } from './merge.ts'

type Kind = MarketColumns['kind']

/** A feed as its test sees it: a time a row. */
interface Script {
  readonly kind: Kind
  readonly times: readonly number[]
}

const NEW = { bars: barColumns, trades: tradeColumns, quotes: quoteColumns, book: bookColumns }
const KINDS: readonly Kind[] = ['book', 'quotes', 'trades', 'bars']

/** Columns whose first value column tells the row within the whole feed. */
function chunkOf(kind: Kind, times: readonly number[], firstRow: number): MarketColumns {
  const columns = NEW[kind](times.length + 3)
  for (const [at, ts] of times.entries()) {
    timesOf(columns)[at] = ts
    valuesOf(columns)[at] = firstRow + at
  }
  columns.length = times.length
  return columns
}

function timesOf(columns: MarketColumns): Float64Array {
  return columns.kind === 'bars' ? columns.closeTs : columns.venueTs
}

function valuesOf(columns: MarketColumns): Float64Array {
  if (columns.kind === 'bars') return columns.open
  return columns.kind === 'quotes' ? columns.bid : columns.price
}

interface Chunked {
  readonly feed: Feed
  returned: number
}

/** Cuts a script into chunks at the given rows; equal cuts make empty chunks. */
function chunked({ kind, times }: Script, instrument: number, cuts: readonly number[] = []): Chunked {
  const bounds = [0, ...cuts.map((cut) => cut % (times.length + 1)).sort((a, b) => a - b), times.length]
  let next = 1
  const made: Chunked = {
    returned: 0,
    feed: {
      instrument,
      kind,
      chunks: {
        next: async () => {
          const from = bounds[next - 1] ?? 0
          const to = bounds[next++]
          if (to === undefined) return { done: true, value: undefined }
          return { done: false, value: chunkOf(kind, times.slice(from, to), from) }
        },
        return: async () => {
          made.returned++
          return { done: true, value: undefined }
        },
      },
    },
  }
  return made
}

async function merged(
  scripts: readonly Script[],
  cuts: readonly (readonly number[])[] = [],
): Promise<readonly string[]> {
  const seen: string[] = []
  const feeds = scripts.map((script, index) => chunked(script, index, cuts[index]).feed)
  await mergeFeeds(feeds, (feed, columns, from, to) => {
    expect(to).toBeGreaterThan(from)
    for (let row = from; row < to; row++) seen.push(`${feed}:${valuesOf(columns)[row]}@${timesOf(columns)[row]}`)
  })
  return seen
}

/** The obvious way: all rows in one list, sorted by the whole key. */
function sorted(scripts: readonly Script[]): readonly string[] {
  return scripts
    .flatMap(({ kind, times }, feed) => times.map((ts, row) => ({ ts, order: KINDS.indexOf(kind), feed, row })))
    .sort((a, b) => a.ts - b.ts || a.order - b.order || a.feed - b.feed || a.row - b.row)
    .map(({ ts, feed, row }) => `${feed}:${row}@${ts}`)
}

const scripts = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    times: fc.array(fc.integer({ min: -5, max: 30 }), { maxLength: 30 }).map((times) => times.sort((a, b) => a - b)),
  }),
  { maxLength: 7 },
)
const cuts = fc.array(fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), { minLength: 7, maxLength: 7 })

describe('merged feeds', () => {
  test('come in the order of a naive sort, however they are cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, cuts, async (feeds, places) => {
        const expected = sorted(feeds)
        expect(await merged(feeds)).toEqual(expected)
        expect(await merged(feeds, places)).toEqual(expected)
      }),
      { numRuns: 400 },
    )
  })

  test('at one time show the book, then quotes, then trades, then the bar they make', async () => {
    const feeds = (['bars', 'trades', 'quotes', 'book', 'trades'] as const).map((kind) => ({ kind, times: [7, 7] }))
    expect(await merged(feeds)).toEqual(
      ['3:0', '3:1', '2:0', '2:1', '1:0', '1:1', '4:0', '4:1', '0:0', '0:1'].map((row) => `${row}@7`),
    )
  })

  test('come in the longest runs there are', async () => {
    const runs: string[] = []
    const feeds = [
      { kind: 'trades' as const, times: [1, 2, 3, 8, 9] },
      { kind: 'book' as const, times: [3, 3, 8] },
    ]
    await mergeFeeds(
      feeds.map((script, index) => chunked(script, index).feed),
      (feed, _columns, from, to) => {
        runs.push(`${feed}:${from}-${to}`)
      },
    )
    expect(runs).toEqual(['0:0-2', '1:0-2', '0:2-3', '1:2-3', '0:3-5'])
  })

  test('a single feed comes a chunk at a time', async () => {
    const runs: string[] = []
    const { feed } = chunked({ kind: 'bars', times: [1, 1, 2, 5, 9] }, 0, [2, 2])
    const end = await mergeFeeds([feed], (_feed, _columns, from, to) => {
      runs.push(`${from}-${to}`)
    })
    expect([end, ...runs]).toEqual(['ended', '0-2', '0-3'])
  })

  test('stop when the visitor says so, and every feed is told to end', async () => {
    const all = [chunked({ kind: 'trades', times: [1, 4] }, 0), chunked({ kind: 'trades', times: [2, 3] }, 1)]
    let visits = 0
    const end = await mergeFeeds(
      all.map(({ feed }) => feed),
      () => (++visits === 2 ? 'stop' : undefined),
    )
    expect([end, visits]).toEqual(['stopped', 2])
    expect(all.map(({ returned }) => returned)).toEqual([1, 1])
  })

  test('nothing is merged from no feeds', async () => {
    expect(await merged([])).toEqual([])
  })

  test.each([[[]], [[2]], [[3]], [[1, 3, 4]]])(
    'a feed that goes back in time is named with its row (cut at %j)',
    async (at) => {
      const seen: string[] = []
      const back = chunked({ kind: 'trades', times: [10, 20, 30, 29, 40] }, 0, at)
      const fine = chunked({ kind: 'trades', times: [5, 25, 50] }, 1)
      const merge = mergeFeeds([back.feed, fine.feed], (feed, columns, from, to) => {
        for (let row = from; row < to; row++) seen.push(`${feed}:${valuesOf(columns)[row]}`)
      })
      await expect(merge).rejects.toThrow(FeedOrderError)
      await expect(merge).rejects.toMatchObject({ code: 'market.feed-order', feed: 0, row: 3 })
      await expect(merge).rejects.toThrow('row 3 of feed 0 is at or after 30 µs, found 29 µs')
      expect(seen).toEqual(['1:0', '0:0', '0:1', '1:1', '0:2'])
      expect([back.returned, fine.returned]).toEqual([1, 1])
    },
  )

  test('a time that is not a number is out of order', async () => {
    await expect(merged([{ kind: 'quotes', times: [1, Number.NaN] }])).rejects.toThrow('row 1 of feed 0')
  })

  test('a feed that brings another kind than it promised is a bug', async () => {
    const { feed } = chunked({ kind: 'trades', times: [1] }, 0)
    await expect(mergeFeeds([{ ...feed, kind: 'bars' }], () => undefined)).rejects.toThrow(
      'feed 0 brings bars, found trades',
    )
  })
})
