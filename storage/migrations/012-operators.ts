import type { Migration } from './migration.ts'

/**
 * What is beside the journal of operators: verifiers of passphrases under the digest that events name, and log-ins. The
 * operators themselves are what the last event of each says, found by an index of its own.
 */
export const operatorsMigration: Migration = {
  version: 12,
  name: 'operators',
  sql: `
    CREATE INDEX events_of_operators ON events (position)
      WHERE type IN ('operator.set', 'operator.role_changed', 'operator.books_changed', 'operator.on_duty', 'operator.revoked');

    CREATE TABLE passphrases (
      sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
      verifier TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE logins (
      operator_id TEXT PRIMARY KEY,
      token_sha256 TEXT,
      opened_ts INTEGER NOT NULL DEFAULT 0,
      used_ts INTEGER NOT NULL DEFAULT 0,
      failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
      locked_until_ts INTEGER
    ) STRICT, WITHOUT ROWID;
  `,
}
