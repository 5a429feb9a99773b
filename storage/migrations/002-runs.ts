import type { Migration } from './migration.ts'

/**
 * The register of runs and of the inputs that each is pinned to (UGF-B-004, UGF-0-015). A trial that went badly is a trial
 * too: rows are never deleted. What has ended stays as it ended, and references never change.
 */
export const runsMigration: Migration = {
  version: 2,
  name: 'runs',
  sql: `
    CREATE TABLE runs (
      run_id TEXT PRIMARY KEY CHECK (length(run_id) = 36),
      kind TEXT NOT NULL CHECK (length(kind) > 0),
      state TEXT NOT NULL CHECK (state IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED')),
      run_key TEXT NOT NULL,
      created_ts INTEGER NOT NULL,
      started_ts INTEGER,
      ended_ts INTEGER,
      folder TEXT NOT NULL,
      progress REAL NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
      progress_ts INTEGER NOT NULL,
      cancel_requested_ts INTEGER,
      owner_pid INTEGER,
      owner_boot TEXT,
      failure_class TEXT,
      failure_detail TEXT,
      final_hash TEXT,
      summary TEXT CHECK (summary IS NULL OR json_valid(summary)),
      CHECK ((state IN ('QUEUED', 'RUNNING')) = (ended_ts IS NULL)),
      CHECK (state <> 'RUNNING' OR (started_ts IS NOT NULL AND owner_pid IS NOT NULL AND owner_boot IS NOT NULL)),
      CHECK ((state = 'FAILED') = (failure_class IS NOT NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX runs_by_state ON runs (state, created_ts);
    CREATE INDEX runs_by_time ON runs (created_ts, run_id);
    CREATE INDEX runs_by_key ON runs (run_key);

    CREATE TABLE run_refs (
      run_id TEXT NOT NULL REFERENCES runs (run_id),
      name TEXT NOT NULL,
      value TEXT NOT NULL CHECK (length(value) > 0),
      PRIMARY KEY (run_id, name)
    ) STRICT, WITHOUT ROWID;

    CREATE TRIGGER runs_ended BEFORE UPDATE ON runs
    WHEN OLD.state IN ('SUCCEEDED', 'FAILED', 'CANCELED')
    BEGIN SELECT RAISE(ABORT, 'ALREADY_TERMINAL: a run that has ended stays as it ended'); END;
    CREATE TRIGGER runs_no_delete BEFORE DELETE ON runs
    BEGIN SELECT RAISE(ABORT, 'runs are kept, the bad ones too'); END;
    CREATE TRIGGER run_refs_no_update BEFORE UPDATE ON run_refs
    BEGIN SELECT RAISE(ABORT, 'what a run was pinned to never changes'); END;
    CREATE TRIGGER run_refs_no_delete BEFORE DELETE ON run_refs
    BEGIN SELECT RAISE(ABORT, 'what a run was pinned to never changes'); END;
  `,
}
