import { signOf } from '../domain/order.ts'
import type { VenueFill } from '../venues/venue.ts'
import type { Difference, Findings } from './difference.ts'
import type { Ledgers } from './ledgers.ts'

/** Holds positions on margin against each other, whole lots. What a cash instrument holds is a balance. */
export function comparePositions(ledgers: Ledgers, findings: Findings): void {
  const { venue, ours, byId } = ledgers
  const theirs = new Map<string, number>()
  for (const { instrumentId, qty } of venue.positions) theirs.set(instrumentId, (theirs.get(instrumentId) ?? 0) + qty)
  const held = new Map<string, number>()
  for (const { instrumentId, qty } of ours.holdings)
    if (byId.has(instrumentId)) held.set(instrumentId, (held.get(instrumentId) ?? 0) + qty)
  for (const instrumentId of new Set([...byId.keys(), ...theirs.keys()])) {
    if (byId.get(instrumentId)?.settlement === 'cash') continue
    const difference = differs(instrumentId, held.get(instrumentId) ?? 0, theirs.get(instrumentId) ?? 0, ledgers)
    if (difference === undefined) findings.match()
    else findings.add(difference)
  }
}

function differs(instrumentId: string, ours: number, theirs: number, ledgers: Ledgers): Difference | undefined {
  if (ours === theirs) return undefined
  const explained = missedLots(ledgers.missed, instrumentId)
  const common = {
    kind: 'position',
    subject: `position:${instrumentId}`,
    ours: String(ours),
    venue: String(theirs),
    isPending: ledgers.unsettled.has(instrumentId),
  } as const
  const fact = `${instrumentId} is ${ours} lots with us, ${theirs} at the venue`
  if (ledgers.fills === undefined)
    return { ...common, category: 'DIVERGED', reasonCode: 'POSITION_DIFFERS', fact: `${fact}; its fills are not known` }
  if (explained === theirs - ours)
    return { ...common, category: 'DIVERGED', reasonCode: 'POSITION_FILLS_MISSED', fact: `${fact}: fills were missed` }
  return { ...common, category: 'DANGEROUS', reasonCode: 'POSITION_UNEXPLAINED', fact: `${fact}, and no fill says why` }
}

/** Signed lots of the fills that we have not booked. */
export function missedLots(missed: readonly VenueFill[], instrumentId: string): number {
  return missed
    .filter((fill) => fill.instrumentId === instrumentId)
    .reduce((sum, { side, qty }) => sum + signOf(side) * qty, 0)
}
