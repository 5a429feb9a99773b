import type { RibbonView } from '../../src/runtime/link/views.ts'
import { clock, type Zone } from '../paint/clock-text.ts'
import { age, money, percent } from '../paint/numbers.ts'
import { cut, type Piece, row, rule, safeText, stack, widthOf } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'
import type { Size } from '../panel.ts'
import { modeWord } from './ribbon.ts'

/** Words broken to lines of at most `width` cells. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of safeText(text).split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? cut(word, width) : `${line} ${word}`
  }
  return [...lines, line]
}

/** The engine is starting: what it has done and what it waits for. */
export function paintStarting(
  look: ScreenLook,
  { width, height }: Size,
  ribbon: RibbonView,
  nowTs: number,
): readonly string[] {
  const { ok, bad } = look.glyphs
  const marks: Readonly<Record<RibbonView['startup'][number]['state'], Piece>> = {
    OK: [ok, 'ok'],
    FAILED: [bad, 'bad'],
    RUNNING: ['.', 'warn'],
    WAITING: ['.', 'muted'],
  }
  return stack(width, height, [
    rule(look, width, 'Start', age((nowTs - ribbon.startedTs) / 1_000)),
    row(look, width, []),
    ...ribbon.startup.map(({ part, state, fact }) =>
      row(look, width, [
        ' ',
        marks[state],
        ` ${part.padEnd(11)} ${fact === '' && state === 'WAITING' ? 'waiting' : safeText(fact)}`,
      ]),
    ),
    row(look, width, []),
    row(look, width, [' Numbers show -- until their source has answered once. No zeros are invented.']),
    row(look, width, [[' Sends are blocked until every line above is done.', 'muted']]),
  ])
}

/** No engine on the line: what was known last, how old it is, and what can still be done. */
export function paintDisconnected(
  look: ScreenLook,
  { width, height }: Size,
  facts: {
    readonly ribbon: RibbonView | undefined
    readonly silentMs: number
    readonly zone: Zone
    readonly title: string
  },
): readonly string[] {
  const { ribbon, silentMs, zone, title } = facts
  const since = ribbon === undefined ? 'never' : clock(ribbon.nowTs, zone)
  const count = (value: number | undefined) => (value === undefined ? '--' : String(value)).padEnd(3)
  return stack(width, height, [
    rule(look, width, title, `DISCONNECTED ${age(silentMs)}`),
    row(look, width, []),
    row(look, width, [' The engine does not answer. What we know, and how old it is:']),
    row(look, width, []),
    row(look, width, [
      ` positions  ${count(ribbon?.positions)} last confirmed ${since}   stops at the venue still work`,
    ]),
    row(look, width, [` orders     ${count(ribbon?.orders)} last confirmed ${since}   may have filled since`]),
    row(look, width, []),
    row(look, width, [' engine     may still run: profinaut status asks its database, not this line']),
    row(look, width, [' you can    K still works: by the kill file at once, and sent first when the engine is back']),
    row(look, width, ['            profinaut panic in another terminal; the venue site closes by hand']),
  ])
}

/** A panel that failed to draw. Trading goes on: the ribbon and the kill screen are separate code. */
export function paintFault(
  look: ScreenLook,
  { width, height }: Size,
  fault: {
    readonly title: string
    readonly error: string
    readonly where: string
    readonly id: string
    readonly isOff: boolean
  },
): readonly string[] {
  return stack(width, height, [
    rule(look, width, fault.title, 'PANEL FAULT'),
    row(look, width, []),
    row(look, width, [' This panel failed to draw. Trading goes on; ribbon and K are separate code.']),
    row(look, width, []),
    row(look, width, [' fault    ', [safeText(fault.error), 'bad']]),
    row(look, width, [` where    ${safeText(fault.where)}     id ${fault.id}`]),
    row(look, width, [' saved    in the log of the screen']),
    row(look, width, []),
    row(look, width, [
      fault.isOff
        ? ' 2nd fault in 60s: the panel stays off until r'
        : ' drawn again once; a 2nd fault in 60s leaves it off',
    ]),
    row(look, width, [' 3rd fault anywhere: the screen falls back to a plain log, the engine keeps running']),
  ])
}

/** Too small for panels: what must be known, and the four keys that work. */
export function paintSmall(
  look: ScreenLook,
  { width, height }: Size,
  ribbon: RibbonView | undefined,
  profile: string,
): readonly string[] {
  const currency = ribbon?.currency ?? ''
  const of = (value: number | undefined, text: string) => (value === undefined ? '--' : text)
  const lines = [
    `${ribbon?.profile ?? profile} ${modeWord(ribbon)}  ${ribbon?.safetyMode ?? 'SAFETY ?'}  kill:${ribbon?.killLevel ?? '?'}`,
    `EQ ${money(ribbon?.equity, currency)} day ${percent(ribbon?.dayPct).trim()} DD ${percent(ribbon?.drawdownPct).trim()}`,
    '',
    `too small for panels (${width}x${height} < 60x16)`,
    `engine ${ribbon?.phase.toLowerCase() ?? 'unknown'}, ${of(ribbon?.bots, `${ribbon?.botsRunning} bots`)}, ${of(ribbon?.orders, `${ribbon?.orders} orders`)}`,
    '',
    'only these keys work here:',
    'K Ctrl+K kill   Ctrl+C exit   ? help',
  ]
  return stack(
    width,
    height,
    lines.map((line, at) => row(look, width, [at === 0 ? [line, 'strong'] : line])),
  )
}

/** Text to read, from a line on. */
export function paintInfo(
  look: ScreenLook,
  { width, height }: Size,
  title: string,
  lines: readonly string[],
  scroll: number,
): readonly string[] {
  const all = lines.flatMap((line) => wrapped(line, width - 2))
  const first = Math.max(0, Math.min(scroll, all.length - (height - 1)))
  const facts =
    all.length > height - 1 ? `${first + 1}-${Math.min(all.length, first + height - 1)} of ${all.length}` : 'Esc close'
  return stack(width, height, [
    rule(look, width, title, facts),
    ...all.slice(first).map((line) => row(look, width, [` ${line}`])),
  ])
}

/** Six hints of a first run, in their order. */
export const TIPS: readonly string[] = [
  'press S to start the demo bot. Fake money, simulated venue.',
  'press 2: markets, with chart, ladder and tape.',
  'press K: kill switch. Arm it, read what it would do, Esc to disarm.',
  'press e on any row: the evidence behind it.',
  ':connect on the command line adds a venue when ready (starts in paper, never live).',
  'press ? for all keys.',
]
