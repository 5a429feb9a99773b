import type { OrdersView, OrderView } from '../../../src/runtime/link/views.ts'
import { histogram } from '../../charts/histogram.ts'
import { NONE, number } from '../../paint/numbers.ts'
import { type PanelColumn, panelTable } from '../../paint/panel-table.ts'
import { phrase } from '../../paint/phrase.ts'
import { beside, fit, row, stack, widthOf } from '../../paint/row.ts'
import type { PanelContext, PanelState, Size, ViewShelf } from '../../panel.ts'
import { masked } from '../amount.ts'
import { fact, factRow, flow, head, paragraph } from '../fact-row.ts'
import { ageNote, freshness } from '../freshness.ts'
import { figures, inSight, selectedAt, times, widened, words } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { columnWidths, type Section, stacked } from '../sections.ts'
import { milliseconds } from '../side-words.ts'
import {
  chainWords,
  type FillWords,
  fillWords,
  listView,
  ORDER_VIEWS,
  type OrderLists,
  type OrderWords,
  orderLists,
  orderWords,
  type StepWords,
  selection,
  unknownWords,
} from './view-model.ts'

const WIDE_CHAIN = 100
/** Cells of a list that have room for times to the millisecond, and from where fees and slippage take it again. */
const MILLIS_FROM = 116
const FEES_FROM = 130
const TWO_COLUMNS = 200
const COLUMN_ROWS = 24
/** Body rows from which there is more than the list and its one detail. */
const MORE_ROWS = 29

/** What was sent and what came of it, in exactly `size.height` rows of `size.width` cells. */
export function paintOrders(shelf: ViewShelf, state: PanelState, context: PanelContext, size: Size): readonly string[] {
  const lists = orderLists(shelf, state)
  if (state.isZoomed) return listSection(shelf, state, lists, context, size.width).paint(size.height)
  const chosen = selection(shelf, state, lists)
  const chain = chosen === undefined ? undefined : shelf.get(`order/${chosen.orderId}`)
  const facts = { shelf, context, chain, orderId: chosen?.orderId }
  if (size.width < TWO_COLUMNS || size.height < COLUMN_ROWS) {
    const list = listSection(shelf, state, lists, context, size.width)
    const want = Math.max(list.min, Math.min(list.want, Math.floor(size.height * 0.53)))
    const chainSteps = chainSection(facts, size.width, 0)
    const min = Math.min(chainSteps.want, Math.ceil(size.height * 0.47))
    const chainPart = { ...chainSteps, min }
    if (size.height < MORE_ROWS) return stacked(size, [{ ...list, want }, chainPart])
    return stacked(size, [
      { ...list, want, min: Math.min(want, Math.floor(size.height * 0.3)) },
      chainPart,
      adviceSection(facts, size.width, 2),
      unknownSection(facts, size.width, 1),
      latencySection(facts, size.width, 3),
      fillsPerHourSection(facts, size.width, 4),
    ])
  }
  const [left = 0, right = 0] = columnWidths(size.width, [137, 62])
  const list = listSection(shelf, state, lists, context, left)
  const leftSections = [
    { ...list, want: size.height },
    fillsPerHourSection(facts, left, 2),
    latencySection(facts, left, 1),
  ]
  return beside(context.look, size.height, [
    { width: left, rows: stacked({ width: left, height: size.height }, leftSections) },
    {
      width: right,
      rows: stacked({ width: right, height: size.height }, [
        chainSection(facts, right, 0),
        rulesSection(facts, right, 3),
        adviceSection(facts, right, 2),
        unknownSection(facts, right, 1),
      ]),
    },
  ])
}

interface Facts {
  readonly shelf: ViewShelf
  readonly context: PanelContext
  readonly chain: OrderView | undefined
  readonly orderId: string | undefined
}

// ---- the list ------------------------------------------------------------------------------------------------------------

function listSection(
  shelf: ViewShelf,
  state: PanelState,
  lists: OrderLists,
  context: PanelContext,
  width: number,
): Section {
  const { look } = context
  const view = listView(state)
  const fresh = freshness(shelf, 'orders')
  const orders = shelf.get('orders')
  const isFills = view === 'fills'
  const all = isFills ? lists.fills : lists.orders
  const at = selectedAt(all, state.selected)
  const isMarked = ({ rowId }: { readonly rowId: string }) => state.marked.includes(rowId)
  const paint = (height: number): readonly string[] => {
    const filter = state.filter === '' ? '' : `filter ${plainText(state.filter)}`
    const title = head(look, width, 'Orders', [
      `v ${countWords(orders, view, width)}`,
      ageNote(fresh),
      filter,
      state.selected === undefined ? 'follow on' : '',
    ])
    const size = { width, height: Math.max(0, height - 1) }
    const room = Math.max(0, height - 2)
    const empty = emptyWords(orders !== undefined, view, state.filter)
    if (isFills) {
      const seen = inSight(lists.fills, at, room)
      const rows = seen.rows.map((fill) => fillWords(fill, context))
      const columns = widened(fillColumns(width), rows)
      return stack(width, height, [
        title,
        ...panelTable(look, size, { columns, rows, selected: seen.selected, isMarked, empty }),
      ])
    }
    const seen = inSight(lists.orders, at, room)
    const hasMillis = width >= MILLIS_FROM && width < FEES_FROM
    const rows = seen.rows.map((order) => orderWords(order, fresh, context, hasMillis))
    const columns = widened(orderColumns(width), rows)
    return stack(width, height, [
      title,
      ...panelTable(look, size, { columns, rows, selected: seen.selected, isMarked, empty }),
    ])
  }
  return { rank: 0, min: 4, want: 2 + Math.max(1, all.length), paint }
}

/** `working 7 | [today 212] | fills 31`: what there is of each, the one that is shown in brackets. */
function countWords(orders: OrdersView | undefined, view: string, width: number): string {
  const counts = orders?.counts
  const shown = ORDER_VIEWS.filter((each) => each !== 'UNKNOWN' || each === view || (counts?.unknown ?? 0) > 0)
  const words = shown.map((each) => {
    const count = counts?.[each === 'UNKNOWN' ? 'unknown' : each]
    const text = `${each} ${count === undefined ? NONE : number(count, { digits: 0 })}`
    return each === view ? `[${text}]` : text
  })
  const rejects = counts === undefined || width < WIDE_CHAIN ? [] : [`rejects ${number(counts.rejects, { digits: 0 })}`]
  return [...words, ...rejects].join(' | ')
}

function emptyWords(hasView: boolean, view: string, filter: string): string {
  if (!hasView) return 'loading: no word about orders from the engine yet'
  if (filter !== '') return `nothing matches ${plainText(filter)}: Esc clears the filter`
  if (view === 'UNKNOWN') return 'no order is UNKNOWN: those whose fate the venue has not told would be here'
  if (view === 'fills') return 'no fills yet: executions would be here. 1 Bots S starts a bot'
  return 'no orders: those of bots and your own would be here. O opens a ticket'
}

function orderColumns(width: number): readonly PanelColumn<OrderWords>[] {
  const isWide = width >= MILLIS_FROM
  return [
    times(isWide && width < FEES_FROM ? 12 : 8, 2, ({ time }) => time),
    words('BOT', 9, 3, ({ bot }) => bot),
    words('VENUE', 8, 4, ({ venue }) => venue),
    words('INSTRUMENT', 10, 0, ({ instrument }) => instrument),
    words('SIDE', 5, 0, ({ side }) => side),
    words('TYPE', 6, 5, ({ type }) => type),
    figures('PRICE', isWide ? 11 : 10, 1, ({ price }) => price),
    figures('QTY', isWide ? 8 : 7, 0, ({ qty }) => qty),
    figures('FILLED', isWide ? 7 : 6, 2, ({ filled }) => filled),
    figures('AVG', 11, 6, ({ average }) => average),
    figures('FEE', 5, 9, ({ fee }) => fee),
    figures('SLIPbp', 6, 10, ({ slippage }) => slippage),
    words('STAT', 5, 0, ({ state }) => state),
    figures('ACK', 5, 8, ({ answer }) => answer),
    words('ID', 6, 7, ({ id }) => id, true),
  ]
}

function fillColumns(width: number): readonly PanelColumn<FillWords>[] {
  return [
    times(8, 2, ({ time }) => time),
    words('BOT', 9, 4, ({ bot }) => bot),
    words('INSTRUMENT', 10, 0, ({ instrument }) => instrument),
    words('SIDE', 5, 0, ({ side }) => side),
    figures('PRICE', 11, 1, ({ price }) => price),
    figures('QTY', 7, 0, ({ qty }) => qty),
    figures('FEE', 5, 3, ({ fee }) => fee),
    words('LIQ', 5, 6, ({ liquidity }) => liquidity),
    figures('SLIPbp', 6, 8, ({ slippage }) => slippage),
    figures('REALISED', 8, 5, ({ realised }) => realised),
    words('ORDER', 8, 7, ({ order }) => order),
    words('ID', 8, 9, ({ id }) => id, width >= WIDE_CHAIN),
  ]
}

// ---- the evidence --------------------------------------------------------------------------------------------------------

function chainSection({ chain, orderId, context }: Facts, width: number, rank: number): Section {
  const { look } = context
  const title = orderId === undefined ? 'Evidence chain' : `Evidence chain  ${plainText(orderId)}`
  if (chain === undefined || chain.chain.length === 0) {
    const text =
      orderId === undefined
        ? ' select an order to see what it came from'
        : chain === undefined
          ? ' loading'
          : ' nothing is recorded about it'
    const paint = (height: number) =>
      stack(width, height, [head(look, width, title), row(look, width, [[text, 'muted']])])
    return { rank, min: 2, want: 2, paint }
  }
  const steps = chainWords(chain, context)
  const isTable = width >= WIDE_CHAIN
  const isTall = width >= 56 && width < 70
  const want = 1 + (isTable ? 1 : 0) + steps.length * (isTall ? 2 : 1)
  const paint = (height: number): readonly string[] => {
    const facts = [isTable ? 'Enter open step' : 'Enter step', 'y copy', isTable ? 'ye evidence id' : 'o open']
    const rows = [head(look, width, title, facts)]
    if (isTable) return stack(width, height, [...rows, ...chainTable(steps, context, { width, height: height - 1 })])
    if (isTall && height >= want)
      return stack(width, height, [...rows, ...steps.flatMap((step) => stepRows(step, context, width))])
    return stack(width, height, [...rows, ...fitting(steps, height - 1).map((step) => stepRow(step, context, width))])
  }
  return { rank, min: Math.min(want, 5), want, paint }
}

/** Where not every step fits, market and audit are the first to go, then what never happened. */
function fitting(steps: readonly StepWords[], room: number): readonly StepWords[] {
  const kept = [...steps]
  const textOfStep = ({ step }: StepWords) => (typeof step === 'string' ? step : step[0])
  const canGo: readonly ((step: StepWords) => boolean)[] = [
    (step) => textOfStep(step) === 'market',
    (step) => textOfStep(step) === 'audit',
    ({ sign }) => sign[0] === '-',
  ]
  for (const isSpare of canGo)
    while (kept.length > room) {
      const at = kept.findLastIndex(isSpare)
      if (at < 0) break
      kept.splice(at, 1)
    }
  return kept
}

function stepRow({ sign, step, id, fact: text }: StepWords, { look }: PanelContext, width: number): string {
  const [name, tone] = typeof step === 'string' ? ([step, 'plain'] as const) : step
  const place = fit(phrase(id, 7), 7)
  return row(look, width, [
    ' ',
    sign,
    ' ',
    [fit(name, 9), tone],
    ' ',
    [place, 'muted'],
    ' ',
    phrase(text, Math.max(0, width - 21)),
  ])
}

/** Two rows a step, for a column at the side: what and when, then the fact. */
function stepRows(
  { sign, step, id, time, delta, fact: text }: StepWords,
  { look }: PanelContext,
  width: number,
): readonly string[] {
  const [name, tone] = typeof step === 'string' ? ([step, 'plain'] as const) : step
  const moment = time === NONE ? '' : delta === '' ? time : `${delta}ms`
  return [
    row(look, width, [
      ' ',
      sign,
      ' ',
      [fit(name, 7), tone],
      ' ',
      [fit(phrase(id, 12), 12), 'muted'],
      ' ',
      [moment, 'muted'],
    ]),
    row(look, width, ['     ', phrase(text, width - 5)]),
  ]
}

function chainTable(steps: readonly StepWords[], { look }: PanelContext, size: Size): readonly string[] {
  const columns = [
    words<StepWords>('', 1, 0, ({ sign }) => sign),
    words<StepWords>('STEP', 7, 0, ({ step }) => step),
    words<StepWords>('ID', 9, 1, ({ id }) => (id === '' ? [NONE, 'muted'] : id)),
    words<StepWords>('TIME', 12, 2, ({ time }) => time),
    figures<StepWords>('dT', 6, 3, ({ delta }) => delta),
    words<StepWords>('FACT', 20, 0, ({ fact: text }) => text, true),
  ]
  return panelTable(look, size, {
    columns: widened(columns, steps),
    rows: steps,
    empty: 'nothing is recorded about it',
  })
}

/** The gate's rules one by one. */
function rulesSection({ chain, context }: Facts, width: number, rank: number): Section {
  const { look } = context
  const { glyphs } = look
  const rules = chain?.rules ?? []
  const rows = rules.map(({ rule, verdict, fact: text }, at) => {
    const isPassed = verdict === 'ALLOW'
    const label = ` ${String(at + 1).padStart(2)} `
    const name = isPassed ? plainText(rule) : `${plainText(rule)} ${plainText(verdict)}`
    const room = Math.max(0, width - widthOf(label) - 3)
    return row(look, width, [
      [label, 'muted'],
      isPassed ? [glyphs.ok, 'ok'] : [glyphs.bad, 'bad'],
      ' ',
      phrase(`${name}  ${masked(plainText(text), context)}`.trimEnd(), room),
    ])
  })
  if (rows.length === 0) rows.push(row(look, width, [[' the gate was not asked', 'muted']]))
  const paint = (height: number) =>
    stack(width, height, [head(look, width, 'Gate rules', [`${rules.length} asked`]), ...rows])
  return { rank, min: 2, want: 2 + rows.length, paint }
}

function adviceSection({ chain, context }: Facts, width: number, rank: number): Section {
  const { look } = context
  const texts = (chain?.advice ?? []).map((text) => masked(plainText(text), context))
  const rows = texts.flatMap((text) => paragraph(look, width, text))
  if (rows.length === 0) rows.push(row(look, width, [[' nothing needs to be done about it', 'muted']]))
  const paint = (height: number) => stack(width, height, [head(look, width, 'What to do'), ...rows])
  return { rank, min: 1 + Math.min(rows.length, 3), want: 2 + rows.length, paint }
}

/** Orders whose fate is not known; no room is taken when there are none. */
function unknownSection({ shelf, context }: Facts, width: number, rank: number): Section {
  const { look } = context
  const orders = Object.values(shelf.get('orders')?.rows ?? {}).filter(({ state }) => state === 'UNKNOWN')
  if (orders.length === 0) return { rank, min: 0, want: 0, paint: () => [] }
  const rows = orders.flatMap((order) => {
    const { what, meaning } = unknownWords(order, context)
    return [...paragraph(look, width, what), ...paragraph(look, width, meaning)]
  })
  const paint = (height: number) =>
    stack(width, height, [head(look, width, `UNKNOWN ${orders.length}`, ['settled in 4 recovery']), ...rows])
  return { rank, min: 1 + Math.min(rows.length, 4), want: 2 + rows.length, paint }
}

// ---- how it went today ---------------------------------------------------------------------------------------------------

function latencySection({ shelf, context }: Facts, width: number, rank: number): Section {
  const { look } = context
  const measured = shelf.get('orders')?.latency ?? []
  const facts = measured.map(({ name, p50Ms, p95Ms }) => [
    `${plainText(name)} ${[
      p50Ms === undefined ? '' : `p50 ${milliseconds(p50Ms)}`,
      p95Ms === undefined ? 'p95 --' : `p95 ${milliseconds(p95Ms)}`,
    ]
      .filter((text) => text !== '')
      .join(' ')}`,
  ])
  const rows =
    facts.length === 0 ? [row(look, width, [[' nothing has been sent today', 'muted']])] : flow(look, width, facts)
  const paint = (height: number) => stack(width, height, [head(look, width, 'Latency today'), ...rows])
  return { rank, min: 2, want: 2 + rows.length, paint }
}

function fillsPerHourSection({ shelf, context }: Facts, width: number, rank: number): Section {
  const { look } = context
  const orders = shelf.get('orders')
  const hours = orders?.fillsPerHour ?? []
  const most = number(Math.max(0, ...hours.filter(Number.isFinite)), { digits: 0 })
  const paint = (height: number): readonly string[] => {
    const title = head(look, width, 'Fills per hour', [
      `${number(orders?.counts.fills, { digits: 0 })} today`,
      orders?.makerPct === undefined ? '' : `maker ${Math.round(orders.makerPct)}%`,
    ])
    const margin = widthOf(most) + 2
    const rows = Math.max(1, height - 2)
    const bars = histogram(look, { width: width - margin, height: rows }, hours)
    const label = (at: number) => (at === 0 ? most : at === rows - 1 ? '0' : '')
    return [
      title,
      ...bars.map((bar, at) => look.paint('muted', ` ${fit(label(at), margin - 1, 'right')}`) + bar),
      factRow(look, width, ' ', [fact(0, ['24h ago to now', 'muted'])]),
    ]
  }
  return { rank, min: 5, want: 7, paint: (height) => stack(width, height, paint(height)) }
}
