import { expect, test } from 'vitest'
import { run } from '../fake-context.ts'
import { buyAndHold } from './buy-and-hold.ts'

test('buys at the first price and never again', () => {
  const market = run(buyAndHold, {}, { cash: 1000 })
  for (const close of [1000, 900, 1100]) {
    market.bar(close)
    market.settle()
  }
  expect(market.story()).toEqual(['buy 9500 MARKET ENTRY_HOLD'])
})

test.each(['quote', 'bookUpdate'] as const)('hears a %s as well as a bar', (input) => {
  const market = run(buyAndHold, {}, { cash: 1000 })
  market[input](999, 1001)
  expect(market.placed).toHaveLength(1)
})

test('pays the ask where there is a book', () => {
  const market = run(buyAndHold, { fraction: 1 }, { cash: 1000 })
  market.bookUpdate(900, 1100)
  expect(market.placed[0]?.qty).toBe(9090)
})

test('tries again when it was refused, less and less often', () => {
  const market = run(buyAndHold)
  market.refusing.add('ENTRY_HOLD')
  for (let bar = 0; bar < 100; bar++) market.bar(1000)
  expect(market.asked).toHaveLength(7)
  market.refusing.clear()
  for (let bar = 0; bar < 100; bar++) {
    market.bar(1000)
    market.settle()
  }
  expect(market.placed).toHaveLength(1)
})
