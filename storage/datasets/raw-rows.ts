import { assert } from '../../src/domain/brand.ts'
import type { DatasetKind } from './columns.ts'

/** Rows read at once. */
export const BATCH_ROWS = 65_536

/*
 * The slots of a batch. Every slot is a column of doubles, so that rows of any kind can be moved by one piece of code.
 * An absent value is NaN; only times (of two), ids and the optional columns may be absent.
 */
/** Line of the file, from 1; in Parquet the row. */
export const LINE = 0
/** Venue time in µs. */
export const TIME = 1
/** Receipt time in µs. */
export const RECV = 2
export const OPEN = 3
export const HIGH = 4
export const LOW = 5
export const CLOSE = 6
export const VOLUME = 7
/** Trades and book. */
export const PRICE = 3
export const QTY = 4
/** Trades: of the taker, 1 buy, −1 sell, 0 not told. Book: 1 bid, −1 ask. */
export const SIDE = 5
export const ID = 6
export const SEQ = 6
export const FIRST_ID = 7
export const FINAL_ID = 8
export const PREV_ID = 9
export const SNAPSHOT_ID = 10
/** Quotes. */
export const BID = 3
export const ASK = 4
export const BID_QTY = 5
export const ASK_QTY = 6

const SLOTS: Readonly<Record<DatasetKind, number>> = { bars: 8, trades: 7, quotes: 7, book: 11 }

/**
 * Rows as the file has them: doubles nearest to its decimals, and times in µs. The next batch overwrites them.
 * A decimal of at most 15 digits and its nearest double stand for each other, so exact ticks can still be had of them.
 */
export interface RawRows {
  readonly kind: DatasetKind
  length: number
  readonly slots: readonly Float64Array[]
}

export function rawRows(kind: DatasetKind, capacity = BATCH_ROWS): RawRows {
  return {
    kind,
    length: 0,
    slots: Array.from({ length: SLOTS[kind] }, () => new Float64Array(capacity).fill(Number.NaN)),
  }
}

export function slot(rows: RawRows, at: number): Float64Array {
  const found = rows.slots[at]
  assert(found !== undefined, `slot ${at} is one of the ${rows.slots.length} of ${rows.kind}`)
  return found
}

/** Moves up the rows whose mark is `mark`, so that only they remain, in their order. */
export function keepRows(rows: RawRows, marks: Uint8Array, mark: number): void {
  let kept = 0
  for (const column of rows.slots) {
    kept = 0
    for (let i = 0; i < rows.length; i++) {
      if (marks[i] === mark) column[kept++] = column[i] ?? Number.NaN
    }
  }
  rows.length = kept
}

/** Copies the first `count` rows of one batch over another of the same kind. */
export function copyRows(from: RawRows, to: RawRows, count: number): void {
  from.slots.forEach((column, at) => slot(to, at).set(column.subarray(0, count)))
  to.length = count
}
