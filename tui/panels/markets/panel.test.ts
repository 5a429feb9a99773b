import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import {
  bodyOf,
  frameText,
  goldenFrame,
  marketContext,
  SCREEN_CHART,
  SCREEN_INSTRUMENTS,
  SCREEN_MARKET,
  SCREEN_MARKETS,
  SCREEN_SIZES,
} from '../../../fixtures/screen-market-views.ts'
import { RIBBON, shelfOf } from '../../../fixtures/screen-views.ts'
import type { MarketRow, MarketsView, MarketView, Views } from '../../../src/runtime/link/views.ts'
import { BARE, screenLook } from '../../paint/tone.ts'
import { FRESH_STATE } from '../../panel.ts'
import { MARKETS_PANEL } from './panel.ts'
import { MARKET_VIEWS } from './view-model.ts'

const isUpdate = process.env['UPDATE_GOLDEN'] === '1'
const ASCII = screenLook({ palette: 'mono', level: 0, glyphs: 'ascii' })
/** Tones as words around what they dress. */
const TAGGED = { ...BARE, paint: (tone: string, text: string) => `<${tone}>${text}</>` }
const BTC = 'gmo:BTC_JPY'

const ALL: Partial<Views> = {
  markets: SCREEN_MARKETS,
  ribbon: RIBBON,
  [`market/${BTC}`]: SCREEN_MARKET,
  [`bars/${BTC}/5m`]: SCREEN_CHART,
}

function withRow(change: Partial<MarketRow>, id = BTC): MarketsView {
  const row = SCREEN_MARKETS.rows[id]
  return row === undefined ? SCREEN_MARKETS : { rows: { ...SCREEN_MARKETS.rows, [id]: { ...row, ...change } } }
}

const UNKNOWN: MarketsView = {
  rows: {
    [BTC]: {
      instrumentId: BTC,
      venueId: 'gmo',
      quality: 'UNKNOWN',
      sequence: 'UNKNOWN',
      allowed: 'CANCEL',
      gaps: 0,
    },
  },
}

const STATES: Readonly<Record<string, Partial<Views>>> = {
  normal: ALL,
  halted: {
    ...ALL,
    markets: withRow({ allowed: 'CANCEL' }),
    ribbon: { ...RIBBON, safetyMode: 'HALTED', killLevel: 'HALT' },
  },
  unknown: { ribbon: RIBBON, markets: UNKNOWN },
  stale: { ...ALL, markets: withRow({ quality: 'STALE', ageMs: 42_000, allowed: 'CLOSE_ONLY' }) },
  empty: { ribbon: RIBBON, markets: { rows: {} } },
  loading: {},
}

function frame(
  views: Partial<Views>,
  screen: string,
  {
    look = BARE,
    isMasked = false,
    ...state
  }: { look?: typeof BARE; isMasked?: boolean; view?: number; pane?: number; choices?: Record<string, number> } = {},
) {
  return MARKETS_PANEL.paint(
    shelfOf(views),
    { ...FRESH_STATE, ...state },
    marketContext({ look, isMasked, ribbon: views.ribbon }),
    bodyOf(screen),
  )
}

function golden(name: string, rows: readonly string[]) {
  expect(frameText(rows)).toBe(goldenFrame(`markets-${name}`, rows, isUpdate))
}

describe('golden frames', () => {
  test.each(SCREEN_SIZES.flatMap((screen) => Object.keys(STATES).map((state) => ({ screen, state }))))(
    '$screen $state',
    ({ screen, state }) => golden(`${screen}-${state}`, frame(STATES[state] ?? {}, screen)),
  )
  test.each(MARKET_VIEWS.slice(1).map((name, at) => ({ name, view: at + 1 })))('120x40 $name', ({ name, view }) =>
    golden(`120x40-${name}`, frame(ALL, '120x40', { view })),
  )
  test('80x24 list', () => golden('80x24-list', frame(ALL, '80x24', { pane: 1 })))
  test('120x40 without braille', () => {
    const rows = frame(ALL, '120x40', { look: ASCII })
    golden('120x40-ascii', rows)
    expect(rows.join('')).toMatch(/^[\x20-\x7e]*$/)
  })
})

// ---- any content, any size -----------------------------------------------------------------------------------------------

const text = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 20 }))
const ts = fc.integer({ min: 0, max: 4e15 })
const figure = fc.option(fc.oneof(fc.double(), fc.integer({ min: -1e12, max: 1e12 })), { nil: undefined })
const ticks = fc.option(fc.integer({ min: 1, max: 1e13 }), { nil: undefined })
const ids = fc.constantFrom(...Object.keys(SCREEN_INSTRUMENTS), 'nobody:KNOWS')
const marketRow: fc.Arbitrary<MarketRow> = fc.record({
  instrumentId: ids,
  venueId: text,
  bid: ticks,
  ask: ticks,
  last: ticks,
  changePct: figure,
  high: ticks,
  low: ticks,
  volume: figure,
  spreadBps: figure,
  ageMs: figure,
  quality: fc.constantFrom('OK', 'STALE', 'THIN', 'GAP', 'CROSSED', 'UNKNOWN'),
  sequence: fc.constantFrom('IN_SYNC', 'RESYNCING', 'GAP', 'UNKNOWN'),
  allowed: text,
  latencyMs: figure,
  gaps: fc.nat(),
  messagesPerSecond: figure,
})
const level = fc.tuple(fc.integer({ min: 1, max: 1e13 }), fc.integer({ min: 0, max: 1e13 }))
const market: fc.Arbitrary<MarketView> = fc.record({
  instrumentId: ids,
  bids: fc.array(level, { maxLength: 40 }),
  asks: fc.array(level, { maxLength: 40 }),
  tape: fc.array(
    fc.record({
      ts,
      price: fc.integer({ min: 1, max: 1e13 }),
      qty: fc.integer({ min: 1, max: 1e13 }),
      taker: fc.constantFrom(1, -1),
    }),
    { maxLength: 60 },
  ),
  own: fc.array(
    fc.record({
      id: text,
      side: fc.constantFrom('buy' as const, 'sell' as const),
      price: fc.integer({ min: 1, max: 1e13 }),
      qty: fc.integer({ min: 1, max: 1e13 }),
    }),
    { maxLength: 6 },
  ),
  position: fc.integer({ min: -1e12, max: 1e12 }),
  average: fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: undefined }),
  unrealised: figure,
  stop: ticks,
  buys: fc.nat(),
  sells: fc.nat(),
  bidDepth: figure,
  askDepth: figure,
  slippage: fc.array(fc.record({ name: text, pct: fc.double() }), { maxLength: 4 }),
  facts: fc.array(fc.record({ name: text, value: text }), { maxLength: 8 }),
})

test('fills exactly its size, whatever it is told', () => {
  fc.assert(
    fc.property(
      fc.option(
        fc
          .array(marketRow, { maxLength: 12 })
          .map((rows) => Object.fromEntries(rows.map((row) => [row.instrumentId, row]))),
        { nil: undefined, freq: 20 },
      ),
      fc.option(market, { nil: undefined }),
      fc.boolean(),
      fc.record({ width: fc.integer({ min: 40, max: 210 }), height: fc.integer({ min: 8, max: 55 }) }),
      fc.record({
        view: fc.nat(5),
        sort: fc.nat(5),
        pane: fc.nat(2),
        filter: fc.constantFrom('', '', '!x', '~bt', '@gmo'),
        choices: fc.record({ zoom: fc.nat(9), pan: fc.nat(50), timeframe: fc.constantFrom(0, 0, 1) }),
      }),
      fc.constantFrom(0, 42_000),
      fc.constantFrom(ASCII, BARE, screenLook({ palette: 'west', level: 1, glyphs: 'safe' })),
      (rows, book, hasBars, size, state, ageMs, look) => {
        const views: Partial<Views> = rows === undefined ? {} : { markets: { rows } }
        for (const id of Object.keys(rows ?? {})) {
          if (book !== undefined) views[`market/${id}`] = book
          if (hasBars) views[`bars/${id}/5m`] = SCREEN_CHART
        }
        const shelf = shelfOf(views, ageMs)
        const painted = MARKETS_PANEL.paint(shelf, { ...FRESH_STATE, ...state }, marketContext({ look }), size)
        expect(painted).toHaveLength(size.height)
        for (const row of painted) expect(stringWidth(row), JSON.stringify(row)).toBe(size.width)
        MARKETS_PANEL.sentence(shelf, { ...FRESH_STATE, ...state }, marketContext())
        MARKETS_PANEL.actions(shelf, { ...FRESH_STATE, ...state }, marketContext())
      },
    ),
    { numRuns: 200 },
  )
})

test('cuts no figure at any width', () => {
  const shelf = shelfOf(ALL)
  for (const view of [0, 1, 2, 3])
    for (let width = 40; width <= 210; width += 1)
      for (const height of [8, 19, 35])
        for (const row of MARKETS_PANEL.paint(shelf, { ...FRESH_STATE, view }, marketContext(), { width, height }))
          expect(row, `view ${view}, ${width} wide`).not.toMatch(/\d\S*\.\.(?=[\s│─]|$)/)
})

// ---- what it says ----------------------------------------------------------------------------------------------------------

test('what is not known is said and never well', () => {
  const shown = frame({ markets: UNKNOWN, ribbon: RIBBON }, '120x40', { look: TAGGED })
  expect(shown.join('\n')).toContain('UNKNOWN ?')
  expect(shown.join('\n')).not.toContain('<ok>')
})

test('old data carries ~ and its age, freezes chart, ladder and tape, and is not well', () => {
  const rows = frame(STATES['stale'] ?? {}, '120x40', { look: TAGGED })
  const shown = rows.join('\n')
  expect(rows[0]).toContain('~15,182,400')
  expect(shown).toContain('STALE ✗ ~42s allow CLOSE_ONLY')
  expect(shown).toContain('~ frozen 42s')
  expect(shown).toContain('~ gap 42s')
  expect(
    rows
      .slice(1, 20)
      .map((row) => row.split('│').at(-2) ?? '')
      .join(''),
  ).not.toContain('<up>')
})

test('data that the engine calls OK is STALE once its view is old', () => {
  const rows = MARKETS_PANEL.paint(shelfOf(ALL, 42_000), FRESH_STATE, marketContext(), bodyOf('120x40'))
  expect(rows.join('\n')).toContain('STALE ✗')
})

test('a market whose last word is old is STALE, however fresh the view is', () => {
  const shown = frame({ ...ALL, markets: withRow({ ageMs: 6_000 }) }, '120x40')
  expect(shown[0]).toContain('~15,182,400')
  expect(shown[0]).toContain('STALE ✗ ~6.0s')
})

test('masked, own sizes and profits are hidden while prices are not', () => {
  const shown = frame(ALL, '200x50', { isMasked: true }).join('\n')
  expect(shown).not.toMatch(/pos \+0\.0450|uPnL -850|b1 0\.0100/)
  expect(shown).toContain('15,182,400')
})

test('the chart follows the timeframe, the zoom and the pan', () => {
  const shelf = shelfOf(ALL)
  const topics = (choices: Record<string, number>) => MARKETS_PANEL.topics({ ...FRESH_STATE, choices }, shelf)
  expect(topics({})).toContain(`bars/${BTC}/5m`)
  expect(topics({ timeframe: 2 })).toContain(`bars/${BTC}/1h`)
  expect(frame(ALL, '120x40', { choices: { timeframe: 1 } }).join('\n')).toContain('bars 15m not here yet')
  const [near, far] = [frame(ALL, '120x40'), frame(ALL, '120x40', { choices: { pan: 3 } })]
  expect(far[0]).toContain('pan -36')
  expect(far.join('\n')).not.toBe(near.join('\n'))
})

test('rows follow the filter and the order, doubtful ones first while the mode is not NORMAL', () => {
  const rows = (views: Partial<Views>, state: object = {}) =>
    MARKETS_PANEL.rows(shelfOf(views), { ...FRESH_STATE, ...state })
  expect(rows(ALL)[0]).toBe(BTC)
  expect(rows(ALL, { filter: '@bit' })).toEqual(['bitflyer:FX_BTC_JPY', 'bitflyer:BTC_JPY'])
  expect(rows(ALL, { sort: 1 })[0]).toBe('gmo:SOL_JPY')
  const gap = { ...ALL, markets: withRow({ quality: 'GAP' }, 'sim:SIM_BTC') }
  expect(rows(gap)[0]).toBe(BTC)
  expect(rows({ ...gap, ribbon: { ...RIBBON, safetyMode: 'DEGRADED' } })[0]).toBe('sim:SIM_BTC')
})

describe('O', () => {
  const ticket = (views: Partial<Views>, ageMs = 0) =>
    MARKETS_PANEL.actions(shelfOf(views, ageMs), FRESH_STATE, marketContext({ ribbon: views.ribbon }))[0]

  test('opens a ticket at the last price', () => {
    expect(ticket(ALL)).toEqual({
      key: 'O',
      label: 'ticket',
      tier: 'T0',
      disabled: undefined,
      form: { name: 'ticket', fields: { instrument_id: BTC, type: 'LIMIT', limit: '15182400', reduce_only: 'false' } },
    })
    expect(ticket({ ...ALL, ribbon: { ...RIBBON, runMode: 'paper' } })?.tier).toBe('T2')
    expect(ticket({ ...ALL, markets: withRow({ allowed: 'CLOSE_ONLY' }) })?.form?.fields['reduce_only']).toBe('true')
  })
  test.each([
    ['old data', STATES['stale'] ?? {}, /^DATA_STALE: data 42s old > 5\.0s/],
    ['data that is not known', { markets: UNKNOWN }, /^DATA_UNKNOWN/],
    ['no market', { markets: { rows: {} } }, /^NO_MARKET/],
    ['a market that only cancels', { ...ALL, markets: withRow({ allowed: 'CANCEL' }) }, /^CANCEL_ONLY/],
    ['a HALT', STATES['halted'] ?? {}, /^KILL_HALT/],
  ] as const)('is refused on %s', (_, views, reason) => {
    expect(ticket(views)?.disabled).toMatch(reason)
  })
})
