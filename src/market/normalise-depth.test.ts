import { expect, test } from 'vitest'
import { type DepthRules, DepthSync, type DepthVerdict } from './normalise-depth.ts'

/** Messages as `[first, final, prev]`. */
type Message = readonly [number, number, number?]

const CASES: readonly [
  name: string,
  rules: DepthRules,
  messages: readonly Message[],
  verdicts: readonly DepthVerdict[],
][] = [
  [
    'spot drops what ends at or before the snapshot',
    'spot',
    [
      [90, 95],
      [96, 100],
      [101, 105],
      [106, 107],
    ],
    ['drop', 'drop', 'first', 'next'],
  ],
  [
    'spot takes a first message that overlaps the snapshot',
    'spot',
    [
      [99, 103],
      [104, 104],
    ],
    ['first', 'next'],
  ],
  [
    'spot misses what lies between snapshot and first message',
    'spot',
    [
      [102, 103],
      [104, 104],
    ],
    ['gap', 'next'],
  ],
  [
    'spot finds a hole',
    'spot',
    [
      [101, 105],
      [107, 108],
      [109, 110],
    ],
    ['first', 'gap', 'next'],
  ],
  [
    'spot finds a repeat',
    'spot',
    [
      [101, 105],
      [101, 105],
    ],
    ['first', 'gap'],
  ],
  [
    'a perpetual keeps the message that ends at the snapshot',
    'perpetual',
    [
      [90, 99, 89],
      [95, 100, 90],
      [101, 105, 100],
    ],
    ['drop', 'first', 'next'],
  ],
  [
    'a perpetual goes by the id of the message before, whatever the message begins with',
    'perpetual',
    [
      [95, 103, 94],
      [120, 130, 103],
    ],
    ['first', 'next'],
  ],
  ['a perpetual misses what lies between snapshot and first message', 'perpetual', [[101, 103, 99]], ['gap']],
  [
    'a perpetual finds a hole',
    'perpetual',
    [
      [95, 103, 94],
      [104, 110, 104],
    ],
    ['first', 'gap'],
  ],
  [
    'a perpetual without the id of the message before cannot know',
    'perpetual',
    [
      [95, 103, 94],
      [104, 110],
    ],
    ['first', 'gap'],
  ],
]

test.each(CASES)('%s', (_, rules, messages, verdicts) => {
  const sync = new DepthSync(rules, 100)
  expect(messages.map(([first, final, prev]) => sync.judge({ first, final, prev }))).toEqual(verdicts)
  expect(sync.dropped).toBe(verdicts.filter((verdict) => verdict === 'drop').length)
  expect(sync.applied).toBe(verdicts.length - sync.dropped)
  expect(sync.gapCount).toBe(verdicts.filter((verdict) => verdict === 'gap').length)
})

test('a gap says what should have come', () => {
  const sync = new DepthSync('spot', 100)
  sync.judge({ first: 101, final: 105, prev: undefined })
  sync.judge({ first: 109, final: 110, prev: undefined })
  expect(sync.gaps).toEqual([{ expected: 106, found: 109, final: 110 }])
})

test('gaps without end are counted but not all listed', () => {
  const sync = new DepthSync('spot', 0)
  for (let i = 1; i < 1000; i++) sync.judge({ first: 10 * i, final: 10 * i, prev: undefined })
  expect(sync.gapCount).toBe(999)
  expect(sync.gaps.length).toBe(100)
})
