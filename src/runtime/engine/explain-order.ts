import { type CommandOutcome, MANUAL } from '../../kernel/command.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { isPermitted } from '../../risk/gate.ts'
import type { CommandPayload } from '../command-catalogue.ts'
import { MANUAL_BOT } from './manual-strategy.ts'

/** Asks the gate about an order that nobody places: what `gate explain` shows. */
export function explainOrder(kernel: Kernel, payload: CommandPayload<'GATE_EXPLAIN'>): CommandOutcome {
  const { instruments, botIds } = kernel.facts
  const instrumentAt = instruments.findIndex(({ id }) => id === payload.instrument_id)
  const instrument = instruments[instrumentAt]
  const botAt = botIds.indexOf(payload.bot_id ?? MANUAL_BOT)
  if (instrument === undefined)
    return refusal('INSTRUMENT_UNKNOWN', `there is no instrument '${payload.instrument_id}'`)
  if (botAt < 0) return refusal('BOT_UNKNOWN', `there is no bot '${payload.bot_id ?? MANUAL_BOT}'`)
  const ticks = (text: string | undefined) => (text === undefined ? undefined : Number(text) / instrument.tick)
  const { side, type, qty, time_in_force: timeInForce, reduce_only: reduceOnly = false } = payload
  const explained = kernel.explain(botAt, instrumentAt, {
    side,
    type,
    qty: Number(qty) / instrument.lot,
    limit: ticks(payload.limit),
    stop: ticks(payload.stop),
    reduceOnly,
    ...(timeInForce === undefined ? {} : { timeInForce }),
    origin: 'operator',
    reasonCode: reduceOnly ? MANUAL.exit : MANUAL.entry,
  })
  if ('refused' in explained) {
    const result = { decision: 'BLOCK', reasonCodes: [explained.refused], action: 'UNKNOWN', rules: [] }
    return { ok: true, reasonCodes: [], detail: `${explained.refused}: ${explained.detail}`, result }
  }
  const { action, decision, rules } = explained
  const result = {
    action,
    decision: decision.decision,
    isAllowed: isPermitted(decision.decision),
    reasonCodes: decision.reasonCodes,
    rules: rules.map(({ rule, verdict }) => ({
      number: rule.number,
      decision: verdict?.decision ?? 'PASS',
      reason_code: verdict?.reasonCode ?? null,
      inputs: verdict?.inputs ?? {},
      may_say: rule.reasonCodes,
    })),
  }
  return { ok: true, reasonCodes: [], detail: `${decision.decision} ${decision.reasonCodes.join(' ')}`, result }
}

function refusal(code: string, detail: string): CommandOutcome {
  return { ok: false, reasonCodes: [code], detail }
}
