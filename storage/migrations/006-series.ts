import type { Migration } from './migration.ts'

/** What is kept for eyes and warm-up: losing it loses no money. Prices are ticks, volume lots, equity a double. */
export const seriesMigration: Migration = {
  version: 6,
  name: 'series',
  sql: `
    CREATE TABLE bars (
      instrument_id TEXT NOT NULL,
      close_ts INTEGER NOT NULL,
      open_ts INTEGER NOT NULL,
      open REAL NOT NULL,
      high REAL NOT NULL,
      low REAL NOT NULL,
      close REAL NOT NULL,
      volume REAL NOT NULL,
      PRIMARY KEY (instrument_id, close_ts)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE equity (
      ts INTEGER PRIMARY KEY,
      equity REAL NOT NULL
    ) STRICT;
    CREATE INDEX equity_by_height ON equity (equity);

    CREATE TABLE alerts (
      no INTEGER PRIMARY KEY,
      source TEXT NOT NULL,
      severity TEXT NOT NULL CHECK (severity IN ('P0', 'P1', 'P2', 'P3')),
      text TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('OPEN', 'ACKED', 'RESOLVED')),
      first_ts INTEGER NOT NULL,
      last_ts INTEGER NOT NULL,
      count INTEGER NOT NULL CHECK (count > 0),
      command TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX alerts_standing ON alerts (source) WHERE state <> 'RESOLVED';

    CREATE TABLE notes (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
}
