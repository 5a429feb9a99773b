/** Where a request for a person's word stands (UGF-G-001). The last five are final. */
export const APPROVAL_STATES = [
  'PENDING',
  'APPROVED',
  'EXECUTING',
  'EXECUTED',
  'FAILED',
  'REJECTED',
  'EXPIRED',
  'INVALIDATED',
  'CANCELED',
] as const
export type ApprovalState = (typeof APPROVAL_STATES)[number]

/** Every step there is; what is not here is a mistake of the program. */
export const APPROVAL_STEPS: Readonly<Record<ApprovalState, readonly ApprovalState[]>> = {
  PENDING: ['APPROVED', 'REJECTED', 'EXPIRED', 'INVALIDATED', 'CANCELED'],
  APPROVED: ['EXECUTING', 'INVALIDATED', 'EXPIRED'],
  EXECUTING: ['EXECUTED', 'FAILED'],
  EXECUTED: [],
  FAILED: [],
  REJECTED: [],
  EXPIRED: [],
  INVALIDATED: [],
  CANCELED: [],
}

export function isFinal(state: ApprovalState): boolean {
  return APPROVAL_STEPS[state].length === 0
}

export const APPROVAL_KINDS = ['order', 'operation', 'promotion'] as const
export type ApprovalKind = (typeof APPROVAL_KINDS)[number]

/** How long each kind waits for its word, seconds. */
export const APPROVAL_LIFE_S: Readonly<Record<ApprovalKind, number>> = { order: 60, operation: 900, promotion: 86_400 }

export interface ApprovalVote {
  readonly actor: string
  readonly isYes: boolean
  readonly reason: string
  readonly ts: number
}

/** What the world was like when the question was put: what has changed since makes the answer worthless. */
export interface ApprovalGround {
  /** Middle of the market, ticks; undefined where the subject has no price. */
  readonly price: number | undefined
  /** Signed lots of the bot in the instrument. */
  readonly position: number
  readonly isDataOk: boolean
  /** Safety mode and strictest kill level, as ranks: higher is stricter. */
  readonly modeRank: number
  readonly killRank: number
}

/** One question to a person, with all that was said about it. */
export interface Approval {
  readonly id: string
  readonly kind: ApprovalKind
  /** What it is about: a bot and an instrument, or an operation. */
  readonly subject: string
  /** Carried out when it is approved, as it stands here. */
  readonly payload: Readonly<Record<string, unknown>>
  readonly payloadSha256: string
  /** One line for the person who is asked. */
  readonly summary: string
  /** Rules that want a person's word, by name. */
  readonly rules: readonly string[]
  readonly requestedBy: string
  readonly ground: ApprovalGround
  readonly createdTs: number
  readonly expiresTs: number
  /** Different persons that have to say yes. */
  readonly required: number
  readonly votes: readonly ApprovalVote[]
  readonly state: ApprovalState
  /** Why it ended; empty while it has not. */
  readonly reasonCode: string
  readonly detail: string
  readonly changedTs: number
}

/** A price that moved by more than this is another price, basis points. */
const PRICE_BPS_MAX = 20
/** The same person may say yes twice where there is no other, after this pause. */
const SOLO_PAUSE_US = 10_000_000

export interface VoteTerms {
  /** There is one person: the same may give both words, with a pause and the subject typed. */
  readonly isSolo: boolean
  /** What was typed to confirm; the subject's id, where the same person says yes again. */
  readonly typed: string | undefined
}

/** Why a vote does not count. */
export interface VoteRefusal {
  readonly refused: string
  readonly detail: string
}

/** Takes a vote: one no ends it, as many different yes as required approve it. */
export function withVote(approval: Approval, vote: ApprovalVote, terms: VoteTerms): Approval | VoteRefusal {
  const { state, votes, required, subject } = approval
  if (state !== 'PENDING') return { refused: 'APPROVAL_NOT_PENDING', detail: `${approval.id} is ${state}` }
  if (!isPerson(vote.actor))
    return { refused: 'AUTOMATION_CANNOT_VOTE', detail: `${vote.actor} is no person: services may ask, and never vote` }
  if (vote.reason.trim().length < 4)
    return { refused: 'REASON_REQUIRED', detail: 'a vote says why, in at least 4 characters' }
  const all = [...votes, vote]
  if (!vote.isYes) return ended({ ...approval, votes: all }, 'REJECTED', 'REJECTED', vote.reason, vote.ts)
  const mine = votes.filter(({ actor, isYes }) => isYes && actor === vote.actor)
  if (mine.length > 0) {
    const again = soloRefusal(mine, vote, terms, subject)
    if (again !== undefined) return again
  }
  const yes = all.filter(({ isYes }) => isYes).length
  const next = { ...approval, votes: all, changedTs: vote.ts }
  return yes >= required ? { ...next, state: 'APPROVED' } : next
}

function soloRefusal(
  mine: readonly ApprovalVote[],
  { ts, actor }: ApprovalVote,
  { isSolo, typed }: VoteTerms,
  subject: string,
): VoteRefusal | undefined {
  if (!isSolo) return { refused: 'SECOND_PERSON_REQUIRED', detail: `${actor} has said yes: another person has to` }
  const pausedUs = ts - Math.max(...mine.map((vote) => vote.ts))
  if (pausedUs < SOLO_PAUSE_US)
    return {
      refused: 'SOLO_PAUSE',
      detail: `the same person says yes again after ${SOLO_PAUSE_US / 1e6} s, not before`,
    }
  if (typed?.trim() !== subject)
    return { refused: 'CONFIRMATION_REQUIRED', detail: `type what it is about to say yes again: ${subject}` }
  return undefined
}

/** Whether an actor is a person: services may ask and never vote. */
export function isPerson(actor: string): boolean {
  return actor.startsWith('human:')
}

/** Something that has to be as it was when the question was put. */
export interface GroundCheck {
  readonly name: string
  readonly isMet: boolean
  /** What it was and what it is. */
  readonly fact: string
}

/** What the answer rests on, then and now: what a person looks at before the word is given. */
export function groundChecks({ ground }: Approval, now: ApprovalGround): readonly GroundCheck[] {
  const bps =
    ground.price === undefined || now.price === undefined
      ? undefined
      : (10_000 * (now.price - ground.price)) / ground.price
  return [
    { name: 'data', isMet: now.isDataOk, fact: now.isDataOk ? 'fresh' : 'stale or gone' },
    {
      name: 'price',
      isMet: ground.price === undefined || (bps !== undefined && Math.abs(bps) <= PRICE_BPS_MAX),
      fact:
        bps === undefined
          ? 'not known'
          : `moved ${bps >= 0 ? '+' : ''}${bps.toFixed(1)} bps, ${PRICE_BPS_MAX} bps end it`,
    },
    {
      name: 'position',
      isMet: now.position === ground.position,
      fact: `was ${ground.position} lots, is ${now.position}`,
    },
    {
      name: 'safety mode',
      isMet: now.modeRank <= ground.modeRank,
      fact: now.modeRank <= ground.modeRank ? 'no stricter' : 'stricter since',
    },
    {
      name: 'kill level',
      isMet: now.killRank <= ground.killRank,
      fact: now.killRank <= ground.killRank ? 'no stricter' : 'raised since',
    },
  ]
}

/** What makes the question worthless now; undefined while it stands. */
export function staleness(
  { ground, expiresTs }: Approval,
  now: ApprovalGround,
  ts: number,
): { readonly state: 'EXPIRED' | 'INVALIDATED'; readonly reasonCode: string; readonly detail: string } | undefined {
  const invalid = (reasonCode: string, detail: string) => ({ state: 'INVALIDATED', reasonCode, detail }) as const
  if (ts >= expiresTs) return { state: 'EXPIRED', reasonCode: 'EXPIRED', detail: 'nobody answered in time' }
  if (!now.isDataOk) return invalid('DATA_NOT_OK', 'the price it rests on is stale or gone')
  if (now.modeRank > ground.modeRank) return invalid('SAFETY_TIGHTENED', 'the safety mode became stricter')
  if (now.killRank > ground.killRank) return invalid('KILL_TIGHTENED', 'a kill level was raised')
  if (now.position !== ground.position)
    return invalid('POSITION_CHANGED', `the position was ${ground.position} lots and is ${now.position}`)
  if (ground.price === undefined) return undefined
  if (now.price === undefined) return invalid('DATA_NOT_OK', 'there is no price now')
  // Whole ticks, multiplied: a quotient would be a hair above the limit at the limit.
  const moved = 10_000 * Math.abs(now.price - ground.price)
  if (moved <= PRICE_BPS_MAX * ground.price) return undefined
  return invalid('PRICE_MOVED', `the price moved by ${(moved / ground.price).toFixed(1)} bps`)
}

/** Takes one step. @throws where there is no such step */
export function ended(
  approval: Approval,
  state: ApprovalState,
  reasonCode: string,
  detail: string,
  ts: number,
): Approval {
  if (!APPROVAL_STEPS[approval.state].includes(state))
    throw new Error(
      `${approval.id} goes from ${approval.state} to one of ${APPROVAL_STEPS[approval.state].join(', ')}, not to ${state}`,
    )
  return { ...approval, state, reasonCode, detail, changedTs: ts }
}
