import { expect, test } from 'vitest'
import { type Assumptions, DEFAULT_ASSUMPTIONS, describeAssumptions } from './assumptions.ts'
import { fixedBps } from './slippage.ts'

const inWords = (change: Partial<Assumptions>) =>
  describeAssumptions({ ...DEFAULT_ASSUMPTIONS, ...change }, new Set(['bars', 'book']))

test.each<Partial<Assumptions>>([
  { marketFill: 'same-close' },
  { limitFill: 'touch' },
  { limitGap: 'open' },
  { stopLimitGap: 'stop-price' },
  { inBar: 'next-bar' },
  { slippage: fixedBps(2) },
  { participation: 0.1 },
  { funds: 'unchecked' },
  { submissionCheck: true },
  { marginMark: 'bar-close' },
  { queue: 'probability' },
  { funding: { intervalUs: 3_600_000_000, rate: 0.0001 } },
])('a report says so: %o', (change) => {
  const usual = inWords({})
  const changed = inWords(change)
  const differing = changed.filter(({ name, value, meaning }) => {
    const before = usual.find((line) => line.name === name)
    return before?.value !== value || before.meaning !== meaning
  })
  expect(differing).toHaveLength(1)
})
