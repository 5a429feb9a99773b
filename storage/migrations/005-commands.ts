import type { Migration } from './migration.ts'

/**
 * What clients ask of the engine, and who the engine is. A row is a request that never changes and an answer that is given
 * once. `is_taken` says that an engine has it in hand: it can be answered from then on, and no longer withdrawn.
 */
export const commandsMigration: Migration = {
  version: 5,
  name: 'commands',
  sql: `
    CREATE TABLE commands (
      no INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 128),
      type TEXT NOT NULL,
      payload TEXT NOT NULL CHECK (json_valid(payload)),
      actor TEXT NOT NULL CHECK (length(actor) > 0),
      origin TEXT NOT NULL,
      reason TEXT NOT NULL,
      confirmation TEXT,
      issued_ts INTEGER NOT NULL,
      expires_ts INTEGER NOT NULL,
      is_taken INTEGER NOT NULL DEFAULT 0 CHECK (is_taken IN (0, 1)),
      status TEXT NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'ACCEPTED', 'COMPLETED', 'FAILED',
        'REJECTED_EXPIRED', 'REJECTED_DUPLICATE', 'REJECTED_POLICY', 'REJECTED_AUTHZ', 'CANCELED')),
      ack_ts INTEGER,
      finished_ts INTEGER,
      result_code TEXT NOT NULL DEFAULT '',
      reason_codes TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(reason_codes)),
      message TEXT NOT NULL DEFAULT '',
      result TEXT CHECK (result IS NULL OR json_valid(result)),
      CHECK ((status IN ('PENDING', 'ACCEPTED')) = (finished_ts IS NULL)),
      CHECK ((status = 'PENDING') = (ack_ts IS NULL))
    ) STRICT;
    CREATE INDEX commands_waiting ON commands (issued_ts) WHERE status = 'PENDING';
    CREATE INDEX commands_by_status ON commands (status, no);

    CREATE TRIGGER commands_answered BEFORE UPDATE ON commands WHEN OLD.finished_ts IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a command has one answer, and it is final'); END;
    CREATE TRIGGER commands_asked
    BEFORE UPDATE OF id, type, payload, actor, origin, reason, confirmation, issued_ts, expires_ts ON commands
    BEGIN SELECT RAISE(ABORT, 'what was asked never changes: ask again'); END;
    CREATE TRIGGER commands_no_delete BEFORE DELETE ON commands
    BEGIN SELECT RAISE(ABORT, 'commands are kept'); END;

    CREATE TABLE lease (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      instance_id TEXT NOT NULL,
      pid INTEGER NOT NULL,
      boot TEXT NOT NULL,
      acquired_ts INTEGER NOT NULL,
      renewed_ts INTEGER NOT NULL
    ) STRICT;
  `,
}
