import type { Counters } from '../../src/projection/engine-state.ts'
import type { Database } from '../database.ts'
import { type Place, upsertInto } from './table.ts'

/** How far the tables have followed the journal, and the numbers that the next ids are made of. */
export interface Progress {
  /** Of the last event that is in the tables; 0 before the first. */
  readonly position: number
  readonly counters: Counters
  readonly lastTs: number
  /** Currency of allocations; undefined before the first run. */
  readonly baseCurrency: string | undefined
}

interface ProgressCells extends Counters {
  readonly one: number
  readonly position: number
  readonly last_ts: number
  readonly base_currency: string | null
}
const COLUMNS = ['one', 'position', 'inputs', 'intents', 'decisions', 'orders', 'last_ts', 'base_currency'] as const

/** @returns what writes how far the tables are */
export function progressWriter(db: Database, place: Place): (progress: Progress) => void {
  const upsert = upsertInto<ProgressCells>(db, `${place}progress`, COLUMNS, { key: ['one'] })
  return ({ position, counters, lastTs, baseCurrency }) => {
    const { inputs, intents, decisions, orders } = counters
    upsert.run({
      one: 1,
      position,
      inputs,
      intents,
      decisions,
      orders,
      last_ts: lastTs,
      base_currency: baseCurrency ?? null,
    })
  }
}

export function progress(db: Database): Progress {
  const row = db.prepare('SELECT * FROM main.progress').get() as ProgressCells | undefined
  if (row === undefined) {
    const counters = { inputs: 0, intents: 0, decisions: 0, orders: 0 }
    return { position: 0, counters, lastTs: 0, baseCurrency: undefined }
  }
  const { position, inputs, intents, decisions, orders, last_ts: lastTs, base_currency: baseCurrency } = row
  return { position, counters: { inputs, intents, decisions, orders }, lastTs, baseCurrency: baseCurrency ?? undefined }
}
