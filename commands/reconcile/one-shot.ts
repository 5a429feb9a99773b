import { randomUUIDv7 } from 'node:crypto'
import type { OrderId } from '../../src/domain/ids.ts'
import { timeUs } from '../../src/domain/time.ts'
import { compareBooks } from '../../src/reconcile/compare.ts'
import type { Scope } from '../../src/reconcile/difference.ts'
import { COMPARE_SETTINGS, type Lookup } from '../../src/reconcile/ledgers.ts'
import { Persistence } from '../../src/reconcile/persistence.ts'
import { planRepairs } from '../../src/reconcile/repairs.ts'
import { reconcileResult } from '../../src/reconcile/result.ts'
import { wallTime } from '../../src/runtime/clock.ts'
import type { ProfilePaths } from '../../src/runtime/config.ts'
import { thisProcess } from '../../src/runtime/process.ts'
import { SimulatedExchange } from '../../src/venues/simulated/simulated-exchange.ts'
import type { VenueBooks, VenueFill } from '../../src/venues/venue.ts'
import { openSimVenueVault } from '../../storage/sim-venue-vault.ts'
import { leaseConflict, openStore } from '../engine/open-store.ts'
import type { Outcome } from '../outcome.ts'
import { verdict } from './verdict.ts'

/**
 * Holds our books against the venue's where no engine runs: takes the engine's lease for as long as it looks, starts no bot,
 * sends nothing and changes nothing. What it finds is repaired by the next start, or by a person.
 *
 * @throws CommandError `LEASE_CONFLICT`, exit 6, where an engine or another reconciliation owns the profile
 */
export async function reconcileOnce(paths: ProfilePaths, scope: Scope = 'all'): Promise<Outcome> {
  const store = openStore(paths, 'full')
  const leased = store.lease.acquire(thisProcess(), wallTime())
  if (!leased.ok) {
    store.close()
    throw leaseConflict(paths, leased.holder)
  }
  const vault = openSimVenueVault(paths.simDatabase, { nowTs: wallTime() })
  try {
    const ours = store.state()
    const startedTs = Math.max(wallTime(), ours.lastTs)
    const exchange = new SimulatedExchange({ vault, seed: 1, nowTs: timeUs(startedTs) })
    // Time went on while nobody listened: the venue's books are as of now.
    const isReached = exchange.connect(startedTs)
    const { instruments } = exchange
    const asked = isReached
      ? await ask(
          exchange,
          ours.working.map(({ id }) => id),
        )
      : undefined
    const comparison = compareBooks({
      venueId: exchange.venueId,
      ours,
      venue: asked?.books,
      fills: asked && { fromTs: 0, list: asked.fills },
      lookups: asked?.lookups,
      instruments,
      nowTs: startedTs,
      scope,
      // Nobody is at work: nothing is on its way.
      settings: { ...COMPARE_SETTINGS, settleUs: 0, inFlightUs: 0 },
    })
    const judged = new Persistence({ persistUs: 0, pendingUsMax: 0 }).judge(comparison, startedTs)
    const endedTs = Math.max(wallTime(), startedTs)
    const result = reconcileResult(comparison, judged, { id: randomUUIDv7(), startedTs, endedTs })
    const plan = planRepairs({ confirmed: judged.confirmed, neverHeard: new Map(), nowTs: startedTs })
    return verdict(result, 'no engine runs, nothing was changed', { engine: 'down', operator: plan.operator })
  } finally {
    vault.close()
    store.lease.release()
    store.close()
  }
}

interface Asked {
  readonly books: VenueBooks
  readonly fills: readonly VenueFill[]
  readonly lookups: ReadonlyMap<OrderId, Lookup>
}

/** Everything the venue says of the account; undefined when it does not answer. */
async function ask(exchange: SimulatedExchange, working: readonly OrderId[]): Promise<Asked | undefined> {
  try {
    const fills = await exchange.fills(0)
    const books = await exchange.books()
    const lookups = new Map<OrderId, Lookup>()
    for (const id of working) lookups.set(id, (await exchange.order(id)) ?? 'NEVER_HEARD_OF')
    return { books, fills, lookups }
  } catch {
    return undefined
  }
}
