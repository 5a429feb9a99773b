import type { Migration } from './migration.ts'

/** Wishes that were handed in again under the id of an earlier one: counted, and never carried out (UGF-0-009). */
export const commandRepeatsMigration: Migration = {
  version: 7,
  name: 'command-repeats',
  sql: `
    CREATE TABLE command_repeats (
      no INTEGER PRIMARY KEY,
      id TEXT NOT NULL REFERENCES commands (id),
      ts INTEGER NOT NULL,
      actor TEXT NOT NULL,
      is_same INTEGER NOT NULL CHECK (is_same IN (0, 1))
    ) STRICT;
    CREATE INDEX command_repeats_by_id ON command_repeats (id);

    CREATE TRIGGER command_repeats_no_update BEFORE UPDATE ON command_repeats
    BEGIN SELECT RAISE(ABORT, 'what was repeated stays as it was'); END;
    CREATE TRIGGER command_repeats_no_delete BEFORE DELETE ON command_repeats
    BEGIN SELECT RAISE(ABORT, 'what was repeated stays as it was'); END;
  `,
}
