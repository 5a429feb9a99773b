import type { Panel, PanelAction } from '../panel.ts'

/** Where a key is heard. `global` is a panel with nothing above it. */
export type KeyContext =
  | 'global'
  | 'tour'
  | 'filter'
  | 'palette'
  | 'help'
  | 'exit'
  | 'leave'
  | 'confirm'
  | 'form'
  | 'actions'
  | 'info'
  | 'kill'
  | 'kill-armed'
  | 'kill-running'
  | 'fault'
  | 'small'

export type KeyGroup = 'move' | 'look' | 'change' | 'always' | 'here'

/** What the table may look at to say why a key does nothing now. */
export interface KeyFacts {
  readonly hasHistory: boolean
  readonly hasAlert: boolean
  readonly hasFilter: boolean
}

export interface KeyRow {
  readonly command: string
  /** As the decoder names them; two strokes are parted by a blank: `g g`. */
  readonly keys: readonly string[]
  readonly contexts: readonly KeyContext[]
  /** What it asks before it acts: `look` nothing. */
  readonly tier: PanelAction['tier']
  /** The highest is dropped first from the hint row; 0 never goes. Undefined: never a hint. */
  readonly rank?: number
  /** `[narrow, wide]` on the hint row. */
  readonly hint?: readonly [narrow: string, wide: string]
  readonly label: string
  readonly group: KeyGroup
  /** Heard after a panel's own keys on the hint row. */
  readonly isTail?: true
  readonly disabled?: (facts: KeyFacts) => string | undefined
}

const PANEL: readonly KeyContext[] = ['global']

function look(
  command: string,
  keys: readonly string[],
  group: KeyGroup,
  label: string,
  more: Partial<Pick<KeyRow, 'rank' | 'hint' | 'isTail' | 'disabled' | 'contexts' | 'tier'>> = {},
): KeyRow {
  return { command, keys, group, label, contexts: PANEL, tier: 'look', ...more }
}
function here(
  command: string,
  keys: readonly string[],
  contexts: readonly KeyContext[],
  label: string,
  hint?: string,
  rank = 1,
): KeyRow {
  return {
    command,
    keys,
    contexts,
    tier: 'look',
    group: 'here',
    label,
    ...(hint !== undefined && { hint: [hint, hint], rank }),
  }
}

const OVERLAYS: readonly KeyContext[] = ['palette', 'help', 'actions', 'info']

/** Every key of the screen: what is dispatched, hinted, explained and listed comes from here and from the panels. */
export const KEYS: readonly KeyRow[] = [
  look('down', ['j', 'down'], 'move', 'next row', { rank: 4, hint: ['j/k', 'j/k move'] }),
  look('up', ['k', 'up'], 'move', 'row before'),
  look('left', ['h', 'left'], 'move', 'pane to the left'),
  look('right', ['l', 'right'], 'move', 'pane to the right'),
  look('first', ['g g', 'home'], 'move', 'first row'),
  look('last', ['G', 'end'], 'move', 'last row'),
  look('half-down', ['ctrl+d'], 'move', 'half a page down'),
  look('half-up', ['ctrl+u'], 'move', 'half a page up'),
  look('page-down', ['pagedown'], 'move', 'page down'),
  look('page-up', ['pageup'], 'move', 'page up'),
  look('next-pane', ['tab'], 'move', 'next pane'),
  look('previous-pane', ['shift+tab'], 'move', 'pane before'),
  look('open', ['enter'], 'look', 'open the row', { rank: 3, hint: ['Enter', 'Enter open'] }),
  look('back', ['esc'], 'look', 'back, close, clear the filter'),
  look('filter', ['/'], 'look', 'filter rows: text, !not, ~fuzzy, @venue', { rank: 5, hint: ['/ filter', '/ filter'] }),
  look('filter-next', ['n'], 'look', 'next match', {
    rank: 48,
    hint: ['n/N next', 'n/N next'],
  }),
  look('filter-previous', ['N'], 'look', 'match before'),
  look('mark', ['space'], 'look', 'mark the row', { rank: 47, hint: ['Space mark', 'Space mark'] }),
  look('sort', ['s'], 'look', 'sort by the next column', { rank: 46, hint: ['s sort', 's sort'] }),
  look('actions', ['.'], 'look', 'actions of the row, with reasons', { rank: 6, hint: ['. more', '. actions'] }),
  look('explain', ['e'], 'look', 'explain the row, its evidence', { rank: 41, hint: ['e evidence', 'e evidence'] }),
  look('copy-text', ['y y'], 'look', 'copy the row as text', { rank: 42, hint: ['y copy', 'y copy'] }),
  look('copy-id', ['y i'], 'look', 'copy its id'),
  look('copy-json', ['y j'], 'look', 'copy it as JSON'),
  look('copy-evidence', ['y e'], 'look', 'copy the evidence id'),
  look('last-view', ['-'], 'move', 'last panel', {
    rank: 45,
    hint: ['- last', '- last'],
    disabled: ({ hasHistory }) => (hasHistory ? undefined : 'no panel before this one'),
  }),
  look('history-back', ['['], 'move', 'back in history'),
  look('history-forward', [']'], 'move', 'forward in history'),
  look('zoom', ['z', '+'], 'look', 'zoom the pane', { rank: 43, hint: ['z zoom', 'z zoom'] }),
  look('freeze', ['f'], 'look', 'freeze the picture', { rank: 44, hint: ['f freeze', 'f freeze'] }),
  look('wide', ['w'], 'look', 'wide columns'),
  look('view', ['v'], 'look', 'next view of the panel'),
  look('resync', ['r'], 'look', 'ask for everything again'),
  look('linked', ['o'], 'look', 'open what is linked'),
  look('go-bot', ['g b'], 'move', 'its bot'),
  look('go-market', ['g m'], 'move', 'its market'),
  look('go-orders', ['g o'], 'move', 'its orders'),
  look('go-evidence', ['g e'], 'move', 'its evidence'),
  look('go-audit', ['g a'], 'move', 'its audit'),
  look('mask', ['m'], 'look', 'mask amounts'),
  look('ask', [';'], 'look', 'ask a question', { disabled: () => 'this release has no Ask' }),
  look('log', ['`'], 'look', 'log of the engine'),
  look('settings', [','], 'look', 'settings as they are'),
  look('quit', ['q'], 'always', 'back; at the top it says how to exit'),
  look('alert', ['!'], 'always', 'acknowledge the oldest alert', {
    disabled: ({ hasAlert }) => (hasAlert ? undefined : 'no alert is open'),
  }),
  look('repaint', ['ctrl+l'], 'always', 'repaint'),
  look('suspend', ['ctrl+z'], 'always', 'refused: it would stop the engine'),
  look('panel', ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'], 'move', 'panel; again: its next view'),
  here('tip', ['t'], ['tour'], 'next tip', 't next tip', 2),
  here('tour-off', ['T'], ['tour'], 'no more tips', 'T tour off', 2),
  look('palette', [':', 'ctrl+p'], 'always', 'command', { rank: 0, hint: [': cmd', ': command'], isTail: true }),
  here('retry', ['r'], ['fault'], 'draw the panel again', 'r reload panel'),
  here('copy-report', ['y'], ['fault'], 'copy the report', 'y copy report'),
  // Overlays. What a field takes as text is no row here.
  here('search', ['/'], ['help'], 'search keys', '/ search keys'),
  here('scroll', ['j', 'k', 'up', 'down'], ['help', 'info'], 'scroll', 'j/k scroll', 2),
  here('complete', ['tab'], ['palette'], 'complete', 'Type to search  Tab complete', 2),
  here('pick', ['up', 'down'], ['palette'], 'pick, history', 'Up/Down pick', 3),
  here('run', ['enter'], ['palette', 'actions'], 'run', 'Enter run'),
  here('pick', ['j', 'k', 'up', 'down'], ['actions'], 'pick', 'j/k pick', 2),
  here('done', ['enter'], ['filter'], 'keep the filter', 'Type to filter  Enter keep'),
  here('close', ['esc'], OVERLAYS, 'close', 'Esc close'),
  here('close', ['esc'], ['filter'], 'clear the filter', 'Esc clear'),
  here('choose', ['1', '2', '3', '4', 'up', 'down', 'j', 'k'], ['exit'], 'choose', '1 2 3 4 choose'),
  here('confirm', ['enter'], ['exit'], 'confirm the choice', 'Enter confirm choice'),
  here('stay', ['esc'], ['exit', 'leave'], 'stay', 'Esc stay'),
  here('leave', ['enter'], ['leave'], 'leave the screen; the engine stays', 'Enter leave'),
  here('reason', ['1', '2', '3', '4', '5', '6'], ['confirm'], 'reason', '1-6 reason', 2),
  here('field', ['tab', 'shift+tab'], ['confirm', 'form'], 'next field', 'Tab field', 3),
  here('confirm', ['enter'], ['confirm', 'form'], 'go on', 'Enter go on'),
  here('cancel', ['esc'], ['confirm', 'form'], 'cancel: nothing is sent', 'Esc cancel'),
  // The kill screen.
  here('level', ['c', 'f', 'h'], ['kill'], 'CLOSE_ONLY, FLATTEN, HALT', 'c f h stage'),
  here('scope', ['g'], ['kill'], 'scope', 'g scope', 2),
  here('reason', ['1', '2', '3', '4', '5', '6'], ['kill'], 'reason', '1-6 reason'),
  here('review', ['t'], ['kill'], 'review time'),
  here('field', ['tab'], ['kill', 'kill-armed'], 'reason or phrase', 'Tab field', 3),
  here('execute', ['enter'], ['kill-armed'], 'execute', 'Enter execute'),
  here('disarm', ['esc'], ['kill', 'kill-armed'], 'disarm: nothing is sent', 'Esc disarm'),
  here('escalate', ['h'], ['kill-running'], 'escalate to HALT', 'h escalate to HALT'),
  here('copy-report', ['y'], ['kill-running'], 'copy the report', 'y copy report', 2),
  here('return', ['esc'], ['kill-running'], 'return after the result', 'Esc return'),
  // Everywhere.
  look('help', ['?'], 'always', 'help', {
    rank: 0,
    hint: ['? help', '? help'],
    isTail: true,
    contexts: ['global', 'exit', 'leave', 'fault', 'small'],
  }),
  look('exit', ['ctrl+c'], 'always', 'exit screen; three in 3 s: safe exit', {
    rank: 30,
    hint: ['Ctrl+C exit', 'Ctrl+C exit'],
    isTail: true,
  }),
  look('kill', ['K', 'ctrl+k'], 'always', 'kill screen, from anywhere', {
    tier: 'stop',
    rank: 0,
    hint: ['K KILL', 'K KILL'],
    isTail: true,
    contexts: ['global', 'exit', 'leave', 'fault', 'small'],
  }),
  look('kill', ['ctrl+k'], 'always', 'kill screen, from a text field too', {
    tier: 'stop',
    rank: 0,
    hint: ['Ctrl+K KILL', 'Ctrl+K KILL'],
    isTail: true,
    contexts: ['palette', 'help', 'actions', 'info', 'filter', 'confirm', 'form'],
  }),
]

/** Keys that nothing may take: they stop, leave and explain. */
export const RESERVED: readonly string[] = ['K', 'ctrl+k', 'ctrl+c', 'esc', '?']

/** Upper-case letters that only look, by the habit of every pager and editor. */
export const UPPER_LOOKS: readonly string[] = ['G', 'N', 'T']

const BY_KEY = new Map(
  KEYS.flatMap((row) => row.contexts.flatMap((context) => row.keys.map((key) => [`${context} ${key}`, row] as const))),
)

/** The row of a key in a context. Two strokes are asked for as `g g`. */
export function keyRow(context: KeyContext, key: string): KeyRow | undefined {
  return BY_KEY.get(`${context} ${key}`)
}

/** What may follow a prefix key: shown when the second stroke is late. */
export function followers(
  context: KeyContext,
  prefix: string,
): readonly { readonly key: string; readonly label: string }[] {
  return KEYS.filter(({ contexts }) => contexts.includes(context)).flatMap(({ keys, label }) =>
    keys.filter((key) => key.startsWith(`${prefix} `)).map((key) => ({ key: key.slice(2), label })),
  )
}

/** A key as it is printed: `Ctrl+K`, `Enter`, `g g`. */
export function keyName(key: string): string {
  if (key.length === 1) return key
  return key
    .split(' ')
    .map((stroke) =>
      stroke
        .split('+')
        .map((part) =>
          stroke.length > 1 && (part.length > 1 || stroke.startsWith('ctrl+'))
            ? part[0]?.toUpperCase() + part.slice(1)
            : part,
        )
        .join('+'),
    )
    .join(' ')
}

/**
 * What is wrong with a panel's own keys: a reserved one, a change on a lower-case letter, two meanings for one key.
 * Actions are given as they are at some moment.
 */
export function keyProblems(panel: Pick<Panel, 'id' | 'choices'>, actions: readonly PanelAction[]): readonly string[] {
  const turns = panel.choices.flatMap(({ key, backKey }) => (backKey === undefined ? [key] : [key, backKey]))
  const all = [...turns, ...new Set(actions.map(({ key }) => key))]
  return [
    ...all.filter((key) => RESERVED.includes(key)).map((key) => `${panel.id}: '${key}' is reserved on every panel`),
    ...all.filter((key, at) => all.indexOf(key) !== at).map((key) => `${panel.id}: '${key}' means two things`),
    ...actions
      .filter(({ key, tier }) => tier !== 'look' && !/^[A-Z]$/.test(key))
      .map(({ key, label }) => `${panel.id}: '${key}' ${label} changes something and must be upper case`),
  ]
}
