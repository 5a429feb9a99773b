import { expect, test } from 'vitest'
import { NOW_TS, RIBBON } from '../../fixtures/screen-client.ts'
import type { RibbonView } from '../../src/runtime/link/views.ts'
import { widthOf } from '../paint/row.ts'
import { BARE, screenLook } from '../paint/tone.ts'
import { type RibbonFacts, ribbonRows } from './ribbon.ts'

const JST = { offsetMinutes: () => 540, name: 'JST' }
const FACTS: RibbonFacts = {
  ribbon: RIBBON,
  profile: 'prod',
  nowTs: NOW_TS,
  zone: JST,
  link: 'UP',
  silentMs: 0,
  alarm: undefined,
  isMasked: false,
  isLowPower: false,
}
const paint = (width: number, view: Partial<RibbonView> = {}, facts: Partial<RibbonFacts> = {}) =>
  ribbonRows({ ...FACTS, ribbon: { ...RIBBON, ...view }, ...facts }, BARE, width).map((line) => line.trimEnd())

test('a calm live book at 80, 120 and 200 cells', () => {
  expect(paint(80)).toEqual([
    ' prod LIVE  NORMAL ✓  kill:NONE  gate ✓  int ✓  feeds 3/3 0.1s  clk +3ms  14:03',
    ' EQ ¥3,482,190  day +¥18,420 +0.53%  uPnL -¥3,120  DD -1.86%/-5%     cmd 0 al 1',
  ])
  expect(paint(120)).toEqual([
    ' prod LIVE  NORMAL ✓  kill:NONE  gate PASS  integ PASS  gmo ✓12ms bitflyer ✓84ms sim ✓  data 0.1s  clk +3ms       14:03',
    ' EQ ¥3,482,190  day +¥18,420 +0.53%  uPnL -¥3,120  rPnL +¥21,540  DD -1.86%/-5%  exp 32%     pos 3 ord 7 cmd 0 alerts 1',
  ])
  const [first, second] = paint(200)
  expect(first).toMatch(
    /^ prod LIVE {2}NORMAL ✓ {2}kill:NONE {2}gate PASS {2}integ PASS {2}gmo ✓12ms .* 2026-02-14 14:03:27 JST$/,
  )
  expect(first).toHaveLength(199)
  expect(second).toBe(
    ' EQ ¥3,482,190  day +¥18,420 +0.53%  week +¥61,930 +1.81%  month -¥12,480 -0.36%  uPnL -¥3,120  rPnL +¥21,540  DD -1.86%/-5%  exp gross 32% net 25%             bots 3/5  pos 3  ord 7  cmd 0  alerts 1',
  )
})

test('the time gives way first where there is no room', () => {
  const demo: Partial<RibbonView> = {
    profile: 'demo',
    runMode: 'paper',
    venues: [{ id: 'sim', health: 'OK' }],
    dataAgeMs: 0,
    currency: 'USD',
    equity: 10_000,
    dayPnl: 0,
    dayPct: 0,
    unrealised: 0,
    drawdownPct: 0,
    alerts: 0,
  }
  expect(paint(80, demo)).toEqual([
    ' demo PAPER  NORMAL ✓  kill:NONE  gate ✓  int ✓  feeds 1/1 0.0s  clk +3ms',
    ' EQ $10,000.00  day  $0.00  0.00%  uPnL $0.00  DD  0.00%/-5%         cmd 0 al 0',
  ])
})

test('old marks say so: a stale venue, and no venue at all', () => {
  const stale: Partial<RibbonView> = {
    runMode: 'paper',
    safetyMode: 'DEGRADED',
    gate: 'WARN',
    venues: [RIBBON.venues[0] ?? never(), { id: 'bitflyer', health: 'DEGRADED' }, { id: 'sim', health: 'OK' }],
    dataAgeMs: 42_000,
  }
  expect(paint(80, stale)).toEqual([
    ' prod PAPER  DEGRADED !  kill:NONE  gate !  int ✓  feeds 2/3 42s  clk +3ms',
    ' EQ ¥3,482,190  day +¥18,420 +0.53%  uPnL ~-¥3,120  DD -1.86%/-5%    cmd 0 al 1',
  ])
  const gone: Partial<RibbonView> = {
    safetyMode: 'SAFE_MODE',
    gate: 'UNKNOWN',
    integrity: 'UNKNOWN',
    venues: RIBBON.venues.map(({ id }) => ({ id, health: 'FAILED' as const })),
    dataAgeMs: 137_000,
    clockSkewMs: undefined,
    unrealised: undefined,
  }
  expect(paint(80, gone)).toEqual([
    ' prod LIVE  SAFE_MODE ✗  kill:NONE  gate ?  int ?  feeds 0/3 137s  clk ?  14:03',
    // The equity is as old as the rest.
    ' EQ ~¥3,482,190  day ~+¥18,420 +0.53%  uPnL ?  DD ~-1.86%/-5%        cmd 0 al 1',
  ])
})

test('a start shows -- for every number and no zero', () => {
  const start: Partial<RibbonView> = {
    runMode: 'paper',
    phase: 'STARTING',
    safetyMode: 'SAFE_MODE',
    gate: 'UNKNOWN',
    integrity: 'UNKNOWN',
    venues: RIBBON.venues.map(({ id }) => ({ id, health: 'UNKNOWN' as const })),
    dataAgeMs: undefined,
    clockSkewMs: undefined,
    equity: undefined,
    dayPnl: undefined,
    dayPct: undefined,
    unrealised: undefined,
    drawdownPct: undefined,
    alerts: 0,
  }
  expect(paint(80, start)).toEqual([
    ' prod --  SAFE_MODE  kill:NONE  gate ?  int ?  feeds 0/3  clk ?           14:03',
    ' EQ --  day --  uPnL --  DD --                                       cmd 0 al 0',
  ])
})

test('nothing that must stay is dropped at 60 cells', () => {
  const [first, second] = paint(60)
  expect(first).toContain('prod LIVE  NORMAL ✓  kill:NONE')
  expect(first).toContain('feeds 3/3')
  expect(second).toMatch(/EQ ¥3,482,190 {2}day \+¥18,420 \+0\.53% {2}DD -1\.86%\/-5% +al 1/)
})

test('an engine that does not answer, and a stop without an answer, take row 0', () => {
  expect(paint(80, {}, { link: 'SILENT', silentMs: 3_000 })[0]).toContain('prod LIVE  ENGINE SILENT 3.0s')
  expect(paint(80, {}, { alarm: 'HALT SENT, NOT ACKNOWLEDGED 0.4s' })[0]).toContain('HALT SENT, NOT ACKNOWLEDGED 0.4s')
  expect(paint(80, {}, { link: 'SILENT', silentMs: 3_000 })[1]).toContain('EQ ~¥3,482,190')
})

test('before the first view nothing is claimed', () => {
  const rows = ribbonRows({ ...FACTS, ribbon: undefined, link: 'CONNECTING' }, BARE, 80).join('\n')
  expect(rows).toContain('prod --  SAFETY ?  kill:?  gate ?  int ?  feeds ?')
  expect(rows).not.toContain('✓')
})

test('amounts are masked, percentages are not', () => {
  const [, second] = paint(120, {}, { isMasked: true })
  expect(second).toContain('EQ ***  day *** +0.53%  uPnL ***  rPnL ***')
  expect(second).not.toContain('¥')
})

test('live is one inverse row and exactly as wide as the screen', () => {
  const look = screenLook({ palette: 'west', level: 1, glyphs: 'rich' })
  const row = ribbonRows(FACTS, look, 80)[0]
  expect(row.startsWith('\u001b[1m\u001b[7m')).toBe(true)
  expect(widthOf(row)).toBe(80)
})

function never(): never {
  throw new Error('the fixture has three venues')
}
