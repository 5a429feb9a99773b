import { formatQty, type Instrument } from '../../domain/instrument.ts'
import type { Lots } from '../../domain/money.ts'
import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../../domain/time.ts'
import { averageTicks } from '../../portfolio/position.ts'
import type { Engine } from '../engine/engine.ts'
import type {
  BarsView,
  ChartView,
  InstrumentsView,
  MarketRow,
  MarketsView,
  MarketView,
  Timeframe,
} from '../link/views.ts'
import { known } from './known.ts'

const LEVELS = 40
const TAPE = 60
const BARS = 400

export function instrumentsView(engine: Engine): InstrumentsView {
  return {
    rows: Object.fromEntries(
      engine.spec.instruments.map((spec) => [
        spec.id,
        {
          id: spec.id,
          venueId: spec.venue,
          symbol: spec.symbol,
          base: spec.base,
          quote: spec.quote,
          settlement: spec.settlement,
          tickSize: spec.tick,
          lotSize: spec.lot,
          makerPpb: spec.maker_ppb,
          takerPpb: spec.taker_ppb,
          minQty: spec.min_qty,
          maxLeverage: spec.max_leverage,
        },
      ]),
    ),
  }
}

export function marketsView(engine: Engine): MarketsView {
  const rows: Record<string, MarketRow> = {}
  engine.parts.instruments.forEach((instrument, at) => {
    rows[instrument.id] = marketRow(engine, instrument, at)
  })
  return { rows }
}

export function marketRow(engine: Engine, instrument: Instrument, at: number): MarketRow {
  const { market } = engine.kernel.facts
  const tape = engine.tapes[at]
  const bid = market.bid[at] as number
  const ask = market.ask[at] as number
  const last = market.last[at] as number
  const feed = market.feed[at] ?? 'DOWN'
  const day = dayOf(engine, at)
  const isKnown = tape !== undefined && !Number.isNaN(tape.heardTs)
  const isCrossed = bid >= ask
  const quality = !isKnown ? 'UNKNOWN' : feed === 'GAP' ? 'GAP' : feed !== 'OK' ? 'STALE' : isCrossed ? 'CROSSED' : 'OK'
  return {
    instrumentId: instrument.id,
    venueId: instrument.venueId,
    bid: known(bid),
    ask: known(ask),
    last: known(last),
    changePct: day.open === undefined ? undefined : known(100 * (last / day.open - 1)),
    high: day.high,
    low: day.low,
    volume: day.volume,
    spreadBps: known((20_000 * (ask - bid)) / (ask + bid)),
    ageMs: isKnown ? Math.max(0, (engine.now - tape.heardTs) / 1_000) : undefined,
    quality,
    sequence: isKnown ? (feed === 'GAP' ? 'GAP' : 'IN_SYNC') : 'UNKNOWN',
    allowed: allowed(engine, instrument, quality),
    latencyMs: isKnown ? known(tape.latencyUs / 1_000) : undefined,
    gaps: tape?.gaps ?? 0,
    messagesPerSecond: tape?.perSecond,
  }
}

/** What the gate lets through in an instrument now. */
function allowed(engine: Engine, instrument: Instrument, quality: string): string {
  const { mode, kill } = engine.kernel.facts
  const level = kill.effective({ venueId: instrument.venueId, instrumentId: instrument.id, botId: '' })
  if (mode.mode === 'HALTED' || level === 'HALT') return 'CANCEL'
  if (mode.mode === 'SAFE_MODE' || level !== 'NONE' || quality !== 'OK') return 'CLOSE_ONLY'
  return mode.mode === 'DEGRADED' ? 'THROTTLE' : 'OPEN'
}

function dayOf(engine: Engine, at: number): { open?: number; high?: number; low?: number; volume?: number } {
  const { bars, opening } = engine.bars.history(at)
  const from = engine.now - US_PER_DAY
  let [open, high, low, volume]: [number | undefined, number, number, number] = [undefined, -Infinity, Infinity, 0]
  for (let row = 0; row < bars.length; row++) {
    if ((bars.openTs[row] as number) < from) continue
    open ??= bars.open[row]
    high = Math.max(high, bars.high[row] as number)
    low = Math.min(low, bars.low[row] as number)
    volume += bars.volume[row] as number
  }
  if (opening !== undefined) {
    open ??= opening.open
    high = Math.max(high, opening.high)
    low = Math.min(low, opening.low)
    volume += opening.volume
  }
  return open === undefined ? {} : { open, high, low, volume }
}

export function marketView(engine: Engine, id: string): MarketView | undefined {
  const at = engine.parts.instruments.findIndex((instrument) => instrument.id === id)
  const instrument = engine.parts.instruments[at]
  if (instrument === undefined) return undefined
  const { market } = engine.kernel.facts
  const { portfolio, orders } = engine.kernel
  const book = market.book(at)
  const tape = engine.tapes[at]
  const levels = (side: 1 | -1) => (book?.levels(side, LEVELS) ?? []).map(({ price, qty }) => [price, qty] as const)
  const bids = levels(1)
  const asks = levels(-1)
  const mid = ((market.bid[at] as number) + (market.ask[at] as number)) / 2
  const near = (side: readonly (readonly [number, number])[]) =>
    side.reduce((sum, [price, qty]) => (Math.abs(price / mid - 1) <= 0.01 ? sum + qty : sum), 0)
  const working = orders.working.filter(({ instrumentAt }) => instrumentAt === at)
  const own = working.flatMap(({ id: orderId, side, limit, qty, filled, state }) =>
    limit === undefined || state === 'ENQUEUED' ? [] : [{ id: orderId, side, price: limit, qty: qty - filled }],
  )
  const qty = portfolio.accountQty(at)
  const holders = engine.kernel.bots
    .map((bot) => portfolio.position(bot.at, at))
    .filter((position) => position.qty !== 0)
  const stop = working.find(({ stop: price, reduceOnly }) => price !== undefined && reduceOnly)?.stop
  const flow = tape?.flow(engine.now) ?? { buys: 0, sells: 0 }
  const usual = usualSize(engine, at, instrument)
  return {
    instrumentId: id,
    bids,
    asks,
    bookTs: tape === undefined ? undefined : known(tape.heardTs),
    tape: tape?.last(TAPE) ?? [],
    own: own.toSorted((a, b) => b.price - a.price),
    position: qty,
    average: holders.length === 1 && holders[0] !== undefined ? averageTicks(holders[0], instrument) : undefined,
    unrealised: known(portfolio.unrealised(at) * portfolio.rateOf(instrument.quote)),
    stop,
    ...flow,
    bidDepth: Number.isNaN(mid) ? undefined : near(bids),
    askDepth: Number.isNaN(mid) ? undefined : near(asks),
    slippage: [
      ...slip(`buy ${formatQty(instrument, usual)}`, asks, usual, mid),
      ...slip(`sell ${formatQty(instrument, usual)}`, bids, usual, mid),
    ],
    facts: [
      { name: 'tick', value: engine.spec.instruments[at]?.tick ?? '' },
      { name: 'lot', value: engine.spec.instruments[at]?.lot ?? '' },
      { name: 'settlement', value: instrument.settlement === 'cash' ? 'spot' : `margin ${instrument.maxLeverage}x` },
      { name: 'fee maker/taker', value: `${feePct(instrument.fees.maker)}/${feePct(instrument.fees.taker)}` },
    ],
  }
}

function feePct(ppb: number): string {
  return `${(ppb / 1e7).toFixed(3)}%`
}

/** A size that says something about this book: our last order's, or a hundred of the smallest. */
function usualSize(engine: Engine, at: number, instrument: Instrument): Lots {
  const id = engine.parts.instruments[at]?.id
  const last = [...engine.chronicle.orders].findLast(({ instrumentId }) => instrumentId === id)
  return last?.qty ?? ((100 * instrument.filters.minQty) as Lots)
}

/** What walking the book costs against the middle, percent; nothing where the book is too thin to say. */
function slip(
  name: string,
  levels: readonly (readonly [number, number])[],
  qty: number,
  mid: number,
): { name: string; pct: number }[] {
  let left = qty
  let paid = 0
  for (const [price, size] of levels) {
    const taken = Math.min(left, size)
    paid += taken * price
    left -= taken
    if (left <= 0) break
  }
  if (left > 0 || Number.isNaN(mid)) return []
  return [{ name, pct: 100 * Math.abs(paid / qty / mid - 1) }]
}

const SPAN: Readonly<Record<Timeframe, number>> = {
  '1m': US_PER_MINUTE,
  '5m': 5 * US_PER_MINUTE,
  '15m': 15 * US_PER_MINUTE,
  '1h': US_PER_HOUR,
}

/** `bars/<instrument>/<timeframe>` */
export function chartView(engine: Engine, id: string, timeframe: string): ChartView | undefined {
  const at = engine.parts.instruments.findIndex((instrument) => instrument.id === id)
  if (at < 0 || !Object.hasOwn(SPAN, timeframe)) return undefined
  const span = SPAN[timeframe as Timeframe]
  const bars = resampled(engine, at, span)
  const from = bars.openTs[0] ?? 0
  const fills = engine.chronicle.fills.filter((fill) => fill.instrumentId === id && fill.ts >= from)
  return { instrumentId: id, timeframe: timeframe as Timeframe, bars, fills: fills.slice(-200) }
}

function resampled(engine: Engine, at: number, span: number): BarsView {
  const { bars, opening } = engine.bars.history(at)
  const made: { openTs: number[]; open: number[]; high: number[]; low: number[]; close: number[]; volume: number[] } = {
    openTs: [],
    open: [],
    high: [],
    low: [],
    close: [],
    volume: [],
  }
  const add = (ts: number, open: number, high: number, low: number, close: number, volume: number) => {
    const bucket = Math.floor(ts / span) * span
    const last = made.openTs.length - 1
    if (made.openTs[last] === bucket) {
      made.high[last] = Math.max(made.high[last] as number, high)
      made.low[last] = Math.min(made.low[last] as number, low)
      made.close[last] = close
      made.volume[last] = (made.volume[last] as number) + volume
      return
    }
    made.openTs.push(bucket)
    made.open.push(open)
    made.high.push(high)
    made.low.push(low)
    made.close.push(close)
    made.volume.push(volume)
  }
  const first = Math.max(0, bars.length - BARS * Math.max(1, span / US_PER_MINUTE))
  for (let row = first; row < bars.length; row++)
    add(
      bars.openTs[row] as number,
      bars.open[row] as number,
      bars.high[row] as number,
      bars.low[row] as number,
      bars.close[row] as number,
      bars.volume[row] as number,
    )
  if (opening !== undefined) add(opening.ts, opening.open, opening.high, opening.low, opening.close, opening.volume)
  const from = Math.max(0, made.openTs.length - BARS)
  return {
    openTs: made.openTs.slice(from),
    open: made.open.slice(from),
    high: made.high.slice(from),
    low: made.low.slice(from),
    close: made.close.slice(from),
    volume: made.volume.slice(from),
  }
}
