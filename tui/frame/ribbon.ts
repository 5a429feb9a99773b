import type { LinkState } from '../../src/runtime/link/engine-client.ts'
import type { RibbonView } from '../../src/runtime/link/views.ts'
import { clock, day, minute, type Zone } from '../paint/clock-text.ts'
import { age, money, number, percent, signed } from '../paint/numbers.ts'
import { type Piece, textOf } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'
import { type Fact, factRow } from './facts.ts'

export interface RibbonFacts {
  readonly ribbon: RibbonView | undefined
  /** For before the first view. */
  readonly profile: string
  readonly nowTs: number
  readonly zone: Zone
  readonly link: LinkState
  readonly silentMs: number
  /** A stop that nobody has answered: it takes row 0. */
  readonly alarm: string | undefined
  readonly isMasked: boolean
  /** The clock without seconds. */
  readonly isLowPower: boolean
}

/** Marks are older than this: what is computed from them is said with `~`. */
const STALE_MS = 5_000
const SKEW_LIMIT_MS = 100

/** How much is said: by the cells there are. */
type Breadth = 'narrow' | 'middle' | 'wide'
function breadth(width: number): Breadth {
  return width >= 200 ? 'wide' : width >= 120 ? 'middle' : 'narrow'
}

/** The mode as a word; unknown while a start has not told. */
export function modeWord(ribbon: RibbonView | undefined): string {
  if (ribbon === undefined) return '--'
  const isArmed = ribbon.runMode === 'live' || ribbon.runMode === 'canary'
  return ribbon.phase === 'STARTING' && !isArmed ? '--' : ribbon.runMode.toUpperCase()
}

function safety(ribbon: RibbonView | undefined, look: ScreenLook): readonly Piece[] {
  if (ribbon === undefined) return [['SAFETY ?', 'unknown']]
  const { ok, warn, bad } = look.glyphs
  if (ribbon.phase === 'STARTING') return [[ribbon.safetyMode, 'muted']]
  switch (ribbon.safetyMode) {
    case 'NORMAL':
      return [[`NORMAL ${ok}`, 'ok']]
    case 'DEGRADED':
      return [[`DEGRADED ${warn}`, 'warn']]
    case 'SAFE_MODE':
    case 'HALTED':
      return [[`${ribbon.safetyMode} ${bad}`, 'bad']]
  }
}

function gate(ribbon: RibbonView | undefined, { glyphs }: ScreenLook, size: Breadth): Piece {
  const verdict = ribbon?.gate ?? 'UNKNOWN'
  if (verdict === 'UNKNOWN') return ['gate ?', 'unknown']
  const mark = { PASS: glyphs.ok, WARN: glyphs.warn, BLOCK: glyphs.bad }[verdict]
  return [`gate ${size === 'narrow' ? mark : verdict}`, verdict === 'PASS' ? 'ok' : verdict === 'WARN' ? 'warn' : 'bad']
}

function integrity(ribbon: RibbonView | undefined, { glyphs }: ScreenLook, size: Breadth): Piece {
  const name = size === 'narrow' ? 'int' : 'integ'
  const verdict = ribbon?.integrity ?? 'UNKNOWN'
  if (verdict === 'UNKNOWN') return [`${name} ?`, 'unknown']
  const mark = verdict === 'PASS' ? glyphs.ok : glyphs.bad
  return [`${name} ${size === 'narrow' ? mark : verdict}`, verdict === 'PASS' ? 'ok' : 'bad']
}

/** The age of data in seconds up to a quarter of an hour: one unit to compare with limits. */
function feedAge(ms: number): string {
  return ms >= 10_000 && ms < 1_000_000 ? `${Math.floor(ms / 1_000)}s` : age(ms)
}

function feeds(ribbon: RibbonView | undefined, look: ScreenLook, size: Breadth): readonly Fact[] {
  const venues = ribbon?.venues ?? []
  const fine = venues.filter(({ health }) => health === 'OK').length
  const tone = ribbon === undefined ? 'unknown' : fine === venues.length ? 'ok' : fine === 0 ? 'bad' : 'warn'
  const ages = ribbon?.dataAgeMs
  const ageTone = ages !== undefined && ages > STALE_MS ? 'warn' : 'plain'
  const summary: Fact = {
    pieces: [[ribbon === undefined ? 'feeds ?' : `feeds ${fine}/${venues.length}`, tone]],
    rank: 0,
  }
  if (size === 'narrow')
    return ages === undefined ? [summary] : [summary, { pieces: [[feedAge(ages), ageTone]], rank: 8, gap: ' ' }]
  const { glyphs } = look
  const marks = { OK: glyphs.ok, DEGRADED: glyphs.warn, FAILED: glyphs.bad, UNKNOWN: glyphs.unknown }
  const tones = { OK: 'ok', DEGRADED: 'warn', FAILED: 'bad', UNKNOWN: 'unknown' } as const
  const each = venues.map(({ id, health, latencyMs }, at): Fact => {
    const latency = latencyMs === undefined ? '' : `${Math.round(latencyMs)}ms`
    return { pieces: [`${id} `, [`${marks[health]}${latency}`, tones[health]]], rank: 0, gap: at === 0 ? '  ' : ' ' }
  })
  const named = each.length === 0 ? [summary] : each
  return ages === undefined ? named : [...named, { pieces: ['data ', [feedAge(ages), ageTone]], rank: 8 }]
}

function skew(ribbon: RibbonView | undefined): Fact {
  const ms = ribbon?.clockSkewMs
  if (ms === undefined) return { pieces: [['clk ?', 'unknown']], rank: 1 }
  const isFine = Math.abs(ms) < SKEW_LIMIT_MS
  return {
    pieces: ['clk ', [`${ms < 0 ? '-' : '+'}${Math.abs(Math.round(ms))}ms`, isFine ? 'plain' : 'warn']],
    rank: isFine ? 7 : 0,
  }
}

function timeText({ nowTs, zone, isLowPower }: RibbonFacts, size: Breadth): string {
  if (size !== 'wide') return minute(nowTs, zone)
  return `${day(nowTs, zone)} ${isLowPower ? minute(nowTs, zone) : clock(nowTs, zone)} ${zone.name}`
}

/** Row 0: what may trade, and whether what is seen can be believed. */
function firstRow(facts: RibbonFacts, look: ScreenLook, width: number): string {
  const { ribbon, link, silentMs, alarm } = facts
  const size = breadth(width)
  const profile = ribbon?.profile ?? facts.profile
  const kill = ribbon?.killLevel
  const killPiece: Piece = [`kill:${kill ?? '?'}`, kill === undefined ? 'unknown' : kill === 'NONE' ? 'plain' : 'alarm']
  const isArmed = ribbon?.runMode === 'live' || ribbon?.runMode === 'canary'
  const cry =
    alarm ??
    (link === 'SILENT'
      ? `ENGINE SILENT ${age(silentMs)}`
      : link === 'DOWN'
        ? `ENGINE DISCONNECTED ${age(silentMs)}`
        : undefined)
  const name: Fact = { pieces: [[`${profile} ${modeWord(ribbon)}`, 'strong']], rank: 0 }
  const left: readonly Fact[] =
    cry === undefined
      ? [
          name,
          { pieces: safety(ribbon, look), rank: 0 },
          { pieces: [killPiece], rank: 0 },
          { pieces: [gate(ribbon, look, size)], rank: 2 },
          { pieces: [integrity(ribbon, look, size)], rank: 3 },
          ...feeds(ribbon, look, size),
          skew(ribbon),
        ]
      : [name, { pieces: [cry], rank: 0 }, { pieces: ['profinaut panic', '  kill -USR2'], rank: 1 }]
  const right: Fact = { pieces: [timeText(facts, size)], rank: 9 }
  if (cry === undefined && !isArmed) return factRow(look, width, { left, right: [right] })
  // One colour over the whole row: a tone inside it would end the inverse.
  const bare = left.map((fact) => ({ ...fact, pieces: fact.pieces.map((piece): Piece => [textOf(piece), 'alarm']) }))
  const flat = { ...look, paint: (_: unknown, text: string) => text }
  return look.paint('alarm', factRow(flat, width, { left: bare, right: [right] }))
}

/** Row 1: what it is worth, and what is open. */
function secondRow(facts: RibbonFacts, look: ScreenLook, width: number): string {
  const { ribbon, link } = facts
  const size = breadth(width)
  const currency = ribbon?.currency ?? ''
  const isBlind =
    ribbon !== undefined && ribbon.venues.length > 0 && !ribbon.venues.some(({ health }) => health === 'OK')
  const isOld = link === 'SILENT' || link === 'DOWN' || (isBlind && ribbon.phase !== 'STARTING')
  const hasOldMarks = isOld || (ribbon?.dataAgeMs ?? 0) > STALE_MS
  const stale = look.glyphs.stale
  const none = ribbon === undefined || ribbon.phase === 'STARTING' ? '--' : look.glyphs.unknown
  const amount = (value: number | undefined, isSigned: boolean, isMarkOld: boolean): Piece => {
    if (value === undefined) return [none, 'unknown']
    if (facts.isMasked) return '***'
    const text = money(value, currency, { isSigned })
    if (isMarkOld) return [`${stale}${text.trim()}`, 'stale']
    return isSigned ? signed(value, text) : text
  }
  const pct = (value: number | undefined): Piece =>
    value === undefined ? '' : isOld ? [percent(value), 'stale'] : signed(value, percent(value))
  const flow = (name: string, value: number | undefined, share: number | undefined, rank: number): Fact => ({
    pieces: [`${name} `, amount(value, true, isOld), ...(share === undefined ? [] : [' ', pct(share)])],
    rank,
  })
  const left: Fact[] = [
    { pieces: ['EQ ', amount(ribbon?.equity, false, isOld)], rank: 0 },
    flow('day', ribbon?.dayPnl, ribbon?.dayPct, 0),
  ]
  if (size === 'wide') {
    const { equity, weekPnl, monthPnl } = ribbon ?? {}
    left.push(flow('week', weekPnl, since(equity, weekPnl), 5), flow('month', monthPnl, since(equity, monthPnl), 5))
  }
  left.push({ pieces: ['uPnL ', trimmed(amount(ribbon?.unrealised, true, hasOldMarks))], rank: 3 })
  if (size !== 'narrow') left.push({ pieces: ['rPnL ', trimmed(amount(ribbon?.realised, true, isOld))], rank: 4 })
  left.push({ pieces: drawdown(ribbon, isOld, look), rank: 0 })
  const { grossPct, netPct } = ribbon ?? {}
  if (size === 'wide') left.push({ pieces: [`exp gross ${whole(grossPct)} net ${whole(netPct)}`], rank: 6 })
  if (size === 'middle') left.push({ pieces: [`exp ${whole(grossPct)}`], rank: 6 })
  return factRow(look, width, { left, right: counts(ribbon, size) })
}

function trimmed(piece: Piece): Piece {
  return typeof piece === 'string' ? piece.trim() : [piece[0].trim(), piece[1]]
}
function whole(value: number | undefined): string {
  return value === undefined ? '--' : `${number(value, { digits: 0 })}%`
}
/** Profit of a span against what was there when it began. */
function since(equity: number | undefined, pnl: number | undefined): number | undefined {
  if (equity === undefined || pnl === undefined || equity - pnl <= 0) return undefined
  return (pnl / (equity - pnl)) * 100
}

function drawdown(ribbon: RibbonView | undefined, isOld: boolean, { glyphs }: ScreenLook): readonly Piece[] {
  const { drawdownPct: fall, drawdownLimitPct: limit } = ribbon ?? {}
  if (fall === undefined) return ['DD ', ['--', 'unknown']]
  const most = limit === undefined ? '' : `/${number(limit, { digits: Number.isInteger(limit) ? 0 : 2 })}%`
  const used = limit === undefined || limit === 0 ? 0 : fall / limit
  const tone = isOld ? 'stale' : used >= 1 ? 'bad' : used >= 0.8 ? 'warn' : 'plain'
  return ['DD ', [`${isOld ? glyphs.stale : ''}${percent(fall)}${most}`, tone]]
}

function counts(ribbon: RibbonView | undefined, size: Breadth): readonly Fact[] {
  const { commands = 0, alerts = 0, positions, orders, unknownOrders = 0, botsRunning, bots } = ribbon ?? {}
  const gap = size === 'wide' ? '  ' : ' '
  const known = (value: number | undefined) => (value === undefined ? '--' : String(value))
  const cmd: Fact = { pieces: [`cmd ${commands}`], rank: 2, gap }
  const alert: Fact = {
    pieces: [[`${size === 'narrow' ? 'al' : 'alerts'} ${alerts}`, alerts > 0 ? 'warn' : 'plain']],
    rank: 0,
    gap,
  }
  if (size === 'narrow') return [cmd, alert]
  const order: Piece = [
    `ord ${known(orders)}${unknownOrders > 0 ? ` ${unknownOrders}?` : ''}`,
    unknownOrders > 0 ? 'unknown' : 'plain',
  ]
  const middle: Fact[] = [
    { pieces: [`pos ${known(positions)}`], rank: 3, gap },
    { pieces: [order], rank: 3, gap },
    cmd,
    alert,
  ]
  return size === 'wide' ? [{ pieces: [`bots ${known(botsRunning)}/${known(bots)}`], rank: 4 }, ...middle] : middle
}

/** The two rows that are always there, in exactly `width` cells. */
export function ribbonRows(facts: RibbonFacts, look: ScreenLook, width: number): readonly [string, string] {
  return [firstRow(facts, look, width), secondRow(facts, look, width)]
}
