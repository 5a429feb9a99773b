import { describe, expect, test } from 'vitest'
import { PLAIN } from './look.ts'
import { cut, table, wrap } from './table.ts'

describe('table', () => {
  test('aligns left and right, and leaves no spaces at the end of a line', () => {
    const rows = table(
      [
        { title: 'Name', align: 'left' },
        { title: 'Return', align: 'right' },
        { title: 'Note', align: 'left' },
      ],
      [
        ['a', '1.00%', 'x'],
        ['longer', '-12.50%', ''],
      ],
    )
    expect(rows).toEqual([
      'Name     Return  Note', //
      '------  -------  ----',
      'a         1.00%  x',
      'longer  -12.50%',
    ])
  })

  test('a tone dresses the padded cell, so that columns stay straight', () => {
    const look = { ...PLAIN, tone: (tone: string, text: string) => `<${tone}>${text}</>` }
    const rows = table([{ title: 'Value', align: 'right' }], [[{ text: '-1', tone: 'loss' }]], { look })
    expect(rows[2]).toBe('<loss>   -1</>')
  })

  test('cuts what is wider than its column may be', () => {
    const rows = table([{ title: 'N', align: 'left', widthMax: 4 }], [['abcdef']])
    expect(rows).toEqual(['N', '----', 'abc~'])
  })

  test('no rows leave the titles', () => {
    expect(table([{ title: 'Only', align: 'left' }], [])).toEqual(['Only', '----'])
  })
})

test('cut keeps what fits', () => {
  expect(cut('abc', 3)).toBe('abc')
  expect(cut('abcd', 3)).toBe('ab~')
})

test('wrap breaks at spaces and leaves long words whole', () => {
  expect(wrap('one two  three', 7)).toEqual(['one two', 'three'])
  expect(wrap('unbreakable x', 4)).toEqual(['unbreakable', 'x'])
  expect(wrap('', 4)).toEqual([])
})
