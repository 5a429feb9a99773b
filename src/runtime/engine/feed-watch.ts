import type { Instrument } from '../../domain/instrument.ts'
import { US_PER_SECOND } from '../../domain/time.ts'
import type { BookColumns, TradeColumns } from '../../market/columns.ts'
import { SequenceWatch } from '../../market/sequence.ts'
import type { FeedState } from '../../risk/gate-input.ts'
import { gradeOf, type TimeGrade } from '../timekeeping/time-quality.ts'
import type { Tape } from './tape.ts'

/** A gap that no snapshot closed within this is asked about again. */
const RESYNC_EVERY_US = 5 * US_PER_SECOND
/** A suspect time keeps new risk away for this long. */
const SUSPECT_US = 10 * US_PER_SECOND

export interface FeedHands {
  /** Has the kernel know how a feed is. */
  tell(at: number, status: FeedState, detail: string): void
  alert(source: string, isOn: boolean, text: string): void
  /** Asks the venue for a snapshot of one book. */
  resync(at: number): void
}

/** The times of the last message of one stream. */
class StreamTimes {
  venueTs = Number.NaN
  recvTs = Number.NaN

  grade(venueTs: number, recvTs: number): TimeGrade {
    const grade = gradeOf({ venueTs, recvTs, lastVenueTs: this.venueTs, lastRecvTs: this.recvTs })
    if (grade === 'E') return grade
    this.recvTs = recvTs
    if (grade !== 'D') this.venueTs = venueTs
    return grade
  }
}

/** What is known of one instrument's data. */
class Feed {
  readonly sequence = new SequenceWatch()
  readonly books = new StreamTimes()
  readonly trades = new StreamTimes()
  readonly grades: Record<TimeGrade, number> = { A: 0, B: 0, C: 0, D: 0, E: 0 }
  told: FeedState = 'OK'
  suspectTs = Number.NEGATIVE_INFINITY
  /** Since when the book is dirty, and when a snapshot was last asked for. */
  dirtyTs = Number.NaN
  resyncTs = Number.NaN
}

/**
 * Whether what arrives can be traded on: it is there, in its order, and from a time that can be. What is out of order is asked
 * for anew, what cannot be is put aside, and the kernel is told of every change (UGF-0-021).
 */
export class FeedWatch {
  readonly #instruments: readonly Instrument[]
  readonly #tapes: readonly Tape[]
  readonly #staleUs: number
  readonly #hands: FeedHands
  readonly #feeds: readonly Feed[]

  constructor(instruments: readonly Instrument[], tapes: readonly Tape[], staleUs: number, hands: FeedHands) {
    this.#instruments = instruments
    this.#tapes = tapes
    this.#staleUs = staleUs
    this.#hands = hands
    this.#feeds = instruments.map(() => new Feed())
  }

  /** Takes note of a message of a book. @returns whether it may go on to the kernel */
  book(at: number, columns: BookColumns, fromRow: number, number: number | undefined): boolean {
    const feed = this.#feeds[at] as Feed
    const recvTs = columns.recvTs[fromRow] as number
    if (!this.#isPossible(at, feed, feed.books.grade(columns.venueTs[fromRow] as number, recvTs), recvTs)) return false
    if (number === undefined) return true
    const isSnapshot = columns.side[fromRow] === 0
    const wasDirty = feed.sequence.isDirty
    const { expected } = feed.sequence
    switch (feed.sequence.take(number, isSnapshot)) {
      case 'next':
        if (wasDirty) this.#inSync(at, feed, recvTs)
        return true
      case 'gap':
        this.#gap(at, feed, recvTs, `message ${expected ?? 0} is missing, ${number} came`)
        return false
      case 'late':
      case 'dirty':
        return false
    }
  }

  /** The venue's stream of a book is broken in a way that no number shows. */
  lost(at: number, why: string, now: number): void {
    const feed = this.#feeds[at] as Feed
    if (feed.sequence.isDirty) return
    feed.sequence.spoil()
    this.#gap(at, feed, now, why)
  }

  /** Takes note of a public trade. @returns whether it may go on to the kernel */
  trade(at: number, columns: TradeColumns, row: number): boolean {
    const feed = this.#feeds[at] as Feed
    const recvTs = columns.recvTs[row] as number
    return this.#isPossible(at, feed, feed.trades.grade(columns.venueTs[row] as number, recvTs), recvTs)
  }

  /** Once a second: what went silent, and what nobody laid anew. */
  look(now: number, isConnected: boolean): void {
    this.#feeds.forEach((feed, at) => {
      const heardTs = this.#tapes[at]?.heardTs ?? Number.NaN
      if (Number.isNaN(heardTs)) return
      const isOld = now - heardTs > this.#staleUs
      if (!isConnected) return this.#tell(at, feed, 'DOWN', this.#silence(at, now, heardTs))
      if (isOld) return this.#tell(at, feed, 'STALE', this.#silence(at, now, heardTs))
      if (feed.sequence.isDirty) {
        if (now - feed.resyncTs >= RESYNC_EVERY_US) this.#resync(at, feed, now)
        return this.#tell(at, feed, 'GAP', `${this.#name(at)}: dirty for ${seconds(now - feed.dirtyTs)}`)
      }
      if (now - feed.suspectTs < SUSPECT_US)
        return this.#tell(at, feed, 'STALE', `${this.#name(at)}: its times cannot be trusted`)
      this.#tell(at, feed, 'OK', `${this.#name(at)}: data flows`)
    })
  }

  /** A new session takes every feed for well until it is looked at. */
  reset(): void {
    for (const feed of this.#feeds) feed.told = 'OK'
  }

  /** Counts of what was heard of an instrument. */
  lineOf(at: number): FeedLine {
    const { sequence, grades } = this.#feeds[at] as Feed
    const { gaps, late, missed, expected, isDirty } = sequence
    return {
      gaps,
      late,
      missed,
      isDirty,
      last: expected === undefined ? undefined : expected - 1,
      grades: { ...grades },
    }
  }

  #isPossible(at: number, feed: Feed, grade: TimeGrade, recvTs: number): boolean {
    feed.grades[grade]++
    if (grade === 'E') return false
    if (grade !== 'D') return true
    feed.suspectTs = recvTs
    this.#tell(at, feed, 'STALE', `${this.#name(at)}: a time that is ahead of ours, or goes back`)
    return true
  }

  #gap(at: number, feed: Feed, now: number, what: string): void {
    feed.dirtyTs = now
    const tape = this.#tapes[at]
    if (tape !== undefined) tape.gaps++
    this.#tell(at, feed, 'GAP', `${this.#name(at)}: ${what}`)
    this.#resync(at, feed, now)
  }

  #resync(at: number, feed: Feed, now: number): void {
    feed.resyncTs = now
    this.#hands.resync(at)
  }

  #inSync(at: number, feed: Feed, now: number): void {
    this.#tell(at, feed, 'OK', `${this.#name(at)}: laid anew after ${seconds(now - feed.dirtyTs)}`)
  }

  #tell(at: number, feed: Feed, status: FeedState, detail: string): void {
    if (feed.told === status) return
    feed.told = status
    this.#hands.tell(at, status, detail)
    this.#hands.alert(`FEED_STALE ${this.#name(at)}`, status !== 'OK', detail)
  }

  #silence(at: number, now: number, heardTs: number): string {
    return `${this.#name(at)}: nothing for ${seconds(now - heardTs)}`
  }

  #name(at: number): string {
    return this.#instruments[at]?.id ?? ''
  }
}

/** What was heard of one instrument. */
export interface FeedLine {
  readonly gaps: number
  readonly late: number
  readonly missed: number
  readonly isDirty: boolean
  /** Number of the last message; undefined where the venue numbers none. */
  readonly last: number | undefined
  /** Messages by how far their times can be relied on. */
  readonly grades: Readonly<Record<TimeGrade, number>>
}

function seconds(us: number): string {
  return `${(us / US_PER_SECOND).toFixed(1)} s`
}
