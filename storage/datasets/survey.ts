import { fractionDigits, meantDigits, parseNumber } from './csv-number.ts'

const ZERO = 48
/** Characters that a decimal of fifteen digits has at most: with a sign, a point and a zero before it. */
const PLAIN = 17

/** What one reading of a whole file finds out about it, row by row. */
export class Survey {
  /** Rows of the file, the faulty ones included. */
  rows = 0
  /** Most fraction digits as written. */
  written = { price: 0, qty: 0 }
  /** Most fraction digits that are not trailing zeros. */
  used = { price: 0, qty: 0 }
  symbol: string | undefined
  /** Whether trade ids are text, so that a hash stands for them. */
  textIds = false
  /** Whether the last line has all its fields but no line break: it cannot be told from one whose last digits are cut. */
  unended = false

  /** Counts the digits of a number in bytes `[start, end)`. */
  count(what: 'price' | 'qty', bytes: Uint8Array, start: number, end: number): void {
    const digits = fractionDigits(bytes, start, end)
    if (end - start > PLAIN && digits > this.used[what]) {
      this.#countLong(what, bytes, start, end)
      return
    }
    if (digits > this.written[what]) this.written[what] = digits
    if (digits <= this.used[what]) return
    let zeros = 0
    while (zeros < digits && bytes[end - 1 - zeros] === ZERO) zeros++
    if (digits - zeros > this.used[what]) this.used[what] = digits - zeros
  }

  /** Counts the digits of a number that may be a printed double, noise and all. */
  #countLong(what: 'price' | 'qty', bytes: Uint8Array, start: number, end: number): void {
    const value = parseNumber(bytes, start, end)
    if (Number.isNaN(value)) return
    this.used[what] = meantDigits(value, this.used[what])
    if (this.used[what] > this.written[what]) this.written[what] = this.used[what]
  }

  /** Counts the digits of doubles, which have no trailing zeros. */
  countDoubles(what: 'price' | 'qty', values: Float64Array, length: number): void {
    let digits = this.used[what]
    for (let i = 0; i < length; i++) digits = meantDigits(values[i] ?? 0, digits)
    this.used[what] = digits
    if (digits > this.written[what]) this.written[what] = digits
  }
}
