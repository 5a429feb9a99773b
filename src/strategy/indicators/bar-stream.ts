/** A bar for tests of indicators. */
export interface TestBar {
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/** A seeded generator of doubles in [0, 1): Lehmer's, modulus 2^31 − 1, multiplier 48271 (Park, Miller, 1993). */
function uniform(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/**
 * A walk as indicators meet it in life, made to break shortcuts: quiet stretches, wild ones, flat ones, and jumps to
 * other price levels, three orders of magnitude apart.
 *
 * @param kind `ticks`: prices and volumes are whole numbers; `doubles`: neither is
 */
export function barWalk(seed: number, length: number, kind: 'ticks' | 'doubles'): TestBar[] {
  const draw = uniform(seed)
  const round = kind === 'ticks' ? Math.round : (x: number) => x
  let close = round(1_000 + 9_000 * draw())
  let wildness = 0.01
  return Array.from({ length }, () => {
    if (draw() < 0.01) wildness = [0, 0.0001, 0.01, 0.1][Math.floor(draw() * 4)] ?? 0
    if (draw() < 0.001) close = round(100 * 10 ** (3 * draw()))
    const before = close
    close = Math.max(1, round(close * (1 + wildness * (draw() - 0.5))))
    const reach = wildness * draw()
    const high = Math.max(before, close, round(close * (1 + reach)))
    const low = Math.min(before, close, Math.max(1, round(close * (1 - reach))))
    return { high, low, close, volume: wildness === 0 && draw() < 0.5 ? 0 : round(1 + 1_000 * draw()) }
  })
}

/** The closes of `barWalk`. */
export function closeWalk(seed: number, length: number, kind: 'ticks' | 'doubles'): number[] {
  return barWalk(seed, length, kind).map((bar) => bar.close)
}

/** Equal to 1e-9 of their size, or 1e-9 near zero; NaN equals NaN. */
export function isClose(found: number, expected: number): boolean {
  if (Number.isNaN(expected) || Number.isNaN(found)) return Number.isNaN(expected) && Number.isNaN(found)
  return Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected))
}

/**
 * Runs an indicator beside its slow, obvious twin.
 *
 * @param indicate takes one observation, gives the value
 * @param twin computes the value from the last `period` observations
 * @returns the places where they are not equal, as text: expected to be empty
 */
export function twinDifferences<Observation>(
  stream: readonly Observation[],
  period: number,
  indicate: (observation: Observation) => number,
  twin: (window: readonly Observation[]) => number,
  isEqual: (found: number, expected: number) => boolean = isClose,
): string[] {
  return stream.flatMap((observation, at) => {
    const found = indicate(observation)
    const expected = at + 1 < period ? Number.NaN : twin(stream.slice(at + 1 - period, at + 1))
    return isEqual(found, expected) ? [] : [`at ${at}: expected ${expected}, found ${found}`]
  })
}
