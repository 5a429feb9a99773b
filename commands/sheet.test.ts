import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { facts, renderSheet, sheet, sheetData } from './sheet.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('板', '円 ¥', 'é', '\u001b[31mred', 'a\tb\nc', ''),
)
const rows = fc.array(fc.record({ name: text, size: fc.integer() }), { maxLength: 12 })

type Row = { readonly name: string; readonly size: number }
const sheetOf = (all: readonly Row[]) =>
  sheet(
    [
      { name: 'some_name', align: 'left', exact: ({ name }: Row) => name },
      { name: 'size', align: 'right', exact: ({ size }) => size },
    ],
    all,
  )

test('columns of a table stand one below the other, whatever names and numbers are in it', () => {
  fc.assert(
    fc.property(rows, (all) => {
      fc.pre(all.length > 0)
      const lines = renderSheet(sheetOf(all), 'table').split('\n')
      expect(lines).toHaveLength(all.length + 2)
      // The last column is aligned right, so every line ends where the rule does.
      const width = stringWidth(lines[1] ?? '')
      for (const line of lines) expect(stringWidth(line)).toBe(width)
      lines.slice(2).forEach((line, at) => expect(line.endsWith(` ${all[at]?.size}`)).toBe(true))
    }),
  )
})

test('what others wrote neither colours, moves nor breaks a line', () => {
  fc.assert(
    fc.property(rows, (all) => {
      for (const format of ['table', 'tsv'] as const) {
        // oxlint-disable-next-line no-control-regex -- these are what must not be there
        expect(renderSheet(sheetOf(all), format)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
      }
      const cells = renderSheet(sheetOf(all), 'tsv').split('\n')
      expect(cells).toHaveLength(all.length + 1)
      for (const line of cells) expect(line.split('\t')).toHaveLength(2)
    }),
  )
})

test('CSV quotes what would end a cell, and an absent value is empty, not a word', () => {
  const from = sheet(
    [
      { name: 'a', align: 'left', exact: ({ a }: { a: string | undefined }) => a },
      { name: 'b', align: 'left', exact: () => 'x' },
    ],
    [{ a: 'say "no", please' }, { a: undefined }],
  )
  expect(renderSheet(from, 'csv')).toBe('a,b\n"say ""no"", please",x\n,x')
  expect(renderSheet(from, 'table')).toContain('--')
  expect(sheetData(from)).toEqual([
    { a: 'say "no", please', b: 'x' },
    { a: null, b: 'x' },
  ])
})

test('facts are an object to a program and two columns to a person', () => {
  const from = facts([
    ['run_mode', 'paper'],
    ['equity', '12345.678901', '12,346 JPY'],
    ['pid', undefined],
  ])
  expect(sheetData(from)).toEqual({ run_mode: 'paper', equity: '12345.678901', pid: null })
  expect(renderSheet(from, 'table')).toBe('run mode  paper\nequity    12,346 JPY\npid       --')
  expect(renderSheet(from, 'tsv')).toBe('name\tvalue\nrun_mode\tpaper\nequity\t12345.678901\npid\t')
})

test('a table without rows says so', () => {
  expect(renderSheet(sheetOf([]), 'table')).toBe('none')
  expect(renderSheet(sheetOf([]), 'tsv')).toBe('some_name\tsize')
})
