/**
 * How a venue numbers its book changes.
 * `spot`: a message begins one after the id the last one ended with.
 * `perpetual`: a message names the id that the last one ended with.
 */
export type DepthRules = 'spot' | 'perpetual'

/**
 * What to do with a message: `drop` it, because the snapshot already has it; apply it as the `first` or the `next`;
 * or apply it and know that something before it is missing (`gap`), so that the book may be wrong until a new snapshot.
 */
export type DepthVerdict = 'drop' | 'first' | 'next' | 'gap'

/** Ids of one message of book changes. `prev` is undefined where the venue sends none. */
export interface DepthIds {
  readonly first: number
  readonly final: number
  readonly prev: number | undefined
}

export interface DepthGap {
  /** The id that should have come: of the first change (spot), or of the message before (perpetual). */
  readonly expected: number
  /** The id that came instead; undefined where the message had none. */
  readonly found: number | undefined
  /** Final id of the message. */
  readonly final: number
}

/** Gaps listed in full; beyond them only the count goes on. */
const GAPS_LISTED = 100

/**
 * Joins a snapshot of a book to the stream of changes around it, by update ids.
 * Source: Binance API, "How to manage a local order book correctly", spot and USDⓈ-M futures, read 2026-11-22.
 */
export class DepthSync {
  readonly rules: DepthRules
  readonly snapshotId: number
  readonly gaps: DepthGap[] = []
  gapCount = 0
  dropped = 0
  applied = 0
  #final: number | undefined

  /** @param snapshotId the last update that the snapshot includes */
  constructor(rules: DepthRules, snapshotId: number) {
    this.rules = rules
    this.snapshotId = snapshotId
  }

  judge({ first, final, prev }: DepthIds): DepthVerdict {
    const before = this.#final
    if (before === undefined) {
      const included = this.rules === 'spot' ? final <= this.snapshotId : final < this.snapshotId
      if (included) {
        this.dropped++
        return 'drop'
      }
    }
    this.#final = final
    this.applied++
    if (before === undefined) {
      // The first message kept must reach back to the snapshot, or what lies between them is lost.
      const needed = this.rules === 'spot' ? this.snapshotId + 1 : this.snapshotId
      return first <= needed ? 'first' : this.#gap(needed, first, final)
    }
    if (this.rules === 'spot') return first === before + 1 ? 'next' : this.#gap(before + 1, first, final)
    return prev === before ? 'next' : this.#gap(before, prev, final)
  }

  #gap(expected: number, found: number | undefined, final: number): 'gap' {
    this.gapCount++
    if (this.gaps.length < GAPS_LISTED) this.gaps.push({ expected, found, final })
    return 'gap'
  }
}
