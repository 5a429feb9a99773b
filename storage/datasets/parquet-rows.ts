import { zstdDecompressSync } from 'node:zlib'
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type DecodedArray,
  type FileMetaData,
  type KeyValue,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaElement,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { AssertionFailed } from '../../src/domain/brand.ts'
import { type Hints, LOOKED_FOR, type Recognised, recogniseColumns } from './columns.ts'
import { parseNumber } from './csv-number.ts'
import { cellsOf, hashOf, type RowOptions, sideOf } from './csv-rows.ts'
import { DatasetError, type Faults } from './fault.ts'
import * as raw from './raw-rows.ts'
import { messageOf } from './stored-bytes.ts'
import type { Survey } from './survey.ts'
import { TimeColumn } from './time-column.ts'

/** What the footer of a Parquet file says. */
export interface ParquetLayout extends Recognised {
  readonly names: readonly string[]
  readonly elements: readonly SchemaElement[]
  /** Key-values of the footer. */
  readonly notes: Readonly<Record<string, string>>
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
}

const US_PER_DAY = 86_400_000_000

/** Times straight into µs: a `Date` would lose them. */
const PARSERS = {
  timestampFromMilliseconds: (millis: bigint) => Number(millis) * 1000,
  timestampFromMicroseconds: (micros: bigint) => Number(micros),
  timestampFromNanoseconds: (nanos: bigint) => Math.floor(Number(nanos / 1000n)),
  dateFromDays: (days: number) => days * US_PER_DAY,
}

/** The platform's zstd is several times faster than one in JavaScript. */
const UNPACK = { ...compressors, ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) }

export async function parquetLayout(path: string, hints: Hints): Promise<ParquetLayout> {
  const file = await asyncBufferFromFile(path)
  let metadata: FileMetaData
  let elements: SchemaElement[]
  let notes: Readonly<Record<string, string>>
  try {
    metadata = await parquetMetadataAsync(file, { parsers: PARSERS, geoparquet: false })
    elements = parquetSchema(metadata).children.map((child) => child.element)
    const pairs: readonly KeyValue[] = metadata.key_value_metadata ?? []
    notes = Object.fromEntries(pairs.map(({ key, value = '' }) => [key, value]))
    if (!elements.every(({ name }) => typeof name === 'string')) throw new TypeError('a column has no name')
  } catch (cause) {
    throw new DatasetError('TRUNCATED', path, `the footer can be read, ${messageOf(cause)}`, { cause })
  }
  const names = elements.map((element) => element.name)
  const recognised = recogniseColumns(names, hints)
  if (recognised === undefined) {
    const said = `columns of bars, trades, quotes or a book: ${LOOKED_FOR}; found ${names.slice(0, 40).join(', ')}`
    throw new DatasetError('WRONG_SCHEMA', path, said)
  }
  for (const at of Object.values(recognised.mapping)) {
    const element = elements[at]
    if (element?.type === undefined || element.repetition_type === 'REPEATED') {
      throw new DatasetError('WRONG_SCHEMA', path, 'a column of plain values', { column: names[at] ?? '' })
    }
  }
  if (metadata.num_rows === 0n) throw new DatasetError('EMPTY_FILE', path, 'a dataset has rows, the file has none')
  return { ...recognised, names, elements, notes, file, metadata }
}

/**
 * The rows of a Parquet file, a row group at a time, in batches that the next one overwrites.
 *
 * @throws DatasetError NOT_A_NUMBER, TIME_UNIT, TIME_ZONE, TRUNCATED, WRONG_INSTRUMENT
 */
export async function* parquetRows(
  path: string,
  layout: ParquetLayout,
  options: RowOptions & { faults: Faults; survey?: Survey; read?: (rows: number) => void },
): AsyncGenerator<raw.RawRows, void, undefined> {
  const { faults, survey, read } = options
  const rows = raw.rawRows(layout.kind)
  const batch = new ParquetBatch(path, layout, options)
  try {
    const columns = batch.columns
    const scan = await parquetScan({
      file: layout.file,
      metadata: layout.metadata,
      columns: [...columns],
      compressors: UNPACK,
      parsers: PARSERS,
      geoparquet: false,
    })
    for (const { rowStart, rowEnd } of scan.ranges) {
      const data = await Promise.all(columns.map((column) => scan.readColumn({ column, rowStart, rowEnd })))
      // A damaged footer may claim any number of rows.
      const short = data.find((column) => column.length !== rowEnd - rowStart)
      if (short !== undefined) throw new RangeError(`${rowEnd - rowStart} rows in a group, found ${short.length}`)
      for (let at = rowStart; at < rowEnd; at += raw.BATCH_ROWS) {
        const to = Math.min(at + raw.BATCH_ROWS, rowEnd)
        batch.fill(rows, data, at - rowStart, to - rowStart, at + 1)
        if (survey) survey.rows += to - at
        read?.(to)
        if (rows.length > 0) yield rows
      }
    }
  } catch (cause) {
    if (cause instanceof DatasetError || cause instanceof AssertionFailed) throw cause
    faults.found('TRUNCATED', `the row groups can be read, ${messageOf(cause)}`, { cause })
  }
}

type Reader = (value: unknown, line: number) => number

interface Column {
  readonly name: string
  readonly slot: number | undefined
  readonly read: Reader
  /** Doubles are copied as they are. */
  readonly plain: boolean
  readonly digits: 'price' | 'qty' | undefined
  readonly needed: boolean
}

class ParquetBatch {
  readonly #path: string
  readonly #layout: ParquetLayout
  readonly #faults: Faults
  readonly #survey: Survey | undefined
  readonly #columns: readonly Column[]
  readonly #zone: string | undefined
  readonly #wanted: string | undefined
  #symbol: string | undefined

  constructor(path: string, layout: ParquetLayout, options: RowOptions & { faults: Faults; survey?: Survey }) {
    this.#path = path
    this.#layout = layout
    this.#faults = options.faults
    this.#survey = options.survey
    this.#zone = options.zone
    this.#wanted = options.symbol
    this.#columns = this.#plan()
  }

  get columns(): readonly string[] {
    return this.#columns.map(({ name }) => name)
  }

  #plan(): readonly Column[] {
    const { kind, mapping, names, elements } = this.#layout
    const columns: Column[] = []
    const name = (at: number) => names[at] ?? ''
    const element = (at: number): SchemaElement => elements[at] ?? { name: name(at) }
    const rest = { plain: false, digits: undefined, needed: true }
    if (mapping.recv !== undefined) {
      columns.push({ ...rest, name: name(mapping.recv), slot: raw.RECV, read: this.#times(element(mapping.recv)) })
    }
    if (mapping.time !== undefined) {
      const needed = mapping.recv === undefined
      columns.push({
        ...rest,
        name: name(mapping.time),
        slot: raw.TIME,
        read: this.#times(element(mapping.time)),
        needed,
      })
    }
    for (const [, at, slot, cell, digits] of cellsOf(kind, mapping)) {
      const plain = element(at).type === 'DOUBLE' && cell === 'number'
      const read: Reader =
        cell === 'side'
          ? (value) => this.#side(value)
          : cell === 'maker'
            ? (value) => (typeof value === 'boolean' ? (value ? -1 : 1) : Number.NaN)
            : cell === 'id'
              ? (value) => this.#id(value)
              : numbersOf(element(at))
      columns.push({ name: name(at), slot, read, plain, digits, needed: cell !== 'optional' && cell !== 'id' })
    }
    if (mapping.symbol !== undefined) {
      const symbol = name(mapping.symbol)
      const read: Reader = (value, line) => this.#checkSymbol(String(value), line, symbol)
      columns.push({ ...rest, name: symbol, slot: undefined, read })
    }
    return columns
  }

  /** Copies rows `[from, to)` of decoded columns; `line` is the number of the first. */
  fill(rows: raw.RawRows, data: readonly DecodedArray[], from: number, to: number, line: number): void {
    const count = to - from
    const lines = raw.slot(rows, raw.LINE)
    for (let i = 0; i < count; i++) lines[i] = line + i
    rows.length = count
    let faulty: Uint8Array | undefined
    this.#columns.forEach(({ name, slot, read, plain, digits, needed }, at) => {
      const column = data[at] ?? []
      const into = slot === undefined ? undefined : raw.slot(rows, slot)
      if (plain && into && column instanceof Float64Array) into.set(column.subarray(from, to))
      else {
        const source =
          column instanceof BigInt64Array ? wholeNumbers(column.subarray(from, to)) : column.slice(from, to)
        for (let i = 0; i < count; i++) {
          const value = read(source[i], line + i)
          if (into) into[i] = value
        }
      }
      if (!into || !needed) return
      for (let i = 0; i < count; i++) {
        if (Number.isFinite(into[i])) continue
        faulty ??= new Uint8Array(count)
        if (faulty[i] === 1) continue
        faulty[i] = 1
        const said = slot === raw.TIME || slot === raw.RECV ? 'a time' : 'a value'
        this.#faults.found('NOT_A_NUMBER', said, { line: line + i, column: name, value: String(column[from + i]) })
      }
      if (digits !== undefined && this.#survey) this.#survey.countDoubles(digits, into, count)
    })
    if (faulty) raw.keepRows(rows, faulty, 0)
  }

  #times(element: SchemaElement): Reader {
    const { logical_type: logical, converted_type: converted } = element
    if (
      logical?.type === 'TIMESTAMP' ||
      converted?.startsWith('TIMESTAMP') ||
      converted === 'DATE' ||
      element.type === 'INT96'
    ) {
      const local = logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC
      if (local && this.#zone === undefined) {
        throw new DatasetError('TIME_ZONE', this.#path, 'times are UTC, the schema says local times of no zone', {
          column: element.name,
        })
      }
      const shift = local ? offsetUs(this.#zone ?? 'Z') : 0
      return (value) => (typeof value === 'number' && Number.isSafeInteger(value - shift) ? value - shift : Number.NaN)
    }
    const column = new TimeColumn(this.#path, element.name, this.#zone)
    return (value, line) => {
      if (typeof value === 'bigint') return column.fromBigInt(value, line)
      if (typeof value === 'number') return column.fromNumber(value, line)
      if (typeof value !== 'string') return Number.NaN
      const bytes = Buffer.from(value)
      return column.read(bytes, 0, bytes.length, line)
    }
  }

  #side(value: unknown): number {
    if (typeof value === 'number' || typeof value === 'bigint') return Math.sign(Number(value))
    const bytes = Buffer.from(typeof value === 'string' ? value : '')
    return sideOf(bytes, 0, bytes.length, this.#layout.kind)
  }

  #id(value: unknown): number {
    const text = typeof value === 'bigint' || typeof value === 'number' ? String(value) : value
    if (typeof text !== 'string' || text === '') return Number.NaN
    const bytes = Buffer.from(text)
    const number = parseNumber(bytes, 0, bytes.length)
    if (Number.isSafeInteger(number)) return number
    if (this.#survey) this.#survey.textIds = true
    return hashOf(bytes, 0, bytes.length)
  }

  #checkSymbol(value: string, line: number, column: string): number {
    if (value === this.#symbol) return 0
    const place = { line, column, value }
    if (this.#symbol !== undefined) {
      this.#faults.found('WRONG_INSTRUMENT', `one symbol a file, ${this.#symbol} as in the first row`, place)
    }
    this.#symbol = value
    if (this.#survey) this.#survey.symbol = value
    if (this.#wanted !== undefined && value !== this.#wanted) {
      this.#faults.found('WRONG_INSTRUMENT', `the symbol asked for, ${this.#wanted}`, place)
    }
    return 0
  }
}

/** 64-bit integers as doubles, by their halves, which is far faster than one by one; as they are if any is too large. */
function wholeNumbers(values: BigInt64Array): Float64Array | BigInt64Array {
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length)
  const numbers = new Float64Array(values.length)
  for (let i = 0; i < numbers.length; i++) {
    // Little-endian, like every machine that Node runs on.
    const number = (halves[2 * i + 1] ?? 0) * 4_294_967_296 + ((halves[2 * i] ?? 0) >>> 0)
    if (!Number.isSafeInteger(number)) return values
    numbers[i] = number
  }
  return numbers
}

/** How values of a numeric column become the doubles nearest to the decimals that were meant. */
function numbersOf(element: SchemaElement): Reader {
  if (element.converted_type === 'DECIMAL') {
    // The library multiplies by a power of ten, which rounds twice.
    const scale = element.scale ?? 0
    return (value) => (typeof value === 'number' ? Number(value.toFixed(scale)) : Number.NaN)
  }
  if (element.type === 'FLOAT') return (value) => (typeof value === 'number' ? shortestFloat(value) : Number.NaN)
  return (value) => {
    if (typeof value === 'number') return value
    if (typeof value === 'bigint') return Number(value)
    if (typeof value !== 'string') return Number.NaN
    const bytes = Buffer.from(value)
    return parseNumber(bytes, 0, bytes.length)
  }
}

/** The shortest decimal that a 32-bit float stands for: 1.1, not 1.10000002384185791015625. */
function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
}

function offsetUs(zone: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{2}):(\d{2})$/.exec(zone) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000_000
}
