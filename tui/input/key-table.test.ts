import { expect, test } from 'vitest'
import { followers, KEYS, type KeyContext, keyName, keyProblems, keyRow, RESERVED, UPPER_LOOKS } from './key-table.ts'

const contexts = [...new Set(KEYS.flatMap(({ contexts }) => contexts))]

test.each(contexts)('in %s every key means one thing', (context: KeyContext) => {
  const keys = KEYS.filter((row) => row.contexts.includes(context)).flatMap(({ keys }) => keys)
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
  // A stroke that begins a longer one cannot be a key itself.
  expect(keys.filter((key) => keys.some((other) => other.startsWith(`${key} `)))).toEqual([])
})

test('reserved keys stop, leave, go back or explain, wherever they are heard', () => {
  const meanings = KEYS.flatMap(({ keys, command }) =>
    keys.filter((key) => RESERVED.includes(key)).map((key) => `${key} ${command}`),
  )
  expect([...new Set(meanings)].sort()).toEqual(
    [
      '? help',
      'K kill',
      'ctrl+c exit',
      'ctrl+k kill',
      'esc back',
      'esc cancel',
      'esc close',
      'esc disarm',
      'esc return',
      'esc stay',
    ].sort(),
  )
})

test('an upper-case letter changes something, but for the three that only move', () => {
  const upper = KEYS.flatMap(({ keys, tier }) =>
    keys.filter((key) => /^[A-Z]$/.test(key)).map((key) => ({ key, tier })),
  )
  expect(
    upper
      .filter(({ tier }) => tier === 'look')
      .map(({ key }) => key)
      .sort(),
  ).toEqual([...UPPER_LOOKS].sort())
  expect(KEYS.filter(({ tier, keys }) => tier !== 'look' && keys.some((key) => /^[a-z]$/.test(key)))).toEqual([])
})

test('no key is an F-key or a chord with Alt', () => {
  expect(KEYS.flatMap(({ keys }) => keys).filter((key) => /^f\d|alt/.test(key))).toEqual([])
})

test('the kill key is heard in every place but the kill screen itself', () => {
  const deaf = contexts.filter((context) => keyRow(context, 'ctrl+k')?.command !== 'kill')
  expect(deaf.sort()).toEqual(['kill', 'kill-armed', 'kill-running', 'tour'])
})

test('the prefix keys say what may follow', () => {
  expect(followers('global', 'g').map(({ key }) => key)).toEqual(['g', 'b', 'm', 'o', 'e', 'a'])
  expect(followers('global', 'y').map(({ key }) => key)).toEqual(['y', 'i', 'j', 'e'])
})

test('keys are printed as people write them', () => {
  expect(['ctrl+k', 'enter', 'K', 'g g', 'shift+tab', '?', '+', 'pagedown'].map(keyName)).toEqual([
    'Ctrl+K',
    'Enter',
    'K',
    'g g',
    'Shift+Tab',
    '?',
    '+',
    'Pagedown',
  ])
})

test('a panel that takes a reserved key, or changes something by a lower-case one, is named', () => {
  const choices = [
    { key: 't', name: 'timeframe', options: ['1m'] },
    { key: '?', name: 'x', options: ['a'] },
  ]
  const problems = keyProblems({ id: 'bots', choices }, [
    { key: 'x', label: 'stop', tier: 'stop' },
    { key: 't', label: 'trade', tier: 'look' },
    { key: 'S', label: 'start', tier: 'T0' },
  ])
  expect(problems).toEqual([
    "bots: '?' is reserved on every panel",
    "bots: 't' means two things",
    "bots: 'x' stop changes something and must be upper case",
  ])
})
