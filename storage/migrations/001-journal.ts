import type { Migration } from './migration.ts'

/**
 * The journal of the profile. `position` is run number × 2^32 + seq, so one tree holds the order of everything that ever
 * happened. The previous hash of an event is the hash of the row before it and is not stored twice.
 *
 * The trigger on insert is what makes it a journal: the next position or the first of a later run, nothing else. It also
 * stops INSERT OR REPLACE, which deletes without asking the triggers on delete.
 */
export const journalMigration: Migration = {
  version: 1,
  name: 'journal',
  sql: `
    CREATE TABLE chains (
      run_no INTEGER PRIMARY KEY CHECK (run_no BETWEEN 1 AND 1048575),
      run_id TEXT NOT NULL UNIQUE,
      opened_ts INTEGER NOT NULL,
      prev_head TEXT NOT NULL CHECK (length(prev_head) = 64)
    ) STRICT;

    CREATE TABLE events (
      position INTEGER PRIMARY KEY,
      run_no INTEGER GENERATED ALWAYS AS (position >> 32) VIRTUAL,
      seq INTEGER GENERATED ALWAYS AS (position & 4294967295) VIRTUAL,
      ts INTEGER NOT NULL,
      type TEXT NOT NULL,
      schema_version INTEGER NOT NULL,
      bot_id TEXT,
      trace INTEGER NOT NULL,
      cause_seq INTEGER NOT NULL,
      payload TEXT NOT NULL,
      hash TEXT NOT NULL CHECK (length(hash) = 64)
    ) STRICT;

    CREATE TRIGGER events_in_order BEFORE INSERT ON events
    WHEN (SELECT max(position) FROM events) IS NOT NEW.position - 1
      AND NOT ((NEW.position & 4294967295) = 1
        AND NEW.position > coalesce((SELECT max(position) FROM events), 0)
        AND EXISTS (SELECT 1 FROM chains WHERE run_no = NEW.position >> 32))
    BEGIN SELECT RAISE(ABORT, 'the journal is appended to in order, without gaps'); END;
    CREATE TRIGGER events_no_update BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only: correct by a new event'); END;
    CREATE TRIGGER events_no_delete BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only: nothing is deleted'); END;

    CREATE TRIGGER chains_in_order BEFORE INSERT ON chains
    WHEN NEW.run_no <> 1 + coalesce((SELECT max(run_no) FROM chains), 0)
    BEGIN SELECT RAISE(ABORT, 'runs are numbered without gaps'); END;
    CREATE TRIGGER chains_no_update BEFORE UPDATE ON chains
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only: nothing is changed'); END;
    CREATE TRIGGER chains_no_delete BEFORE DELETE ON chains
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only: nothing is deleted'); END;
  `,
}
