import { type KillLevel, killSeverity } from '../../risk/kill.ts'
import type { SafetyMode } from '../../risk/mode.ts'
import type { CommandPayload, CommandType } from '../command-catalogue.ts'
import { FLAGS, type FlagDeclaration, isFlag } from './flags.ts'
import type { Right } from './roles.ts'

/**
 * How a dangerous operation is confirmed (UGF-0-006). T0 can lose money at once: reason, challenge and typed phrase. T1
 * relaxes a guard: reason and challenge. T2 is large and harms no money: reason and challenge as well.
 */
export type Tier = 'none' | 'T2' | 'T1' | 'T0'

export type RunMode = 'paper' | 'forward' | 'shadow' | 'canary' | 'live'

/** What setting a limit would do. */
export interface LimitStep {
  readonly before: string
  readonly after: string
  /** Whether more may happen then. */
  readonly relaxes: boolean
}

/** What an operation's tier depends on besides its payload. */
export interface Situation {
  readonly runMode: RunMode
  /** Whether the venue is a simulated one: no money is at stake. */
  readonly isSimulated: boolean
  readonly safetyMode: SafetyMode
  killAt(scope: string): KillLevel
  positionsIn(scope: string): number
  limitStep(payload: CommandPayload<'LIMIT_SET'>): LimitStep
}

/** What one wish, as it stands, asks of whoever has it. */
export interface Demand {
  readonly right: Right
  readonly tier: Tier
  /** Makes things safer: no capability stands in its way, and a short reason does. */
  readonly tightens: boolean
  /** Whether it is said why, in eight characters or more. */
  readonly needsReason: boolean
  /** To be typed word for word; undefined where nothing is. */
  readonly phrase: string | undefined
  /** Whether the phrase may come with the wish itself, without a challenge in between. */
  readonly atOnce: boolean
  readonly scope: string
  /** Leaves SAFE_MODE where no money is at stake: an operator may. */
  readonly isSafeModeRelease: boolean
  /** Asks for something that another person decides on. */
  readonly isRequest: boolean
}

type Asked = Partial<Demand> & Pick<Demand, 'right'>
type Rule<T extends CommandType> = Asked | ((payload: CommandPayload<T>, now: Situation) => Asked)

export const LIVE_PHRASE = 'I UNDERSTAND LIVE RISK'
export const PLAIN_PHRASE = 'CONFIRM'

/** The phrase that a flatten is confirmed with: it names the act and makes the eye read the size. */
export function flattenPhrase(positions: number): string {
  return `flatten ${positions}`
}

/** Whether a run can lose money. */
export function isMoney(runMode: RunMode): boolean {
  return runMode === 'canary' || runMode === 'live'
}

const stopping = { right: 'stop', tightens: true } as const
const botOf = ({ bot_id: botId }: { readonly bot_id: string }) => `bot:${botId}`

/** Working a scope down trades: its phrase makes the eye read how much, and may be given at once: a stop is never slow. */
function flattening(scope: string, now: Situation): Asked {
  return { ...stopping, scope, tier: 'T0', phrase: flattenPhrase(now.positionsIn(scope)), atOnce: true }
}

/** Starting something: where it trades decides who may. */
function starting({ runMode }: Situation, scope: string): Asked {
  if (isMoney(runMode)) return { right: 'live', tier: 'T0', scope }
  return { right: runMode === 'shadow' ? 'shadow' : 'paper', scope }
}

/** What is changed while it may trade: with money at stake a change of what live runs with. */
function changing({ runMode }: Situation, scope: string): Asked {
  return isMoney(runMode) ? { right: 'release', tier: 'T1', scope } : { right: 'paper', scope }
}

/** A case of reconciliation: where no money is at stake, whoever may release SAFE_MODE. */
function tending({ runMode }: Situation): Asked {
  return { right: 'release', isSafeModeRelease: !isMoney(runMode) }
}

function canFlatten(level: KillLevel): boolean {
  return level === 'FLATTEN' || level === 'HALT'
}

/** Off is off at once where it only stops more from happening; what guards is not relaxed in passing. */
function flagging({ name, stage }: CommandPayload<'FLAG_SET'>, { isSimulated }: Situation): Asked {
  const flag: FlagDeclaration | undefined = isFlag(name) ? FLAGS[name] : undefined
  if (stage === 'off' && flag?.isKill === true) return stopping
  const nearsMoney = !isSimulated && (stage === 'canary' || stage === 'on')
  // The switch that every challenge waits for cannot wait for one itself.
  if (flag?.isSwitch === true) return { right: 'govern', needsReason: true }
  const relaxes = flag?.isKill === false && stage === 'off'
  return { right: 'govern', needsReason: true, tier: nearsMoney || relaxes ? 'T1' : 'none' }
}

/** Every operation that an engine knows. What is not here is refused; what tightens is never gated by a capability. */
export const OPERATIONS: { readonly [T in CommandType]: Rule<T> } = {
  BOT_REGISTER: (payload, now) => changing(now, botOf(payload)),
  BOT_START: (payload, now) => starting(now, botOf(payload)),
  BOT_RESUME: (payload, now) => starting(now, botOf(payload)),
  BOT_PAUSE: (payload) => ({ ...stopping, scope: botOf(payload) }),
  BOT_STOP: (payload) => ({ ...stopping, scope: botOf(payload) }),
  BOT_SET_PARAMS: (payload, now) => changing(now, botOf(payload)),
  BOT_SET_ALLOCATION: (payload, now) => changing(now, botOf(payload)),
  BOT_RELEASE: (payload) => ({ right: 'release', tier: 'T1', scope: botOf(payload) }),
  ORDER_PLACE: ({ instrument_id: id }, now) => starting(now, `instrument:${id}`),
  GATE_EXPLAIN: { right: 'observe' },
  ORDER_CANCEL: stopping,
  CANCEL_ALL: ({ scope = 'global' }) => ({ ...stopping, scope }),
  POSITION_CLOSE: ({ instrument_id: id }) => ({ ...stopping, scope: `instrument:${id}` }),
  KILL_RAISE: ({ scope, level }, now) =>
    level === 'FLATTEN' && killSeverity(now.killAt(scope)) < killSeverity(level)
      ? flattening(scope, now)
      : { ...stopping, scope },
  KILL_LOWER: ({ scope }, now) => ({
    right: 'release',
    tier: canFlatten(now.killAt(scope)) ? 'T0' : 'T1',
    scope,
  }),
  MODE_RAISE: stopping,
  MODE_RELEASE: (_, { safetyMode, runMode }) => ({
    right: 'release',
    tier: safetyMode === 'HALTED' ? 'T0' : 'T1',
    isSafeModeRelease: safetyMode === 'SAFE_MODE' && !isMoney(runMode),
  }),
  INTERLOCK_SUPPRESS: { right: 'exception', tier: 'T1' },
  // A yes is the start of an order; a no, and taking back, stop one.
  APPROVAL_VOTE: ({ vote }, { runMode }) => (vote === 'no' ? stopping : { right: isMoney(runMode) ? 'live' : 'paper' }),
  APPROVAL_CANCEL: stopping,
  APPROVAL_STANDING_ADD: (payload, { runMode }) => ({
    right: isMoney(runMode) ? 'live' : 'paper',
    tier: 'T1',
    scope: botOf(payload),
  }),
  APPROVAL_STANDING_REVOKE: stopping,
  RECONCILE_RUN: { right: 'upkeep' },
  ALERT_ACK: stopping,
  DEADMAN_ACK: stopping,
  ENGINE_STOP: ({ how }, now) => (how === 'flatten' ? flattening('global', now) : stopping),
  VENUE_FAULT: { right: 'paper' },
  // Whose right it takes is that of what is confirmed.
  CONFIRM: { right: 'observe' },
  FLAG_SET: flagging,
  TIME_NOTE: { right: 'upkeep' },
  EXPORT_NOTED: { right: 'observe' },
  CONFIG_APPLY: { right: 'release', tier: 'T1' },
  LIVE_ARM: { right: 'live', tier: 'T0', phrase: LIVE_PHRASE },
  LIVE_DISARM: stopping,
  STAGE_PROMOTE: { right: 'live', tier: 'T1' },
  STAGE_DEMOTE: stopping,
  CASE_CLASSIFY: (_, now) => tending(now),
  CASE_REPAIR: (_, now) => tending(now),
  CASE_SIGNOFF: (_, now) => ({ ...tending(now), tier: 'T1' }),
  BREAK_GLASS_OPEN: ({ scope }) => ({ right: 'exception', tier: 'T0', isRequest: true, scope }),
  BREAK_GLASS_APPROVE: { right: 'exception', tier: 'T1' },
  BREAK_GLASS_CLOSE: stopping,
  BREAK_GLASS_REVIEW: { right: 'govern' },
  OPERATOR_SET: { right: 'govern', tier: 'T1' },
  OPERATOR_ROLE: { right: 'govern', tier: 'T1' },
  OPERATOR_BOOKS: { right: 'govern', tier: 'T1' },
  OPERATOR_DUTY: ({ seconds }) => ({ right: 'govern', needsReason: true, tier: seconds === 0 ? 'none' : 'T1' }),
  // Taking rights away waits for nothing.
  OPERATOR_REVOKE: { right: 'govern', tightens: true, needsReason: true },
  OPERATOR_UNLOCK: { right: 'govern', tier: 'T1' },
  LOGIN_NOTED: { right: 'observe' },
  // A stricter limit is in force at once.
  LIMIT_SET: (payload, now) => {
    const scope = payload.scope ?? 'global'
    return now.limitStep(payload).relaxes
      ? { right: 'release', tier: 'T1', scope }
      : { ...stopping, needsReason: true, scope }
  },
}

/**
 * What a wish asks of whoever has it, as things stand now.
 *
 * @param payload as its schema read it
 * @returns undefined for an operation that nobody decided about: it is refused
 */
export function demandOf(type: string, payload: unknown, now: Situation): Demand | undefined {
  if (!Object.hasOwn(OPERATIONS, type)) return undefined
  // Type and payload belong together: the schema of the one has read the other.
  const rule = OPERATIONS[type as CommandType] as Asked | ((payload: unknown, now: Situation) => Asked)
  const asked = typeof rule === 'function' ? rule(payload, now) : rule
  const { tier = 'none', scope = 'global', tightens = false } = asked
  const phrase = tier === 'T0' ? (asked.phrase ?? (isMoney(now.runMode) ? LIVE_PHRASE : PLAIN_PHRASE)) : undefined
  const { right, atOnce = false, isSafeModeRelease = false, isRequest = false } = asked
  const { needsReason = tier !== 'none' && !tightens } = asked
  return { right, tier, tightens, needsReason, phrase, atOnce, scope, isSafeModeRelease, isRequest }
}
