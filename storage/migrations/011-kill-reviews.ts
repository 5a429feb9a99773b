import type { Migration } from './migration.ts'

/** When somebody wants to look at a kill again, where anybody said so. */
export const killReviewsMigration: Migration = {
  version: 11,
  name: 'kill reviews',
  sql: 'ALTER TABLE kills ADD COLUMN review_ts INTEGER;',
}
