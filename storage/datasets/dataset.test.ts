import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { instrumentWith } from '../../fixtures/datasets/instruments.ts'
import { formatDecimal } from '../../src/domain/decimal.ts'
import type { BarColumns, BookColumns, MarketColumns, QuoteColumns, TradeColumns } from '../../src/market/columns.ts'
import type { TimeRange } from './column-builder.ts'
import { commonRecvShift, type Dataset, inferTerms, type OpenOptions, openDataset } from './dataset.ts'
import { DatasetError, Faults, DATASET_HINTS } from './fault.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datasets-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let made = 0
function file(content: string | Uint8Array, name = 'x.csv'): string {
  const path = join(folder, `${++made}-${name}`)
  writeFileSync(path, content)
  return path
}
const from = (content: string, options?: OpenOptions) => openDataset(file(content), options)

async function fault(action: Promise<unknown>): Promise<DatasetError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(DatasetError)
  return error as DatasetError
}

function own(dataset: Dataset) {
  const { tickSize, lotSize } = inferTerms(dataset)
  return instrumentWith(formatDecimal(tickSize), formatDecimal(lotSize))
}

async function read(
  dataset: Dataset,
  {
    instrument = own(dataset),
    range = {},
    faults,
  }: { instrument?: ReturnType<typeof own>; range?: TimeRange; faults?: Faults } = {},
) {
  const chunks: MarketColumns[] = []
  for await (const chunk of dataset.chunks(instrument, range, faults === undefined ? {} : { faults }))
    chunks.push(chunk)
  return chunks
}

type Name = Exclude<keyof BarColumns | keyof TradeColumns | keyof QuoteColumns | keyof BookColumns, 'kind' | 'length'>

/** The filled rows of a column over all chunks. */
function column(chunks: readonly MarketColumns[], name: Name): number[] {
  return chunks.flatMap((chunk) => {
    const values = Object.entries(chunk).find(([key]) => key === name)?.[1]
    return [...(values as Float64Array).subarray(0, chunk.length)]
  })
}

const MINUTE = 60_000_000
const T0 = 1_700_000_040_000_000
const bars = (rows: readonly string[], header = 'ts_ms,open,high,low,close,volume') =>
  `${header}\n${rows.map((row) => `${row}\n`).join('')}`
const at = (minute: number) => (T0 + minute * MINUTE) / 1000
const bar = (minute: number, ohlcv = '1.5,2,1,1.75,10') => `${at(minute)},${ohlcv}`
const GOOD = [bar(0), bar(1), bar(2)]

describe('opening', () => {
  test('says what the file holds', async () => {
    const content = bars([bar(0), bar(1, '1.50,2.125,1,1.75,0'), bar(4, '1.5,2,1,1.75,0.0010')])
    const dataset = await from(content)
    expect(dataset).toMatchObject({
      format: 'csv',
      compression: 'none',
      kind: 'bars',
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      columns: { time: 'ts_ms', open: 'open', high: 'high', low: 'low', close: 'close', volume: 'volume' },
      rows: 3,
      firstTs: T0,
      lastTs: T0 + 4 * MINUTE,
      priceDecimals: 3,
      qtyDecimals: 4,
      qtyDecimalsUsed: 3,
      barStepUs: MINUTE,
      gaps: { count: 1, missing: 2, largest: [{ afterTs: T0 + MINUTE, untilTs: T0 + 4 * MINUTE, missing: 2 }] },
      zeroVolume: 1,
      recvShiftUs: 0,
    })
    expect(inferTerms(dataset)).toEqual({ tickSize: { units: 1n, scale: 3 }, lotSize: { units: 1n, scale: 4 } })
    expect(inferTerms(dataset, 'used').lotSize.scale).toBe(3)
  })

  test('decimals are those of the whole file, not of its beginning', async () => {
    const rows = Array.from({ length: 3000 }, (_, minute) =>
      bar(minute, minute === 2999 ? '1.5,2,1,1.7512345,1' : '1.5,2,1,2,1'),
    )
    expect((await from(bars(rows))).priceDecimals).toBe(7)
  })

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)('%s is told by its bytes, whatever the name', async (compression, pack) => {
    const stored = pack(Buffer.from(bars(GOOD)))
    const dataset = await openDataset(file(stored, 'plain.csv'))
    expect(dataset).toMatchObject({ compression, rows: 3, bytes: stored.length })
    expect(dataset.sha256).toBe(createHash('sha256').update(stored).digest('hex'))
    expect(column(await read(dataset), 'close')).toEqual([175, 175, 175])
  })

  test('progress goes up to the size of the file', async () => {
    const steps: [number, number][] = []
    const dataset = await from(bars(Array.from({ length: 30_000 }, (_, minute) => bar(minute))), {
      progress: (...step) => steps.push(step),
    })
    expect(steps.at(-1)).toEqual([dataset.bytes, dataset.bytes])
    expect(steps.length).toBeGreaterThan(2)
    expect(steps.map(([done]) => done)).toEqual(steps.map(([done]) => done).toSorted((a, b) => a - b))
  })

  test.each([
    ['a mark of UTF-8 at the start', `\uFEFF${bars(GOOD)}`],
    ['CRLF', bars(GOOD).replaceAll('\n', '\r\n')],
    ['semicolons', bars(GOOD).replaceAll(',', ';')],
    ['tabs', bars(GOOD).replaceAll(',', '\t')],
    ['quotes', bars(GOOD).replaceAll(/[^,\n]+/g, '"$&"')],
    ['blank lines', bars(GOOD).replaceAll('\n', '\n\n')],
    ['no header', bars(GOOD).split('\n').slice(1).join('\n')],
    ['no line break at the end', bars(GOOD).trimEnd()],
    ['upper case and short names', bars(GOOD, 'Timestamp,O,H,L,C,V')],
    [
      'other columns around',
      bars(
        GOOD.map((row) => `x,${row},7`),
        'note,Open Time,Open,High,Low,Close,Volume,trades',
      ),
    ],
    [
      'another order',
      bars(
        GOOD.map((row) => row.split(',').toReversed().join(',')),
        'volume,close,low,high,open,time',
      ),
    ],
    [
      'times as text',
      bars(
        GOOD.map((row) => row.replace(/^\d+/, (ms) => new Date(Number(ms)).toISOString())),
        'date,open,high,low,close,volume',
      ),
    ],
  ])('the same bars come of a file with %s', async (_, content) => {
    const chunks = await read(await from(content))
    expect(column(chunks, 'openTs')).toEqual([T0, T0 + MINUTE, T0 + 2 * MINUTE])
    expect(column(chunks, 'closeTs')).toEqual([T0 + MINUTE, T0 + 2 * MINUTE, T0 + 3 * MINUTE])
    expect(column(chunks, 'open')).toEqual([150, 150, 150])
    expect(column(chunks, 'high')).toEqual([200, 200, 200])
    expect(column(chunks, 'low')).toEqual([100, 100, 100])
    expect(column(chunks, 'close')).toEqual([175, 175, 175])
    expect(column(chunks, 'volume')).toEqual([10, 10, 10])
  })

  test('unread columns are listed', async () => {
    expect(
      (
        await from(
          bars(
            GOOD.map((row) => `${row},7`),
            'ts_ms,open,high,low,close,volume,trades',
          ),
        )
      ).ignored,
    ).toEqual(['trades'])
  })

  test('columns can be named where their names say nothing', async () => {
    const content = bars(GOOD, 'when,a1,a2,a3,a4,a5')
    expect((await fault(from(content))).code).toBe('UNKNOWN_COLUMNS')
    const columns = { time: 'when', open: 'a1', high: 'a2', low: 'a3', close: 'a4', volume: 'A5' }
    expect((await from(content, { columns })).rows).toBe(3)
  })
})

describe('bars', () => {
  test('stamps may be those of the close', async () => {
    const chunks = await read(await from(bars([bar(1), bar(2), bar(7)]), { stamp: 'close' }))
    expect(column(chunks, 'openTs')).toEqual([T0, T0 + MINUTE, T0 + 6 * MINUTE])
    expect(column(chunks, 'closeTs')).toEqual([T0 + MINUTE, T0 + 2 * MINUTE, T0 + 7 * MINUTE])
  })

  test('a short month ends where the next one begins, in either kind of stamp', async () => {
    const days = ['2023-12-01', '2024-01-01', '2024-02-01', '2024-03-01', '2024-04-01']
    const content = bars(
      days.map((day) => `${day},1,1,1,1,1`),
      'date,open,high,low,close,volume',
    )
    const us = (day: string) => Date.parse(day) * 1000
    const opens = await read(await from(content))
    expect(column(opens, 'closeTs')).toEqual([...days.slice(1), '2024-05-02'].map(us))
    const closes = await read(await from(content, { stamp: 'close' }))
    expect(column(closes, 'openTs')).toEqual(['2023-10-31', ...days.slice(0, -1)].map(us))
  })

  test('chunks hold at most 65 536 rows, in order, and a range cuts by the open', async () => {
    const count = 140_000
    const dataset = await from(
      bars(Array.from({ length: count }, (_, minute) => bar(minute, `1,2,1,${1 + (minute % 100) / 100},1`))),
    )
    const chunks = await read(dataset)
    expect(chunks.map(({ length }) => length)).toEqual([65_536, 65_536, count - 131_072])
    expect(column(chunks, 'openTs')).toEqual(Array.from({ length: count }, (_, minute) => T0 + minute * MINUTE))
    const range = { fromTs: T0 + 65_530 * MINUTE, toTs: T0 + 65_540 * MINUTE }
    expect(column(await read(dataset, { range }), 'openTs')).toEqual(
      Array.from({ length: 10 }, (_, i) => range.fromTs + i * MINUTE),
    )
  })

  test('the noise of binary arithmetic in a file is no digit of a price', async () => {
    const dataset = await from(
      bars([bar(0, '0.30000000000000004,1.1400000000000001,0.1,0.2,3'), bar(1, '0.1,0.29999999999999999,0.1,0.25,3')]),
    )
    expect(dataset).toMatchObject({ priceDecimals: 2, priceDecimalsUsed: 2 })
    const chunks = await read(dataset)
    expect(column(chunks, 'open')).toEqual([30, 10])
    expect(column(chunks, 'high')).toEqual([114, 30])
  })

  test('volumes finer than a lot stay fractions', async () => {
    const dataset = await from(bars([bar(0, '1,1,1,1,2.5')]))
    expect(column(await read(dataset, { instrument: instrumentWith('1', '1') }), 'volume')).toEqual([2.5])
  })

  test('decimals become exact ticks, whatever the tick', async () => {
    const scale = fc.integer({ min: 0, max: 8 })
    await fc.assert(
      fc.asyncProperty(
        scale,
        fc.constantFrom(1, 2, 5, 25),
        fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 20 }),
        async (digits, units, ticks) => {
          const text = (value: number) => formatDecimal({ units: BigInt(value) * BigInt(units), scale: digits })
          const rows = ticks.map((value, minute) =>
            bar(minute, `${text(value)},${text(value)},${text(value)},${text(value)},1`),
          )
          const instrument = instrumentWith(formatDecimal({ units: BigInt(units), scale: digits }), '1')
          expect(column(await read(await from(bars(rows)), { instrument }), 'close')).toEqual(ticks)
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('trades', () => {
  const HEADER = 'ts_ms,price,qty,side,trade_id'
  test('the side is that of the taker', async () => {
    const dataset = await from(bars([`${at(0)},1.5,2,buy,1`, `${at(0)},1.5,3,sell,2`, `${at(1)},1.5,3,,3`], HEADER))
    expect(dataset.kind).toBe('trades')
    const chunks = await read(dataset)
    expect(column(chunks, 'taker')).toEqual([1, -1, 0])
    expect(column(chunks, 'qty')).toEqual([2, 3, 3])
    expect(column(chunks, 'recvTs')).toEqual([T0, T0, T0 + MINUTE])
  })

  test('a buyer who was the maker means that the taker sold', async () => {
    const dataset = await from(
      bars(
        [`1,1.5,2,${at(0)},True`, `2,1.5,2,${at(0)},false`],
        'agg_trade_id,price,quantity,transact_time,is_buyer_maker',
      ),
    )
    expect(column(await read(dataset), 'taker')).toEqual([-1, 1])
  })

  test('receipt is shifted so that nothing is received before it is sent, by one amount for all', async () => {
    const rows = [`${at(0)},1,1,buy,${T0 - 1_200_000}999`, `${at(1)},1,1,buy,${T0 + MINUTE - 1_300_000}000`]
    const dataset = await from(bars(rows, 'ts_ms,price,qty,side,recv_ts_ns'))
    expect(dataset.recvShiftUs).toBe(1_300_000)
    const chunks = await read(dataset)
    expect(column(chunks, 'venueTs')).toEqual([T0, T0 + MINUTE])
    expect(column(chunks, 'recvTs')).toEqual([T0 + 100_000, T0 + MINUTE])
    expect(dataset).toMatchObject({ firstTs: T0 + 100_000, lastTs: T0 + MINUTE })
    expect(commonRecvShift([dataset, { recvShiftUs: 5 }])).toBe(1_300_000)
    const shifted = await from(bars(rows, 'ts_ms,price,qty,side,recv_ts_ns'), { recvShiftUs: 2_000_000 })
    expect(column(await read(shifted), 'recvTs')).toEqual([T0 + 800_000, T0 + MINUTE + 700_000])
  })

  test('rising times of receipt are the order, even where venue times are not', async () => {
    const rows = [`${at(1)},1,1,buy,${T0}000`, `${at(0)},1,1,buy,${T0 + 5}000`]
    expect((await from(bars(rows, 'ts_ms,price,qty,side,recv_ts_ns'))).rows).toBe(2)
  })

  test.each([
    ['next to each other', ['7', '7']],
    ['apart', ['7', '9', '8', '7']],
    ['as text', ['TX-a', 'TX-b', 'TX-a']],
    ['beyond 2^53', ['9007199254740993', '9007199254740995', '9007199254740993']],
  ])('a repeated id is found %s, and only that', async (_, ids) => {
    const rows = ids.map((id, i) => `${at(i)},1,1,buy,${id}`)
    expect(await fault(from(bars(rows, HEADER)))).toMatchObject({ code: 'DUPLICATE', line: ids.length + 1 })
    expect((await from(bars(rows.slice(0, -1), HEADER))).rows).toBe(ids.length - 1)
    expect((await from(bars(rows, HEADER), { repair: true })).faults.DUPLICATE?.count).toBe(1)
  })
})

describe('quotes', () => {
  test('sizes are 0 where the file has none; crossed and locked quotes are kept and counted', async () => {
    const dataset = await from(bars([`${at(0)},1.5,1.6`, `${at(1)},1.6,1.6`, `${at(2)},1.7,1.6`], 'ts_ms,bid,ask'))
    expect(dataset).toMatchObject({ kind: 'quotes', crossed: 1, locked: 1, rowsKept: 3 })
    expect(dataset.faults.CROSSED).toMatchObject({ count: 1, policy: 'report' })
    const chunks = await read(dataset)
    expect(column(chunks, 'bid')).toEqual([15, 16, 17])
    expect(column(chunks, 'askQty')).toEqual([0, 0, 0])
  })

  test('bars of quotes are quotes of their closes', async () => {
    const header = 'ts_ms,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close'
    const dataset = await from(bars([`${at(0)},1,2,1,1.5,1,3,1,2.5`], header))
    expect(dataset).toMatchObject({ kind: 'quotes', columns: { bid: 'bid_close', ask: 'ask_close' } })
    expect(column(await read(dataset), 'ask')).toEqual([25])
  })

  test('a venue that sends no time is received when it is received', async () => {
    const header = 'recv_ts_ns,event_ts_ms,bid_price,bid_qty,ask_price,ask_qty'
    const chunks = await read(await from(bars([`${T0}123,,1,2,3,4`, `${T0 + 9}000,,1,2,3,4`], header)))
    expect(column(chunks, 'venueTs')).toEqual([T0, T0 + 9])
    expect(column(chunks, 'bidQty')).toEqual([2, 2])
  })
})

describe('book', () => {
  const HEADER = 'recv_ts_ns,seq,event_ts_ms,first_update_id,final_update_id,side,price,qty'
  const row = (seq: number, rest: string) => `${T0 + seq}000,${seq},${at(0)},${seq},${seq},${rest}`
  test('the last row of a message is marked, rows of one message share its number', async () => {
    const dataset = await from(
      bars([row(1, 'bid,1.5,2'), row(1, 'ask,1.6,0'), row(2, 'bid,1.4,1'), row(3, 'ask,2,1')], HEADER),
    )
    expect(dataset.kind).toBe('book')
    const chunks = await read(dataset)
    expect(column(chunks, 'side')).toEqual([1, -1, 1, -1])
    expect(column(chunks, 'last')).toEqual([0, 1, 1, 1])
    expect(column(chunks, 'qty')).toEqual([2, 0, 1, 1])
  })

  test.each([65_535, 65_536, 65_537])(
    'a message that ends after %i rows is marked there, whatever the chunks',
    async (length) => {
      const rows = Array.from({ length: 70_000 }, (_, i) => row(i < length ? 1 : 2, 'bid,1.5,2'))
      const marks = column(await read(await from(bars(rows, HEADER))), 'last')
      expect(marks.flatMap((mark, i) => (mark === 1 ? [i] : []))).toEqual([length - 1, 69_999])
    },
  )

  test('a snapshot clears the book first', async () => {
    const dataset = await from(
      bars([`${T0}000,5,99,bid,1.5,2`, `${T0}000,5,99,ask,1.6,2`], 'recv_ts_ns,seq,last_update_id,side,price,qty'),
    )
    const chunks = await read(dataset)
    expect(column(chunks, 'side')).toEqual([0, 1, -1])
    expect(column(chunks, 'last')).toEqual([0, 0, 1])
  })

  test('without ids, bids and asks make a book of what would be trades', async () => {
    expect((await from(bars([`${at(0)},bid,1.5,2`], 'ts_ms,side,price,qty'))).kind).toBe('book')
    expect((await from(bars([`${at(0)},buy,1.5,2`], 'ts_ms,side,price,qty'))).kind).toBe('trades')
  })
})

/** Every code, with the place it names, and what is left after a repair (undefined: it cannot be repaired). */
const FAULTY: readonly [
  name: string,
  code: string,
  content: string,
  place: Partial<DatasetError>,
  left: readonly number[] | undefined,
][] = [
  ['a row with too few fields', 'TORN_ROW', bars([bar(0), `${at(1)},1,2`, bar(2)]), { line: 3 }, [0, 2]],
  ['a row with too many fields', 'TORN_ROW', bars([bar(0), `${bar(1)},9`, bar(2)]), { line: 3 }, [0, 2]],
  ['a cut last line', 'TORN_ROW', `${bars([bar(0), bar(1)])}${at(2)},1.5,2`, { line: 4 }, [0, 1]],
  ['quotes that do not match', 'TORN_ROW', bars([bar(0), `${at(1)},"1.5,2,1,1.75,10`, bar(2)]), { line: 3 }, [0, 2]],
  ['NaN', 'NOT_A_NUMBER', bars([bar(0), bar(1, '1.5,2,NaN,1.75,10')]), { line: 3, column: 'low', value: 'NaN' }, [0]],
  ['a word', 'NOT_A_NUMBER', bars([bar(0), bar(1, '1.5,2,1,n/a,10')]), { line: 3, column: 'close', value: 'n/a' }, [0]],
  [
    'an empty field',
    'NOT_A_NUMBER',
    bars([bar(0), bar(1, '1.5,2,1,1.75,')]),
    { line: 3, column: 'volume', value: '' },
    [0],
  ],
  [
    'a decimal comma',
    'NOT_A_NUMBER',
    bars([bar(0), bar(1, '"1,5",2,1,1.75,1')]),
    { line: 3, column: 'open', value: '1,5' },
    [0],
  ],
  ['no time', 'NOT_A_NUMBER', bars([bar(0), ',1.5,2,1,1.75,10']), { line: 3, column: 'ts_ms' }, [0]],
  [
    'a price of 0',
    'NON_POSITIVE_PRICE',
    bars([bar(0), bar(1, '0,2,0,1,10')]),
    { line: 3, column: 'open', value: '0' },
    [0],
  ],
  [
    'a negative price',
    'NON_POSITIVE_PRICE',
    bars([bar(0), bar(1, '1,2,-1,1,10')]),
    { line: 3, column: 'low', value: '-1' },
    [0],
  ],
  ['a negative volume', 'NEGATIVE_VOLUME', bars([bar(0), bar(1, '1.5,2,1,1.75,-1')]), { line: 3, value: '-1' }, [0]],
  ['high below low', 'RANGE', bars([bar(0), bar(1, '1.5,1,2,1.75,1')]), { line: 3, column: 'high', value: '1' }, [0]],
  [
    'open above high',
    'RANGE',
    bars([bar(0), bar(1, '2.5,2,1,1.75,1')]),
    { line: 3, column: 'open', value: '2.5' },
    [0],
  ],
  [
    'close below low',
    'RANGE',
    bars([bar(0), bar(1, '1.5,2,1,0.5,1')]),
    { line: 3, column: 'close', value: '0.5' },
    [0],
  ],
  ['a bar twice', 'DUPLICATE', bars([bar(0), bar(1), bar(1, '9,9,9,9,9'), bar(2)]), { line: 4 }, [0, 1, 2]],
  ['bars out of order', 'UNSORTED', bars([bar(0), bar(2), bar(1), bar(3)]), { line: 4 }, [0, 1, 2, 3]],
  [
    'mixed units of time',
    'TIME_UNIT',
    bars([bar(0), bar(1).replace('000,', ',')]),
    { line: 3, column: 'ts_ms' },
    undefined,
  ],
  [
    'a time without a zone',
    'TIME_ZONE',
    bars(['2024-01-01 00:00:00,1,1,1,1,1'], 'date,o,h,l,c,v'),
    { line: 2, column: 'date' },
    undefined,
  ],
  [
    'mixed zones',
    'TIME_ZONE',
    bars(['2024-01-01T00:00:00Z,1,1,1,1,1', '2024-01-01T00:01:00,1,1,1,1,1'], 'date,o,h,l,c,v'),
    { line: 3 },
    undefined,
  ],
  ['nothing', 'EMPTY_FILE', '', {}, undefined],
  ['only blank lines', 'EMPTY_FILE', '\n\r\n\n', {}, undefined],
  ['a header only', 'EMPTY_FILE', bars([]), {}, undefined],
  ['columns of nothing', 'UNKNOWN_COLUMNS', 'name,age\nx,3\n', { line: 1 }, undefined],
  ['prices without a time', 'UNKNOWN_COLUMNS', 'open,high,low,close\n1,1,1,1\n', { line: 1 }, undefined],
  ['twelve numbers and no header', 'UNKNOWN_COLUMNS', `${bar(0)},1,2,3,4,5,6\n`, { line: 1 }, undefined],
  ['JSON lines', 'UNKNOWN_COLUMNS', '{"ts":1,"bid":2,"ask":3}\n', { line: 1 }, undefined],
  ['UTF-16', 'UNKNOWN_COLUMNS', `\uFEFF${bars(GOOD)}`, { line: 1 }, undefined],
  [
    'two symbols',
    'WRONG_INSTRUMENT',
    bars([`${bar(0)},A`, `${bar(1)},B`], 'ts_ms,o,h,l,c,v,symbol'),
    { line: 3, column: 'symbol', value: 'B' },
    undefined,
  ],
]

describe('faults', () => {
  test.each(FAULTY)('%s is %s', async (name, code, content, place, left) => {
    const path = file(name === 'UTF-16' ? Buffer.from(content, 'utf16le') : content)
    const error = await fault(openDataset(path))
    expect(error).toMatchObject({ code, file: path, hint: DATASET_HINTS[error.code], ...place })
    expect(error.message).toContain(`${code} ${path}${place.line === undefined ? '' : `:${place.line}`}`)
    if (left === undefined) {
      expect(await fault(openDataset(path, { repair: true }))).toMatchObject({ code })
      return
    }
    const dataset = await openDataset(path, { repair: true })
    const times = column(await read(dataset), 'openTs')
    expect(times).toEqual(left.map((minute) => T0 + minute * MINUTE))
    expect(dataset.faults[error.code]).toMatchObject({ count: 1 })
    expect(dataset.faults[error.code]?.examples).toHaveLength(1)
  })

  test('the first of two equal bars is the one that is kept', async () => {
    const dataset = await from(bars([bar(0), bar(1, '1,1,1,1,1'), bar(1, '9,9,9,9,9')]), { repair: true })
    expect(column(await read(dataset), 'close')).toEqual([175, 100])
  })

  test('a symbol other than the one asked for is refused, the right one is not', async () => {
    const content = bars([`${bar(0)},A`], 'ts_ms,o,h,l,c,v,symbol')
    expect(await fault(from(content, { symbol: 'B' }))).toMatchObject({ code: 'WRONG_INSTRUMENT', value: 'A' })
    expect((await from(content, { symbol: 'A' })).symbol).toBe('A')
  })

  test('a price finer than the tick is refused by the instrument, and a repair drops the row', async () => {
    const content = bars([bar(0), bar(1, '1.5,2,1,1.625,10')])
    const instrument = instrumentWith('0.25', '1')
    const dataset = await from(content)
    expect(await fault(read(dataset, { instrument }))).toMatchObject({
      code: 'OFF_TICK',
      line: 3,
      column: 'close',
      value: '1.625',
    })
    const faults = new Faults(dataset.path, true)
    expect(column(await read(await from(content, { repair: true }), { instrument, faults }), 'close')).toEqual([7])
    expect(faults.report().OFF_TICK).toMatchObject({ count: 1, policy: 'drop' })
  })

  test('a quantity finer than the lot is refused too', async () => {
    const dataset = await from(bars([`${at(0)},1,0.5`], 'ts_ms,price,qty'))
    expect(await fault(read(dataset, { instrument: instrumentWith('1', '1') }))).toMatchObject({
      code: 'OFF_TICK',
      column: 'qty',
    })
  })

  test('numbers beyond 2^53 ticks are refused', async () => {
    const dataset = await from(bars([bar(0, '1,1000000000000,1,1,1')]))
    expect(await fault(read(dataset, { instrument: instrumentWith('0.00001', '1') }))).toMatchObject({
      code: 'TOO_LARGE',
      line: 2,
    })
  })

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)('a cut %s file is TRUNCATED; a repair keeps the whole rows before the cut', async (_, pack) => {
    const rows = Array.from({ length: 50_000 }, (_, minute) =>
      bar(minute, `1.5,2,1,1.${100 + ((minute * 7919) % 900)},${minute}`),
    )
    const whole = pack(Buffer.from(bars(rows)))
    const cut = whole.subarray(0, Math.floor(whole.length / 2))
    const path = file(cut, 'cut.csv.gz')
    expect(await fault(openDataset(path))).toMatchObject({ code: 'TRUNCATED', file: path })
    const dataset = await openDataset(path, { repair: true })
    expect(dataset.faults.TRUNCATED?.count).toBe(1)
    expect(dataset.rowsKept).toBeGreaterThan(1000)
    expect(dataset.rowsKept).toBeLessThan(50_000)
    expect(dataset.sha256).toBe(createHash('sha256').update(cut).digest('hex'))
    const kept = column(await read(dataset), 'openTs')
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, minute) => T0 + minute * MINUTE))
  })

  test('damage in a compressed file is TRUNCATED as well', async () => {
    const whole = gzipSync(Buffer.from(bars(GOOD)))
    // The check sum of the content, which is all that shows some damage.
    whole[whole.length - 6] = (whole[whole.length - 6] ?? 0) ^ 1
    expect((await fault(openDataset(file(whole)))).code).toBe('TRUNCATED')
  })

  test.each(['missing.csv', ''])('a path that is no file is UNREADABLE: %j', async (name) => {
    expect(await fault(openDataset(join(folder, name)))).toMatchObject({ code: 'UNREADABLE' })
  })

  test('a repair sorts within its window and drops what is older', async () => {
    const order = Array.from({ length: 70_000 }, (_, i) => i)
    // One row is 100 places late, another is later than any window.
    const [near] = order.splice(30_000, 1)
    order.splice(30_100, 0, near ?? 0)
    const [far] = order.splice(10, 1)
    for (let i = 70_000; i < 140_000; i++) order.push(i)
    order.push(far ?? 0)
    const dataset = await from(bars(order.map((minute) => bar(minute))), { repair: true })
    const times = column(await read(dataset), 'openTs')
    const expected = Array.from({ length: 140_000 }, (_, minute) => minute).filter((minute) => minute !== 10)
    expect(times).toEqual(expected.map((minute) => T0 + minute * MINUTE))
    expect(dataset).toMatchObject({ rows: 140_000, rowsKept: 139_999 })
    expect(dataset.faults.UNSORTED?.count).toBe(2)
  })

  test('a repair that sorts keeps rows of one time in the order of the file', async () => {
    const content = bars(
      [`${at(2)},9,1`, `${at(1)},5,1`, `${at(1)},3,1`, `${at(1)},4,1`, `${at(0)},7,1`],
      'ts_ms,price,qty',
    )
    const dataset = await from(content, { repair: true })
    expect(column(await read(dataset), 'price')).toEqual([7, 5, 3, 4, 9])
    expect(dataset.faults.UNSORTED?.count).toBe(4)
  })

  test('a last line without a break is kept when it has all its fields, and said', async () => {
    const dataset = await from(bars(GOOD).trimEnd())
    expect(dataset.rows).toBe(3)
    expect(dataset.notes.join()).toContain('no line break')
  })
})

test('any text is read or refused with a DatasetError, strict or repaired, and nothing else', async () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '',
      '1',
      '1.5',
      '-1',
      '0',
      'NaN',
      '1e400',
      '1e-400',
      'buy',
      'bid',
      '2024-01-01',
      '2024-01-01T00:00:00Z',
      '9999-12-31',
      '"',
      '"1"',
    ),
    fc.integer({ min: 1_600_000_000_000, max: 1_700_000_000_000 }).map(String),
    fc.double().map(String),
    fc.string({ maxLength: 6 }),
  )
  const header = fc.constantFrom(
    'ts_ms,open,high,low,close,volume',
    'time;price;qty;side',
    'ts,bid,ask',
    'recv_ts_ns,seq,event_ts_ms,first_update_id,final_update_id,side,price,qty',
    '',
  )
  const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 8 }), { maxLength: 6 })
  const text = fc
    .tuple(header, table, fc.constantFrom(',', ';', '\t'), fc.constantFrom('\n', '\r\n'))
    .map(([first, rows, delimiter, newline]) => [first, ...rows.map((row) => row.join(delimiter))].join(newline))
  const path = join(folder, 'fuzz.csv')
  const attempt = async (options: OpenOptions) => {
    try {
      const dataset = await openDataset(path, options)
      for await (const chunk of dataset.chunks(instrumentWith('0.01', '0.001'))) expect(chunk.length).toBeGreaterThan(0)
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, fc.uint8Array({ maxLength: 200 })), async (content) => {
      writeFileSync(path, content)
      await attempt({})
      await attempt({ repair: true })
    }),
    { numRuns: 300 },
  )
})

test('any damage to good bars is read or refused, and rows that stay are rows of the file', async () => {
  const whole = Buffer.from(bars(Array.from({ length: 40 }, (_, minute) => bar(minute))))
  const path = join(folder, 'damage.csv')
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (place, byte, length) => {
      const bytes = Buffer.from(whole.subarray(0, Math.max(1, length)))
      if (place < bytes.length) bytes[place] = byte
      writeFileSync(path, bytes)
      try {
        const dataset = await openDataset(path, { repair: true })
        expect(dataset.rowsKept).toBeLessThanOrEqual(41)
        await read(dataset)
      } catch (error) {
        if (!(error instanceof DatasetError)) throw error
      }
    }),
    { numRuns: 300 },
  )
  expect(readFileSync(path).length).toBeGreaterThan(0)
})
