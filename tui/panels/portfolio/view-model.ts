import { US_PER_DAY } from '../../../src/domain/time.ts'
import type { PortfolioView, PositionRow } from '../../../src/runtime/link/views.ts'
import { age, money, NONE, number, percent, signed } from '../../paint/numbers.ts'
import { type Piece, textOf } from '../../paint/row.ts'
import type { PanelContext, PanelState, ViewShelf } from '../../panel.ts'
import { MASK, quantity } from '../amount.ts'
import { aged, type Freshness } from '../freshness.ts'
import { plainText } from '../plain-text.ts'
import { byFigure, byText, rowFilter, sortedRows } from '../row-filter.ts'
import { priceWord } from '../side-words.ts'

export const PORTFOLIO_VIEWS = ['positions', 'balances', 'PnL', 'limits'] as const
export const PORTFOLIO_SORTS = ['venue', 'uPnL', 'notional desc', 'name'] as const
export const RANGES = ['30d', '7d', '24h', 'all'] as const
const RANGE_DAYS: Readonly<Record<(typeof RANGES)[number], number>> = {
  '30d': 30,
  '7d': 7,
  '24h': 1,
  all: Number.POSITIVE_INFINITY,
}

export function rangeOf(state: PanelState): (typeof RANGES)[number] {
  return RANGES[(state.choices['range'] ?? 0) % RANGES.length] ?? '30d'
}

/** The part of the equity curve that the range shows. */
export function equityIn(view: PortfolioView, state: PanelState, nowTs: number): PortfolioView['equity'] {
  const from = nowTs - RANGE_DAYS[rangeOf(state)] * US_PER_DAY
  return view.equity.filter(({ ts }) => ts >= from)
}

const COMPARE: Readonly<Record<(typeof PORTFOLIO_SORTS)[number], (a: PositionRow, b: PositionRow) => number>> = {
  venue: (a, b) => byText(a.venueId, b.venueId) || byText(a.instrumentId, b.instrumentId),
  // The deepest loss first: it is what has to be looked at.
  uPnL: (a, b) => byFigure(negated(a.unrealised), negated(b.unrealised)),
  'notional desc': (a, b) => byFigure(a.notional, b.notional),
  name: (a, b) => byText(a.instrumentId, b.instrumentId),
}

function negated(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value
}

/** Positions that the filter lets through; those without a price come first while the mode is not NORMAL. */
export function positionRows(shelf: ViewShelf, state: PanelState): readonly PositionRow[] {
  const isWanted = rowFilter(state.filter)
  const found = Object.values(shelf.get('portfolio')?.positions ?? {}).filter(({ instrumentId, botId, venueId, qty }) =>
    isWanted({ text: `${venueId} ${instrumentId} ${botId} ${qty > 0 ? 'LONG' : 'SHORT'}`, venueId }),
  )
  return sortedRows(found, {
    compare: COMPARE[PORTFOLIO_SORTS[state.sort % PORTFOLIO_SORTS.length] ?? 'venue'],
    trouble: ({ mark, stop }) => (mark === undefined ? 0 : stop === undefined ? 1 : 2),
    isTroubleFirst: shelf.get('ribbon')?.safetyMode !== 'NORMAL',
  })
}

export function selectedPosition(shelf: ViewShelf, state: PanelState): PositionRow | undefined {
  const rows = positionRows(shelf, state)
  return rows.find(({ id }) => id === state.selected) ?? rows[0]
}

/** Amounts in the portfolio's own currency, hidden where they are masked. */
export interface Amounts {
  readonly plain: (value: number | undefined) => Piece
  readonly gain: (value: number | undefined) => Piece
  /** With the currency's sign. */
  readonly named: (value: number | undefined, isSigned?: boolean) => string
}

export function amountsOf({ currency }: PortfolioView, { isMasked, look }: PanelContext): Amounts {
  const inGlyphs = (text: string) => text.replace('\u00a5', look.glyphs.yen)
  const isKnown = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value)
  return {
    plain: (value) => {
      if (!isKnown(value)) return [NONE, 'muted']
      return isMasked ? MASK : money(value, currency, { isBare: true })
    },
    gain: (value) => {
      if (!isKnown(value)) return [NONE, 'muted']
      return isMasked ? MASK : signed(value, money(value, currency, { isBare: true, isSigned: true }))
    },
    named: (value, isSigned = false) =>
      isKnown(value) ? (isMasked ? MASK : inGlyphs(money(value, currency, { isSigned }).trim())) : NONE,
  }
}

/** Totals say so when a part of them is not known. */
export function isPartial({ confidence }: PortfolioView): boolean {
  return !(confidence >= 1)
}

/** A position in words. */
export interface PositionWords {
  readonly venue: string
  readonly instrument: string
  readonly side: Piece
  readonly qty: Piece
  readonly entry: Piece
  readonly mark: Piece
  readonly unrealised: Piece
  readonly unrealisedPct: Piece
  readonly notional: Piece
  readonly equityShare: Piece
  readonly stop: Piece
  readonly stopRisk: Piece
  readonly bot: string
  readonly age: string
}

export function positionWords(
  position: PositionRow,
  view: PortfolioView,
  { isStale }: Freshness,
  context: PanelContext,
): PositionWords {
  const amounts = amountsOf(view, context)
  const old = (piece: Piece) => aged(piece, isStale)
  const { instrumentId, qty, mark, notional, stop } = position
  const equity = view.equityNow
  const share =
    notional === undefined || equity === undefined || !(equity > 0)
      ? undefined
      : `${number((notional / equity) * 100, { digits: 1 })}%`
  const average = Number.isFinite(position.average) ? Math.round(position.average) : undefined
  return {
    venue: plainText(position.venueId),
    instrument: plainText(context.instruments[instrumentId]?.symbol ?? instrumentId),
    side: qty > 0 ? ['LONG', 'up'] : ['SHORT', 'down'],
    qty: old(quantity(qty, instrumentId, context, true)),
    entry: priceWord(average, instrumentId, context),
    mark: mark === undefined ? ['UNKNOWN', 'unknown'] : old(priceWord(mark, instrumentId, context)),
    unrealised: old(amounts.gain(position.unrealised)),
    unrealisedPct: old(
      position.unrealisedPct === undefined
        ? [NONE, 'muted']
        : signed(position.unrealisedPct, percent(position.unrealisedPct)),
    ),
    notional: old(amounts.plain(notional)),
    equityShare: old(share === undefined ? [NONE, 'muted'] : share),
    stop: stop === undefined ? [`${context.look.glyphs.warn} none`, 'warn'] : priceWord(stop, instrumentId, context),
    stopRisk: stop === undefined ? ['unbounded', 'warn'] : old(amounts.gain(lossAtStop(position))),
    bot: plainText(position.botId),
    age: position.openedTs === undefined ? NONE : age((context.nowTs - position.openedTs) / 1_000),
  }
}

/** What the way from the mark to the stop costs, account currency; undefined where a part of it is not known. */
export function lossAtStop({ stop, mark, notional, qty }: PositionRow): number | undefined {
  if (stop === undefined || mark === undefined || mark === 0 || notional === undefined) return undefined
  return ((stop - mark) / mark) * notional * Math.sign(qty)
}

/** A decimal string in groups of three, exactly as precise as it was. */
export function groupedDecimal(text: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return NONE
  const [whole = '', fraction] = text.split('.')
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? commas : `${commas}.${fraction}`
}

/** What a fall or a rise that hurts would do to the present book. */
export interface Shock {
  readonly name: string
  readonly pnl: number | undefined
  readonly equityPct: number | undefined
  /** Drawdown after it, percent; `isBroken` says whether it passes the limit, undefined when that is not known. */
  readonly drawdownPct: number | undefined
  readonly isBroken: boolean | undefined
}

/** Ten and twenty percent against each asset that is held, the largest first. An unknown mark makes its asset unknown. */
export function shocks(view: PortfolioView, { instruments, ribbon }: PanelContext): readonly Shock[] {
  const net = new Map<string, number>()
  for (const { instrumentId, notional, qty } of Object.values(view.positions)) {
    const base = instruments[instrumentId]?.base ?? instrumentId
    net.set(base, (net.get(base) ?? 0) + (notional ?? Number.NaN) * Math.sign(qty))
  }
  const sized = [...net].toSorted(([a, x], [b, y]) => byFigure(Math.abs(x), Math.abs(y)) || byText(a, b))
  return sized.flatMap(([base, held]) =>
    [10, 20].map((move): Shock => {
      const isKnown = Number.isFinite(held)
      const pnl = isKnown ? (-Math.abs(held) * move) / 100 : undefined
      const equity = view.equityNow
      const equityPct = pnl === undefined || equity === undefined || !(equity > 0) ? undefined : (pnl / equity) * 100
      const now = ribbon?.drawdownPct
      const limit = ribbon?.drawdownLimitPct
      const drawdownPct = equityPct === undefined || now === undefined ? undefined : now + equityPct
      return {
        name: `${plainText(base)} ${isKnown ? (held > 0 ? '-' : '+') : '?'}${move}%`,
        pnl,
        equityPct,
        drawdownPct,
        isBroken: drawdownPct === undefined || limit === undefined ? undefined : drawdownPct <= limit,
      }
    }),
  )
}

/** The reconciliation of our books with the venues', in a word. */
export function reconciledWord({ reconciled }: PortfolioView, { look, nowTs }: PanelContext): Piece {
  const { ts, status, differences } = reconciled
  const when = ts === undefined ? '' : ` ${age((nowTs - ts) / 1_000)}`
  switch (status) {
    case 'OK':
      return [`${look.glyphs.ok} reconciled${when}`, 'ok']
    case 'MISMATCH':
      return [`${look.glyphs.bad} MISMATCH ${differences}${when}`, 'bad']
    case 'UNKNOWN':
      return [`${look.glyphs.unknown} UNKNOWN${when}`, 'unknown']
  }
}

/** One position in a sentence. */
export function positionSentence(position: PositionRow, words: PositionWords): string {
  const stop = position.stop === undefined ? 'no stop at the venue' : `stop at ${textOf(words.stop)}`
  return `${words.bot} is ${textOf(words.side)} ${textOf(words.qty)} ${words.instrument} on ${words.venue} at ${textOf(words.entry)}, mark ${textOf(words.mark)}, unrealised ${textOf(words.unrealised)}, ${stop}.`
}
