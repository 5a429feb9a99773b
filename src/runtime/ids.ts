import { randomUUIDv7 } from 'node:crypto'
import { type RunId, runId } from '../domain/ids.ts'

/** Names a run: UUIDv7, so that names sort by when they were given. */
export function newRunId(): RunId {
  return runId(randomUUIDv7())
}
