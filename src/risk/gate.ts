import type { ActionClass, DecisionKind } from '../domain/action.ts'
import type { AllowedAmend, AllowedOrder, AmendInstruction, PlaceInstruction } from '../domain/instruction.ts'
import { EVERY_ACTION, type GateInput, type Rule, type Verdict } from './gate-input.ts'
import type { Limits } from './limits.ts'
import { allocation } from './rules/allocation.ts'
import { allowlist } from './rules/allowlist.ts'
import { approval } from './rules/approval.ts'
import { auditChain } from './rules/audit-chain.ts'
import { authority } from './rules/authority.ts'
import { breakGlass } from './rules/break-glass.ts'
import { canaryCap } from './rules/canary-cap.ts'
import { clockDrift } from './rules/clock-drift.ts'
import { dependencies } from './rules/dependencies.ts'
import { exposure } from './rules/exposure.ts'
import { halted } from './rules/halted.ts'
import { intentValid } from './rules/intent-valid.ts'
import { killLevel } from './rules/kill-level.ts'
import { lease } from './rules/lease.ts'
import { losses } from './rules/losses.ts'
import { marketData } from './rules/market-data.ts'
import { marketOrder } from './rules/market-order.ts'
import { modeGuard } from './rules/mode-guard.ts'
import { numbers } from './rules/numbers.ts'
import { orderSize } from './rules/order-size.ts'
import { policyBundle } from './rules/policy-bundle.ts'
import { positionKnown } from './rules/position-known.ts'
import { priceDeviation } from './rules/price-deviation.ts'
import { quietHours } from './rules/quiet-hours.ts'
import { rates } from './rules/rates.ts'
import { reconcilePending } from './rules/reconcile-pending.ts'
import { reduceOnly } from './rules/reduce-only.ts'
import { requiredInput } from './rules/required-input.ts'
import { reservation } from './rules/reservation.ts'
import { safeMode } from './rules/safe-mode.ts'
import { scopedLimits } from './rules/scoped-limits.ts'
import { selfCross } from './rules/self-cross.ts'
import { venueTrouble } from './rules/venue-trouble.ts'

/**
 * The rule list, in the order of UGF-D-003. Order matters: evaluation stops at the first refusal. Rule 29 is that no other
 * spoke. How long judging took (GATE_TIMEOUT of rule 28) is the host's to watch: in here there is no clock.
 */
export const RULES: readonly Rule[] = [
  intentValid,
  requiredInput,
  policyBundle,
  halted,
  auditChain,
  safeMode,
  killLevel,
  lease,
  modeGuard,
  authority,
  quietHours,
  allowlist,
  venueTrouble,
  dependencies,
  marketData,
  clockDrift,
  reconcilePending,
  numbers,
  priceDeviation,
  marketOrder,
  reduceOnly,
  orderSize,
  breakGlass,
  canaryCap,
  exposure,
  scopedLimits,
  losses,
  positionKnown,
  allocation,
  rates,
  selfCross,
  reservation,
  approval,
]

/** The reason code of a decision that nothing spoke against. */
export const ALLOW_CODE = 'J_POLICY_ALLOW'

export interface Decision {
  readonly decision: DecisionKind
  readonly reasonCodes: readonly string[]
  /** What the deciding rule saw; undefined when nothing spoke against the intent. */
  readonly inputs: Verdict['inputs'] | undefined
  readonly clippedQty: number | undefined
  readonly retryAfterUs: number | undefined
}

const ALLOWED: Decision = {
  decision: 'ALLOW',
  reasonCodes: [ALLOW_CODE],
  inputs: undefined,
  clippedQty: undefined,
  retryAfterUs: undefined,
}

/** Whether an intent with this decision may go on to become, or stay, an order. */
export function isPermitted(decision: DecisionKind): boolean {
  return decision === 'ALLOW' || decision === 'REDUCE_ONLY'
}

type Stage = GateInput['stage']
type RulesByStage = Readonly<Record<Stage, ReadonlyMap<ActionClass, readonly Rule[]>>>

/**
 * The policy gate: the one way from an intent to an order. Pure: the same input and limits give the same decision.
 * Every mode, bot, operator and kill goes through {@link judge}; only here is an {@link AllowedOrder} made.
 */
export class Gate {
  readonly limits: Limits
  /** What is asked; what cannot speak under the limits is left out. */
  readonly #rules: RulesByStage
  /** The whole list, for who wants every rule's word. */
  readonly #listed: RulesByStage

  constructor(limits: Limits, rules: readonly Rule[] = RULES) {
    this.limits = limits
    this.#rules = byStage(rules.filter((rule) => rule.inForce?.(limits) !== false))
    this.#listed = byStage(rules)
  }

  /** Judges one action. Stops at the first refusal; milder verdicts add up and the strictest stands. A rule that throws refuses. */
  judge(input: GateInput): Decision {
    const rules = this.#rules[input.stage].get(input.action)
    if (rules === undefined)
      return refusal({ decision: 'BLOCK', reasonCode: 'UNSUPPORTED_ACTION', inputs: { action: input.action } })
    let standing: Decision | undefined
    const asked = input.qty
    for (const rule of rules) {
      const verdict = judgeSafely(rule, input, this.limits)
      if (verdict === undefined) continue
      if (!isPermitted(verdict.decision) && verdict.decision !== 'THROTTLE') {
        input.qty = asked
        return refusal(verdict, standing)
      }
      if (verdict.clippedQty !== undefined) input.qty = verdict.clippedQty
      standing = merge(standing, verdict)
    }
    input.qty = asked
    return standing ?? ALLOWED
  }

  /** Every rule's verdict, for `gate explain`: nothing stops the list. What one rule clips, the rules after it see clipped, as in {@link judge}. */
  explain(input: GateInput): readonly { readonly rule: Rule; readonly verdict: Verdict | undefined }[] {
    const rules = this.#listed[input.stage].get(input.action) ?? []
    const asked = input.qty
    const verdicts = rules.map((rule) => {
      const verdict = judgeSafely(rule, input, this.limits)
      if (verdict?.clippedQty !== undefined) input.qty = verdict.clippedQty
      return { rule, verdict }
    })
    input.qty = asked
    return verdicts
  }

  /** Stamps an order that a decision permits. The only place that makes one. */
  allow(decision: Decision, order: PlaceInstruction): AllowedOrder | undefined {
    return isPermitted(decision.decision) ? (order as AllowedOrder) : undefined
  }

  allowAmend(decision: Decision, amend: AmendInstruction): AllowedAmend | undefined {
    return isPermitted(decision.decision) ? (amend as AllowedAmend) : undefined
  }
}

function byStage(rules: readonly Rule[]): RulesByStage {
  const forStage = (stage: Stage) =>
    new Map(
      EVERY_ACTION.map((action) => [
        action,
        rules.filter((rule) => rule.judges.includes(action) && (stage === 'accept' || rule.atSend)),
      ]),
    )
  return { accept: forStage('accept'), send: forStage('send') }
}

function judgeSafely(rule: Rule, input: GateInput, limits: Limits): Verdict | undefined {
  try {
    return rule.judge(input, limits)
  } catch (error) {
    // Cancelling takes risk away: a rule that fails must not keep an order alive.
    if (input.action === 'CANCEL') return undefined
    return { decision: 'BLOCK', reasonCode: 'GATE_ERROR', inputs: { rule: rule.number, error: String(error) } }
  }
}

function refusal(verdict: Verdict, standing?: Decision): Decision {
  return {
    decision: verdict.decision,
    reasonCodes: standing ? [verdict.reasonCode, ...standing.reasonCodes] : [verdict.reasonCode],
    inputs: verdict.inputs,
    clippedQty: undefined,
    retryAfterUs: verdict.retryAfterUs,
  }
}

/** Adds a verdict that does not refuse outright. THROTTLE beats REDUCE_ONLY here: waiting sends nothing, clipping sends something. */
function merge(standing: Decision | undefined, verdict: Verdict): Decision {
  if (!standing) return { ...refusal(verdict), clippedQty: verdict.clippedQty }
  const leads = verdict.decision === 'THROTTLE' && standing.decision !== 'THROTTLE'
  return {
    decision: leads ? verdict.decision : standing.decision,
    reasonCodes: leads ? [verdict.reasonCode, ...standing.reasonCodes] : [...standing.reasonCodes, verdict.reasonCode],
    inputs: leads ? verdict.inputs : standing.inputs,
    clippedQty: verdict.clippedQty ?? standing.clippedQty,
    retryAfterUs: Math.max(verdict.retryAfterUs ?? 0, standing.retryAfterUs ?? 0) || undefined,
  }
}
