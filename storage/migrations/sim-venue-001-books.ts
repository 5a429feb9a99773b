import type { Migration } from './migration.ts'

/** What the simulated venue knows of our account. It is another party's file: our journal has no part in it. */
export const simVenueBooksMigration: Migration = {
  version: 1,
  name: 'sim-venue-books',
  sql: `
    CREATE TABLE venue_state (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      state TEXT NOT NULL
    ) STRICT;

    CREATE TABLE venue_fills (
      cursor INTEGER PRIMARY KEY CHECK (cursor > 0),
      trade_id TEXT NOT NULL,
      venue_order_id TEXT,
      order_id TEXT,
      instrument_id TEXT NOT NULL,
      side TEXT NOT NULL,
      price INTEGER NOT NULL,
      qty INTEGER NOT NULL,
      liquidity TEXT NOT NULL,
      fee TEXT NOT NULL,
      ts INTEGER NOT NULL
    ) STRICT;
    CREATE TRIGGER venue_fills_no_update BEFORE UPDATE ON venue_fills
    BEGIN SELECT RAISE(ABORT, 'what the venue executed stays'); END;
    CREATE TRIGGER venue_fills_no_delete BEFORE DELETE ON venue_fills
    BEGIN SELECT RAISE(ABORT, 'what the venue executed stays'); END;

    CREATE TABLE venue_orders (
      venue_order_id TEXT PRIMARY KEY,
      order_id TEXT,
      instrument_id TEXT NOT NULL,
      side TEXT NOT NULL,
      type TEXT NOT NULL,
      qty INTEGER NOT NULL,
      filled INTEGER NOT NULL,
      limit_price INTEGER,
      stop_price INTEGER,
      reduce_only INTEGER NOT NULL CHECK (reduce_only IN (0, 1)),
      state TEXT NOT NULL,
      reason_code TEXT,
      created_ts INTEGER NOT NULL,
      updated_ts INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX venue_orders_by_ours ON venue_orders (order_id) WHERE order_id IS NOT NULL;
  `,
}
