import type { Effect } from '../domain/instruction.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Lots, Money, Ticks } from '../domain/money.ts'
import { moneyToNumber } from '../domain/money.ts'
import { type Side, signOf } from '../domain/order.ts'
import type { VenueReport } from '../domain/report.ts'
import { MemoryJournal } from '../events/memory-journal.ts'
import { InputPlayer, type InputTaker } from '../kernel/input-log.ts'
import { Kernel } from '../kernel/kernel.ts'
import { SessionSpec, sessionConfig } from '../kernel/session-spec.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { DEFAULT_ASSUMPTIONS } from '../venues/simulated/assumptions.ts'
import { SimulatedVenue } from '../venues/simulated/simulated-venue.ts'
import { Wire } from '../venues/simulated/wire.ts'
import { type RecordedSession, replaySession } from './session-replay.ts'

/** One fill of either side. */
interface ParityFill {
  readonly orderId: string
  readonly botId: string
  readonly instrumentAt: number
  readonly side: Side
  readonly price: Ticks
  readonly qty: Lots
  readonly fee: Money
}

/** What the recorded session did beside what the simulated venue would have done in its place. */
export interface ParityLine {
  readonly orderId: string
  readonly botId: string
  readonly instrumentId: string
  readonly side: Side
  readonly liveQty: number
  readonly simQty: number
  /** Average prices, ticks; undefined where nothing filled. */
  readonly livePrice: number | undefined
  readonly simPrice: number | undefined
  /** How much worse the live price was, basis points; undefined where one side has none. */
  readonly slippageBps: number | undefined
}

/** Why the two results differ, quote currency by instrument's own; the parts add up to the difference. */
export interface ParityCauses {
  /** Both filled, at other prices. */
  readonly price: number
  /** One filled more of an order than the other did. */
  readonly quantity: number
  /** Orders that only one of them had. */
  readonly decisions: number
  readonly fees: number
}

export interface Parity {
  /** Whether the session replays as it was recorded: without that it is compared with nothing. */
  readonly isFaithful: boolean
  readonly orders: readonly ParityLine[]
  readonly liveFills: number
  readonly simFills: number
  readonly livePnl: number
  readonly simPnl: number
  readonly causes: ParityCauses
  /** Orders that rested before the session began: the simulated venue never had them. */
  readonly before: number
}

export interface ParityTerms {
  /** How long an order travels to the simulated venue, and its answer back, µs. */
  readonly latencyUs: number
  readonly told?: ((inputs: number) => void) | undefined
}

/**
 * Lives a recorded session twice: as it was, and with the simulated venue in the place of the real one, on the books and
 * trades that were recorded. Same bots, same commands, same clock: what differs is what the venue made of the orders, and what
 * followed from it. Positions are valued at the last recorded price of each instrument.
 *
 * @param open reads the session anew each time
 */
export function compareWithSimulation(
  open: () => RecordedSession,
  strategyOf: (id: string) => StrategyDefinition | undefined,
  { latencyUs, told }: ParityTerms,
): Parity {
  const live: ParityFill[] = []
  const replay = replaySession(open(), strategyOf, told, () => ({
    fill: (order, { price, qty, fee }) => {
      const { id: orderId, botId, instrumentAt, side } = order
      live.push({ orderId, botId, instrumentAt, side, price, qty, fee })
    },
    ended: () => undefined,
  }))
  const sim = liveOnSimulation(open(), strategyOf, { latencyUs, told })
  return {
    isFaithful: replay.verdict === 'VALID',
    ...compare(live, sim.fills, sim),
    before: sim.before,
  }
}

interface Simulated {
  readonly fills: readonly ParityFill[]
  readonly instruments: readonly Instrument[]
  /** Last price of each instrument, ticks; NaN where none was told. */
  readonly marks: Float64Array
  readonly before: number
}

function liveOnSimulation(
  session: RecordedSession,
  strategyOf: (id: string) => StrategyDefinition | undefined,
  { latencyUs, told }: ParityTerms,
): Simulated {
  const config = sessionConfig(SessionSpec.parse(session.spec), strategyOf, session.restored)
  const { instruments } = config
  const fills: ParityFill[] = []
  const kernel = new Kernel(config, new MemoryJournal(session.runId))
  kernel.observer = {
    fill: (order, { price, qty, fee }) => {
      const { id: orderId, botId, instrumentAt, side } = order
      fills.push({ orderId, botId, instrumentAt, side, price, qty, fee })
    },
    ended: () => undefined,
  }
  const reports = new Wire<VenueReport>()
  const orders = new Wire<Effect>()
  let now = 0
  const venue = new SimulatedVenue({
    instruments,
    matchedOn: instruments.map(() => 'book'),
    // The account is the live one's: what it could pay is known, and is not asked again.
    assumptions: { ...DEFAULT_ASSUMPTIONS, funds: 'unchecked' },
    sink: { report: (report) => reports.send(report, now + latencyUs), settle() {} },
  })
  seedPositions(venue, instruments, session)
  const send = () => {
    for (const effect of kernel.takeOutbox()) orders.send(effect, now + latencyUs)
  }
  const deliver = (effect: Effect | undefined) => {
    if (effect?.kind === 'place') venue.place(effect.order, now)
    else if (effect?.kind === 'amend') venue.amend(effect.amend, now)
    else if (effect !== undefined) venue.cancel(effect.orderId, effect.instrumentAt, now)
  }
  /** Lets what is on its way up to a time arrive, in its order. */
  const pass = (ts: number) => {
    for (;;) {
      const next = Math.min(orders.nextTs, reports.nextTs)
      if (next > ts) break
      now = Math.max(now, next)
      if (orders.nextTs <= reports.nextTs) deliver(orders.take())
      else {
        const report = reports.take()
        if (report !== undefined) kernel.onReport(report, now)
        send()
      }
    }
    now = Math.max(now, ts)
  }
  const taker: InputTaker = {
    onBar: (at, bars, row) => {
      pass(bars.closeTs[row] as number)
      kernel.onBar(at, bars, row)
      send()
    },
    onHistory: (at, bars, row) => kernel.onHistory(at, bars, row),
    onQuote: (at, quotes, row) => {
      pass(quotes.recvTs[row] as number)
      kernel.onQuote(at, quotes, row)
      send()
    },
    onTrade: (at, trades, row) => {
      pass(trades.recvTs[row] as number)
      venue.onTrade(at, trades, row)
      kernel.onTrade(at, trades, row)
      send()
    },
    onBook: (at, book, row) => {
      pass(book.recvTs[row] as number)
      venue.onBook(at, book, row)
      kernel.onBook(at, book, row)
      send()
    },
    // What the real venue said of orders is what the simulated one says instead.
    onReport: (_report, ts) => pass(ts),
    onFeedStatus: (at, status, detail, ts) => kernel.onFeedStatus(at, status, detail, ts),
    onClock: (ts) => {
      pass(ts)
      kernel.onClock(ts)
      send()
    },
    onCommand: (command, ts) => {
      pass(ts)
      const outcome = kernel.onCommand(command, ts)
      send()
      return outcome
    },
    onCondition: (condition, ts) => kernel.onCondition(condition, ts),
    // Whether the books agreed is said of the real account.
    onReconciled: (news, ts) => kernel.onReconciled(news, ts),
    onGuard: (news, ts) => kernel.onGuard(news, ts),
    checkpoint: (ts) => kernel.checkpoint(ts),
    stop: (reason, detail, ts) => {
      pass(ts)
      kernel.stop(reason, detail, ts)
    },
    onFact: (fact, ts) => kernel.onFact(fact, ts),
  }
  kernel.start()
  send()
  const player = new InputPlayer(taker)
  for (const chunk of session.inputs) {
    player.play(chunk)
    told?.(player.inputs)
  }
  const marks = Float64Array.from(instruments, (_, at) => venue.account.marks[at] ?? Number.NaN)
  return { fills, instruments, marks, before: session.restored?.working.length ?? 0 }
}

/** What the account held when the session began. */
function seedPositions(venue: SimulatedVenue, instruments: readonly Instrument[], { restored }: RecordedSession): void {
  const held = new Map<string, number>()
  for (const { instrumentId, qty } of restored?.holdings ?? [])
    held.set(instrumentId, (held.get(instrumentId) ?? 0) + qty)
  instruments.forEach(({ id }, at) => {
    const qty = held.get(id) ?? 0
    if (qty === 0) return
    venue.account.book(at, {
      side: qty > 0 ? 'buy' : 'sell',
      qty: Math.abs(qty) as Lots,
      price: 1 as Ticks,
      fee: 0n as Money,
    })
  })
}

interface Sum {
  readonly fill: ParityFill
  qty: number
  /** Sum of price × lots. */
  ticks: number
  fee: number
}

function compare(
  live: readonly ParityFill[],
  sim: readonly ParityFill[],
  { instruments, marks }: Pick<Simulated, 'instruments' | 'marks'>,
): Omit<Parity, 'isFaithful' | 'before'> {
  const [ours, theirs] = [sumsOf(live), sumsOf(sim)]
  const causes = { price: 0, quantity: 0, decisions: 0, fees: 0 }
  let [livePnl, simPnl] = [0, 0]
  const orders: ParityLine[] = []
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const [a, b] = [ours.get(key), theirs.get(key)]
    const fill = (a ?? b)?.fill
    if (fill === undefined) continue
    const { instrumentAt, side, orderId, botId } = fill
    const instrument = instruments[instrumentAt] as Instrument
    const worth = instrument.valuePerTickLot * signOf(side)
    const mark = marks[instrumentAt] as number
    const gross = (sum: Sum | undefined) => (sum === undefined ? 0 : worth * (mark * sum.qty - sum.ticks))
    const [liveGross, simGross] = [gross(a), gross(b)]
    livePnl += liveGross - (a?.fee ?? 0)
    simPnl += simGross - (b?.fee ?? 0)
    causes.fees -= (a?.fee ?? 0) - (b?.fee ?? 0)
    const [livePrice, simPrice] = [averageOf(a), averageOf(b)]
    if (livePrice === undefined || simPrice === undefined) causes.decisions += liveGross - simGross
    else {
      const both = Math.min(a?.qty ?? 0, b?.qty ?? 0)
      const price = worth * (simPrice - livePrice) * both
      causes.price += price
      causes.quantity += liveGross - simGross - price
    }
    orders.push({
      orderId,
      botId,
      instrumentId: instrument.id,
      side,
      liveQty: a?.qty ?? 0,
      simQty: b?.qty ?? 0,
      livePrice,
      simPrice,
      slippageBps:
        livePrice === undefined || simPrice === undefined
          ? undefined
          : (signOf(side) * (livePrice - simPrice) * 10_000) / simPrice,
    })
  }
  return {
    orders,
    liveFills: live.length,
    simFills: sim.length,
    livePnl: rounded(livePnl),
    simPnl: rounded(simPnl),
    causes: {
      price: rounded(causes.price),
      quantity: rounded(causes.quantity),
      decisions: rounded(causes.decisions),
      fees: rounded(causes.fees),
    },
  }
}

/** By order, side and instrument: after the two went apart one id may stand for two orders. */
function sumsOf(fills: readonly ParityFill[]): ReadonlyMap<string, Sum> {
  const sums = new Map<string, Sum>()
  for (const fill of fills) {
    const key = `${fill.orderId} ${fill.botId} ${fill.instrumentAt} ${fill.side}`
    const sum = sums.get(key) ?? { fill, qty: 0, ticks: 0, fee: 0 }
    sum.qty += fill.qty
    sum.ticks += fill.price * fill.qty
    sum.fee += moneyToNumber(fill.fee)
    sums.set(key, sum)
  }
  return sums
}

function averageOf(sum: Sum | undefined): number | undefined {
  return sum === undefined || sum.qty === 0 ? undefined : sum.ticks / sum.qty
}

/** Sums of doubles, without what only their rounding left. */
function rounded(amount: number): number {
  return Math.round(amount * 1e9) / 1e9
}
