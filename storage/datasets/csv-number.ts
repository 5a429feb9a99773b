/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

const POINT = -2
const MINUS = 45

/**
 * The double nearest to a decimal number in bytes `[start, end)`, as `Number` would give, but without making a string:
 * digits below 2^53 over a power of ten up to 10^22 are both exact, and one division rounds once (W. Clinger, "How to
 * read floating point numbers accurately", 1990, the fast path). Everything else goes the slow way.
 *
 * @returns NaN when the bytes are no finite decimal number: empty, text, `NaN`, a thousands mark
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  const negative = bytes[at] === MINUS
  if (negative) at++
  // Nine digits fit a 32-bit integer, whose arithmetic is several times faster than that of doubles.
  let high = 0
  let low = 0
  let seen = 0
  let point = -1
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - 48
    if (digit >= 0 && digit <= 9) {
      if (seen < 9) high = (high * 10 + digit) | 0
      else low = (low * 10 + digit) | 0
      seen++
    } else if (digit === POINT && point === -1) point = at
    else return slowNumber(bytes, start, end)
  }
  if (seen === 0 || seen > 18) return slowNumber(bytes, start, end)
  const digits = seen <= 9 ? high : high * (POWERS[seen - 9] as number) + low
  const fraction = point === -1 ? 0 : end - point - 1
  if (digits > 9_007_199_254_740_991) return slowNumber(bytes, start, end)
  const value = fraction === 0 ? digits : digits / (POWERS[fraction] as number)
  return negative ? -value : value
}

function slowNumber(bytes: Uint8Array, start: number, end: number): number {
  const text = asciiOf(bytes, start, end).trim()
  if (!DECIMAL.test(text)) return Number.NaN
  const value = Number(text)
  return Number.isFinite(value) ? value : Number.NaN
}

/** Bytes as text, one character each. */
export function asciiOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', start, end)
}

/** Digits after the point of a number in bytes, as written: trailing zeros count. */
export function fractionDigits(bytes: Uint8Array, start: number, end: number): number {
  for (let at = end - 1; at >= start; at--) {
    const byte = bytes[at] ?? 0
    if (byte === 46) return end - at - 1
    if (byte < 48 || byte > 57) return slowFractionDigits(asciiOf(bytes, start, end))
  }
  return 0
}

function slowFractionDigits(text: string): number {
  const [, fraction = '', exponent = '0'] = /^[^.eE]*(?:\.(\d*))?(?:[eE]([+-]?\d+))?/.exec(text.trim()) ?? []
  return Math.max(0, fraction.length - Number(exponent))
}

/**
 * Fraction digits of the shortest decimal that means this double, if more than `known`; `known` otherwise.
 * Fast where the answer is `known`, which it nearly always is.
 */
export function shortestDigits(value: number, known: number): number {
  let digits = known
  while (digits < 22) {
    const scaled = Math.round(value * (POWERS[digits] ?? 1))
    // Beyond 2^53 every double is whole, so rounding proves nothing.
    if (Math.abs(scaled) > Number.MAX_SAFE_INTEGER) return Math.max(known, slowFractionDigits(String(value)))
    if (scaled / (POWERS[digits] ?? 1) === value) return digits
    digits++
  }
  return Math.max(known, slowFractionDigits(String(value)))
}

/**
 * {@link shortestDigits} without the noise of binary arithmetic: 0.1 + 0.2 prints as 0.30000000000000004 and means 0.3.
 * A double tells fifteen digits of any decimal apart; what looks finer is taken as noise.
 */
export function meantDigits(value: number, known: number): number {
  const digits = shortestDigits(value, known)
  return digits === known ? known : shortestDigits(Number(value.toPrecision(15)), known)
}
