import { formatDuration } from '../../domain/time.ts'
import { type FeeModel, scheduleFees } from './fees.ts'
import { type LatencyModel, NO_LATENCY } from './latency.ts'
import { NO_SLIPPAGE, type SlippageModel } from './slippage.ts'

/** What the simulated venue takes for granted. Each is a value of its own and is printed in every report. */
export interface Assumptions {
  /** When a market order meets bars: the next bar's open, or the close it was decided on. */
  readonly marketFill: 'next-open' | 'same-close'
  /** A resting limit fills when the price trades through it by a tick, or already when it touches it. */
  readonly limitFill: 'through' | 'touch'
  /** A resting limit that the open jumped over fills at its own price, or at the better open. */
  readonly limitGap: 'limit' | 'open'
  /** A stop-limit that the open jumped over meets the open, or is filled as if the stop price had traded. */
  readonly stopLimitGap: 'open' | 'stop-price'
  /**
   * What an order that arrives inside a bar sees of it: protective stops its worst, or nobody anything. With `next-bar` all
   * that answers a limit or a stop is born inside, even where the open already filled it; what answers a market order
   * that filled at the open sees the whole bar either way.
   */
  readonly inBar: 'worst-case' | 'next-bar'
  readonly slippage: SlippageModel
  readonly fees: FeeModel
  readonly latency: LatencyModel
  /** Largest share of a bar's or print's volume that we may be; 1 is no cap on what is there, Infinity ignores volume. */
  readonly participation: number
  /** Whether the venue refuses what the account cannot pay. */
  readonly funds: 'checked' | 'unchecked'
  /** Orders of one moment are also checked when they arrive, as if each had filled at the last price. */
  readonly submissionCheck: boolean
  /** What margin is measured at while a bar is being matched. */
  readonly marginMark: 'fill' | 'bar-close'
  readonly queue: 'conservative' | 'proportional' | 'probability'
  /** Payment between longs and shorts every interval, as a fraction of the notional; 0 is none. */
  readonly funding: { readonly intervalUs: number; readonly rate: number }
}

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  marketFill: 'next-open',
  limitFill: 'through',
  limitGap: 'limit',
  stopLimitGap: 'open',
  inBar: 'worst-case',
  slippage: NO_SLIPPAGE,
  fees: scheduleFees(),
  latency: NO_LATENCY,
  participation: Number.POSITIVE_INFINITY,
  funds: 'checked',
  submissionCheck: false,
  marginMark: 'fill',
  queue: 'conservative',
  funding: { intervalUs: 0, rate: 0 },
}

/** The assumptions in words, one line each, for the report. `kinds` are the kinds of data that the run matched on. */
export function describeAssumptions(
  assumptions: Assumptions,
  kinds: ReadonlySet<string>,
): readonly { readonly name: string; readonly value: string; readonly meaning: string }[] {
  const { marketFill, limitFill, limitGap, stopLimitGap, inBar, marginMark } = assumptions
  const { slippage, latency, participation, funding, queue } = assumptions
  const lines = [{ name: 'slippage', value: slippage.name, meaning: slippage.meaning }]
  const line = (name: string, value: string, meaning: string) => void lines.push({ name, value, meaning })
  if (kinds.has('bars')) {
    line(
      'market orders',
      marketFill,
      marketFill === 'next-open'
        ? 'fill at the open of the first bar that begins after they arrive'
        : 'fill at the close they were decided on, which is optimistic',
    )
    line(
      'path inside a bar',
      'worst case',
      'unknown from four prices: stops are tested before limits, and both touched means the stop',
    )
    line(
      'stops',
      'gap price',
      'a stop that the open jumped over fills at the open, else at its own price, both with slippage',
    )
    line(
      'limits',
      limitFill,
      limitFill === 'through'
        ? 'fill only when the price trades beyond them by a tick'
        : 'fill as soon as the price touches them',
    )
    line(
      'limits at a gap',
      limitGap,
      limitGap === 'limit' ? 'fill at their own price, not at the better open' : 'fill at the better open',
    )
    line(
      'stop-limits at a gap',
      stopLimitGap,
      stopLimitGap === 'open'
        ? 'meet the open, as far as their limit lets them'
        : 'fill as if the stop price had traded',
    )
    line(
      'orders born in a bar',
      inBar,
      inBar === 'worst-case'
        ? 'protective stops may still be hit by that bar, targets not before the next'
        : 'see nothing before the next bar, nor do those that answer a limit or stop filled at the open',
    )
    line(
      'margin',
      marginMark,
      marginMark === 'fill'
        ? 'is measured at the open while a bar is matched'
        : 'is measured at the close of the bar that is being matched, which nobody knows yet',
    )
  }
  if (kinds.has('book')) {
    line('queue', queue, 'a resting order waits behind what stood at its price; trades there are what moves it forward')
    line(
      'own impact',
      'consumed',
      'what our takers take stays gone until the level is next updated; the market does not react to us',
    )
  }
  line('funds', ...fundsInWords(assumptions))
  line('feed latency', formatDuration(latency.feedUs), 'venue to us')
  line('entry latency', latency.describe('entry'), 'us to matching')
  line('response latency', latency.describe('response'), 'matching to us')
  line(
    'participation',
    participation === Number.POSITIVE_INFINITY ? 'uncapped' : `${participation * 100} %`,
    'largest share of the volume of a bar or print that is ours',
  )
  line(
    'funding',
    funding.rate === 0 ? 'none' : `${funding.rate * 100} % every ${formatDuration(funding.intervalUs)}`,
    'paid by longs to shorts on the notional',
  )
  return lines
}

function fundsInWords({ funds, submissionCheck }: Assumptions): [value: string, meaning: string] {
  if (funds === 'unchecked') return [funds, 'an order fills whether or not the account can pay it']
  if (!submissionCheck) return [funds, 'what opens a position must be paid at the price that fills it']
  return [
    'checked twice',
    'what opens a position must be paid at the last price when it arrives, and again when it fills',
  ]
}
