import type { Migration } from './migration.ts'

/**
 * Whose database it is, and each start-to-stop of its engine: what it was made of and the inputs that it took, so that it can
 * be run again. Inputs are kept as they were handed over, in order; `count` and `bytes` are of what came in, before packing.
 */
export const sessionsMigration: Migration = {
  version: 3,
  name: 'sessions',
  sql: `
    CREATE TABLE profile (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      name TEXT NOT NULL CHECK (length(name) > 0),
      instance_id TEXT NOT NULL CHECK (length(instance_id) > 0),
      created_ts INTEGER NOT NULL
    ) STRICT;
    CREATE TRIGGER profile_no_update BEFORE UPDATE ON profile
    BEGIN SELECT RAISE(ABORT, 'a database belongs to one profile for good'); END;
    CREATE TRIGGER profile_no_delete BEFORE DELETE ON profile
    BEGIN SELECT RAISE(ABORT, 'a database belongs to one profile for good'); END;

    CREATE TABLE sessions (
      run_no INTEGER PRIMARY KEY REFERENCES chains (run_no),
      spec TEXT NOT NULL CHECK (json_valid(spec)),
      opened_ts INTEGER NOT NULL,
      ended_ts INTEGER
    ) STRICT;

    CREATE TABLE input_chunks (
      run_no INTEGER NOT NULL REFERENCES sessions (run_no),
      chunk_no INTEGER NOT NULL CHECK (chunk_no > 0),
      until_seq INTEGER NOT NULL,
      ts INTEGER NOT NULL,
      packing TEXT NOT NULL CHECK (packing IN ('none', 'zstd')),
      count INTEGER NOT NULL CHECK (count > 0),
      bytes INTEGER NOT NULL CHECK (bytes >= 0),
      inputs BLOB NOT NULL,
      PRIMARY KEY (run_no, chunk_no)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX input_chunks_by_time ON input_chunks (ts);
    CREATE TRIGGER input_chunks_no_update BEFORE UPDATE ON input_chunks
    BEGIN SELECT RAISE(ABORT, 'inputs stay as they came'); END;
  `,
}
