import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Challenge, intentHash, isTokenOf, isTyped, tokenOf } from './challenge.ts'

const SECRET = Buffer.alloc(32, 7)
const CHALLENGE: Challenge = {
  id: 'c1',
  operation: 'KILL_LOWER',
  payload: { scope: 'global', level: 'NONE' },
  scope: 'global',
  actor: 'human:a',
  profile: 'p1',
  tier: 'T1',
  phrase: undefined,
  reason: 'the venue is back',
  flagsHash: 'f',
  issuedTs: 1,
  expiresTs: 2,
}

test('a token is that of its challenge', () => {
  expect(isTokenOf(SECRET, CHALLENGE, tokenOf(SECRET, CHALLENGE))).toBe(true)
})

test.each<Partial<Challenge>>([
  { id: 'c2' },
  { operation: 'MODE_RELEASE' },
  { payload: { scope: 'global', level: 'CLOSE_ONLY' } },
  { payload: { scope: 'bot:b', level: 'NONE' } },
  { payload: { scope: 'global', level: 'NONE', more: 1 } },
  { scope: 'bot:b' },
  { actor: 'human:b' },
  { profile: 'p2' },
  { tier: 'T0' },
  { phrase: 'CONFIRM' },
  { issuedTs: 2 },
])('UGF-0-006: a challenge that differs in one field has another token: %j', (other) => {
  expect(isTokenOf(SECRET, { ...CHALLENGE, ...other }, tokenOf(SECRET, CHALLENGE))).toBe(false)
})

test('the secret of another profile makes no token of ours, and what is no token is none', () => {
  expect(isTokenOf(SECRET, CHALLENGE, tokenOf(Buffer.alloc(32, 8), CHALLENGE))).toBe(false)
  for (const token of ['', 'x', '===', `${tokenOf(SECRET, CHALLENGE)}AAAA`])
    expect(isTokenOf(SECRET, CHALLENGE, token)).toBe(false)
})

test('the hash of an intent does not hang on the order in which its fields were written, and on every value', () => {
  const json = fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.boolean()))
  const hashed = (payload: unknown) => intentHash({ ...CHALLENGE, payload })
  fc.assert(
    fc.property(json, fc.string(), (payload, key) => {
      const turned = Object.fromEntries(Object.entries(payload).toReversed())
      expect(hashed(turned)).toBe(hashed(payload))
      expect(hashed({ ...payload, [key]: [payload] })).not.toBe(hashed(payload))
    }),
  )
})

test('a phrase is typed word for word', () => {
  expect(isTyped(' ＣＯＮＦＩＲＭ ', 'CONFIRM')).toBe(true)
  expect(isTyped('Flatten 2', 'flatten 2')).toBe(true)
  for (const typed of [undefined, '', 'flatten', 'flatten 1', 'flatten 22', 'flatten  2'])
    expect(isTyped(typed, 'flatten 2')).toBe(false)
})
