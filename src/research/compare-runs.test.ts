import { expect, test } from 'vitest'
import { compareRuns } from './compare-runs.ts'

const run = (refs: Record<string, string>, summary: Record<string, unknown> = { return_pct: '1' }) => ({
  refs: { dataset_ref: 'd', cost_model_ref: 'c', ...refs },
  summary,
})

test('runs that differ in a parameter are strictly comparable, and exactly that is named', () => {
  const compared = compareRuns(run({ params_ref: 'a' }), run({ params_ref: 'b' }, { return_pct: '2' }))
  expect(compared).toEqual({
    comparability: 'STRICT',
    reasons: [],
    refs: [{ name: 'params_ref', a: 'a', b: 'b' }],
    figures: [{ name: 'return_pct', a: '1', b: '2' }],
  })
})

test('other data or other costs are comparable only softly', () => {
  expect(compareRuns(run({}), run({ dataset_ref: 'e' }))).toMatchObject({
    comparability: 'SOFT',
    reasons: ['dataset_ref differs'],
  })
  expect(compareRuns(run({ cost_model_ref: 'e' }), run({})).comparability).toBe('SOFT')
})

test('a run without a result, or whose data or costs are not known, is compared with nothing', () => {
  expect(compareRuns({ ...run({}), summary: undefined }, run({})).comparability).toBe('REJECT')
  expect(compareRuns({ refs: { dataset_ref: 'd' }, summary: {} }, run({}))).toMatchObject({
    comparability: 'REJECT',
    reasons: ['cost_model_ref is not known'],
  })
})
