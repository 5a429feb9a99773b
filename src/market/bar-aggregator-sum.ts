const SPLITTER = 2 ** 27 + 1

/**
 * A sum of products of whole numbers that stays exact far beyond 2^53: price × size in ticks × lots passes that line
 * within minutes on a venue whose lots are 1e-8 of a coin.
 *
 * Below 2^53 it is one double. Beyond, it is two, whose sum is the value: the product and the sum are split into what a
 * double holds and what rounding lost (Dekker 1971, "A floating-point technique for extending the available precision";
 * Knuth, TAOCP 2, 4.2.2, theorem B). Exact while the total is below 2^100.
 */
export class ProductSum {
  private high = 0.5
  private low = 0.5

  constructor() {
    this.reset()
  }

  reset(): void {
    this.high = 0
    this.low = 0
  }

  /** Adds `a × b`, both whole and below 2^53 in size. */
  add(a: number, b: number): void {
    const product = a * b
    const sum = this.high + product
    if (this.low === 0 && Math.abs(product) <= Number.MAX_SAFE_INTEGER && Math.abs(sum) <= Number.MAX_SAFE_INTEGER) {
      this.high = sum
      return
    }
    const aLeft = leftHalf(a)
    const bLeft = leftHalf(b)
    const aRight = a - aLeft
    const bRight = b - bLeft
    const productLost = aRight * bRight - (product - aLeft * bLeft - aRight * bLeft - aLeft * bRight)
    const back = sum - this.high
    const sumLost = this.high - (sum - back) + (product - back)
    const low = this.low + productLost + sumLost
    this.high = sum + low
    this.low = low - (this.high - sum)
  }

  /** The nearest double. */
  get value(): number {
    return this.high
  }

  /** The sum itself. */
  exact(): bigint {
    return BigInt(this.high) + BigInt(this.low)
  }
}

/** The upper 26 bits of a double's fraction. */
function leftHalf(a: number): number {
  const scaled = SPLITTER * a
  return scaled - (scaled - a)
}
