import type { InstrumentView, MarketView } from '../../src/runtime/link/views.ts'
import { number, price, qty } from '../paint/numbers.ts'
import { figure, fit, type Piece, row, widthOf } from '../paint/row.ts'
import type { ScreenLook, Tone } from '../paint/tone.ts'
import type { Size } from '../panel.ts'
import { emptyChart } from './axis.ts'

export interface DepthLadder extends Pick<MarketView, 'bids' | 'asks' | 'own'> {
  readonly instrument: InstrumentView
  /** Age of a book that has stopped; undefined while it is fresh. */
  readonly frozenAge?: string | undefined
  /** Price under the reader's cursor, ticks. */
  readonly selected?: number | undefined
}

/** An own order as the ladder, and everything beside it, names it: `b1` is the highest buy, `s1` the lowest sell. */
export interface OwnTag {
  readonly tag: string
  readonly id: string
  readonly side: 'buy' | 'sell'
  readonly price: number
  readonly qty: number
}

export function ownTags(own: MarketView['own']): readonly OwnTag[] {
  const buys = own.filter(({ side }) => side === 'buy').sort((a, b) => b.price - a.price)
  const sells = own.filter(({ side }) => side === 'sell').sort((a, b) => a.price - b.price)
  return [
    ...buys.map((order, at) => ({ ...order, tag: `b${at + 1}` })),
    ...sells.map((order, at) => ({ ...order, tag: `s${at + 1}` })),
  ]
}

/** A price of the ladder; no quantity where only an own order is known. */
interface Level {
  readonly price: number
  readonly qty: number | undefined
}

/**
 * The book around its spread in exactly `size`: asks above, bids below, the best ones in the middle, a bar for each quantity, and own
 * orders at the right. Own orders at a price that the book does not show have a row of their own.
 */
export function depthLadder(look: ScreenLook, size: Size, ladder: DepthLadder): string[] {
  const { width, height } = size
  if (height < 1 || width < 1 || (ladder.bids.length === 0 && ladder.asks.length === 0))
    return emptyChart(look, size, 'no book yet')
  const tags = ownTags(ladder.own)
  const askRows = Math.floor((height - 1) / 2)
  const asks = levels(ladder.asks, tags, 'sell').slice(0, askRows).reverse()
  const bids = levels(ladder.bids, tags, 'buy').slice(0, height - 1 - askRows)
  const shown = [...asks, ...bids]
  const columns = widths(width, shown, ladder.instrument)
  const most = shown.reduce((max, level) => Math.max(max, level.qty ?? 0), 0)
  const paint = (level: Level) => levelRow(look, width, { level, tags, ladder, columns, most })
  const blank = ' '.repeat(width)
  return [
    ...Array.from({ length: askRows - asks.length }, () => blank),
    ...asks.map(paint),
    spreadRow(look, width, ladder),
    ...bids.map(paint),
    ...Array.from({ length: height - 1 - askRows - bids.length }, () => blank),
  ]
}

/** The book's levels and own prices that it lacks, best first. */
function levels(book: MarketView['bids'], tags: readonly OwnTag[], side: 'buy' | 'sell'): Level[] {
  const found = new Map<number, Level>(book.map(([at, lots]) => [at, { price: at, qty: lots }]))
  for (const own of tags)
    if (own.side === side && !found.has(own.price)) found.set(own.price, { price: own.price, qty: undefined })
  return [...found.values()].sort((a, b) => (side === 'buy' ? b.price - a.price : a.price - b.price))
}

interface Columns {
  readonly price: number
  /** 0 where there is no room. */
  readonly qty: number
  readonly bar: number
  readonly own: number
}

/** The bar gives way first, then the quantity; the price and the own mark stay. */
function widths(width: number, shown: readonly Level[], instrument: InstrumentView): Columns {
  const priced = Math.max(1, ...shown.map((level) => widthOf(price(level.price, instrument))))
  const sized = Math.max(1, ...shown.map((level) => widthOf(qty(level.qty, instrument))))
  const own = 3
  const hasQty = 1 + priced + 2 + sized + 1 + own <= width
  const used = 1 + Math.min(priced, Math.max(0, width - 1)) + (hasQty ? 2 + sized : 0)
  const hasOwn = used + 1 + own <= width
  const bar = Math.max(0, width - used - 1 - (hasOwn ? own : 0))
  return {
    price: Math.min(priced, Math.max(0, width - 1)),
    qty: hasQty ? sized : 0,
    bar: hasQty ? bar : 0,
    own: hasOwn ? own : 0,
  }
}

function levelRow(
  look: ScreenLook,
  width: number,
  {
    level,
    tags,
    ladder,
    columns,
    most,
  }: { level: Level; tags: readonly OwnTag[]; ladder: DepthLadder; columns: Columns; most: number },
): string {
  const { glyphs } = look
  const own = tags.filter((tag) => tag.price === level.price)
  const isFrozen = ladder.frozenAge !== undefined
  const isSelected = ladder.selected === level.price
  const tone: Tone = isFrozen ? 'stale' : 'plain'
  const mark = isSelected ? glyphs.selected : isFrozen ? glyphs.stale : ' '
  const steps = most > 0 ? Math.round(((level.qty ?? 0) / most) * columns.bar * 2) : 0
  const whole = Math.floor(steps / 2)
  const isHalf = steps % 2 === 1 || (whole === 0 && (level.qty ?? 0) > 0 && columns.bar > 0)
  const bar = fit(glyphs.full.repeat(whole) + (isHalf ? glyphs.half : ''), columns.bar)
  const [first] = own
  const tag = first === undefined ? '' : own.length > 1 ? `${first.tag}+` : first.tag
  const pieces: Piece[] = [
    [mark, isSelected ? 'strong' : tone],
    [figure(price(level.price, ladder.instrument), columns.price), tone],
  ]
  if (columns.qty > 0)
    pieces.push(
      [`  ${figure(qty(level.qty, ladder.instrument), columns.qty)} `, tone],
      [bar, isFrozen ? 'stale' : 'muted'],
    )
  const used = 1 + columns.price + (columns.qty > 0 ? 3 + columns.qty + columns.bar : 0)
  if (columns.own > 0)
    pieces.push(' '.repeat(Math.max(0, width - used - columns.own)), [
      fit(tag, columns.own, 'right'),
      first?.side === 'sell' ? 'down' : 'up',
    ])
  return row(look, width, pieces)
}

/** What lies between the best bid and the best ask; a book that is crossed or has stopped says so here. */
function spreadRow(look: ScreenLook, width: number, { bids, asks, instrument, frozenAge }: DepthLadder): string {
  if (frozenAge !== undefined) {
    const facts = [` ${look.glyphs.stale} frozen ${frozenAge}`, ` ${look.glyphs.stale}${frozenAge}`, '']
    return row(look, width, [[facts.find((text) => widthOf(text) <= width) ?? '', 'warn']])
  }
  const bid = bids[0]?.[0]
  const ask = asks[0]?.[0]
  const spread = bid === undefined || ask === undefined ? undefined : ask - bid
  const mid = bid === undefined || ask === undefined ? undefined : (ask + bid) / 2
  const share = spread === undefined || mid === undefined || mid === 0 ? undefined : (spread / mid) * 100
  const size = ` spread ${price(spread, instrument)}`
  const pct = share === undefined ? '' : `  ${number(share, { digits: 3 })}%`
  const word = spread !== undefined && spread <= 0 ? ` ${look.glyphs.bad} CROSSED` : '  mid'
  const facts = [` ${size}${pct}${word}`, `${size}${pct}${spread !== undefined && spread <= 0 ? word : ''}`, size, '']
  const text = facts.find((fact) => widthOf(fact) <= width) ?? ''
  return row(look, width, [[text, spread === undefined ? 'unknown' : spread <= 0 ? 'bad' : 'muted']])
}
