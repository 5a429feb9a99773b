import type { BarsView, MarketView } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import {
  exactNumber,
  type InstrumentScale,
  isoTime,
  priceText,
  qtyText,
  shownAge,
  shownNumber,
  shownPrice,
} from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { instruments } from '../instrument-catalogue.ts'
import type { MarketShowOptions } from '../market.ts'
import type { Outcome } from '../outcome.ts'
import { read, readView, requireClient } from '../reading.ts'
import { facts, type Sheet, sheet, sheetsOutcome } from '../sheet.ts'

export function showMarket(deps: CommandDeps, id: string, options: MarketShowOptions): Promise<Outcome> {
  return read(deps, options, {
    // All that is shown is watched, so that a watch asks for nothing anew.
    topics: [`market/${id}`, 'markets', `bars/${id}/1m`, 'instruments'],
    show: (access, format) => show(access, id, options.depth, format),
  })
}

async function show(access: EngineAccess, id: string, depth: number, format: Format): Promise<Outcome> {
  const client = requireClient(access)
  const scale = (await instruments(access)).require(id)
  const [market, { rows }, chart] = await Promise.all([
    readView(client, `market/${id}`),
    readView(client, 'markets'),
    readView(client, `bars/${id}/1m`),
  ])
  const row = rows[id]
  const price = (ticks: number | undefined) => priceText(ticks, scale)
  const main = facts([
    ['instrument', id],
    ['venue', scale.venueId],
    ['bid', price(market.bids[0]?.[0])],
    ['ask', price(market.asks[0]?.[0])],
    ['last', price(row?.last)],
    ['spread_bps', exactNumber(row?.spreadBps), shownNumber(row?.spreadBps, 2)],
    ['quality', row?.quality ?? 'UNKNOWN'],
    ['sequence', row?.sequence ?? 'UNKNOWN'],
    ['age_ms', row?.ageMs === undefined ? undefined : Math.round(row.ageMs), shownAge(row?.ageMs)],
    ['book_at', isoTime(market.bookTs)],
    ['position', qtyText(market.position, scale)],
    ['average', price(market.average), shownPrice(market.average, scale)],
    ['unrealised', exactNumber(market.unrealised), shownNumber(market.unrealised, 2, true)],
    ['stop', price(market.stop)],
    ['own_orders', market.own.length],
  ])
  const more = {
    book: bookSheet(market, scale, depth),
    tape: tapeSheet(market, scale, depth),
    bars: barSheet(chart.bars, scale, depth),
  }
  return sheetsOutcome(main, more, format, { code: EXIT.ok, message: id })
}

type Level = readonly [price: number, qty: number]

function bookSheet({ bids, asks }: MarketView, scale: InstrumentScale, depth: number): Sheet {
  const levels = Array.from(
    { length: Math.min(depth, Math.max(bids.length, asks.length)) },
    (_, at) => [bids[at], asks[at]] as const,
  )
  const qty = (level: Level | undefined) => qtyText(level?.[1], scale)
  const price = (level: Level | undefined) => priceText(level?.[0], scale)
  return sheet(
    [
      { name: 'bid_qty', align: 'right', exact: ([bid]: (typeof levels)[number]) => qty(bid) },
      { name: 'bid', align: 'right', exact: ([bid]) => price(bid) },
      { name: 'ask', align: 'right', exact: ([, ask]) => price(ask) },
      { name: 'ask_qty', align: 'right', exact: ([, ask]) => qty(ask) },
    ],
    levels,
    { empty: 'no book' },
  )
}

function tapeSheet({ tape }: MarketView, scale: InstrumentScale, depth: number): Sheet {
  return sheet(
    [
      { name: 'time', align: 'left', exact: ({ ts }: MarketView['tape'][number]) => isoTime(ts) },
      { name: 'taker', align: 'left', exact: ({ taker }) => (taker > 0 ? 'buy' : 'sell') },
      { name: 'price', align: 'right', exact: ({ price }) => priceText(price, scale) },
      { name: 'qty', align: 'right', exact: ({ qty }) => qtyText(qty, scale) },
    ],
    tape.slice(0, depth),
    { empty: 'no trades yet' },
  )
}

function barSheet(bars: BarsView, scale: InstrumentScale, depth: number): Sheet {
  const rows = bars.openTs.map((_, at) => at).slice(-depth)
  const price = (name: 'open' | 'high' | 'low' | 'close') => ({
    name,
    align: 'right' as const,
    exact: (at: number) => priceText(bars[name][at], scale),
  })
  return sheet(
    [
      { name: 'opened', align: 'left', exact: (at: number) => isoTime(bars.openTs[at]) },
      price('open'),
      price('high'),
      price('low'),
      price('close'),
      { name: 'volume', align: 'right', exact: (at) => qtyText(bars.volume[at], scale) },
    ],
    rows,
    { empty: 'no bars yet' },
  )
}
