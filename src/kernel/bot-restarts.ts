/** How often a bot that its strategy stopped is started again by itself (UGF-B-003). Never where money is at stake. */
export interface RestartSettings {
  /** Restarts within the window; the next failure after them quarantines the bot. */
  readonly max: number
  readonly windowUs: number
  /** Wait before the first restart; it doubles with each. */
  readonly backoffUs: number
}

/** Restarts of one bot: how many there were lately, and when the next is due. */
export class BotRestarts {
  readonly #settings: RestartSettings
  #at: readonly number[] = []
  #dueTs: number | undefined

  constructor(settings: RestartSettings) {
    this.#settings = settings
  }

  /** The strategy failed. @returns when it is started again, µs; undefined when it has failed too often */
  failed(now: number): number | undefined {
    const { max, windowUs, backoffUs } = this.#settings
    this.#at = this.#at.filter((ts) => now - ts < windowUs)
    if (this.#at.length >= max) return undefined
    this.#dueTs = now + backoffUs * 2 ** this.#at.length
    return this.#dueTs
  }

  /** Whether its time has come. */
  isDue(now: number): boolean {
    return this.#dueTs !== undefined && now >= this.#dueTs
  }

  /** It is started again. @returns the how manieth it is within the window */
  begin(now: number): number {
    this.#dueTs = undefined
    this.#at = [...this.#at, now]
    return this.#at.length
  }

  /** Somebody else has decided what becomes of the bot. */
  forget(): void {
    this.#dueTs = undefined
  }
}
