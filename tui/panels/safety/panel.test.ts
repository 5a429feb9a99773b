import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import {
  bodyOf,
  EMPTY_SAFETY,
  frameText,
  goldenFrame,
  HALTED_SAFETY,
  marketContext,
  NORMAL_SAFETY,
  SCREEN_SAFETY,
  SCREEN_SIZES,
  UNKNOWN_SAFETY,
} from '../../../fixtures/screen-market-views.ts'
import { RIBBON, shelfOf } from '../../../fixtures/screen-views.ts'
import type { SafetyView } from '../../../src/runtime/link/views.ts'
import { screenLook } from '../../paint/tone.ts'
import { FRESH_STATE } from '../../panel.ts'
import { SAFETY_PANEL } from './panel.ts'
import { SAFETY_VIEWS, useWord } from './view-model.ts'

const isUpdate = process.env['UPDATE_GOLDEN'] === '1'
const ASCII = screenLook({ palette: 'mono', level: 0, glyphs: 'ascii' })
/** Tones as words around what they dress. */
const TAGGED = { ...marketContext().look, paint: (tone: string, text: string) => `<${tone}>${text}</>` }

function frame(
  safety: SafetyView | undefined,
  screen: string,
  { ageMs = 0, view = 0, look = marketContext().look } = {},
) {
  const ribbon = { ...RIBBON, safetyMode: safety?.mode ?? RIBBON.safetyMode }
  const shelf = shelfOf(safety === undefined ? { ribbon } : { safety, ribbon }, ageMs)
  return SAFETY_PANEL.paint(shelf, { ...FRESH_STATE, view }, marketContext({ look, ribbon }), bodyOf(screen))
}

const STATES = {
  normal: { safety: NORMAL_SAFETY, ageMs: 0 },
  degraded: { safety: SCREEN_SAFETY, ageMs: 0 },
  halted: { safety: HALTED_SAFETY, ageMs: 0 },
  unknown: { safety: UNKNOWN_SAFETY, ageMs: 0 },
  stale: { safety: SCREEN_SAFETY, ageMs: 42_000 },
  empty: { safety: EMPTY_SAFETY, ageMs: 0 },
  loading: { safety: undefined, ageMs: 0 },
} as const

describe('golden frames', () => {
  test.each(
    SCREEN_SIZES.flatMap((screen) => Object.entries(STATES).map(([state, given]) => ({ screen, state, given }))),
  )('$screen $state', ({ screen, state, given }) => {
    const rows = frame(given.safety, screen, { ageMs: given.ageMs })
    expect(frameText(rows)).toBe(goldenFrame(`safety-${screen}-${state}`, rows, isUpdate))
  })
  test.each(SAFETY_VIEWS.slice(1).map((name, at) => ({ name, view: at + 1 })))('120x40 $name', ({ name, view }) => {
    const rows = frame(HALTED_SAFETY, '120x40', { view })
    expect(frameText(rows)).toBe(goldenFrame(`safety-120x40-${name}`, rows, isUpdate))
  })
  test('120x40 without braille', () => {
    const rows = frame(SCREEN_SAFETY, '120x40', { look: ASCII })
    expect(frameText(rows)).toBe(goldenFrame('safety-120x40-ascii', rows, isUpdate))
    expect(rows.join('')).toMatch(/^[\x20-\x7e]*$/)
  })
})

// ---- any content, any size -----------------------------------------------------------------------------------------------

const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 30 }))
const ts = fc.integer({ min: 0, max: 4e15 })
const share = fc.option(fc.double(), { nil: undefined })
const safetyViews: fc.Arbitrary<SafetyView> = fc.record({
  mode: fc.constantFrom('NORMAL', 'DEGRADED', 'SAFE_MODE', 'HALTED'),
  modeSinceTs: ts,
  reasons: fc.array(fc.record({ code: text, mode: text, sinceTs: ts, detail: text }), { maxLength: 4 }),
  kills: fc.array(
    fc.record({
      scope: text,
      level: fc.constantFrom('NONE', 'CLOSE_ONLY', 'FLATTEN', 'HALT'),
      reason: text,
      actor: text,
      sinceTs: ts,
      reviewTs: fc.option(ts, { nil: undefined }),
    }),
    { maxLength: 4 },
  ),
  releaseChecks: fc.array(fc.record({ name: text, isMet: fc.boolean(), fact: text }), { maxLength: 9 }),
  rules: fc.array(
    fc.record({
      rule: text,
      scope: text,
      value: text,
      limit: text,
      share,
      onBreach: text,
      lastBreachTs: fc.option(ts, { nil: undefined }),
    }),
    { maxLength: 20 },
  ),
  decisions: fc.array(
    fc.record({
      ts,
      seq: fc.nat(),
      botId: text,
      kind: text,
      text,
      gate: fc.option(text, { nil: undefined }),
      gateText: fc.option(text, { nil: undefined }),
      evidence: text,
    }),
    { maxLength: 20 },
  ),
  decisionCounts: fc.dictionary(text, fc.nat(), { maxKeys: 6 }),
  history: fc.array(fc.record({ ts, from: text, to: text, reasonCode: text }), { maxLength: 8 }),
  policy: fc.array(text, { maxLength: 6 }),
  flatten: fc.array(fc.record({ scope: text, state: text, detail: text, ts }), { maxLength: 4 }),
  reconcile: fc.array(fc.record({ id: text, category: text, subject: text, reasonCode: text, fact: text, ts }), {
    maxLength: 6,
  }),
})

test('fills exactly its size, whatever it is told', () => {
  fc.assert(
    fc.property(
      fc.option(safetyViews, { nil: undefined, freq: 20 }),
      fc.integer({ min: 40, max: 210 }),
      fc.integer({ min: 8, max: 55 }),
      fc.record({ view: fc.nat(6), sort: fc.nat(3), filter: fc.constantFrom('', '!x', '~ab', '@gmo', 'zz') }),
      fc.constantFrom(0, 42_000),
      fc.constantFrom(ASCII, marketContext().look, screenLook({ palette: 'west', level: 1, glyphs: 'safe' })),
      fc.boolean(),
      (safety, width, height, state, ageMs, look, isMasked) => {
        const shelf = shelfOf(safety === undefined ? {} : { safety }, ageMs)
        const context = marketContext({ look, isMasked })
        const rows = SAFETY_PANEL.paint(shelf, { ...FRESH_STATE, ...state }, context, { width, height })
        expect(rows).toHaveLength(height)
        for (const row of rows) expect(stringWidth(row), JSON.stringify(row)).toBe(width)
        SAFETY_PANEL.sentence(shelf, { ...FRESH_STATE, ...state }, context)
        SAFETY_PANEL.actions(shelf, { ...FRESH_STATE, ...state }, context)
      },
    ),
    { numRuns: 200 },
  )
})

// ---- what it says ----------------------------------------------------------------------------------------------------------

describe('tones', () => {
  test('a rule whose share is not known is never well, and says UNKNOWN', () => {
    const shown = frame(UNKNOWN_SAFETY, '120x40', { look: TAGGED }).filter((line) => line.includes('BLOCK'))
    expect(shown).not.toHaveLength(0)
    for (const line of shown) {
      expect(line).not.toContain('<ok>')
      expect(line).toMatch(/<unknown> +UNKNOWN/)
    }
  })
  test('nothing on an old view is well', () => {
    const shown = frame(NORMAL_SAFETY, '200x50', { look: TAGGED, ageMs: 42_000 }).slice(0, 18).join('\n')
    expect(shown).toContain('<stale>[~NORMAL 42s]')
    expect(shown).not.toContain('<ok>')
  })
})

describe('R', () => {
  const actions = (safety: SafetyView | undefined, selected?: string, ageMs = 0) => {
    const shelf = shelfOf(safety === undefined ? {} : { safety }, ageMs)
    const found = SAFETY_PANEL.actions(shelf, { ...FRESH_STATE, selected }, marketContext())
    return { release: found.find(({ key }) => key === 'R'), safe: found.find(({ key }) => key === 'F') }
  }
  const met = HALTED_SAFETY.releaseChecks.map((each) => ({ ...each, isMet: true }))

  test('lowers the kill under the cursor by one step, and says when that closes positions', () => {
    expect(actions(HALTED_SAFETY, 'kill:global').release).toEqual({
      key: 'R',
      label: 'release',
      tier: 'T1',
      disabled: undefined,
      command: {
        type: 'KILL_LOWER',
        payload: { scope: 'global', level: 'FLATTEN' },
        effect: 'lowers global HALT -> FLATTEN: closes every position there',
      },
    })
    expect(actions(HALTED_SAFETY, 'kill:venue:bitflyer').release?.command?.payload).toEqual({
      scope: 'venue:bitflyer',
      level: 'NONE',
    })
  })
  test('lowers no kill that was learned long ago', () => {
    expect(actions(HALTED_SAFETY, 'kill:global', 42_000).release?.disabled).toMatch(/^VIEW_STALE/)
  })
  test('releases the mode when every check is met, and only then', () => {
    const clear: SafetyView = { ...HALTED_SAFETY, kills: [] }
    expect(actions(clear).release?.disabled).toBe('CHECK_UNMET: reconcile MISMATCH 2')
    const ready = actions({ ...clear, releaseChecks: met }).release
    expect(ready?.disabled).toBeUndefined()
    expect(ready?.command).toEqual({ type: 'MODE_RELEASE', payload: {}, effect: 'HALTED -> SAFE_MODE' })
  })
  test.each([
    ['before the mode is known', undefined, 0, /^SAFETY_UNKNOWN/],
    ['on an old view', { ...HALTED_SAFETY, kills: [], releaseChecks: met }, 42_000, /^VIEW_STALE/],
    ['when no check was sent', { ...HALTED_SAFETY, kills: [], releaseChecks: [] }, 0, /^CHECKS_UNKNOWN/],
    ['in NORMAL', NORMAL_SAFETY, 0, /^TRANSITION_FORBIDDEN/],
  ] as const)('is refused %s', (_, safety, ageMs, reason) => {
    expect(actions(safety, undefined, ageMs).release?.disabled).toMatch(reason)
  })
  test.each([undefined, NORMAL_SAFETY, HALTED_SAFETY])('F is never refused', (safety) => {
    const { safe } = actions(safety, undefined, 99_000)
    expect(safe?.disabled).toBeUndefined()
    expect(safe).toMatchObject({ tier: 'stop', command: { type: 'MODE_RAISE', payload: { mode: 'SAFE_MODE' } } })
  })
})

test.each([
  [undefined, '?', 'unknown'],
  [Number.NaN, '?', 'unknown'],
  [0.79, '✓', 'ok'],
  [0.8, '!', 'warn'],
  [0.99, '!', 'warn'],
  [1, '✗', 'bad'],
])('a share of %s is %s', (share, sign, tone) => {
  expect(useWord(share, marketContext().look)).toEqual({ sign, tone })
})

test('rows follow the page, the filter and the order', () => {
  const shelf = shelfOf({ safety: HALTED_SAFETY })
  const rows = (state: object) => SAFETY_PANEL.rows(shelf, { ...FRESH_STATE, ...state })
  expect(rows({}).slice(0, 3)).toEqual(['kill:global', 'kill:venue:bitflyer', 'rule:FEED_AGE/venue:bitflyer'])
  expect(rows({ view: 2, filter: '@gmo' })).toEqual(['rule:FEED_AGE/venue:gmo'])
  expect(rows({ view: 2, sort: 1 })[0]).toBe('rule:CLOCK_SKEW/global')
  expect(rows({ view: 4 })).toEqual(['difference:r-0442', 'difference:r-0441'])
  expect(SAFETY_PANEL.rows(shelfOf({ safety: UNKNOWN_SAFETY }), FRESH_STATE)[0]).toBe('rule:CLOCK_SKEW/global')
})

test('masked amounts are hidden, shares and durations are not', () => {
  const rules = [
    { rule: 'ORDER_VALUE', scope: 'global', value: '683,208', limit: '1,000,000', share: 0.7, onBreach: 'BLOCK' },
    { rule: 'DRAWDOWN', scope: 'global', value: '-1.86%', limit: '-5.00%', share: 0.4, onBreach: 'BLOCK' },
  ]
  const shelf = shelfOf({ safety: { ...NORMAL_SAFETY, rules } })
  const shown = SAFETY_PANEL.paint(shelf, FRESH_STATE, marketContext({ isMasked: true }), bodyOf('120x40')).join('\n')
  expect(shown).not.toContain('683,208')
  expect(shown).not.toContain('15,150,000')
  expect(shown).toContain('-1.86%')
})

test('a break-glass is the first thing that is seen, for as long as it is locked or open', () => {
  const glass = {
    id: 'bg-1-4',
    state: 'OPEN',
    ops: ['LIMIT_SET'],
    scope: 'bot:trend',
    actor: 'human:ann',
    leftMs: 112_000,
  } as const
  const rows = frame({ ...NORMAL_SAFETY, breakGlass: glass }, '120x40')
  expect(frameText(rows)).toMatch(/BREAK-GLASS bg-1-4 OPEN .*LIMIT_SET in bot:trend for human:ann/)
  expect(frameText(frame(NORMAL_SAFETY, '120x40'))).not.toContain('BREAK-GLASS')
})
