import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowFilter, sortedRows } from './row-filter.ts'

const GRID = { text: 'grid-btc grid-v2 BTC_JPY RUNNING', venueId: 'gmo' }

test.each([
  ['', true],
  ['btc', true],
  ['BTC', true],
  ['ＢＴＣ', true],
  ['eth', false],
  ['!eth', true],
  ['!btc', false],
  ['~gbj', true],
  ['~jbg', false],
  ['@gmo', true],
  ['@g', true],
  ['@bitflyer', false],
  ['run @gmo !eth', true],
  ['run @gmo !grid', false],
  ['!', true],
  ['~', true],
  ['@', true],
])('filter %j lets a row through: %s', (filter, isThrough) => {
  expect(rowFilter(filter)(GRID)).toBe(isThrough)
})

test('a word and its negation never let the same row through', () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,3}$/)
  fc.assert(
    fc.property(word, fc.string(), (term, text) => {
      const row = { text, venueId: '' }
      expect(rowFilter(term)(row)).toBe(!rowFilter(`!${term}`)(row))
      if (rowFilter(term)(row)) expect(rowFilter(`~${term}`)(row)).toBe(true)
    }),
  )
})

test('trouble comes first only when it is asked for, and ids decide between equals', () => {
  const rows = [
    { id: 'c', state: 2 },
    { id: 'b', state: 1 },
    { id: 'a', state: 2 },
    { id: 'd', state: 0 },
  ] as const
  const order = (isTroubleFirst: boolean) =>
    sortedRows<(typeof rows)[number]>(rows, { compare: () => 0, trouble: ({ state }) => state, isTroubleFirst }).map(
      ({ id }) => id,
    )
  expect(order(false)).toEqual(['a', 'b', 'c', 'd'])
  expect(order(true)).toEqual(['d', 'b', 'a', 'c'])
})
