import { Random, type RandomState } from '../../domain/random.ts'
import { US_PER_DAY, US_PER_SECOND } from '../../domain/time.ts'
import type { Basis } from './market-profile.ts'

/** Time between two steps of the latent prices. */
export const LATENT_STEP_US = 500_000

const STEPS_PER_DAY = US_PER_DAY / LATENT_STEP_US
/** Volatility, the yen and the bases move every so many steps: they are slow. */
const SLOW_EVERY = 8
const SLOW_STEP_S = (SLOW_EVERY * LATENT_STEP_US) / US_PER_SECOND

const ANCHOR = { btc: 96_000, eth: 3_400, usdJpy: 151 } as const
/** Standard deviation of a usual day's return, as a fraction. */
const DAILY = { btc: 0.024, eth: 0.031, usdJpy: 0.005 } as const
/** Of the returns of the two coins. */
const CORRELATION = 0.8
/** Half of the distance to the anchor is gone after so many days: months of it stay believable. */
const ANCHOR_DAYS = 10
const JUMPS_PER_DAY = 4
const JUMP_MIN = 0.0015
const JUMP_MAX = 0.012

/**
 * Part of a gap that closes in one step when half of it closes in `steps`, to first order.
 * Accurate because every half-life here is many steps long.
 */
const pull = (steps: number) => Math.LN2 / steps

const TO_ANCHOR = pull(ANCHOR_DAYS * STEPS_PER_DAY)
const TO_ANCHOR_SLOW = TO_ANCHOR * SLOW_EVERY
const BTC_STEP = DAILY.btc / Math.sqrt(STEPS_PER_DAY)
const ETH_STEP = DAILY.eth / Math.sqrt(STEPS_PER_DAY)
const OWN_SHARE = Math.sqrt(1 - CORRELATION * CORRELATION)
const JPY_STEP = DAILY.usdJpy / Math.sqrt(STEPS_PER_DAY / SLOW_EVERY)
const JUMP_BELOW = Math.round((JUMPS_PER_DAY / STEPS_PER_DAY) * 2 ** 32)

/**
 * Two variances of mean 1, one of minutes and one of hours, whose product is the market's: dv = κ(1 − v)dt + ξv dW, the
 * continuous limit of GARCH(1,1). Source: D. B. Nelson, "ARCH models as diffusion approximations", Journal of
 * Econometrics 45 (1990). `spread` is ξ²/2κ: the variance of v in the long run is spread ÷ (1 − spread).
 */
const FAST = varianceTerms({ halfLifeS: 600, spread: 0.62 })
const SLOW = varianceTerms({ halfLifeS: 21_600, spread: 0.3 })

function varianceTerms({ halfLifeS, spread }: { halfLifeS: number; spread: number }) {
  const back = pull(halfLifeS / SLOW_STEP_S)
  return { back, shake: Math.sqrt(2 * back * spread) }
}

/** A {@link Basis} in one step of {@link SLOW_STEP_S}. */
interface BasisTerms {
  readonly mean: number
  readonly back: number
  readonly shake: number
}

export interface LatentState {
  readonly random: RandomState
  readonly steps: number
  readonly btc: number
  readonly eth: number
  readonly usdJpy: number
  readonly fast: number
  readonly slow: number
  readonly bases: readonly number[]
}

/**
 * What the coins are worth and how restless everybody is, on a fixed grid of time; every instrument's market trades around
 * it, so their prices agree. Returns are normal with a variance that clusters, plus rare jumps that stir it up; only
 * + − × ÷ and √ are used, so every machine walks the same path.
 */
export class LatentPrices {
  /** USDT a coin, and yen a USDT. */
  btc: number
  eth: number
  usdJpy: number
  /** Relative to usual: 1 is a usual moment, 3 a wild one. */
  volatility: number
  /** Premium of each instrument over its coin, as a fraction. */
  readonly bases: Float64Array
  readonly #random: Random
  readonly #words = new Uint32Array(13)
  readonly #slowWords: Uint32Array
  readonly #terms: readonly BasisTerms[]
  #steps: number
  #fast: number
  #slow: number

  private constructor(terms: readonly Basis[], random: Random, state: Omit<LatentState, 'random'>) {
    this.#random = random
    this.#terms = terms.map(({ mean, deviation, halfLifeS }) => {
      const back = pull(halfLifeS / SLOW_STEP_S)
      return { mean, back, shake: deviation * Math.sqrt(2 * back) }
    })
    this.#slowWords = new Uint32Array(18 + 6 * terms.length)
    this.#steps = state.steps
    this.btc = state.btc
    this.eth = state.eth
    this.usdJpy = state.usdJpy
    this.#fast = state.fast
    this.#slow = state.slow
    this.volatility = Math.sqrt(state.fast * state.slow)
    this.bases = Float64Array.from(state.bases)
  }

  static seeded(terms: readonly Basis[], seed: number): LatentPrices {
    const bases = terms.map(({ mean }) => mean)
    return new LatentPrices(terms, Random.seeded(seed), { ...ANCHOR, steps: 0, fast: 1, slow: 1, bases })
  }

  static restore(terms: readonly Basis[], { random, ...state }: LatentState): LatentPrices {
    return new LatentPrices(terms, Random.restore(random), state)
  }

  save(): LatentState {
    return {
      random: this.#random.save(),
      steps: this.#steps,
      btc: this.btc,
      eth: this.eth,
      usdJpy: this.usdJpy,
      fast: this.#fast,
      slow: this.#slow,
      bases: [...this.bases],
    }
  }

  /** Goes on by {@link LATENT_STEP_US}. */
  step(): void {
    const { volatility } = this
    const words = this.#words
    this.#random.draw(words)
    const shared = normalAt(words, 0)
    const own = normalAt(words, 6)
    const jump = (words[12] as number) < JUMP_BELOW ? this.#jump() : 0
    this.btc *= 1 + BTC_STEP * volatility * shared + TO_ANCHOR * (ANCHOR.btc / this.btc - 1) + jump
    const moved = CORRELATION * shared + OWN_SHARE * own
    this.eth *= 1 + ETH_STEP * volatility * moved + TO_ANCHOR * (ANCHOR.eth / this.eth - 1) + 1.2 * jump
    if (++this.#steps % SLOW_EVERY === 0) this.#drift()
  }

  /** A jump of both coins, heavy-tailed, that leaves the market nervous. */
  #jump(): number {
    const random = this.#random
    this.#fast = Math.min(10, this.#fast + 2.5)
    this.volatility = Math.sqrt(this.#fast * this.#slow)
    const size = Math.min(JUMP_MAX, JUMP_MIN / Math.sqrt(1 - random.float()))
    return (random.uint32() & 1) === 0 ? size : -size
  }

  #drift(): void {
    const words = this.#slowWords
    this.#random.draw(words)
    this.#fast = variance(this.#fast, FAST, normalAt(words, 0))
    this.#slow = variance(this.#slow, SLOW, normalAt(words, 6))
    this.volatility = Math.sqrt(this.#fast * this.#slow)
    this.usdJpy *= 1 + JPY_STEP * normalAt(words, 12) + TO_ANCHOR_SLOW * (ANCHOR.usdJpy / this.usdJpy - 1)
    for (let at = 0; at < this.bases.length; at++) {
      const { mean, back, shake } = this.#terms[at] as BasisTerms
      const basis = this.bases[at] as number
      this.bases[at] = basis + back * (mean - basis) + shake * normalAt(words, 18 + 6 * at)
    }
  }
}

/** As {@link Random.normal}, of six words that were drawn together: twice as fast. */
function normalAt(words: Uint32Array, from: number): number {
  let sum = 0
  for (let at = from; at < from + 6; at++) {
    const drawn = words[at] as number
    sum += (drawn & 0xffff) + (drawn >>> 16)
  }
  return (sum - 393_210) / 65_536
}

/** Kept off zero, where nothing would ever move again, and off heights that no market has. */
function variance(now: number, { back, shake }: typeof FAST, drawn: number): number {
  return Math.min(10, Math.max(0.08, now + back * (1 - now) + shake * now * drawn))
}
