import type { Order } from '../../orders/order.ts'
import { pause } from '../clock.ts'
import type { FactSpool } from '../fact-spool.ts'
import type { Log } from '../log/log.ts'
import type { EngineVenue, VenueListener } from './engine-venue.ts'

/** Faults after which no book can be written and the profile is still ours: a cancel is better late in the books than not sent. */
const UNWRITABLE: ReadonlySet<unknown> = new Set(['storage.disk-full', 'storage.permission', 'storage.io'])

/** How long answers are waited for. Nobody needs them: the next start asks the venue. */
const PATIENCE_MS = 1_000
const LOOK_EVERY_MS = 20

/** Whether an error says that the books cannot be written any more. */
export function isUnwritable(error: unknown): boolean {
  return error instanceof Error && UNWRITABLE.has((error as { readonly code?: unknown }).code)
}

/**
 * Takes back, without the books, every order at the venue that may still open risk: an engine that can record nothing must
 * not leave them to trade alone. What only reduces stays, it may be a stop. Each cancel is spooled for the next start
 * before it is sent; where even that fails it is sent all the same, and logged.
 *
 * @returns how many were asked to be cancelled
 */
export async function cancelWithoutBooks({
  orders,
  venue,
  spool,
  log,
  now,
}: {
  readonly orders: Iterable<Order>
  readonly venue: EngineVenue
  readonly spool: Pick<FactSpool, 'append'> | undefined
  readonly log: Log
  /** Engine time, µs. */
  readonly now: () => number
}): Promise<number> {
  const waiting = new Set<string>()
  for (const order of orders) {
    if (order.reduceOnly) continue
    const ts = now()
    try {
      spool?.append({
        type: 'ops.emergency_cancel',
        payload: {
          order_id: order.id,
          reason_code: 'BOOKS_UNWRITABLE',
          detail: `was ${order.state}; the books could not be written`,
          sent_ts: Math.round(ts),
        },
      })
    } catch (error) {
      log.error('engine.emergency', `the cancel of ${order.id} could not be spooled and is sent all the same`, {
        error,
      })
    }
    venue.cancel(order.id, order.instrumentAt, ts)
    waiting.add(order.id)
  }
  const sent = waiting.size
  const listener: VenueListener = {
    onBook: () => undefined,
    onTrade: () => undefined,
    report: (report) => {
      if (report.kind === 'canceled') waiting.delete(report.orderId)
    },
  }
  // A turn at a time: what waits for its lane leaves in it, and what the venue answers arrives in it.
  for (let ms = 0; ms < PATIENCE_MS && waiting.size > 0; ms += LOOK_EVERY_MS) {
    await pause(LOOK_EVERY_MS)
    venue.advance(now(), listener)
  }
  if (sent > 0)
    log.error('engine.emergency', `${sent} orders were cancelled without the books, ${waiting.size} not answered yet`)
  return sent
}
