import { formatTime, type TimeUs } from '../../src/domain/time.ts'
import { BarSteps } from './bar-steps.ts'
import type { DatasetKind, Mapping } from './columns.ts'
import type { FaultCode, Faults } from './fault.ts'
import * as raw from './raw-rows.ts'

/** Trade ids remembered to find repeats that are not next to each other. */
const IDS = 65_536

/**
 * Judges rows that could be read: prices, quantities, ranges, order, repeats. What cannot stay is taken out of the
 * batch, in place. Also sets the clocks: times of receipt are shifted by the recorder's error, and where the file has
 * none, a row is received when it is sent.
 */
export class RowChecks {
  readonly #kind: DatasetKind
  readonly #faults: Faults
  readonly #hasTime: boolean
  readonly #hasRecv: boolean
  readonly #shiftUs: number
  readonly #ids: SeenIds | undefined
  /** Present in the pass that learns the step. */
  readonly steps: BarSteps | undefined
  #marks = new Uint8Array(raw.BATCH_ROWS)
  #before = Number.NEGATIVE_INFINITY
  /** Rows that stayed. */
  rows = 0
  firstTs = Number.POSITIVE_INFINITY
  lastTs = Number.NEGATIVE_INFINITY
  /** Smallest receipt minus venue time before the shift; infinite where no row has both. */
  latencyUsMin = Number.POSITIVE_INFINITY
  crossed = 0
  locked = 0
  zeroVolume = 0

  constructor(
    kind: DatasetKind,
    mapping: Mapping,
    { faults, shiftUs = 0, steps = false }: { faults: Faults; shiftUs?: number; steps?: boolean },
  ) {
    this.#kind = kind
    this.#faults = faults
    this.#hasTime = mapping.time !== undefined
    this.#hasRecv = mapping.recv !== undefined
    this.#shiftUs = shiftUs
    this.#ids = kind === 'trades' && mapping.id !== undefined ? new SeenIds() : undefined
    this.steps = steps && kind === 'bars' ? new BarSteps() : undefined
  }

  /** Judges a batch; afterwards it holds the rows that stay. */
  apply(rows: raw.RawRows): void {
    this.#clocks(rows)
    if (rows.length > this.#marks.length) this.#marks = new Uint8Array(rows.length)
    const marks = this.#marks
    marks.fill(0, 0, rows.length)
    let bad: number
    switch (this.#kind) {
      case 'bars':
        bad = this.#bars(rows, marks)
        break
      case 'quotes':
        bad = this.#quotes(rows, marks)
        break
      case 'trades':
      case 'book':
        bad = this.#sized(rows, marks)
        break
    }
    bad += this.#order(rows, marks)
    if (bad > 0) raw.keepRows(rows, marks, 0)
    this.rows += rows.length
    if (this.#kind === 'bars') {
      const volume = raw.slot(rows, raw.VOLUME)
      for (let i = 0; i < rows.length; i++) if (volume[i] === 0) this.zeroVolume++
    }
  }

  #clocks(rows: raw.RawRows): void {
    const time = raw.slot(rows, raw.TIME)
    const recv = raw.slot(rows, raw.RECV)
    if (!this.#hasRecv) {
      recv.set(time.subarray(0, rows.length))
      return
    }
    const shift = this.#shiftUs
    for (let i = 0; i < rows.length; i++) {
      const received = recv[i] ?? Number.NaN
      const sent = this.#hasTime ? (time[i] ?? Number.NaN) : Number.NaN
      // NaN compares as false with everything.
      if (received - sent < this.latencyUsMin) this.latencyUsMin = received - sent
      recv[i] = received + shift
    }
  }

  #bars(rows: raw.RawRows, marks: Uint8Array): number {
    const open = raw.slot(rows, raw.OPEN)
    const high = raw.slot(rows, raw.HIGH)
    const low = raw.slot(rows, raw.LOW)
    const close = raw.slot(rows, raw.CLOSE)
    const volume = raw.slot(rows, raw.VOLUME)
    let bad = 0
    for (let i = 0; i < rows.length; i++) {
      const o = open[i] ?? 0
      const h = high[i] ?? 0
      const l = low[i] ?? 0
      const c = close[i] ?? 0
      const v = volume[i] ?? 0
      if (o > 0 && l > 0 && c > 0 && h >= o && h >= c && l <= o && l <= c && !(v < 0)) continue
      bad++
      marks[i] = 1
      if (!(o > 0)) this.#price(rows, i, 'open', o)
      else if (!(h > 0)) this.#price(rows, i, 'high', h)
      else if (!(l > 0)) this.#price(rows, i, 'low', l)
      else if (!(c > 0)) this.#price(rows, i, 'close', c)
      else if (v < 0) this.#found('NEGATIVE_VOLUME', rows, i, 'a volume of 0 or more', { column: 'volume', value: v })
      else {
        const said = `low <= open, close <= high; open ${o}, high ${h}, low ${l}, close ${c}`
        this.#found('RANGE', rows, i, said, {
          column: h < l ? 'high' : o > h || o < l ? 'open' : 'close',
          value: h < l ? h : o > h || o < l ? o : c,
        })
      }
    }
    return bad
  }

  #quotes(rows: raw.RawRows, marks: Uint8Array): number {
    const bid = raw.slot(rows, raw.BID)
    const ask = raw.slot(rows, raw.ASK)
    const bidQty = raw.slot(rows, raw.BID_QTY)
    const askQty = raw.slot(rows, raw.ASK_QTY)
    let bad = 0
    for (let i = 0; i < rows.length; i++) {
      const b = bid[i] ?? 0
      const a = ask[i] ?? 0
      if (b > 0 && a > 0 && !((bidQty[i] ?? 0) < 0) && !((askQty[i] ?? 0) < 0)) {
        if (b === a) this.locked++
        else if (b > a) {
          this.crossed++
          this.#found('CROSSED', rows, i, `a bid below the ask ${a}`, { column: 'bid', value: b })
        }
        continue
      }
      bad++
      marks[i] = 1
      if (!(b > 0)) this.#price(rows, i, 'bid', b)
      else if (!(a > 0)) this.#price(rows, i, 'ask', a)
      else {
        const [column, value] =
          (bidQty[i] ?? 0) < 0 ? (['bidQty', bidQty[i] ?? 0] as const) : (['askQty', askQty[i] ?? 0] as const)
        this.#found('NEGATIVE_VOLUME', rows, i, 'a size of 0 or more', { column, value })
      }
    }
    return bad
  }

  /** Trades and book levels. */
  #sized(rows: raw.RawRows, marks: Uint8Array): number {
    const price = raw.slot(rows, raw.PRICE)
    const qty = raw.slot(rows, raw.QTY)
    let bad = 0
    for (let i = 0; i < rows.length; i++) {
      const p = price[i] ?? 0
      const q = qty[i] ?? 0
      if (p > 0 && q >= 0) continue
      bad++
      marks[i] = 1
      if (!(p > 0)) this.#price(rows, i, 'price', p)
      else this.#found('NEGATIVE_VOLUME', rows, i, 'a quantity of 0 or more', { column: 'qty', value: q })
    }
    return bad
  }

  #order(rows: raw.RawRows, marks: Uint8Array): number {
    const keys = raw.slot(rows, raw.RECV)
    const ids = this.#ids === undefined ? undefined : raw.slot(rows, raw.ID)
    const bars = this.#kind === 'bars'
    let before = this.#before
    let bad = 0
    for (let i = 0; i < rows.length; i++) {
      if (marks[i] === 1) continue
      const key = keys[i] ?? 0
      if (key > before || (key === before && !bars)) {
        const id = ids?.[i]
        if (id !== undefined && this.#ids?.repeats(id)) {
          bad++
          marks[i] = 1
          this.#found('DUPLICATE', rows, i, 'a trade id that is new', {
            column: 'id',
            ...(id >= 0 ? { value: id } : {}),
          })
          continue
        }
        before = key
        this.steps?.add(key)
        continue
      }
      bad++
      marks[i] = 1
      if (key === before)
        this.#found('DUPLICATE', rows, i, `a bar later than ${timeText(before)}, which the row before has`, {})
      else {
        // With repairs, the sorting window has counted the row already; it is only too old to be put in its place.
        const said = `a time at or after ${timeText(before)} of the row before, was ${timeText(key)}`
        this.#found('UNSORTED', rows, i, said, {}, this.#faults.repair ? 0 : 1)
      }
    }
    if (rows.length > 0 && before > Number.NEGATIVE_INFINITY) {
      if (this.firstTs === Number.POSITIVE_INFINITY) {
        let first = 0
        while (marks[first] === 1) first++
        this.firstTs = keys[first] ?? before
      }
      this.lastTs = before
    }
    this.#before = before
    return bad
  }

  #price(rows: raw.RawRows, at: number, column: string, value: number): void {
    this.#found('NON_POSITIVE_PRICE', rows, at, 'a price above 0', { column, value })
  }

  #found(
    code: FaultCode,
    rows: raw.RawRows,
    at: number,
    said: string,
    { column, value }: { column?: string; value?: number },
    count = 1,
  ): void {
    const line = raw.slot(rows, raw.LINE)[at] ?? 0
    const place = {
      line,
      ...(column === undefined ? {} : { column }),
      ...(value === undefined ? {} : { value: String(value) }),
    }
    this.#faults.found(code, said, place, count)
  }
}

/** A time for people; times beyond the calendar stay numbers. */
function timeText(us: number): string {
  return Number.isSafeInteger(us) && Math.abs(us) < 8.64e15 ? formatTime(us as TimeUs) : String(us)
}

/** Tells whether an id was among the last 65 536. Rising ids, nearly all there are, cost one comparison. */
class SeenIds {
  readonly #ring = new Float64Array(IDS).fill(Number.NaN)
  #at = 0
  #highest = Number.NEGATIVE_INFINITY
  /** The ids of the ring; only built when ids first come out of order. */
  #set: Set<number> | undefined

  repeats(id: number): boolean {
    if (!(id === id)) return false
    if (id > this.#highest) this.#highest = id
    else {
      this.#set ??= new Set(this.#ring)
      if (this.#set.has(id)) return true
    }
    if (this.#set) {
      this.#set.delete(this.#ring[this.#at] ?? Number.NaN)
      this.#set.add(id)
    }
    this.#ring[this.#at] = id
    this.#at = (this.#at + 1) % IDS
    return false
  }
}
