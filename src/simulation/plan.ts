import { Random } from '../domain/random.ts'

/** What can be done to the network and the venue; each spoils so many occasions, or lasts so long. */
export const NETWORK_FAULTS = [
  'lose-answer',
  'lose-request',
  'delay-answer',
  'error-page',
  'http-500',
  'http-429',
  'truncate-answer',
  'lose-frame',
  'repeat-frame',
  'delay-frame',
  'swap-frames',
  'skip-diff',
  'silence',
  'half-open',
  'drop-streams',
  'fill-during-cancel',
  'event-first',
  'maintenance',
  'clock-skew',
  'partial-balance',
] as const
export type NetworkFault = (typeof NETWORK_FAULTS)[number]

/** Where a process can die: around any of its writes, and around anything that leaves it. */
export const DEATHS = ['before-commit', 'torn-commit', 'after-commit', 'before-send', 'after-send', 'at-once'] as const
export type Death = (typeof DEATHS)[number]

/** What an operator may do at any moment. */
export const OPERATOR_ACTS = [
  'kill-close-only',
  'kill-halt',
  'kill-flatten',
  'kill-lower',
  'kill-word',
  'cancel-all',
  'pause-bot',
  'resume-bot',
  'close-position',
  'place-order',
  'reconcile',
  'limit-down',
  'stop-safe',
  'stop-now',
  'arm',
  'disarm',
] as const
export type OperatorAct = (typeof OPERATOR_ACTS)[number]

/** One thing that goes wrong, or that somebody does. Times are ms from the beginning. */
export type Act =
  | {
      readonly kind: 'network'
      readonly atMs: number
      readonly fault: NetworkFault
      readonly times: number
      readonly ms: number
    }
  | {
      readonly kind: 'death'
      readonly atMs: number
      readonly where: Death
      readonly nth: number
      readonly downMs: number
    }
  | { readonly kind: 'disk-full'; readonly atMs: number; readonly forMs: number }
  | { readonly kind: 'disk-slow'; readonly atMs: number; readonly forMs: number; readonly ms: number }
  | { readonly kind: 'clock-jump'; readonly atMs: number; readonly forMs: number; readonly ms: number }
  | { readonly kind: 'operator'; readonly atMs: number; readonly act: OperatorAct; readonly isConfirmed: boolean }
  | { readonly kind: 'foreign-order'; readonly atMs: number; readonly forMs: number }
  | { readonly kind: 'rule-change'; readonly atMs: number; readonly forMs: number }

/** Subsets of what can go wrong, to look for something in particular. */
export const SCENARIOS = ['all', 'crashes', 'network', 'operators', 'disk', 'clock', 'foreign', 'calm'] as const
export type Scenario = (typeof SCENARIOS)[number]

/** All that a seed decides: the same plan is the same run, to the last byte of its journal. */
export interface SimulationPlan {
  readonly seed: number
  readonly minutes: number
  /** How often the engine turns, ms. */
  readonly turnMs: number
  /** Whether the venue keeps ids of ours with its orders: without them a lost order is found by what changed. */
  readonly keepsClientIds: boolean
  readonly amends: 'price-and-size' | 'price' | 'none'
  readonly runMode: 'paper' | 'live'
  readonly everyMs: number
  readonly acts: readonly Act[]
}

const MS_PER_MINUTE = 60_000
const KINDS: { readonly [S in Scenario]: readonly Act['kind'][] } = {
  all: [
    'network',
    'network',
    'network',
    'death',
    'death',
    'operator',
    'operator',
    'disk-full',
    'disk-slow',
    'clock-jump',
    'foreign-order',
    'rule-change',
  ],
  crashes: ['death'],
  network: ['network'],
  operators: ['operator'],
  disk: ['disk-full', 'disk-slow', 'death'],
  clock: ['clock-jump'],
  foreign: ['foreign-order', 'network'],
  calm: [],
}
/** Things that happen in a minute, at the most. */
const ACTS_PER_MINUTE = 8

/** What a seed makes of it. */
export function planOf(
  seed: number,
  { minutes, scenario }: { readonly minutes: number; readonly scenario: Scenario },
): SimulationPlan {
  const random = Random.seeded(seed)
  const pick = <T>(from: readonly T[]): T => from[random.int(from.length)] as T
  const lengthMs = minutes * MS_PER_MINUTE
  const kinds = KINDS[scenario]
  const count = kinds.length === 0 ? 0 : 1 + random.int(Math.max(1, Math.round(minutes * ACTS_PER_MINUTE)))
  const acts = Array.from({ length: count }, () => actOf(pick(kinds), random, lengthMs)).sort((a, b) => a.atMs - b.atMs)
  return {
    seed,
    minutes,
    turnMs: pick([50, 100, 100, 200, 250]),
    keepsClientIds: random.float() < 0.5,
    amends: pick(['price-and-size', 'price', 'none']),
    runMode: random.float() < 0.5 ? 'paper' : 'live',
    everyMs: pick([200, 400, 800]),
    acts,
  }
}

function actOf(kind: Act['kind'], random: Random, lengthMs: number): Act {
  const pick = <T>(from: readonly T[]): T => from[random.int(from.length)] as T
  const between = (least: number, most: number) => least + random.int(most - least + 1)
  const atMs = random.int(lengthMs)
  switch (kind) {
    case 'network':
      return { kind, atMs, fault: pick(NETWORK_FAULTS), times: between(1, 5), ms: between(100, 12_000) }
    case 'death':
      return { kind, atMs, where: pick(DEATHS), nth: between(1, 4), downMs: between(50, 15_000) }
    case 'disk-full':
      return { kind, atMs, forMs: between(500, 15_000) }
    case 'disk-slow':
      return { kind, atMs, forMs: between(500, 8_000), ms: between(20, 3_000) }
    case 'clock-jump':
      return { kind, atMs, forMs: between(500, 20_000), ms: between(-40_000, 40_000) }
    case 'operator':
      return { kind, atMs, act: pick(OPERATOR_ACTS), isConfirmed: random.float() < 0.8 }
    case 'foreign-order':
    case 'rule-change':
      return { kind, atMs, forMs: between(500, 20_000) }
  }
}
