/**
 * What can be wrong with a market data file. The codes are stable: people grep for them and scripts branch on them.
 * What `repair` does with each is in {@link REPAIRS}.
 */
export type FaultCode =
  | 'TORN_ROW'
  | 'NOT_A_NUMBER'
  | 'NON_POSITIVE_PRICE'
  | 'NEGATIVE_VOLUME'
  | 'RANGE'
  | 'DUPLICATE'
  | 'UNSORTED'
  | 'GAP'
  | 'CROSSED'
  | 'OFF_TICK'
  | 'TOO_LARGE'
  | 'TIME_UNIT'
  | 'TIME_ZONE'
  | 'EMPTY_FILE'
  | 'UNKNOWN_COLUMNS'
  | 'WRONG_SCHEMA'
  | 'TRUNCATED'
  | 'WRONG_INSTRUMENT'
  | 'UNREADABLE'

/**
 * The policy of `repair`. It drops rows and reorders them; it never changes a number, and never invents one.
 * `report` is no error in either case: the row is kept and counted. `stop` cannot be repaired: what the file means is
 * not known, and a guess would move money.
 */
export const REPAIRS = {
  TORN_ROW: 'drop',
  NOT_A_NUMBER: 'drop',
  NON_POSITIVE_PRICE: 'drop',
  NEGATIVE_VOLUME: 'drop',
  RANGE: 'drop',
  DUPLICATE: 'drop',
  UNSORTED: 'sort',
  GAP: 'report',
  CROSSED: 'report',
  OFF_TICK: 'drop',
  TOO_LARGE: 'drop',
  TIME_UNIT: 'stop',
  TIME_ZONE: 'stop',
  EMPTY_FILE: 'stop',
  UNKNOWN_COLUMNS: 'stop',
  WRONG_SCHEMA: 'stop',
  TRUNCATED: 'cut',
  WRONG_INSTRUMENT: 'stop',
  UNREADABLE: 'stop',
} as const satisfies Readonly<Record<FaultCode, 'drop' | 'sort' | 'cut' | 'report' | 'stop'>>

/** What to do about each, for the operator. */
export const DATASET_HINTS: Readonly<Record<FaultCode, string>> = {
  TORN_ROW: 'the row has another number of fields than the header: fetch the file again, or repair to drop the row',
  NOT_A_NUMBER: 'fix the value at its source, or repair to drop the row; decimals have a point and no thousands mark',
  NON_POSITIVE_PRICE: 'a price is above 0: fix it at its source, or repair to drop the row',
  NEGATIVE_VOLUME: 'a quantity is 0 or more: fix it at its source, or repair to drop the row',
  RANGE: 'high is the highest and low the lowest of a bar: check the columns, or repair to drop the row',
  DUPLICATE: 'the row repeats an earlier one: repair to keep the first',
  UNSORTED: 'rows are in time order: sort the file, or repair to sort within 65 536 rows and drop what is older',
  GAP: 'bars are missing: nothing to do if the market was closed, else fetch the missing span',
  CROSSED: 'a bid above the ask is kept and counted: distrust fills at such quotes',
  OFF_TICK:
    'the value is finer than the instrument allows: set its tick_size or lot_size finer, or take them from the file',
  TOO_LARGE: 'the value is beyond 2^53 ticks or lots: set tick_size or lot_size coarser',
  TIME_UNIT: 'write all times of the file in one unit: seconds, milliseconds, microseconds or nanoseconds since 1970',
  TIME_ZONE: 'write times with a zone (2024-02-29T12:00:00Z), or say which zone the file means',
  EMPTY_FILE: 'the file has no rows: fetch it again',
  UNKNOWN_COLUMNS: 'name the columns in the first line, or say which column is which',
  WRONG_SCHEMA:
    'the file has not the columns of bars, trades, quotes or a book: export it again, or say which is which',
  TRUNCATED: 'the file is cut or damaged: fetch it again, or repair to keep the rows before the damage',
  WRONG_INSTRUMENT: 'choose the file of this instrument, or split the file by symbol',
  UNREADABLE: 'check that the path is a file and may be read',
}

/** Where a fault is. `line` counts from 1, the header included; in Parquet it is the row, from 1. */
export interface FaultPlace {
  readonly line?: number
  readonly column?: string
  readonly value?: string
}

/** Thrown for a file that cannot be used as it is. The message names file, line, column, expected and found. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError'
  readonly code: FaultCode
  readonly file: string
  readonly line: number | undefined
  readonly column: string | undefined
  readonly value: string | undefined
  readonly hint: string

  constructor(code: FaultCode, file: string, said: string, place: FaultPlace & { cause?: unknown } = {}) {
    const { line, column, value, cause } = place
    const where = `${file}${line === undefined ? '' : `:${line}`}${column === undefined ? '' : ` ${column}`}`
    const found = value === undefined ? '' : `, was '${value.length > 80 ? `${value.slice(0, 80)}…` : value}'`
    super(`${code} ${where}: ${said}${found}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.file = file
    this.line = line
    this.column = column
    this.value = value
    this.hint = DATASET_HINTS[code]
  }
}

/** Examples kept of each code. */
const EXAMPLES = 5

export interface FaultCount {
  readonly count: number
  readonly policy: (typeof REPAIRS)[FaultCode]
  /** The first few, as `line 17 close: a number, was 'x'`. */
  readonly examples: readonly string[]
}

export type FaultReport = Readonly<Partial<Record<FaultCode, FaultCount>>>

/** Judges every fault of one pass over a file: stops at the first, or with `repair` counts it and lets the reader go on. */
export class Faults {
  readonly file: string
  readonly repair: boolean
  readonly #counts = new Map<FaultCode, { count: number; examples: string[] }>()

  constructor(file: string, repair: boolean) {
    this.file = file
    this.repair = repair
  }

  /**
   * Reports a fault; returns when it is to be repaired by its policy, or is none by its policy.
   *
   * @throws DatasetError without `repair`, and always for what cannot be repaired
   */
  found(code: FaultCode, said: string, place: FaultPlace & { cause?: unknown } = {}, count = 1): void {
    const policy = REPAIRS[code]
    if (policy === 'stop' || (policy !== 'report' && !this.repair)) throw new DatasetError(code, this.file, said, place)
    const entry = this.#counts.getOrInsert(code, { count: 0, examples: [] })
    entry.count += count
    if (entry.examples.length >= EXAMPLES) return
    const { line, column, value } = place
    const where = [line === undefined ? '' : `line ${line}`, column ?? ''].filter((word) => word !== '').join(' ')
    entry.examples.push(`${where === '' ? '' : `${where}: `}${said}${value === undefined ? '' : `, was '${value}'`}`)
  }

  report(): FaultReport {
    return Object.fromEntries(
      [...this.#counts].map(([code, { count, examples }]) => [code, { count, policy: REPAIRS[code], examples }]),
    )
  }
}
