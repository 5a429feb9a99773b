import type { Statement } from 'better-sqlite3'
import type { EquitySeries } from '../src/runtime/ports.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

/** The equity curve, account currency; one point a moment. */
export class EquityTable implements EquitySeries {
  readonly #put: Statement
  readonly #since: Statement
  readonly #peak: Statement

  constructor(db: Database) {
    this.#put = db.prepare('INSERT OR REPLACE INTO equity (ts, equity) VALUES (?, ?)')
    this.#since = db.prepare('SELECT ts, equity FROM equity WHERE ts >= ? ORDER BY ts')
    this.#peak = db.prepare('SELECT max(equity) FROM equity').pluck()
  }

  append(ts: number, equity: number): void {
    stored('write the equity', () => this.#put.run(ts, equity))
  }

  since(ts: number): readonly { readonly ts: number; readonly equity: number }[] {
    return stored('read the equity', () => this.#since.all(ts)) as { ts: number; equity: number }[]
  }

  peak(): number | undefined {
    return (stored('read the equity', () => this.#peak.get()) as number | null) ?? undefined
  }
}
