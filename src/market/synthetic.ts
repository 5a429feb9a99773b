import { assert } from '../domain/brand.ts'
import type { Instrument } from '../domain/instrument.ts'
import { Random } from '../domain/random.ts'
import { type TimeUs, US_PER_DAY } from '../domain/time.ts'
import { type BarColumns, barColumns } from './columns.ts'

/** Rows of a chunk. */
export const CHUNK_ROWS = 65_536

export interface SyntheticBarsOptions {
  /** A safe integer; equal options give equal bars on every machine. */
  readonly seed: number
  readonly instrument: Instrument
  /** Open time of the first bar. */
  readonly startTs: TimeUs
  /** Length of a bar in whole microseconds. */
  readonly stepUs: number
  /** Bars to make. */
  readonly count: number
  /** First price in the quote currency; 30 000 ticks unless told. */
  readonly startPrice?: number
  /** Long-run standard deviation of one bar's return, 0.0008 unless told; at most 0.03. */
  readonly volatility?: number
  /** Mean return of a bar, 0 unless told. */
  readonly drift?: number
  /** Mean volume of a bar in lots, 1000 unless told. */
  readonly meanVolume?: number
  /** Chance that an outage starts at a bar, 0 unless told. It swallows 1 to 64 bars. */
  readonly gapChance?: number
  /** Fills the same arrays again for every chunk: faster, and only for a reader that keeps nothing. */
  readonly reuse?: boolean
}

/*
 * GARCH(1,1) (T. Bollerslev, 1986): the variance of the next return is a mean of the long-run variance, the present
 * variance and the square of the last return. Nearly all of it persists, so a storm fades over some 70 bars.
 */
const SHOCK = 0.05
const MEMORY = 0.93
/** One return in 128 is this many times its size: the tails of real markets are fatter than GARCH alone makes them. */
const JUMP = 4
const JUMP_MASK = 127
/** What jumps make of the mean square of a return, taken out again so that `volatility` is what comes out. */
const JUMP_VARIANCE = 1 + (JUMP * JUMP - 1) / (JUMP_MASK + 1)
/** Pull of the price toward its drifting anchor, per bar: without it a long run ends at one tick or at infinity. */
const PULL = 2e-6
/** So that no return reaches −1: four times the root of this, times the largest draw (2 √3), is 0.7. */
const VARIANCE_MAX = 0.0025
const OUTAGE_BARS = 64
/** Where the price stops rising: high enough for anything real, low enough for exact products with quantities. */
const TICKS_MAX = 1e12
/** Random words a bar takes, and one more where there may be outages. */
const WORDS = 3
/** Bars whose words are drawn at once; small enough to stay in the nearest cache. */
const BLOCK = 512

/**
 * Bars of an invented market, in chunks of 65 536 rows: volatility comes in clusters, tails are fat, volume follows
 * the time of day and the size of the move, and every price is a whole positive number of ticks. Uses no function
 * whose last digit depends on the engine (`Math.sqrt` is exact by IEEE 754), so a seed means the same bars everywhere.
 */
export function* syntheticBars(options: SyntheticBarsOptions): Generator<BarColumns, void, undefined> {
  const { seed, instrument, startTs, stepUs, count, reuse = false } = options
  const { volatility = 0.0008, drift = 0, meanVolume = 1000, gapChance = 0 } = options
  const start = options.startPrice === undefined ? 30_000 : Math.round(options.startPrice / instrument.tick)
  assert(Number.isSafeInteger(stepUs) && stepUs > 0, `a step is whole microseconds above 0, was ${stepUs}`)
  assert(Number.isSafeInteger(count) && count >= 0, `a count is a safe integer of at least 0, was ${count}`)
  assert(start >= 1 && start <= TICKS_MAX, `a start price is 1 to 1e12 ticks, was ${start}`)
  assert(volatility > 0 && volatility <= 0.03, `volatility is above 0 and at most 0.03 a bar, was ${volatility}`)
  assert(Math.abs(drift) <= 0.01, `drift is at most 0.01 a bar either way, was ${drift}`)
  assert(meanVolume >= 0 && meanVolume <= 1e12, `mean volume is 0 to 1e12 lots, was ${meanVolume}`)
  assert(gapChance >= 0 && gapChance <= 1, `a chance is 0 to 1, was ${gapChance}`)
  const lastTs = startTs + stepUs * count * (gapChance > 0 ? 1 + OUTAGE_BARS : 1)
  assert(Number.isSafeInteger(lastTs), `the last bar ends at a safe integer of microseconds, may be ${lastTs}`)
  const words = new Uint32Array(BLOCK * (gapChance > 0 ? WORDS + 1 : WORDS))
  const longRun = (volatility * volatility) / JUMP_VARIANCE
  const market: Market = {
    random: Random.seeded(seed),
    words,
    signed: new Int32Array(words.buffer),
    stepUs,
    floor: (1 - MEMORY - SHOCK * JUMP_VARIANCE) * longRun,
    drift,
    meanVolume,
    outageBelow: gapChance * 4_294_967_296,
    ts: startTs,
    price: start,
    anchor: start,
    close: start,
    variance: longRun,
  }
  const shared = reuse ? barColumns(Math.min(count, CHUNK_ROWS)) : undefined
  for (let made = 0; made < count; ) {
    const rows = Math.min(CHUNK_ROWS, count - made)
    const chunk = shared ?? barColumns(rows)
    for (let at = 0; at < rows; at += BLOCK) {
      market.random.draw(market.words)
      fill(market, chunk, at, Math.min(at + BLOCK, rows))
    }
    chunk.length = rows
    made += rows
    yield chunk
  }
}

interface Market {
  readonly random: Random
  readonly words: Uint32Array
  readonly signed: Int32Array
  readonly stepUs: number
  readonly floor: number
  readonly drift: number
  readonly meanVolume: number
  readonly outageBelow: number
  ts: number
  /** The very price behind the bars; ticks are its rounding, so that a small drift is not rounded away. */
  price: number
  anchor: number
  close: number
  variance: number
}

function fill(market: Market, chunk: BarColumns, from: number, to: number): void {
  const { signed: words, stepUs, floor, drift, meanVolume, outageBelow } = market
  const { openTs, closeTs, open, high, low, close, volume } = chunk
  const stride = outageBelow > 0 ? WORDS + 1 : WORDS
  let { ts, price, anchor, close: last, variance } = market
  let day = ts - Math.floor(ts / US_PER_DAY) * US_PER_DAY
  for (let i = from, word = 0; i < to; i++, word += stride) {
    const x0 = words[word] ?? 0
    const x1 = words[word + 1] ?? 0
    const x2 = words[word + 2] ?? 0
    if (stride > WORDS && (words[word + WORDS] ?? 0) >>> 0 < outageBelow) {
      ts += stepUs * (1 + (x2 & (OUTAGE_BARS - 1)))
      day = ts - Math.floor(ts / US_PER_DAY) * US_PER_DAY
    }
    // Four 16-bit uniforms, scaled to variance 1: near normal, and the jumps make up for the short tails. Whether this
    // is a jump rests on the lowest bits of one of them, which hardly move the sum.
    const z = ((x0 & 0xffff) + (x0 >>> 16) + (x1 & 0xffff) + (x1 >>> 16) - 131_070) * 2.642_917_3e-5 // √3 ÷ 65 536
    const deviation = Math.sqrt(variance)
    const size = (x0 & JUMP_MASK) === 0 ? JUMP * deviation : deviation
    const shock = z * size
    price += price * (shock + drift) + PULL * (anchor - price)
    if (price < 1) price = 1
    else if (price > TICKS_MAX) price = TICKS_MAX
    anchor += anchor * drift
    if (anchor < 1) anchor = 1
    else if (anchor > TICKS_MAX) anchor = TICKS_MAX
    variance = floor + MEMORY * variance + SHOCK * shock * shock
    if (variance > VARIANCE_MAX) variance = VARIANCE_MAX
    const opened = last
    last = Math.floor(price + 0.5)
    // The reach beyond the body: squared uniforms, half a deviation in the mean.
    const up = x2 & 0x7ff
    const down = (x2 >>> 11) & 0x7ff
    const reach = size * price * 3.6e-7 // 1.5 ÷ 2048²
    const bottom = (opened < last ? opened : last) - Math.floor(down * down * reach + 0.5)
    // Busy at both ends of the UTC day, quiet in its middle, and with the size of the move; mean 1.
    const hour = day * (2 / US_PER_DAY) - 1
    const busy = (0.7 + 0.9 * hour * hour) * (0.4 + 0.75 * (z < 0 ? -z : z))
    openTs[i] = ts
    ts += stepUs
    closeTs[i] = ts
    open[i] = opened
    high[i] = (opened > last ? opened : last) + Math.floor(up * up * reach + 0.5)
    low[i] = bottom < 1 ? 1 : bottom
    close[i] = last
    volume[i] = Math.floor(meanVolume * busy * (x2 >>> 22) * (2 / 1023) + 0.5)
    day += stepUs
    if (day >= US_PER_DAY) day -= Math.floor(day / US_PER_DAY) * US_PER_DAY
  }
  market.ts = ts
  market.price = price
  market.anchor = anchor
  market.close = last
  market.variance = variance
}
