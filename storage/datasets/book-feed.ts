import type { Instrument } from '../../src/domain/instrument.ts'
import type { BookColumns } from '../../src/market/columns.ts'
import { type DepthRules, DepthSync } from '../../src/market/normalise-depth.ts'
import { ColumnBuilder, messageSlot } from './column-builder.ts'
import type { Dataset } from './dataset.ts'
import { DatasetError, Faults } from './fault.ts'
import * as raw from './raw-rows.ts'

export interface BookFeedOptions {
  /** Told by the columns unless given: a venue that names the message before (`prev_final_update_id`) is `perpetual`. */
  readonly rules?: DepthRules
  readonly faults?: Faults
}

export interface BookFeed {
  /** What was dropped, applied and missing; complete when the rows have been read. */
  readonly sync: DepthSync
  /** The snapshot, then the changes behind it; a message recorded before the snapshot came is known when it came. */
  readonly chunks: AsyncIterable<BookColumns>
}

/**
 * Joins a file of book changes to the snapshot taken beside it, by their update ids.
 * Both must be open with one shift of receipt times (`commonRecvShift`), or their order is not the recorded one.
 *
 * @throws DatasetError WRONG_SCHEMA when the files are no such pair, and whatever reading them finds
 */
export async function openBookFeed(
  depth: Dataset,
  snapshot: Dataset,
  instrument: Instrument,
  options: BookFeedOptions = {},
): Promise<BookFeed> {
  if (depth.kind !== 'book' || depth.mapping.firstId === undefined || depth.mapping.finalId === undefined) {
    throw new DatasetError('WRONG_SCHEMA', depth.path, 'book changes with first_update_id and final_update_id')
  }
  if (snapshot.kind !== 'book' || snapshot.mapping.snapshotId === undefined) {
    throw new DatasetError('WRONG_SCHEMA', snapshot.path, 'a book snapshot with last_update_id')
  }
  let first: { id: number; recvTs: number } | undefined
  for await (const rows of snapshot.rawRows()) {
    first = { id: raw.slot(rows, raw.SNAPSHOT_ID)[0] ?? Number.NaN, recvTs: raw.slot(rows, raw.RECV)[0] ?? 0 }
    break
  }
  const snapshotId = first?.id ?? Number.NaN
  if (!Number.isSafeInteger(snapshotId)) {
    throw new DatasetError('NOT_A_NUMBER', snapshot.path, 'an update id', {
      column: 'last_update_id',
      value: String(snapshotId),
    })
  }
  const rules = options.rules ?? ((await namesPrevious(depth)) ? 'perpetual' : 'spot')
  const sync = new DepthSync(rules, snapshotId)
  return { sync, chunks: joined(depth, snapshot, instrument, { sync, knownTs: first?.recvTs ?? 0, ...options }) }
}

/** Whether the first row names the message before it; some files have the column and leave it empty. */
async function namesPrevious(depth: Dataset): Promise<boolean> {
  if (depth.mapping.prevId === undefined) return false
  for await (const rows of depth.rawRows()) return !Number.isNaN(raw.slot(rows, raw.PREV_ID)[0] ?? Number.NaN)
  return false
}

async function* joined(
  depth: Dataset,
  snapshot: Dataset,
  instrument: Instrument,
  { sync, knownTs, faults = new Faults(depth.path, false) }: { sync: DepthSync; knownTs: number; faults?: Faults },
): AsyncGenerator<BookColumns, void, undefined> {
  const { mapping, stamp } = depth
  const builder = new ColumnBuilder({ kind: 'book', mapping, instrument, faults, stepUs: undefined, stamp, range: {} })
  let saidTs = Number.NEGATIVE_INFINITY
  for await (const rows of snapshot.rawRows({ faults: new Faults(snapshot.path, faults.repair) })) {
    // A snapshot is answered after the messages that it already holds were sent: those that follow it count from it.
    const sent = raw.slot(rows, raw.TIME)[0] ?? Number.NaN
    saidTs = Math.max(saidTs, Number.isNaN(sent) ? knownTs : sent)
    // One snapshot is one message, whatever else its columns number.
    raw.slot(rows, messageSlot(mapping)).fill(-1, 0, rows.length)
    for (const columns of builder.addSnapshot(rows)) if (columns.kind === 'book') yield columns
  }
  const marks = new Uint8Array(raw.BATCH_ROWS)
  let message = Number.NaN
  let dropping = false
  for await (const rows of depth.rawRows({ faults })) {
    const keys = raw.slot(rows, messageSlot(mapping))
    const recv = raw.slot(rows, raw.RECV)
    const time = raw.slot(rows, raw.TIME)
    const [firsts, finals, prevs] = [
      raw.slot(rows, raw.FIRST_ID),
      raw.slot(rows, raw.FINAL_ID),
      raw.slot(rows, raw.PREV_ID),
    ]
    for (let i = 0; i < rows.length; i++) {
      if (keys[i] !== message) {
        message = keys[i] ?? Number.NaN
        const prev = prevs[i] ?? Number.NaN
        const ids = {
          first: firsts[i] ?? Number.NaN,
          final: finals[i] ?? Number.NaN,
          prev: Number.isNaN(prev) ? undefined : prev,
        }
        dropping = sync.judge(ids) === 'drop'
      }
      marks[i] = dropping ? 1 : 0
      if ((recv[i] ?? 0) < knownTs) recv[i] = knownTs
      if ((time[i] ?? 0) < saidTs) time[i] = saidTs
    }
    raw.keepRows(rows, marks, 0)
    for (const columns of builder.add(rows)) if (columns.kind === 'book') yield columns
  }
  const last = builder.finish()
  if (last?.kind === 'book') yield last
}
