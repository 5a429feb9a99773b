import { formatMoney } from '../../src/domain/money.ts'
import type { SessionSpec } from '../../src/kernel/session-spec.ts'
import type { LiveVenue } from '../../src/venues/live/live-venue.ts'
import type { EngineStore } from '../../src/runtime/ports.ts'

const OPENING = 'venue.opening'

/** What the account held when this profile first met it: the ledger begins there. */
export async function openingBalances(venue: LiveVenue, notes: EngineStore['notes']): Promise<SessionSpec['deposits']> {
  const noted = notes.get(OPENING)
  if (noted !== undefined) return JSON.parse(noted) as SessionSpec['deposits']
  const held = (await venue.balances()).filter(({ amount }) => amount !== 0n)
  const deposits = held.map(({ currency, amount }) => ({
    venue: venue.venueId as string,
    currency,
    amount: formatMoney(amount),
  }))
  notes.set(OPENING, JSON.stringify(deposits))
  return deposits
}
