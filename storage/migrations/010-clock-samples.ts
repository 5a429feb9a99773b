import type { Migration } from './migration.ts'

/** What other clocks said of ours, twice a minute, for a month. */
export const clockSamplesMigration: Migration = {
  version: 10,
  name: 'clock samples',
  sql: `
    CREATE TABLE clock_samples (
      ts INTEGER NOT NULL,
      source TEXT NOT NULL,
      offset_us INTEGER NOT NULL,
      uncertainty_us INTEGER NOT NULL CHECK (uncertainty_us >= 0),
      PRIMARY KEY (ts, source)
    ) STRICT, WITHOUT ROWID;
  `,
}
