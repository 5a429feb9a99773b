import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Decimal } from '../../src/domain/decimal.ts'
import type { Instrument } from '../../src/domain/instrument.ts'
import { formatTime, type TimeUs, timeUs } from '../../src/domain/time.ts'
import type { MarketColumns } from '../../src/market/columns.ts'
import type { Gaps } from './bar-steps.ts'
import { ColumnBuilder, type Stamp, type TimeRange } from './column-builder.ts'
import type { DatasetKind, Mapping, Role } from './columns.ts'
import { type CsvLayout, csvLayout, csvRows, type RowOptions } from './csv-rows.ts'
import { DatasetError, type FaultReport, Faults } from './fault.ts'
import { type ParquetLayout, parquetLayout, parquetRows } from './parquet-rows.ts'
import type { RawRows } from './raw-rows.ts'
import { RowChecks } from './row-checks.ts'
import { SortWindow } from './sort-window.ts'
import { type Compression, type Format, sha256Of, sniff } from './stored-bytes.ts'
import { Survey } from './survey.ts'

export interface OpenOptions extends RowOptions {
  /** Takes faulty rows out and counts them instead of stopping at the first; the policy of each code is `REPAIRS`. */
  readonly repair?: boolean
  /** What the stamps of bars mean; `open` unless told. */
  readonly stamp?: Stamp
  /** What the columns are, where their names do not say it: role to column name. */
  readonly columns?: Readonly<Partial<Record<Role, string>>>
  readonly kind?: DatasetKind
  /** Bytes read of the file as stored, and its size. In Parquet rows count for bytes, in proportion. */
  readonly progress?: (bytesDone: number, bytesTotal: number) => void
  /** Added to every time of receipt, instead of what {@link Dataset.recvShiftUs} would be. */
  readonly recvShiftUs?: number
}

export interface PassOptions {
  /** Counts the faults of this pass; a new one unless told. */
  readonly faults?: Faults
}

/** What a file holds, after one reading of all of it. */
export interface DatasetSummary {
  readonly path: string
  readonly name: string
  /** Of the file as stored, lower-case hex. */
  readonly sha256: string
  /** Size of the file as stored. */
  readonly bytes: number
  readonly format: Format
  readonly compression: Compression
  /** Bars of quotes (`bid_open` … `ask_close`) are quotes: their closes are read. */
  readonly kind: DatasetKind
  /** Names of the columns that are read, by role. */
  readonly columns: Readonly<Partial<Record<Role, string>>>
  /** Names of the columns that are not. */
  readonly ignored: readonly string[]
  /** Rows of the file without its header, repaired ones included. */
  readonly rows: number
  /** Rows that stay after repairs. */
  readonly rowsKept: number
  /** First and last row that stay, by receipt (shifted) where the file has it, else by venue time. */
  readonly firstTs: TimeUs
  readonly lastTs: TimeUs
  /** Most digits after the point in the whole file, as written in CSV; in Parquet, of the shortest decimals. */
  readonly priceDecimals: number
  readonly qtyDecimals: number
  /** The same without trailing zeros: what the market used, where the source pads. */
  readonly priceDecimalsUsed: number
  readonly qtyDecimalsUsed: number
  /** The most common distance of bars; undefined for other kinds and for fewer than two bars. */
  readonly barStepUs: number | undefined
  readonly stamp: Stamp
  readonly gaps: Gaps
  /**
   * What is added to times of receipt. A recorder's clock may be behind the venue's, so that rows seem to be received
   * before they were sent; the shift makes the smallest latency of the file 0. 0 where it is not negative.
   */
  readonly recvShiftUs: number
  readonly symbol: string | undefined
  readonly crossed: number
  readonly locked: number
  readonly zeroVolume: number
  /** What was repaired or is worth knowing, by code. */
  readonly faults: FaultReport
  /** Things worth knowing that are no faults. */
  readonly notes: readonly string[]
}

export interface Dataset extends DatasetSummary {
  /**
   * The rows as columns in ticks and lots, in chunks of at most 65 536 rows, in time order. Reads the file again.
   * Faults that depend on the instrument (OFF_TICK, TOO_LARGE) show here.
   *
   * @throws DatasetError at the first fault that is not repaired
   */
  readonly chunks: (instrument: Instrument, range?: TimeRange, options?: PassOptions) => AsyncIterable<MarketColumns>
  /** The checked rows as the file has them, in batches that the next one overwrites. */
  readonly rawRows: (options?: PassOptions) => AsyncIterable<RawRows>
  /** Where the columns are in the file, counted from 0. */
  readonly mapping: Mapping
  /** Whether ids of trades are text: then a hash stands for them in {@link rawRows}. */
  readonly textIds: boolean
}

const ZONE = /^(Z|[+-]\d{2}:\d{2})$/

/**
 * Opens a market data file: finds out by its bytes and column names what it is, then reads all of it once, checks every
 * row, and takes its sha256 on the way.
 *
 * @throws DatasetError with a stable code, the place in the file and a hint
 */
export async function openDataset(path: string, options: OpenOptions = {}): Promise<Dataset> {
  if (options.zone !== undefined && !ZONE.test(options.zone)) {
    throw new DatasetError('TIME_ZONE', path, 'a zone is Z or an offset like +09:00', { value: options.zone })
  }
  const stored = await sniff(path)
  const source =
    stored.format === 'csv'
      ? new CsvSource(path, stored, await csvLayout(path, stored.compression, options), options)
      : new ParquetSource(path, stored, await parquetLayout(path, options), options)
  const { kind, mapping, names, ignored } = source.layout
  const faults = new Faults(path, options.repair ?? false)
  const survey = new Survey()
  const checks = new RowChecks(kind, mapping, { faults, steps: true })
  const sha256 = await source.scan(survey, faults, async (rows) => {
    for await (const batch of sorted(rows, { kind, mapping, faults })) checks.apply(batch)
  })
  if (checks.rows === 0) {
    const said =
      survey.rows === 0 ? 'a dataset has rows, the file has none' : `a row without fault, found none in ${survey.rows}`
    throw new DatasetError('EMPTY_FILE', path, said)
  }
  const stepUs = checks.steps?.step()
  const gaps = stepUs === undefined ? NO_GAPS : (checks.steps?.gaps(stepUs) ?? NO_GAPS)
  for (const gap of gaps.largest) {
    faults.found('GAP', `${gap.missing} bars missing after ${formatTime(gap.afterTs)}`, {}, 0)
  }
  if (gaps.count > 0) faults.found('GAP', `${gaps.missing} bars are missing in all`, {}, gaps.count)
  const ownShift = Number.isFinite(checks.latencyUsMin) ? Math.max(0, -checks.latencyUsMin) : 0
  const recvShiftUs = options.recvShiftUs ?? ownShift
  const shift = mapping.recv === undefined ? 0 : recvShiftUs
  const summary: DatasetSummary = {
    path,
    name: basename(path),
    sha256,
    ...stored,
    kind,
    columns: Object.fromEntries(Object.entries(mapping).map(([role, at]) => [role, names[at] ?? ''])),
    ignored,
    rows: survey.rows,
    rowsKept: checks.rows,
    firstTs: timeUs(checks.firstTs + shift),
    lastTs: timeUs(checks.lastTs + shift),
    priceDecimals: Math.max(survey.written.price, source.noted('priceDecimals')),
    qtyDecimals: Math.max(survey.written.qty, source.noted('qtyDecimals')),
    priceDecimalsUsed: survey.used.price,
    qtyDecimalsUsed: survey.used.qty,
    barStepUs: stepUs,
    stamp: options.stamp ?? source.stamp() ?? 'open',
    gaps,
    recvShiftUs: shift,
    symbol: survey.symbol,
    crossed: checks.crossed,
    locked: checks.locked,
    zeroVolume: checks.zeroVolume,
    faults: faults.report(),
    notes: notesOf(survey, mapping, kind, shift),
  }
  return readable(summary, source, options.repair ?? false, survey.textIds)
}

const NO_GAPS: Gaps = { count: 0, missing: 0, largest: [] }

function notesOf(survey: Survey, mapping: Mapping, kind: DatasetKind, shiftUs: number): readonly string[] {
  const notes: string[] = []
  if (survey.unended)
    notes.push('the last line has no line break: whole by its fields, but a cut last digit would not show')
  if (kind === 'bars' && mapping.volume === undefined) notes.push('no volume column: volumes are 0')
  if (kind === 'quotes' && mapping.bidQty === undefined) notes.push('no sizes: they are 0')
  if (kind === 'trades' && mapping.side === undefined && mapping.maker === undefined)
    notes.push('no taker side: it is not told')
  if (shiftUs > 0)
    notes.push(`times of receipt are shifted by ${shiftUs} µs: the recorder's clock was behind the venue's`)
  return notes
}

/**
 * The tick and lot that hold every price and quantity of a dataset.
 *
 * @param digits `written` keeps what the source pads with zeros; `used` is the coarsest grid that fits, which is the
 *   venue's own where the file is long enough
 */
export function inferTerms(
  dataset: Pick<DatasetSummary, 'priceDecimals' | 'qtyDecimals' | 'priceDecimalsUsed' | 'qtyDecimalsUsed'>,
  digits: 'written' | 'used' = 'written',
): { readonly tickSize: Decimal; readonly lotSize: Decimal } {
  const written = digits === 'written'
  const step = (scale: number): Decimal => ({ units: 1n, scale })
  return {
    tickSize: step(written ? dataset.priceDecimals : dataset.priceDecimalsUsed),
    lotSize: step(written ? dataset.qtyDecimals : dataset.qtyDecimalsUsed),
  }
}

/** The one shift for files of one recorder, so that rows keep their order across them: the largest any of them needs. */
export function commonRecvShift(datasets: readonly Pick<DatasetSummary, 'recvShiftUs'>[]): number {
  return Math.max(0, ...datasets.map(({ recvShiftUs }) => recvShiftUs))
}

/** Rows of a file in the order that repairs give them. */
async function* sorted(
  rows: AsyncIterable<RawRows>,
  { kind, mapping, faults }: { kind: DatasetKind; mapping: Mapping; faults: Faults },
): AsyncGenerator<RawRows, void, undefined> {
  if (!faults.repair) {
    yield* rows
    return
  }
  const window = new SortWindow(kind, mapping, faults)
  for await (const batch of rows) {
    const left = window.push(batch)
    if (left.length > 0) yield left
  }
  for (let left = window.finish(); left.length > 0; left = window.finish()) yield left
}

interface Source {
  readonly layout: { kind: DatasetKind; mapping: Mapping; names: readonly string[]; ignored: readonly string[] }
  /** Reads all rows through `consume`. @returns the sha256 of the file as stored */
  scan(survey: Survey, faults: Faults, consume: (rows: AsyncIterable<RawRows>) => Promise<void>): Promise<string>
  rows(faults: Faults): AsyncIterable<RawRows>
  noted(key: 'priceDecimals' | 'qtyDecimals'): number
  stamp(): Stamp | undefined
}

interface Where {
  readonly compression: Compression
  readonly bytes: number
}

class CsvSource implements Source {
  readonly layout: CsvLayout
  readonly #path: string
  readonly #where: Where
  readonly #options: OpenOptions

  constructor(path: string, where: Where, layout: CsvLayout, options: OpenOptions) {
    this.#path = path
    this.#where = where
    this.layout = layout
    this.#options = options
  }

  async scan(
    survey: Survey,
    faults: Faults,
    consume: (rows: AsyncIterable<RawRows>) => Promise<void>,
  ): Promise<string> {
    const hash = createHash('sha256')
    const { bytes } = this.#where
    let done = 0
    const stored = (block: Uint8Array) => {
      hash.update(block)
      done += block.length
      this.#options.progress?.(done, bytes)
    }
    await consume(this.#read({ faults, survey, stored }))
    // A damaged stream that was repaired ends before the file does.
    return done === bytes ? hash.digest('hex') : await sha256Of(this.#path)
  }

  rows(faults: Faults): AsyncIterable<RawRows> {
    return this.#read({ faults })
  }

  #read(pass: { faults: Faults; survey?: Survey; stored?: (block: Uint8Array) => void }): AsyncIterable<RawRows> {
    return csvRows(this.#path, this.#where.compression, this.layout, { ...rowOptions(this.#options), ...pass })
  }

  noted(): number {
    return 0
  }

  stamp(): undefined {
    return undefined
  }
}

class ParquetSource implements Source {
  readonly layout: ParquetLayout
  readonly #path: string
  readonly #where: Where
  readonly #options: OpenOptions

  constructor(path: string, where: Where, layout: ParquetLayout, options: OpenOptions) {
    this.#path = path
    this.#where = where
    this.layout = layout
    this.#options = options
  }

  async scan(
    survey: Survey,
    faults: Faults,
    consume: (rows: AsyncIterable<RawRows>) => Promise<void>,
  ): Promise<string> {
    const { progress } = this.#options
    const total = Number(this.layout.metadata.num_rows)
    const { bytes } = this.#where
    const read = (rows: number) => progress?.(Math.round((rows / total) * bytes), bytes)
    await consume(parquetRows(this.#path, this.layout, { ...rowOptions(this.#options), faults, survey, read }))
    return await sha256Of(this.#path)
  }

  rows(faults: Faults): AsyncIterable<RawRows> {
    return parquetRows(this.#path, this.layout, { ...rowOptions(this.#options), faults })
  }

  /** Digits as the source of a converted file wrote them. */
  noted(key: 'priceDecimals' | 'qtyDecimals'): number {
    const digits = Number(this.layout.notes[key] ?? 0)
    return Number.isInteger(digits) && digits >= 0 && digits <= 18 ? digits : 0
  }

  stamp(): Stamp | undefined {
    const { stamp } = this.layout.notes
    return stamp === 'open' || stamp === 'close' ? stamp : undefined
  }
}

function rowOptions({ zone, symbol }: OpenOptions): RowOptions {
  return { ...(zone === undefined ? {} : { zone }), ...(symbol === undefined ? {} : { symbol }) }
}

/** The summary with the ways to read the file again. */
function readable(summary: DatasetSummary, source: Source, repair: boolean, textIds: boolean): Dataset {
  const { path, kind, barStepUs: stepUs, stamp, recvShiftUs: shiftUs } = summary
  const { mapping } = source.layout
  async function* rawRows({
    faults = new Faults(path, repair),
  }: PassOptions = {}): AsyncGenerator<RawRows, void, undefined> {
    const checks = new RowChecks(kind, mapping, { faults, shiftUs })
    for await (const batch of sorted(source.rows(faults), { kind, mapping, faults })) {
      checks.apply(batch)
      if (batch.length > 0) yield batch
    }
  }
  async function* chunks(
    instrument: Instrument,
    range: TimeRange = {},
    { faults = new Faults(path, repair) }: PassOptions = {},
  ): AsyncGenerator<MarketColumns, void, undefined> {
    const builder = new ColumnBuilder({ kind, mapping, instrument, faults, stepUs, stamp, range })
    for await (const batch of rawRows({ faults })) {
      yield* builder.add(batch)
      if (builder.done) break
    }
    const last = builder.finish()
    if (last !== undefined) yield last
  }
  return { ...summary, mapping, textIds, rawRows, chunks }
}
