import { assert } from '../../src/domain/brand.ts'
import type { OrderId } from '../../src/domain/ids.ts'
import type { KernelEvent } from '../../src/events/event.ts'
import type {
  BalanceRecord,
  BotRecord,
  FillRecord,
  HoldingRecord,
  OrderRecord,
  SafetyRecord,
} from '../../src/projection/engine-state.ts'
import type { Projection, ProjectionChanges } from '../../src/projection/projection.ts'
import type { Database } from '../database.ts'
import { POSITIONS_PER_RUN } from '../sqlite-journal.ts'
import { balanceWriter, holdingWriter } from './books-tables.ts'
import { botWriter } from './bots-table.ts'
import { fillWriter } from './fills-table.ts'
import { isEnded, orderForgetter, orderWriter } from './orders-table.ts'
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
  readonly record: FillRecord
  readonly position: number
}

/**
 * Folds events and writes the rows that they change. Changes gather in memory by key, so a row that changes five times between
 * two writes is written once, with what it came to.
 */
export class ProjectionTables {
  readonly #projection: Projection
  readonly #orders = new Map<OrderId, ChangedOrder>()
  readonly #fills: NewFill[] = []
  readonly #holdings = new Map<string, HoldingRecord>()
  readonly #balances = new Map<string, BalanceRecord>()
  readonly #bots = new Map<string, BotRecord>()
  readonly #reconciled: { readonly event: KernelEvent; readonly position: number }[] = []
  #safety: SafetyRecord | undefined
  /** Undefined while nothing waits to be written. */
  #latest: ProjectionChanges | undefined
  #position = 0
  #runNo = 0
  /** A fill is known whose booking is not. */
  #isBooking = false
  /** Ended orders that late news may still come of, as the rows have it. */
  #remembered: ReadonlySet<OrderId>
  readonly #write: ReturnType<typeof writersOf>

  constructor(db: Database, place: Place, projection: Projection) {
    this.#projection = projection
    this.#remembered = rememberedBy(projection)
    this.#write = writersOf(db, place)
  }

  /** Takes the next event of the journal, at `runNo` × {@link POSITIONS_PER_RUN} + its number. */
  apply(event: KernelEvent, runNo: number): void {
    this.#runNo = runNo
    this.#position = runNo * POSITIONS_PER_RUN + event.seq
    this.#projection.apply(event)
    if (event.type.startsWith('reconcile.')) this.#reconciled.push({ event, position: this.#position })
    // What a fill realised is told by the event that books it; rows say the event at which both were known.
    if (event.type === 'fill.recorded') this.#isBooking = true
    if (event.type === 'portfolio.updated') this.#isBooking = false
    if (!this.#isBooking) this.#gather()
  }

  #gather(): void {
    const changes = this.#projection.takeChanges()
    const position = this.#position
    for (const order of changes.orders) this.#order(order)
    for (const record of changes.fills) this.#fills.push({ record, position })
    for (const holding of changes.holdings) this.#holdings.set(`${holding.botId} ${holding.instrumentId}`, holding)
    for (const balance of changes.balances) this.#balances.set(`${balance.account} ${balance.currency}`, balance)
    for (const bot of changes.bots) this.#bots.set(bot.id, bot)
    this.#safety = changes.safety ?? this.#safety
    this.#latest = changes
  }

  #order(record: OrderRecord): void {
    const endedPosition = isEnded(record.state) ? this.#position : undefined
    const known = this.#orders.get(record.id)
    if (known === undefined) {
      this.#orders.set(record.id, { record, runNo: this.#runNo, endedPosition })
    } else {
      known.record = record
      known.endedPosition ??= endedPosition
    }
  }

  /** Writes what has gathered; part of the caller's transaction. */
  flush(): void {
    assert(!this.#isBooking, 'a fill is kept together with its booking')
    if (this.#latest === undefined) return
    const write = this.#write
    const { counters, lastTs, baseCurrency } = this.#latest
    this.#writeOrders()
    for (const { record, position } of this.#fills) write.fill(record, position)
    for (const holding of this.#holdings.values()) write.holding(holding)
    for (const balance of this.#balances.values()) write.balance(balance)
    for (const bot of this.#bots.values()) write.bot(bot)
    if (this.#safety !== undefined) write.safety(this.#safety)
    for (const { event, position } of this.#reconciled) write.reconcile(event, position)
    write.progress({ position: this.#position, counters, lastTs, baseCurrency })
    for (const gathered of [this.#orders, this.#holdings, this.#balances, this.#bots]) gathered.clear()
    for (const gathered of [this.#fills, this.#reconciled]) gathered.length = 0
    this.#safety = undefined
    this.#latest = undefined
  }

  #writeOrders(): void {
    const changed = [...this.#orders.values()]
    const hasEnded = changed.some(({ record }) => isEnded(record.state))
    const remembered = hasEnded ? rememberedBy(this.#projection) : this.#remembered
    for (const { record, runNo, endedPosition } of changed) {
      const isRemembered = !isEnded(record.state) || remembered.has(record.id)
      this.#write.order(record, { runNo, endedPosition, isRemembered })
    }
    if (!hasEnded) return
    for (const id of this.#remembered) if (!remembered.has(id)) this.#write.forget(id)
    this.#remembered = remembered
  }
}

function rememberedBy(projection: Projection): ReadonlySet<OrderId> {
  return new Set(projection.state.ended.map(({ id }) => id))
}

function writersOf(db: Database, place: Place) {
  return {
    order: orderWriter(db, place),
    forget: orderForgetter(db, place),
    fill: fillWriter(db, place),
    holding: holdingWriter(db, place),
    balance: balanceWriter(db, place),
    bot: botWriter(db, place),
    safety: safetyWriter(db, place),
    reconcile: reconcileWriter(db, place),
    progress: progressWriter(db, place),
  }
}
