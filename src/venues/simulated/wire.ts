/** Things on their way. What left first arrives first, except what was sent to be overtaken. */
export class Wire<T> {
  #items: { readonly ts: number; readonly item: T }[] = []
  /** When the last arrives that nothing sent later may overtake. */
  #lastTs = Number.NEGATIVE_INFINITY

  /** When the first arrives; Infinity when nothing is on its way. */
  get nextTs(): number {
    return this.#items[0]?.ts ?? Number.POSITIVE_INFINITY
  }

  /** Sends one thing; it arrives at `ts`, or with the one before it when that is later. */
  send(item: T, ts: number): void {
    this.#lastTs = Math.max(ts, this.#lastTs)
    this.#insert(item, this.#lastTs)
  }

  /** Sends one thing that arrives at `ts` whatever is sent after it. */
  sendLate(item: T, ts: number): void {
    this.#insert(item, ts)
  }

  /** Takes what arrives first; undefined when nothing is on its way. */
  take(): T | undefined {
    return this.#items.shift()?.item
  }

  /** The connection broke: what was on its way is lost. */
  clear(): void {
    this.#items = []
    this.#lastTs = Number.NEGATIVE_INFINITY
  }

  #insert(item: T, ts: number): void {
    let at = this.#items.length
    while (at > 0 && (this.#items[at - 1]?.ts ?? ts) > ts) at--
    this.#items.splice(at, 0, { ts, item })
  }
}
