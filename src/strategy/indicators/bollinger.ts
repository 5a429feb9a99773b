import { checkedWidth } from './band-width.ts'
import type { Indicator } from './indicator.ts'
import { RollingDeviation, type Spread } from './rolling-deviation.ts'

/** Bollinger bands: the moving mean, and `width` standard deviations to either side. `value` is the middle. */
export class Bollinger implements Indicator {
  readonly #window: RollingDeviation
  readonly #width: number

  constructor(period: number, width: number, spread: Spread) {
    this.#window = new RollingDeviation(period, spread)
    this.#width = checkedWidth(width)
  }

  get value(): number {
    return this.#window.mean
  }

  get upper(): number {
    return this.#window.mean + this.#width * this.#window.value
  }

  get lower(): number {
    return this.#window.mean - this.#width * this.#window.value
  }

  get isReady(): boolean {
    return this.#window.isReady
  }

  get warmUp(): number {
    return this.#window.warmUp
  }

  update(x: number): void {
    this.#window.update(x)
  }

  reset(): void {
    this.#window.reset()
  }

  save(): number[] {
    return this.#window.save()
  }

  restore(state: readonly number[]): void {
    this.#window.restore(state)
  }
}
