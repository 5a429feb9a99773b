import { decimal, decimalToNumber } from '../../../src/domain/decimal.ts'
import type {
  InstrumentView,
  MarketRow,
  MarketsView,
  MarketView,
  RibbonView,
  Timeframe,
} from '../../../src/runtime/link/views.ts'
import { age, NONE, number, percent, price, signed } from '../../paint/numbers.ts'
import { type Piece, textOf, widthOf } from '../../paint/row.ts'
import type { Tone } from '../../paint/tone.ts'
import type { PanelContext, PanelState, ViewShelf } from '../../panel.ts'
import { aged, type Freshness, freshness, STALE_AFTER_MS } from '../freshness.ts'
import { plainText } from '../plain-text.ts'
import { byFigure, byText, rowFilter, sortedRows } from '../row-filter.ts'

export const MARKET_VIEWS = ['watch', 'book', 'sources', 'cross'] as const
export const MARKET_SORTS = ['venue', 'change', 'spread', 'age'] as const
/** The first is what a fresh panel shows. */
export const CHART_TIMEFRAMES: readonly Timeframe[] = ['5m', '15m', '1h', '1m']
/** Turned by one key in both directions: as it is, wider bars, then several bars in one. */
const ZOOMS: readonly { readonly name: string; readonly zoom: number }[] = [
  { name: '1x', zoom: 0 },
  { name: '2x', zoom: 1 },
  { name: '3x', zoom: 2 },
  { name: '4x', zoom: 3 },
  { name: '1/8x', zoom: -3 },
  { name: '1/4x', zoom: -2 },
  { name: '1/2x', zoom: -1 },
]
export const ZOOM_NAMES = ZOOMS.map(({ name }) => name)
/** Bars that one press pans by. */
const PAN_BARS = 12
export const PAN_NAMES = Array.from({ length: 41 }, (_, at) => String(at * PAN_BARS))

/** What the reader has turned the chart to. */
export interface ChartChoice {
  readonly timeframe: Timeframe
  readonly zoom: number
  readonly zoomName: string
  readonly pan: number
}

export function chartChoice({ choices }: PanelState): ChartChoice {
  const zoom = ZOOMS[(choices['zoom'] ?? 0) % ZOOMS.length]
  return {
    timeframe: CHART_TIMEFRAMES[(choices['timeframe'] ?? 0) % CHART_TIMEFRAMES.length] ?? '5m',
    zoom: zoom?.zoom ?? 0,
    zoomName: zoom?.name ?? '1x',
    pan: ((choices['pan'] ?? 0) % PAN_NAMES.length) * PAN_BARS,
  }
}

const COMPARE: Readonly<Record<(typeof MARKET_SORTS)[number], (a: MarketRow, b: MarketRow) => number>> = {
  venue: () => 0,
  change: (a, b) => byFigure(a.changePct, b.changePct),
  spread: (a, b) => byFigure(a.spreadBps, b.spreadBps),
  age: (a, b) => byFigure(a.ageMs, b.ageMs),
}

/** Markets that the filter lets through, in the order the engine sends them or by a figure; doubtful ones first while the mode is not NORMAL. */
export function marketRows(shelf: ViewShelf, state: PanelState): readonly MarketRow[] {
  const view: MarketsView | undefined = shelf.get('markets')
  const isWanted = rowFilter(state.filter)
  const rows = Object.values(view?.rows ?? {})
    .filter(({ instrumentId, venueId, quality }) =>
      isWanted({ text: `${venueId} ${instrumentId} ${quality}`, venueId }),
    )
    .map((row) => ({ row, id: row.instrumentId }))
  const sort = MARKET_SORTS[state.sort % MARKET_SORTS.length] ?? 'venue'
  const isTroubleFirst = shelf.get('ribbon')?.safetyMode !== 'NORMAL'
  if (sort === 'venue' && !isTroubleFirst) return rows.map(({ row }) => row)
  return sortedRows(rows, {
    compare: (a, b) => COMPARE[sort](a.row, b.row) || byText(a.row.venueId, b.row.venueId),
    trouble: ({ row }) => (row.quality === 'UNKNOWN' ? 0 : row.quality === 'OK' ? 2 : 1),
    isTroubleFirst,
  }).map(({ row }) => row)
}

export function selectedMarket(shelf: ViewShelf, state: PanelState): MarketRow | undefined {
  const rows = marketRows(shelf, state)
  return rows.find(({ instrumentId }) => instrumentId === state.selected) ?? rows[0]
}

/** How old a market's data is, the way from the engine included. */
export function marketFreshness(row: MarketRow, shelf: ViewShelf): Freshness {
  const view = freshness(shelf, 'markets')
  const ageMs = (row.ageMs ?? 0) + view.ageMs
  return { ageMs, isStale: row.quality === 'STALE' || ageMs > STALE_AFTER_MS }
}

/** A market in words. */
export interface MarketWords {
  /** Venue and symbol; the symbol is never cut. */
  readonly name: (width: number) => string
  readonly last: Piece
  readonly change: Piece
  readonly quality: Piece
  readonly age: Piece
}

export function marketWords(row: MarketRow, fresh: Freshness, context: PanelContext): MarketWords {
  const instrument = context.instruments[row.instrumentId]
  const symbol = plainText(instrument?.symbol ?? row.instrumentId)
  const isUnknown = row.quality === 'UNKNOWN'
  const last = instrument === undefined ? NONE : price(row.last, instrument)
  return {
    name: (width) => {
      const room = width - widthOf(symbol) - 1
      const venue = plainText(row.venueId)
      return room <= 0 ? symbol : `${within(venue, room)} ${symbol}`
    },
    last: isUnknown
      ? [last === NONE ? NONE : `${context.look.glyphs.unknown}${last}`, 'unknown']
      : aged(last, fresh.isStale),
    change:
      row.changePct === undefined || !Number.isFinite(row.changePct)
        ? [NONE, 'muted']
        : aged(signed(row.changePct, percent(row.changePct).trim()), fresh.isStale),
    quality: qualityWord(row, fresh, context),
    age: fresh.isStale ? [`${context.look.glyphs.stale}${age(fresh.ageMs)}`, 'stale'] : age(row.ageMs),
  }
}

/** The beginning of a name in at most `cells` cells. */
function within(name: string, cells: number): string {
  let kept = name
  while (widthOf(kept) > cells) kept = kept.slice(0, -1)
  return kept
}

const QUALITY_TONES: Readonly<Record<MarketRow['quality'], Tone>> = {
  OK: 'ok',
  STALE: 'bad',
  THIN: 'warn',
  GAP: 'warn',
  CROSSED: 'bad',
  UNKNOWN: 'unknown',
}

/** `OK ✓`, `STALE ✗`, `UNKNOWN ?`. Data that is too old is STALE, whatever it was when it came. */
export function qualityWord({ quality }: MarketRow, { isStale }: Freshness, { look }: PanelContext): Piece {
  const said = isStale && quality === 'OK' ? 'STALE' : quality
  const tone = QUALITY_TONES[said]
  return [`${said} ${signOf(tone, look.glyphs)}`, tone]
}

export function signOf(tone: Tone, glyphs: PanelContext['look']['glyphs']): string {
  if (tone === 'ok') return glyphs.ok
  if (tone === 'warn') return glyphs.warn
  return tone === 'unknown' ? glyphs.unknown : glyphs.bad
}

export function sequenceTone(sequence: MarketRow['sequence']): Tone {
  switch (sequence) {
    case 'IN_SYNC':
      return 'ok'
    case 'RESYNCING':
    case 'GAP':
      return 'warn'
    case 'UNKNOWN':
      return 'unknown'
  }
}

/** How a venue's feed does, from the markets it carries: the worst of them speaks. */
export interface FeedWords {
  readonly venue: string
  readonly health: Piece
  readonly latency: string
  readonly sequence: Piece
  readonly gaps: string
  readonly rate: string
}

export function feedWords(shelf: ViewShelf, context: PanelContext): readonly FeedWords[] {
  const rows = Object.values(shelf.get('markets')?.rows ?? {})
  const venues = [...new Set(rows.map(({ venueId }) => venueId))]
  const { glyphs } = context.look
  return venues.map((venueId) => {
    const own = rows.filter((row) => row.venueId === venueId)
    const known = context.ribbon?.venues.find(({ id }) => id === venueId)
    const worst = own.find(({ sequence }) => sequence !== 'IN_SYNC')?.sequence ?? 'IN_SYNC'
    const isOld = own.some((row) => marketFreshness(row, shelf).isStale)
    const synced = sequenceTone(worst)
    const tone: Tone = isOld ? 'bad' : synced === 'ok' ? healthTone(known?.health) : synced
    const latencies = own.flatMap(({ latencyMs }) => (latencyMs === undefined ? [] : [latencyMs]))
    const rates = own.flatMap(({ messagesPerSecond }) => (messagesPerSecond === undefined ? [] : [messagesPerSecond]))
    return {
      venue: plainText(venueId),
      health: [signOf(tone, glyphs), tone],
      latency: latencies.length === 0 ? NONE : `${number(Math.max(...latencies), { digits: 0 })}ms`,
      sequence: worst === 'IN_SYNC' ? ['seq ok', 'plain'] : [`seq ${worst}`, sequenceTone(worst)],
      gaps: String(Math.max(...own.map(({ gaps }) => gaps))),
      rate:
        rates.length === 0
          ? NONE
          : `${number(
              rates.reduce((sum, rate) => sum + rate, 0),
              { digits: 0 },
            )}/s`,
    }
  })
}

function healthTone(health: RibbonView['venues'][number]['health'] | undefined): Tone {
  switch (health) {
    case 'OK':
      return 'ok'
    case 'DEGRADED':
      return 'warn'
    case 'FAILED':
      return 'bad'
    case 'UNKNOWN':
    case undefined:
      return 'unknown'
  }
}

/** Lots as the base currency writes them, without more digits than an eye needs. */
export function baseAmount(lots: number | undefined, instrument: InstrumentView | undefined, digits = 1): string {
  if (lots === undefined || instrument === undefined || !Number.isFinite(lots)) return NONE
  return number(lots * decimalToNumber(decimal(instrument.lotSize)), { digits })
}

/** Share of buying in what was taken within the last minute: −1 all sold, 1 all bought; undefined while nothing traded. */
export function imbalance({ buys, sells }: Pick<MarketView, 'buys' | 'sells'>): number | undefined {
  return buys + sells > 0 ? (buys - sells) / (buys + sells) : undefined
}

/** The other markets of the same base, against the selected one. */
export interface CrossWords {
  readonly row: MarketRow
  readonly last: Piece
  readonly basis: Piece
  readonly basisPct: Piece
}

export function crossWords(shelf: ViewShelf, chosen: MarketRow, context: PanelContext): readonly CrossWords[] {
  const { instruments } = context
  const home = instruments[chosen.instrumentId]
  if (home === undefined) return []
  const origin = priceOf(chosen, home)
  return Object.values(shelf.get('markets')?.rows ?? {}).flatMap((row): readonly CrossWords[] => {
    const instrument = instruments[row.instrumentId]
    if (instrument === undefined || instrument.base !== home.base || instrument.quote !== home.quote) return []
    const words = marketWords(row, marketFreshness(row, shelf), context)
    const isOld = marketFreshness(row, shelf).isStale || marketFreshness(chosen, shelf).isStale
    const here = priceOf(row, instrument)
    const isDoubtful = row.quality === 'UNKNOWN' || chosen.quality === 'UNKNOWN'
    const basis = here === undefined || origin === undefined || isDoubtful ? undefined : here - origin
    const none: Piece = [NONE, 'muted']
    return [
      {
        row,
        last: words.last,
        basis:
          basis === undefined ? none : aged(signed(basis, number(basis, { digits: 0, isSigned: true }).trim()), isOld),
        basisPct:
          basis === undefined || origin === undefined || origin === 0
            ? none
            : aged(signed(basis, `${number((basis / origin) * 100, { digits: 3, isSigned: true }).trim()}%`), isOld),
      },
    ]
  })
}

function priceOf({ last }: MarketRow, instrument: InstrumentView): number | undefined {
  return last === undefined ? undefined : last * decimalToNumber(decimal(instrument.tickSize))
}

/** One market in a sentence. */
export function marketSentence(row: MarketRow, words: MarketWords): string {
  return `${words.name(99)} last ${textOf(words.last)}, ${textOf(words.change)}, data ${textOf(words.quality)} age ${textOf(words.age)}, allowed ${plainText(row.allowed)}.`
}
