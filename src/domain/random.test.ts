import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from './random.ts'

/** The published generator word by word in big integers: slow, and obvious. */
function twin(seed: number): () => number {
  let x = BigInt.asUintN(64, BigInt(seed))
  const split = () => {
    x = BigInt.asUintN(64, x + 0x9e3779b97f4a7c15n)
    let z = x
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n)
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn)
    return z ^ (z >> 31n)
  }
  const u32 = (value: bigint) => BigInt.asUintN(32, value)
  const rotate = (value: bigint, by: bigint) => u32((value << by) | (u32(value) >> (32n - by)))
  const [low, high] = [split(), split()]
  const s = [u32(low), low >> 32n, u32(high), high >> 32n] as [bigint, bigint, bigint, bigint]
  return () => {
    const result = u32(rotate(u32(s[1] * 5n), 7n) * 9n)
    const t = u32(s[1] << 9n)
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotate(s[3], 11n)
    return Number(result)
  }
}

test('the stream is the published generator, for any seed', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (seed) => {
      const random = Random.seeded(seed)
      const expected = twin(seed)
      for (let i = 0; i < 50; i++) expect(random.uint32()).toBe(expected())
    }),
  )
})

test('splitmix64 of seed 0 gives its published first outputs', () => {
  // 0xe220a8397b1dcdaf and 0x6e789e6aa1b965f4, as low and high words.
  expect(Random.seeded(0).save()).toEqual([0x7b1dcdaf, 0xe220a839, 0xa1b965f4, 0x6e789e6a])
})

test('a restored generator continues the stream, also through JSON', () => {
  const random = Random.seeded(7)
  for (let i = 0; i < 10; i++) random.float()
  const copy = Random.restore(JSON.parse(JSON.stringify(random.save())))
  expect(Array.from({ length: 20 }, () => copy.normal())).toEqual(Array.from({ length: 20 }, () => random.normal()))
})

test('floats fill [0, 1) and their mean is a half', () => {
  const random = Random.seeded(1)
  let sum = 0
  for (let i = 0; i < 200_000; i++) {
    const value = random.float()
    expect(value >= 0 && value < 1).toBe(true)
    sum += value
  }
  expect(sum / 200_000).toBeCloseTo(0.5, 2)
})

test('normals have mean 0, variance 1, no skew, and stay within six', () => {
  const random = Random.seeded(2)
  const n = 300_000
  let [sum, squares, cubes, largest] = [0, 0, 0, 0]
  for (let i = 0; i < n; i++) {
    const value = random.normal()
    sum += value
    squares += value * value
    cubes += value * value * value
    largest = Math.max(largest, Math.abs(value))
  }
  expect(Math.abs(sum / n)).toBeLessThan(0.01)
  expect(squares / n).toBeCloseTo(1, 2)
  expect(Math.abs(cubes / n)).toBeLessThan(0.02)
  expect(largest).toBeLessThan(6)
  expect(largest).toBeGreaterThan(3.8)
})

test('whole numbers below a bound are all equally likely', () => {
  const random = Random.seeded(3)
  const counts = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < 60_000; i++) {
    const face = random.int(6)
    counts[face] = (counts[face] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  expect(random.int(1)).toBe(0)
  expect(() => random.int(0)).toThrow('from 1 to 2^32')
})

test('a bound just above half the range is not biased to small numbers', () => {
  const random = Random.seeded(4)
  const bound = 3_000_000_000
  let low = 0
  for (let i = 0; i < 30_000; i++) if (random.int(bound) < bound / 2) low++
  expect(Math.abs(low - 15_000)).toBeLessThan(400)
})

test('seeds and states that cannot be are refused', () => {
  expect(() => Random.seeded(0.5)).toThrow('safe integer')
  expect(() => Random.restore([0, 0, 0, 0])).toThrow('not all zero')
  expect(() => Random.restore([1, 2, 3, 2 ** 32])).toThrow('32-bit')
})

test('a filled array holds the same stream as single draws, and the generator goes on from there', () => {
  const [one, many] = [Random.seeded(5), Random.seeded(5)]
  const words = new Uint32Array(37)
  many.draw(words)
  expect([...words]).toEqual(Array.from({ length: 37 }, () => one.uint32()))
  expect(many.save()).toEqual(one.save())
})
