import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSyntheticRef, parseSyntheticRef } from './synthetic-ref.ts'

test('parameters are sorted and the seed comes last', () => {
  const ref = { generator: 'bars', params: { step: '1m', count: '500', start: '2024-01-01' }, seed: 7 }
  expect(formatSyntheticRef(ref)).toBe('synthetic:bars?count=500&start=2024-01-01&step=1m&seed=7')
})

test('a reference comes back as it was, whatever its parameters hold', () => {
  const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/).filter((name) => name !== 'seed' && name !== '__proto__')
  const params = fc.dictionary(key, fc.string({ unit: 'grapheme' })).map((found) => ({ ...found }))
  fc.assert(
    fc.property(params, fc.maxSafeNat(), (found, seed) => {
      const ref = { generator: 'l2-book', params: found, seed }
      expect(parseSyntheticRef(formatSyntheticRef(ref))).toEqual(ref)
    }),
  )
})

test('the order of the parameters in the text does not matter', () => {
  expect(parseSyntheticRef('synthetic:bars?seed=1&b=2&a=1')).toEqual(parseSyntheticRef('synthetic:bars?a=1&b=2&seed=1'))
})

test.each([
  'file:bars?seed=1',
  'synthetic:bars',
  'synthetic:bars?a=1',
  'synthetic:bars?seed=-1',
  'synthetic:bars?seed=1.5',
  'synthetic:bars?seed=99999999999999999',
  'synthetic:bars?seed=1&seed=2',
  'synthetic:bars?a=1&a=2&seed=1',
  'synthetic:bars?a=%E0%A4&seed=1',
  'synthetic:?seed=1',
])('%s is not a reference', (text) => {
  expect(parseSyntheticRef(text)).toBeUndefined()
})
