/** What a message's number says of it: the next one, one that leaves others out, or one that was heard or superseded before. */
export type SequenceVerdict = 'next' | 'gap' | 'late' | 'dirty'

/**
 * The numbers of one stream: each is the one before it plus one. After a gap the stream is dirty, and nothing of it is taken
 * before a snapshot has laid it anew (UGF-0-021).
 */
export class SequenceWatch {
  #last: number | undefined
  #isDirty = false
  /** Messages that were missing in all. */
  missed = 0
  gaps = 0
  /** Heard twice, or after what came after them. */
  late = 0

  get isDirty(): boolean {
    return this.#isDirty
  }

  /** The number that comes next; undefined before the first. */
  get expected(): number | undefined {
    return this.#last === undefined ? undefined : this.#last + 1
  }

  /** Something is wrong that the numbers do not show: nothing is taken before the next snapshot. */
  spoil(): void {
    if (this.#isDirty) return
    this.#isDirty = true
    this.gaps++
  }

  /** @param isSnapshot lays the stream anew, whatever came before */
  take(number: number, isSnapshot: boolean): SequenceVerdict {
    const last = this.#last
    if (isSnapshot) {
      this.#last = number
      this.#isDirty = false
      return 'next'
    }
    if (last !== undefined && number <= last) {
      this.late++
      return 'late'
    }
    this.#last = number
    if (this.#isDirty) return 'dirty'
    if (last === undefined || number === last + 1) return 'next'
    this.#isDirty = true
    this.gaps++
    this.missed += number - last - 1
    return 'gap'
  }
}
