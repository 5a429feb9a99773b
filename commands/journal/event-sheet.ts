import { encodePayload } from '../../src/events/encode.ts'
import type { JournalEntry } from '../../storage/queries/journal-tail.ts'
import { isoTime } from '../exact-text.ts'
import { type Sheet, sheet } from '../sheet.ts'

/** Events as rows; the payload as the journal writes it. */
export function eventSheet(entries: readonly JournalEntry[]): Sheet {
  return sheet(
    [
      { name: 'session', align: 'right', exact: ({ runNo }: JournalEntry) => runNo },
      { name: 'seq', align: 'right', exact: ({ event }) => event.seq },
      { name: 'time', align: 'left', exact: ({ event }) => isoTime(event.ts) },
      { name: 'type', align: 'left', exact: ({ event }) => event.type },
      { name: 'bot', align: 'left', exact: ({ event }) => event.botId },
      { name: 'trace', align: 'left', exact: ({ event }) => `t${event.trace}` },
      { name: 'cause', align: 'right', exact: ({ event }) => event.causeSeq },
      { name: 'payload', align: 'left', exact: ({ event }) => encodePayload(event.type, event.payload) },
    ],
    entries,
    { empty: 'no events' },
  )
}
