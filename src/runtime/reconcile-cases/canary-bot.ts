import type { Instrument } from '../../domain/instrument.ts'
import type { ReconcileCase } from '../../reconcile/case.ts'
import { isAtWork } from '../engine/stopping.ts'

interface CanaryCandidate {
  readonly at: number
  readonly state: Parameters<typeof isAtWork>[0]
  readonly config: { readonly id: string; readonly instruments: readonly number[] }
}

export interface CanaryGround {
  readonly bots: readonly CanaryCandidate[]
  /** In base currency, by bot. */
  readonly allocations: readonly number[]
  readonly instruments: readonly Instrument[]
}

/**
 * The one bot that trades first after a case, on its main instrument: of those that trade where the case was, and are at
 * work, the one with the least to trade with. Undefined when there is none: then all are held to the caps alike.
 */
export function canaryBot(
  { bots, allocations, instruments }: CanaryGround,
  { scope }: Pick<ReconcileCase, 'scope'>,
): { readonly botId: string; readonly instrumentId: string } | undefined {
  const candidates = bots.flatMap(({ at, state, config }) => {
    const main = instruments[config.instruments.find((each) => isIn(instruments[each], scope)) ?? -1]
    return main === undefined || !isAtWork(state)
      ? []
      : [{ botId: config.id, instrumentId: main.id, allocation: allocations[at] ?? Infinity }]
  })
  const [least] = candidates.toSorted((a, b) => a.allocation - b.allocation)
  return least && { botId: least.botId, instrumentId: least.instrumentId }
}

function isIn(instrument: Instrument | undefined, scope: string): boolean {
  return (
    instrument !== undefined && (scope === `instrument:${instrument.id}` || scope === `venue:${instrument.venueId}`)
  )
}
