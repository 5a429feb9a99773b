import { assert } from '../domain/brand.ts'
import type { MarketColumns } from './columns.ts'

/** Rows of one kind of one instrument, in chunks of any size, in time order. */
export interface Feed {
  /** The reader's number of the instrument; the merge only carries it. */
  readonly instrument: number
  readonly kind: MarketColumns['kind']
  readonly chunks: AsyncIterator<MarketColumns>
}

/**
 * Takes rows `[from, to)` of feed `feed`, its index in the list. The columns are the feed's own chunk and may be reused
 * after the call. Returning 'stop' ends the merge.
 */
export type Visit = (feed: number, columns: MarketColumns, from: number, to: number) => 'stop' | undefined | void

/** A feed whose next row is older than the one before it. */
export class FeedOrderError extends Error {
  override readonly name = 'FeedOrderError'
  readonly code = 'market.feed-order'
  readonly hint = 'sort the source by time; a recording made of several files may overlap'
  /** Index of the feed, and of the row within the whole feed, however it was cut into chunks. */
  readonly feed: number
  readonly row: number

  constructor(feed: number, row: number, { previousTs, foundTs }: { previousTs: number; foundTs: number }) {
    super(`row ${row} of feed ${feed} is at or after ${previousTs} µs, found ${foundTs} µs`)
    this.feed = feed
    this.row = row
  }
}

/** At one instant, a bar comes after all that happened in it, and a trade after the book it met. */
const KIND_ORDER: Readonly<Record<MarketColumns['kind'], number>> = { book: 0, quotes: 1, trades: 2, bars: 3 }

/** Where one feed stands. */
interface Head {
  readonly index: number
  readonly kind: MarketColumns['kind']
  readonly chunks: AsyncIterator<MarketColumns>
  /** Place among rows of the same time. */
  rank: number
  columns: MarketColumns | undefined
  times: Float64Array
  row: number
  /** Rows of the chunks before this one. */
  rowsBefore: number
  /** Time of the next row, whole microseconds. */
  ts: number
}

/**
 * Merges feeds into one sequence in time: `closeTs` for bars, when they are known, and `venueTs` for all others. Rows of
 * one time go by kind (book, quotes, trades, bars), then by the feed's index, then by row: a total order that does not
 * depend on how a feed was cut into chunks. `visit` gets the longest run of rows that precedes every other feed's next
 * row, so a single feed costs one comparison a row.
 *
 * @returns 'stopped' when `visit` said so, 'ended' when all feeds did
 * @throws FeedOrderError, after every row that precedes the bad one in its feed was visited
 */
export async function mergeFeeds(feeds: readonly Feed[], visit: Visit): Promise<'ended' | 'stopped'> {
  const heads = feeds.map(headOf)
  for (const [rank, head] of heads.toSorted(byKind).entries()) head.rank = rank
  try {
    await Promise.all(heads.map(refill))
    const queue = heads.filter((head) => head.columns !== undefined).sort(byTime)
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      const { columns } = first
      if (columns === undefined) break
      const from = first.row
      const to = runEnd(first, queue[1])
      if (visit(first.index, columns, from, to) === 'stop') return 'stopped'
      if (to === columns.length) await refill(first)
      else advance(first, first.ts)
      if (first.columns === undefined) queue.shift()
      else settle(queue)
    }
    return 'ended'
  } finally {
    for (const { chunks } of heads) await chunks.return?.()
  }
}

function headOf(feed: Feed, index: number): Head {
  const { kind, chunks } = feed
  const times = new Float64Array(0)
  return {
    index,
    kind,
    chunks,
    rank: 0,
    columns: undefined,
    times,
    row: 0,
    rowsBefore: 0,
    ts: Number.NEGATIVE_INFINITY,
  }
}

function byKind(a: Head, b: Head): number {
  return KIND_ORDER[a.kind] - KIND_ORDER[b.kind] || a.index - b.index
}

function byTime(a: Head, b: Head): number {
  return a.ts === b.ts ? a.rank - b.rank : a.ts - b.ts
}

/** Takes the feed's next chunk that has rows; leaves no columns when there is none. */
async function refill(head: Head): Promise<void> {
  head.rowsBefore += head.columns?.length ?? 0
  head.columns = undefined
  for (;;) {
    const next = await head.chunks.next()
    if (next.done === true) return
    const columns = next.value
    assert(columns.kind === head.kind, `feed ${head.index} brings ${head.kind}, found ${columns.kind}`)
    if (columns.length === 0) continue
    head.columns = columns
    head.times = columns.kind === 'bars' ? columns.closeTs : columns.venueTs
    head.row = 0
    advance(head, head.ts)
    return
  }
}

/** Reads the time of the next row. */
function advance(head: Head, previousTs: number): void {
  const foundTs = head.times[head.row] ?? Number.NaN
  // Put this way round so that NaN is out of order too.
  if (!(foundTs >= previousTs))
    throw new FeedOrderError(head.index, head.rowsBefore + head.row, { previousTs, foundTs })
  head.ts = foundTs
}

/** Finds where the run of `first` ends in its chunk, and moves it there. */
function runEnd(first: Head, second: Head | undefined): number {
  const { times } = first
  const length = first.columns?.length ?? 0
  // Times are whole: to lose a tie against the second feed is to end one microsecond earlier.
  const until = second === undefined ? Number.POSITIVE_INFINITY : first.rank < second.rank ? second.ts : second.ts - 1
  let previousTs = first.ts
  let row = first.row + 1
  // Four rows at a time while they are in order and the last of them is early enough; the rest one by one.
  while (row + 3 < length) {
    const a = times[row] ?? Number.NaN
    const b = times[row + 1] ?? Number.NaN
    const c = times[row + 2] ?? Number.NaN
    const d = times[row + 3] ?? Number.NaN
    if (!(d <= until && a >= previousTs && b >= a && c >= b && d >= c)) break
    previousTs = d
    row += 4
  }
  while (row < length) {
    const ts = times[row] ?? Number.NaN
    if (!(ts >= previousTs && ts <= until)) break
    previousTs = ts
    row++
  }
  first.row = row
  first.ts = previousTs
  return row
}

/** Moves the first feed back to its place among the others, which are in order. */
function settle(queue: Head[]): void {
  const moved = queue[0]
  if (moved === undefined) return
  let place = 0
  for (let next = queue[1]; next !== undefined && byTime(next, moved) < 0; next = queue[place + 1]) {
    queue[place] = next
    place++
  }
  queue[place] = moved
}
