import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import {
  bodyOf,
  EMPTY_PORTFOLIO,
  frameText,
  goldenFrame,
  marketContext,
  SCREEN_PORTFOLIO,
  SCREEN_SIZES,
  UNKNOWN_PORTFOLIO,
} from '../../../fixtures/screen-market-views.ts'
import { RIBBON, shelfOf } from '../../../fixtures/screen-views.ts'
import type { PortfolioView, PositionRow } from '../../../src/runtime/link/views.ts'
import { BARE, screenLook } from '../../paint/tone.ts'
import { FRESH_STATE } from '../../panel.ts'
import { PORTFOLIO_PANEL } from './panel.ts'
import { groupedDecimal, lossAtStop, PORTFOLIO_VIEWS, shocks } from './view-model.ts'

const isUpdate = process.env['UPDATE_GOLDEN'] === '1'
const ASCII = screenLook({ palette: 'mono', level: 0, glyphs: 'ascii' })
/** Tones as words around what they dress. */
const TAGGED = { ...BARE, paint: (tone: string, text: string) => `<${tone}>${text}</>` }

function frame(
  portfolio: PortfolioView | undefined,
  screen: string,
  given: { ageMs?: number; view?: number; look?: typeof BARE; isMasked?: boolean; ribbon?: typeof RIBBON } = {},
) {
  const { ageMs = 0, view = 0, look = BARE, isMasked = false, ribbon = RIBBON } = given
  const shelf = shelfOf(portfolio === undefined ? {} : { portfolio, ribbon }, ageMs)
  return PORTFOLIO_PANEL.paint(
    shelf,
    { ...FRESH_STATE, view },
    marketContext({ look, isMasked, ribbon }),
    bodyOf(screen),
  )
}

const STATES = {
  normal: { portfolio: SCREEN_PORTFOLIO, ageMs: 0 },
  halted: { portfolio: SCREEN_PORTFOLIO, ageMs: 0, ribbon: { ...RIBBON, safetyMode: 'HALTED', killLevel: 'HALT' } },
  unknown: { portfolio: UNKNOWN_PORTFOLIO, ageMs: 0 },
  stale: { portfolio: SCREEN_PORTFOLIO, ageMs: 42_000 },
  empty: { portfolio: EMPTY_PORTFOLIO, ageMs: 0 },
  loading: { portfolio: undefined, ageMs: 0 },
} as const

describe('golden frames', () => {
  test.each(
    SCREEN_SIZES.flatMap((screen) => Object.entries(STATES).map(([state, given]) => ({ screen, state, given }))),
  )('$screen $state', ({ screen, state, given }) => {
    const rows = frame(given.portfolio, screen, given)
    expect(frameText(rows)).toBe(goldenFrame(`portfolio-${screen}-${state}`, rows, isUpdate))
  })
  test.each(PORTFOLIO_VIEWS.slice(1).map((name, at) => ({ name, view: at + 1 })))('120x40 $name', ({ name, view }) => {
    const rows = frame(SCREEN_PORTFOLIO, '120x40', { view })
    expect(frameText(rows)).toBe(goldenFrame(`portfolio-120x40-${name.toLowerCase()}`, rows, isUpdate))
  })
  test('120x40 without braille', () => {
    const rows = frame(SCREEN_PORTFOLIO, '120x40', { look: ASCII })
    expect(frameText(rows)).toBe(goldenFrame('portfolio-120x40-ascii', rows, isUpdate))
    expect(rows.join('')).toMatch(/^[\x20-\x7e]*$/)
  })
})

// ---- any content, any size -----------------------------------------------------------------------------------------------

const text = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 20 }))
const ts = fc.integer({ min: 0, max: 4e15 })
const amount = fc.option(fc.oneof(fc.double(), fc.integer({ min: -1e15, max: 1e15 })), { nil: undefined })
const known = fc.constantFrom('gmo:BTC_JPY', 'sim:SIM_BTC', 'nobody:KNOWS')
const positions: fc.Arbitrary<PositionRow> = fc.record({
  id: fc.uuid(),
  instrumentId: known,
  venueId: text,
  botId: text,
  qty: fc.integer({ min: -1e15, max: 1e15 }),
  average: fc.double({ noNaN: true, min: 0, max: 1e12 }),
  mark: fc.option(fc.integer({ min: 1, max: 1e12 }), { nil: undefined }),
  unrealised: amount,
  unrealisedPct: amount,
  notional: amount,
  stop: fc.option(fc.integer({ min: 1, max: 1e12 }), { nil: undefined }),
  openedTs: fc.option(ts, { nil: undefined }),
})
const portfolios: fc.Arbitrary<PortfolioView> = fc.record({
  currency: fc.constantFrom('JPY', 'USD', 'BTC'),
  equity: fc.array(fc.record({ ts, value: fc.double() }), { maxLength: 50 }),
  equityNow: amount,
  maxDrawdownPct: amount,
  totalPnl: amount,
  totalPct: amount,
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  unknown: fc.array(text, { maxLength: 3 }),
  positions: fc
    .array(positions, { maxLength: 12 })
    .map((rows) => Object.fromEntries(rows.map((each) => [each.id, each]))),
  notional: amount,
  unrealised: amount,
  exposures: fc.array(
    fc.record({
      kind: fc.constantFrom('asset' as const, 'venue' as const, 'bot' as const, 'cash' as const),
      name: text,
      pct: amount,
      limitPct: amount,
    }),
    { maxLength: 9 },
  ),
  grossPct: amount,
  netPct: amount,
  pnl: fc.array(
    fc.record({
      name: fc.constantFrom('realised' as const, 'fees' as const, 'total' as const),
      today: amount,
      week: amount,
      month: amount,
      all: amount,
    }),
    { maxLength: 5 },
  ),
  cash: fc.array(
    fc.record({
      venueId: text,
      currency: text,
      total: fc.oneof(text, fc.constant('123456789012345678.123456789')),
      free: text,
      rate: amount,
      rateAgeMs: amount,
      marginPct: amount,
    }),
    { maxLength: 5 },
  ),
  reconciled: fc.record({
    status: fc.constantFrom('OK' as const, 'MISMATCH' as const, 'UNKNOWN' as const),
    ts: fc.option(ts, { nil: undefined }),
    differences: fc.nat(),
  }),
  limits: fc.array(fc.record({ rule: text, scope: text, value: text, limit: text, share: amount, onBreach: text }), {
    maxLength: 6,
  }),
})

test('fills exactly its size, whatever it is told', () => {
  fc.assert(
    fc.property(
      fc.option(portfolios, { nil: undefined, freq: 20 }),
      fc.integer({ min: 40, max: 210 }),
      fc.integer({ min: 8, max: 55 }),
      fc.record({
        view: fc.nat(5),
        sort: fc.nat(5),
        filter: fc.constantFrom('', '!x', '~ab', '@gmo'),
        choices: fc.record({ range: fc.nat(5) }),
      }),
      fc.constantFrom(0, 42_000),
      fc.constantFrom(ASCII, BARE, screenLook({ palette: 'west', level: 1, glyphs: 'safe' })),
      fc.boolean(),
      (portfolio, width, height, state, ageMs, look, isMasked) => {
        const shelf = shelfOf(portfolio === undefined ? {} : { portfolio }, ageMs)
        const context = marketContext({ look, isMasked })
        const rows = PORTFOLIO_PANEL.paint(shelf, { ...FRESH_STATE, ...state }, context, { width, height })
        expect(rows).toHaveLength(height)
        for (const row of rows) expect(stringWidth(row), JSON.stringify(row)).toBe(width)
        PORTFOLIO_PANEL.sentence(shelf, { ...FRESH_STATE, ...state }, context)
        PORTFOLIO_PANEL.actions(shelf, { ...FRESH_STATE, ...state }, context)
      },
    ),
    { numRuns: 200 },
  )
})

test('cuts no figure at any width', () => {
  const shelf = shelfOf({ portfolio: SCREEN_PORTFOLIO, ribbon: RIBBON })
  for (const view of [0, 1, 2, 3])
    for (let width = 40; width <= 210; width += 1)
      for (const height of [8, 19, 35])
        for (const row of PORTFOLIO_PANEL.paint(shelf, { ...FRESH_STATE, view }, marketContext(), { width, height }))
          expect(row, `view ${view}, ${width} wide`).not.toMatch(/\d\S*\.\.(?=[\s│─]|$)/)
})

// ---- what it says ----------------------------------------------------------------------------------------------------------

test('what is not known is said, is not well, and makes the totals partial', () => {
  const shown = frame(UNKNOWN_PORTFOLIO, '200x50', { look: TAGGED }).join('\n')
  expect(shown).toMatch(/partial uPnL -¥2,790/)
  expect(shown).toContain('partial conf 0.67 !')
  const row = frame(UNKNOWN_PORTFOLIO, '120x40', { look: TAGGED }).find((line) => line.includes('! none'))
  expect(row).toMatch(/<unknown> *UNKNOWN/)
  expect(row).not.toContain('<ok>')
  const venue = frame(UNKNOWN_PORTFOLIO, '120x40').find((line) => line.includes('bitflyer  '))
  expect(venue).toMatch(/bitflyer +UNKNOWN \?+/)
})

test('nothing on an old view is well, and amounts carry ~', () => {
  const shown = frame(SCREEN_PORTFOLIO, '120x40', { look: TAGGED, ageMs: 42_000 })
  expect(shown.join('\n')).toContain('~42s old')
  const row = shown.find((line) => line.includes('ETH_JPY'))
  expect(row).toMatch(/<stale> *~-1,940/)
  expect(shown.slice(14, 20).join('\n')).not.toContain('<ok>')
})

test('masked, no amount is on the screen, in the sentence or in the labels of the chart', () => {
  const wide = frame(SCREEN_PORTFOLIO, '200x50', { isMasked: true }).join('\n')
  for (const secret of ['3,482,190', '2,538,305', '1,114,933', '683,208', '-1,940', '0.0450', '82,040', '98,701'])
    expect(wide).not.toContain(secret)
  expect(wide).toContain('***')
  expect(wide).toContain('-1.54%')
  const shelf = shelfOf({ portfolio: SCREEN_PORTFOLIO })
  expect(PORTFOLIO_PANEL.sentence(shelf, FRESH_STATE, marketContext({ isMasked: true }))).not.toMatch(/330|0\.02/)
})

test('rows follow the filter and the order; what has no price or no stop comes first while the mode is not NORMAL', () => {
  const shelf = shelfOf({ portfolio: UNKNOWN_PORTFOLIO, ribbon: RIBBON })
  const rows = (state: object, from = shelf) => PORTFOLIO_PANEL.rows(from, { ...FRESH_STATE, ...state })
  expect(rows({ filter: '@gmo' })).toEqual(['grid-btc/gmo:BTC_JPY', 'mm-eth/gmo:ETH_JPY'])
  expect(rows({ filter: 'short' })).toEqual(['mm-eth/gmo:ETH_JPY'])
  expect(rows({ sort: 1 })[0]).toBe('mm-eth/gmo:ETH_JPY')
  expect(rows({ sort: 2 })[0]).toBe('grid-btc/gmo:BTC_JPY')
  const worried = shelfOf({ portfolio: UNKNOWN_PORTFOLIO, ribbon: { ...RIBBON, safetyMode: 'DEGRADED' } })
  expect(rows({ sort: 2 }, worried)[0]).toBe('trend-fx/bitflyer:FX_BTC_JPY')
})

describe('actions', () => {
  const shelf = shelfOf({ portfolio: SCREEN_PORTFOLIO })
  const action = (key: string, selected?: string, ribbon = RIBBON, from = shelf) =>
    PORTFOLIO_PANEL.actions(from, { ...FRESH_STATE, selected }, marketContext({ ribbon })).find(
      (each) => each.key === key,
    )

  test('X closes the selected position, also while its price is not known', () => {
    const found = action('X', 'trend-fx/bitflyer:FX_BTC_JPY', RIBBON, shelfOf({ portfolio: UNKNOWN_PORTFOLIO }, 60_000))
    expect(found).toEqual({
      key: 'X',
      label: 'close',
      tier: 'T1',
      disabled: undefined,
      command: {
        type: 'POSITION_CLOSE',
        payload: { instrument_id: 'bitflyer:FX_BTC_JPY', bot_id: 'trend-fx' },
        effect: "sells all of trend-fx's FX_BTC_JPY on bitflyer, reduce-only",
      },
    })
  })
  test('X asks less on paper, and says why it cannot under HALT or without a position', () => {
    expect(action('X', undefined, { ...RIBBON, runMode: 'paper' })?.tier).toBe('T2')
    expect(action('X', undefined, { ...RIBBON, killLevel: 'HALT' })?.disabled).toMatch(/^KILL_HALT/)
    expect(action('X', undefined, RIBBON, shelfOf({ portfolio: EMPTY_PORTFOLIO }))?.disabled).toMatch(/^NO_POSITION/)
  })
  test('O fills in a stop against the position', () => {
    expect(action('O', 'mm-eth/gmo:ETH_JPY')?.form).toEqual({
      name: 'ticket',
      fields: {
        instrument_id: 'gmo:ETH_JPY',
        bot_id: 'mm-eth',
        side: 'buy',
        type: 'STOP',
        qty: '0.3100',
        reduce_only: 'true',
      },
    })
  })
})

test('a range shows what is young enough', () => {
  const day = { ...FRESH_STATE, choices: { range: 2 } }
  const rows = PORTFOLIO_PANEL.paint(shelfOf({ portfolio: SCREEN_PORTFOLIO }), day, marketContext(), bodyOf('120x40'))
  expect(rows[0]).toContain('Equity 24h')
  expect(rows[13]).toMatch(/\d\d:00/)
})

test('a loss at the stop is negative on both sides', () => {
  const [long, short] = [
    SCREEN_PORTFOLIO.positions['grid-btc/gmo:BTC_JPY'],
    SCREEN_PORTFOLIO.positions['mm-eth/gmo:ETH_JPY'],
  ]
  expect(long && lossAtStop(long)).toBeCloseTo(-12_708, 0)
  expect(short && lossAtStop(short)).toBeCloseTo(-2_588, 0)
})

test('shocks go against what is held and are compared with the drawdown limit', () => {
  const found = shocks(SCREEN_PORTFOLIO, marketContext())
  expect(found.map(({ name, isBroken }) => `${name} ${isBroken}`)).toEqual([
    'BTC -10% false',
    'BTC -20% true',
    'ETH +10% false',
    'ETH +20% false',
  ])
  expect(found[0]?.pnl).toBeCloseTo(-98_701, 0)
  expect(shocks(UNKNOWN_PORTFOLIO, marketContext()).every(({ isBroken }) => isBroken === undefined)).toBe(true)
})

test('decimals keep every digit', () => {
  expect(groupedDecimal('123456789012345678.12345678')).toBe('123,456,789,012,345,678.12345678')
  expect(groupedDecimal('-1000')).toBe('-1,000')
  expect(groupedDecimal('NaN')).toBe('--')
})
