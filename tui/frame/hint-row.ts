import { KEYS, type KeyContext, type KeyFacts, type KeyRow } from '../input/key-table.ts'
import type { ScreenLook } from '../paint/tone.ts'
import type { Panel, PanelAction } from '../panel.ts'
import { type Fact, factRow } from './facts.ts'

/** Hints of the key table in some contexts; the tail ones stand after a panel's own. */
function tableHints(
  contexts: readonly KeyContext[],
  isTail: boolean,
  isWide: boolean,
  facts: KeyFacts,
): readonly Fact[] {
  const isHere = (row: KeyRow) => row.contexts.some((context) => contexts.includes(context))
  return KEYS.filter((row) => isHere(row) && (row.isTail ?? false) === isTail).flatMap((row) => {
    if (row.hint === undefined || row.disabled?.(facts) !== undefined) return []
    return [{ pieces: [row.hint[isWide ? 1 : 0]], rank: row.rank ?? 0 }]
  })
}

function panelHints(panel: Pick<Panel, 'choices'>, actions: readonly PanelAction[], isWide: boolean): readonly Fact[] {
  const turns = panel.choices.map(({ key, backKey, name }, at): Fact => {
    return { pieces: [`${backKey === undefined ? key : `${key}/${backKey}`} ${name}`], rank: 10 + at }
  })
  const acts = actions.map(({ key, label, disabled, tier }, at): Fact => {
    // On few cells changes stand close together, as one group.
    const isClose = !isWide && tier !== 'look' && at > 0
    const text = `${key} ${label}`
    return { pieces: [disabled === undefined ? text : [text, 'muted']], rank: 12 + at, ...(isClose && { gap: ' ' }) }
  })
  return [...turns, ...acts]
}

/** Row H-1: keys that work here now, the least important dropped first. */
export function hintRow(
  look: ScreenLook,
  width: number,
  hints: {
    readonly contexts: readonly KeyContext[]
    readonly facts: KeyFacts
    readonly panel?: Pick<Panel, 'choices'> | undefined
    readonly actions?: readonly PanelAction[]
  },
): string {
  const isWide = width >= 100
  const of = (isTail: boolean) => tableHints(hints.contexts, isTail, isWide, hints.facts)
  const own = hints.panel === undefined ? [] : panelHints(hints.panel, hints.actions ?? [], isWide)
  return factRow(look, width, { left: [...of(false), ...own, ...of(true)] })
}
