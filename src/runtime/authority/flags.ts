import { hash } from 'node:crypto'
import type { RunMode } from './operations.ts'

/** How far a flag has come; it goes up one stage at a time, and down at once. */
export const FLAG_STAGES = ['off', 'dev', 'paper', 'shadow', 'canary', 'on'] as const
export type FlagStage = (typeof FLAG_STAGES)[number]

/** What a flag is for, and what holds while it is off (UGF-0-020). */
export interface FlagDeclaration {
  readonly owner: string
  readonly what: string
  readonly offBehaviour: string
  /** What holds when the flags cannot be read, where that is not what `off` means. */
  readonly degradedBehaviour: string
  /** It only lets more happen: any operator may turn it off at once. */
  readonly isKill: boolean
  /** A plain switch without stages between off and on. */
  readonly isSwitch: boolean
  /** Flags, and facts of the profile, that must hold while this one is above off. */
  readonly needs: readonly string[]
}

const refuses = { degradedBehaviour: 'as off', isKill: true, isSwitch: false, needs: [] } as const
const guards = { ...refuses, isKill: false } as const

/** The base set. A flag that is not declared here is off, and cannot be turned on. */
export const FLAGS = {
  live_enabled: {
    ...refuses,
    owner: 'operations',
    what: 'orders may reach a real venue',
    offBehaviour: 'canary and live runs are refused',
    needs: ['audit_chain'],
  },
  dangerous_ops: {
    ...refuses,
    owner: 'operations',
    what: 'operations that relax or risk may be confirmed',
    offBehaviour: 'they are refused; tightening goes on',
    isSwitch: true,
  },
  market_orders_live: {
    ...refuses,
    owner: 'risk',
    what: 'orders without a price with real money',
    offBehaviour: 'they are refused',
    needs: ['live_enabled'],
  },
  auto_flatten: {
    ...refuses,
    owner: 'risk',
    what: 'a broken limit is answered by FLATTEN',
    offBehaviour: 'it is answered by CLOSE_ONLY and an alert',
  },
  algos: {
    ...refuses,
    owner: 'execution',
    what: 'orders are worked in slices',
    offBehaviour: 'orders go out whole',
  },
  sor: {
    ...refuses,
    owner: 'execution',
    what: 'orders are routed among venues',
    offBehaviour: 'each instrument has one venue',
    needs: ['algos'],
  },
  'obs.slo_enforced': {
    ...guards,
    owner: 'operations',
    what: 'a spent error budget stops promotions',
    offBehaviour: 'it is told and stops nothing',
  },
  replay_gate: {
    ...guards,
    owner: 'research',
    what: 'a strategy is promoted only when its replay agrees',
    offBehaviour: 'replays are told and stop nothing',
  },
  loopback_http: {
    ...refuses,
    owner: 'operations',
    what: 'health is served on this machine',
    offBehaviour: 'nothing is served',
  },
  webhook: {
    ...refuses,
    owner: 'operations',
    what: 'alerts leave this machine',
    offBehaviour: 'alerts stay on this machine',
  },
} as const satisfies Readonly<Record<string, FlagDeclaration>>
export type FlagName = keyof typeof FLAGS

export function isFlag(name: string): name is FlagName {
  return Object.hasOwn(FLAGS, name)
}

export const FLAG_NAMES: readonly FlagName[] = Object.keys(FLAGS).filter(isFlag)

/** A flag as the store has it. */
export interface FlagRow {
  readonly name: string
  readonly stage: string
  /** When it goes back to off by itself, µs. */
  readonly expiresTs: number | undefined
  readonly changedTs: number
  readonly actor: string
  readonly reason: string
}

/** One change, kept for good. */
export interface FlagChange {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly expiresTs: number | undefined
  readonly ts: number
  readonly actor: string
  readonly reason: string
  /** Of the flags after the change. */
  readonly snapshotHash: string
}

/** All flags at one moment: what a decision was made with. Never changes. */
export interface FlagSnapshot {
  readonly stages: Readonly<Record<FlagName, FlagStage>>
  /** SHA-256 over names and stages, hex: part of every decision that asked a flag. */
  readonly hash: string
  /** Why the flags could not be read; all are off then. */
  readonly fault: string | undefined
  /** Flags whose time is over: off, though nobody turned them off. */
  readonly expired: readonly FlagName[]
}

/**
 * Takes a picture of the flags.
 *
 * @param rows undefined when the store could not be read: everything is off
 * @param isSimulated where no money is at stake, dangerous operations are enabled from the start
 */
export function flagSnapshot(
  rows: readonly FlagRow[] | undefined,
  { nowTs, isSimulated }: { readonly nowTs: number; readonly isSimulated: boolean },
): FlagSnapshot {
  if (rows === undefined) return allOff('the flags cannot be read')
  const stages = initialStages(isSimulated)
  const expired: FlagName[] = []
  for (const { name, stage, expiresTs } of rows) {
    if (!isFlag(name)) return allOff(`flag '${name}' is not declared`)
    if (!isStage(stage)) return allOff(`flag ${name} has the stage '${stage}'`)
    if (expiresTs !== undefined && !Number.isFinite(expiresTs)) return allOff(`flag ${name} ends at '${expiresTs}'`)
    const isOver = expiresTs !== undefined && nowTs >= expiresTs && stage !== 'off'
    if (isOver) expired.push(name)
    stages[name] = isOver ? 'off' : stage
  }
  return { stages, hash: hashOf(stages), fault: undefined, expired }
}

/** Whether a flag lets something happen in a run of this mode; one that is unknown does not. */
export function isFlagOn(snapshot: FlagSnapshot, name: string, runMode: RunMode): boolean {
  return isFlag(name) && rank(snapshot.stages[name]) >= rank(STAGE_FOR[runMode])
}

const STAGE_FOR: Readonly<Record<RunMode, FlagStage>> = {
  paper: 'paper',
  forward: 'paper',
  shadow: 'shadow',
  canary: 'canary',
  live: 'on',
}

export interface FlagWish {
  readonly name: string
  readonly stage: FlagStage
  /** Where the checks of the stage before are recorded. */
  readonly evidence: string | undefined
  readonly expiresTs: number | undefined
}

export type FlagRefusal = { readonly code: string; readonly detail: string }

/**
 * Judges a change of a flag: up one stage at a time, never into a combination that is forbidden, never out of one that another
 * flag needs, and to money only with evidence.
 *
 * @param facts facts of the profile that flags may need: `audit_chain`
 */
export function judgeFlag(
  snapshot: FlagSnapshot,
  { name, stage, evidence, expiresTs }: FlagWish,
  { facts, isSimulated, nowTs }: { facts: ReadonlySet<string>; isSimulated: boolean; nowTs: number },
): FlagRefusal | undefined {
  if (!isFlag(name)) return { code: 'FLAG_UNKNOWN', detail: `no flag is called '${name}'` }
  const { isSwitch, needs }: FlagDeclaration = FLAGS[name]
  const from = snapshot.stages[name]
  const isUp = rank(stage) > rank(from)
  if (isSwitch && stage !== 'on' && stage !== 'off')
    return { code: 'FLAG_STAGE_INVALID', detail: `${name} is a switch: on or off, not ${stage}` }
  if (snapshot.fault !== undefined && isUp)
    return { code: 'FLAGS_UNREADABLE', detail: `${snapshot.fault}: nothing is turned on` }
  if (isUp && !isSwitch && rank(stage) !== rank(from) + 1)
    return { code: 'FLAG_STAGE_SKIPPED', detail: `${name} is at ${from}: the next stage is ${nextStage(from)}` }
  if (expiresTs !== undefined && expiresTs <= nowTs)
    return { code: 'FLAG_EXPIRED', detail: `${name} would be over before it began` }
  const isOn = (other: string) => facts.has(other) || (isFlag(other) && rank(snapshot.stages[other]) >= rank(stage))
  const missing = stage === 'off' ? undefined : needs.find((other) => !isOn(other))
  if (missing !== undefined)
    return { code: 'FLAG_COMBINATION', detail: `${name} at ${stage} needs ${missing}, which is not there` }
  const dependant = FLAG_NAMES.find((other) => {
    const declared: FlagDeclaration = FLAGS[other]
    return declared.needs.includes(name) && rank(snapshot.stages[other]) > rank(stage)
  })
  if (dependant !== undefined)
    return { code: 'FLAG_COMBINATION', detail: `${dependant} needs ${name}: turn ${dependant} off first` }
  if (isUp && !isSwitch && !isSimulated && (stage === 'canary' || stage === 'on') && (evidence ?? '') === '')
    return { code: 'EVIDENCE_REQUIRED', detail: `${name} goes to ${stage} with the checks of ${from} recorded` }
  return undefined
}

/** The stage above; undefined at the top. */
export function nextStage(stage: FlagStage): FlagStage | undefined {
  return FLAG_STAGES[rank(stage) + 1]
}

/**
 * The flags as they were when a snapshot had this hash, from all changes, oldest first: a decision is judged again with what
 * it was made with. A flag that only expired changed nothing that was recorded.
 */
export function flagsAt(
  hashed: string,
  changes: readonly FlagChange[],
  options: { readonly isSimulated: boolean },
): FlagSnapshot | undefined {
  const stages = initialStages(options.isSimulated)
  const found = () => hashOf(stages) === hashed
  for (const { name, to } of changes) {
    if (found()) break
    if (isFlag(name) && isStage(to)) stages[name] = to
  }
  return found() ? { stages, hash: hashed, fault: undefined, expired: [] } : undefined
}

function initialStages(isSimulated: boolean): Record<FlagName, FlagStage> {
  const stages = Object.fromEntries(FLAG_NAMES.map((name) => [name, 'off'])) as Record<FlagName, FlagStage>
  if (isSimulated) stages.dangerous_ops = 'on'
  return stages
}

function allOff(fault: string): FlagSnapshot {
  const stages = initialStages(false)
  return { stages, hash: hashOf(stages), fault, expired: [] }
}

function hashOf(stages: Readonly<Record<FlagName, FlagStage>>): string {
  return hash('sha256', FLAG_NAMES.map((name) => `${name}=${stages[name]}`).join('\n'), 'hex')
}

function rank(stage: FlagStage): number {
  return FLAG_STAGES.indexOf(stage)
}

function isStage(text: string): text is FlagStage {
  return (FLAG_STAGES as readonly string[]).includes(text)
}
