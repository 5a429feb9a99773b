import { once } from 'node:events'
import { open, rename, rm } from 'node:fs/promises'
import type { Transform } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGzip, createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib'
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { formatDecimal, parseDecimal } from '../../src/domain/decimal.ts'
import type { DatasetKind, Mapping } from './columns.ts'
import { type Dataset, type OpenOptions, openDataset } from './dataset.ts'
import { DatasetError, type FaultReport, Faults } from './fault.ts'
import * as raw from './raw-rows.ts'
import { messageOf } from './stored-bytes.ts'

export interface Converted {
  readonly path: string
  readonly rows: number
  readonly sourceSha256: string
  /** What was repaired on the way. */
  readonly faults: FaultReport
  /** Columns of the source that are not in the result. */
  readonly dropped: readonly string[]
}

/** A column of the result. Its values are doubles of a slot: whole numbers, decimals, or the words for a side. */
interface Column {
  readonly name: string
  readonly slot: number
  readonly type: 'whole' | 'decimal' | 'side'
  /** Whether a row may have none. */
  readonly optional: boolean
}

/**
 * Writes a dataset in another format, told by the name: `.parquet`, `.csv`, `.csv.gz`, `.csv.zst`. Values stay what
 * they were, as the shortest decimals that mean the same double; times are whole microseconds, and finer digits of the
 * source are cut. Columns get canonical names; what nothing reads is left out and listed. The result appears at once:
 * it is written under another name, flushed to disk, then renamed.
 *
 * @throws DatasetError what opening finds, UNREADABLE when the result cannot be written
 */
export async function convertDataset(from: string, to: string, options: OpenOptions = {}): Promise<Converted> {
  const format = formatOf(to)
  if (format === undefined)
    throw new DatasetError('UNREADABLE', to, 'a name that ends in .parquet, .csv, .csv.gz or .csv.zst')
  // Times of receipt are written as they are: the shift is a reader's business, and it would be applied twice.
  const dataset = await openDataset(from, { ...options, recvShiftUs: 0 })
  const faults = new Faults(from, options.repair ?? false)
  const columns = columnsOf(dataset)
  const temporary = `${to}.${process.pid}.tmp`
  let rows = 0
  try {
    const sink =
      format === 'parquet' ? await parquetSink(temporary, columns, dataset) : await csvSink(temporary, columns, format)
    try {
      for await (const batch of dataset.rawRows({ faults })) {
        await sink.write(batch)
        rows += batch.length
      }
      await sink.finish()
    } finally {
      await sink.close()
    }
    await rename(temporary, to)
  } catch (cause) {
    await rm(temporary, { force: true })
    if (cause instanceof DatasetError) throw cause
    throw new DatasetError('UNREADABLE', to, `the file can be written, ${messageOf(cause)}`, { cause })
  }
  const dropped = [...dataset.ignored]
  if (dataset.textIds && dataset.columns.id !== undefined) dropped.push(dataset.columns.id)
  if (dataset.columns.symbol !== undefined) dropped.push(dataset.columns.symbol)
  return { path: to, rows, sourceSha256: dataset.sha256, faults: faults.report(), dropped }
}

type Target = 'parquet' | 'csv' | 'csv.gz' | 'csv.zst'

function formatOf(path: string): Target | undefined {
  const [, ending] = /\.(parquet|csv|csv\.gz|csv\.zst)$/i.exec(path) ?? []
  return ending?.toLowerCase() as Target | undefined
}

/** The columns of each kind that a source has, in the order they are written. */
function columnsOf({ kind, mapping, textIds }: Pick<Dataset, 'kind' | 'mapping' | 'textIds'>): readonly Column[] {
  const whole = (name: string, slot: number, optional = false): Column => ({ name, slot, type: 'whole', optional })
  const decimal = (name: string, slot: number): Column => ({ name, slot, type: 'decimal', optional: false })
  const when = (role: keyof Mapping, column: Column) => (mapping[role] === undefined ? [] : [column])
  const times = [
    ...when('time', whole('ts_us', raw.TIME, mapping.recv !== undefined)),
    ...when('recv', whole('recv_ts_us', raw.RECV)),
  ]
  const side: Column = { name: 'side', slot: raw.SIDE, type: 'side', optional: false }
  const byKind: Readonly<Record<DatasetKind, readonly Column[]>> = {
    bars: [
      ...times,
      decimal('open', raw.OPEN),
      decimal('high', raw.HIGH),
      decimal('low', raw.LOW),
      decimal('close', raw.CLOSE),
      ...when('volume', decimal('volume', raw.VOLUME)),
    ],
    trades: [
      ...times,
      decimal('price', raw.PRICE),
      decimal('qty', raw.QTY),
      ...(mapping.side === undefined && mapping.maker === undefined ? [] : [side]),
      ...(textIds ? [] : when('id', whole('trade_id', raw.ID, true))),
    ],
    quotes: [
      ...times,
      decimal('bid', raw.BID),
      ...when('bidQty', decimal('bid_qty', raw.BID_QTY)),
      decimal('ask', raw.ASK),
      ...when('askQty', decimal('ask_qty', raw.ASK_QTY)),
    ],
    book: [
      ...times,
      ...when('seq', whole('seq', raw.SEQ, true)),
      ...when('firstId', whole('first_update_id', raw.FIRST_ID, true)),
      ...when('finalId', whole('final_update_id', raw.FINAL_ID, true)),
      ...when('prevId', whole('prev_final_update_id', raw.PREV_ID, true)),
      ...when('snapshotId', whole('last_update_id', raw.SNAPSHOT_ID, true)),
      side,
      decimal('price', raw.PRICE),
      decimal('qty', raw.QTY),
    ],
  }
  return byKind[kind]
}

/** The word of a side: takers buy and sell, levels are bids and asks. */
function sideWord(side: number, book: boolean): string {
  if (side > 0) return book ? 'bid' : 'buy'
  if (side < 0) return book ? 'ask' : 'sell'
  return ''
}

interface Sink {
  write(rows: raw.RawRows): Promise<void>
  /** Writes what is held back and flushes to disk. */
  finish(): Promise<void>
  close(): Promise<void>
}

/** A row group of 65 536 rows a batch; the footer says what the source was and how many digits it had. */
async function parquetSink(path: string, columns: readonly Column[], dataset: Dataset): Promise<Sink> {
  const file = await open(path, 'wx')
  const writer = new ByteWriter(1 << 20)
  const book = dataset.kind === 'book'
  const source = (rows: raw.RawRows | undefined) =>
    columns.map((column) => ({ name: column.name, nullable: column.optional, ...dataOf(rows, column, book) }))
  const notes = {
    kind: dataset.kind,
    sourceSha256: dataset.sha256,
    sourceName: dataset.name,
    priceDecimals: String(dataset.priceDecimals),
    qtyDecimals: String(dataset.qtyDecimals),
    stamp: dataset.stamp,
  }
  const parquet = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: source(undefined) }),
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input), GZIP: (input) => gzipSync(input) },
    kvMetadata: Object.entries(notes).map(([key, value]) => ({ key, value })),
    createdBy: 'profinaut',
  })
  // The writer counts all bytes ever written in `offset`; `index` is its place in the buffer, which starts anew here.
  const drain = async () => {
    await file.appendFile(writer.getBytes())
    writer.index = 0
  }
  return {
    async write(rows) {
      await parquet.write({ columnData: source(rows), rowGroupSize: raw.BATCH_ROWS })
      await drain()
    },
    async finish() {
      await parquet.finish()
      await drain()
      await file.sync()
    },
    close: () => file.close(),
  }
}

function dataOf(rows: raw.RawRows | undefined, { slot, type, optional }: Column, book: boolean) {
  const length = rows?.length ?? 0
  const values = rows === undefined ? new Float64Array(0) : raw.slot(rows, slot).subarray(0, length)
  if (type === 'decimal') return { type: 'DOUBLE' as const, data: values.slice() }
  if (type === 'side') return { type: 'STRING' as const, data: Array.from(values, (side) => sideWord(side, book)) }
  const data = optional
    ? Array.from(values, (value) => (Number.isNaN(value) ? undefined : BigInt(value)))
    : BigInt64Array.from(values, BigInt)
  return { type: 'INT64' as const, data }
}

async function csvSink(path: string, columns: readonly Column[], target: Exclude<Target, 'parquet'>): Promise<Sink> {
  const file = await open(path, 'wx')
  const pack: Transform | undefined =
    target === 'csv.gz' ? createGzip() : target === 'csv.zst' ? createZstdCompress() : undefined
  const stream = file.createWriteStream({ flush: true, autoClose: false })
  pack?.pipe(stream)
  const entry = pack ?? stream
  // An error must not be lost between two writes: every wait is for the stream's end as well.
  const ended = finished(stream)
  ended.catch(() => undefined)
  const put = async (text: string) => {
    if (!entry.write(text)) await Promise.race([once(entry, 'drain'), ended])
  }
  await put(`${columns.map(({ name }) => name).join(',')}\n`)
  return {
    async write(rows) {
      const book = rows.kind === 'book'
      const slots = columns.map(({ slot, type }) => ({ values: raw.slot(rows, slot), type }))
      let text = ''
      for (let i = 0; i < rows.length; i++) {
        let first = true
        for (const { values, type } of slots) {
          const value = values[i] ?? Number.NaN
          if (!first) text += ','
          first = false
          text += type === 'side' ? sideWord(value, book) : Number.isNaN(value) ? '' : plainText(value)
        }
        text += '\n'
      }
      await put(text)
    },
    async finish() {
      entry.end()
      await ended
      await file.sync()
    },
    async close() {
      stream.destroy()
      await file.close()
    },
  }
}

/** The shortest decimal that means this double, never in exponent form. */
export function plainText(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const exact = parseDecimal(text)
  return exact === undefined ? text : formatDecimal(exact)
}
