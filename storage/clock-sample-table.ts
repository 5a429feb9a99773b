import { US_PER_DAY } from '../src/domain/time.ts'
import type { ClockSample, ClockSampleStore } from '../src/runtime/ports.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

const KEPT_US = 30 * US_PER_DAY

/** Samples of other clocks. */
export class ClockSampleTable implements ClockSampleStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add({ ts, source, offsetUs, uncertaintyUs }: ClockSample): void {
    stored('write a clock sample', () => {
      this.#db.prepare('DELETE FROM clock_samples WHERE ts < ?').run(ts - KEPT_US)
      this.#db
        .prepare('INSERT OR REPLACE INTO clock_samples (ts, source, offset_us, uncertainty_us) VALUES (?, ?, ?, ?)')
        .run(ts, source, offsetUs, uncertaintyUs)
    })
  }

  between(fromTs: number, toTs: number): readonly ClockSample[] {
    const sql = `SELECT ts, source, offset_us AS offsetUs, uncertainty_us AS uncertaintyUs FROM clock_samples
      WHERE ts >= ? AND ts < ? ORDER BY ts, source`
    return stored('read clock samples', () => this.#db.prepare<[number, number], ClockSample>(sql).all(fromTs, toTs))
  }
}
