/** A line as a screen shows it. */
export interface RecentLine {
  readonly ts: number
  readonly level: string
  readonly text: string
}

const KEPT = 200

/** The last lines, for those who have no file at hand. */
export class LogRing {
  readonly #lines: RecentLine[] = []
  #next = 0

  push(line: RecentLine): void {
    this.#lines[this.#next] = line
    this.#next = (this.#next + 1) % KEPT
  }

  /** Oldest first. */
  lines(): readonly RecentLine[] {
    return [...this.#lines.slice(this.#next), ...this.#lines.slice(0, this.#next)]
  }
}
