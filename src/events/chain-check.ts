import { type RunId, runId } from '../domain/ids.ts'
import { chainHash, GENESIS } from './chain.ts'
import { JournalError, type JournalFault } from './journal-fault.ts'
import type { ChainHead } from './line.ts'
import { QuickScan } from './quick-scan.ts'
import { type ScannedLine, scanLine } from './scan.ts'

/** What is known of a journal from elsewhere (its run's manifest). A file alone cannot tell that its end is missing. */
export interface ExpectedJournal {
  readonly runId?: RunId | undefined
  readonly events?: number | undefined
  readonly hash?: string | undefined
}

/**
 * Checks a journal line by line: canonical form, numbers without gaps, one run, and the hash chain. Keeps nothing but the
 * head, so a journal of any length is checked in the same memory.
 */
export class ChainCheck {
  #seq = 0
  #hash = GENESIS
  #runId: RunId | undefined
  #quick: QuickScan | undefined
  readonly #expected: ExpectedJournal

  /** @param from where a checked beginning of the journal ended; its start by default */
  constructor(expected: ExpectedJournal = {}, from: ChainHead = { seq: 0, hash: GENESIS }) {
    this.#expected = expected
    this.#runId = expected.runId
    this.#seq = from.seq
    this.#hash = from.hash
  }

  get head(): ChainHead {
    return { seq: this.#seq, hash: this.#hash }
  }

  get runId(): RunId | undefined {
    return this.#runId
  }

  /** Takes the next line; the head moves only past a good one. */
  line(line: string): JournalFault | undefined {
    const quick = this.#quick
    if (
      quick?.recognises(line, this.#seq + 1, this.#hash) === true &&
      quick.hash === chainHash(this.#hash, quick.body)
    ) {
      this.#seq++
      this.#hash = quick.hash
      return undefined
    }
    return this.#full(line)
  }

  #full(line: string): JournalFault | undefined {
    let scanned: ScannedLine
    try {
      scanned = scanLine(line)
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
      return error.fault
    }
    const { seq, prevHash, hash, body } = scanned
    const due = this.#seq + 1
    if (seq !== due) return { what: 'journal.gap', seq, field: 'seq', expected: `${due}`, found: `${seq}` }
    this.#runId ??= runId(scanned.runId)
    if (scanned.runId !== this.#runId) {
      return { what: 'journal.run-changed', seq, field: 'run_id', expected: this.#runId, found: scanned.runId }
    }
    if (prevHash !== this.#hash) {
      return { what: 'journal.chain-broken', seq, field: 'prev_hash', expected: this.#hash, found: prevHash }
    }
    const expected = chainHash(prevHash, body)
    if (hash !== expected) return { what: 'journal.hash-wrong', seq, field: 'hash', expected, found: hash }
    this.#seq = seq
    this.#hash = hash
    this.#quick ??= new QuickScan(scanned.runId)
    this.#quick.learn(scanned.botId)
    return undefined
  }

  /** Says what is wrong with a journal that ends here. */
  end(): JournalFault | undefined {
    const seq = this.#seq
    const { events, hash } = this.#expected
    if (seq === 0) return { what: 'journal.empty', seq: undefined, field: undefined, expected: 'events', found: 'none' }
    if (events !== undefined && events !== seq) {
      return { what: 'journal.cut', seq, field: undefined, expected: `${events} events`, found: `${seq}` }
    }
    if (hash !== undefined && hash !== this.#hash) {
      return { what: 'journal.cut', seq, field: 'hash', expected: hash, found: this.#hash }
    }
    return undefined
  }
}
