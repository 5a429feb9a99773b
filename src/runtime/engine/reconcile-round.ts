import { randomUUIDv7 } from 'node:crypto'
import type { OrderId } from '../../domain/ids.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { VenueReport } from '../../domain/report.ts'
import { US_PER_HOUR } from '../../domain/time.ts'
import type { ReconcileNews } from '../../kernel/input-log.ts'
import type { EngineState } from '../../projection/engine-state.ts'
import type { VenueAccountPort, VenueBooks, VenueFill, VenueOrder } from '../../venues/venue.ts'
import type { Resolution } from '../../reconcile/precedence.ts'
import type { Sighting } from '../../reconcile/case.ts'
import type { Log } from '../log/log.ts'
import type { EngineStore } from '../ports.ts'
import type { CaseRules } from '../reconcile-cases/case-desk.ts'

/** What was asked of a venue, and what it said. Undefined is no answer. */
export interface ReconcileQuestion {
  readonly reconcileId: string
  readonly scope: string
  readonly ours: EngineState
  readonly venue: VenueBooks | undefined
  readonly fills: { readonly fromTs: number; readonly list: readonly VenueFill[] } | undefined
  readonly lookups: ReadonlyMap<OrderId, VenueOrder | 'NEVER_HEARD_OF'>
  readonly instruments: readonly Instrument[]
  readonly startedTs: number
  readonly nowTs: number
}

export interface ReconcileAnswer {
  readonly record: ReconcileNews
  /** What the kernel should be told so that our books follow the venue's. */
  readonly reports: readonly { readonly report: VenueReport; readonly ts: number }[]
  /** What the reports settle: who was believed, and over whom. */
  readonly resolutions: readonly Resolution[]
  /** What it means to cases. */
  readonly sighting: Sighting
  /** Orders that must be asked for one by one before anything can be said of them. */
  readonly asksFor: readonly OrderId[]
  /** The whole record as plain JSON. */
  readonly answer: unknown
  /** When another pass can say more; undefined when nothing waits for it. */
  readonly recheckTs: number | undefined
  /** Something could not be asked. */
  readonly isUnanswered: boolean
}

/** Holds two sets of books against each other; given by who composes the engine. */
export interface ReconcilePort {
  /** What becomes of a mismatch. */
  readonly cases: CaseRules
  judge(question: ReconcileQuestion): ReconcileAnswer
}

/** What a round is about. */
export interface RoundQuestion {
  readonly scope: string
  readonly state: () => EngineState
  readonly instruments: readonly Instrument[]
  readonly now: () => number
  readonly log: Log
}

interface Mark {
  readonly cursor: number
  readonly ts: number
}

const NOTE = 'reconcile.cursor'
const START: Mark = { cursor: 0, ts: 0 }

/** Asks a venue for its books, one round at a time, and remembers up to where the fills were found right. */
export class ReconcileRound {
  readonly #venue: VenueAccountPort & { readonly fillsReachUs?: number | undefined }
  readonly #port: ReconcilePort
  readonly #notes: EngineStore['notes']
  #running: Promise<ReconcileAnswer> | undefined
  #recheckTs: number | undefined
  #lastTs = Number.NEGATIVE_INFINITY
  #mark: Mark
  #next: Mark
  last: ReconcileNews | undefined
  lastOkTs: number | undefined
  /** Whether the last round could not ask everything. */
  isUnanswered = false

  constructor(
    venue: VenueAccountPort & { readonly fillsReachUs?: number | undefined },
    port: ReconcilePort,
    notes: EngineStore['notes'],
  ) {
    this.#venue = venue
    this.#port = port
    this.#notes = notes
    this.#mark = readMark(notes.get(NOTE))
    this.#next = this.#mark
  }

  /** Fills up to here were found in our books at least an hour ago. */
  get cursor(): number {
    return this.#mark.cursor
  }

  isDue(now: number, everyUs: number): boolean {
    return (
      this.#running === undefined &&
      (now - this.#lastTs >= everyUs || now >= (this.#recheckTs ?? Number.POSITIVE_INFINITY))
    )
  }

  /** One round; who asks while one is under way gets that one's answer. */
  run(question: RoundQuestion): Promise<ReconcileAnswer> {
    this.#running ??= this.#round(question).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #round(question: RoundQuestion): Promise<ReconcileAnswer> {
    const startedTs = question.now()
    this.#lastTs = startedTs
    const answer = await this.#ask(question, startedTs)
    this.last = answer.record
    this.#recheckTs = answer.recheckTs
    this.isUnanswered = answer.isUnanswered
    return answer
  }

  async #ask({ scope, state, instruments, now, log }: RoundQuestion, startedTs: number): Promise<ReconcileAnswer> {
    const reconcileId = randomUUIDv7()
    let venue: VenueBooks | undefined
    let list: readonly VenueFill[] | undefined
    try {
      // Fills first: one that comes between the two answers is then in the books and not in the list, and is pending.
      list = await this.#venue.fills(this.#mark.cursor)
      venue = await this.#venue.books()
    } catch (error) {
      log.warn('reconcile.ask', 'the venue did not answer', { error })
    }
    // What is older than the venue lists is not missing there.
    const reachTs = startedTs - (this.#venue.fillsReachUs ?? Number.POSITIVE_INFINITY)
    const fills = list && { fromTs: Math.max(this.#mark.ts, reachTs), list }
    const lookups = new Map<OrderId, VenueOrder | 'NEVER_HEARD_OF'>()
    const question = () => ({
      reconcileId,
      scope,
      venue,
      fills,
      lookups,
      instruments,
      startedTs,
      ours: state(),
      nowTs: now(),
    })
    let answer = this.#port.judge(question())
    if (answer.asksFor.length > 0 && venue !== undefined) {
      try {
        for (const id of answer.asksFor) {
          const order = question().ours.working.find((working) => working.id === id)
          if (order === undefined) continue
          lookups.set(id, (await this.#venue.order(id, order.instrumentId)) ?? 'NEVER_HEARD_OF')
        }
      } catch (error) {
        log.warn('reconcile.ask', 'the venue did not answer about an order', { error })
      }
      answer = this.#port.judge(question())
    }
    if (answer.record.status === 'OK' && list !== undefined) this.#agreed(list, startedTs)
    return answer
  }

  /** Everything up to here is right; what is older than an hour need not be asked for again. */
  #agreed(list: readonly VenueFill[], ts: number): void {
    this.lastOkTs = ts
    if (ts - this.#next.ts < US_PER_HOUR) return
    this.#mark = this.#next
    this.#next = { cursor: list.at(-1)?.cursor ?? this.#next.cursor, ts }
    this.#notes.set(NOTE, JSON.stringify(this.#mark))
  }
}

function readMark(text: string | undefined): Mark {
  if (text === undefined) return START
  try {
    const { cursor, ts } = JSON.parse(text) as Partial<Mark>
    return typeof cursor === 'number' && typeof ts === 'number' ? { cursor, ts } : START
  } catch {
    // A note that cannot be read costs a longer answer, and nothing else.
    return START
  }
}
