import { assert } from '../../src/domain/brand.ts'
import type { KernelEvent } from '../../src/events/event.ts'
import type {
  BalanceRecord,
  BotRecord,
  Counters,
  FillRecord,
  HoldingRecord,
  OrderRecord,
  SafetyRecord,
} from '../../src/projection/engine-state.ts'
import type { Database } from '../database.ts'
import { POSITIONS_PER_RUN } from '../sqlite-journal.ts'
import { botWriter } from './bots-table.ts'
import { balanceWriter, holdingWriter } from './books-tables.ts'
import { fillWriter } from './fills-table.ts'
import type { Fold } from './fold.ts'
import { isEnded, orderWriter } from './orders-table.ts'
import { progressWriter } from './progress-table.ts'
import { reconcileWriter } from './reconcile-tables.ts'
import { safetyWriter } from './safety-tables.ts'
import type { Place } from './table.ts'

interface ChangedOrder {
  record: OrderRecord
  endedPosition: number | undefined
  readonly runNo: number
}
interface NewFill {
  record: FillRecord
  readonly position: number
}

/**
 * Folds events and writes the rows that they change. Changes gather in memory by key, so a row that changes five times between
 * two writes is written once, with what it came to.
 */
export class ProjectionTables {
  readonly #fold: Fold
  readonly #orders = new Map<string, ChangedOrder>()
  readonly #fills = new Map<string, NewFill>()
  readonly #holdings = new Map<string, HoldingRecord>()
  readonly #balances = new Map<string, BalanceRecord>()
  readonly #bots = new Map<string, BotRecord>()
  readonly #reconciled: { readonly event: KernelEvent; readonly position: number }[] = []
  #safety: SafetyRecord | undefined
  #counters: Counters | undefined
  #lastTs = 0
  #position = 0
  readonly #write: ReturnType<typeof writersOf>

  constructor(db: Database, place: Place, fold: Fold) {
    this.#fold = fold
    this.#write = writersOf(db, place)
  }

  /** Takes the next event of the journal, at `runNo` × {@link POSITIONS_PER_RUN} + its number. */
  apply(event: KernelEvent, runNo: number): void {
    const position = runNo * POSITIONS_PER_RUN + event.seq
    this.#fold.apply(event)
    const changes = this.#fold.takeChanges()
    for (const order of changes.orders) this.#order(order, position, runNo)
    for (const fill of changes.fills) this.#fill(fill, position)
    for (const holding of changes.holdings) this.#holdings.set(`${holding.botId} ${holding.instrumentId}`, holding)
    for (const balance of changes.balances) this.#balances.set(`${balance.account} ${balance.currency}`, balance)
    for (const bot of changes.bots) this.#bots.set(bot.id, bot)
    if (event.type.startsWith('reconcile.')) this.#reconciled.push({ event, position })
    this.#safety = changes.safety ?? this.#safety
    this.#counters = changes.counters
    this.#lastTs = changes.lastTs
    this.#position = position
  }

  #order(record: OrderRecord, position: number, runNo: number): void {
    const known = this.#orders.get(record.id)
    const endedPosition = isEnded(record.state) ? position : undefined
    if (known === undefined) this.#orders.set(record.id, { record, runNo, endedPosition })
    else {
      known.record = record
      known.endedPosition ??= endedPosition
    }
  }

  #fill(record: FillRecord, position: number): void {
    const key = `${record.orderId} ${record.tradeId}`
    const known = this.#fills.get(key)
    if (known === undefined) this.#fills.set(key, { record, position })
    else known.record = record
  }

  /** Writes what has gathered; part of the caller's transaction. */
  flush(): void {
    const write = this.#write
    const counters = this.#counters
    if (counters === undefined) return
    assert(this.#position > 0, 'rows change by events')
    for (const { record, runNo, endedPosition } of this.#orders.values()) write.order(record, { runNo, endedPosition })
    for (const { record, position } of this.#fills.values()) write.fill(record, position)
    for (const holding of this.#holdings.values()) write.holding(holding)
    for (const balance of this.#balances.values()) write.balance(balance)
    for (const bot of this.#bots.values()) write.bot(bot)
    if (this.#safety !== undefined) write.safety(this.#safety)
    for (const { event, position } of this.#reconciled) write.reconcile(event, position)
    write.progress({ position: this.#position, counters, lastTs: this.#lastTs })
    this.#forget()
  }

  #forget(): void {
    for (const gathered of [this.#orders, this.#fills, this.#holdings, this.#balances, this.#bots]) gathered.clear()
    this.#reconciled.length = 0
    this.#safety = undefined
    this.#counters = undefined
  }
}

function writersOf(db: Database, place: Place) {
  return {
    order: orderWriter(db, place),
    fill: fillWriter(db, place),
    holding: holdingWriter(db, place),
    balance: balanceWriter(db, place),
    bot: botWriter(db, place),
    safety: safetyWriter(db, place),
    reconcile: reconcileWriter(db, place),
    progress: progressWriter(db, place),
  }
}
