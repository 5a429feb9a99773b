import { formatDuration } from '../../../src/domain/time.ts'
import type { BotRow, BotState, BotView, DecisionLine, OrderRow } from '../../../src/runtime/link/views.ts'
import { age, NONE, number, percent, price } from '../../paint/numbers.ts'
import type { Piece } from '../../paint/row.ts'
import type { ScreenLook } from '../../paint/tone.ts'
import type { PanelContext, PanelState, ViewShelf } from '../../panel.ts'
import { amount, gain, masked, quantity } from '../amount.ts'
import { aged, type Freshness } from '../freshness.ts'
import { selectedAt } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { byFigure, byText, filteredRows, sortedRows } from '../row-filter.ts'
import { rowOf } from '../row-of.ts'

/** Age of a bot's last sign of life, ms, above which it counts as failing. */
const HEARTBEAT_LIMIT_MS = 5_000

/** Four cells for each state. */
const STATE_WORDS: Readonly<Record<BotState, string>> = {
  IDLE: 'IDLE',
  WARMING_UP: 'WARM',
  RUNNING: 'RUN',
  PAUSED: 'PAUS',
  STOPPING: 'STPG',
  STOPPED: 'STOP',
  ERROR: 'ERR',
  QUARANTINED: 'QUAR',
}

/** At most five cells for each run mode. */
const MODE_WORDS: Readonly<Record<BotRow['runMode'], string>> = {
  paper: 'PAPER',
  forward: 'FWD',
  shadow: 'SHDW',
  canary: 'CANRY',
  live: 'LIVE',
}

export const BOT_SORTS = ['day desc', 'name', 'uPnL desc', 'drawdown', 'state'] as const

const COMPARE: Readonly<Record<(typeof BOT_SORTS)[number], (a: BotRow, b: BotRow) => number>> = {
  'day desc': (a, b) => byFigure(a.dayPnl, b.dayPnl),
  name: (a, b) => byText(a.id, b.id),
  'uPnL desc': (a, b) => byFigure(a.unrealised, b.unrealised),
  // Drawdowns are not above zero: the deepest first.
  drawdown: (a, b) => byFigure(negated(a.drawdownPct), negated(b.drawdownPct)),
  state: (a, b) => byText(STATE_WORDS[a.state], STATE_WORDS[b.state]),
}

function negated(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value
}

/** How a bot does: what is not known and what fails comes before what is well. */
type Wellness = 'unknown' | 'bad' | 'warn' | 'ok' | 'quiet'

function wellness(bot: BotRow): Wellness {
  if (bot.state === 'QUARANTINED' || bot.state === 'ERROR') return 'bad'
  if (bot.state !== 'RUNNING' && bot.state !== 'WARMING_UP' && bot.state !== 'STOPPING') return 'quiet'
  if (bot.heartbeatMs === undefined) return 'unknown'
  const share = Math.max(0, ...bot.use.map((each) => each.share))
  if (bot.heartbeatMs > HEARTBEAT_LIMIT_MS || share >= 1) return 'bad'
  if (bot.equity === undefined || bot.unrealised === undefined) return 'unknown'
  return share >= 0.8 || bot.state !== 'RUNNING' ? 'warn' : 'ok'
}

const TROUBLE = { unknown: 0, bad: 1, warn: 2, ok: 2, quiet: 2 } as const

/** Bots that the filter lets through, in their order; UNKNOWN and failing ones first while the mode is not NORMAL. */
export function botRows(shelf: ViewShelf, state: PanelState): readonly BotRow[] {
  const found = filteredRows(Object.values(shelf.get('bots')?.rows ?? {}), state.filter, (bot) => ({
    text: `${bot.id} ${bot.strategyId} ${bot.instrumentIds.join(' ')} ${bot.runMode} ${bot.state} ${bot.stateReason} ${bot.why}`,
    venueId: bot.venueId,
  }))
  return sortedRows(found, {
    compare: COMPARE[BOT_SORTS[state.sort % BOT_SORTS.length] ?? 'day desc'],
    trouble: (bot) => TROUBLE[wellness(bot)],
    isTroubleFirst: shelf.get('ribbon')?.safetyMode !== 'NORMAL',
  })
}

export function selectedBot(shelf: ViewShelf, state: PanelState): BotRow | undefined {
  const rows = botRows(shelf, state)
  const at = selectedAt(rows, state.selected)
  return at === undefined ? undefined : rows[at]
}

/** A bot's row in words. */
export interface BotWords {
  readonly id: string
  readonly strategy: string
  readonly venue: string
  readonly instrument: string
  readonly mode: string
  readonly state: Piece
  readonly position: Piece
  readonly unrealised: Piece
  readonly day: Piece
  readonly drawdown: Piece
  readonly wins: Piece
  readonly orders: Piece
  readonly heartbeat: Piece
  readonly profitFactor: Piece
  readonly fees: Piece
  readonly spark: readonly number[]
  readonly why: string
}

export function botWords(bot: BotRow, { isStale, ageMs }: Freshness, context: PanelContext): BotWords {
  const old = (piece: Piece) => aged(piece, isStale)
  const others = bot.instrumentIds.length - 1
  return {
    id: plainText(bot.id),
    strategy: plainText(`${bot.strategyId} ${bot.strategyVersion}`),
    venue: plainText(bot.venueId),
    instrument: plainText(bot.instrumentIds[0] ?? NONE) + (others > 0 ? ` +${others}` : ''),
    mode: MODE_WORDS[bot.runMode],
    state: stateWord(bot, isStale, context.look),
    position: old(quantity(bot.position, bot.instrumentIds[0] ?? '', context, true)),
    unrealised: old(gain(bot.unrealised, context)),
    day: old(gain(bot.dayPnl, context)),
    drawdown: old(drawdown(bot.drawdownPct)),
    wins: old(`${bot.wins}/${bot.losses}`),
    orders: old(String(bot.orders)),
    heartbeat: heartbeat(bot, { isStale, ageMs }),
    profitFactor: old(number(bot.profitFactor, { digits: 2 })),
    fees: old(fees(bot, context)),
    spark: bot.spark,
    why: masked(plainText(bot.why), context),
  }
}

/** The state's word and a sign of how it does; an old picture never says that all is well. */
export function stateWord(bot: BotRow, isStale: boolean, { glyphs }: ScreenLook): Piece {
  const word = STATE_WORDS[bot.state]
  if (isStale && bot.state !== 'QUARANTINED' && bot.state !== 'ERROR') return [`${word} ${glyphs.stale}`, 'stale']
  const health = wellness(bot)
  if (health === 'quiet') return [word, 'muted']
  return [`${word} ${glyphs[health]}`, health]
}

/** Ages are measured from now, so they grow while no word comes. */
function heartbeat(bot: BotRow, { isStale, ageMs }: Freshness): Piece {
  if (bot.heartbeatMs === undefined) return [NONE, 'muted']
  const quiet = bot.heartbeatMs + ageMs
  const isLate = quiet > HEARTBEAT_LIMIT_MS && bot.state === 'RUNNING'
  return isStale || isLate ? [`~${age(quiet)}`, 'stale'] : age(quiet)
}

function drawdown(pct: number | undefined): Piece {
  return pct === undefined ? [NONE, 'muted'] : percent(pct, 1).trim()
}

/** Fees are paid: below zero on the screen, as they are in the profit. */
function fees(bot: BotRow, context: PanelContext): Piece {
  const piece = amount(-bot.fees, context)
  return typeof piece === 'string' ? piece.trim() : piece
}

/** A place in a bot's line of thought, in words. */
export interface DecisionWords {
  readonly kind: string
  readonly text: string
  readonly gate: Piece
  /** The reason of a refusal, with its numbers; what proves the decision otherwise. */
  readonly proof: string
  readonly evidence: string
}

const REFUSALS: ReadonlySet<string> = new Set(['BLOCK', 'HALT', 'FLATTEN', 'THROTTLE', 'REDUCE_ONLY', 'CLOSE_ONLY'])

export function isRefusal({ gate }: DecisionLine): boolean {
  return gate !== undefined && REFUSALS.has(gate)
}

export function decisionWords(line: DecisionLine, context: PanelContext): DecisionWords {
  const evidence = plainText(line.evidence)
  const reason = masked(plainText(line.gateText ?? ''), context)
  return {
    kind: plainText(line.kind),
    text: masked(plainText(line.text), context),
    gate:
      line.gate === undefined
        ? [NONE, 'muted']
        : isRefusal(line)
          ? [plainText(line.gate), 'warn']
          : plainText(line.gate),
    proof: isRefusal(line) && reason !== '' ? reason : evidence,
    evidence,
  }
}

/** `gate BLOCK RISK_POS_LIMIT 0.1150 > 0.1000`, and how long the venue took to answer where it was asked. */
export function gateWords(line: DecisionLine, orders: readonly OrderRow[], context: PanelContext): Piece {
  const reason = masked(plainText(line.gateText ?? ''), context)
  const answer = orders.find(({ id }) => id === line.orderId)?.answerMs
  const ack = answer === undefined ? '' : `  ack ${Math.round(answer)}ms`
  const text = `gate ${plainText(line.gate ?? NONE)}${reason === '' ? '' : ` ${reason}`}${ack}`
  return isRefusal(line) ? [text, 'warn'] : text
}

/** Whether the venue itself holds a stop for the position: what protects it when nothing of ours runs. */
export function stopWords(
  bot: BotRow,
  depth: BotView | undefined,
  isStale: boolean,
  context: PanelContext,
): Piece | undefined {
  if (bot.position === 0) return undefined
  const { glyphs } = context.look
  if (depth === undefined) return [`stop ${glyphs.unknown}`, 'unknown']
  const closing = bot.position > 0 ? 'sell' : 'buy'
  const stop = depth.orders.find(
    (order) =>
      order.isWorking &&
      order.stop !== undefined &&
      order.venueOrderId !== undefined &&
      order.side === closing &&
      order.instrumentId === bot.instrumentIds[0],
  )
  const instrument = rowOf(context.instruments, bot.instrumentIds[0])
  if (stop === undefined) return [`no stop at venue ${glyphs.warn}`, 'warn']
  const covers = stop.qty - stop.filled >= Math.abs(bot.position)
  const at = instrument === undefined ? glyphs.unknown : price(stop.stop, instrument)
  if (isStale) return [`stop at venue ${at} ${glyphs.stale}`, 'stale']
  return covers
    ? [`stop at venue ${at} ${glyphs.ok}`, 'ok']
    : [`stop at venue ${at} covers a part ${glyphs.warn}`, 'warn']
}

/** `up 3d 4h` and its like, from when the bot entered its state. */
export function sinceWords(bot: BotRow, nowTs: number): string {
  const word = bot.state === 'RUNNING' ? 'up' : STATE_WORDS[bot.state]
  return bot.state === 'IDLE' ? 'never run' : `${word} ${formatDuration(Math.max(0, nowTs - bot.stateSinceTs))}`
}

/** Why it does, or does not, trade now. A state that needs explaining comes before the strategy's own words. */
export function nowWords(bot: BotRow, context: PanelContext): Piece {
  const detail = [bot.stateReason, bot.stateDetail].filter((text) => text !== '').join(' ')
  const why = masked(plainText(bot.why), context)
  if (bot.state === 'QUARANTINED' || bot.state === 'ERROR')
    return [`${context.look.glyphs.bad} ${bot.state} ${masked(plainText(detail), context)}`, 'bad']
  if (bot.state === 'RUNNING') return why === '' ? NONE : why
  return [STATE_WORDS[bot.state], why, masked(plainText(detail), context)].filter((text) => text !== '').join('  ')
}
