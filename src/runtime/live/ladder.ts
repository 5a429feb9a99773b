/** Stages of a profile at a real venue, each nearer to money than the one before (UGF-D-007). */
export const STAGES = ['forward', 'shadow', 'canary', 'live'] as const
export type Stage = (typeof STAGES)[number]

/** What was seen of a stage, all its sessions together. */
export interface StageTally {
  /** Time at work: running, and the venue connected, ms. */
  readonly workMs: number
  readonly fills: number
  /** Sum over the fills of how much worse than the best opposite price at the decision each was, basis points. */
  readonly slipBps: number
  readonly sent: number
  /** Of them, those that the venue turned down. */
  readonly rejected: number
  /** Comparisons of the books that said MISMATCH. */
  readonly mismatches: number
}

export const NOTHING_SEEN: StageTally = { workMs: 0, fills: 0, slipBps: 0, sent: 0, rejected: 0, mismatches: 0 }

/** One thing that a promotion asks for. */
export interface Condition {
  readonly name: string
  readonly expected: string
  readonly found: string
  readonly isMet: boolean
}

const MS_PER_DAY = 86_400_000
const FORWARD_DAYS = 7
const SHADOW_DAYS = 3
const CANARY_DAYS = 3
const CANARY_FILLS = 50
/** Average over the fills, and the share of orders that a venue may turn down. */
export const SLIP_BPS_MAX = 20
export const REJECTED_MAX = 0.02
/** So many are needed before an average says anything. */
export const FILLS_JUDGED = 20
const SENT_JUDGED = 50

/** The stage before; undefined for the first. */
export function stageBefore(stage: Stage): Stage | undefined {
  return STAGES[STAGES.indexOf(stage) - 1]
}

export function isBeyond(stage: Stage, granted: Stage): boolean {
  return STAGES.indexOf(stage) > STAGES.indexOf(granted)
}

/**
 * What a promotion to a stage asks of the stage before it.
 *
 * @param evidence a backtest's run id, which the first stage asks for
 */
export function conditionsFor(
  to: Stage,
  tallies: Readonly<Record<Stage, StageTally>>,
  evidence: string | undefined,
): readonly Condition[] {
  switch (to) {
    case 'forward':
      return [
        {
          name: 'backtest',
          expected: 'the id of a finished run',
          found: evidence ?? 'none',
          isMet: evidence !== undefined,
        },
      ]
    case 'shadow':
      return [days('forward', tallies.forward, FORWARD_DAYS)]
    case 'canary':
      return [days('shadow', tallies.shadow, SHADOW_DAYS), ...bandOf('shadow', tallies.shadow)]
    case 'live': {
      const { canary } = tallies
      const time = days('canary', canary, CANARY_DAYS)
      const isMet = time.isMet || canary.fills >= CANARY_FILLS
      const enough = {
        name: 'canary time or fills',
        expected: `${time.expected}, or ${CANARY_FILLS} fills`,
        found: `${time.found}, ${canary.fills} fills`,
        isMet,
      }
      return [enough, ...bandOf('canary', canary)]
    }
  }
}

function days(stage: Stage, { workMs }: StageTally, least: number): Condition {
  const found = workMs / MS_PER_DAY
  return {
    name: `${stage} time`,
    expected: `${least} days at work`,
    found: `${found.toFixed(2)} days`,
    isMet: found >= least,
  }
}

/** Within the band, as far as there is something to judge. */
function bandOf(stage: Stage, tally: StageTally): readonly Condition[] {
  const { fills, slipBps, sent, rejected, mismatches } = tally
  const average = fills === 0 ? 0 : slipBps / fills
  const share = sent === 0 ? 0 : rejected / sent
  return [
    {
      name: `${stage} slippage`,
      expected: `at most ${SLIP_BPS_MAX} bps on average`,
      found: fills === 0 ? 'no fills' : `${average.toFixed(1)} bps over ${fills} fills`,
      isMet: average <= SLIP_BPS_MAX,
    },
    {
      name: `${stage} rejects`,
      expected: `at most ${100 * REJECTED_MAX} % of the orders`,
      found: `${rejected} of ${sent}`,
      isMet: share <= REJECTED_MAX,
    },
    {
      name: `${stage} mismatches`,
      expected: 'none',
      found: String(mismatches),
      isMet: mismatches === 0,
    },
  ]
}

/** What takes a stage back by itself; undefined while nothing does. */
export function breachOf(stage: Stage, tally: StageTally): string | undefined {
  if (stage === 'forward') return undefined
  const { fills, slipBps, sent, rejected, mismatches } = tally
  if (mismatches > 0) return `the books did not match ${mismatches} times`
  if (fills >= FILLS_JUDGED && slipBps / fills > SLIP_BPS_MAX)
    return `${(slipBps / fills).toFixed(1)} bps slippage on average over ${fills} fills, at most ${SLIP_BPS_MAX}`
  if (sent >= SENT_JUDGED && rejected / sent > REJECTED_MAX)
    return `${rejected} of ${sent} orders were turned down, at most ${100 * REJECTED_MAX} %`
  return undefined
}
