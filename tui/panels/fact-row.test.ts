import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { phrase } from '../paint/phrase.ts'
import { BARE } from '../paint/tone.ts'
import { fact, factRow, flow, head, paragraph } from './fact-row.ts'

const word = fc.oneof(fc.stringMatching(/^[a-z@]{1,12}$/), fc.stringMatching(/^[+-]?[0-9][0-9,.]{0,14}$/))

test('a shortened text never shows a part of a number', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), fc.integer({ min: 0, max: 60 }), (words, width) => {
      const shown = phrase(words.join(' '), width)
      expect(stringWidth(shown)).toBeLessThanOrEqual(width)
      const numbers = shown.split(' ').filter((each) => /\d/.test(each))
      for (const each of numbers) expect(words).toContain(each)
    }),
  )
})

test('text is cut with dots, and a number that does not fit is left out whole', () => {
  expect(phrase('wide spread', 9)).toBe('wide sp..')
  expect(phrase('limit 15,182,400 held', 12)).toBe('limit ..')
  expect(phrase('limit 15,182,400 held', 21)).toBe('limit 15,182,400 held')
})

test('facts give way by rank, whole, and the row keeps its width', () => {
  const facts = [fact(0, 'pos +0.0450'), fact(2, 'uPnL -850'), fact(1, 'stop 14,900,000')]
  expect(factRow(BARE, 46, ' a ', facts)).toBe(' a pos +0.0450  uPnL -850  stop 14,900,000    ')
  expect(factRow(BARE, 42, ' a ', facts)).toBe(' a pos +0.0450  uPnL -850  stop 14,900,000')
  expect(factRow(BARE, 41, ' a ', facts)).not.toContain('uPnL')
  expect(factRow(BARE, 36, ' a ', facts)).toBe(' a pos +0.0450  stop 14,900,000     ')
  expect(factRow(BARE, 20, ' a ', facts)).toBe(' a pos +0.0450      ')
})

test('rows of facts and of words are as wide as they were asked to be', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), fc.integer({ min: 8, max: 60 }), (words, width) => {
      const rows = [
        ...flow(
          BARE,
          width,
          words.map((each) => [each]),
        ),
        ...paragraph(BARE, width, words.join(' ')),
        head(BARE, width, words.join(' '), words),
      ]
      for (const row of rows) expect(stringWidth(row)).toBe(width)
    }),
  )
})
