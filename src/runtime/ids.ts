import { randomUUIDv7 } from 'node:crypto'

/** Names a run: UUIDv7, so that names sort by when they were given. */
export function newRunId(): string {
  return randomUUIDv7()
}
