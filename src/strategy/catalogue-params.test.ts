import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { BUILT_IN, findStrategy } from './catalogue.ts'
import { describeParams, parseParams } from './catalogue-params.ts'

function strategy(id: string) {
  const found = findStrategy(id)
  if (found === undefined) throw new Error(`${id} is built in`)
  return found
}

function messages(id: string, given: Record<string, string>): readonly string[] {
  const parsed = parseParams(strategy(id), given)
  return parsed.isValid ? [] : parsed.problems.map(({ message }) => message)
}

describe('the catalogue', () => {
  test('finds every strategy by its id', () => {
    expect(BUILT_IN.map(({ id }) => id)).toEqual([
      'buy-and-hold',
      'donchian-breakout',
      'grid',
      'rsi-reversion',
      'simple-mm',
      'sma-cross',
    ])
    for (const definition of BUILT_IN) expect(findStrategy(definition.id)).toBe(definition)
    expect(findStrategy('sma-crosss')).toBeUndefined()
  })

  test.each(BUILT_IN.map((definition) => [definition.id, definition] as const))(
    '%s: every parameter says what it is, and the defaults are valid',
    (_, definition) => {
      const rows = describeParams(definition)
      for (const row of rows) expect(row.description.length, row.name).toBeGreaterThan(10)
      for (const row of rows) if (/^(number|integer)$/.test(row.type)) expect(row.range, row.name).not.toBe('')
      expect(rows.filter(({ isRequired }) => isRequired)).toEqual([])
      expect(parseParams(definition, {}).isValid).toBe(true)
      // What is printed as a default is read back as that default.
      const printed = rows.flatMap((row) => (row.default === undefined ? [] : [[row.name, row.default] as const]))
      expect(parseParams(definition, Object.fromEntries(printed))).toEqual(parseParams(definition, {}))
    },
  )
})

describe('parameters from text', () => {
  test('become numbers, choices and truth values', () => {
    const definition = {
      params: z.strictObject({
        count: z.int(),
        ratio: z.number(),
        on: z.boolean().default(false),
        kind: z.enum(['a', 'b']).optional(),
        name: z.string().default('x'),
      }),
    }
    expect(parseParams(definition, { count: '12', ratio: '-1.5e-3', on: 'true', kind: 'b', name: '7' })).toEqual({
      isValid: true,
      params: { count: 12, ratio: -0.0015, on: true, kind: 'b', name: '7' },
    })
  })

  test.each<{ given: Record<string, string>; problems: readonly unknown[] }>([
    { given: { fast: '5', slow: '50' }, problems: [] },
    { given: { fast: '' }, problems: ["fast is a whole number, 1 to 100000, was ''"] },
    { given: { fast: 'ten' }, problems: ["fast is a whole number, 1 to 100000, was 'ten'"] },
    { given: { fast: '2.5' }, problems: ["fast is a whole number, 1 to 100000, was '2.5'"] },
    { given: { fast: '0' }, problems: ["fast is a whole number, 1 to 100000, was '0'"] },
    { given: { fast: '0x10' }, problems: ["fast is a whole number, 1 to 100000, was '0x10'"] },
    { given: { fast: 'Infinity' }, problems: ["fast is a whole number, 1 to 100000, was 'Infinity'"] },
    { given: { fraction: '0' }, problems: ["fraction is a number, more than 0, at most 100, was '0'"] },
    { given: { direction: 'short' }, problems: ["direction is one of long, both, was 'short'"] },
    { given: { direction: 'Long' }, problems: ["direction is one of long, both, was 'Long'; did you mean 'long'?"] },
    { given: { fasst: '5' }, problems: ['fasst is no parameter: did you mean fast?'] },
    { given: { FAST: '5' }, problems: ['FAST is no parameter: did you mean fast?'] },
    {
      given: { wavelength: '5' },
      problems: ['wavelength is no parameter: there are fast, slow, direction, fraction, cross'],
    },
    { given: { toString: '5' }, problems: [expect.stringContaining('toString is no parameter')] },
    { given: { fast: '100' }, problems: ['fast (100) is less than slow (100)'] },
    {
      given: { fast: 'x', slow: '1', crosss: 'strict' },
      problems: [
        "fast is a whole number, 1 to 100000, was 'x'",
        'crosss is no parameter: did you mean cross?',
        "slow is a whole number, 2 to 100000, was '1'",
      ],
    },
  ])('sma-cross $given', ({ given, problems }) => {
    expect(messages('sma-cross', given)).toEqual(problems)
  })

  test.each<{ id: string; given: Record<string, string>; problem: string }>([
    { id: 'rsi-reversion', given: { lower: '70', upper: '30' }, problem: 'lower (70) is less than upper (30)' },
    { id: 'donchian-breakout', given: { exit: '30' }, problem: 'exit (30) is at most entry (20)' },
    { id: 'simple-mm', given: { neutral: '9' }, problem: 'neutral (9) is within maxInventory (±5)' },
    {
      id: 'simple-mm',
      given: { requoteThreshold: '6' },
      problem: 'requoteThreshold (6) is at most halfSpread (5): a quote would be passed before it moves',
    },
    { id: 'grid', given: { levels: '20' }, problem: 'maxInventory (10) is at least levels (20)' },
    {
      id: 'grid',
      given: { spacing: '10001' },
      problem: 'spacing (10001) is at most 10000 bps: a line is at most twice the one below',
    },
  ])('$id refuses what does not go together: $given', ({ id, given, problem }) => {
    expect(messages(id, given)).toEqual([problem])
  })

  test('what must be given is asked for', () => {
    const definition = { params: z.strictObject({ size: z.number().min(1).max(5) }) }
    expect(parseParams(definition, {})).toEqual({
      isValid: false,
      problems: [{ name: 'size', value: undefined, message: 'size is required: a number, 1 to 5' }],
    })
    expect(describeParams(definition)).toEqual([
      { name: 'size', type: 'number', default: undefined, isRequired: true, range: '1 to 5', description: '' },
    ])
  })

  test('a problem names the parameter and the value as it was given', () => {
    const parsed = parseParams(strategy('sma-cross'), { fast: '0' })
    expect(parsed).toMatchObject({ isValid: false, problems: [{ name: 'fast', value: '0' }] })
  })
})

test('rows for help say type, default, range and description', () => {
  const rows = Object.fromEntries(describeParams(strategy('rsi-reversion')).map((row) => [row.name, row]))
  expect(rows['period']).toEqual({
    name: 'period',
    type: 'integer',
    default: '14',
    isRequired: false,
    range: '2 to 100000',
    description: 'bars of the relative strength index (Wilder)',
  })
  expect(rows['direction']).toMatchObject({ type: 'long|both', default: 'long', range: '' })
  expect(rows['stopLossPct']).toMatchObject({
    default: undefined,
    isRequired: false,
    range: 'more than 0, less than 100',
  })
})
