import { parse } from 'csv-parse/sync'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CsvLines } from './csv-lines.ts'

/** Reads text given in blocks of `size` bytes. */
function read(text: string, { delimiter = ',', size = 1 << 16 } = {}) {
  const bytes = Buffer.from(text)
  const lines = new CsvLines(delimiter)
  const rows: string[][] = []
  const broken: number[] = []
  const take = () => {
    while (lines.next()) {
      if (lines.broken) broken.push(lines.line)
      if (lines.count > 0) rows.push(Array.from({ length: lines.count }, (_, at) => lines.text(at)))
    }
  }
  for (let at = 0; at < bytes.length; at += size) {
    lines.add(bytes.subarray(at, at + size))
    take()
  }
  lines.finish()
  take()
  return { rows, broken, lines: lines.line, unended: lines.unended }
}

test('lines end with LF or CRLF, blank lines have no fields, and the last line needs no break', () => {
  expect(read('a,b\r\n1,2\n\n3,4')).toEqual({
    rows: [
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ],
    broken: [],
    lines: 4,
    unended: true,
  })
})

test('fields may be empty, at the ends too', () => {
  expect(read(',a,\n,,\n').rows).toEqual([
    ['', 'a', ''],
    ['', '', ''],
  ])
})

test('a quoted field may hold delimiters and doubled quotes', () => {
  expect(read('"a,b","say ""x""",c\n"","1"\r\n').rows).toEqual([
    ['a,b', 'say "x"', 'c'],
    ['', '1'],
  ])
})

test.each(['"a,b\n1,2\n', '"a"b,c\n1,2\n'])('a quote that does not match breaks its own line only: %j', (text) => {
  const { rows, broken } = read(text)
  expect(broken).toEqual([1])
  expect(rows.at(-1)).toEqual(['1', '2'])
})

test('a line without end is broken, not collected for ever', () => {
  expect(read(`a,b\n${'9'.repeat(3 << 20)}\n1,2\n`).broken).not.toEqual([])
})

test('more fields than any file has break the line', () => {
  expect(read(`${','.repeat(600)}\n1\n`).broken).toEqual([1])
  expect(read(`"",${','.repeat(600)}\n1\n`).broken).toEqual([1])
})

const field = fc.oneof(fc.stringMatching(/^[a-z0-9 .+-]{0,6}$/), fc.stringMatching(/^[a-z,;"é]{0,5}$/))

test('any table comes back as a full CSV library reads it, however the bytes are cut into blocks', () => {
  const table = fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(
      table,
      fc.constantFrom(',', ';', '\t'),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (rows, delimiter, size, crlf) => {
        const cell = (text: string) => (/[",;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
        const text = rows.map((row) => row.map(cell).join(delimiter)).join(crlf ? '\r\n' : '\n')
        const expected = parse(text, { delimiter, relaxColumnCount: true, skipEmptyLines: true })
        expect(read(text, { delimiter, size }).rows).toEqual(expected)
      },
    ),
  )
})
