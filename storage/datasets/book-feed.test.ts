import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { instrumentWith } from '../../fixtures/datasets/instruments.ts'
import { sharedFolder } from '../../fixtures/shared-folder.ts'
import { formatDecimal } from '../../src/domain/decimal.ts'
import { formatPrice, formatQty, type Instrument } from '../../src/domain/instrument.ts'
import { lots, ticks } from '../../src/domain/money.ts'
import type { BookColumns } from '../../src/market/columns.ts'
import { openBookFeed } from './book-feed.ts'
import { commonRecvShift, inferTerms, openDataset } from './dataset.ts'
import { DatasetError } from './fault.ts'
import * as raw from './raw-rows.ts'

const shared = sharedFolder()
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'book-feed-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})
function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

/** The slow and obvious book. */
class MapBook {
  readonly bids = new Map<number, number>()
  readonly asks = new Map<number, number>()
  removalsOfUnknown = 0

  apply(columns: BookColumns, row: number): void {
    const [side = 0, price = 0, qty = 0] = [columns.side[row], columns.price[row], columns.qty[row]]
    if (side === 0) {
      this.bids.clear()
      this.asks.clear()
      return
    }
    const levels = side === 1 ? this.bids : this.asks
    if (qty > 0) levels.set(price, qty)
    else if (!levels.delete(price)) this.removalsOfUnknown++
  }

  best(side: 1 | -1): number {
    let best = side === 1 ? 0 : Number.POSITIVE_INFINITY
    for (const price of (side === 1 ? this.bids : this.asks).keys()) if (side * (price - best) > 0) best = price
    return best
  }

  top(side: 1 | -1, count: number): [price: number, qty: number][] {
    const levels = [...(side === 1 ? this.bids : this.asks)]
    return levels.toSorted(([a], [b]) => side * (b - a)).slice(0, count)
  }
}

const T0 = 1_700_000_000_000_000
const DEPTH = 'recv_ts_us,seq,event_ts_ms,first_update_id,final_update_id,side,price,qty'
const depth = (rows: readonly string[]) => file('depth.csv', `${DEPTH}\n${rows.map((row) => `${row}\n`).join('')}`)
const snapshot = () =>
  file(
    'snapshot.csv',
    `recv_ts_us,seq,last_update_id,side,price,qty\n${T0 + 50},3,100,bid,10,1\n${T0 + 50},3,100,ask,11,2\n`,
  )

async function feed(rows: readonly string[], instrument = instrumentWith('1', '1')) {
  const found = await openBookFeed(await openDataset(depth(rows)), await openDataset(snapshot()), instrument)
  const read: number[][] = []
  for await (const chunk of found.chunks) {
    for (let i = 0; i < chunk.length; i++) {
      read.push([
        (chunk.recvTs[i] ?? 0) - T0,
        chunk.side[i] ?? 0,
        chunk.price[i] ?? 0,
        chunk.qty[i] ?? 0,
        chunk.last[i] ?? 0,
      ])
    }
  }
  return { read, sync: found.sync }
}
const change = (recv: number, seq: number, first: number, final: number, rest: string) =>
  `${T0 + recv},${seq},${T0 / 1000},${first},${final},${rest}`

test('the snapshot comes first, old messages are dropped, and those recorded before it are known when it came', async () => {
  const { read, sync } = await feed([
    change(10, 1, 98, 100, 'bid,9,5'),
    change(20, 2, 101, 102, 'bid,10,3'),
    change(20, 2, 101, 102, 'ask,12,4'),
    change(60, 4, 103, 103, 'ask,11,0'),
  ])
  expect(read).toEqual([
    [50, 0, 0, 0, 0],
    [50, 1, 10, 1, 0],
    [50, -1, 11, 2, 1],
    [50, 1, 10, 3, 0],
    [50, -1, 12, 4, 1],
    [60, -1, 11, 0, 1],
  ])
  expect(sync).toMatchObject({ rules: 'spot', dropped: 1, applied: 2, gapCount: 0 })
})

test('a hole is counted and the changes behind it are kept', async () => {
  const { read, sync } = await feed([change(60, 4, 101, 101, 'ask,11,1'), change(70, 5, 109, 110, 'ask,11,3')])
  expect(read.length).toBe(5)
  expect(sync.gaps).toEqual([{ expected: 102, found: 109, final: 110 }])
})

test('files that are no such pair are refused', async () => {
  const book = await openDataset(depth([change(10, 1, 98, 100, 'bid,9,5')]))
  const levels = await openDataset(snapshot())
  await expect(openBookFeed(levels, levels, instrumentWith('1', '1'))).rejects.toThrow(DatasetError)
  await expect(openBookFeed(book, book, instrumentWith('1', '1'))).rejects.toThrow('last_update_id')
})

interface Reference {
  readonly dataset: { readonly folder: string; readonly depth_sha256: string; readonly snapshot_sha256: string }
  readonly snapshot_last_update_id: number
  readonly messages_before_snapshot_dropped: number
  readonly messages_applied: number
  readonly gaps: readonly unknown[]
  readonly removals_of_unknown_levels: number
  readonly messages_after_which_book_was_locked_or_crossed: number
  readonly book_ticker_check: { readonly compared: number; readonly equal: number }
  readonly checkpoints: readonly {
    readonly applied: number
    readonly event_ts_ms: number
    readonly final_update_id: number
    readonly best_bid: readonly [string, string]
    readonly best_ask: readonly [string, string]
    readonly bid_levels: number
    readonly ask_levels: number
    readonly top10_bid_qty: string
    readonly top10_ask_qty: string
    readonly crc32_top10: number
  }[]
}

describe.skipIf(!shared).each(['perp', 'spot'])('the recorded %s book', (name) => {
  test('is rebuilt as the shared reference results have it, checkpoint by checkpoint', async () => {
    const root = shared ?? ''
    const reference = JSON.parse(
      readFileSync(join(root, `oracles/l2_replay_btcusdt_${name}.json`), 'utf8'),
    ) as Reference
    const place = (file: string) => join(root, reference.dataset.folder, file)
    const apart = await Promise.all([openDataset(place('depth.csv.gz')), openDataset(place('snapshot.csv'))])
    const recvShiftUs = commonRecvShift(apart)
    expect(recvShiftUs).toBeGreaterThan(1_200_000)
    const [changes, start] = await Promise.all([
      openDataset(place('depth.csv.gz'), { recvShiftUs }),
      openDataset(place('snapshot.csv'), { recvShiftUs }),
    ])
    expect(changes.sha256).toBe(reference.dataset.depth_sha256)
    expect(start.sha256).toBe(reference.dataset.snapshot_sha256)
    const { tickSize, lotSize } = inferTerms(changes)
    const instrument = instrumentWith(formatDecimal(tickSize), formatDecimal(lotSize))
    const { sync, chunks } = await openBookFeed(changes, start, instrument)
    expect(sync.snapshotId).toBe(reference.snapshot_last_update_id)
    const tops = await tickerTops(place('book_ticker.csv.gz'), instrument)
    const finals = await finalIds(changes, sync.snapshotId, name === 'spot')
    const book = new MapBook()
    const checks = new Map(reference.checkpoints.map((check) => [check.applied, check]))
    let [message, checked, crossed, compared, equal] = [-1, 0, 0, 0, 0]
    let recvTs = 0
    let snapshotTs = 0
    for await (const chunk of chunks) {
      for (let row = 0; row < chunk.length; row++) {
        expect(chunk.recvTs[row]).toBeGreaterThanOrEqual(recvTs)
        recvTs = chunk.recvTs[row] ?? 0
        book.apply(chunk, row)
        if (chunk.last[row] !== 1) continue
        // The snapshot is message 0.
        message++
        if (message === 0) {
          snapshotTs = chunk.venueTs[row] ?? 0
          continue
        }
        const final = finals[message - 1] ?? 0
        if (book.best(1) >= book.best(-1)) crossed++
        const top = tops.get(final)
        const check = checks.get(message)
        if (top === undefined && check === undefined) continue
        const [bid, ask] = [book.top(1, 10), book.top(-1, 10)]
        const best = [bid[0] ?? [0, 0], ask[0] ?? [0, 0]] as const
        if (top !== undefined) {
          compared++
          if (top === [...best[0], ...best[1]].join()) equal++
        }
        if (check === undefined) continue
        checked++
        expect(final).toBe(check.final_update_id)
        // What the snapshot already held counts from the snapshot.
        expect(chunk.venueTs[row]).toBe(Math.max(check.event_ts_ms * 1000, snapshotTs))
        expect(best.map((level) => words(instrument, level))).toEqual([check.best_bid, check.best_ask])
        expect([book.bids.size, book.asks.size]).toEqual([check.bid_levels, check.ask_levels])
        const total = (levels: readonly [number, number][]) =>
          formatQty(instrument, lots(levels.reduce((sum, [, qty]) => sum + qty, 0)))
        const text = [...bid, ...ask].map((level) => words(instrument, level).join(':')).join('|')
        expect(crc32(text)).toBe(check.crc32_top10)
        expect([total(bid), total(ask)]).toEqual([check.top10_bid_qty, check.top10_ask_qty])
      }
    }
    expect(checked).toBe(reference.checkpoints.length)
    expect(message).toBe(reference.messages_applied)
    expect(sync).toMatchObject({
      applied: reference.messages_applied,
      dropped: reference.messages_before_snapshot_dropped,
      gapCount: reference.gaps.length,
      rules: name === 'spot' ? 'spot' : 'perpetual',
    })
    expect(book.removalsOfUnknown).toBe(reference.removals_of_unknown_levels)
    expect(crossed).toBe(reference.messages_after_which_book_was_locked_or_crossed)
    expect({ compared, equal }).toMatchObject({
      compared: reference.book_ticker_check.compared,
      equal: reference.book_ticker_check.equal,
    })
  })
})

function words(instrument: Instrument, [price, qty]: readonly [number, number]): [string, string] {
  return [formatPrice(instrument, ticks(price)), formatQty(instrument, lots(qty))]
}

/** Final ids of the messages behind the snapshot, in order. */
async function finalIds(
  changes: Awaited<ReturnType<typeof openDataset>>,
  snapshotId: number,
  spot: boolean,
): Promise<number[]> {
  const found: number[] = []
  let message = -1
  for await (const rows of changes.rawRows()) {
    const [seqs, finals] = [raw.slot(rows, raw.SEQ), raw.slot(rows, raw.FINAL_ID)]
    for (let i = 0; i < rows.length; i++) {
      if (seqs[i] === message) continue
      message = seqs[i] ?? 0
      const final = finals[i] ?? 0
      if (spot ? final > snapshotId : final >= snapshotId) found.push(final)
    }
  }
  return found
}

/** Best bid and ask that the venue itself published, by update id: ticks and lots. */
async function tickerTops(path: string, { tick, lot }: Instrument): Promise<Map<number, string>> {
  const found = new Map<number, string>()
  // The update id is no column of quotes: read as trade ids, with the bid as the trade, then the ask.
  const sides: Map<number, [number, number]>[] = []
  for (const side of ['bid', 'ask']) {
    const columns = { time: 'recv_ts_ns', price: `${side}_price`, qty: `${side}_qty`, id: 'update_id' }
    const levels = new Map<number, [number, number]>()
    const top = await openDataset(path, { kind: 'trades', columns, repair: true })
    for await (const rows of top.rawRows()) {
      const [ids, prices, qtys] = [raw.slot(rows, raw.ID), raw.slot(rows, raw.PRICE), raw.slot(rows, raw.QTY)]
      for (let i = 0; i < rows.length; i++) {
        levels.set(ids[i] ?? 0, [Math.round((prices[i] ?? 0) / tick), Math.round((qtys[i] ?? 0) / lot)])
      }
    }
    sides.push(levels)
  }
  for (const [id, bid] of sides[0] ?? []) found.set(id, [...bid, ...(sides[1]?.get(id) ?? [])].join())
  return found
}
