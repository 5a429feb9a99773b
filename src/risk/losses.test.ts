import { expect, test } from 'vitest'
import { LossBook } from './losses.ts'

const HOUR = 3_600_000_000
/** 07:00 in Tokyo. */
const OFFSET = -2 * HOUR

test('UGF-D-003: a loss is measured from the first mark of the day and from the best there ever was', () => {
  const book = new LossBook(OFFSET)
  book.mark(0, 1_000)
  book.mark(1, 1_300)
  book.mark(2, 900)
  expect([book.dayLoss(900), book.drawdown(900)]).toEqual([100, 400])
  expect([book.dayLoss(1_400), book.drawdown(1_400)]).toEqual([-400, 0])
})

test('a day begins at its offset and not at midnight', () => {
  const book = new LossBook(OFFSET)
  book.mark(0, 1_000)
  book.mark(22 * HOUR - 1, 700)
  expect(book.dayLoss(700)).toBe(300)
  book.mark(22 * HOUR, 700)
  expect(book.dayLoss(650)).toBe(50)
  expect(book.drawdown(650)).toBe(350)
})

test('what cannot be valued marks nothing, and nothing is known before the first mark', () => {
  const book = new LossBook(0)
  book.mark(0, Number.NaN)
  expect(book.marks).toBeUndefined()
  expect([book.dayLoss(5), book.drawdown(5)]).toEqual([Number.NaN, Number.NaN])
  book.mark(1, 10)
  book.mark(2, Number.NaN)
  expect(book.marks).toEqual({ peak: 10, dayTs: 0, dayStart: 10 })
})

test('goes on from where the last session ended: the same day from its start, another from its own', () => {
  const from = { peak: 2_000, dayTs: 0, dayStart: 1_500 }
  const sameDay = new LossBook(0, from)
  sameDay.mark(5 * HOUR, 1_200)
  expect([sameDay.dayLoss(1_200), sameDay.drawdown(1_200)]).toEqual([300, 800])
  const nextDay = new LossBook(0, from)
  nextDay.mark(25 * HOUR, 1_200)
  expect([nextDay.dayLoss(1_200), nextDay.drawdown(1_200)]).toEqual([0, 800])
})
