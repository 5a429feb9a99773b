import type { ActionClass, DecisionKind } from '../domain/action.ts'
import { Gate } from '../risk/gate.ts'
import type { GateInput } from '../risk/gate-input.ts'
import type { Limits } from '../risk/limits.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { type RecordedSession, replaySession, type SessionReplay } from './session-replay.ts'

/** An intent that other limits would have answered otherwise. */
export interface DecisionDifference {
  /** Engine time, µs. */
  readonly ts: number
  readonly botId: string
  readonly instrumentId: string
  readonly side: 'buy' | 'sell'
  readonly action: ActionClass
  /** What it would at most have been worth, base currency; NaN where that cannot be told. */
  readonly value: number
  readonly was: DecisionKind
  readonly wasCode: string
  readonly wouldBe: DecisionKind
  readonly wouldBeCode: string
}

export interface PolicySimulation {
  readonly replay: SessionReplay
  /** Intents that were judged. */
  readonly decisions: number
  readonly differences: readonly DecisionDifference[]
}

/**
 * Lets a session be lived again as it was, and asks a second gate with other limits about every intent: in the world as it was
 * then. What would have followed from another answer is not lived, so a difference early in a session makes the later ones a guess.
 *
 * @param change the other limits, made from those that the session had
 */
export function simulatePolicy(
  session: RecordedSession,
  strategyOf: (id: string) => StrategyDefinition | undefined,
  change: (limits: Limits) => Limits,
  told?: (inputs: number) => void,
): PolicySimulation {
  const differences: DecisionDifference[] = []
  let decisions = 0
  const replay = replaySession(session, strategyOf, told, (kernel) => {
    const gate = new Gate(change(kernel.facts.limits))
    return {
      fill: () => undefined,
      ended: () => undefined,
      judged: (input, { decision: was, reasonCodes: [wasCode = ''] }) => {
        decisions++
        const { decision: wouldBe, reasonCodes } = gate.judge(input)
        const [wouldBeCode = ''] = reasonCodes
        if (wouldBe === was && wouldBeCode === wasCode) return
        differences.push({ ...whatOf(input), was, wasCode, wouldBe, wouldBeCode })
      },
    }
  })
  return { replay, decisions, differences }
}

function whatOf(
  input: GateInput,
): Pick<DecisionDifference, 'ts' | 'botId' | 'instrumentId' | 'side' | 'action' | 'value'> {
  const { now: ts, botId, instrument, side, action, orderValue: value } = input
  return { ts, botId, instrumentId: instrument.id, side, action, value }
}
