import type { Statement } from 'better-sqlite3'
import { type BarColumns, barColumns } from '../src/market/columns.ts'
import type { BarStore } from '../src/runtime/ports.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

interface BarCells {
  readonly instrument_id: string
  readonly open_ts: number
  readonly close_ts: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/** Bars wait for the next commit, or for this many: a bar alone is not worth a write that the disk confirms. */
const BARS_PER_WRITE = 256

/** Bars of one minute. */
export class BarTable implements BarStore {
  readonly #insert: Statement<[BarCells]>
  readonly #last: Statement
  readonly #write: () => void
  #waiting: BarCells[] = []

  constructor(db: Database) {
    this.#insert = db.prepare<[BarCells]>(
      `INSERT OR REPLACE INTO bars (instrument_id, open_ts, close_ts, open, high, low, close, volume)
       VALUES (@instrument_id, @open_ts, @close_ts, @open, @high, @low, @close, @volume)`,
    )
    this.#last = db.prepare(
      'SELECT * FROM bars WHERE instrument_id = ? AND close_ts <= ? ORDER BY close_ts DESC LIMIT ?',
    )
    const write = db.transaction(() => this.flush())
    this.#write = () => stored('write bars', () => write.immediate())
  }

  append(instrumentId: string, bar: BarColumns, row: number): void {
    const at = (column: Float64Array) => column[row] as number
    this.#waiting.push({
      instrument_id: instrumentId,
      open_ts: at(bar.openTs),
      close_ts: at(bar.closeTs),
      open: at(bar.open),
      high: at(bar.high),
      low: at(bar.low),
      close: at(bar.close),
      volume: at(bar.volume),
    })
    if (this.#waiting.length >= BARS_PER_WRITE) this.#write()
  }

  /** Writes what waits; part of the caller's transaction. */
  flush(): void {
    for (const cells of this.#waiting) this.#insert.run(cells)
    this.#waiting = []
  }

  last(instrumentId: string, count: number, beforeTs: number): BarColumns {
    if (this.#waiting.length > 0) this.#write()
    const rows = stored('read bars', () => this.#last.all(instrumentId, beforeTs, count)) as BarCells[]
    const columns = barColumns(rows.length)
    columns.length = rows.length
    rows.reverse().forEach((cells, at) => {
      columns.openTs[at] = cells.open_ts
      columns.closeTs[at] = cells.close_ts
      columns.open[at] = cells.open
      columns.high[at] = cells.high
      columns.low[at] = cells.low
      columns.close[at] = cells.close
      columns.volume[at] = cells.volume
    })
    return columns
  }
}
