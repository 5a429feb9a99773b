import {
  type DatasetKind,
  type Hints,
  LOOKED_FOR,
  type Mapping,
  type Recognised,
  type Role,
  recogniseColumns,
} from './columns.ts'
import { CsvLines } from './csv-lines.ts'
import { asciiOf, parseNumber } from './csv-number.ts'
import { DatasetError, Faults } from './fault.ts'
import * as raw from './raw-rows.ts'
import { type Compression, contentOf } from './stored-bytes.ts'
import type { Survey } from './survey.ts'
import { TimeColumn } from './time-column.ts'

/** What the first lines of a CSV file say about the rest. */
export interface CsvLayout extends Recognised {
  readonly delimiter: string
  readonly names: readonly string[]
  /** Whether the first line is data. */
  readonly headerless: boolean
}

export interface RowOptions {
  /** What times without a zone mean: `Z`, `+09:00`. */
  readonly zone?: string
  /** The venue's spelling that a symbol column must have. */
  readonly symbol?: string
}

/** Columns of a file without a header: six numbers a line. */
const BARS = ['ts', 'open', 'high', 'low', 'close', 'volume']

/** Reads the first lines of a file and says what the columns are. */
export async function csvLayout(path: string, compression: Compression, hints: Hints): Promise<CsvLayout> {
  // What is wrong with the rest of the file is not a question of this look at its beginning.
  const faults = new Faults(path, true)
  const found: string[][] = []
  let delimiter = ','
  let lines: CsvLines | undefined
  for await (const block of trimmed(contentOf(path, compression, faults), path)) {
    lines ??= new CsvLines((delimiter = delimiterOf(block)))
    lines.add(block)
    take(lines, found)
    if (found.length >= 2) break
  }
  if (lines !== undefined && found.length < 2) {
    lines.finish()
    take(lines, found)
  }
  const [first, second] = found
  if (second === undefined && faults.report().TRUNCATED !== undefined) {
    throw new DatasetError('TRUNCATED', path, `the ${compression} stream is whole, found no row before the damage`)
  }
  if (first === undefined) throw new DatasetError('EMPTY_FILE', path, 'a dataset has rows, the file has none')
  if (first.some((text) => /[{}[\]]/.test(text))) {
    throw new DatasetError('UNKNOWN_COLUMNS', path, 'a header with names, the first line looks like JSON', { line: 1 })
  }
  const headerless = first.every((text) => !Number.isNaN(numberOf(text)))
  if (headerless && first.length !== BARS.length) {
    const said = `a header, or six numbers a line (${BARS.join(', ')}); the first line is ${first.length} numbers`
    throw new DatasetError('UNKNOWN_COLUMNS', path, said, { line: 1 })
  }
  const names = headerless ? BARS : first
  const firstValue = (column: number) => (headerless ? first : second)?.[column]
  const recognised = recogniseColumns(names, { ...hints, firstValue })
  if (recognised === undefined) {
    const said = `columns of bars, trades, quotes or a book: ${LOOKED_FOR}; found ${names.slice(0, 20).map(shortened).join(', ')}`
    throw new DatasetError('UNKNOWN_COLUMNS', path, said, { line: 1 })
  }
  if (second === undefined && !headerless) {
    throw new DatasetError('EMPTY_FILE', path, 'a dataset has rows, the file has a header only')
  }
  return { ...recognised, delimiter, names, headerless }
}

function take(lines: CsvLines, found: string[][]): void {
  while (found.length < 2 && lines.next()) {
    if (lines.count > 0) found.push(Array.from({ length: lines.count }, (_, at) => lines.text(at)))
  }
}

/** A name as an error message shows it: files that are no text have long and strange ones. */
function shortened(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/g, '?')
  return plain.length > 40 ? `${plain.slice(0, 40)}…` : plain
}

function numberOf(text: string): number {
  const bytes = Buffer.from(text)
  return parseNumber(bytes, 0, bytes.length)
}

/** The character that occurs most in the first line, of comma, semicolon and tab; comma where there is none. */
function delimiterOf(block: Uint8Array): string {
  const end = block.indexOf(10)
  const line = asciiOf(block, 0, end === -1 ? Math.min(block.length, 1 << 16) : end).replace(/"[^"]*"/g, '')
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).delimiter
}

/** Cuts a byte order mark off the first block. UTF-16 has NUL bytes everywhere and is refused. */
async function* trimmed(blocks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  let first = true
  for await (const block of blocks) {
    if (!first) {
      yield block
      continue
    }
    first = false
    if ((block[0] === 0xff && block[1] === 0xfe) || (block[0] === 0xfe && block[1] === 0xff)) {
      throw new DatasetError('UNKNOWN_COLUMNS', path, 'the text is UTF-8, found the mark of UTF-16', { line: 1 })
    }
    yield block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block
  }
}

/**
 * The rows of a CSV file, in batches that the next one overwrites. A faulty row is dropped when `faults` repairs it.
 *
 * @param survey counts rows and digits on the way
 * @throws DatasetError TORN_ROW, NOT_A_NUMBER, TIME_UNIT, TIME_ZONE, TRUNCATED, WRONG_INSTRUMENT
 */
export async function* csvRows(
  path: string,
  compression: Compression,
  layout: CsvLayout,
  {
    faults,
    survey,
    stored,
    ...options
  }: RowOptions & { faults: Faults; survey?: Survey; stored?: (block: Uint8Array) => void },
): AsyncGenerator<raw.RawRows, void, undefined> {
  const lines = new CsvLines(layout.delimiter)
  const rows = raw.rawRows(layout.kind)
  const reader = new CsvRowReader(path, layout, { faults, survey, ...options })
  let header = !layout.headerless
  const content = contentOf(path, compression, faults, stored === undefined ? {} : { stored })
  for await (const block of trimmed(content, path)) {
    lines.add(block)
    while (lines.next()) {
      if (lines.count === 0) continue
      if (header) header = false
      else if (reader.read(lines, rows) && rows.length === raw.BATCH_ROWS) {
        yield rows
        rows.length = 0
      }
    }
  }
  lines.finish()
  while (lines.next()) {
    if (lines.count === 0 || header) continue
    if (lines.unended && survey) survey.unended = true
    reader.read(lines, rows)
  }
  if (rows.length > 0) yield rows
}

type Cell = 'number' | 'optional' | 'time' | 'side' | 'maker' | 'id' | 'symbol'

interface Field {
  readonly cell: Cell
  readonly at: number
  readonly slot: Float64Array | undefined
  /** Which digits of the survey it counts for. */
  readonly digits: 'price' | 'qty' | undefined
  readonly times: TimeColumn | undefined
  readonly name: string
  readonly needed: boolean
}

/** Where a role goes, and how its text is read. */
const CELLS: Readonly<
  Record<DatasetKind, Readonly<Partial<Record<Role, readonly [slot: number, cell: Cell, digits?: 'price' | 'qty']>>>>
> = {
  bars: {
    open: [raw.OPEN, 'number', 'price'],
    high: [raw.HIGH, 'number', 'price'],
    low: [raw.LOW, 'number', 'price'],
    close: [raw.CLOSE, 'number', 'price'],
    volume: [raw.VOLUME, 'number', 'qty'],
  },
  trades: {
    price: [raw.PRICE, 'number', 'price'],
    qty: [raw.QTY, 'number', 'qty'],
    side: [raw.SIDE, 'side'],
    maker: [raw.SIDE, 'maker'],
    id: [raw.ID, 'id'],
  },
  quotes: {
    bid: [raw.BID, 'number', 'price'],
    ask: [raw.ASK, 'number', 'price'],
    bidQty: [raw.BID_QTY, 'number', 'qty'],
    askQty: [raw.ASK_QTY, 'number', 'qty'],
  },
  book: {
    price: [raw.PRICE, 'number', 'price'],
    qty: [raw.QTY, 'number', 'qty'],
    side: [raw.SIDE, 'side'],
    seq: [raw.SEQ, 'optional'],
    firstId: [raw.FIRST_ID, 'optional'],
    finalId: [raw.FINAL_ID, 'optional'],
    prevId: [raw.PREV_ID, 'optional'],
    snapshotId: [raw.SNAPSHOT_ID, 'optional'],
  },
}

/** The cells of a kind that a mapping names, `side` winning over `maker`. */
export function cellsOf(
  kind: DatasetKind,
  mapping: Mapping,
): readonly (readonly [Role, number, number, Cell, 'price' | 'qty' | undefined])[] {
  const found: [Role, number, number, Cell, 'price' | 'qty' | undefined][] = []
  for (const [role, [slot, cell, digits]] of Object.entries(CELLS[kind]) as [
    Role,
    [number, Cell, ('price' | 'qty')?],
  ][]) {
    const at = mapping[role]
    if (at === undefined || (role === 'maker' && mapping.side !== undefined)) continue
    found.push([role, at, slot, cell, digits])
  }
  return found
}

class CsvRowReader {
  readonly #faults: Faults
  readonly #survey: Survey | undefined
  readonly #kind: DatasetKind
  readonly #width: number
  readonly #layout: CsvLayout
  readonly #path: string
  readonly #zone: string | undefined
  #fields: readonly Field[] = []
  #slots: readonly Float64Array[] = []
  #symbol: Uint8Array | undefined
  readonly #wanted: string | undefined

  constructor(
    path: string,
    layout: CsvLayout,
    { faults, survey, zone, symbol }: RowOptions & { faults: Faults; survey: Survey | undefined },
  ) {
    this.#path = path
    this.#layout = layout
    this.#kind = layout.kind
    this.#width = layout.names.length
    this.#faults = faults
    this.#survey = survey
    this.#zone = zone
    this.#wanted = symbol
  }

  #bind(rows: raw.RawRows): void {
    const { names, mapping } = this.#layout
    const fields: Field[] = []
    const add = (at: number, cell: Cell, slot: number | undefined, rest: Partial<Field> = {}) => {
      const name = names[at] ?? ''
      const held = slot === undefined ? undefined : raw.slot(rows, slot)
      fields.push({ cell, at, slot: held, digits: undefined, times: undefined, name, needed: true, ...rest })
    }
    const time = (at: number, slot: number, needed: boolean) =>
      add(at, 'time', slot, { times: new TimeColumn(this.#path, names[at] ?? '', this.#zone), needed })
    if (mapping.recv !== undefined) time(mapping.recv, raw.RECV, true)
    // Where the time of receipt is known, a venue that sends no time of its own is tolerated.
    if (mapping.time !== undefined) time(mapping.time, raw.TIME, mapping.recv === undefined)
    for (const [, at, slot, cell, digits] of cellsOf(this.#kind, mapping)) add(at, cell, slot, { digits })
    if (mapping.symbol !== undefined) add(mapping.symbol, 'symbol', undefined)
    this.#fields = fields
    this.#slots = rows.slots
  }

  /** Reads the present line into the next row. @returns whether the row stays */
  read(lines: CsvLines, rows: raw.RawRows): boolean {
    if (this.#slots !== rows.slots) this.#bind(rows)
    const survey = this.#survey
    if (survey) survey.rows++
    const { line } = lines
    if (lines.broken || lines.count !== this.#width) {
      const torn = lines.broken ? 'a line with matching quotes' : `${this.#width} fields, found ${lines.count}`
      this.#faults.found('TORN_ROW', `${torn}${lines.unended ? ', the line is cut' : ''}`, { line })
      return false
    }
    const { bytes, starts, ends } = lines
    const row = rows.length
    for (const field of this.#fields) {
      const start = starts[field.at] ?? 0
      const end = ends[field.at] ?? 0
      let value: number
      switch (field.cell) {
        case 'number':
          value = parseNumber(bytes, start, end)
          if (survey && field.digits !== undefined) survey.count(field.digits, bytes, start, end)
          break
        case 'optional':
          value = start === end ? Number.NaN : parseNumber(bytes, start, end)
          if (start === end) {
            if (field.slot) field.slot[row] = value
            continue
          }
          break
        case 'time':
          value = field.times === undefined ? Number.NaN : field.times.read(bytes, start, end, line)
          if (start === end && !field.needed) {
            if (field.slot) field.slot[row] = value
            continue
          }
          break
        case 'side':
          value = sideOf(bytes, start, end, this.#kind)
          break
        case 'maker':
          value = makerOf(bytes, start, end)
          break
        case 'id':
          if (field.slot) field.slot[row] = this.#id(bytes, start, end)
          continue
        case 'symbol':
          this.#checkSymbol(bytes, start, end, line, field.name)
          continue
      }
      // NaN is the one value that differs from itself.
      if (value !== value) {
        const said =
          field.cell === 'time'
            ? 'a time'
            : field.cell === 'side'
              ? 'a side'
              : field.cell === 'maker'
                ? 'true or false'
                : 'a number'
        this.#faults.found('NOT_A_NUMBER', said, { line, column: field.name, value: asciiOf(bytes, start, end) })
        return false
      }
      if (field.slot) field.slot[row] = value
    }
    const held = this.#slots[raw.LINE]
    if (held) held[row] = line
    rows.length = row + 1
    return true
  }

  /** A trade id as a number: itself where it is one that a double holds, else a hash of its text. */
  #id(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return Number.NaN
    const value = parseNumber(bytes, start, end)
    if (Number.isSafeInteger(value)) return value
    if (this.#survey) this.#survey.textIds = true
    return hashOf(bytes, start, end)
  }

  #checkSymbol(bytes: Uint8Array, start: number, end: number, line: number, column: string): void {
    const known = this.#symbol
    if (known !== undefined && known.length === end - start) {
      let at = 0
      while (at < known.length && known[at] === bytes[start + at]) at++
      if (at === known.length) return
    }
    const value = Buffer.from(bytes.subarray(start, end)).toString('utf8')
    if (known === undefined) {
      this.#symbol = Uint8Array.from(bytes.subarray(start, end))
      if (this.#survey) this.#survey.symbol = value
      if (this.#wanted === undefined || value === this.#wanted) return
      this.#faults.found('WRONG_INSTRUMENT', `the symbol asked for, ${this.#wanted}`, { line, column, value })
    }
    const first = Buffer.from(known ?? []).toString('utf8')
    this.#faults.found('WRONG_INSTRUMENT', `one symbol a file, ${first} as in the first row`, { line, column, value })
  }
}

/** 53 bits of the text, by two rounds of FNV-1a (Fowler, Noll, Vo); negative, so that it never meets a number. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let low = 0x811c9dc5
  let high = 0x9747b28c
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ (byte + 1), 0x01000193)
  }
  return -((high >>> 11) * 4_294_967_296 + (low >>> 0)) - 1
}

/** 1 for buy and bid, −1 for sell and ask, 0 for a trade that does not tell; NaN for anything else. */
export function sideOf(bytes: Uint8Array, start: number, end: number, kind: DatasetKind): number {
  const length = end - start
  if (length === 0) return kind === 'trades' ? 0 : Number.NaN
  const first = (bytes[start] ?? 0) | 32
  const second = (bytes[start + 1] ?? 0) | 32
  // b, s, a; bu(y), bi(d), se(ll), as(k): nothing else that a venue writes begins so.
  if (length === 1) return first === 98 ? 1 : first === 115 || first === 97 ? -1 : Number.NaN
  if (length > 4) return Number.NaN
  if (first === 98 && (second === 117 || second === 105)) return 1
  return (first === 115 && second === 101) || (first === 97 && second === 115) ? -1 : Number.NaN
}

/** −1 where the buyer was the maker (the taker sold), 1 where not. */
function makerOf(bytes: Uint8Array, start: number, end: number): number {
  const text = asciiOf(bytes, start, end).toLowerCase()
  return text === 'true' || text === '1' || text === 't'
    ? -1
    : text === 'false' || text === '0' || text === 'f'
      ? 1
      : Number.NaN
}
