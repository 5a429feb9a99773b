import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bookColumns, tradeColumns } from '../../market/columns.ts'
import { FeedLine } from './feed-line.ts'
import type { MarketSink } from './simulated-market.ts'

/** A message: how many rows it has (0 is a print), and whether somebody listens after it. */
const message = fc.record({ at: fc.nat(3), rows: fc.nat(200), delivers: fc.boolean() })

test('every message arrives whole, in order, as late as the feed is, however many are on the way', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
      const line = new FeedLine(7)
      const arrived: unknown[] = []
      const sink: MarketSink = {
        onBook(at, { venueTs, recvTs, side, price, qty, last }, from, to) {
          const rows = Array.from({ length: to - from }, (_, n) => [side, price, qty, last].map((c) => c[from + n]))
          arrived.push({ at, venueTs: venueTs[from], recvTs: recvTs[to - 1], rows })
        },
        onTrade: (at, { venueTs, recvTs, price, qty, taker }, row) =>
          void arrived.push({
            at,
            venueTs: venueTs[row],
            recvTs: recvTs[row],
            print: [price, qty, taker].map((c) => c[row]),
          }),
      }
      const sent: unknown[] = []
      // Reused for every message, as the market does.
      const [book, trades] = [bookColumns(256), tradeColumns(4)]
      messages.forEach(({ at, rows, delivers }, n) => {
        if (rows === 0) {
          trades.venueTs[1] = n
          trades.price[1] = 100 + n
          trades.qty[1] = 1 + n
          trades.taker[1] = -1
          line.onTrade(at, trades, 1)
          sent.push({ at, venueTs: n, recvTs: n + 7, print: [100 + n, 1 + n, -1] })
        } else {
          const told = Array.from({ length: rows }, (_, row) => [
            row % 2 === 0 ? 1 : -1,
            50 + n + row,
            n,
            +(row === rows - 1),
          ])
          told.forEach(([side = 0, price = 0, qty = 0, last = 0], row) => {
            book.venueTs[3 + row] = n
            book.side[3 + row] = side
            book.price[3 + row] = price
            book.qty[3 + row] = qty
            book.last[3 + row] = last
          })
          line.onBook(at, book, 3, 3 + rows)
          sent.push({ at, venueTs: n, recvTs: n + 7, rows: told })
        }
        if (delivers) line.deliver(sink)
      })
      while (line.nextTs < Number.POSITIVE_INFINITY) {
        expect(line.nextTs).toBe((sent[arrived.length] as { readonly recvTs: number }).recvTs)
        line.deliver(sink)
      }
      expect(arrived).toEqual(sent)
    }),
  )
})
