import type { DecisionLine, RuleUse, SafetyView } from '../../../src/runtime/link/views.ts'
import { clock, when } from '../../paint/clock-text.ts'
import { age, countdown, NONE } from '../../paint/numbers.ts'
import { type PanelColumn, panelTable } from '../../paint/panel-table.ts'
import { beside, figure, fit, gauge, type Piece, row, stack } from '../../paint/row.ts'
import type { PanelContext, PanelState, Size, ViewShelf } from '../../panel.ts'
import { masked } from '../amount.ts'
import { fact, factRow, flow, head } from '../fact-row.ts'
import { ageNote, type Freshness } from '../freshness.ts'
import { figures, inSight, selectedAt, words } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { type Section, stacked } from '../sections.ts'
import { sideBySide } from '../side-by-side.ts'
import {
  effectOf,
  gateWords,
  type Kill,
  ladder,
  pageOf,
  leftFigure,
  ruleFigure,
  SAFETY_VIEWS,
  type SafetyRow,
  safetyFreshness,
  safetyRows,
  standingKills,
  useWord,
  wayBack,
} from './view-model.ts'

/** Width of the right column where there is one. */
const SIDE = 61
const WIDE = 180
const MIDDLE = 120
/** Rows from which on there is room for more than the ladder, the rules and the gate. */
const ROOMY = 24

/** What every section of a frame is painted from. */
interface Frame {
  readonly view: SafetyView
  readonly rows: readonly SafetyRow[]
  readonly state: PanelState
  readonly context: PanelContext
  readonly fresh: Freshness
}

export function paintSafety(shelf: ViewShelf, state: PanelState, context: PanelContext, size: Size): readonly string[] {
  const view = shelf.get('safety')
  if (view === undefined) return unknownSafety(context, size)
  const frame: Frame = { view, rows: safetyRows(shelf, state), state, context, fresh: safetyFreshness(shelf) }
  const { width, height } = size
  switch (pageOf(state)) {
    case 'level':
      return width >= WIDE ? wideLevel(frame, size) : stacked(size, levelSections(frame, size))
    case 'safety':
      return stacked(size, [
        ladderSection(frame, width, 0),
        killSection(frame, width, 1),
        reasonSection(frame, width, 2),
        checkSection(frame, width, 3),
        historySection(frame, width, 4),
      ])
    case 'rules':
      return stacked(size, [ruleSection(frame, width, 0, height), countSection(frame, width, 1)])
    case 'interlocks':
      return stacked(size, [
        killSection(frame, width, 0),
        reasonSection(frame, width, 1),
        flattenSection(frame, width, 2),
        countSection(frame, width, 3),
        policySection(frame, width, 4),
      ])
    case 'recovery':
      return stacked(size, [
        differenceSection(frame, width),
        flattenSection(frame, width, 2),
        checkSection(frame, width, 1),
        historySection(frame, width, 3),
      ])
  }
}

/** Loud for as long as somebody acts beyond their role. */
function glassRow(
  { id, state, ops, scope, actor, leftMs }: NonNullable<SafetyView['breakGlass']>,
  look: PanelContext['look'],
  width: number,
): string {
  const what = plainText(`${ops.join(' ')} in ${scope} for ${actor}`)
  return factRow(look, width, ' ', [
    fact(0, [`${look.glyphs.bad} BREAK-GLASS ${plainText(id)} ${state}`, 'bad']),
    fact(0, [countdown(leftMs), 'bad'], ' left'),
    fact(1, what),
    fact(2, ['orders half as large', 'muted']),
  ])
}

/** Before the first view: nothing is taken for well. */
function unknownSafety({ look, ribbon }: PanelContext, { width, height }: Size): string[] {
  const mode: Piece = ribbon === undefined ? ['UNKNOWN ?', 'unknown'] : [ribbon.safetyMode, 'plain']
  return stack(width, height, [
    head(look, width, 'Safety ladder', ['loading']),
    row(look, width, [' mode ', mode]),
    row(look, width, [[' rules, checks and levels are not known until the engine has sent them', 'muted']]),
    row(look, width, [[' K raises a kill all the same', 'muted']]),
  ])
}

// ---- level ---------------------------------------------------------------------------------------------------------------

function levelSections(frame: Frame, { width, height }: Size): Section[] {
  const { view } = frame
  const isPaired = width >= MIDDLE
  const last: Section[] = isPaired
    ? [
        sideBySide(frame.context.look, width, {
          rank: 6,
          left: (cells) => historySection(frame, cells, 0),
          right: (cells) => policySection(frame, cells, 0),
        }),
      ]
    : [historySection(frame, width, 6)]
  const isLatched = view.mode === 'SAFE_MODE' || view.mode === 'HALTED'
  return [
    ladderSection(frame, width, 0),
    ...(standingKills(view).length > 0 ? [killSection(frame, width, 1)] : []),
    ...(isLatched || height >= ROOMY ? [checkSection(frame, width, isLatched ? 2 : 5)] : []),
    ruleSection(frame, width, 3),
    gateSection(frame, width, 4),
    ...(height >= ROOMY ? last : []),
  ]
}

function wideLevel(frame: Frame, size: Size): string[] {
  const { view } = frame
  const top = stacked({ width: size.width, height: Math.min(size.height, topRows(frame, size.width)) }, [
    ladderSection(frame, size.width, 0),
    ...(standingKills(view).length > 0 ? [killSection(frame, size.width, 1)] : []),
    checkSection(frame, size.width, 2),
  ])
  const height = size.height - top.length
  const main = size.width - SIDE - 1
  const left = stacked({ width: main, height }, [ruleSection(frame, main, 0), gateSection(frame, main, 1, height)])
  const right = stacked({ width: SIDE, height }, [
    countSection(frame, SIDE, 3),
    historySection(frame, SIDE, 1),
    reasonSection(frame, SIDE, 0),
    policySection(frame, SIDE, 2),
  ])
  return stack(size.width, size.height, [
    ...top,
    ...beside(frame.context.look, height, [
      { width: main, rows: left },
      { width: SIDE, rows: right },
    ]),
  ])
}

function topRows(frame: Frame, width: number): number {
  const kills = standingKills(frame.view).length
  return ladderSection(frame, width, 0).want + (kills > 0 ? kills + 2 : 0) + checkSection(frame, width, 2).want
}

function ladderSection({ view, context, fresh, state }: Frame, width: number, rank: number): Section {
  const { look, zone, nowTs } = context
  const arrow = width >= MIDDLE ? ' ---> ' : ' -> '
  const reasons = view.reasons.map(({ code, detail }) => masked(plainText(`${code} ${detail}`), context))
  const kills = standingKills(view)
  const worst = kills[0]
  const kill: readonly Piece[] =
    worst === undefined
      ? [['kill level NONE', 'plain']]
      : [
          ['kill level ', 'plain'],
          [`${worst.level} ${look.glyphs.bad}`, 'bad'],
          [` on ${plainText(worst.scope)}`, 'plain'],
        ]
  const lines = (): string[] => [
    head(look, width, 'Safety ladder', [ageNote(fresh), viewNames(state, width)]),
    ...(view.breakGlass === undefined ? [] : [glassRow(view.breakGlass, look, width)]),
    factRow(look, width, ' ', [
      fact(0, ...ladder(view, fresh, look, arrow)),
      fact(1, ['  up is automatic, down is yours', 'muted']),
      fact(2, ['SAFE_MODE and HALTED latch', 'muted']),
    ]),
    factRow(look, width, ' since    ', [
      fact(0, when(view.modeSinceTs, nowTs, zone)),
      fact(1, ['age ', 'muted'], age((nowTs - view.modeSinceTs) / 1_000)),
      fact(0, ['cause ', 'muted'], reasons.length === 0 ? 'none' : reasons.join(';  ')),
    ]),
    factRow(look, width, ' effect   ', [fact(0, effectOf(view.mode)), fact(0, ...kill)]),
    factRow(look, width, ' back     ', [fact(0, wayBack(view.mode))]),
  ]
  const rows = view.breakGlass === undefined ? 5 : 6
  return { rank, min: rows, want: rows, paint: lines }
}

/** The pages of the panel, the present one in brackets. */
function viewNames(state: PanelState, width: number): string {
  const page = pageOf(state)
  const names = SAFETY_VIEWS.map((name) => (name === page ? `[${name}]` : name))
  return width >= MIDDLE ? `v ${names.join(' | ')}` : `v ${names.join('|')}`
}

function killSection({ view, rows, state, context, fresh }: Frame, width: number, rank: number): Section {
  const { look, nowTs, zone } = context
  const kills = standingKills(view)
  const columns: readonly PanelColumn<Kill>[] = [
    words('SCOPE', 18, 0, ({ scope }) => plainText(scope)),
    words('LEVEL', 13, 0, ({ level }) =>
      fresh.isStale
        ? [`${look.glyphs.stale}${level}`, 'stale']
        : [
            `${level} ${level === 'CLOSE_ONLY' ? look.glyphs.warn : look.glyphs.bad}`,
            level === 'CLOSE_ONLY' ? 'warn' : 'bad',
          ],
    ),
    figures('AGE', 5, 1, ({ sinceTs }) => age((nowTs - sinceTs) / 1_000)),
    words('REVIEW', 8, 2, ({ reviewTs }) => review(reviewTs, nowTs)),
    words('BY', 14, 4, ({ actor }) => plainText(actor)),
    words('SINCE', 11, 5, ({ sinceTs }) => when(sinceTs, nowTs, zone)),
    words('REASON', 12, 3, ({ reason }) => masked(plainText(reason), context), true),
  ]
  const selected = kills.findIndex(({ scope }) => `kill:${scope}` === cursorOf(rows, state))
  return {
    rank,
    min: 3,
    want: kills.length + 2,
    paint: (height) => [
      head(look, width, `Kill levels ${kills.length}`, ['K raise', 'R lower one step']),
      ...panelTable(
        look,
        { width, height: height - 1 },
        { columns, rows: kills, selected: selected < 0 ? undefined : selected, empty: 'no kill level is set' },
      ),
    ],
  }
}

function cursorOf(rows: readonly SafetyRow[], state: PanelState): string | undefined {
  const at = selectedAt(rows, state.selected)
  return at === undefined ? undefined : rows[at]?.id
}

/** Time until a level is offered for release. */
function review(reviewTs: number | undefined, nowTs: number): Piece {
  if (reviewTs === undefined) return [NONE, 'muted']
  return reviewTs <= nowTs ? ['due !', 'warn'] : countdown((reviewTs - nowTs) / 1_000)
}

function checkSection({ view, context, fresh }: Frame, width: number, rank: number): Section {
  const { look } = context
  const facts = view.releaseChecks.map(({ name, isMet, fact: found }): readonly Piece[] => {
    const text = plainText(`${name} ${found}`).trim()
    if (fresh.isStale) return [[`${look.glyphs.stale} ${text}`, 'stale']]
    return isMet ? [[look.glyphs.ok, 'ok'], ` ${text}`] : [[look.glyphs.bad, 'bad'], ` ${text}`]
  })
  const lines = facts.length === 0 ? [row(look, width, [[' no checks sent yet', 'muted']])] : flow(look, width, facts)
  return {
    rank,
    min: 1 + lines.length,
    want: 1 + lines.length,
    paint: () => [head(look, width, 'Release checks (SAFE_MODE, HALTED)'), ...lines],
  }
}

function ruleSection(frame: Frame, width: number, rank: number, want?: number): Section {
  const { rows, state, context, fresh, view } = frame
  const { look, nowTs, zone } = context
  const rules = rows.flatMap((each) => (each.kind === 'rule' ? [each] : []))
  const cells = width >= 100 ? 30 : 16
  const old = (piece: Piece): Piece =>
    fresh.isStale ? [`${look.glyphs.stale}${typeof piece === 'string' ? piece : piece[0]}`.trim(), 'stale'] : piece
  const columns: readonly PanelColumn<{ readonly rule: RuleUse }>[] = [
    words('RULE', 12, 0, ({ rule }) => plainText(rule.rule)),
    words('SCOPE', 14, 2, ({ rule }) => plainText(rule.scope)),
    figures('VALUE', 11, 0, ({ rule }) => old(figureOf(rule.value, rule, context))),
    figures('LIMIT', 11, 0, ({ rule }) => ruleFigure(rule.limit, context)),
    figures('LEFT', 17, 5, ({ rule }) => leftFigure(rule.left, context)),
    words('USE', cells, 3, ({ rule }) =>
      fresh.isStale ? [gaugeText(rule, frame, cells), 'stale'] : gauge(look, known(rule), cells),
    ),
    words('ON BREACH', 12, 1, ({ rule }) => {
      const { sign, tone } = useWord(rule.share, look)
      const text = plainText(rule.onBreach)
      return fresh.isStale ? [`${look.glyphs.stale} ${text}`, 'stale'] : [`${sign} ${text}`, tone]
    }),
    words('LAST BREACH', 11, 4, ({ rule }) => breach(rule, nowTs, (ts) => when(ts, nowTs, zone)), true),
  ]
  return {
    rank,
    min: 3,
    want: want ?? rules.length + 2,
    paint: (height) => {
      const chosen = rules.findIndex(({ id }) => id === cursorOf(rows, state))
      const shown = inSight(rules, chosen < 0 ? undefined : chosen, height - 2)
      const empty = view.rules.length === 0 ? 'no limits are set' : `no rule matches "${plainText(state.filter)}"`
      return [
        head(look, width, `Rules ${rules.length}`, ['value / limit', 'use', 'on breach', ageNote(fresh)]),
        ...panelTable(
          look,
          { width, height: height - 1 },
          { columns, rows: shown.rows, selected: shown.selected, empty },
        ),
      ]
    },
  }
}

function known({ share }: RuleUse): number | undefined {
  return share !== undefined && Number.isFinite(share) ? share : undefined
}

function gaugeText(rule: RuleUse, { context }: Frame, cells: number): string {
  const piece = gauge(context.look, known(rule), cells)
  return typeof piece === 'string' ? piece : piece[0]
}

/** A value that cannot be held against its limit is not known, whatever it says. */
function figureOf(text: string, rule: RuleUse, context: PanelContext): Piece {
  return known(rule) === undefined ? ['UNKNOWN', 'unknown'] : ruleFigure(text, context)
}

function breach({ lastBreachTs }: RuleUse, nowTs: number, at: (ts: number) => string): Piece {
  if (lastBreachTs === undefined) return [NONE, 'muted']
  const ms = (nowTs - lastBreachTs) / 1_000
  return ms < 60_000 ? `now ${age(ms)}` : at(lastBreachTs)
}

function gateSection({ view, context, fresh }: Frame, width: number, rank: number, want?: number): Section {
  const { look, zone } = context
  const counts = Object.entries(view.decisionCounts).map(([gate, count]) => `${plainText(gate)} ${count}`)
  const columns: readonly PanelColumn<DecisionLine>[] = [
    words('TIME', 8, 0, ({ ts }) => clock(ts, zone)),
    words('BOT', 9, 3, (line) => gateWords(line, context).bot),
    words('INTENT', 24, 1, (line) => gateWords(line, context).intent, true),
    words('RESULT', 10, 0, (line) => gateWords(line, context).result),
    words('RULE', width >= 100 ? 32 : 20, 2, (line) => gateWords(line, context).rule),
    words('ID', 8, 4, (line) => gateWords(line, context).evidence),
  ]
  return {
    rank,
    min: 3,
    want: want ?? view.decisions.length + 2,
    paint: (height) => [
      head(look, width, 'Gate decisions', [...counts, ageNote(fresh)]),
      ...panelTable(
        look,
        { width, height: height - 1 },
        { columns, rows: view.decisions.slice(0, height), empty: 'the gate has not been asked yet' },
      ),
    ],
  }
}

// ---- the other pages -------------------------------------------------------------------------------------------------------

function reasonSection(frame: Frame, width: number, rank: number): Section {
  const { view, rows, state, context } = frame
  const { look, nowTs } = context
  const columns: readonly PanelColumn<SafetyView['reasons'][number]>[] = [
    words('CODE', 18, 0, ({ code }) => plainText(code)),
    words('MODE', 11, 1, ({ mode }) => {
      const isBad = mode === 'HALTED'
      return [`${isBad ? look.glyphs.bad : look.glyphs.warn} ${plainText(mode)}`, isBad ? 'bad' : 'warn']
    }),
    figures('AGE', 5, 2, ({ sinceTs }) => age((nowTs - sinceTs) / 1_000)),
    words('DETAIL', 12, 3, ({ detail }) => masked(plainText(detail), context), true),
  ]
  const at = view.reasons.findIndex(({ code }) => `reason:${code}` === cursorOf(rows, state))
  return {
    rank,
    min: 3,
    want: Math.max(1, view.reasons.length) + 3,
    paint: (height) => [
      head(look, width, `Standing causes ${view.reasons.length}`),
      ...panelTable(
        look,
        { width, height: height - 1 },
        { columns, rows: view.reasons, selected: at < 0 ? undefined : at, empty: 'none stands' },
      ),
    ],
  }
}

function historySection({ view, context }: Frame, width: number, rank: number): Section {
  const { look, nowTs, zone } = context
  const columns: readonly PanelColumn<SafetyView['history'][number]>[] = [
    words('WHEN', 11, 0, ({ ts }) => when(ts, nowTs, zone)),
    words('FROM -> TO', 22, 0, ({ from, to }) => plainText(`${from} -> ${to}`)),
    words('CAUSE', 14, 1, ({ reasonCode }) => plainText(reasonCode), true),
  ]
  return {
    rank,
    min: 3,
    want: Math.max(1, view.history.length) + 3,
    paint: (height) => [
      head(look, width, 'State history'),
      ...panelTable(look, { width, height: height - 1 }, { columns, rows: view.history, empty: 'no change so far' }),
    ],
  }
}

function policySection({ view, context }: Frame, width: number, rank: number): Section {
  const { look } = context
  const lines = view.policy.map((text) => row(look, width, [` ${masked(plainText(text), context)}`]))
  return {
    rank,
    min: 2,
    want: Math.max(1, lines.length) + 1,
    paint: () => [
      head(look, width, 'Policy', ['read only here']),
      ...(lines.length === 0 ? [row(look, width, [[' none sent yet', 'muted']])] : lines),
    ],
  }
}

function countSection({ view, context }: Frame, width: number, rank: number): Section {
  const { look } = context
  const counts = Object.entries(view.decisionCounts).toSorted(([, a], [, b]) => b - a)
  const most = Math.max(1, ...counts.map(([, count]) => count))
  const cells = Math.max(0, width - 25)
  const lines = counts.map(([gate, count]) => {
    const full = Math.round((count / most) * cells)
    const bar = look.glyphs.full.repeat(full) + look.glyphs.empty.repeat(cells - full)
    return row(look, width, [' ', fit(plainText(gate), 15), figure(String(count), 7), ' ', [bar, 'muted']])
  })
  return {
    rank,
    min: 2,
    want: Math.max(1, lines.length) + 2,
    paint: () => [
      head(look, width, 'Gate answers'),
      ...(lines.length === 0 ? [row(look, width, [[' the gate has not been asked yet', 'muted']])] : lines),
    ],
  }
}

function flattenSection({ view, context }: Frame, width: number, rank: number): Section {
  const { look, nowTs } = context
  const columns: readonly PanelColumn<SafetyView['flatten'][number]>[] = [
    words('SCOPE', 18, 0, ({ scope }) => plainText(scope)),
    words('STATE', 8, 0, ({ state }) => plainText(state)),
    figures('AGE', 5, 1, ({ ts }) => age((nowTs - ts) / 1_000)),
    words('DETAIL', 14, 2, ({ detail }) => masked(plainText(detail), context), true),
  ]
  return {
    rank,
    min: 3,
    want: Math.max(1, view.flatten.length) + 2,
    paint: (height) => [
      head(look, width, 'Flatten'),
      ...panelTable(look, { width, height: height - 1 }, { columns, rows: view.flatten, empty: 'none is under way' }),
    ],
  }
}

function differenceSection(frame: Frame, width: number): Section {
  const { rows, state, context, view, fresh } = frame
  const { look, nowTs, zone, ribbon } = context
  const items = rows.flatMap((each) => (each.kind === 'difference' ? [each] : []))
  const columns: readonly PanelColumn<{ readonly item: SafetyView['reconcile'][number] }>[] = [
    words('', 1, 0, ({ item }) => (item.category === 'MATCH' ? [look.glyphs.ok, 'ok'] : [look.glyphs.bad, 'bad'])),
    words('SUBJECT', 28, 0, ({ item }) => plainText(item.subject)),
    words('CATEGORY', 14, 1, ({ item }) => plainText(item.category)),
    words('OURS, VENUE', 24, 2, ({ item }) => masked(plainText(item.fact), context), true),
    words('REASON', 18, 3, ({ item }) => plainText(item.reasonCode)),
    words('SEEN', 11, 4, ({ item }) => when(item.ts, nowTs, zone)),
    words('EVID', 8, 5, ({ item }) => plainText(item.id)),
  ]
  const last = ribbon?.reconciledTs
  const facts = [
    `last ${last === undefined ? NONE : clock(last, zone)}`,
    'r run again',
    viewNames(state, width),
    ageNote(fresh),
  ]
  return {
    rank: 0,
    min: 3,
    want: Math.max(items.length, 1) + 3,
    paint: (height) => [
      head(look, width, 'Kill-switch > recovery', facts),
      ...panelTable(
        look,
        { width, height: height - 1 },
        {
          columns,
          rows: items,
          selected: selectedAt(items, state.selected),
          empty:
            view.reconcile.length > 0
              ? `nothing matches "${plainText(state.filter)}"`
              : ribbon?.integrity === 'PASS'
                ? 'our books and the venues agree'
                : 'no difference is known; the books have not been compared cleanly yet',
        },
      ),
    ],
  }
}
