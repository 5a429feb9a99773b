import type { PortfolioView, PositionRow, RuleUse } from '../../../src/runtime/link/views.ts'
import { equityDrawdown } from '../../charts/equity-drawdown.ts'
import { age, moneyDigits, NONE, number, percent, signed, share as wholePercent } from '../../paint/numbers.ts'
import { type PanelColumn, panelTable } from '../../paint/panel-table.ts'
import { beside, figure, fit, gauge, type Piece, row, stack, textOf } from '../../paint/row.ts'
import type { PanelContext, PanelState, Size, ViewShelf } from '../../panel.ts'
import { MASK } from '../amount.ts'
import { flow, head } from '../fact-row.ts'
import { aged, ageNote, type Freshness, freshness } from '../freshness.ts'
import { figures, inSight, selectedAt, widened, words } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { leftFigure, ruleFigure, useWord } from '../safety/view-model.ts'
import { type Section, stacked } from '../sections.ts'
import { sideBySide } from '../side-by-side.ts'
import {
  amountsOf,
  equityIn,
  groupedDecimal,
  isPartial,
  PORTFOLIO_VIEWS,
  positionRows,
  positionWords,
  rangeOf,
  reconciledWord,
  type Shock,
  shocks,
} from './view-model.ts'

const MIDDLE = 120
const WIDE = 180
/** Width of the right column where there is one. */
const SIDE = 61

interface Frame {
  readonly view: PortfolioView
  readonly positions: readonly PositionRow[]
  readonly state: PanelState
  readonly context: PanelContext
  readonly fresh: Freshness
}

export function paintPortfolio(
  shelf: ViewShelf,
  state: PanelState,
  context: PanelContext,
  size: Size,
): readonly string[] {
  const view = shelf.get('portfolio')
  const { width } = size
  if (view === undefined) {
    const lines = [
      head(context.look, width, 'Equity', ['loading']),
      row(context.look, width, [' equity ', [NONE, 'muted']]),
      row(context.look, width, [[' balances and positions are not known until the engine has sent them', 'muted']]),
    ]
    return stack(width, size.height, lines)
  }
  const frame: Frame = {
    view,
    positions: positionRows(shelf, state),
    state,
    context,
    fresh: freshness(shelf, 'portfolio'),
  }
  switch (PORTFOLIO_VIEWS[state.view % PORTFOLIO_VIEWS.length] ?? 'positions') {
    case 'positions':
      return width >= WIDE && size.height >= 36 ? wide(frame, size) : stacked(size, overview(frame, size))
    case 'balances':
      return stacked(size, [
        cashSection(frame, width, 0),
        exposureSection(frame, width, 1),
        positionSection(frame, width, 2),
      ])
    case 'PnL':
      return stacked(size, [equitySection(frame, size, 1), pnlSection(frame, width, 0), shockSection(frame, width, 2)])
    case 'limits':
      return stacked(size, [limitSection(frame, width, 0), exposureSection(frame, width, 1)])
  }
}

function overview(frame: Frame, size: Size): Section[] {
  const { width } = size
  if (width < MIDDLE)
    return [
      equitySection(frame, size, 2),
      exposureSection(frame, width, 3),
      positionSection(frame, width, 0),
      cashLines(frame, width, 1),
    ]
  return [
    equitySection(frame, size, 2),
    exposureSection(frame, width, 3),
    positionSection(frame, width, 0),
    sideBySide(frame.context.look, width, {
      rank: 1,
      left: (cells) => pnlSection(frame, cells, 0),
      right: (cells) => cashSection(frame, cells, 0),
    }),
  ]
}

function wide(frame: Frame, { width, height }: Size): string[] {
  const main = width - SIDE - 1
  const top = 18
  const left = stacked({ width: main, height: top }, [equitySection(frame, { width: main, height }, 0)])
  const right = stacked({ width: SIDE, height: top }, [pnlSection(frame, SIDE, 0), limitSection(frame, SIDE, 1)])
  const below = stacked({ width, height: height - top }, [
    exposureSection(frame, width, 2),
    positionSection(frame, width, 0),
    sideBySide(frame.context.look, width, {
      rank: 1,
      left: (cells) => cashSection(frame, cells, 0),
      right: (cells) => shockSection(frame, cells, 0),
    }),
  ])
  return [
    ...beside(frame.context.look, top, [
      { width: main, rows: left },
      { width: SIDE, rows: right },
    ]),
    ...below,
  ]
}

// ---- equity and exposure ---------------------------------------------------------------------------------------------------

function equitySection({ view, state, context, fresh }: Frame, { width, height }: Size, rank: number): Section {
  const { look, zone, nowTs, isMasked } = context
  const rows = height >= 42 ? 17 : height >= 30 ? 13 : 7
  const amounts = amountsOf(view, context)
  const total = view.totalPnl === undefined ? '' : `${amounts.named(view.totalPnl, true)} `
  const facts = [
    ageNote(fresh),
    isPartial(view) ? `partial conf ${number(view.confidence, { digits: 2 })} ${look.glyphs.warn}` : '',
    `${total}${percent(view.totalPct).trim()}`,
    `max DD ${percent(view.maxDrawdownPct).trim()}`,
    isPartial(view) ? '' : `conf ${number(view.confidence, { digits: 1 })}`,
    't range',
  ]
  const faint = fresh.isStale ? { ...look, paint: (_: unknown, text: string) => look.paint('stale', text) } : look
  const edge = fresh.isStale ? look.paint('stale', look.glyphs.bar) : ''
  return {
    rank,
    min: rows + 1,
    want: rows + 1,
    paint: (given) => {
      const points = equityIn(view, state, nowTs)
      const chart = equityDrawdown(
        faint,
        { width: width - (fresh.isStale ? 1 : 0), height: given - 1 },
        {
          points,
          zone,
          digits: moneyDigits(view.currency),
          ...(isMasked ? { label: () => MASK } : {}),
        },
      )
      return [
        head(look, width, `Equity ${rangeOf(state)}  ${plainText(view.currency)}`, facts),
        ...chart.map((line) => line + edge),
      ]
    },
  }
}

type Exposure = PortfolioView['exposures'][number]

function exposureSection({ view, context, fresh }: Frame, width: number, rank: number): Section {
  const { look } = context
  const left = view.exposures.filter(({ kind }) => kind === 'asset' || kind === 'cash')
  const right = view.exposures.filter(({ kind }) => kind === 'venue' || kind === 'bot')
  const cells = Math.floor((width - 1) / 2)
  const rest = width - 1 - cells
  const count = Math.max(1, left.length, right.length)
  const whole = (value: number | undefined) =>
    value === undefined ? ['UNKNOWN', look.glyphs.unknown].join(' ') : wholePercent(value / 100)
  const hidden = (height: number) => left.slice(height).length + right.slice(height).length
  const facts = (height: number) => [
    ageNote(fresh),
    `gross ${whole(view.grossPct)}`,
    `net ${whole(view.netPct)}`,
    hidden(height) > 0 ? `+${hidden(height)} more` : '',
  ]
  const lines = (list: readonly Exposure[], room: number): string[] =>
    list.length === 0
      ? [row(look, room, [[' no exposure', 'muted']])]
      : list.map((each) => exposureRow(each, room, fresh, context))
  return {
    rank,
    min: Math.min(3, 1 + count),
    want: 1 + Math.min(count, width >= MIDDLE ? 4 : 2),
    paint: (height) => {
      const isSplit = width >= MIDDLE
      const heads = isSplit
        ? beside(look, 1, [
            { width: cells, rows: [head(look, cells, 'Exposure by asset', facts(height - 1))] },
            { width: rest, rows: [head(look, rest, 'Exposure by venue / bot')] },
          ])
        : [head(look, width, 'Exposure', facts(height - 1))]
      const dull = isSplit ? look : { ...look, glyphs: { ...look.glyphs, bar: ' ' } }
      return [
        ...heads,
        ...beside(dull, height - 1, [
          { width: cells, rows: lines(left, cells) },
          { width: rest, rows: lines(right, rest) },
        ]),
      ]
    },
  }
}

/** ` BTC  +28.3% ⣿⣿⣿⣀⣀⣀ lim 50% ✓`: the gauge is the share of equity, its tone the share of the limit. */
function exposureRow(
  { kind, name, pct, limitPct }: Exposure,
  width: number,
  { isStale }: Freshness,
  { look }: PanelContext,
): string {
  const isKnown = pct !== undefined && Number.isFinite(pct)
  const limit = limitPct === undefined ? '' : ` lim ${wholePercent(limitPct / 100)}`
  const used = !isKnown ? undefined : limitPct === undefined || limitPct <= 0 ? 0 : Math.abs(pct) / limitPct
  const { sign, tone } = useWord(used, look)
  const mark = limitPct === undefined && isKnown ? '' : ` ${isStale ? look.glyphs.stale : sign}`
  const text = isKnown ? `${number(pct, { digits: 1, isSigned: kind === 'asset' })}%` : 'UNKNOWN'
  const cells = Math.max(0, Math.min(50, width - 1 - 9 - 1 - 8 - 1 - limit.length - mark.length - 1))
  const bar = textOf(gauge(look, isKnown ? Math.abs(pct) / 100 : undefined, cells))
  const dressed: Piece = aged(isKnown ? text : [text, 'unknown'], isStale && isKnown)
  const pieces: Piece[] = [
    ` ${fit(plainText(name), 9)} `,
    [figure(textOf(dressed).trim(), 8), typeof dressed === 'string' ? 'plain' : dressed[1]],
    ' ',
    [bar, isStale ? 'stale' : limitPct === undefined && isKnown ? 'plain' : tone],
    [limit, 'muted'],
    [mark, isStale ? 'stale' : tone],
  ]
  // The limit is a figure: it is shown whole or not at all.
  return row(look, width, cells > 0 ? pieces : pieces.slice(0, 2))
}

// ---- tables ----------------------------------------------------------------------------------------------------------------

function positionSection({ view, positions, state, context, fresh }: Frame, width: number, rank: number): Section {
  const { look } = context
  const amounts = amountsOf(view, context)
  const told = new Map<string, ReturnType<typeof positionWords>>()
  const of = (position: PositionRow) => {
    const known = told.get(position.id) ?? positionWords(position, view, fresh, context)
    told.set(position.id, known)
    return known
  }
  const columns: readonly PanelColumn<PositionRow>[] = [
    words('VENUE', 8, 4, (each) => of(each).venue),
    words('INSTRUMENT', 10, 0, (each) => of(each).instrument),
    words('SIDE', 5, 3, (each) => of(each).side),
    figures('QTY', 9, 0, (each) => of(each).qty),
    figures('ENTRY', 10, 2, (each) => of(each).entry),
    figures('MARK', 10, 1, (each) => of(each).mark),
    figures('uPnL', 7, 0, (each) => of(each).unrealised),
    figures('uPnL%', 7, 6, (each) => of(each).unrealisedPct),
    figures('NOTIONAL', 9, 5, (each) => of(each).notional),
    figures('%EQ', 6, 9, (each) => of(each).equityShare),
    figures('STOP', 10, 1, (each) => of(each).stop),
    figures('STOP RISK', 9, 10, (each) => of(each).stopRisk),
    words('BOT', 9, 7, (each) => of(each).bot),
    figures('AGE', 4, 8, (each) => of(each).age),
  ]
  const partial = isPartial(view) ? 'partial ' : ''
  const facts = [
    ageNote(fresh),
    `${partial}uPnL ${amounts.named(view.unrealised, true)}`,
    `${partial}notional ${amounts.named(view.notional)}`,
    ...view.unknown.map((each) => `${look.glyphs.unknown} ${plainText(each)}`),
  ]
  const isEmpty = Object.keys(view.positions).length === 0
  return {
    rank,
    min: 3,
    want: 2 + Math.max(1, positions.length),
    paint: (height) => {
      const shown = inSight(positions, selectedAt(positions, state.selected), height - 2)
      return [
        head(look, width, `Positions ${positions.length}`, facts),
        ...panelTable(
          look,
          { width, height: height - 1 },
          {
            columns: widened(columns, shown.rows),
            rows: shown.rows,
            selected: shown.selected,
            isMarked: ({ id }) => state.marked.includes(id),
            empty: isEmpty
              ? 'flat: no position is open (1 Bots, S starts one)'
              : `none matches "${plainText(state.filter)}"`,
          },
        ),
      ]
    },
  }
}

const PNL_NAMES = {
  realised: 'realized',
  unrealised: 'unreal',
  rates: 'fx rates',
  fees: ' fees',
  funding: ' funding',
  total: 'total',
} as const

function pnlSection({ view, context, fresh }: Frame, width: number, rank: number): Section {
  const { look } = context
  const amounts = amountsOf(view, context)
  type Line = PortfolioView['pnl'][number]
  const column = (title: string, order: number, value: (line: Line) => number | undefined) =>
    figures<Line>(title, 9, order, (line) => aged(amounts.gain(value(line)), fresh.isStale))
  const partial = isPartial(view) ? 'partial ' : ''
  const columns: readonly PanelColumn<Line>[] = [
    words('', 16, 0, ({ name }) => (name === 'total' ? `${partial}total` : PNL_NAMES[name])),
    column('TODAY', 0, ({ today }) => today),
    column('WEEK', 2, ({ week }) => week),
    column('MONTH', 3, ({ month }) => month),
    column('ALL', 1, ({ all }) => all),
  ]
  return {
    rank,
    min: 3,
    want: 2 + Math.max(1, view.pnl.length),
    paint: (height) => [
      head(look, width, 'PnL', [ageNote(fresh), 'realized is net of fees, funding']),
      ...panelTable(
        look,
        { width, height: height - 1 },
        { columns: widened(columns, view.pnl), rows: view.pnl, empty: 'nothing booked yet' },
      ),
    ],
  }
}

type Cash = PortfolioView['cash'][number]

function cashSection({ view, context, fresh }: Frame, width: number, rank: number): Section {
  const { look } = context
  const columns: readonly PanelColumn<Cash>[] = [
    words('VENUE', 9, 0, ({ venueId }) => plainText(venueId)),
    words('CCY', 5, 0, ({ currency }) => plainText(currency)),
    figures('TOTAL', 11, 0, ({ total }) => aged(cashFigure(total, context), fresh.isStale)),
    figures('FREE', 11, 1, ({ free }) => aged(cashFigure(free, context), fresh.isStale)),
    figures('MARGIN', 7, 2, ({ marginPct }) =>
      marginPct === undefined ? [NONE, 'muted'] : wholePercent(marginPct / 100),
    ),
    figures('RATE', 13, 3, (each) => rateWord(each, look.glyphs.stale)),
  ]
  return {
    rank,
    min: 3,
    want: 3 + Math.max(1, view.cash.length),
    paint: (height) => [
      head(look, width, 'Cash and margin', [ageNote(fresh)]),
      ...panelTable(
        look,
        { width, height: Math.max(0, height - 2) },
        { columns: widened(columns, view.cash), rows: view.cash, empty: 'no balance is known yet' },
      ),
      row(look, width, ['  ', aged(reconciledWord(view, context), fresh.isStale)]),
    ],
  }
}

function cashFigure(text: string, { isMasked }: PanelContext): Piece {
  const shown = groupedDecimal(text)
  return shown === NONE ? [NONE, 'muted'] : isMasked ? MASK : shown
}

/** Above this age of a rate, ms, what it converts is old. */
const RATE_STALE_MS = 60_000

function rateWord({ rate, rateAgeMs }: Cash, stale: string): Piece {
  if (rate === undefined || !Number.isFinite(rate)) return [NONE, 'muted']
  const text = `${number(rate, { digits: 2 })} ${age(rateAgeMs)}`
  return rateAgeMs === undefined || rateAgeMs > RATE_STALE_MS ? [`${stale}${text}`, 'stale'] : text
}

/** Cash in as few rows as it needs, where there is no room for a table. */
function cashLines({ view, context, fresh }: Frame, width: number, rank: number): Section {
  const { look } = context
  const facts = view.cash.map(({ venueId, currency, total, free }): readonly Piece[] => [
    `${plainText(venueId)} ${plainText(currency)} `,
    aged(cashFigure(total, context), fresh.isStale),
    ' free ',
    aged(cashFigure(free, context), fresh.isStale),
  ])
  const lines = flow(look, width, [
    ...(facts.length === 0 ? [['no balance is known yet']] : facts),
    [aged(reconciledWord(view, context), fresh.isStale)],
  ])
  return {
    rank,
    min: 2,
    want: 1 + lines.length,
    paint: () => [head(look, width, 'Cash', [ageNote(fresh)]), ...lines],
  }
}

function limitSection({ view, context, fresh }: Frame, width: number, rank: number): Section {
  const { look } = context
  const cells = Math.max(6, Math.min(50, width - 42))
  const columns: readonly PanelColumn<RuleUse>[] = [
    words('RULE', 11, 0, ({ rule }) => plainText(rule)),
    words('SCOPE', 14, 4, ({ scope }) => plainText(scope)),
    figures('VALUE', 9, 0, (rule) =>
      rule.share === undefined || !Number.isFinite(rule.share)
        ? ['UNKNOWN', 'unknown']
        : aged(ruleFigure(rule.value, context), fresh.isStale),
    ),
    figures('LIMIT', 9, 1, (rule) => ruleFigure(rule.limit, context)),
    figures('LEFT', 17, 6, (rule) => leftFigure(rule.left, context)),
    words('USE', cells, 3, ({ share }) =>
      fresh.isStale ? [textOf(gauge(look, share, cells)), 'stale'] : gauge(look, share, cells),
    ),
    words('', 1, 0, ({ share }) => {
      const { sign, tone } = useWord(share, look)
      return fresh.isStale ? [look.glyphs.stale, 'stale'] : [sign, tone]
    }),
    words('ON BREACH', 10, 5, ({ onBreach }) => plainText(onBreach)),
  ]
  return {
    rank,
    min: 3,
    want: 2 + Math.max(1, view.limits.length),
    paint: (height) => [
      head(look, width, 'Limits', [ageNote(fresh)]),
      ...panelTable(look, { width, height: height - 1 }, { columns, rows: view.limits, empty: 'no limits are set' }),
    ],
  }
}

function shockSection({ view, context, fresh }: Frame, width: number, rank: number): Section {
  const { look } = context
  const amounts = amountsOf(view, context)
  const rows = shocks(view, context)
  const old = (piece: Piece) => aged(piece, fresh.isStale)
  const pct = (value: number | undefined): Piece =>
    value === undefined ? [NONE, 'muted'] : old(signed(value, percent(value)))
  const columns: readonly PanelColumn<Shock>[] = [
    words('SHOCK', 10, 0, ({ name }) => name),
    figures('PnL', 10, 0, ({ pnl }) => old(amounts.gain(pnl))),
    figures('EQ%', 8, 1, ({ equityPct }) => pct(equityPct)),
    figures('DD AFTER', 8, 2, ({ drawdownPct }) => pct(drawdownPct)),
    words('LIMIT', 12, 3, ({ isBroken }): Piece => {
      if (isBroken === undefined) return [`${look.glyphs.unknown} UNKNOWN`, 'unknown']
      if (fresh.isStale) return [look.glyphs.stale, 'stale']
      return isBroken ? [`${look.glyphs.bad} drawdown`, 'bad'] : [look.glyphs.ok, 'ok']
    }),
  ]
  return {
    rank,
    min: 3,
    want: 3 + rows.length,
    paint: (height) => [
      head(look, width, 'What if', [ageNote(fresh), 'against the present book']),
      ...panelTable(
        look,
        { width, height: height - 1 },
        { columns: widened(columns, rows), rows, empty: 'no position to shock' },
      ),
    ],
  }
}
