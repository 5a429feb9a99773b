import type { ChainStep, FillRow, OrderRow, OrderView } from '../../../src/runtime/link/views.ts'
import { clock, millis, when } from '../../paint/clock-text.ts'
import { age, NONE, number } from '../../paint/numbers.ts'
import type { Piece } from '../../paint/row.ts'
import type { ScreenLook } from '../../paint/tone.ts'
import type { PanelContext, PanelState, ViewShelf } from '../../panel.ts'
import { amount, gain, masked, quantity } from '../amount.ts'
import { aged, type Freshness } from '../freshness.ts'
import { selectedAt } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { byFigure, byText, filteredRows, sortedRows } from '../row-filter.ts'
import { rowOf } from '../row-of.ts'
import { milliseconds, priceWord, sideWord } from '../side-words.ts'

export const ORDER_VIEWS = ['working', 'today', 'fills', 'UNKNOWN'] as const
export type OrderListView = (typeof ORDER_VIEWS)[number]

export function listView({ view }: PanelState): OrderListView {
  return ORDER_VIEWS[view % ORDER_VIEWS.length] ?? 'working'
}

export const ORDER_SORTS = ['newest', 'bot', 'instrument', 'state'] as const

/** Four cells for each state. What is asked for and not answered yet carries a `?`. */
const STATE_WORDS: Readonly<Record<string, string>> = {
  DRAFT: 'DRFT',
  VALIDATED: 'VALD',
  ENQUEUED: 'ENQD',
  SENT: 'SENT',
  OPEN: 'OPEN',
  PARTIAL: 'PART',
  CANCEL_REQUESTED: 'CXL?',
  AMEND_REQUESTED: 'AMD?',
  UNKNOWN: 'UNKN',
  FILLED: 'FILL',
  CANCELED: 'CANC',
  EXPIRED: 'EXPD',
  REJECTED: 'REJ',
  BLOCKED: 'BLKD',
}

/** The state's word; one that this screen does not know is said to be unknown, never taken for something else. */
export function orderStateWord(state: string, isFrozen = false): Piece {
  if (isFrozen) return ['FROZ', 'bad']
  const word = rowOf(STATE_WORDS, state)
  if (word === undefined || state === 'UNKNOWN') return ['UNKN', 'unknown']
  if (state === 'REJECTED') return [word, 'bad']
  if (state === 'BLOCKED') return [word, 'warn']
  return state === 'CANCELED' || state === 'EXPIRED' ? [word, 'muted'] : word
}

const COMPARE: Readonly<Record<(typeof ORDER_SORTS)[number], (a: OrderRow, b: OrderRow) => number>> = {
  newest: (a, b) => byFigure(a.ts, b.ts),
  bot: (a, b) => byText(a.botId, b.botId) || byFigure(a.ts, b.ts),
  instrument: (a, b) => byText(a.instrumentId, b.instrumentId) || byFigure(a.ts, b.ts),
  state: (a, b) => byText(a.state, b.state) || byFigure(a.ts, b.ts),
}

function trouble({ state, isFrozen }: OrderRow): 0 | 1 | 2 {
  return isFrozen === true || state === 'UNKNOWN' || rowOf(STATE_WORDS, state) === undefined
    ? 0
    : state === 'REJECTED'
      ? 1
      : 2
}

/** Orders of the view that the filter lets through, in their order; UNKNOWN and rejected first while the mode is not NORMAL. */
function orderRows(shelf: ViewShelf, state: PanelState): readonly OrderRow[] {
  const view = listView(state)
  const listed = Object.values(shelf.get('orders')?.rows ?? {}).filter(
    (order) =>
      view === 'today' || (view === 'working' && order.isWorking) || (view === 'UNKNOWN' && trouble(order) === 0),
  )
  const found = filteredRows(listed, state.filter, (order) => ({
    text: `${order.id} ${order.botId} ${order.instrumentId} ${order.side} ${order.type} ${order.state} ${order.endCode ?? ''} ${order.reasonCode}`,
    venueId: order.venueId,
  }))
  return sortedRows(found, {
    compare: COMPARE[ORDER_SORTS[state.sort % ORDER_SORTS.length] ?? 'newest'],
    trouble,
    isTroubleFirst: shelf.get('ribbon')?.safetyMode !== 'NORMAL',
  })
}

/** Fills that the filter lets through, newest first. */
function fillRows(shelf: ViewShelf, state: PanelState): readonly FillRow[] {
  const view = shelf.get('orders')
  const found = filteredRows(view?.fills ?? [], state.filter, (fill) => ({
    text: `${fill.id} ${fill.orderId} ${fill.botId} ${fill.instrumentId} ${fill.side} ${fill.liquidity}`,
    venueId: rowOf(view?.rows, fill.orderId)?.venueId ?? '',
  }))
  return sortedRows(found, { compare: (a, b) => byFigure(a.ts, b.ts), trouble: () => 2, isTroubleFirst: false })
}

/** The rows of the view that is shown; the other list is empty. */
export interface OrderLists {
  readonly orders: readonly OrderRow[]
  readonly fills: readonly FillRow[]
}

export function orderLists(shelf: ViewShelf, state: PanelState): OrderLists {
  return listView(state) === 'fills'
    ? { orders: [], fills: fillRows(shelf, state) }
    : { orders: orderRows(shelf, state), fills: [] }
}

/** What the cursor stands on: an order, or the order that a fill belongs to. */
export interface Selection {
  readonly orderId: string
  readonly order: OrderRow | undefined
  readonly fill: FillRow | undefined
}

export function selection(
  shelf: ViewShelf,
  { selected }: PanelState,
  { orders, fills }: OrderLists,
): Selection | undefined {
  const fill = fills[selectedAt(fills, selected) ?? -1]
  if (fill !== undefined) return { orderId: fill.orderId, order: rowOf(shelf.get('orders')?.rows, fill.orderId), fill }
  const order = orders[selectedAt(orders, selected) ?? -1]
  return order === undefined ? undefined : { orderId: order.id, order, fill: undefined }
}

/** An order's row in words. */
export interface OrderWords {
  readonly rowId: string
  readonly id: string
  readonly time: Piece
  readonly bot: string
  readonly venue: string
  readonly instrument: string
  readonly side: Piece
  readonly type: string
  readonly price: Piece
  readonly qty: Piece
  readonly filled: Piece
  readonly average: Piece
  readonly fee: Piece
  readonly slippage: Piece
  readonly state: Piece
  readonly answer: Piece
}

/** @param hasMillis shows times of today to the millisecond */
export function orderWords(
  order: OrderRow,
  { isStale }: Freshness,
  context: PanelContext,
  hasMillis: boolean,
): OrderWords {
  const { look, nowTs, zone } = context
  const old = (piece: Piece) => aged(piece, isStale)
  const isUnknown = trouble(order) === 0
  const short = when(order.ts, nowTs, zone)
  const isToday = short === clock(order.ts, zone)
  return {
    rowId: order.id,
    id: plainText(order.id),
    time: hasMillis && isToday ? millis(order.ts, zone) : short,
    bot: plainText(order.botId),
    venue: plainText(order.venueId),
    instrument: plainText(order.instrumentId),
    side: sideWord(order.side, look),
    type: typeWord(order),
    price: orderPrice(order, context),
    qty: old(quantity(order.qty, order.instrumentId, context)),
    filled: isUnknown ? [look.glyphs.unknown, 'unknown'] : old(quantity(order.filled, order.instrumentId, context)),
    average: old(priceWord(order.average, order.instrumentId, context)),
    fee: order.fee === undefined ? [NONE, 'muted'] : old(amount(-order.fee, context)),
    slippage:
      order.slippageBps === undefined
        ? [NONE, 'muted']
        : number(order.slippageBps, { digits: 1, isSigned: true }).trim(),
    state: stateWord(order, isStale, look),
    answer: answerWord(order),
  }
}

/** What may have changed since the picture was taken says so. */
function stateWord(order: OrderRow, isStale: boolean, look: ScreenLook): Piece {
  const piece = orderStateWord(order.state, order.isFrozen)
  if (!isStale || !order.isWorking || order.state === 'UNKNOWN') return piece
  return [`${look.glyphs.stale}${typeof piece === 'string' ? piece : piece[0]}`, 'stale']
}

function answerWord(order: OrderRow): Piece {
  if (order.answerMs !== undefined) return milliseconds(order.answerMs)
  return order.state === 'UNKNOWN' ? ['t/o', 'unknown'] : [NONE, 'muted']
}

function typeWord({ type, timeInForce }: OrderRow): string {
  switch (type) {
    case 'MARKET':
      return 'market'
    case 'LIMIT':
      return timeInForce === 'POST_ONLY' ? 'post' : timeInForce === 'GTC' ? 'limit' : timeInForce.toLowerCase()
    case 'STOP':
      return 'stop'
    case 'STOP_LIMIT':
      return 'stplmt'
    case 'TRAILING_STOP':
      return 'trail'
    default:
      return plainText(type.toLowerCase())
  }
}

/** Its limit, its trigger where it has no limit, `mkt` where it has neither. */
export function orderPrice(order: OrderRow, context: PanelContext): Piece {
  const ticks = order.limit ?? order.stop
  return ticks === undefined ? 'mkt' : priceWord(ticks, order.instrumentId, context)
}

/** A fill's row in words. */
export interface FillWords {
  readonly rowId: string
  readonly id: string
  readonly time: Piece
  readonly bot: string
  readonly instrument: string
  readonly side: Piece
  readonly price: Piece
  readonly qty: Piece
  readonly fee: Piece
  readonly liquidity: string
  readonly slippage: Piece
  readonly realised: Piece
  readonly order: string
}

export function fillWords(fill: FillRow, context: PanelContext): FillWords {
  return {
    rowId: fill.id,
    id: plainText(fill.id),
    time: when(fill.ts, context.nowTs, context.zone),
    bot: plainText(fill.botId),
    instrument: plainText(fill.instrumentId),
    side: sideWord(fill.side, context.look),
    price: priceWord(fill.price, fill.instrumentId, context),
    qty: quantity(fill.qty, fill.instrumentId, context),
    fee: amount(-fill.fee, context),
    liquidity: fill.liquidity,
    slippage:
      fill.slippageBps === undefined ? [NONE, 'muted'] : number(fill.slippageBps, { digits: 1, isSigned: true }).trim(),
    realised: gain(fill.realised, context),
    order: plainText(fill.orderId),
  }
}

/** A step of the chain in words. */
export interface StepWords {
  readonly sign: Piece
  readonly step: Piece
  readonly id: string
  readonly time: string
  /** Milliseconds after the step before it, signed. */
  readonly delta: string
  readonly fact: string
}

const SIGNS = { OK: 'ok', BAD: 'bad' } as const

export function chainWords(view: OrderView, context: PanelContext): readonly StepWords[] {
  let before: number | undefined
  return view.chain.map((step) => {
    const delta = step.ts === undefined || before === undefined ? '' : deltaWord(step.ts - before)
    before = step.ts ?? before
    return { ...stepWords(step, context), delta }
  })
}

function stepWords(step: ChainStep, context: PanelContext): Omit<StepWords, 'delta'> {
  const { look, zone } = context
  return {
    sign: step.mark === 'NONE' ? ['-', 'muted'] : [look.glyphs[SIGNS[step.mark]], SIGNS[step.mark]],
    step: step.mark === 'BAD' ? [step.step, 'bad'] : step.step,
    id: plainText(step.id ?? (step.mark === 'NONE' ? '' : NONE)),
    time: step.ts === undefined ? NONE : millis(step.ts, zone),
    fact: masked(plainText(step.fact), context),
  }
}

function deltaWord(us: number): string {
  const ms = Math.round(us / 1_000)
  return ms === 0 ? '0' : `${ms > 0 ? '+' : '-'}${Math.abs(ms)}`
}

/** What is known of an order whose fate is not, and how it is counted meanwhile. */
export function unknownWords(
  order: OrderRow,
  context: PanelContext,
): { readonly what: Piece; readonly meaning: string } {
  const price = orderPrice(order, context)
  const qty = quantity(order.qty, order.instrumentId, context)
  const [priceText, qtyText] = [price, qty].map((piece) => (typeof piece === 'string' ? piece : piece[0]))
  const quiet = age((context.nowTs - order.sinceTs) / 1_000)
  return {
    what: [
      `${context.look.glyphs.unknown} ${plainText(order.id)} ${plainText(order.venueId)} ${plainText(order.instrumentId)} ${order.side} ${priceText} ${qtyText}`,
      'unknown',
    ],
    meaning: `sent ${when(order.ts, context.nowTs, context.zone)}, fate UNKNOWN for ${quiet}. Counted as full exposure; never resent blindly; settled only by venue evidence (4 recovery).`,
  }
}

/** The order in one sentence. */
export function orderSentence(order: OrderRow, context: PanelContext): string {
  const said = orderWords(order, { isStale: false, ageMs: 0 }, context, false)
  const text = (piece: Piece) => (typeof piece === 'string' ? piece : piece[0])
  const end = order.endCode === undefined ? '' : `, ${plainText(order.endCode)}`
  return `${said.id} of ${said.bot}: ${order.side} ${text(said.qty)} ${said.instrument} ${said.type} at ${text(said.price)} on ${said.venue}${order.reduceOnly ? ', reduce only' : ''}; filled ${text(said.filled)}; ${order.state}${end} since ${when(order.sinceTs, context.nowTs, context.zone)}.`
}

export function fillSentence(fill: FillRow, context: PanelContext): string {
  const said = fillWords(fill, context)
  const text = (piece: Piece) => (typeof piece === 'string' ? piece : piece[0]).trim()
  return `${said.id} of ${said.order}, ${said.bot}: ${fill.side} ${text(said.qty)} ${said.instrument} at ${text(said.price)}, ${fill.liquidity}; fee ${text(said.fee)}; realised ${text(said.realised)}.`
}
