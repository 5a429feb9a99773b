import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { instrumentWith } from '../../fixtures/datasets/instruments.ts'
import { sharedFolder } from '../../fixtures/shared-folder.ts'
import { formatDecimal } from '../../src/domain/decimal.ts'
import { inferTerms, openDataset } from './dataset.ts'

interface Entry {
  readonly file: string
  readonly kind: string
  readonly rows: number
  readonly first: string
  readonly last: string
  readonly bytes: number
  readonly sha256: string
  readonly notes: string
}

const shared = sharedFolder()
const entries: readonly Entry[] =
  shared === undefined ? [] : (JSON.parse(readFileSync(join(shared, 'data/MANIFEST.json'), 'utf8')) as readonly Entry[])
const stored = entries.filter(({ file }) => /^(bars|quotes|trades|l2)\//.test(file))
const tables = stored.filter(({ file }) => /\.csv(\.gz)?$/.test(file))
const recordings = stored.filter(({ file }) => !tables.some((table) => table.file === file))

const KINDS: Readonly<Record<string, string>> = {
  bars: 'bars',
  trades: 'trades',
  'quote bars': 'quotes',
  'quote ticks': 'quotes',
  'top of book': 'quotes',
  'L2 diffs': 'book',
  'L2 snapshot': 'book',
}

const number = (pattern: RegExp, notes: string) => {
  const found = pattern.exec(notes)?.[1]
  return found === undefined ? undefined : Number(found)
}

describe.skipIf(!shared)('real files', () => {
  test('there are some', () => {
    expect(tables.length).toBeGreaterThanOrEqual(27)
    expect(recordings.length).toBeGreaterThanOrEqual(3)
  })

  test.each(tables)(
    '$file is what its manifest says',
    async ({ file, kind, rows, first, last, bytes, sha256, notes }) => {
      const dataset = await openDataset(join(shared ?? '', 'data', file))
      expect(dataset).toMatchObject({ sha256, bytes, rows, rowsKept: rows, kind: KINDS[kind] })
      const gaps = number(/(\d+) gaps/, notes)
      if (gaps !== undefined)
        expect(dataset.gaps).toMatchObject({ count: gaps, missing: number(/\((\d+) missing bars/, notes) })
      const zero = number(/(\d+) zero-volume/, notes)
      if (zero !== undefined) expect(dataset.zeroVolume).toBe(zero)
      const crossed = number(/(\d+) crossed/, notes)
      if (crossed !== undefined) expect(dataset).toMatchObject({ crossed, locked: number(/(\d+) locked/, notes) })
      // The manifest cuts times to the second, and tells L2 rows by one of their clocks.
      if (!file.startsWith('l2/')) {
        expect(Math.floor(dataset.firstTs / 1e6)).toBe(Date.parse(first) / 1000)
        expect(Math.floor(dataset.lastTs / 1e6)).toBe(Date.parse(last) / 1000)
      }
      const { tickSize, lotSize } = inferTerms(dataset)
      const instrument = instrumentWith(formatDecimal(tickSize), formatDecimal(lotSize))
      let [read, snapshots] = [0, 0]
      let before = Number.NEGATIVE_INFINITY
      for await (const chunk of dataset.chunks(instrument)) {
        const times = chunk.kind === 'bars' ? chunk.openTs : chunk.recvTs
        for (let i = 0; i < chunk.length; i++) {
          if ((times[i] ?? 0) < before) throw new Error(`row ${read + i} goes back in time`)
          before = times[i] ?? 0
          if (chunk.kind === 'book' && chunk.side[i] === 0) snapshots++
          if (chunk.kind !== 'bars' && (chunk.recvTs[i] ?? 0) < (chunk.venueTs[i] ?? 0))
            throw new Error(`row ${read + i} is known too early`)
        }
        read += chunk.length
      }
      expect(read - snapshots).toBe(rows)
    },
  )

  test.each(recordings)('$file is no table and is refused as such', async ({ file }) => {
    await expect(openDataset(join(shared ?? '', 'data', file))).rejects.toMatchObject({ code: 'UNKNOWN_COLUMNS' })
  })
})
