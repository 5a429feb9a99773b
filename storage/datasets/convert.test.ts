import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet'
import { parquetWriteFile } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { convertDataset, plainText } from './convert.ts'
import { type OpenOptions, openDataset } from './dataset.ts'
import { DatasetError } from './fault.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convert-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const path = (name: string) => join(folder, name)
let made = 0
function file(content: string): string {
  const at = path(`source-${++made}.csv`)
  writeFileSync(at, content)
  return at
}

async function fault(action: Promise<unknown>): Promise<DatasetError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(DatasetError)
  return error as DatasetError
}

/** All values of a file but the line numbers, NaN included. */
async function values(from: string, options: OpenOptions = {}): Promise<number[][]> {
  const found: number[][] = []
  for await (const rows of (await openDataset(from, options)).rawRows()) {
    rows.slots.slice(1).forEach((slot, at) => (found[at] ??= []).push(...slot.subarray(0, rows.length)))
  }
  return found
}

const T0 = 1_700_000_000_000
const SOURCES: readonly [kind: string, content: string][] = [
  [
    'bars',
    `ts_ms,open,high,low,close,volume\n${T0},0.00000908,0.1,0.000009,0.00000909,123456789.01234567\n${T0 + 60_000},1.10,1.10,1.10,1.10,0\n`,
  ],
  ['bars without volume', `date,open,high,low,close\n2024-01-01,1,1,1,1\n2024-01-02,2,2,2,2\n`],
  [
    'trades',
    `ts_ms,price,qty,side,trade_id,recv_ts_us\n${T0},1.5,2,buy,7,${T0}005\n${T0},1.5,2,sell,8,${T0}006\n${T0},1.5,2,,,${T0}007\n`,
  ],
  ['quotes', `ts_ms,bid,ask\n${T0},1.5,1.6\n${T0 + 1},1.7,1.6\n`],
  [
    'quotes with sizes',
    `recv_ts_us,event_ts_ms,bid_price,bid_qty,ask_price,ask_qty\n${T0}001,,1.5,0,1.6,2\n${T0}002,${T0},1.5,0,1.6,2\n`,
  ],
  [
    'book',
    `recv_ts_us,seq,event_ts_ms,first_update_id,final_update_id,prev_final_update_id,side,price,qty\n${T0}001,1,${T0},5,6,,bid,1.5,2\n${T0}001,1,${T0},5,6,4,ask,1.6,0.000\n`,
  ],
  ['snapshot', `recv_ts_us,seq,last_update_id,side,price,qty\n${T0}001,1,5,bid,1.5,2\n${T0}001,1,5,ask,1.6,3\n`],
]

describe.each(SOURCES)('%s', (name, content) => {
  test.each(['parquet', 'csv', 'csv.gz', 'csv.zst'])('survive %s and come back the same', async (format) => {
    const from = file(content)
    const [there, back] = [path(`${name}.${format}`), path(`${name}.back.${format}.csv`)]
    const result = await convertDataset(from, there)
    expect(result.rows).toBe(content.trim().split('\n').length - 1)
    await convertDataset(there, back)
    const before = await openDataset(from, { recvShiftUs: 0 })
    for (const copy of [there, back]) {
      expect(await values(copy, { recvShiftUs: 0 })).toEqual(await values(from, { recvShiftUs: 0 }))
      const after = await openDataset(copy, { recvShiftUs: 0 })
      expect(after).toMatchObject({
        kind: before.kind,
        priceDecimalsUsed: before.priceDecimalsUsed,
        qtyDecimalsUsed: before.qtyDecimalsUsed,
        barStepUs: before.barStepUs,
        firstTs: before.firstTs,
        lastTs: before.lastTs,
      })
      expect(Object.keys(after.columns).toSorted()).toEqual(Object.keys(before.columns).toSorted())
    }
  })
})

test('any doubles survive Parquet and CSV', async () => {
  const price = fc.double({ min: 1e-12, max: 1e15, noNaN: true })
  await fc.assert(
    fc.asyncProperty(fc.array(price, { minLength: 1, maxLength: 30 }), async (prices) => {
      const from = file(`ts_ms,price,qty\n${prices.map((value, i) => `${T0 + i},${value},${value / 3}\n`).join('')}`)
      await convertDataset(from, path('any.parquet'))
      await convertDataset(path('any.parquet'), path('any.csv.zst'))
      const [original, parquet, csv] = [
        await values(from),
        await values(path('any.parquet')),
        await values(path('any.csv.zst')),
      ]
      expect(original[2]).toEqual(prices)
      expect(parquet).toEqual(original)
      expect(csv).toEqual(original)
    }),
    { numRuns: 25 },
  )
})

test('a Parquet file says where it comes from, keeps the written digits and has row groups of 65 536', async () => {
  const rows = Array.from({ length: 70_000 }, (_, i) => `${T0 + i * 1000},1.50,1.50,1.50,1.50,2.000\n`).join('')
  const from = file(`ts_ms,open,high,low,close,volume\n${rows}`)
  const source = await openDataset(from)
  await convertDataset(from, path('large.parquet'), { stamp: 'close' })
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path('large.parquet')))
  expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([65_536, 4464])
  const notes = Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value]))
  expect(notes).toEqual({
    kind: 'bars',
    sourceSha256: source.sha256,
    sourceName: source.name,
    priceDecimals: '2',
    qtyDecimals: '3',
    stamp: 'close',
  })
  expect(await openDataset(path('large.parquet'))).toMatchObject({
    format: 'parquet',
    rows: 70_000,
    barStepUs: 1_000_000,
    stamp: 'close',
    priceDecimals: 2,
    priceDecimalsUsed: 1,
    qtyDecimals: 3,
    qtyDecimalsUsed: 0,
  })
})

test('compressed text is packed as its name says', async () => {
  const from = file(`ts_ms,bid,ask\n${T0},0.0000001,1.6\n`)
  await convertDataset(from, path('q.csv.gz'))
  await convertDataset(from, path('q.csv.zst'))
  const text = `ts_us,bid,ask\n${T0}000,0.0000001,1.6\n`
  expect(gunzipSync(readFileSync(path('q.csv.gz'))).toString()).toBe(text)
  expect(zstdDecompressSync(readFileSync(path('q.csv.zst'))).toString()).toBe(text)
})

test('what is left out is listed', async () => {
  const from = file(`ts_ms,price,qty,trade_id,venue,symbol\n${T0},1,1,TX-1,x,ABC\n`)
  expect((await convertDataset(from, path('left.parquet'))).dropped).toEqual(['venue', 'trade_id', 'symbol'])
})

test('a failed conversion leaves neither a result nor a remainder, and an earlier result as it was', async () => {
  const target = path('kept.parquet')
  writeFileSync(target, 'before')
  const from = file(`ts_ms,price,qty\n${T0},1,1\n${T0},x,1\n`)
  const files = readdirSync(folder).length
  expect((await fault(convertDataset(from, target))).code).toBe('NOT_A_NUMBER')
  expect((await fault(convertDataset(from, path('x.xlsx')))).code).toBe('UNREADABLE')
  expect((await fault(convertDataset(file(`ts_ms,price,qty\n${T0},1,1\n`), path('no/such/folder.csv')))).code).toBe(
    'UNREADABLE',
  )
  expect(readFileSync(target, 'utf8')).toBe('before')
  expect(readdirSync(folder).length).toBe(files + 1)
  const repaired = await convertDataset(from, target, { repair: true })
  expect(repaired).toMatchObject({ rows: 1, faults: { NOT_A_NUMBER: { count: 1 } } })
})

describe('Parquet of other programs', () => {
  test('time stamps of any unit, 32-bit floats, nulls where they may be', async () => {
    const at = path('foreign.parquet')
    parquetWriteFile({
      filename: at,
      columnData: [
        { name: 'timestamp', data: [new Date(T0), new Date(T0 + 1000)], type: 'TIMESTAMP' },
        { name: 'price', data: [1.1, 2.2], type: 'FLOAT' },
        { name: 'size', data: [3, 4], type: 'INT32' },
        { name: 'side', data: ['Buy', undefined], type: 'STRING' },
        { name: 'trade_id', data: ['a', 'b'], type: 'STRING' },
      ],
    })
    const dataset = await openDataset(at)
    expect(dataset).toMatchObject({ kind: 'trades', rows: 2, firstTs: T0 * 1000, priceDecimals: 1, textIds: true })
    const [time, , price, qty, side] = await values(at)
    expect({ time, price, qty, side }).toEqual({
      time: [T0 * 1000, T0 * 1000 + 1e6],
      price: [1.1, 2.2],
      qty: [3, 4],
      side: [1, 0],
    })
  })

  test('large integers as nanoseconds, mixed units refused', async () => {
    const at = path('ns.parquet')
    const write = (times: readonly bigint[]) =>
      parquetWriteFile({
        filename: at,
        columnData: [
          { name: 'ts', data: [...times], type: 'INT64' },
          { name: 'bid', data: times.map(() => 1), type: 'DOUBLE' },
          { name: 'ask', data: times.map(() => 2), type: 'DOUBLE' },
        ],
      })
    write([1_723_161_255_030_314_667n, 1_723_161_255_030_315_999n])
    expect((await values(at))[0]).toEqual([1_723_161_255_030_314, 1_723_161_255_030_315])
    write([1_723_161_255_030_314_667n, 1_723_161_256_000n])
    expect(await fault(openDataset(at))).toMatchObject({ code: 'TIME_UNIT', line: 2 })
  })

  test('a null price is NOT_A_NUMBER with its row, and a repair drops it', async () => {
    const at = path('null.parquet')
    parquetWriteFile({
      filename: at,
      columnData: [
        { name: 'ts_ms', data: [BigInt(T0), BigInt(T0 + 1)], type: 'INT64' },
        { name: 'bid', data: [1, undefined], type: 'DOUBLE' },
        { name: 'ask', data: [2, 2], type: 'DOUBLE' },
      ],
    })
    expect(await fault(openDataset(at))).toMatchObject({ code: 'NOT_A_NUMBER', line: 2, column: 'bid' })
    expect((await openDataset(at, { repair: true })).rowsKept).toBe(1)
  })

  test('a file of something else is WRONG_SCHEMA', async () => {
    const at = path('people.parquet')
    parquetWriteFile({ filename: at, columnData: [{ name: 'name', data: ['x'], type: 'STRING' }] })
    expect(await fault(openDataset(at))).toMatchObject({
      code: 'WRONG_SCHEMA',
      message: expect.stringContaining('found name'),
    })
  })

  test('two symbols are WRONG_INSTRUMENT', async () => {
    const at = path('symbols.parquet')
    parquetWriteFile({
      filename: at,
      columnData: [
        { name: 'ts_ms', data: [BigInt(T0), BigInt(T0 + 1)], type: 'INT64' },
        { name: 'bid', data: [1, 1], type: 'DOUBLE' },
        { name: 'ask', data: [2, 2], type: 'DOUBLE' },
        { name: 'symbol', data: ['A', 'B'], type: 'STRING' },
      ],
    })
    expect(await fault(openDataset(at))).toMatchObject({ code: 'WRONG_INSTRUMENT', line: 2, value: 'B' })
  })

  test('any cut is TRUNCATED, any damage is read or refused', async () => {
    const whole = path('whole.parquet')
    await convertDataset(file(SOURCES[0]?.[1] ?? ''), whole)
    const bytes = readFileSync(whole)
    const at = path('damaged.parquet')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: bytes.length - 1 }), async (length) => {
        writeFileSync(at, bytes.subarray(0, length))
        expect((await fault(openDataset(at))).code).toBe('TRUNCATED')
      }),
      { numRuns: 40 },
    )
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: bytes.length - 1 }), fc.nat(255), async (place, value) => {
        const damaged = Buffer.from(bytes)
        damaged[place] = value
        writeFileSync(at, damaged)
        for (const repair of [false, true]) {
          try {
            await openDataset(at, { repair })
          } catch (error) {
            if (!(error instanceof DatasetError)) throw error
          }
        }
      }),
      { numRuns: 150 },
    )
  })
})

test('doubles are written without exponents', () => {
  expect([9.08e-6, 1e21, 1.5, -2e-7, 0].map(plainText)).toEqual([
    '0.00000908',
    '1000000000000000000000',
    '1.5',
    '-0.0000002',
    '0',
  ])
})

test('the result is not larger than its source needs it to be', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${T0 + i * 60_000},1.5,1.6,1.4,1.5,${i % 7}\n`).join('')
  const from = file(`ts_ms,open,high,low,close,volume\n${rows}`)
  await convertDataset(from, path('small.parquet'))
  expect(existsSync(path('small.parquet'))).toBe(true)
  expect(statSync(path('small.parquet')).size).toBeLessThan(statSync(from).size / 3)
})
