import { bareLook, boxed, boxWidth } from '../frame/cells.ts'
import { shownField, type TextField } from '../input/text-field.ts'
import { fit, row } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'
import type { Size } from '../panel.ts'
import { commandLineOf, type Match } from './palette.ts'

/** The palette over the panel: the line, what it may mean, and what the picked one is elsewhere. */
export function paintPalette(
  look: ScreenLook,
  size: Size,
  under: readonly string[],
  facts: {
    readonly field: TextField
    readonly found: readonly Match[]
    readonly total: number
    readonly at: number
    readonly recent: readonly string[]
  },
): readonly string[] {
  const inner = boxWidth(size.width) - 2
  const { found, at } = facts
  const picked = found[at]
  const room = Math.max(3, Math.min(12, size.height - 12))
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), found.length - room))
  const list = found.slice(first, first + room).map(({ entry, argument }, place) => {
    const isPicked = first + place === at
    const name = `${entry.words}${argument === '' ? (entry.takes === undefined ? '' : ` <${entry.takes}>`) : ` ${argument}`}`
    const text = entry.disabled === undefined ? entry.text : `refused: ${entry.disabled}`
    const line = `${fit(name, 26)}${fit(text, Math.max(0, inner - 44))} ${fit(entry.tier === 'look' ? '--' : entry.tier, 5)}${fit(entry.key, 6)}`
    return row(look, inner, [
      ' ',
      isPicked ? [look.glyphs.selected, 'strong'] : ' ',
      ' ',
      [line, entry.disabled !== undefined ? 'muted' : isPicked ? 'strong' : 'plain'],
    ])
  })
  const same = picked === undefined ? '' : `same as  ${commandLineOf(facts.field.text, picked)}`
  const recent = facts.recent
    .slice(-3)
    .toReversed()
    .map((text) => `:${text}`)
    .join('    ')
  return boxed(look, size, under, {
    title: 'Command',
    facts: `${found.length} of ${facts.total}   Tab complete   Enter run   Esc close`,
    rows: [
      row(look, inner, [' : ', [shownField(facts.field), 'strong']]),
      row(look, inner, []),
      ...(list.length === 0 ? [row(look, inner, ['   nothing means this; Esc closes, ? shows keys'])] : list),
      row(look, inner, []),
      row(look, inner, [` ${same}`]),
      row(look, inner, [' grammar  verb object [args] [/filter] [@venue]     Up/Down history']),
      ...(recent === '' ? [] : [row(look, inner, [[` recent   ${recent}`, 'muted']])]),
      row(bareLook(look), inner, []),
    ],
  })
}
