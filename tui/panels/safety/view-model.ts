import type { DecisionLine, RibbonView, RuleUse, SafetyView } from '../../../src/runtime/link/views.ts'
import { age, NONE } from '../../paint/numbers.ts'
import type { Piece } from '../../paint/row.ts'
import type { ScreenLook, Tone } from '../../paint/tone.ts'
import type { PanelContext, PanelState, ViewShelf } from '../../panel.ts'
import { MASK, masked } from '../amount.ts'
import { type Freshness, freshness } from '../freshness.ts'
import { plainText } from '../plain-text.ts'
import { byFigure, byText, rowFilter } from '../row-filter.ts'

export const SAFETY_VIEWS = ['level', 'safety', 'rules', 'interlocks', 'recovery'] as const
export type SafetyPage = (typeof SAFETY_VIEWS)[number]
export const SAFETY_SORTS = ['use desc', 'name'] as const

export type Mode = SafetyView['mode']
export type KillLevel = RibbonView['killLevel']
export type Kill = SafetyView['kills'][number]
export type Difference = SafetyView['reconcile'][number]

/** The ladder, mildest first, and the sign of each step. */
export const MODES: readonly Mode[] = ['NORMAL', 'DEGRADED', 'SAFE_MODE', 'HALTED']
const MODE_TONES: Readonly<Record<Mode, Tone>> = { NORMAL: 'ok', DEGRADED: 'warn', SAFE_MODE: 'warn', HALTED: 'bad' }

/** One step milder, as a kill is lowered. */
const MILDER = { HALT: 'FLATTEN', FLATTEN: 'CLOSE_ONLY', CLOSE_ONLY: 'NONE' } as const

export function pageOf(state: PanelState): SafetyPage {
  return SAFETY_VIEWS[state.view % SAFETY_VIEWS.length] ?? 'level'
}

/** A row that the cursor can stand on. */
export type SafetyRow =
  | { readonly kind: 'kill'; readonly id: string; readonly kill: Kill }
  | { readonly kind: 'rule'; readonly id: string; readonly rule: RuleUse }
  | { readonly kind: 'reason'; readonly id: string; readonly reason: SafetyView['reasons'][number] }
  | { readonly kind: 'difference'; readonly id: string; readonly item: Difference }

/** Rows of the present page, filtered and sorted. */
export function safetyRows(shelf: ViewShelf, state: PanelState): readonly SafetyRow[] {
  const view = shelf.get('safety')
  if (view === undefined) return []
  const isWanted = rowFilter(state.filter)
  const kills = standingKills(view)
    .filter((kill) => isWanted({ text: `${kill.scope} ${kill.level} ${kill.reason}`, venueId: venueOf(kill.scope) }))
    .map((kill) => ({ kind: 'kill', id: `kill:${kill.scope}`, kill }) as const)
  const rules = () =>
    sortedRules(view, state)
      .filter((rule) => isWanted({ text: `${rule.rule} ${rule.scope} ${rule.onBreach}`, venueId: venueOf(rule.scope) }))
      .map((rule) => ({ kind: 'rule', id: `rule:${rule.rule}/${rule.scope}`, rule }) as const)
  const reasons = () =>
    view.reasons
      .filter((reason) => isWanted({ text: `${reason.code} ${reason.mode} ${reason.detail}`, venueId: '' }))
      .map((reason) => ({ kind: 'reason', id: `reason:${reason.code}`, reason }) as const)
  switch (pageOf(state)) {
    case 'level':
      return [...kills, ...rules()]
    case 'safety':
    case 'interlocks':
      return [...kills, ...reasons()]
    case 'rules':
      return rules()
    case 'recovery':
      return view.reconcile
        .filter((item) => isWanted({ text: `${item.subject} ${item.category} ${item.reasonCode}`, venueId: '' }))
        .map((item) => ({ kind: 'difference', id: `difference:${item.id}`, item }) as const)
  }
}

export function selectedRow(shelf: ViewShelf, state: PanelState): SafetyRow | undefined {
  const rows = safetyRows(shelf, state)
  return rows.find(({ id }) => id === state.selected) ?? rows[0]
}

/** Kills that stand, the strictest first. */
export function standingKills(view: SafetyView): readonly Kill[] {
  const severity = (level: KillLevel) => (level in MILDER ? Object.keys(MILDER).indexOf(level) : 3)
  return view.kills
    .filter(({ level }) => level !== 'NONE')
    .toSorted((a, b) => severity(a.level) - severity(b.level) || byText(a.scope, b.scope))
}

export function milder(level: KillLevel): 'FLATTEN' | 'CLOSE_ONLY' | 'NONE' | undefined {
  return level === 'NONE' ? undefined : MILDER[level]
}

function venueOf(scope: string): string {
  return scope.startsWith('venue:') ? scope.slice('venue:'.length) : ''
}

/** Unknown ones first, then by use, or by name. */
function sortedRules({ rules }: SafetyView, state: PanelState): readonly RuleUse[] {
  const byName = (a: RuleUse, b: RuleUse) => byText(a.rule, b.rule) || byText(a.scope, b.scope)
  if (SAFETY_SORTS[state.sort % SAFETY_SORTS.length] === 'name') return rules.toSorted(byName)
  const isKnown = ({ share }: RuleUse) => (share === undefined || !Number.isFinite(share) ? 0 : 1)
  return rules.toSorted((a, b) => isKnown(a) - isKnown(b) || byFigure(a.share, b.share) || byName(a, b))
}

/** The sign and tone of a share of a limit: below 80 % well, from 100 % on broken, not known never well. */
export function useWord(share: number | undefined, { glyphs }: ScreenLook): { sign: string; tone: Tone } {
  if (share === undefined || !Number.isFinite(share)) return { sign: glyphs.unknown, tone: 'unknown' }
  if (share >= 1) return { sign: glyphs.bad, tone: 'bad' }
  return share >= 0.8 ? { sign: glyphs.warn, tone: 'warn' } : { sign: glyphs.ok, tone: 'ok' }
}

/** A limit or what is held against it. An amount is masked; a share, a duration or a rate is not one. */
export function ruleFigure(text: string, context: PanelContext): string {
  if (text === '') return NONE
  const isAmount = /\d/.test(text) && !/(%|\d(us|ms|s|m|h|d)|\/(s|min|h)|bps)$/.test(text)
  return context.isMasked && isAmount ? MASK : plainText(text)
}

/** What is left of a limit: money, and for a loss the percent behind it. Each part is masked as a figure of its kind. */
export function leftFigure(text: string | undefined, context: PanelContext): string {
  return (text ?? '')
    .split(' ')
    .map((part) => ruleFigure(part, context))
    .join(' ')
}

/** `[DEGRADED !]` among the other modes. A mode that was learned long ago is never well. */
export function ladder(view: SafetyView, fresh: Freshness, look: ScreenLook, arrow: string): readonly Piece[] {
  const signs: Readonly<Record<Mode, string>> = {
    NORMAL: look.glyphs.ok,
    DEGRADED: look.glyphs.warn,
    SAFE_MODE: look.glyphs.warn,
    HALTED: look.glyphs.bad,
  }
  return MODES.flatMap((mode, at): Piece[] => {
    const before: Piece[] = at === 0 ? [] : [[arrow, 'muted']]
    if (mode !== view.mode) return [...before, [mode, 'muted']]
    if (fresh.isStale) return [...before, [`[${look.glyphs.stale}${mode} ${age(fresh.ageMs)}]`, 'stale']]
    return [...before, [`[${mode} ${signs[mode]}]`, MODE_TONES[mode]]]
  })
}

/** What the mode lets through. */
export function effectOf(mode: Mode): string {
  switch (mode) {
    case 'NORMAL':
      return 'orders pass the gate within their limits'
    case 'DEGRADED':
      return 'OPEN throttled at the cause, REDUCE and CANCEL pass'
    case 'SAFE_MODE':
      return 'OPEN refused, REDUCE and CANCEL pass'
    case 'HALTED':
      return 'only CANCEL passes; positions stay'
  }
}

/** What brings the next better mode. */
export function wayBack(mode: Mode): string {
  switch (mode) {
    case 'NORMAL':
      return 'nothing to release'
    case 'DEGRADED':
      return 'automatic once every cause is gone and has stayed away'
    case 'SAFE_MODE':
      return 'R to NORMAL, by hand, when every check is met'
    case 'HALTED':
      return 'R to SAFE_MODE, by hand, when every check is met; then R again'
  }
}

const GATE_TONES: ReadonlyMap<string, Tone> = new Map([
  ['ALLOW', 'ok'],
  ['BLOCK', 'bad'],
  ['HALT', 'bad'],
  ['FLATTEN', 'bad'],
])

/** What the gate said, in words that fit a column. */
export interface GateWords {
  readonly bot: string
  readonly intent: string
  readonly result: Piece
  readonly rule: string
  readonly evidence: string
}

export function gateWords(line: DecisionLine, context: PanelContext): GateWords {
  const { ok, bad, warn } = context.look.glyphs
  const gate = line.gate ?? NONE
  const tone = line.gate === undefined ? 'muted' : (GATE_TONES.get(gate) ?? 'warn')
  const sign = tone === 'ok' ? ok : tone === 'bad' ? bad : tone === 'warn' ? warn : ''
  return {
    bot: plainText(line.botId),
    intent: masked(plainText(line.text), context),
    result: [`${sign === '' ? '' : `${sign} `}${plainText(gate)}`, tone],
    rule: masked(plainText(line.gateText ?? NONE), context),
    evidence: plainText(line.evidence),
  }
}

export function safetyFreshness(shelf: ViewShelf): Freshness {
  return freshness(shelf, 'safety')
}
