import type { SystemView } from '../../../src/runtime/link/views.ts'
import { when } from '../../paint/clock-text.ts'
import { type PanelColumn, panelTable } from '../../paint/panel-table.ts'
import { beside, fit, gauge, type Piece, row, stack, widthOf } from '../../paint/row.ts'
import type { PanelContext, PanelState, Size, ViewShelf } from '../../panel.ts'
import { fact, factRow, flow, head } from '../fact-row.ts'
import { ageNote, type Freshness, freshness } from '../freshness.ts'
import { figures, inSight, selectedAt, times, widened, words } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { columnWidths, type Section, stacked } from '../sections.ts'
import {
  type AlertWords,
  alertRows,
  alertWords,
  type CheckWords,
  checkRows,
  checkWords,
  configRows,
  type InputWords,
  inputRows,
  inputWords,
  latencyWords,
  levelWord,
  listView,
  logRows,
  type QueueWords,
  queueRows,
  queueWords,
  SYSTEM_VIEWS,
  type SystemListView,
  type SystemRow,
  settingWord,
} from './view-model.ts'

const TWO_COLUMNS = 120
const THREE_COLUMNS = 200
const COLUMN_ROWS = 24
/** Body rows from which there is more than the list, its alerts and what it has to carry. */
const MORE_ROWS = 29

interface Scene {
  readonly view: SystemView | undefined
  readonly state: PanelState
  readonly context: PanelContext
  readonly age: Freshness
}

/** How well the machine is, in exactly `size.height` rows of `size.width` cells. */
export function paintSystem(shelf: ViewShelf, state: PanelState, context: PanelContext, size: Size): readonly string[] {
  const scene: Scene = { view: shelf.get('system'), state, context, age: freshness(shelf, 'system') }
  const chosen = listView(state)
  const main = (width: number): Section => ({ ...SECTIONS[chosen](scene, width, true), rank: 0, want: size.height })
  if (state.isZoomed || scene.view === undefined) return main(size.width).paint(size.height)
  if (size.width < TWO_COLUMNS || size.height < COLUMN_ROWS) return paintNarrow(scene, chosen, size)
  const widths = columnWidths(size.width, size.width < THREE_COLUMNS ? [60, 59] : [66, 66, 66])
  const columns = (size.width < THREE_COLUMNS ? PAIR : TRIPLE).map((names, at) => ({
    width: widths[at] ?? 0,
    // The list with the cursor stands at the top of the left column, whichever view it is.
    rows: stacked({ width: widths[at] ?? 0, height: size.height }, [
      ...(at === 0 ? [ranked(SECTIONS[chosen](scene, widths[0] ?? 0, true), 0)] : []),
      ...names
        .filter((name) => name !== chosen)
        .map((name, rank) => ranked(SECTIONS[name](scene, widths[at] ?? 0, false), rank + 1)),
    ]),
  }))
  return beside(context.look, size.height, columns)
}

type SectionName = SystemListView | 'latency' | 'storage'

const PAIR: readonly (readonly SectionName[])[] = [
  ['health', 'alerts', 'logs', 'config'],
  ['inputs', 'queues', 'latency', 'storage'],
]
const TRIPLE: readonly (readonly SectionName[])[] = [
  ['health', 'storage'],
  ['inputs', 'queues', 'latency'],
  ['alerts', 'logs', 'config'],
]

function ranked(section: Section, rank: number): Section {
  return { ...section, rank }
}

/** The list, its alerts, and queues and latencies in a few lines; another view than health fills the panel. */
function paintNarrow(scene: Scene, chosen: SystemListView, size: Size): readonly string[] {
  const main = SECTIONS[chosen](scene, size.width, true)
  if (chosen !== 'health') return main.paint(size.height)
  const three = [
    { ...main, rank: 0 },
    ranked(SECTIONS.alerts(scene, size.width, false), 1),
    ranked(loadSection(scene, size.width), 2),
  ]
  if (size.height < MORE_ROWS) return stacked(size, three)
  return stacked(size, [
    ...three,
    ranked(SECTIONS.config(scene, size.width, false), 4),
    ranked(SECTIONS.logs(scene, size.width, false), 3),
  ])
}

const SECTIONS: Readonly<Record<SectionName, (scene: Scene, width: number, isMain: boolean) => Section>> = {
  health: healthSection,
  inputs: inputsSection,
  queues: queuesSection,
  alerts: alertsSection,
  logs: logsSection,
  config: configSection,
  latency: latencySection,
  storage: storageSection,
}

// ---- lists ---------------------------------------------------------------------------------------------------------------

interface List<Of, Words> {
  readonly title: string
  readonly facts: readonly string[]
  readonly rows: readonly SystemRow<Of>[]
  readonly words: (of: Of) => Words
  readonly columns: readonly PanelColumn<Words>[]
  readonly empty: string
  readonly min: number
}

/** A list in a section; with the cursor and the names of the views when it is the main one. */
function listSection<Of, Words>(scene: Scene, width: number, isMain: boolean, list: List<Of, Words>): Section {
  const { look } = scene.context
  const { view, state, age } = scene
  const at = isMain ? selectedAt(list.rows, state.selected) : undefined
  const views = SYSTEM_VIEWS.map((name) => (name === listView(state) ? `[${name}]` : name)).join('|')
  const filter = state.filter === '' ? '' : `filter ${plainText(state.filter)}`
  const facts = isMain ? [ageNote(age), filter, `v ${views}`, ...list.facts] : list.facts
  const empty =
    view === undefined
      ? 'loading: no word about the machine from the engine yet'
      : isMain && state.filter !== ''
        ? `nothing matches ${plainText(state.filter)}: Esc clears the filter`
        : list.empty
  const paint = (height: number): readonly string[] => {
    const seen = inSight(list.rows, at, height - 2)
    const shown = seen.rows.map(({ of }) => list.words(of))
    const table = panelTable(
      look,
      { width, height: Math.max(0, height - 1) },
      { columns: widened(list.columns, shown), rows: shown, selected: seen.selected, empty },
    )
    return stack(width, height, [head(look, width, list.title, facts), ...table])
  }
  return { rank: 1, min: list.min, want: 3 + Math.max(1, list.rows.length), paint }
}

/** Lists beside the main one are not filtered: the filter belongs to the cursor. */
function filterOf(state: PanelState, isMain: boolean): PanelState {
  return isMain ? state : { ...state, filter: '' }
}

function healthSection(scene: Scene, width: number, isMain: boolean): Section {
  const { view, state, context, age } = scene
  const rows = checkRows(view, filterOf(state, isMain))
  return listSection(scene, width, isMain, {
    title: `Health ${rows.length}`,
    facts: ['worst first'],
    rows,
    words: (check) => checkWords(check, age.isStale, context),
    columns: [
      words<CheckWords>('', 1, 0, ({ sign }) => sign),
      words<CheckWords>('CHECK', 15, 0, ({ name }) => name),
      words<CheckWords>('STATUS', 9, 0, ({ status }) => status),
      words<CheckWords>('FACT', 12, 1, ({ fact: text }) => text, true),
    ],
    empty: 'no check has reported: the engine makes them once it runs',
    min: 5,
  })
}

function alertsSection(scene: Scene, width: number, isMain: boolean): Section {
  const { view, state, context } = scene
  const rows = alertRows(view, filterOf(state, isMain))
  const count = (wanted: string) => rows.filter(({ of }) => of.state === wanted).length
  return listSection(scene, width, isMain, {
    title: `Alerts ${count('OPEN') + count('ACKED')}`,
    facts: [`open ${count('OPEN')}`, `acked ${count('ACKED')}`, 'A ack'],
    rows,
    words: (alert) => alertWords(alert, context.nowTs),
    columns: [
      figures<AlertWords>('AGE', 4, 2, ({ age }) => age),
      words<AlertWords>('P', 2, 0, ({ severity }) => severity),
      words<AlertWords>('ALERT', 16, 0, ({ text }) => text, true),
      words<AlertWords>('STATE', 5, 1, ({ state }) => state),
      words<AlertWords>('FIRST COMMAND', width < 76 ? 14 : 18, 3, ({ command }) => command),
    ],
    empty: 'no alerts: nothing needs you',
    min: 2 + Math.max(1, Math.min(2, rows.length)),
  })
}

function inputsSection(scene: Scene, width: number, isMain: boolean): Section {
  const { view, state, context, age } = scene
  return listSection(scene, width, isMain, {
    title: 'Inputs',
    facts: isMain ? [] : ['age / limit'],
    rows: inputRows(view, filterOf(state, isMain)),
    words: (input) => inputWords(input, age.isStale ? age.ageMs : 0, context.look),
    columns: gaugeColumns<InputWords>('INPUT', 'AGE / LIMIT', context, width),
    empty: 'no input has a limit yet',
    min: 3,
  })
}

function queuesSection(scene: Scene, width: number, isMain: boolean): Section {
  const { view, state, context } = scene
  return listSection(scene, width, isMain, {
    title: 'Queues',
    facts: [],
    rows: queueRows(view, filterOf(state, isMain)),
    words: (queue) => queueWords(queue, context.look),
    columns: gaugeColumns<QueueWords>('QUEUE', 'DEPTH', context, width),
    empty: 'no queue is measured yet',
    min: 3,
  })
}

interface Gauged {
  readonly name: string
  readonly fact: string
  readonly share: number | undefined
  readonly sign: Piece
}

function gaugeColumns<Row extends Gauged>(
  name: string,
  title: string,
  { look }: PanelContext,
  width: number,
): readonly PanelColumn<Row>[] {
  const cells = width < 64 ? 16 : 24
  return [
    words<Row>(name, 15, 0, (each) => each.name),
    figures<Row>(title, 11, 0, (each) => each.fact),
    words<Row>('USED', cells, 1, ({ share }) => gauge(look, share, cells)),
    words<Row>('', 1, 0, ({ sign }) => sign, true),
  ]
}

function logsSection(scene: Scene, width: number, isMain: boolean): Section {
  const { view, state, context } = scene
  const { zone, nowTs } = context
  interface Line {
    readonly time: string
    readonly level: Piece
    readonly text: string
  }
  return listSection<SystemView['logs'][number], Line>(scene, width, isMain, {
    title: 'Log tail',
    facts: ['` drawer'],
    rows: logRows(view, filterOf(state, isMain)),
    words: ({ ts, level, text }) => ({ time: when(ts, nowTs, zone), level: levelWord(level), text: plainText(text) }),
    columns: [
      times(8, 1, ({ time }) => time),
      words('LEVEL', 5, 0, ({ level }) => level),
      words('TEXT', 20, 0, ({ text }) => text, true),
    ],
    empty: 'nothing has been logged yet',
    min: 4,
  })
}

function configSection(scene: Scene, width: number, isMain: boolean): Section {
  const { view, state, context } = scene
  const { look } = context
  if (!isMain) {
    const facts = (view?.config ?? []).map(({ name, value }) => [`${plainText(name)} `, settingWord(value)])
    return flowSection(look, width, 'Config', facts)
  }
  return listSection<SystemView['config'][number], { readonly name: string; readonly value: Piece }>(
    scene,
    width,
    isMain,
    {
      title: 'Config',
      facts: [],
      rows: configRows(view, state),
      words: ({ name, value }) => ({ name: plainText(name), value: settingWord(value) }),
      columns: [words('SETTING', 18, 0, ({ name }) => name), words('VALUE', 16, 0, ({ value }) => value, true)],
      empty: 'no setting has been told yet',
      min: 3,
    },
  )
}

// ---- a few lines ---------------------------------------------------------------------------------------------------------

function flowSection(
  look: PanelContext['look'],
  width: number,
  title: string,
  facts: readonly (readonly Piece[])[],
): Section {
  const rows =
    facts.length === 0 ? [row(look, width, [[' nothing is told about it', 'muted']])] : flow(look, width, facts)
  const paint = (height: number) => stack(width, height, [head(look, width, title), ...rows])
  return { rank: 1, min: 2, want: 2 + rows.length, paint }
}

function storageSection({ view, context }: Scene, width: number): Section {
  const facts = (view?.storage ?? []).map(({ name, value }) => [`${plainText(name)} `, settingWord(value)])
  return flowSection(context.look, width, 'Storage', facts)
}

function latencySection({ view, age, context }: Scene, width: number): Section {
  const { look } = context
  const measured = (view?.latency ?? []).map((each) => latencyWords(each, age.isStale, look))
  const name = Math.max(0, ...measured.map((each) => Math.min(20, widthOf(each.name))))
  const rows = measured.map((each) =>
    factRow(look, width, ` ${fit(each.name, name)} `, [fact(0, each.sign), fact(0, each.fact)]),
  )
  if (rows.length === 0) rows.push(row(look, width, [[' nothing is measured yet', 'muted']]))
  const paint = (height: number) => stack(width, height, [head(look, width, 'Latency', ['p95 / target']), ...rows])
  return { rank: 1, min: 2, want: 2 + rows.length, paint }
}

/** Queues and latencies in two or three lines, where there is no room for lists of them. */
function loadSection({ view, age, context }: Scene, width: number): Section {
  const { look } = context
  const queues = (view?.queues ?? []).map((queue): readonly Piece[] => {
    const { name, fact: text, share, sign } = queueWords(queue, look)
    const worse: readonly Piece[] = sign === '' ? [] : [' ', sign]
    return [`${name} `, gauge(look, share, 8), ` ${text.replaceAll(' ', '')}`, ...worse]
  })
  const latencies = (view?.latency ?? []).map((each): readonly Piece[] => {
    const { name, fact: text, sign } = latencyWords(each, age.isStale, look)
    return [`${name} ${text} `, sign]
  })
  const rows = [...flow(look, width, queues), ...flow(look, width, latencies)]
  if (rows.length === 0) rows.push(row(look, width, [[' nothing is measured yet', 'muted']]))
  const paint = (height: number) => stack(width, height, [head(look, width, 'Queues and latency'), ...rows])
  return { rank: 1, min: 1 + Math.min(rows.length, 4), want: 1 + rows.length, paint }
}
