import type { KernelEvent } from '../../src/events/event.ts'
import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import { eventsAt } from '../sqlite-events.ts'

/** An event and whose it is. */
export interface JournalEntry {
  readonly runNo: number
  readonly event: KernelEvent
}

export interface TailFilter {
  /** A type, or a family with its dot: `safety.`. */
  readonly type?: string | undefined
  readonly botId?: string | undefined
  /** At or after, µs of engine time. */
  readonly sinceTs?: number | undefined
  /** Number of the input that a chain of thought began with. */
  readonly trace?: number | undefined
  readonly limit: number
}

/** The last events that fit, oldest first. Looks back from the end until it has found enough. */
export function journalTail(db: Database, { type, botId, sinceTs, trace, limit }: TailFilter): readonly JournalEntry[] {
  const isFamily = type?.endsWith('.') === true
  const sql = `SELECT position FROM events
    WHERE (@type IS NULL OR type = @type) AND (@family IS NULL OR substr(type, 1, length(@family)) = @family)
      AND (@botId IS NULL OR bot_id = @botId) AND (@sinceTs IS NULL OR ts >= @sinceTs)
      AND (@trace IS NULL OR trace = @trace)
    ORDER BY position DESC LIMIT @limit`
  const positions = stored("read the journal's end", () =>
    db
      .prepare(sql)
      .pluck()
      .all({
        type: isFamily ? null : (type ?? null),
        family: isFamily ? type : null,
        botId: botId ?? null,
        sinceTs: sinceTs ?? null,
        trace: trace ?? null,
        limit,
      }),
  ) as number[]
  return eventsAt(db, positions.toReversed())
}
