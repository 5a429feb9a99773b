import type { FlattenState } from '../../src/kernel/flatten.ts'
import type { KillLeg, KillView, RibbonView } from '../../src/runtime/link/views.ts'
import { CHALLENGE_MS } from '../confirm/challenge.ts'
import { shownField } from '../input/text-field.ts'
import { when, type Zone } from '../paint/clock-text.ts'
import { age, countdown, money, share } from '../paint/numbers.ts'
import { type PanelColumn, panelTable } from '../paint/panel-table.ts'
import { gauge, type Piece, row, rule, spread, stack, widthOf } from '../paint/row.ts'
import type { ScreenLook, Tone } from '../paint/tone.ts'
import { estimateAge, type KillStage, killLegs, killStages, legSummary, otherWays } from './kill-model.ts'
import { isKillOver, KILL_REASONS, type KillState, type KillStep, unanswered } from './kill-state.ts'

export interface KillFacts {
  readonly view: KillView | undefined
  readonly ribbon: RibbonView | undefined
  readonly nowTs: number
  readonly nowMs: number
  readonly zone: Zone
  readonly lifeMs?: number | undefined
}

type Size = { readonly width: number; readonly height: number }
type Open = Exclude<KillStep, { at: 'closed' }>

/** The kill screen below the tabs: exactly `height` rows of `width` cells, from the ribbon and one estimate alone. */
export function paintKill(look: ScreenLook, size: Size, state: KillState, facts: KillFacts): readonly string[] {
  const { step } = state
  if (step.at === 'closed') return stack(size.width, size.height, [])
  const { width, height } = size
  const currency = facts.ribbon?.currency ?? ''
  const level = facts.view?.level ?? facts.ribbon?.killLevel ?? 'UNKNOWN'
  const head = rule(
    look,
    width,
    `KILL SWITCH  now ${level}`,
    `scope ${step.scope.toUpperCase()} (g venue|bot|instrument)`,
  )
  const legs = killLegs(facts.view, step.level)
  const lower = step.at === 'sent' ? progress(look, width, step, facts) : challenge(look, width, state, step, facts)
  const stages = killStages(facts.view, currency)
  const upper = [head, ...stageRows(look, { width, height: height - lower.length - 1 }, step, stages)]
  const room = height - upper.length - lower.length - 1
  const table = legTable(
    look,
    { width, height: Math.max(2, Math.min(legs.length + 1, room)) },
    legs,
    step.at === 'sent',
    currency,
  )
  const title = step.at === 'sent' ? 'Progress' : `What ${step.level ?? 'FLATTEN'} does now`
  const middle = [rule(look, width, title, `live, ${estimateAge(facts.view, facts.nowTs)}`), ...table]
  const rest = height - upper.length - middle.length - lower.length
  const tail = rest >= 6 ? extras(look, width, facts) : []
  // The challenge is never pushed off the screen: what is above it gives way.
  const above = stack(
    width,
    height - lower.length - Math.min(tail.length, Math.max(0, rest)),
    [...upper, ...middle].slice(0, height - lower.length),
  )
  const used = Math.min(upper.length + middle.length, above.length)
  return stack(width, height, [...above.slice(0, used), ...lower, ...tail.slice(0, Math.max(0, rest))])
}

/** What each level would do: a row a level where there is no room for more, for none may be missing. */
function stageRows(look: ScreenLook, size: Size, step: Open, stages: readonly KillStage[]): readonly string[] {
  const { width, height } = size
  const mark = (level: string): Piece => (level === step.level ? [look.glyphs.selected, 'strong'] : ' ')
  if (width < 120 || height <= stages.length)
    return stages.flatMap(({ key, level, orders, positions, bots, cost, time }) => {
      const name: readonly Piece[] = [mark(level), ` ${key} `, [level.padEnd(12), 'strong']]
      const estimate = `est ${cost}  ${time} `
      // Words of which a number would be cut are left out.
      const words = 16 + widthOf(positions) + widthOf(estimate) < width ? positions : ''
      if (height < stages.length * 2) return [spread(look, width, [...name, words], [estimate])]
      return [
        row(look, width, [...name, `${orders}; bots ${bots}`]),
        spread(look, width, [' '.repeat(16), words], [estimate]),
      ]
    })
  const columns: readonly PanelColumn<KillStage>[] = [
    { title: 'STAGE', align: 'left', width: 13, rank: 0, cell: ({ key, level }) => [`${key} ${level}`, 'strong'] },
    { title: 'ORDERS', align: 'left', width: 33, rank: 0, grows: true, cell: ({ orders }) => orders },
    { title: 'POSITIONS', align: 'left', width: 28, rank: 0, grows: true, cell: ({ positions }) => positions },
    { title: 'BOTS', align: 'left', width: 14, rank: 2, cell: ({ bots }) => bots },
    { title: 'EST COST', align: 'right', width: 10, rank: 0, isFigure: true, cell: ({ cost }) => cost },
    { title: 'TIME', align: 'right', width: 6, rank: 1, cell: ({ time }) => time },
    { title: 'UNDO', align: 'left', width: 12, rank: 3, cell: ({ undo }) => undo },
  ]
  const selected = stages.findIndex(({ level }) => level === step.level)
  return panelTable(
    look,
    { width, height: 4 },
    { columns, rows: stages, selected: selected < 0 ? undefined : selected, empty: '' },
  )
}

function legTable(
  look: ScreenLook,
  size: Size,
  legs: readonly KillLeg[],
  isRunning: boolean,
  currency: string,
): readonly string[] {
  const bare = (value: number | undefined) => (value === undefined ? '--' : money(value, currency, { isBare: true }))
  const isWide = size.width >= 120
  const mark = ({ kind, side }: KillLeg): Piece => {
    if (kind === 'cancel') return look.glyphs.bad
    return side === 'buy' ? [look.glyphs.up, 'up'] : side === 'sell' ? [look.glyphs.down, 'down'] : look.glyphs.unknown
  }
  const depth = ({ depth: part }: KillLeg): Piece =>
    part === undefined ? '--' : part >= 0.25 ? [`${share(part)} !`, 'warn'] : share(part)
  const parts: readonly PanelColumn<KillLeg>[] = [
    { title: 'SPREAD', align: 'right', width: 8, rank: 3, isFigure: true, cell: ({ spread }) => bare(spread) },
    { title: 'FEE', align: 'right', width: 8, rank: 3, isFigure: true, cell: ({ fee }) => bare(fee) },
    { title: 'IMPACT', align: 'right', width: 8, rank: 3, isFigure: true, cell: ({ impact }) => bare(impact) },
  ]
  const columns: readonly PanelColumn<KillLeg>[] = [
    { title: '', align: 'right', width: 2, rank: 0, cell: mark },
    { title: 'VENUE', align: 'left', width: 9, rank: 2, cell: ({ venueId }) => venueId },
    { title: 'ITEM', align: 'left', width: 22, rank: 0, cell: ({ item }) => item },
    { title: 'ACTION', align: 'left', width: 18, rank: 1, grows: true, cell: ({ action }) => action },
    ...(isWide ? parts : []),
    {
      title: 'EST',
      align: 'right',
      width: 9,
      rank: 0,
      isFigure: true,
      cell: ({ cost }) => (cost === undefined ? ['UNKNOWN', 'unknown'] : money(cost, currency)),
    },
    isRunning
      ? {
          title: 'STATE',
          align: 'left',
          width: 8,
          rank: 0,
          cell: ({ isAtWork }) => (isAtWork ? ['WORKING', 'warn'] : ['WAITING', 'muted']),
        }
      : { title: 'BOOK', align: 'right', width: 8, rank: 0, cell: depth },
  ]
  return panelTable(look, size, { columns, rows: legs, empty: 'nothing to cancel or close is known' })
}

function challenge(look: ScreenLook, width: number, state: KillState, step: Open, facts: KillFacts): readonly string[] {
  const presets = [...KILL_REASONS, width >= 120 ? 'free text' : '..']
    .map((text, at) => `${at + 1} ${text}`)
    .join(width >= 120 ? '   ' : ' ')
  const note = state.note === undefined ? [] : [row(look, width, [' ', [state.note, 'warn']])]
  const review = `review after ${step.reviewMinutes}m (t) `
  if (step.at !== 'armed') {
    const text = step.at === 'writing' ? [row(look, width, [' text    > ', [shownField(step.field), 'strong']])] : []
    const head = step.level === undefined ? 'Pick a level: c f h' : `${step.level}: pick a reason to arm`
    return [
      rule(look, width, head, 'nothing is armed'),
      spread(look, width, [` reason  ${presets}`], []),
      ...text,
      spread(look, width, [], [review]),
      ...note,
    ]
  }
  const leftMs = Math.max(0, (facts.lifeMs ?? CHALLENGE_MS) - (facts.nowMs - step.armedMs))
  const isTyped = step.phrase !== undefined
  const ask: Piece[] = isTyped
    ? [` type    `, [step.phrase, 'strong'], '           > ', [shownField(step.field), 'strong']]
    : [' press   ', ['Enter', 'strong'], ` to send ${step.level}`]
  const bar = gauge(look, leftMs / (facts.lifeMs ?? CHALLENGE_MS), Math.min(60, width - 20))
  return [
    rule(
      look,
      width,
      `ARMED ${step.level}`,
      `expires in ${countdown(leftMs)}   intent ${step.intentHash ?? UNKNOWN_INTENT}`,
    ),
    row(look, width, [` reason  ${presets}`]),
    spread(
      look,
      width,
      ['         ', [step.reason, 'strong']],
      [`${review}  tier ${step.level === 'FLATTEN' ? 'T0' : 'stop'} `],
    ),
    row(look, width, ask),
    row(look, width, [
      '         ',
      [typeof bar === 'string' ? bar : bar[0], leftMs < 10_000 ? 'warn' : 'muted'],
      ` ${Math.ceil(leftMs / 1_000)}s`,
    ]),
    ...note,
  ]
}
const UNKNOWN_INTENT = 'UNKNOWN'

function progress(
  look: ScreenLook,
  width: number,
  step: KillStep & { at: 'sent' },
  facts: KillFacts,
): readonly string[] {
  const { view, nowMs } = facts
  const { level, sentMs, ackMs, refusal } = step
  const isOver = isKillOver(step, view)
  const cry = unanswered(
    {
      step,
      awaiting: ackMs === undefined ? { id: step.id, level, scope: step.scope, sentMs } : undefined,
      note: undefined,
    },
    nowMs,
  )
  const heard: Piece =
    refusal !== undefined
      ? [`REFUSED  ${refusal}`, 'bad']
      : ackMs === undefined
        ? [cry ?? `${level} sent`, cry === undefined ? 'plain' : 'alarm']
        : [`${level} acknowledged after ${age(ackMs - sentMs)}`, 'ok']
  const legs = level === 'FLATTEN' ? (view?.legs ?? []) : []
  const flatten = level === 'FLATTEN' && ackMs !== undefined ? view?.flatten : undefined
  const open = [view?.positions, view?.orders].map((count) => count ?? '--')
  const lines = [
    rule(
      look,
      width,
      isOver ? `RESULT ${level}` : `${level} RUNNING`,
      `elapsed ${age((ackMs !== undefined && isOver && level !== 'FLATTEN' ? ackMs : nowMs) - sentMs)}   id ${step.id.slice(-8)}`,
    ),
    row(look, width, [' ', heard, legs.length === 0 ? '' : `   ${legSummary(legs)}`]),
    ...(flatten === undefined
      ? []
      : [row(look, width, [' ', [flatten.state, flattenTone(flatten.state)], `  ${flatten.detail}`])]),
    row(look, width, [` reason  ${step.reason}   open now: ${open[0]} positions, ${open[1]} orders`]),
    row(look, width, [' after   level stays latched. Release: panel 4, R. Bots stay down until started one by one']),
  ]
  if (cry === undefined && refusal === undefined) return lines
  return [
    ...lines,
    ...otherWays(facts.ribbon?.pid).map(([where, how]) => row(look, width, [` ${where.padEnd(17)}${how}`])),
  ]
}

function flattenTone(state: FlattenState): Tone {
  if (state === 'FLAT') return 'ok'
  if (state === 'STUCK' || state === 'INCOMPLETE') return 'alarm'
  return state === 'WAITING' ? 'warn' : 'plain'
}

function extras(look: ScreenLook, width: number, { view, ribbon, nowTs, zone }: KillFacts): readonly string[] {
  const currency = ribbon?.currency ?? ''
  const worst = view?.worstCase === undefined ? UNKNOWN_INTENT : money(view.worstCase, currency)
  const last = view?.lastUse
  return [
    row(look, width, ['']),
    row(look, width, [
      ` worst case  50 bps on all legs: ${worst}.  Not flat after 5m: P0 alert, SAFE_MODE, closing goes on.`,
    ]),
    rule(look, width, 'Other ways to stop, if this screen is dead'),
    ...otherWays(ribbon?.pid).map(([where, how]) => row(look, width, [` ${where.padEnd(17)}${how}`])),
    ...(last === undefined
      ? []
      : [row(look, width, [` last use  ${when(last.ts, nowTs, zone)} ${last.level}: ${last.reason}`])]),
  ]
}

/** What row H-2 says while the kill screen is open. */
export function killMessage(step: KillStep): string {
  if (step.at !== 'sent') return 'Safety path: no approval, quota or cost check can refuse or delay these stages.'
  return `${step.level} sent for ${step.scope}  reason ${step.reason}`
}
