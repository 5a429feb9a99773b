import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { INSTRUMENTS, NOW_TS, RIBBON, SCREEN_STATES, screenContext, shelfOf } from '../../fixtures/screen-views.ts'
import type { Views } from '../../src/runtime/link/views.ts'
import { GLYPHS } from '../paint/glyphs.ts'
import { BARE, type ScreenLook, type Tone } from '../paint/tone.ts'
import { FRESH_STATE, type Panel } from '../panel.ts'
import { BOTS_PANEL } from './bots/panel.ts'
import { ORDERS_PANEL } from './orders/panel.ts'
import { SYSTEM_PANEL } from './system/panel.ts'

const PANELS: readonly Panel[] = [BOTS_PANEL, ORDERS_PANEL, SYSTEM_PANEL]

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '',
    'x'.repeat(300),
    '取引所の板',
    'ＢＴＣ',
    'a\u0000\u001b[31mb\nc',
    '\u202eabc',
    '🇯🇵👩‍👩‍👧',
    '가',
    '15,182,400.55',
  ),
)
const id = fc.oneof(fc.constantFrom('grid-btc', 'o-1', 'BTC_JPY'), text)
const amount = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, 1e21, -1e300, Number.MAX_SAFE_INTEGER, -999_999_999_999.99),
)
const known = fc.option(amount, { nil: undefined })
const lots = fc.maxSafeInteger()
const ts = fc.integer({ min: NOW_TS - 1e12, max: NOW_TS + 1e12 })
const count = fc.nat({ max: 1e9 })
const instrumentId = fc.oneof(fc.constantFrom(...Object.keys(INSTRUMENTS)), text)
const side = fc.constantFrom('buy' as const, 'sell' as const)
const health = fc.constantFrom('OK' as const, 'DEGRADED' as const, 'FAILED' as const, 'UNKNOWN' as const)
const few = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 6 })

const bot = fc.record({
  id,
  strategyId: text,
  strategyVersion: text,
  venueId: text,
  instrumentIds: few(instrumentId),
  runMode: fc.constantFrom('paper' as const, 'live' as const, 'canary' as const),
  state: fc.constantFrom('IDLE', 'WARMING_UP', 'RUNNING', 'PAUSED', 'STOPPING', 'STOPPED', 'QUARANTINED'),
  stateReason: text,
  stateDetail: text,
  stateSinceTs: ts,
  position: lots,
  average: known,
  allocation: amount,
  equity: known,
  unrealised: known,
  dayPnl: known,
  totalPnl: known,
  drawdownPct: known,
  fees: amount,
  wins: count,
  losses: count,
  profitFactor: known,
  orders: count,
  fills: count,
  heartbeatMs: fc.option(count, { nil: undefined }),
  why: text,
  spark: few(amount),
  params: fc.dictionary(text, fc.oneof(text, amount, fc.boolean()), { maxKeys: 6 }),
  use: few(fc.record({ name: text, share: fc.double({ min: 0, max: 3, noNaN: true }), fact: text })),
})

const order = fc.record({
  id,
  ts,
  botId: id,
  venueId: text,
  instrumentId,
  side,
  type: fc.oneof(fc.constantFrom('MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP'), text),
  timeInForce: fc.constantFrom('GTC', 'IOC', 'POST_ONLY'),
  reduceOnly: fc.boolean(),
  origin: text,
  reasonCode: text,
  limit: fc.option(lots, { nil: undefined }),
  stop: fc.option(lots, { nil: undefined }),
  qty: lots,
  filled: lots,
  average: known,
  state: fc.oneof(fc.constantFrom('OPEN', 'UNKNOWN', 'REJECTED', 'FILLED', 'CANCEL_REQUESTED'), text),
  endCode: fc.option(text, { nil: undefined }),
  sinceTs: ts,
  answerMs: known,
  fee: known,
  slippageBps: known,
  venueOrderId: fc.option(text, { nil: undefined }),
  queue: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  isWorking: fc.boolean(),
})

const fill = fc.record({
  id,
  ts,
  orderId: id,
  botId: id,
  instrumentId,
  side,
  price: lots,
  qty: lots,
  fee: amount,
  liquidity: fc.constantFrom('maker' as const, 'taker' as const),
  slippageBps: known,
  realised: amount,
})

const decision = fc.record({
  ts,
  seq: count,
  botId: id,
  kind: text,
  text,
  gate: fc.option(fc.oneof(fc.constantFrom('ALLOW', 'BLOCK'), text), { nil: undefined }),
  gateText: fc.option(text, { nil: undefined }),
  orderId: fc.option(id, { nil: undefined }),
  evidence: text,
})

const step = fc.record({
  step: fc.constantFrom('market' as const, 'intent' as const, 'gate' as const, 'venue' as const, 'audit' as const),
  mark: fc.constantFrom('OK' as const, 'BAD' as const, 'NONE' as const),
  id: fc.option(text, { nil: undefined }),
  ts: fc.option(ts, { nil: undefined }),
  fact: text,
})

const setting = fc.record({ name: text, value: text })
const latency = fc.record({ name: text, p50Ms: known, p95Ms: known, p99Ms: known, targetMs: known })

const system = fc.record({
  health,
  checks: few(
    fc.record({ name: text, health, reasonCode: fc.option(text, { nil: undefined }), fact: text, observedTs: ts }),
  ),
  inputs: few(
    fc.record({ name: text, ageMs: fc.option(count, { nil: undefined }), limitMs: count, isOk: fc.boolean() }),
  ),
  alerts: few(
    fc.record({
      id,
      severity: fc.constantFrom('P0' as const, 'P1' as const, 'P2' as const, 'P3' as const),
      source: text,
      text,
      state: fc.constantFrom('OPEN' as const, 'ACKED' as const, 'RESOLVED' as const),
      firstTs: ts,
      lastTs: ts,
      count,
      command: text,
    }),
  ),
  deadMan: few(fc.record({ name: text, timeoutMs: count, action: text, isTripped: fc.boolean(), trips: count })),
  queues: few(fc.record({ name: text, depth: count, limit: count })),
  latency: few(latency),
  storage: few(setting),
  config: few(setting),
  logs: few(fc.record({ ts, level: fc.oneof(fc.constantFrom('WARN', 'ERROR'), text), text })),
})

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]) =>
  Object.fromEntries(rows.map((row) => [row.id, row]))

const views: fc.Arbitrary<Partial<Views>> = fc
  .record({
    bots: few(bot),
    orders: few(order),
    fills: few(fill),
    decisions: few(decision),
    chain: few(step),
    texts: few(text),
    points: few(fc.record({ ts, value: amount })),
    latency: few(latency),
    hours: few(amount),
    counts: count,
    checks: few(fc.record({ name: text, health, fact: text })),
    next: few(fc.record({ ts, text })),
    rules: few(fc.record({ rule: text, verdict: fc.constantFrom('ALLOW', 'BLOCK'), fact: text })),
    system,
    mode: fc.constantFrom('NORMAL' as const, 'SAFE_MODE' as const),
    hasDepth: fc.boolean(),
  })
  .map((all) => ({
    ribbon: { ...RIBBON, safetyMode: all.mode },
    bots: { rows: byId(all.bots) },
    ...(all.hasDepth
      ? Object.fromEntries(
          all.bots.map(({ id }) => [
            `bot/${id}`,
            {
              id,
              decisions: all.decisions,
              orders: all.orders,
              fills: all.fills,
              pnl: all.points,
              health: all.checks,
              next: all.next,
            },
          ]),
        )
      : {}),
    orders: {
      rows: byId(all.orders),
      counts: { working: all.counts, today: all.counts, fills: all.counts, rejects: all.counts, unknown: all.counts },
      fills: all.fills,
      latency: all.latency,
      fillsPerHour: all.hours,
    },
    ...(all.hasDepth
      ? Object.fromEntries(
          all.orders.map(({ id }) => [`order/${id}`, { id, chain: all.chain, advice: all.texts, rules: all.rules }]),
        )
      : {}),
    system: all.system,
  }))

const state = fc.record({
  selected: fc.option(id, { nil: undefined }),
  view: fc.nat({ max: 7 }),
  sort: fc.nat({ max: 7 }),
  filter: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, text),
  isZoomed: fc.boolean(),
})

describe.each(PANELS)('any frame of $id', (panel) => {
  test('is exactly as high and as wide as it was asked to be', () => {
    fc.assert(
      fc.property(
        views,
        state,
        fc.record({ width: fc.integer({ min: 40, max: 230 }), height: fc.integer({ min: 8, max: 60 }) }),
        fc.record({ ageMs: fc.constantFrom(0, 90_000), isMasked: fc.boolean(), hasAscii: fc.boolean() }),
        (all, at, size, { ageMs, isMasked, hasAscii }) => {
          const look: ScreenLook = hasAscii ? { ...BARE, glyphs: GLYPHS.ascii } : BARE
          const context = screenContext({ look, isMasked, ribbon: all.ribbon })
          const shelf = shelfOf(all, ageMs)
          const here = { ...FRESH_STATE, ...at }
          const rows = panel.paint(shelf, here, context, size)
          expect(rows).toHaveLength(size.height)
          for (const row of rows) {
            expect(stringWidth(row)).toBe(size.width)
            expect(row).not.toMatch(/[\p{Cc}\u200b-\u200f\u2028-\u202e]/u)
          }
          expect(panel.sentence(shelf, here, context)).not.toBe('')
          for (const { key, tier } of panel.actions(shelf, here, context)) {
            expect(tier === 'look' ? key.toLowerCase() : key.toUpperCase()).toBe(key)
          }
        },
      ),
      { numRuns: 150 },
    )
  }, 120_000)

  test.each(Object.entries(SCREEN_STATES))('never shows a tone without its sign or its word: %s', (name, shot) => {
    for (const [width, height] of [
      [60, 11],
      [80, 19],
      [120, 35],
      [200, 45],
    ] as const)
      for (const view of panel.views.keys()) {
        const painted: (readonly [Tone, string])[] = []
        const look: ScreenLook = {
          ...BARE,
          paint: (tone, shown) => {
            painted.push([tone, shown])
            return shown
          },
        }
        panel.paint(shot.shelf, { ...FRESH_STATE, view }, { ...shot.context, look }, { width, height })
        expect(painted.filter(([tone, shown]) => !isBacked(tone, shown))).toEqual([])
        // An order's chain, a bot's gauges and ages that are counted here are as true now as they were.
        if (name === 'stale' && panel === BOTS_PANEL) expect(painted.filter(([tone]) => tone === 'ok')).toEqual([])
      }
  })
})

/** What charts and gauges are drawn with. */
const DRAWN = /^[\u2800-\u28ff│+=bsx -]+$/
const SIGNS: Readonly<Partial<Record<Tone, RegExp>>> = {
  ok: /✓|\bOK\b/,
  warn: /[!~]|\b[A-Z][A-Z0-9_]+\b/,
  bad: /✗|\b[A-Z][A-Z0-9_]+\b|^gate$/,
  unknown: /\?|UNKN|t\/o/,
  stale: /~/,
  up: /^[+▴]|^\s*\+/,
  down: /-|▾/,
}

/** A gauge shows by its length what its tone says, and bars have a row of `+` and `-` under them, fills `b` and `s`. */
function isBacked(tone: Tone, shown: string): boolean {
  return shown.trim() === '' || DRAWN.test(shown) || (SIGNS[tone]?.test(shown) ?? true)
}
