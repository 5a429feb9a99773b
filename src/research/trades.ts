import type { FillColumns } from './fill-columns.ts'
import { TripColumns } from './trip-columns.ts'

/** What fills amount to: the trades that closed, and how many had not when the run ended. */
export interface RoundTrips {
  readonly closed: TripColumns
  /** Flat-to-flat: positions still open. FIFO: lots still open. */
  readonly open: number
}

/** Sums of the fills on one side of a trade. */
interface Leg {
  qty: number
  notional: number
  /** Price × quantity in ticks × lots: the mean price is this ÷ qty. */
  tickLots: number
  fee: number
}

interface OpenTrip {
  direction: 1 | -1
  entryTs: number
  /** Lots still held. */
  held: number
  readonly entry: Leg
  readonly exit: Leg
}

const emptyLeg = (): Leg => ({ qty: 0, notional: 0, tickLots: 0, fee: 0 })

/**
 * Cuts fills into trades that each last from flat until flat again, or until the position flips. Scaling in and out
 * stays one trade, at average prices. A fill that flips ends one trade and begins the next; its fee is shared by quantity.
 * Each bot's position in each instrument is its own.
 */
export function flatToFlat(fills: FillColumns): RoundTrips {
  const closed = new TripColumns()
  const openTrips = new Map<number, OpenTrip>()
  for (let at = 0; at < fills.length; at++) {
    const key = keyOf(fills, at)
    const side = sideOf(fills, at)
    const qty = fills.qty[at] ?? 0
    const trip = openTrips.get(key)
    const closing = trip !== undefined && trip.direction !== side ? Math.min(qty, trip.held) : 0
    if (trip !== undefined && closing > 0) {
      addTo(trip.exit, fills, at, closing)
      trip.held -= closing
      if (trip.held === 0) {
        closed.push(closeTrip(trip, fills, at))
        openTrips.delete(key)
      }
    }
    const opening = qty - closing
    if (opening === 0) continue
    const entered = openTrips.get(key) ?? {
      direction: side,
      entryTs: fills.ts[at] ?? 0,
      held: 0,
      entry: emptyLeg(),
      exit: emptyLeg(),
    }
    openTrips.set(key, entered)
    addTo(entered.entry, fills, at, opening)
    entered.held += opening
  }
  return { closed, open: openTrips.size }
}

function addTo(leg: Leg, fills: FillColumns, at: number, part: number): void {
  const qty = fills.qty[at] ?? 0
  const share = part / qty
  leg.qty += part
  leg.notional += (fills.notional[at] ?? 0) * share
  leg.tickLots += (fills.price[at] ?? 0) * part
  leg.fee += (fills.fee[at] ?? 0) * share
}

function closeTrip({ direction, entryTs, entry, exit }: OpenTrip, fills: FillColumns, at: number) {
  return {
    instrument: fills.instrument[at] ?? 0,
    bot: fills.bot[at] ?? 0,
    direction,
    entryTs,
    exitTs: fills.ts[at] ?? 0,
    entryPrice: entry.tickLots / entry.qty,
    exitPrice: exit.tickLots / exit.qty,
    qty: entry.qty,
    entryNotional: entry.notional,
    entryFee: entry.fee,
    exitFee: exit.fee,
    pnl: direction * (exit.notional - entry.notional) - entry.fee - exit.fee,
  }
}

/** Lots of one position, oldest first: rows of the fills that opened them and what is left of each. */
interface LotQueue {
  direction: 1 | -1
  rows: number[]
  left: number[]
  head: number
}

/**
 * Matches every closing fill with the oldest open lots. Each matched part is a trade of its own, with the entry of the
 * lot that it closed and its share of both fees.
 */
export function fifoLots(fills: FillColumns): RoundTrips {
  const closed = new TripColumns()
  const queues = new Map<number, LotQueue>()
  for (let at = 0; at < fills.length; at++) {
    const key = keyOf(fills, at)
    const side = sideOf(fills, at)
    let queue = queues.get(key)
    if (queue === undefined) {
      queue = { direction: side, rows: [], left: [], head: 0 }
      queues.set(key, queue)
    }
    let rest = fills.qty[at] ?? 0
    while (rest > 0 && queue.direction !== side && queue.head < queue.rows.length) {
      const opened = queue.rows[queue.head] ?? 0
      const left = queue.left[queue.head] ?? 0
      const part = Math.min(rest, left)
      closed.push(matchLot(fills, opened, at, part))
      rest -= part
      if (part === left) queue.head++
      else queue.left[queue.head] = left - part
    }
    if (rest > 0) {
      if (queue.head === queue.rows.length) queue.direction = side
      queue.rows.push(at)
      queue.left.push(rest)
    }
    dropClosed(queue)
  }
  let open = 0
  for (const queue of queues.values()) open += queue.rows.length - queue.head
  return { closed, open }
}

function matchLot(fills: FillColumns, opened: number, at: number, part: number) {
  const direction = sideOf(fills, opened)
  const entryShare = part / (fills.qty[opened] ?? 0)
  const exitShare = part / (fills.qty[at] ?? 0)
  const entryNotional = (fills.notional[opened] ?? 0) * entryShare
  const exitNotional = (fills.notional[at] ?? 0) * exitShare
  const entryFee = (fills.fee[opened] ?? 0) * entryShare
  const exitFee = (fills.fee[at] ?? 0) * exitShare
  return {
    instrument: fills.instrument[at] ?? 0,
    bot: fills.bot[at] ?? 0,
    direction,
    entryTs: fills.ts[opened] ?? 0,
    exitTs: fills.ts[at] ?? 0,
    entryPrice: fills.price[opened] ?? 0,
    exitPrice: fills.price[at] ?? 0,
    qty: part,
    entryNotional,
    entryFee,
    exitFee,
    pnl: direction * (exitNotional - entryNotional) - entryFee - exitFee,
  }
}

/** Frees the closed front of a queue once it is most of it, so that a long run neither leaks nor shifts at every fill. */
function dropClosed(queue: LotQueue): void {
  if (queue.head < 1024 || queue.head * 2 < queue.rows.length) return
  queue.rows = queue.rows.slice(queue.head)
  queue.left = queue.left.slice(queue.head)
  queue.head = 0
}

const MOST_BOTS = 65_536

function keyOf(fills: FillColumns, at: number): number {
  return (fills.instrument[at] ?? 0) * MOST_BOTS + (fills.bot[at] ?? 0)
}

function sideOf(fills: FillColumns, at: number): 1 | -1 {
  return (fills.side[at] ?? 0) > 0 ? 1 : -1
}
