import type { InstrumentView, MarketRow, MarketView } from '../../../src/runtime/link/views.ts'
import { emptyChart } from '../../charts/axis.ts'
import { candles } from '../../charts/candles.ts'
import { depthLadder, ownTags } from '../../charts/depth-ladder.ts'
import { clock, minute } from '../../paint/clock-text.ts'
import { age, NONE, number, percent, price, qty } from '../../paint/numbers.ts'
import { fittingColumns, type PanelColumn, panelTable } from '../../paint/panel-table.ts'
import { beside, figure, fit, gauge, type Piece, row, stack, textOf, widthOf } from '../../paint/row.ts'
import type { PanelContext, PanelState, Size, ViewShelf } from '../../panel.ts'
import { gain, quantity } from '../amount.ts'
import { flow, head } from '../fact-row.ts'
import { aged, ageNote, type Freshness, freshness } from '../freshness.ts'
import { figures, inSight, widened, words } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { type Section, stacked } from '../sections.ts'
import { priceWord } from '../side-words.ts'
import {
  baseAmount,
  type ChartChoice,
  type CrossWords,
  chartChoice,
  crossWords,
  feedWords,
  imbalance,
  MARKET_VIEWS,
  marketFreshness,
  marketRows,
  marketWords,
  selectedMarket,
  sequenceTone,
  signOf,
} from './view-model.ts'

const MIDDLE = 120
const WIDE = 180
/** Below this width there is room for the ladder or the chart, not for both. */
const NARROW = 60

/** What every section of a frame is painted from. */
interface Frame {
  readonly shelf: ViewShelf
  readonly state: PanelState
  readonly context: PanelContext
  readonly rows: readonly MarketRow[]
  readonly chosen: MarketRow
  readonly instrument: InstrumentView | undefined
  readonly market: MarketView | undefined
  readonly choice: ChartChoice
  /** Of the chosen market, its book included. */
  readonly fresh: Freshness
}

export function paintMarkets(
  shelf: ViewShelf,
  state: PanelState,
  context: PanelContext,
  size: Size,
): readonly string[] {
  const { look } = context
  const { width, height } = size
  const chosen = selectedMarket(shelf, state)
  if (chosen === undefined) {
    const isLoading = shelf.get('markets') === undefined
    const text = isLoading
      ? 'no market has answered yet'
      : state.filter === ''
        ? 'no market is subscribed: a bot or a connected venue brings one'
        : `no market matches "${plainText(state.filter)}" (Esc clears)`
    return stack(width, height, [
      head(look, width, 'Markets', [isLoading ? 'loading' : '']),
      row(look, width, [' last ', [NONE, 'muted']]),
      row(look, width, [' ', [text, 'muted']]),
    ])
  }
  const frame = frameOf(shelf, state, context, chosen)
  switch (MARKET_VIEWS[state.view % MARKET_VIEWS.length] ?? 'watch') {
    case 'watch':
      if (width >= WIDE) return wideWatch(frame, size)
      if (width >= MIDDLE) return middleWatch(frame, size)
      return state.pane % 2 === 1 ? stacked(size, [watchSection(frame, width, height)]) : narrowWatch(frame, size)
    case 'book':
      return bookPage(frame, size)
    case 'sources':
      return stacked(size, [sourceSection(frame, width), feedSection(frame, width, 1)])
    case 'cross':
      return stacked(size, [crossSection(frame, width, height)])
  }
}

function frameOf(shelf: ViewShelf, state: PanelState, context: PanelContext, chosen: MarketRow): Frame {
  const topic = `market/${chosen.instrumentId}` as const
  const own = marketFreshness(chosen, shelf)
  const book = freshness(shelf, topic)
  return {
    shelf,
    state,
    context,
    rows: marketRows(shelf, state),
    chosen,
    instrument: context.instruments[chosen.instrumentId],
    market: shelf.get(topic),
    choice: chartChoice(state),
    fresh: book.isStale && !own.isStale ? book : own,
  }
}

// ---- pages -----------------------------------------------------------------------------------------------------------------

function narrowWatch(frame: Frame, { width, height }: Size): string[] {
  const { look } = frame.context
  const tapeRows = height >= 16 ? 4 : 0
  const rows = Math.max(0, height - 1 - tapeRows)
  const ladder = width < NARROW ? 0 : 29
  const chart = width - (ladder > 0 ? ladder + 1 : 0)
  const columns = [{ width: chart, rows: chartRows(frame, { width: chart, height: rows }, 0) }]
  if (ladder > 0) columns.push({ width: ladder, rows: ladderRows(frame, { width: ladder, height: rows }) })
  const half = Math.floor(width / 2)
  const facts = [...instrumentFacts(frame).slice(4), ...ownFacts(frame)]
  const below =
    tapeRows === 0
      ? []
      : [
          tapeHead(frame, width),
          ...beside({ ...look, glyphs: { ...look.glyphs, bar: ' ' } }, tapeRows - 1, [
            { width: half, rows: tapeLines(frame, { width: half, height: tapeRows - 1 }) },
            { width: width - half - 1, rows: flow(look, width - half - 1, facts) },
          ]),
        ]
  return stack(width, height, [chartHead(frame, width), ...beside(look, rows, columns), ...below])
}

function middleWatch(frame: Frame, { width, height }: Size): string[] {
  const { look } = frame.context
  const list = 32
  const main = width - list - 1
  const ladder = 31
  const chart = main - ladder - 1
  const lower = height >= 30 ? 9 : 0
  const rows = Math.max(0, height - 1 - lower)
  const body = beside(look, rows, [
    { width: chart, rows: chartRows(frame, { width: chart, height: rows }, 3) },
    { width: ladder, rows: ladderRows(frame, { width: ladder, height: rows }) },
  ])
  const below =
    lower === 0
      ? []
      : beside(look, lower, [
          {
            width: chart,
            rows: [tapeHead(frame, chart), ...tapeLines(frame, { width: chart, height: lower - 1 })],
          },
          { width: ladder, rows: depthRows(frame, ladder) },
        ])
  return beside(look, height, [
    { width: list, rows: listColumn(frame, { width: list, height }) },
    { width: main, rows: stack(main, height, [chartHead(frame, main), ...body, ...below]) },
  ])
}

function wideWatch(frame: Frame, { width, height }: Size): string[] {
  const { look } = frame.context
  const list = 40
  const main = width - list - 1
  const [ladder, tape] = [36, 24]
  const chart = main - ladder - tape - 2
  const lower = height >= 36 ? 10 : 0
  const rows = Math.max(0, height - 1 - lower)
  const left = [
    ...chartRows(frame, { width: chart, height: rows }, 4),
    ...(lower === 0
      ? []
      : stacked({ width: chart, height: lower }, [
          { rank: 0, min: 4, want: 6, paint: () => depthRows(frame, chart) },
          annotationSection(frame, chart),
        ])),
  ]
  const body = beside(look, height - 1, [
    { width: chart, rows: left },
    { width: ladder, rows: ladderRows(frame, { width: ladder, height: height - 1 }) },
    {
      width: tape,
      rows: [row(look, tape, [['  TAPE', 'strong']]), ...tapeLines(frame, { width: tape, height: height - 2 })],
    },
  ])
  return beside(look, height, [
    { width: list, rows: listColumn(frame, { width: list, height }) },
    { width: main, rows: [chartHead(frame, main), ...body] },
  ])
}

function bookPage(frame: Frame, { width, height }: Size): string[] {
  const { look } = frame.context
  if (width < NARROW)
    return stack(width, height, [
      chartHead(frame, width),
      ...ladderRows(frame, { width, height: Math.max(0, height - 1) }),
    ])
  const left = Math.floor((width - 1) / 2)
  const right = width - 1 - left
  const lower = stacked({ width: right, height: height - 1 }, [
    { rank: 1, min: 3, want: 7, paint: () => depthRows(frame, right) },
    ownSection(frame, right, 2),
    {
      rank: 0,
      min: 2,
      want: height,
      paint: (rows) => [tapeHead(frame, right), ...tapeLines(frame, { width: right, height: rows - 1 })],
    },
  ])
  return [
    chartHead(frame, width),
    ...beside(look, height - 1, [
      { width: left, rows: ladderRows(frame, { width: left, height: height - 1 }) },
      { width: right, rows: lower },
    ]),
  ]
}

// ---- the chosen market -------------------------------------------------------------------------------------------------------

/** `gmo BTC_JPY 5m  15,182,400  +0.42%`, and whether it may be trusted. */
function chartHead({ chosen, context, choice, fresh }: Frame, width: number): string {
  const told = marketWords(chosen, fresh, context)
  const name = `${told.name(99)} ${choice.timeframe}  ${textOf(told.last)}  ${textOf(told.change)}`
  const allowed = plainText(chosen.allowed)
  const isWide = width >= 80
  const sync = fresh.isStale ? textOf(told.age) : chosen.sequence
  const facts = [
    `${textOf(told.quality)} ${sync} ${isWide ? 'allow ' : ''}${allowed}`,
    fresh.isStale ? chosen.sequence : `age ${textOf(told.age)}`,
    choice.pan > 0 ? `pan -${choice.pan}` : '',
    choice.zoom === 0 ? '' : `zoom ${choice.zoomName}`,
    isWide ? 't tf' : '',
    isWide ? 'i/u zoom' : '',
    width >= 140 ? '< > pan' : '',
  ]
  return head(context.look, width, name, facts)
}

function chartRows(
  { shelf, chosen, instrument, context, choice, fresh }: Frame,
  size: Size,
  volumeRows: number,
): string[] {
  const { look, zone } = context
  const chart = shelf.get(`bars/${chosen.instrumentId}/${choice.timeframe}`)
  if (instrument === undefined) return emptyChart(look, size, 'instrument not described yet')
  if (chart === undefined) return emptyChart(look, size, `bars ${choice.timeframe} not here yet`)
  return candles(look, size, {
    bars: chart.bars,
    instrument,
    zone,
    fills: chart.fills,
    lastPrice: fresh.isStale ? undefined : chosen.last,
    volumeRows,
    zoom: choice.zoom,
    pan: choice.pan,
    isFrozen: fresh.isStale,
  })
}

function ladderRows({ market, instrument, context, fresh }: Frame, size: Size): string[] {
  const { look } = context
  if (market === undefined || instrument === undefined) return emptyChart(look, size, 'no book yet')
  const frozenAge = fresh.isStale ? age(fresh.ageMs) : undefined
  return depthLadder(look, size, { bids: market.bids, asks: market.asks, own: market.own, instrument, frozenAge })
}

function tapeHead({ market, context, instrument, fresh }: Frame, width: number): string {
  const imb = market === undefined ? undefined : imbalance(market)
  const facts =
    market === undefined
      ? []
      : [
          ageNote(fresh),
          `1m buys ${baseAmount(market.buys, instrument, 2)}`,
          `sells ${baseAmount(market.sells, instrument, 2)}`,
          `imb ${imb === undefined ? NONE : number(imb, { digits: 2, isSigned: true }).trim()}`,
        ]
  return head(context.look, width, 'Tape', facts)
}

function tapeLines({ market, instrument, context, fresh }: Frame, { width, height }: Size): string[] {
  const { look, zone } = context
  if (market === undefined || instrument === undefined || market.tape.length === 0)
    return stack(width, height, [row(look, width, [[' no trade seen yet', 'muted']])])
  const isOld = fresh.isStale
  const shown = market.tape.slice(0, Math.max(0, height - (isOld ? 1 : 0)))
  const prices = Math.max(...shown.map((trade) => widthOf(price(trade.price, instrument))))
  const sizes = Math.max(...shown.map((trade) => widthOf(qty(trade.qty, instrument))))
  const isTight = width < 15 + prices + sizes
  const most = Math.max(...shown.map((trade) => trade.qty))
  const lines = shown.map((trade) => {
    const time = clock(trade.ts, zone)
    const side: Piece = trade.taker > 0 ? [look.glyphs.up, 'up'] : [look.glyphs.down, 'down']
    const used = (isTight ? 7 : 15) + prices + sizes
    const cells = Math.max(0, Math.min(12, width - used - 1))
    const bar = look.glyphs.full.repeat(most > 0 ? Math.round((trade.qty / most) * cells) : 0)
    const pieces: Piece[] = isTight
      ? [time.slice(3), side, figure(price(trade.price, instrument), prices)]
      : [` ${time} `, side, ' ', figure(price(trade.price, instrument), prices + 1)]
    if (used <= width) pieces.push(' ', figure(qty(trade.qty, instrument), sizes + (isTight ? 0 : 1)))
    if (!isTight && cells > 0) pieces.push(' ', [bar, 'muted'])
    const told = (isTight ? 6 : 12) + prices > width ? [` ${time}`.slice(0, width)] : pieces
    return row(look, width, isOld ? told.map((piece) => [textOf(piece), 'stale'] as const) : told)
  })
  const gap = row(look, width, [[` ${look.glyphs.stale} gap ${age(fresh.ageMs)}`, 'warn']])
  return stack(width, height, isOld ? [gap, ...lines] : lines)
}

function depthRows({ market, instrument, context, fresh }: Frame, width: number): string[] {
  const { look } = context
  const base = instrument?.base ?? ''
  const most = Math.max(market?.bidDepth ?? 0, market?.askDepth ?? 0)
  const line = (side: 'bid' | 'ask', lots: number | undefined): readonly Piece[] => {
    const label = `${side} ${baseAmount(lots, instrument)} ${plainText(base)} `
    const cells = Math.max(0, Math.min(30, (width < 60 ? width : Math.floor(width / 2)) - widthOf(label) - 3))
    const share = lots === undefined || most === 0 ? undefined : lots / most
    return [label, [textOf(gauge(look, share, cells)), fresh.isStale ? 'stale' : 'muted']]
  }
  const slips = (market?.slippage ?? []).map(({ name, pct }): readonly Piece[] => [
    `slip ${plainText(name)} `,
    aged(`${number(pct, { digits: 3 })}%`, fresh.isStale),
  ])
  return [
    head(look, width, 'Depth 1%', [ageNote(fresh)]),
    ...flow(look, width, [line('bid', market?.bidDepth), line('ask', market?.askDepth)]),
    ...flow(look, width, slips),
  ]
}

/** Own fills on the chart, newest first. */
function annotationSection({ shelf, chosen, context, choice, instrument }: Frame, width: number): Section {
  const { look, zone } = context
  const fills = shelf.get(`bars/${chosen.instrumentId}/${choice.timeframe}`)?.fills ?? []
  const newest = fills.toSorted((a, b) => b.ts - a.ts).slice(0, 12)
  const facts = newest.map(({ ts, side, qty: lots, price: at, botId, id, instrumentId }): readonly Piece[] => [
    `${minute(ts, zone)} fill `,
    [side, side === 'buy' ? 'up' : 'down'],
    ' ',
    quantity(lots, instrumentId, context),
    ` @ ${instrument === undefined ? NONE : price(at, instrument)} ${plainText(botId)} ${plainText(id)}`,
  ])
  const lines = facts.length === 0 ? [row(look, width, [[' no own fill in sight', 'muted']])] : flow(look, width, facts)
  return { rank: 1, min: 2, want: 1 + lines.length, paint: () => [head(look, width, 'Annotations'), ...lines] }
}

// ---- the column at the left ----------------------------------------------------------------------------------------------------

function listColumn(frame: Frame, { width, height }: Size): string[] {
  return stacked({ width, height }, [
    watchSection(frame, width, Math.max(8, frame.rows.length + 1)),
    instrumentSection(frame, width, 2),
    ownSection(frame, width, 1),
    feedSection(frame, width, 3),
    ...(width >= 40 ? [crossSection(frame, width, 0)] : []),
  ])
}

function watchSection({ rows, chosen, context, shelf }: Frame, width: number, want: number): Section {
  const { look } = context
  const isList = width < 60
  const of = (each: MarketRow) => marketWords(each, marketFreshness(each, shelf), context)
  const sign = (each: MarketRow): Piece => {
    const { quality } = of(each)
    return [textOf(quality).slice(-1), typeof quality === 'string' ? 'plain' : quality[1]]
  }
  const last = figures<MarketRow>('LAST', 10, 0, (each) => of(each).last)
  const change = figures<MarketRow>('24H', 6, 1, (each) => of(each).change)
  const rest: readonly PanelColumn<MarketRow>[] = isList
    ? [last, change, ...(width >= 40 ? [words<MarketRow>('', 1, 2, sign)] : [])]
    : [
        last,
        change,
        words('QUALITY', 10, 2, (each) => of(each).quality),
        figures('AGE', 5, 3, (each) => of(each).age),
        words('ALLOWED', 10, 4, (each) => plainText(each.allowed)),
      ]
  return {
    rank: 0,
    min: 3,
    want: isList ? want : rows.length + 2,
    paint: (height) => {
      const at = rows.indexOf(chosen)
      // A short list needs no titles: it has three columns.
      const room = isList ? height - 1 : height - 2
      const shown = inSight(rows, at < 0 ? undefined : at, room)
      const columns = named(widened(rest, shown.rows), width - 2, isList, (each, cells) => of(each).name(cells))
      const table = panelTable(
        look,
        { width, height: room + 1 },
        { columns, rows: shown.rows, selected: shown.selected, empty: 'none' },
      )
      return [head(look, width, `Watch ${rows.length}`), ...(isList ? table.slice(1) : table)]
    },
  }
}

/** Columns after one for the name, which is told how many cells it gets. */
function named(
  rest: readonly PanelColumn<MarketRow>[],
  width: number,
  grows: boolean,
  name: (row: MarketRow, cells: number) => string,
): readonly PanelColumn<MarketRow>[] {
  const least = grows ? 10 : 20
  const blank = words<MarketRow>('MARKET', least, 0, () => '', grows)
  const cells = fittingColumns([blank, ...rest], width).shown[0]?.cells ?? least
  return [{ ...blank, cell: (each) => name(each, cells) }, ...rest]
}

function instrumentFacts({ chosen, instrument, market, fresh }: Frame): readonly (readonly Piece[])[] {
  if (instrument === undefined) return [[['instrument not described yet', 'unknown']]]
  const fee = (ppb: number) => `${number(ppb / 10_000_000, { digits: 2 })}%`
  const old = (piece: Piece) => aged(piece, fresh.isStale)
  return [
    [`tick ${plainText(instrument.tickSize)}`],
    [`step ${plainText(instrument.lotSize)}`],
    [`min ${qty(instrument.minQty, instrument)}`],
    [`maker ${fee(instrument.makerPpb)} taker ${fee(instrument.takerPpb)}`],
    ['H ', old(price(chosen.high, instrument))],
    ['L ', old(price(chosen.low, instrument))],
    ['V ', old(baseAmount(chosen.volume, instrument)), ` ${plainText(instrument.base)}`],
    ...(market?.facts ?? []).map(({ name, value }): readonly Piece[] => [plainText(`${name} ${value}`)]),
  ]
}

function instrumentSection(frame: Frame, width: number, rank: number): Section {
  const { look } = frame.context
  const lines = flow(look, width, instrumentFacts(frame))
  return {
    rank,
    min: Math.min(5, lines.length + 1),
    want: lines.length + 2,
    paint: () => [head(look, width, 'Instrument'), ...lines],
  }
}

function ownFacts({ market, chosen, instrument, context, fresh }: Frame): readonly (readonly Piece[])[] {
  const { look } = context
  if (market === undefined) return [[[NONE, 'muted']]]
  const old = (piece: Piece) => aged(piece, fresh.isStale)
  const average = market.average === undefined ? undefined : Math.round(market.average)
  const isFlat = market.position === 0
  const stop: readonly Piece[] =
    market.stop === undefined
      ? [[`stop ${look.glyphs.warn} none`, 'warn']]
      : [
          'stop ',
          priceWord(market.stop, chosen.instrumentId, context),
          ' ',
          [look.glyphs.ok, fresh.isStale ? 'stale' : 'ok'],
        ]
  return [
    isFlat
      ? ['flat']
      : [
          'pos ',
          quantity(market.position, chosen.instrumentId, context, true),
          ' @ ',
          priceWord(average, chosen.instrumentId, context),
        ],
    ...(isFlat ? [] : [['uPnL ', old(gain(market.unrealised, context))] as const, stop]),
    ...ownTags(market.own).map((own): readonly Piece[] => [
      [own.tag, own.side === 'buy' ? 'up' : 'down'],
      ' ',
      quantity(own.qty, chosen.instrumentId, context),
      ` @ ${instrument === undefined ? NONE : price(own.price, instrument)}`,
    ]),
  ]
}

function ownSection(frame: Frame, width: number, rank: number): Section {
  const { look } = frame.context
  const lines = flow(look, width, ownFacts(frame))
  return {
    rank,
    min: Math.min(4, lines.length + 1),
    want: lines.length + 2,
    paint: () => [head(look, width, 'Own'), ...lines],
  }
}

function piecesWidth(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + widthOf(textOf(piece)), 0)
}

function feedSection({ shelf, context }: Frame, width: number, rank: number): Section {
  const { look } = context
  const feeds = feedWords(shelf, context)
  const lines = feeds.map(({ venue, health, latency, sequence, gaps, rate }) => {
    const facts: readonly Piece[] = [` ${fit(venue, 8)} `, health, ` ${latency.padStart(6)} `, sequence]
    const whole = [[...facts, ` gaps ${gaps}  ${rate}`], [...facts, ` gaps ${gaps}`], facts]
    return row(look, width, whole.find((pieces) => piecesWidth(pieces) <= width) ?? facts.slice(0, 2))
  })
  return {
    rank,
    min: Math.min(3, 1 + lines.length),
    want: lines.length + 2,
    paint: () => [head(look, width, 'Feeds'), ...lines],
  }
}

// ---- sources and cross ----------------------------------------------------------------------------------------------------------

function sourceSection({ rows, chosen, context, shelf }: Frame, width: number): Section {
  const { look } = context
  const of = (each: MarketRow) => marketWords(each, marketFreshness(each, shelf), context)
  const columns: readonly PanelColumn<MarketRow>[] = [
    words('MARKET', 20, 0, (each) => of(each).name(20)),
    words('QUALITY', 10, 0, (each) => of(each).quality),
    words('SEQUENCE', 11, 2, ({ sequence }) => {
      const tone = sequenceTone(sequence)
      return [`${sequence} ${signOf(tone, look.glyphs)}`, tone]
    }),
    figures('AGE', 5, 1, (each) => of(each).age),
    figures('LATENCY', 7, 4, ({ latencyMs }) =>
      latencyMs === undefined ? [NONE, 'muted'] : `${number(latencyMs, { digits: 0 })}ms`,
    ),
    figures('GAPS', 4, 5, ({ gaps }) => String(gaps)),
    figures('MSG/S', 5, 6, ({ messagesPerSecond }) => number(messagesPerSecond, { digits: 0 })),
    figures('SPREAD', 8, 7, ({ spreadBps }) =>
      spreadBps === undefined ? [NONE, 'muted'] : `${number(spreadBps, { digits: 1 })}bps`,
    ),
    figures('LAST', 10, 8, (each) => of(each).last),
    figures('24H', 7, 9, (each) => of(each).change),
    words('ALLOWED', 10, 3, ({ allowed }) => plainText(allowed), true),
  ]
  return {
    rank: 0,
    min: 3,
    want: rows.length + 3,
    paint: (height) => {
      const at = rows.indexOf(chosen)
      const shown = inSight(rows, at < 0 ? undefined : at, height - 2)
      return [
        head(look, width, `Sources ${rows.length}`),
        ...panelTable(
          look,
          { width, height: height - 1 },
          { columns: widened(columns, shown.rows), rows: shown.rows, selected: shown.selected, empty: 'none' },
        ),
      ]
    },
  }
}

/** Cross venue: the same base and quote elsewhere. `height` 0 is the short form of the column at the left. */
function crossSection({ shelf, chosen, context, instrument }: Frame, width: number, height: number): Section {
  const { look } = context
  const rows = crossWords(shelf, chosen, context)
  const isShort = height === 0
  const columns: readonly PanelColumn<CrossWords>[] = [
    words('MARKET', isShort ? 12 : 20, 0, ({ row: each }) =>
      marketWords(each, marketFreshness(each, shelf), context).name(isShort ? 12 : 20),
    ),
    figures('LAST', 10, 0, ({ last }) => last),
    figures('BASIS', 8, 1, ({ basis }) => basis),
    figures('BASIS%', isShort ? 7 : 8, 2, ({ basisPct }) => basisPct),
    ...(isShort ? [] : [words<CrossWords>('ALLOWED', 10, 3, ({ row: each }) => plainText(each.allowed))]),
  ]
  const fees =
    instrument === undefined ? '' : `taker ${percent(instrument.takerPpb / 10_000_000).replace('+', '')} each way`
  return {
    rank: 4,
    min: 3,
    want: rows.length + 3,
    paint: (given) => [
      head(look, width, `Cross venue ${plainText(instrument?.base ?? '')}`, [isShort ? '' : fees]),
      ...panelTable(
        look,
        { width, height: given - 1 },
        { columns: widened(columns, rows), rows, empty: 'no other market of this pair' },
      ),
    ],
  }
}
