import type { EngineStore } from '../src/runtime/ports.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

/** Small values by name. */
export class NoteTable implements Readonly<EngineStore['notes']> {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  get(name: string): string | undefined {
    const sql = 'SELECT value FROM notes WHERE name = ?'
    return stored(`read note ${name}`, () => this.#db.prepare(sql).pluck().get(name)) as string | undefined
  }

  set(name: string, value: string): void {
    const sql = 'INSERT INTO notes (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'
    stored(`write note ${name}`, () => this.#db.prepare(sql).run(name, value))
  }
}
