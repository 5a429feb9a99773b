import type { Payload } from '../../src/events/event.ts'
import type { Database } from '../../storage/database.ts'
import { journalTail } from '../../storage/queries/journal-tail.ts'

/** Something that has to do with time, and how long it lasted where it ended. */
export interface TimeLine {
  readonly ts: number
  readonly what: 'CLOCK' | 'GAP' | 'STALE' | 'DOWN' | 'NOTE'
  /** The instrument, the state of the clock, or whose word it is. */
  readonly of: string
  /** µs; undefined for what goes on, and for what has no length. */
  readonly lastedUs: number | undefined
  readonly detail: string
}

const MOST = 10_000

/** Changes of the clock, what data was not there or not in order, and notes, oldest first. */
export function timeLines(db: Database, sinceTs: number): readonly TimeLine[] {
  const of = (type: string) => journalTail(db, { type, sinceTs, limit: MOST })
  const clock = of('clock.state_changed').map(({ event }): TimeLine => {
    const { from, to, offset_us: offset, detail } = event.payload as Payload<'clock.state_changed'>
    const off = offset === undefined ? '' : `, ${offset} us off`
    return { ts: event.ts, what: 'CLOCK', of: to, lastedUs: undefined, detail: `was ${from}${off}; ${detail}` }
  })
  const notes = of('ops.noted').map(({ event }): TimeLine => {
    const { actor, text, from_ts: from, to_ts: to } = event.payload as Payload<'ops.noted'>
    return { ts: from, what: 'NOTE', of: actor, lastedUs: to - from, detail: text }
  })
  return [...clock, ...notes, ...troubles(of('marketdata.status'))].toSorted((a, b) => a.ts - b.ts)
}

/** Every stretch in which an instrument's data could not be traded on. */
function troubles(entries: ReturnType<typeof journalTail>): readonly TimeLine[] {
  const lines: TimeLine[] = []
  const open = new Map<
    string,
    { readonly ts: number; readonly what: 'GAP' | 'STALE' | 'DOWN'; readonly detail: string }
  >()
  for (const { event } of entries) {
    const { instrument_id: id, status, detail } = event.payload as Payload<'marketdata.status'>
    const before = open.get(id)
    if (before !== undefined) {
      lines.push({ ...before, of: id, lastedUs: event.ts - before.ts })
      open.delete(id)
    }
    if (status !== 'OK') open.set(id, { ts: event.ts, what: status, detail })
  }
  for (const [id, last] of open) lines.push({ ...last, of: id, lastedUs: undefined })
  return lines
}
