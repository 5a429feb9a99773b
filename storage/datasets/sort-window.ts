import type { Mapping } from './columns.ts'
import type { Faults } from './fault.ts'
import * as raw from './raw-rows.ts'

/**
 * Puts rows into time order within a window of 65 536 rows (up to twice that, by where batches end), for `repair`:
 * memory stays bounded, and a row that is further from its place comes out too late and is dropped by the checks. Rows of equal time keep their order.
 */
export class SortWindow {
  readonly #faults: Faults
  readonly #key: number
  readonly #held: raw.RawRows
  readonly #out: raw.RawRows
  #highest = Number.NEGATIVE_INFINITY
  #sorted = true

  constructor(kind: raw.RawRows['kind'], mapping: Mapping, faults: Faults) {
    this.#faults = faults
    this.#key = mapping.recv === undefined ? raw.TIME : raw.RECV
    this.#held = raw.rawRows(kind, 2 * raw.BATCH_ROWS)
    this.#out = raw.rawRows(kind)
  }

  /** Takes a batch; gives back the rows that leave the window, if any, until the next call. */
  push(rows: raw.RawRows): raw.RawRows {
    const keys = raw.slot(rows, this.#key)
    const lines = raw.slot(rows, raw.LINE)
    for (let i = 0; i < rows.length; i++) {
      const key = keys[i] ?? 0
      if (key >= this.#highest) this.#highest = key
      else {
        this.#sorted = false
        this.#faults.found('UNSORTED', 'a time at or after that of the row before', { line: lines[i] ?? 0 })
      }
    }
    const held = this.#held
    rows.slots.forEach((column, at) => raw.slot(held, at).set(column.subarray(0, rows.length), held.length))
    held.length += rows.length
    return this.#leave(Math.max(0, held.length - raw.BATCH_ROWS))
  }

  /** The rows that are left. */
  finish(): raw.RawRows {
    return this.#leave(this.#held.length)
  }

  #leave(count: number): raw.RawRows {
    const held = this.#held
    const out = this.#out
    if (!this.#sorted && count > 0) this.#sort()
    raw.copyRows(held, out, count)
    for (const column of held.slots) column.copyWithin(0, count, held.length)
    held.length -= count
    return out
  }

  #sort(): void {
    const held = this.#held
    const keys = raw.slot(held, this.#key)
    const order = Uint32Array.from({ length: held.length }, (_, at) => at)
    order.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b)
    const moved = new Float64Array(held.length)
    for (const column of held.slots) {
      for (let i = 0; i < order.length; i++) moved[i] = column[order[i] ?? 0] ?? Number.NaN
      column.set(moved)
    }
    this.#sorted = true
  }
}
