import { shownField } from '../input/text-field.ts'
import { age, countdown } from '../paint/numbers.ts'
import { fit, type Piece, row, rule, stack } from '../paint/row.ts'
import type { ScreenLook } from '../paint/tone.ts'
import type { PanelAction, Size } from '../panel.ts'
import { type Ceremony, REASONS } from './ceremony.ts'
import { CHALLENGE_MS } from './challenge.ts'
import type { Form } from './form.ts'

const MEANS: Readonly<Record<Ceremony['tier'], string>> = {
  stop: 'a stop: reason, Enter',
  T2: 'T2: reason, then Enter on Confirm',
  T1: 'T1: reason, typed word, 60s',
  T0: 'T0: reason, typed phrase, 60s',
}

/** A dangerous act: what it will do, what changes, reason, phrase, last key, and what came of it. */
export function paintCeremony(
  look: ScreenLook,
  { width, height }: Size,
  ceremony: Ceremony,
  nowMs: number,
): readonly string[] {
  const { tier, focus, phrase, changes, answer, sentMs } = ceremony
  const left = Math.max(0, CHALLENGE_MS - (nowMs - ceremony.openedMs))
  const mark = (isHere: boolean): Piece => (isHere && sentMs === undefined ? [look.glyphs.selected, 'strong'] : ' ')
  const presets = [...REASONS, '..'].map((text, at) => `${at + 1} ${text}`).join(' ')
  const reason =
    focus === 'text' ? shownField(ceremony.reason) : ceremony.reason.text === '' ? '--' : ceremony.reason.text
  const button = (name: string, isPicked: boolean): Piece => [`[ ${name} ]`, isPicked ? 'selected' : 'plain']
  const result: Piece =
    answer === undefined
      ? [
          sentMs === undefined
            ? ''
            : `sent ${age(nowMs - sentMs)} ago, waiting for the engine  (id ${ceremony.id.slice(-8)})`,
          'plain',
        ]
      : [`${answer.isDone ? look.glyphs.ok : look.glyphs.bad} ${answer.text}`, answer.isDone ? 'ok' : 'bad']
  return stack(width, height, [
    rule(look, width, ceremony.title, sentMs === undefined ? `${MEANS[tier]}   expires in ${countdown(left)}` : 'sent'),
    row(look, width, []),
    row(look, width, [' does    ', [ceremony.effect, 'strong']]),
    ...changes.map(({ name, before, after }) =>
      row(look, width, [
        `         ${fit(name, 18)} ${before === '' ? '--' : before} -> `,
        [after === '' ? '--' : after, 'strong'],
      ]),
    ),
    row(look, width, []),
    row(look, width, [mark(focus === 'reason' || focus === 'text'), 'reason  ', presets]),
    row(look, width, ['         ', [reason, 'strong']]),
    ...(phrase === undefined
      ? []
      : [
          row(look, width, [
            mark(focus === 'phrase'),
            'type    ',
            [phrase, 'strong'],
            '    > ',
            [focus === 'phrase' ? shownField(ceremony.typed) : ceremony.typed.text, 'strong'],
          ]),
        ]),
    ...(tier === 'T2'
      ? [
          row(look, width, [
            mark(focus === 'button'),
            '        ',
            button('Cancel', !ceremony.isConfirmPicked),
            '  ',
            button('Confirm', ceremony.isConfirmPicked),
          ]),
        ]
      : []),
    row(look, width, []),
    row(look, width, [' ', result]),
    ...(ceremony.note === undefined ? [] : [row(look, width, [' ', [ceremony.note, 'warn']])]),
    ...(answer === undefined ? [] : [row(look, width, [' Esc or Enter closes'])]),
  ])
}

/** A form that fills a command in. */
export function paintForm(look: ScreenLook, { width, height }: Size, form: Form): readonly string[] {
  const rows = form.fields.map(({ name, was, field }, at) => {
    const isHere = at === form.at
    const isChanged = field.text !== was
    return row(look, width, [
      isHere ? [look.glyphs.selected, 'strong'] : ' ',
      ` ${fit(name, 18)} `,
      [isHere ? shownField(field) : field.text === '' ? '--' : field.text, isHere ? 'strong' : 'plain'],
      isChanged && was !== '' ? [`   was ${was}`, 'muted'] : '',
    ])
  })
  return stack(width, height, [
    rule(look, width, form.name === 'ticket' ? 'Order ticket' : 'Parameters', 'nothing is sent from this page'),
    row(look, width, []),
    ...rows,
    row(look, width, []),
    row(
      look,
      width,
      form.error === undefined ? [' Enter checks it and asks for a reason'] : [' ', [form.error, 'bad']],
    ),
  ])
}

/** All actions of a row; those that cannot act now stay, dimmed, with their reason. */
export function paintActions(
  look: ScreenLook,
  { width, height }: Size,
  title: string,
  actions: readonly PanelAction[],
  at: number,
): readonly string[] {
  const rows = actions.map(({ key, label, tier, disabled }, place) => {
    const isHere = place === at
    const text = `${fit(key, 6)} ${fit(label, 26)} ${fit(tier === 'look' ? '--' : tier, 5)} ${disabled === undefined ? '' : `refused: ${disabled}`}`
    return row(look, width, [
      isHere ? [look.glyphs.selected, 'strong'] : ' ',
      ' ',
      [text, disabled === undefined ? (isHere ? 'strong' : 'plain') : 'muted'],
    ])
  })
  const body = rows.length === 0 ? [row(look, width, [' nothing can be done to this row'])] : rows
  return stack(width, height, [rule(look, width, `Actions  ${title}`, 'Enter run   Esc close'), ...body])
}
