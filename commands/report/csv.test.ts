import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { flatToFlat } from '../../src/research/trades.ts'
import { csvText, dailyRows, equityRows, fillRows, orderRows, tradeRows } from './csv.ts'
import { HOURS_PER_DAY, sampleRun } from './sample-report.ts'

const { report, fills, equity } = sampleRun(300 * HOURS_PER_DAY)
const names = { instruments: report.instruments, bots: ['bot-1'], moneyDecimals: 2 }

/** The records that a reader of the file gets. */
const read = (rows: Iterable<readonly string[]>): Record<string, string>[] =>
  parse([...csvText(rows)].join(''), { columns: true })

test('equity has a row a point, times in RFC 3339', () => {
  const records = read(equityRows(report.equity, report.drawdown, 2))
  expect(records).toHaveLength(report.equity.ts.length)
  expect(records[0]).toEqual({ ts: '2021-01-01T01:00:00Z', equity: '10000.00', drawdown: '0.00000000' })
  expect(read(dailyRows(equity.daily(), 2))[0]?.['day']).toBe('2021-01-01')
})

test('trades and fills are decimals in the precision of their instrument', () => {
  const { closed } = flatToFlat(fills)
  const trades = read(tradeRows(closed, names))
  expect(trades).toHaveLength(closed.length)
  expect(trades[0]).toMatchObject({ trade: '1', instrument: 'BTC/USDT', bot: 'bot-1' })
  expect(trades[0]?.['qty']).toMatch(/^0\.[24]00$/)
  expect(trades[0]?.['entry_price']).toMatch(/^\d{5}\.\d{2,4}$/)
  expect(Number(trades[0]?.['pnl'])).toBeCloseTo(closed.pnl[0] ?? 0, 2)
  const rows = read(fillRows(fills, names))
  expect(rows).toHaveLength(fills.length)
  expect(rows[0]?.['order']).toBe('o1')
  expect(rows[0]?.['price']).toMatch(/^\d{5}\.\d{2}$/)
  expect(new Set(rows.map((row) => row['liquidity']))).toEqual(new Set(['maker', 'taker']))
})

test('orders leave what they do not have empty, and no cell is a formula', () => {
  const order = {
    orderNumber: 7,
    instrument: 0,
    bot: 0,
    side: 'sell' as const,
    type: 'STOP_LIMIT',
    timeInForce: 'GTC',
    createdTs: 1_609_459_200_000_000,
    endedTs: undefined,
    qty: 1500,
    filled: 500,
    limit: 3_000_000,
    stop: undefined,
    state: 'PARTIAL',
    reasonCode: '=HYPERLINK("x")',
  }
  expect(read(orderRows([order], names))).toEqual([
    {
      order: 'o7',
      instrument: 'BTC/USDT',
      bot: 'bot-1',
      side: 'sell',
      type: 'STOP_LIMIT',
      time_in_force: 'GTC',
      created_ts: '2021-01-01T00:00:00Z',
      ended_ts: '',
      qty: '1.500',
      filled: '0.500',
      limit: '30000.00',
      stop: '',
      state: 'PARTIAL',
      reason_code: `'=HYPERLINK("x")`,
    },
  ])
})

test('an empty run writes the titles alone', () => {
  const empty = sampleRun(0)
  expect([...csvText(fillRows(empty.fills, names))].join('')).toMatch(/^ts,order,.*\n$/)
  expect([...csvText(equityRows(empty.report.equity, empty.report.drawdown, 2))].join('')).toBe('ts,equity,drawdown\n')
})

test('a long file comes in pieces and reads as one', () => {
  const rows = Array.from({ length: 10_000 }, (_, at) => [String(at)])
  const pieces = [...csvText(rows)]
  expect(pieces.length).toBe(3)
  expect(pieces.join('').split('\n')).toHaveLength(10_001)
})
