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
import { loadConfig } from '../../src/runtime/config-layers.ts'
import type { OrderRecord } from '../../src/projection/engine-state.ts'
import type { VenueAccountPort, VenueBooks, VenueFill } from '../../src/venues/venue.ts'
import { leaseConflict, openStore } from '../engine/open-store.ts'
import type { Outcome } from '../outcome.ts'
import { accountOf } from './account-of.ts'
import { verdict } from './verdict.ts'

/**
 * Holds our books against the venue's where no engine runs: takes the engine's lease for as long as it looks, starts no bot,
 * sends nothing and changes nothing. What it finds is repaired by the next start, or by a person.
 *
 * @throws CommandError `LEASE_CONFLICT`, exit 6, where an engine or another reconciliation owns the profile
 */
export async function reconcileOnce(paths: ProfilePaths, scope: Scope = 'all', passphrase?: Buffer): Promise<Outcome> {
  const { config } = loadConfig(paths)
  const store = openStore(paths, 'full')
  const leased = store.lease.acquire(thisProcess(), wallTime())
  if (!leased.ok) {
    store.close()
    throw leaseConflict(paths, leased.holder)
  }
  try {
    const ours = store.state()
    const startedTs = timeUs(Math.max(wallTime(), ours.lastTs))
    const asking = await accountOf({ paths, config, store, passphrase, ours, nowTs: startedTs })
    const { account, instruments, fillsReachUs } = asking
    const asked = asking.isReached ? await ask(account, ours.working) : undefined
    asking.close()
    const comparison = compareBooks({
      venueId: account.venueId,
      ours,
      venue: asked?.books,
      fills: asked && { fromTs: fillsReachUs === undefined ? 0 : startedTs - fillsReachUs, list: asked.fills },
      lookups: asked?.lookups,
      instruments,
      nowTs: Math.max(wallTime(), startedTs),
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
async function ask(account: VenueAccountPort, working: readonly OrderRecord[]): Promise<Asked | undefined> {
  try {
    const fills = await account.fills(0)
    const books = await account.books()
    const lookups = new Map<OrderId, Lookup>()
    for (const { id, instrumentId } of working)
      lookups.set(id, (await account.order(id, instrumentId)) ?? 'NEVER_HEARD_OF')
    return { books, fills, lookups }
  } catch {
    return undefined
  }
}
