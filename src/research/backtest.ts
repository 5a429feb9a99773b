import type { BotId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import { type Money, moneyToNumber } from '../domain/money.ts'
import { formatDuration } from '../domain/time.ts'
import type { Journal } from '../events/event.ts'
import { PLAIN_FLATTEN } from '../kernel/flatten.ts'
import { Kernel } from '../kernel/kernel.ts'
import type { MarketColumns } from '../market/columns.ts'
import type { Order } from '../orders/order.ts'
import type { Limits } from '../risk/limits.ts'
import { MODE_SETTINGS } from '../risk/mode.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import type { Assumptions } from '../venues/simulated/assumptions.ts'
import type { QueueStatistics } from '../venues/simulated/book-matcher.ts'
import { type MatchedOn, SimulatedVenue } from '../venues/simulated/simulated-venue.ts'
import { EquityRecorder } from './equity.ts'
import { FillColumns } from './fill-columns.ts'
import { PriceRecorder } from './price-recorder.ts'
import type { RunCounts } from './result.ts'
import { Simulation } from './simulation.ts'
import { TallyingJournal } from './tally.ts'

/** Market data of one instrument that can be read again from the start: pinned by its reference. */
export interface FeedSource {
  readonly instrumentAt: number
  readonly kind: MarketColumns['kind']
  /** `ds:<name>@<sha256>` or `synthetic:…`. */
  readonly ref: string
  readonly sha256: string | undefined
  readonly open: () => AsyncIterable<MarketColumns>
}

/** Everything that a backtest's result follows from. Equal plans give equal journals. */
export interface BacktestPlan {
  readonly strategy: StrategyDefinition
  /** Parsed by the strategy's schema. */
  readonly params: unknown
  readonly botId: BotId
  readonly instruments: readonly Instrument[]
  readonly feeds: readonly FeedSource[]
  /** Assumptions with fees and slippage times a factor; 1 is the run itself. */
  assumptions(costTimes: number): Assumptions
  readonly limits: Limits
  readonly cash: Money
  readonly baseCurrency: string
  readonly seed: number
  readonly startTs: number
  readonly configSha256: string
  readonly policySha256: string
}

export interface BacktestWatch {
  /** Called now and then and waited for, with the kernel's count of inputs; returning true cancels. */
  progress(rows: number, inputs: number): boolean | Promise<boolean>
  /** Given once, before the first input: says what the kernel is taking in. */
  connected?(describeInput: () => string): void
  /** An order ended: for whoever keeps a list. */
  orderEnded?(order: Order, ts: number): void
}

/** What a finished (or cancelled) backtest measured. */
export interface BacktestRun {
  readonly outcome: 'completed' | 'cancelled' | 'failed'
  /** Why it failed; empty otherwise. */
  readonly failure: string
  readonly equity: EquityRecorder
  readonly fills: FillColumns
  readonly prices: readonly PriceRecorder[]
  readonly counts: RunCounts
  readonly events: number
  readonly inputs: number
  readonly startEquity: number
  readonly finalEquity: number
  readonly endTs: number
  /** How resting orders in books came to be filled, one sentence an instrument. */
  readonly queueNotes: readonly string[]
}

/** Plays a plan through kernel, gate, orders and books against the simulated venue, from its first row to its last. */
export async function backtest(
  plan: BacktestPlan,
  { journal, watch, costTimes = 1 }: { journal?: Journal; watch: BacktestWatch; costTimes?: number },
): Promise<BacktestRun> {
  const tallying = new TallyingJournal(journal)
  const kernel = new Kernel(kernelConfig(plan), tallying)
  const assumptions = plan.assumptions(costTimes)
  const equity = new EquityRecorder()
  const fills = new FillColumns()
  const prices = plan.instruments.map(() => new PriceRecorder())
  const { portfolio } = kernel
  let rows = 0
  const simulation = new Simulation(assumptions.latency, {
    sample: (ts) => {
      const value = portfolio.equity
      if (value === value) equity.sample(ts, value, portfolio.isExposed)
    },
    progress: async (seen) => {
      rows = seen
      return (await watch.progress(seen, kernel.inputs)) || kernel.bots.some(({ state }) => state === 'QUARANTINED')
    },
  })
  const venue = new SimulatedVenue({
    instruments: plan.instruments,
    matchedOn: plan.instruments.map((_, at) => matchedOn(plan.feeds, at)),
    assumptions,
    sink: simulation,
  })
  venue.deposit(plan.baseCurrency, plan.cash)
  simulation.connect(kernel, venue)
  observe(kernel, fills, watch)
  watch.connected?.(() => kernel.describeInput())
  kernel.start()
  const feeds = plan.feeds.map(({ instrumentAt, kind, open }) => ({
    instrumentAt,
    kind,
    chunks: recorded(open(), prices[instrumentAt] as PriceRecorder),
  }))
  let played: 'completed' | 'cancelled'
  try {
    played = await simulation.play(feeds)
  } catch (error) {
    kernel.stop('failed', error instanceof Error ? error.message : String(error), kernel.now)
    throw error
  }
  const quarantined = kernel.bots.find(({ state }) => state === 'QUARANTINED')
  const outcome = quarantined === undefined ? played : 'failed'
  const failure = quarantined?.lastError ?? ''
  kernel.stop(outcome, failure, kernel.now)
  return {
    outcome,
    failure,
    equity,
    fills,
    prices,
    counts: tallying.counts(rows),
    events: kernel.events,
    inputs: kernel.inputs,
    startEquity: moneyToNumber(plan.cash),
    finalEquity: portfolio.equity,
    endTs: kernel.now,
    queueNotes: plan.instruments.flatMap(({ id }, at) => queueNote(id, venue.queueStatistics(at))),
  }
}

function kernelConfig(plan: BacktestPlan) {
  const { instruments, feeds, cash, baseCurrency } = plan
  const [first] = instruments
  return {
    runMode: 'backtest' as const,
    seed: plan.seed,
    baseCurrency,
    instruments,
    bots: [
      {
        id: plan.botId,
        strategy: plan.strategy,
        params: plan.params,
        instruments: instruments.map((_, at) => at),
        allocation: cash,
      },
    ],
    deposits: [{ venueId: first?.venueId ?? 'sim', currency: baseCurrency, amount: cash }],
    limits: plan.limits,
    mode: { ...MODE_SETTINGS, warmUpUs: 0 },
    flatten: PLAIN_FLATTEN,
    startTs: plan.startTs,
    datasets: feeds.map(({ ref, sha256, instrumentAt, kind }) => ({ ref, sha256, instrumentAt, kind })),
    configSha256: plan.configSha256,
    policySha256: plan.policySha256,
  }
}

/** Orders of an instrument meet the richest data that the run has of it. */
export function matchedOn(
  feeds: readonly { readonly instrumentAt: number; readonly kind: MatchedOn }[],
  at: number,
): MatchedOn {
  const kinds = feeds.filter(({ instrumentAt }) => instrumentAt === at).map(({ kind }) => kind)
  return (['book', 'quotes', 'trades', 'bars'] as const).find((kind) => kinds.includes(kind)) ?? 'bars'
}

function observe(kernel: Kernel, fills: FillColumns, watch: BacktestWatch): void {
  const { portfolio } = kernel
  kernel.observer = {
    fill(order, fill, realised) {
      const { instrument } = order
      const rate = portfolio.rateOf(instrument.quote)
      const worse =
        order.arrivalPrice === undefined ? 0 : (fill.price - order.arrivalPrice) * (order.side === 'buy' ? 1 : -1)
      fills.push({
        ts: fill.ts,
        instrument: order.instrumentAt,
        bot: order.botAt,
        side: order.side === 'buy' ? 1 : -1,
        price: fill.price,
        qty: fill.qty,
        notional: fill.price * fill.qty * instrument.valuePerTickLot * rate,
        fee: moneyToNumber(fill.fee) * rate,
        slippage: fill.liquidity === 'taker' ? worse * fill.qty * instrument.valuePerTickLot * rate : 0,
        realised: realised * rate,
        isMaker: fill.liquidity === 'maker',
        orderNumber: Number(order.id.slice(1)),
      })
    },
    ended: (order) => watch.orderEnded?.(order, kernel.now),
  }
}

async function* recorded(chunks: AsyncIterable<MarketColumns>, prices: PriceRecorder): AsyncGenerator<MarketColumns> {
  for await (const chunk of chunks) {
    prices.add(chunk)
    yield chunk
  }
}

/** Explains the fills of resting orders by what brought them: their turn in the line, a trade beyond, or a crossing book. */
function queueNote(
  name: string,
  { joined, aheadAtJoin, byTurn, byTradeThrough, byCross, waitUs, takerFills }: QueueStatistics,
): readonly string[] {
  if (joined === 0 && takerFills === 0) return []
  const makerFills = byTurn + byTradeThrough + byCross
  const ahead = joined === 0 ? 0 : Math.round(aheadAtJoin / joined)
  const wait = makerFills === 0 ? 'never' : `after ${formatDuration(Math.round(waitUs / makerFills))} on average`
  return [
    `${name}: ${joined} orders joined a line with ${ahead} lots before them on average; ${makerFills} fills came ${wait}: ${byTurn} by their turn, ${byTradeThrough} by a trade beyond their price, ${byCross} because the book crossed them; ${takerFills} fills took`,
  ]
}
