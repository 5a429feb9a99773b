const WINDOW_MS = 60_000
/** More are not kept: it is far beyond what stops a venue. */
const KEPT = 60

/** Counts how often a venue refused our key (UGF-0-002, AUTH_FAILURE). One answer that it gave ends the row. */
export class KeyRefusals {
  #inARow = 0
  #times: readonly number[] = []

  refused(nowMs: number): void {
    this.#inARow++
    this.#times = [...this.#times.slice(1 - KEPT), nowMs]
  }

  accepted(): void {
    this.#inARow = 0
  }

  counts(nowMs: number): { readonly inARow: number; readonly inMinute: number } {
    return { inARow: this.#inARow, inMinute: this.#times.filter((ms) => nowMs - ms <= WINDOW_MS).length }
  }
}
