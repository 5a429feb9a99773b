import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { bookColumns, tradeColumns } from '../market/columns.ts'
import { InputLog, InputLogError, InputPlayer } from './input-log.ts'
import type { Kernel } from './kernel.ts'

/** A kernel that only listens. */
function listener(): { kernel: Kernel; heard: unknown[] } {
  const heard: unknown[] = []
  const kernel = {
    onTrade: (at: number, { venueTs, recvTs, price, qty, taker }: ReturnType<typeof tradeColumns>, row: number) =>
      heard.push(['trade', at, venueTs[row], recvTs[row], price[row], qty[row], taker[row]]),
    onBook: (at: number, { venueTs, recvTs, side, price, qty, last }: ReturnType<typeof bookColumns>, row: number) =>
      heard.push(['book', at, venueTs[row], recvTs[row], side[row], price[row], qty[row], last[row]]),
    onReport: (report: unknown, ts: number) => heard.push(['report', report, ts]),
    onClock: (ts: number) => heard.push(['clock', ts]),
    onGuard: (news: unknown, ts: number) => heard.push(['guard', news, ts]),
  }
  return { kernel: kernel as unknown as Kernel, heard }
}

const ts = integer({ min: 0, max: 2 ** 51 })
const input = record({
  kind: constantFrom('trade', 'book', 'clock', 'report', 'guard'),
  at: integer({ min: 0, max: 127 }),
  venueTs: ts,
  recvTs: ts,
  price: integer({ min: 0, max: 2 ** 51 }),
  qty: integer({ min: 0, max: 2 ** 51 }),
  rows: integer({ min: 1, max: 5 }),
  isBuy: boolean(),
})

test('another kernel hears exactly what the first did, however the recording is cut into chunks', () => {
  assert(
    property(array(input, { maxLength: 60 }), integer({ min: 1, max: 7 }), (inputs, every) => {
      const first = listener()
      const log = new InputLog(first.kernel)
      const chunks: Uint8Array[] = []
      inputs.forEach(({ kind, at, venueTs, recvTs, price, qty, rows, isBuy }, n) => {
        if (kind === 'trade') {
          const columns = tradeColumns(1)
          columns.venueTs[0] = venueTs
          columns.recvTs[0] = recvTs
          columns.price[0] = price
          columns.qty[0] = qty
          columns.taker[0] = isBuy ? 1 : -1
          log.trade(at, columns, 0)
        } else if (kind === 'book') {
          const columns = bookColumns(rows)
          for (let row = 0; row < rows; row++) {
            columns.venueTs[row] = venueTs
            columns.recvTs[row] = recvTs
            columns.side[row] = row === 0 ? 0 : isBuy ? 1 : -1
            columns.price[row] = Math.max(0, price - row)
            columns.qty[row] = qty
            columns.last[row] = row === rows - 1 ? 1 : 0
          }
          log.book(at, columns, 0, rows)
        } else if (kind === 'clock') log.clock(recvTs)
        else if (kind === 'guard') log.guard({ guard: 'clock', status: 'OK', seenTs: venueTs, detail: '' }, recvTs)
        else log.report({ kind: 'fill', fee: BigInt(price) * -7n, orderId: 'o1' } as never, recvTs)
        const chunk = n % every === 0 ? log.take() : undefined
        if (chunk !== undefined) chunks.push(chunk)
      })
      const rest = log.take()
      if (rest !== undefined) chunks.push(rest)
      const second = listener()
      const player = new InputPlayer(second.kernel)
      for (const chunk of chunks) player.play(chunk)
      expect(second.heard).toEqual(first.heard)
      expect(player.inputs).toBe(inputs.length)
    }),
  )
})

test('a recording that was cut off, or is of a kind that is not known, says so', () => {
  const { kernel } = listener()
  const log = new InputLog(kernel)
  log.clock(5)
  const bytes = log.take() ?? new Uint8Array()
  expect(() => new InputPlayer(kernel).play(bytes.slice(0, -1))).toThrow(InputLogError)
  expect(() => new InputPlayer(kernel).play(Uint8Array.of(99, 0))).toThrow('found 99')
})
