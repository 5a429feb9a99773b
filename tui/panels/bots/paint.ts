import type { BotRow, BotView, ChartView, DecisionLine } from '../../../src/runtime/link/views.ts'
import { areaLine } from '../../charts/area-line.ts'
import { candles } from '../../charts/candles.ts'
import { sparkline } from '../../charts/sparkline.ts'
import { clock, when } from '../../paint/clock-text.ts'
import { age, moneyDigits, NONE, number } from '../../paint/numbers.ts'
import { type PanelColumn, panelTable } from '../../paint/panel-table.ts'
import { phrase } from '../../paint/phrase.ts'
import { beside, fit, gauge, type Piece, row, stack, textOf, widthOf } from '../../paint/row.ts'
import type { PanelContext, PanelState, Size, ViewShelf } from '../../panel.ts'
import { amount, gain, MASK, masked, quantity } from '../amount.ts'
import { fact, factRow, flow, head, paragraph } from '../fact-row.ts'
import { aged, ageNote, type Freshness, freshness } from '../freshness.ts'
import { figures, inSight, selectedAt, times, widened, words } from '../list-view.ts'
import { plainText } from '../plain-text.ts'
import { rowOf } from '../row-of.ts'
import { columnWidths, type Section, stacked } from '../sections.ts'
import { priceWord, sideWord } from '../side-words.ts'
import {
  BOT_SORTS,
  type BotWords,
  botRows,
  botWords,
  decisionWords,
  gateWords,
  isRefusal,
  nowWords,
  sinceWords,
  stopWords,
} from './view-model.ts'

/** Everything that the sections under the list are painted from. */
interface Scene {
  readonly bot: BotRow
  readonly depth: BotView | undefined
  readonly chart: ChartView | undefined
  readonly chartAge: Freshness
  /** Of the list's view, and of the bot's own. */
  readonly age: Freshness
  readonly depthAge: Freshness
  readonly context: PanelContext
}

/** Body rows from which there is room for columns beside each other, and cells from which two and three fit. */
const COLUMN_ROWS = 24
const TWO_COLUMNS = 120
const THREE_COLUMNS = 200

/** The bots in exactly `size.height` rows of `size.width` cells: who trades, and why or why not now. */
export function paintBots(shelf: ViewShelf, state: PanelState, context: PanelContext, size: Size): readonly string[] {
  const rows = botRows(shelf, state)
  const at = selectedAt(rows, state.selected)
  const bot = at === undefined ? undefined : rows[at]
  const list = listSection(shelf, state, context, size.width)
  if (bot === undefined || state.isZoomed) return list.paint(size.height)
  const bars = `bars/${bot.instrumentIds[0] ?? ''}/5m` as const
  const scene: Scene = {
    bot,
    depth: shelf.get(`bot/${bot.id}`),
    chart: shelf.get(bars),
    chartAge: freshness(shelf, bars),
    age: freshness(shelf, 'bots'),
    depthAge: freshness(shelf, `bot/${bot.id}`),
    context,
  }
  if (size.width < TWO_COLUMNS || size.height < COLUMN_ROWS)
    return stacked(size, [list, ...narrowSections(scene, size.width)])
  const listRows = Math.min(list.want, Math.floor(size.height * 0.4))
  const below = { width: size.width, height: size.height - listRows }
  return [
    ...list.paint(listRows),
    ...(size.width < THREE_COLUMNS ? twoColumns(scene, below) : threeColumns(scene, below)),
  ]
}

function narrowSections(scene: Scene, width: number): readonly Section[] {
  return [
    detailSection(scene, width, 0),
    decisionTable(scene, width, 1),
    pnlSection(scene, width, 2),
    ordersSection(scene, width, 3),
    paramsSection(scene, width, 4),
    healthSection(scene, width, 5),
  ]
}

function twoColumns(scene: Scene, { width, height }: Size): readonly string[] {
  const [left = 0, right = 0] = columnWidths(width, [72, 47])
  return beside(scene.context.look, height, [
    { width: left, rows: stacked({ width: left, height }, mainSections(scene, left)) },
    {
      width: right,
      rows: stacked({ width: right, height }, [
        decisionLog(scene, right, 0),
        healthSection(scene, right, 1),
        nextSection(scene, right, 2),
      ]),
    },
  ])
}

function threeColumns(scene: Scene, { width, height }: Size): readonly string[] {
  const [left = 0, middle = 0, right = 0] = columnWidths(width, [72, 65, 61])
  return beside(scene.context.look, height, [
    { width: left, rows: stacked({ width: left, height }, mainSections(scene, left)) },
    {
      width: middle,
      rows: stacked({ width: middle, height }, [
        chartSection(scene, middle, 1),
        fillsSection(scene, middle, 0),
        healthSection(scene, middle, 2),
        nextSection(scene, middle, 3),
      ]),
    },
    {
      width: right,
      rows: stacked({ width: right, height }, [decisionLog(scene, right, 0), evidenceSection(scene, right, 1)]),
    },
  ])
}

function mainSections(scene: Scene, width: number): readonly Section[] {
  return [
    detailSection(scene, width, 0),
    pnlSection(scene, width, 1),
    ordersSection(scene, width, 2),
    paramsSection(scene, width, 3),
  ]
}

// ---- the list ------------------------------------------------------------------------------------------------------------

function listSection(shelf: ViewShelf, state: PanelState, context: PanelContext, width: number): Section {
  const { look } = context
  const rows = botRows(shelf, state)
  const view = shelf.get('bots')
  const fresh = freshness(shelf, 'bots')
  const total = Object.keys(view?.rows ?? {}).length
  const filter = state.filter === '' ? 'none' : plainText(state.filter)
  const paint = (height: number): readonly string[] => {
    const title = head(look, width, total === 0 ? 'Bots' : `Bots ${total}`, [
      ageNote(fresh),
      `sort ${BOT_SORTS[state.sort % BOT_SORTS.length] ?? ''}`,
      `filter ${filter}`,
      width >= TWO_COLUMNS ? `marked ${state.marked.length}` : '',
    ])
    const seen = inSight(rows, selectedAt(rows, state.selected), height - 2)
    const shown = seen.rows.map((bot) => botWords(bot, fresh, context))
    const table = panelTable(
      look,
      { width, height: Math.max(0, height - 1) },
      {
        columns: widened(listColumns(context, width), shown),
        rows: shown,
        selected: seen.selected,
        isMarked: ({ id }) => state.marked.includes(id),
        empty: emptyWords(view !== undefined, total, filter),
      },
    )
    return stack(width, height, [title, ...table])
  }
  return { rank: 0, min: 4, want: 2 + Math.max(1, rows.length), paint }
}

function emptyWords(hasView: boolean, total: number, filter: string): string {
  if (!hasView) return 'loading: no word about bots from the engine yet'
  if (total === 0) return 'no bots yet: each would be a row here. :bot add makes one'
  return `no bot matches ${filter}: Esc clears the filter`
}

function listColumns({ look }: PanelContext, width: number): readonly PanelColumn<BotWords>[] {
  const isRoomy = width >= TWO_COLUMNS
  return [
    words('BOT', 10, 0, ({ id }) => id),
    words('STRATEGY', 13, 8, ({ strategy }) => strategy),
    words('VENUE', 8, 4, ({ venue }) => venue),
    words('INSTRUMENT', 10, 2, ({ instrument }) => instrument),
    words('MODE', 5, 1, ({ mode }) => mode),
    words('STATE', 6, 0, ({ state }) => state),
    figures(isRoomy ? 'POSITION' : 'POS', isRoomy ? 8 : 7, 2, ({ position }) => position),
    figures('uPnL', 7, 3, ({ unrealised }) => unrealised),
    figures('DAY', 7, 0, ({ day }) => day),
    figures('DD', 6, 6, ({ drawdown }) => drawdown),
    figures('W/L', 6, 7, ({ wins }) => wins),
    figures('ORD', 3, 5, ({ orders }) => orders),
    figures('HB', 4, 3, ({ heartbeat }) => heartbeat),
    figures('PF', 5, 10, ({ profitFactor }) => profitFactor),
    figures('FEES', 6, 9, ({ fees }) => fees),
    words('24h', 24, 11, ({ spark }) => (spark.length < 2 ? '' : sparkline(look, spark, 24))),
    words('WHY', 11, 5, ({ why }) => why, true),
  ]
}

// ---- the selected bot ----------------------------------------------------------------------------------------------------

function detailSection({ bot, depth, age: fresh, depthAge, context }: Scene, width: number, rank: number): Section {
  const { look } = context
  const label = (text: string) => ` ${text.padEnd(6)}`
  const old = (piece: Piece) => aged(piece, fresh.isStale)
  const name = [bot.id, `${bot.strategyId} ${bot.strategyVersion}`, `${bot.venueId} ${bot.instrumentIds.join(' ')}`]
  const title = plainText([...name, width >= 60 ? bot.runMode.toUpperCase() : ''].join('  ').trimEnd())
  const instrument = rowOf(context.instruments, bot.instrumentIds[0])
  const rows = (): readonly string[] => {
    const stop = stopWords(bot, depth, fresh.isStale || depthAge.isStale, context)
    const held = quantity(bot.position, bot.instrumentIds[0] ?? '', context, true)
    const average =
      bot.position === 0 || bot.average === undefined
        ? []
        : [' @ ', priceWord(bot.average, bot.instrumentIds[0] ?? '', context)]
    return [
      head(look, width, title, [sinceWords(bot, context.nowTs)]),
      row(look, width, [label('now'), atMost(nowWords(bot, context), width - 7)]),
      factRow(look, width, label('pos'), [
        fact(0, old(held), bot.position === 0 ? '' : ` ${plainText(instrument?.base ?? '')}`, ...average),
        fact(2, 'uPnL ', old(gain(bot.unrealised, context))),
        ...(stop === undefined ? [] : [fact(1, stop)]),
      ]),
      factRow(look, width, label('use'), useFacts(bot, fresh.isStale, context, width)),
      trendRow(bot, fresh, context, width, label('24h')),
    ]
  }
  return { rank, min: 3, want: 5, paint: (height) => stack(width, height, rows()) }
}

/** A text of at most `width` cells that keeps its tone. */
function atMost(piece: Piece, width: number): Piece {
  const text = phrase(textOf(piece), width)
  return typeof piece === 'string' ? text : [text, piece[1]]
}

function useFacts({ use }: BotRow, isStale: boolean, context: PanelContext, width: number) {
  if (use.length === 0) return [fact(0, ['no limit is set for it', 'muted'])]
  const { look } = context
  const cells = width >= 76 ? 10 : 8
  return use.map(({ name, share, fact: words }, at) => {
    const bar = gauge(look, share, cells)
    const said = `${plainText(name)} ${masked(plainText(words), context)} `
    if (isStale) return fact(at, `~${said}`, [textOf(bar), 'stale'])
    const sign: Piece =
      share >= 1 ? [` ${look.glyphs.bad}`, 'bad'] : share >= 0.8 ? [` ${look.glyphs.warn}`, 'warn'] : ''
    return fact(at, said, bar, sign)
  })
}

function trendRow(bot: BotRow, fresh: Freshness, context: PanelContext, width: number, label: string): string {
  const day = gain(bot.dayPnl, context)
  const ends: Piece[] = ['  ', aged(day, fresh.isStale), `  w/l ${bot.wins}/${bot.losses} `]
  const taken = widthOf(label) + ends.reduce((sum, piece) => sum + widthOf(textOf(piece)), 0)
  const cells = Math.max(0, Math.min(48, width - taken))
  const line = bot.spark.length < 2 ? fit(NONE, cells) : sparkline(context.look, bot.spark, cells)
  if (taken > width) return factRow(context.look, width, label, [fact(0, day)])
  return row(context.look, width, [[label, 'muted'], line, ...ends])
}

function pnlSection({ bot, depth, context }: Scene, width: number, rank: number): Section {
  const { look, zone } = context
  const points = depth?.pnl ?? []
  const total = bot.totalPnl ?? points.at(-1)?.value
  const digits = context.ribbon === undefined ? 2 : moneyDigits(context.ribbon.currency)
  const label = (value: number) => (context.isMasked ? MASK : number(value, { digits, isSigned: true }))
  const paint = (height: number): readonly string[] => {
    const title = head(look, width, 'PnL since the start', [
      textOf(gain(total, context)).trim(),
      bot.drawdownPct === undefined ? '' : `max dd ${number(bot.drawdownPct, { digits: 1 })}%`,
    ])
    const size = { width, height: Math.max(0, height - 1) }
    const chart =
      depth === undefined
        ? [row(look, width, [['  loading', 'muted']])]
        : areaLine(look, size, { points, zone, digits, label })
    return [title, ...stack(width, size.height, chart)]
  }
  return { rank, min: 9, want: 14, paint }
}

function ordersSection({ depth, depthAge, context }: Scene, width: number, rank: number): Section {
  const { look, nowTs } = context
  const orders = (depth?.orders ?? []).filter(({ isWorking }) => isWorking)
  const paint = (height: number): readonly string[] => {
    const shown = orders.slice(0, Math.max(0, height - 2)).map((order) => ({
      side: sideWord(order.side, look),
      price: priceWord(order.limit ?? order.stop, order.instrumentId, context),
      qty: quantity(order.qty, order.instrumentId, context),
      filled:
        order.state === 'UNKNOWN'
          ? ([look.glyphs.unknown, 'unknown'] as const)
          : quantity(order.filled, order.instrumentId, context),
      age: age((nowTs - order.sinceTs) / 1_000),
      queue: order.queue === undefined ? NONE : order.queue.toFixed(2),
      id: plainText(order.id),
    }))
    const columns = [
      words<(typeof shown)[number]>('SIDE', 5, 0, ({ side }) => side),
      figures<(typeof shown)[number]>('PRICE', 11, 0, ({ price }) => price),
      figures<(typeof shown)[number]>('QTY', 7, 0, ({ qty }) => qty),
      figures<(typeof shown)[number]>('FILLED', 7, 1, ({ filled }) => filled),
      figures<(typeof shown)[number]>('AGE', 5, 2, ({ age }) => age),
      figures<(typeof shown)[number]>('QUEUE', 6, 4, ({ queue }) => queue),
      words<(typeof shown)[number]>('ID', 8, 3, ({ id }) => id, true),
    ]
    return [
      head(look, width, `Working orders ${orders.length}`, [ageNote(depthAge), '5 Orders']),
      ...panelTable(
        look,
        { width, height: Math.max(0, height - 1) },
        {
          columns: widened(columns, shown),
          rows: shown,
          empty: depth === undefined ? 'loading' : 'nothing rests at the venue',
        },
      ),
    ]
  }
  return { rank, min: 4, want: 2 + Math.max(1, Math.min(orders.length, 12)), paint }
}

function paramsSection({ bot, context }: Scene, width: number, rank: number): Section {
  const { look } = context
  const facts = Object.entries(bot.params).map(([name, value]) => [
    `${plainText(name)} ${masked(plainText(String(value)), context)}`,
  ])
  const rows = facts.length === 0 ? [row(look, width, [[' it has no parameters', 'muted']])] : flow(look, width, facts)
  const paint = (height: number) => stack(width, height, [head(look, width, 'Parameters', ['M edit (T2)']), ...rows])
  return { rank, min: 2, want: 1 + rows.length, paint }
}

// ---- what it decided -----------------------------------------------------------------------------------------------------

function decisionsOf(depth: BotView | undefined): readonly DecisionLine[] {
  return (depth?.decisions ?? []).toSorted((a, b) => b.seq - a.seq)
}

function noDecisions(depth: BotView | undefined): string {
  return depth === undefined ? 'loading' : 'it has decided nothing yet'
}

/** One line each, as a table: what fits under a list on 80 columns. */
function decisionTable({ depth, depthAge, context }: Scene, width: number, rank: number): Section {
  const { look, zone, nowTs } = context
  const decisions = decisionsOf(depth)
  const paint = (height: number): readonly string[] => {
    const shown = decisions
      .slice(0, Math.max(0, height - 2))
      .map((line) => ({ time: when(line.ts, nowTs, zone), ...decisionWords(line, context) }))
    const columns = [
      times<(typeof shown)[number]>(8, 1, ({ time }) => time),
      words<(typeof shown)[number]>('WHAT', 24, 0, ({ kind, text }) => `${kind.padEnd(6)} ${text}`, true),
      words<(typeof shown)[number]>('GATE', 8, 0, ({ gate }) => gate),
      words<(typeof shown)[number]>('EVIDENCE', 16, 2, ({ proof }) => proof),
    ]
    return [
      head(look, width, 'Decisions', [ageNote(depthAge), 'e evidence']),
      ...panelTable(
        look,
        { width, height: Math.max(0, height - 1) },
        { columns: widened(columns, shown), rows: shown, empty: noDecisions(depth) },
      ),
    ]
  }
  return { rank, min: 4, want: 2 + Math.max(1, Math.min(decisions.length, 10)), paint }
}

/** Each with what the gate said under it. */
function decisionLog(scene: Scene, width: number, rank: number): Section {
  const { depth, depthAge, context } = scene
  const { look } = context
  const decisions = decisionsOf(depth)
  const wanted = decisions.slice(0, 40).reduce((sum, { gate }) => sum + (gate === undefined ? 1 : 3), 1)
  const paint = (height: number): readonly string[] => {
    const rows = [head(look, width, 'Decisions', [ageNote(depthAge), 'e evidence'])]
    if (decisions.length === 0) rows.push(row(look, width, [[` ${noDecisions(depth)}`, 'muted']]))
    for (const line of decisions) {
      if (rows.length >= height) break
      rows.push(...decisionRows(line, scene, width))
    }
    return stack(width, height, rows)
  }
  return { rank, min: 4, want: Math.max(2, wanted), paint }
}

function decisionRows(line: DecisionLine, { depth, context }: Scene, width: number): readonly string[] {
  const { look, zone, nowTs } = context
  const { kind, text, evidence } = decisionWords(line, context)
  const time = ` ${when(line.ts, nowTs, zone)} `
  const label = `${phrase(kind, 10).padEnd(6)} `
  const proof: Piece = [` ${phrase(evidence, Math.floor(width / 4))} `, 'muted']
  const body = width - widthOf(proof[0])
  const under = (piece: Piece) =>
    paragraph(look, body, piece, widthOf(time)).map(
      (line, at) => line + row(look, width - body, at === 0 ? [proof] : []),
    )
  const first = widthOf(time) + widthOf(label)
  if (line.gate === undefined) {
    const [start = '', ...rest] = paragraph(look, body - first, text, 0)
    const lines = [row(look, first, [[time, 'muted'], label]) + start + row(look, width - body, [proof])]
    return [...lines, ...rest.map((more) => ' '.repeat(first) + more + ' '.repeat(width - body))]
  }
  const [start = '', ...rest] = paragraph(look, width - first, text, 0)
  return [
    row(look, first, [[time, 'muted'], label]) + start,
    ...rest.map((more) => ' '.repeat(first) + more),
    ...under(gateWords(line, depth?.orders ?? [], context)),
  ]
}

/** The newest refusal, and what proves it; the newest decision where nothing was refused. */
function evidenceSection({ depth, context }: Scene, width: number, rank: number): Section {
  const { look, zone, ribbon } = context
  const decisions = decisionsOf(depth)
  const line = decisions.find(isRefusal) ?? decisions[0]
  const label = (text: string) => ` ${text.padEnd(11)}`
  const paint = (height: number): readonly string[] => {
    if (line === undefined)
      return stack(width, height, [
        head(look, width, 'Evidence'),
        row(look, width, [[` ${noDecisions(depth)}`, 'muted']]),
      ])
    const { kind, text, gate, proof, evidence } = decisionWords(line, context)
    return stack(width, height, [
      head(look, width, 'Evidence', [`${clock(line.ts, zone)} ${plainText(line.gate ?? line.kind)}`]),
      row(look, width, [[label('decision'), 'muted'], phrase(evidence, width - 12)]),
      row(look, width, [[label('what'), 'muted'], phrase(`${kind} ${text}`, width - 12)]),
      row(look, width, [[label('gate'), 'muted'], atMost(gate, width - 12)]),
      ...(isRefusal(line) ? [row(look, width, [[label('reason'), 'muted'], phrase(proof, width - 12)])] : []),
      ...(line.orderId === undefined ? [] : [row(look, width, [[label('order'), 'muted'], plainText(line.orderId)])]),
      row(look, width, [
        [label('safety'), 'muted'],
        ribbon === undefined ? 'UNKNOWN' : `now ${ribbon.safetyMode}  kill ${ribbon.killLevel}`,
      ]),
      factRow(look, width, label('audit'), [fact(0, `#${number(line.seq, { digits: 0 })}`)]),
    ])
  }
  return { rank, min: 5, want: 8, paint }
}

// ---- what surrounds it ---------------------------------------------------------------------------------------------------

function chartSection({ bot, chart, chartAge, context }: Scene, width: number, rank: number): Section {
  const { look, zone } = context
  const id = bot.instrumentIds[0] ?? NONE
  const instrument = rowOf(context.instruments, id)
  const fills = (chart?.fills ?? []).filter(({ botId }) => botId === bot.id)
  const paint = (height: number): readonly string[] => {
    const size = { width, height: Math.max(0, height - 1) }
    const rows =
      chart === undefined || instrument === undefined
        ? [row(look, width, [['  loading', 'muted']])]
        : candles(look, size, {
            bars: chart.bars,
            instrument,
            zone,
            fills,
            volumeRows: 0,
            zoom: 0,
            pan: 0,
            isFrozen: chartAge.isStale,
          })
    return [
      head(look, width, `${plainText(id)} 5m with own fills`, [ageNote(chartAge), 'b buy', 's sell']),
      ...stack(width, size.height, rows),
    ]
  }
  return { rank, min: 10, want: 18, paint }
}

function fillsSection({ depth, context }: Scene, width: number, rank: number): Section {
  const { look, zone, nowTs } = context
  const fills = (depth?.fills ?? []).toSorted((a, b) => b.ts - a.ts)
  const makers = fills.filter(({ liquidity }) => liquidity === 'maker').length
  const paint = (height: number): readonly string[] => {
    const shown = fills.slice(0, Math.max(0, height - 2)).map((fill) => ({
      time: when(fill.ts, nowTs, zone),
      side: sideWord(fill.side, look),
      price: priceWord(fill.price, fill.instrumentId, context),
      qty: quantity(fill.qty, fill.instrumentId, context),
      fee: amount(-fill.fee, context),
      slip: fill.slippageBps === undefined ? NONE : number(fill.slippageBps, { digits: 1 }),
      id: plainText(fill.id),
    }))
    const columns = [
      times<(typeof shown)[number]>(8, 1, ({ time }) => time),
      words<(typeof shown)[number]>('SIDE', 5, 0, ({ side }) => side),
      figures<(typeof shown)[number]>('PRICE', 11, 0, ({ price }) => price),
      figures<(typeof shown)[number]>('QTY', 7, 0, ({ qty }) => qty),
      figures<(typeof shown)[number]>('FEE', 5, 2, ({ fee }) => fee),
      figures<(typeof shown)[number]>('SLIPbp', 6, 4, ({ slip }) => slip),
      words<(typeof shown)[number]>('ID', 8, 3, ({ id }) => id, true),
    ]
    return [
      head(
        look,
        width,
        'Fills',
        fills.length === 0 ? [] : [String(fills.length), `maker ${Math.round((makers * 100) / fills.length)}%`],
      ),
      ...panelTable(
        look,
        { width, height: Math.max(0, height - 1) },
        { columns: widened(columns, shown), rows: shown, empty: depth === undefined ? 'loading' : 'no fills yet' },
      ),
    ]
  }
  return { rank, min: 4, want: 2 + Math.max(1, Math.min(fills.length, 12)), paint }
}

function healthSection({ depth, depthAge, context }: Scene, width: number, rank: number): Section {
  const { look } = context
  const { glyphs } = look
  const signs = {
    OK: [glyphs.ok, 'ok'],
    DEGRADED: [`${glyphs.warn} DEGRADED`, 'warn'],
    FAILED: [`${glyphs.bad} FAILED`, 'bad'],
    UNKNOWN: [`${glyphs.unknown} UNKNOWN`, 'unknown'],
  } as const
  const checks = depth?.health ?? []
  const name = Math.min(18, Math.max(10, ...checks.map((check) => widthOf(plainText(check.name)))))
  const rows = checks.map((check) => {
    const isOld = depthAge.isStale && check.health === 'OK'
    const [sign, tone] = isOld ? ([glyphs.stale, 'stale'] as const) : signs[check.health]
    const label = ` ${fit(plainText(check.name), name)}  `
    const room = Math.max(0, width - widthOf(label) - widthOf(sign) - 3)
    return row(look, width, [label, phrase(masked(plainText(check.fact), context), room), '  ', [sign, tone]])
  })
  const empty = row(look, width, [[depth === undefined ? ' loading' : ' nothing is measured yet', 'muted']])
  const body = rows.length === 0 ? [empty] : rows
  const paint = (height: number) => stack(width, height, [head(look, width, 'Health', [ageNote(depthAge)]), ...body])
  return { rank, min: 2, want: 2 + body.length, paint }
}

function nextSection({ depth, context }: Scene, width: number, rank: number): Section {
  const { look, zone, nowTs } = context
  const rows = (depth?.next ?? []).map(({ ts, text }) => {
    const time = ` ${when(ts, nowTs, zone)} `
    return row(look, width, [[time, 'muted'], phrase(masked(plainText(text), context), width - widthOf(time))])
  })
  const empty = row(look, width, [[depth === undefined ? ' loading' : ' nothing is due', 'muted']])
  const body = rows.length === 0 ? [empty] : rows
  const paint = (height: number) => stack(width, height, [head(look, width, 'Next'), ...body])
  return { rank, min: 2, want: 1 + body.length, paint }
}
