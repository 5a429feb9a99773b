import type { Migration } from './migration.ts'

/**
 * What waits, or waited, for a person's word. `record` is the whole approval as JSON; the columns beside it are what is asked
 * for. A final state stays. A standing approval gives its word ahead, for so many orders until a time.
 */
export const approvalsMigration: Migration = {
  version: 8,
  name: 'approvals',
  sql: `
    CREATE TABLE approvals (
      no INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      state TEXT NOT NULL CHECK (state IN ('PENDING', 'APPROVED', 'EXECUTING', 'EXECUTED', 'FAILED', 'REJECTED', 'EXPIRED',
        'INVALIDATED', 'CANCELED')),
      created_ts INTEGER NOT NULL,
      expires_ts INTEGER NOT NULL,
      record TEXT NOT NULL CHECK (json_valid(record))
    ) STRICT;
    CREATE INDEX approvals_open ON approvals (expires_ts) WHERE state IN ('PENDING', 'APPROVED', 'EXECUTING');

    CREATE TRIGGER approvals_final BEFORE UPDATE ON approvals
    WHEN OLD.state IN ('EXECUTED', 'FAILED', 'REJECTED', 'EXPIRED', 'INVALIDATED', 'CANCELED')
    BEGIN SELECT RAISE(ABORT, 'what became of an approval is final'); END;
    CREATE TRIGGER approvals_no_delete BEFORE DELETE ON approvals
    BEGIN SELECT RAISE(ABORT, 'approvals are kept'); END;

    CREATE TABLE standing_approvals (
      no INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      bot_id TEXT NOT NULL,
      instrument_id TEXT,
      notional_max REAL NOT NULL CHECK (notional_max > 0),
      uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
      until_ts INTEGER NOT NULL,
      actor TEXT NOT NULL,
      reason TEXT NOT NULL,
      created_ts INTEGER NOT NULL
    ) STRICT;
  `,
}
