/** Things on their way, in the order they were sent: what left first arrives first, however its own delay was drawn. */
export class DelayLine<T> {
  #items: T[] = []
  #times: number[] = []
  #head = 0

  /** When the first arrives; Infinity when nothing is on its way. */
  get nextTs(): number {
    return this.#head < this.#times.length ? (this.#times[this.#head] as number) : Number.POSITIVE_INFINITY
  }

  /** Sends one thing; it arrives at `ts`, or with the one before it when that is later. */
  send(item: T, ts: number): void {
    const last =
      this.#head < this.#times.length ? (this.#times[this.#times.length - 1] as number) : Number.NEGATIVE_INFINITY
    this.#items.push(item)
    this.#times.push(Math.max(ts, last))
  }

  /** Takes what has arrived first. Ask {@link nextTs} before. */
  take(): T {
    const item = this.#items[this.#head] as T
    this.#head++
    if (this.#head === this.#items.length) {
      this.#items = []
      this.#times = []
      this.#head = 0
    }
    return item
  }
}
