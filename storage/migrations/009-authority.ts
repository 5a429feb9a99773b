import type { Migration } from './migration.ts'

/**
 * Dangerous operations that wait for their confirmation, and flags. A challenge ends once and is kept; it holds nothing that a
 * token could be made of. Flags are as they are now, their changes for good.
 */
export const authorityMigration: Migration = {
  version: 9,
  name: 'authority',
  sql: `
    CREATE TABLE confirmations (
      no INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 128),
      operation TEXT NOT NULL,
      payload TEXT NOT NULL CHECK (json_valid(payload)),
      scope TEXT NOT NULL,
      actor TEXT NOT NULL CHECK (length(actor) > 0),
      profile TEXT NOT NULL,
      tier TEXT NOT NULL CHECK (tier IN ('T0', 'T1', 'T2')),
      phrase TEXT,
      reason TEXT NOT NULL,
      flags_hash TEXT NOT NULL,
      issued_ts INTEGER NOT NULL,
      expires_ts INTEGER NOT NULL,
      state TEXT NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'CONFIRMED', 'REJECTED', 'EXPIRED')),
      ended_ts INTEGER,
      CHECK ((state = 'OPEN') = (ended_ts IS NULL))
    ) STRICT;
    CREATE TRIGGER confirmations_ended BEFORE UPDATE ON confirmations WHEN OLD.state <> 'OPEN'
    BEGIN SELECT RAISE(ABORT, 'a challenge ends once'); END;
    CREATE TRIGGER confirmations_asked
    BEFORE UPDATE OF id, operation, payload, scope, actor, profile, tier, phrase, reason, flags_hash, issued_ts, expires_ts
    ON confirmations
    BEGIN SELECT RAISE(ABORT, 'what is to be confirmed never changes: ask again'); END;
    CREATE TRIGGER confirmations_no_delete BEFORE DELETE ON confirmations
    BEGIN SELECT RAISE(ABORT, 'challenges are kept'); END;

    CREATE TABLE flags (
      name TEXT PRIMARY KEY,
      stage TEXT NOT NULL,
      expires_ts INTEGER,
      changed_ts INTEGER NOT NULL,
      actor TEXT NOT NULL,
      reason TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE flag_history (
      no INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      from_stage TEXT NOT NULL,
      to_stage TEXT NOT NULL,
      expires_ts INTEGER,
      ts INTEGER NOT NULL,
      actor TEXT NOT NULL,
      reason TEXT NOT NULL,
      snapshot_hash TEXT NOT NULL CHECK (length(snapshot_hash) = 64)
    ) STRICT;
    CREATE TRIGGER flag_history_no_update BEFORE UPDATE ON flag_history
    BEGIN SELECT RAISE(ABORT, 'what a flag was stays: change it again'); END;
    CREATE TRIGGER flag_history_no_delete BEFORE DELETE ON flag_history
    BEGIN SELECT RAISE(ABORT, 'what a flag was stays: change it again'); END;
  `,
}
