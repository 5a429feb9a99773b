import { expect, test } from 'vitest'
import { ALLOW_CODE, RULES } from './gate.ts'
import { REASON_CODES } from './reason-codes.ts'

test('UGF-D-003: every code that a rule can give is explained, once, and no other', () => {
  const given = [ALLOW_CODE, 'GATE_ERROR', 'UNSUPPORTED_ACTION', ...RULES.flatMap(({ reasonCodes }) => reasonCodes)]
  expect(REASON_CODES.map(({ code }) => code).toSorted()).toEqual([...new Set(given)].toSorted())
})

test('each says what happened in a line that a person can read', () => {
  for (const { code, text } of REASON_CODES) {
    expect(text.length, code).toBeGreaterThan(15)
    expect(text.length, code).toBeLessThan(90)
  }
})
