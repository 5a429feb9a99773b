import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { RollingSum } from './rolling-sum.ts'
import { SavedState, savedParts } from './saved-state.ts'
import { WilderMean } from './wilder-mean.ts'

/** `100 − 100 / (1 + gain / loss)`, written so that it needs no infinity; 100 when nothing was lost, even in a flat market. */
function relativeStrength(gain: number, loss: number): number {
  return loss === 0 ? 100 : (100 * gain) / (gain + loss)
}

/**
 * Relative strength index, 0 to 100, over Wilder's means of the gains and losses of the close.
 * Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978). Ready after `period` changes.
 */
export class WilderRsi implements Indicator {
  readonly warmUp: number
  readonly #gains: WilderMean
  readonly #losses: WilderMean
  #close = 0
  #hasClose = false

  constructor(period: number) {
    this.#gains = new WilderMean(period)
    this.#losses = new WilderMean(period)
    this.warmUp = period + 1
  }

  get value(): number {
    return this.isReady ? relativeStrength(this.#gains.value, this.#losses.value) : Number.NaN
  }

  get isReady(): boolean {
    return this.#gains.isReady
  }

  update(close: number): void {
    if (!isObservation(close)) return
    if (this.#hasClose) {
      const change = close - this.#close
      this.#gains.update(change > 0 ? change : 0)
      this.#losses.update(change < 0 ? -change : 0)
    }
    this.#close = close
    this.#hasClose = true
  }

  reset(): void {
    this.#gains.reset()
    this.#losses.reset()
    this.#close = 0
    this.#hasClose = false
  }

  save(): number[] {
    return [this.#close, Number(this.#hasClose), ...savedParts(this.#gains, this.#losses)]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('RSI', state)
    this.#close = saved.number()
    this.#hasClose = saved.count(1) === 1
    saved.parts(this.#gains, this.#losses)
    saved.end()
  }
}

/** Cutler's variant of the relative strength index: plain moving means, so it forgets and has no starting point. */
export class CutlerRsi implements Indicator {
  readonly warmUp: number
  readonly #gains: RollingSum
  readonly #losses: RollingSum
  #close = 0
  #hasClose = false

  constructor(period: number) {
    this.#gains = new RollingSum(period)
    this.#losses = new RollingSum(period)
    this.warmUp = period + 1
  }

  get value(): number {
    return this.isReady ? relativeStrength(this.#gains.value, this.#losses.value) : Number.NaN
  }

  get isReady(): boolean {
    return this.#gains.isReady
  }

  update(close: number): void {
    if (!isObservation(close)) return
    if (this.#hasClose) {
      const change = close - this.#close
      this.#gains.update(change > 0 ? change : 0)
      this.#losses.update(change < 0 ? -change : 0)
    }
    this.#close = close
    this.#hasClose = true
  }

  reset(): void {
    this.#gains.reset()
    this.#losses.reset()
    this.#close = 0
    this.#hasClose = false
  }

  save(): number[] {
    return [this.#close, Number(this.#hasClose), ...savedParts(this.#gains, this.#losses)]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState("Cutler's RSI", state)
    this.#close = saved.number()
    this.#hasClose = saved.count(1) === 1
    saved.parts(this.#gains, this.#losses)
    saved.end()
  }
}
