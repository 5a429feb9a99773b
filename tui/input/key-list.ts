import { UTC } from '../paint/clock-text.ts'
import { screenLook } from '../paint/tone.ts'
import { FRESH_STATE, type Panel, type PanelAction, type PanelContext, type ViewShelf } from '../panel.ts'
import { KEYS, type KeyContext, keyName } from './key-table.ts'

/** One key on paper. */
export interface KeyLine {
  readonly key: string
  /** Where it is heard: `any panel`, `palette`, `Bots`. */
  readonly where: string
  readonly description: string
}

const PLACES: Readonly<Record<KeyContext, string>> = {
  global: 'any panel',
  tour: 'tour',
  filter: 'filter',
  palette: 'palette',
  help: 'help',
  exit: 'exit dialog',
  leave: 'leave dialog',
  confirm: 'confirmation',
  form: 'form',
  actions: 'row actions',
  info: 'information',
  kill: 'kill screen',
  'kill-armed': 'kill screen, armed',
  'kill-running': 'kill screen, running',
  fault: 'failed panel',
  small: 'small terminal',
}

/** What a change asks for before it is sent. */
const CEREMONY: Readonly<Record<Exclude<PanelAction['tier'], 'look'>, string>> = {
  stop: 'two keys and a reason',
  T2: 'a reason and Enter on Confirm',
  T1: 'a reason and CONFIRM, typed',
  T0: 'a reason and a phrase, typed',
}

function optionsOf(options: readonly string[]): string {
  return options.length > 8 ? `${options[0]} .. ${options.at(-1)}` : options.join(', ')
}

const NOTHING: ViewShelf = { get: () => undefined, ageMs: () => undefined }
const NOWHERE: PanelContext = {
  look: screenLook({ palette: 'mono', level: 0, glyphs: 'ascii' }),
  zone: UTC,
  nowTs: 0,
  instruments: {},
  ribbon: undefined,
  isMasked: false,
}

/** Every key of the screen, once for every place that hears it: the table's, then each panel's own. */
export function keyList(panels: readonly Panel[]): readonly KeyLine[] {
  const table = KEYS.map(({ keys, contexts, label }) => ({
    key: keys.map(keyName).join(', '),
    where: contexts.map((context) => PLACES[context]).join(', '),
    description: label,
  }))
  const own = panels.flatMap((panel) => [
    ...panel.choices.map(({ key, backKey, name, options }) => ({
      key: backKey === undefined ? key : `${key}, ${backKey}`,
      where: panel.title,
      description: `${name}: ${optionsOf(options)}`,
    })),
    ...panel.actions(NOTHING, FRESH_STATE, NOWHERE).map(({ key, label, tier }) => ({
      key,
      where: panel.title,
      description: tier === 'look' ? label : `${label}; asks for ${CEREMONY[tier]}`,
    })),
  ])
  return [...table, ...own]
}
