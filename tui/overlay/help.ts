import { KEYS, type KeyFacts, type KeyGroup, type KeyRow, keyName } from '../input/key-table.ts'
import { fit, type Piece, row, rule, stack } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'
import type { Panel, PanelAction, Size } from '../panel.ts'

export interface HelpFacts {
  readonly panel: Pick<Panel, 'title' | 'choices' | 'views' | 'sorts'>
  readonly actions: readonly PanelAction[]
  readonly keys: KeyFacts
  readonly search: string
  readonly isSearching: boolean
  readonly scroll: number
}

interface Line {
  readonly keys: string
  readonly text: string
}

const GROUPS: readonly (readonly [KeyGroup, string])[] = [
  ['move', 'MOVE'],
  ['look', 'LOOK'],
  ['always', 'ALWAYS'],
]

function lineOf(key: KeyRow, facts: KeyFacts): Line {
  const reason = key.disabled?.(facts)
  const names = key.command === 'panel' ? '1..9 0' : key.keys.map(keyName).join(' ')
  return { keys: names, text: reason === undefined ? key.label : `${key.label} (now: ${reason})` }
}

const CEREMONY: readonly Line[] = [
  { keys: 'stop', text: 'two keys and a reason' },
  { keys: 'T2', text: 'reason, then Enter on Confirm; default is Cancel' },
  { keys: 'T1', text: 'reason and typed CONFIRM, 60s' },
  { keys: 'T0', text: 'reason and typed phrase, 60s' },
]

function groups(facts: HelpFacts): readonly (readonly [title: string, lines: readonly Line[]])[] {
  const table = GROUPS.map(([group, title]) => {
    const rows = KEYS.filter((key) => key.group === group && key.contexts.includes('global'))
    return [title, rows.map((key) => lineOf(key, facts.keys))] as const
  })
  const own = [
    ...facts.panel.choices.map(({ key, backKey, name, options }) => ({
      keys: backKey === undefined ? key : `${key} ${backKey}`,
      text: `${name}: ${options.length > 8 ? `${options[0]} .. ${options.at(-1)}` : options.join(' ')}`,
    })),
    ...facts.actions.map(({ key, label, tier, disabled }) => ({
      keys: key,
      text: `${label}${tier === 'look' ? '' : `  ${tier}`}${disabled === undefined ? '' : ` (now: ${disabled})`}`,
    })),
  ]
  return [[`${facts.panel.title.toUpperCase()} (UPPER CASE ASKS FIRST)`, own], ...table, ['CEREMONY', CEREMONY]]
}

/** Every key that works here, from the one table and the panel, in as many columns as there is room for. */
export function paintHelp(look: ScreenLook, size: Size, facts: HelpFacts): readonly string[] {
  const { width, height } = size
  const wanted = facts.search.toLowerCase()
  const count = width >= 200 ? 4 : width >= 120 ? 3 : 2
  const columnWidth = Math.floor((width - 2) / count)
  const pieces = groups(facts).flatMap(([title, lines]): readonly Piece[] => {
    const found = lines.filter(({ keys, text }) => `${keys} ${text}`.toLowerCase().includes(wanted))
    if (found.length === 0) return []
    return [
      [title, 'strong'],
      ...found.map(({ keys, text }): Piece => `${fit(keys, 14)} ${fit(text, columnWidth - 16)}`),
      '',
    ]
  })
  const room = height - 3
  const deep = Math.max(room, Math.ceil(pieces.length / count))
  const scroll = Math.max(0, Math.min(facts.scroll, deep - room))
  const body = Array.from({ length: room }, (_, at) => {
    const cells = Array.from({ length: count }, (_, column): readonly Piece[] => {
      const piece = pieces[column * deep + at + scroll] ?? ''
      return typeof piece === 'string' ? [fit(piece, columnWidth)] : [[fit(piece[0], columnWidth), piece[1]]]
    })
    return row(look, width, [' ', ...cells.flat()])
  })
  const search =
    facts.search === '' && !facts.isSearching ? '/ search' : `/ ${facts.search}${facts.isSearching ? '_' : ''}`
  const { ok, warn, bad, unknown, stale, up, down, selected } = look.glyphs
  const signs = ` ${ok} ok  ${warn} warn  ${bad} bad  ${unknown} unknown  ${stale} old  ${up} up buy  ${down} down sell  ${selected} selected`
  return stack(width, height, [
    rule(look, width, `Help  ${facts.panel.title}`, `${search}   same table as profinaut keys`),
    ...body,
    row(look, width, [signs]),
  ])
}
