import { assert } from './brand.ts'

/** The whole memory of a {@link Random}: four 32-bit words, not all zero. Plain numbers, so JSON keeps it. */
export type RandomState = readonly [number, number, number, number]

const TWO_32 = 4_294_967_296
const MASK_64 = (1n << 64n) - 1n

/**
 * Spreads one seed over the four words, so that neighbouring seeds give unrelated streams and no seed gives the one
 * state (all zero) that the generator cannot leave. Source: S. Vigna, splitmix64, prng.di.unimi.it, read 2026-11-22.
 */
function spread(seed: number): RandomState {
  let x = BigInt.asUintN(64, BigInt(seed))
  const next = (): bigint => {
    x = (x + 0x9e3779b97f4a7c15n) & MASK_64
    let z = x
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK_64
    return z ^ (z >> 31n)
  }
  const low = next()
  const high = next()
  return [Number(low & 0xffffffffn), Number(low >> 32n), Number(high & 0xffffffffn), Number(high >> 32n)]
}

/**
 * Seeded pseudo-random numbers, the same on every machine: xoshiro128** 1.1 by D. Blackman and S. Vigna
 * (prng.di.unimi.it, read 2026-11-22), period 2^128 − 1, 32-bit integer arithmetic throughout. Not for secrets.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  private constructor(state: RandomState) {
    ;[this.#a, this.#b, this.#c, this.#d] = state
  }

  /** @param seed a safe integer; equal seeds give equal streams */
  static seeded(seed: number): Random {
    assert(Number.isSafeInteger(seed), `a seed is a safe integer, was ${seed}`)
    return new Random(spread(seed))
  }

  /** Continues where {@link save} left off. */
  static restore(state: RandomState): Random {
    const whole = state.length === 4 && state.every((word) => Number.isInteger(word) && word >= 0 && word < TWO_32)
    assert(whole && state.some((word) => word !== 0), `four 32-bit words, not all zero, was [${state.join(', ')}]`)
    return new Random(state)
  }

  save(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0]
  }

  /** A whole number in [0, 2^32). */
  uint32(): number {
    const b = this.#b
    const five = Math.imul(b, 5)
    const result = Math.imul((five << 7) | (five >>> 25), 9)
    const c = this.#c ^ this.#a
    const d = this.#d ^ b
    this.#b = b ^ c
    this.#a ^= d
    this.#c = c ^ (b << 9)
    this.#d = (d << 11) | (d >>> 21)
    return result >>> 0
  }

  /** Fills an array with what as many calls of {@link uint32} would give, at about twice the speed. */
  draw(words: Uint32Array): void {
    let a = this.#a
    let b = this.#b
    let c = this.#c
    let d = this.#d
    for (let i = 0; i < words.length; i++) {
      const five = Math.imul(b, 5)
      words[i] = Math.imul((five << 7) | (five >>> 25), 9)
      const nextC = c ^ a
      const nextD = d ^ b
      const shifted = b << 9
      b ^= nextC
      a ^= nextD
      c = nextC ^ shifted
      d = (nextD << 11) | (nextD >>> 21)
    }
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
  }

  /** A double in [0, 1), every multiple of 2^-53 equally likely. */
  float(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /**
   * A whole number in [0, n), without the bias of a plain remainder.
   *
   * @param n whole, from 1 to 2^32
   */
  int(n: number): number {
    assert(Number.isInteger(n) && n >= 1 && n <= TWO_32, `a bound is whole, from 1 to 2^32, was ${n}`)
    const fair = TWO_32 - (TWO_32 % n)
    for (;;) {
      const drawn = this.uint32()
      if (drawn < fair) return drawn % n
    }
  }

  /**
   * A number of mean 0 and variance 1, close to normal: the sum of twelve 16-bit uniforms (Irwin–Hall), so within ±6
   * and with excess kurtosis −0.1. Engines may differ in the last digit of `Math.log` and `Math.sin`, on which exact
   * methods rest; a sum of integers is the same everywhere, and who needs fat tails adds them on purpose.
   */
  normal(): number {
    let sum = 0
    for (let i = 0; i < 6; i++) {
      const drawn = this.uint32()
      sum += (drawn & 0xffff) + (drawn >>> 16)
    }
    // Twelve uniforms on 0…65535 have mean 393 210 and variance 65536² − 1.
    return (sum - 393_210) / 65_536
  }
}
