import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  APPROVAL_STATES,
  APPROVAL_STEPS,
  type Approval,
  type ApprovalGround,
  type ApprovalVote,
  ended,
  isFinal,
  staleness,
  type VoteTerms,
  withVote,
} from './approval.ts'

const S = 1_000_000
const GROUND: ApprovalGround = { price: 1_000_000, position: 0, isDataOk: true, modeRank: 0, killRank: 0 }
const ASKED: Approval = {
  id: 'ap-1',
  kind: 'order',
  subject: 'trend BTC_JPY',
  payload: { qty: '0.1' },
  payloadSha256: 'a'.repeat(64),
  summary: 'buy 0.1 BTC_JPY',
  rules: ['limit share'],
  requestedBy: 'bot:trend',
  ground: GROUND,
  createdTs: 0,
  expiresTs: 60 * S,
  required: 1,
  votes: [],
  state: 'PENDING',
  reasonCode: '',
  detail: '',
  changedTs: 0,
}
const yes = (actor: string, ts = S): ApprovalVote => ({ actor, isYes: true, reason: 'looks right', ts })
const ALONE = { isSolo: true, typed: undefined }
const TWO = { isSolo: false, typed: undefined }

function approved(approval: Approval, vote: ApprovalVote, terms: VoteTerms = TWO): Approval {
  const next = withVote(approval, vote, terms)
  if ('refused' in next) throw new Error(next.refused)
  return next
}

describe('UGF-G-001: a vote', () => {
  test('of one person approves what needs one, and a no ends it', () => {
    expect(approved(ASKED, yes('human:ann'))).toMatchObject({ state: 'APPROVED', votes: [{ actor: 'human:ann' }] })
    const no = { ...yes('human:ann'), isYes: false, reason: 'too large' }
    expect(approved(ASKED, no)).toMatchObject({ state: 'REJECTED', detail: 'too large' })
  })

  test('is never a service’s, always has a reason, and comes while it is pending', () => {
    expect(withVote(ASKED, yes('service:cron'), ALONE)).toMatchObject({ refused: 'AUTOMATION_CANNOT_VOTE' })
    expect(withVote(ASKED, { ...yes('human:ann'), reason: 'ok ' }, ALONE)).toMatchObject({ refused: 'REASON_REQUIRED' })
    for (const state of APPROVAL_STATES.filter((one) => one !== 'PENDING'))
      expect(withVote({ ...ASKED, state }, yes('human:ann'), ALONE)).toMatchObject({ refused: 'APPROVAL_NOT_PENDING' })
  })

  test('of two different persons is wanted where two are required', () => {
    const first = approved({ ...ASKED, required: 2 }, yes('human:ann'))
    expect(first.state).toBe('PENDING')
    expect(withVote(first, yes('human:ann', 20 * S), TWO)).toMatchObject({ refused: 'SECOND_PERSON_REQUIRED' })
    expect(approved(first, yes('human:bob', 2 * S)).state).toBe('APPROVED')
  })

  test('of the same person again counts where there is no other: after ten seconds, with the subject typed', () => {
    const first = approved({ ...ASKED, required: 2 }, yes('human:ann', S), ALONE)
    const typed = { isSolo: true, typed: 'trend BTC_JPY' }
    expect(withVote(first, yes('human:ann', 10_999_999), typed)).toMatchObject({ refused: 'SOLO_PAUSE' })
    expect(withVote(first, yes('human:ann', 11 * S), ALONE)).toMatchObject({ refused: 'CONFIRMATION_REQUIRED' })
    expect(approved(first, yes('human:ann', 11 * S), typed).state).toBe('APPROVED')
  })
})

describe('UGF-G-001: what was asked is worthless', () => {
  test.each([
    ['after its time', {}, 60 * S, 'EXPIRED', 'EXPIRED'],
    ['when the price moved by more than 20 bps', { price: 1_002_001 }, S, 'INVALIDATED', 'PRICE_MOVED'],
    ['when it fell by more than 20 bps', { price: 997_999 }, S, 'INVALIDATED', 'PRICE_MOVED'],
    ['without a price', { price: undefined }, S, 'INVALIDATED', 'DATA_NOT_OK'],
    ['when the data is stale', { isDataOk: false }, S, 'INVALIDATED', 'DATA_NOT_OK'],
    ['when the safety mode became stricter', { modeRank: 1 }, S, 'INVALIDATED', 'SAFETY_TIGHTENED'],
    ['when a kill level was raised', { killRank: 1 }, S, 'INVALIDATED', 'KILL_TIGHTENED'],
    ['when the position changed', { position: 5 }, S, 'INVALIDATED', 'POSITION_CHANGED'],
  ] as const)('%s', (_, change, ts, state, reasonCode) => {
    expect(staleness(ASKED, { ...GROUND, ...change }, ts)).toMatchObject({ state, reasonCode })
  })

  test('and not before: within 20 bps, milder modes, in time', () => {
    expect(staleness(ASKED, { ...GROUND, price: 1_002_000 }, 60 * S - 1)).toBeUndefined()
    const strict = { ...ASKED, ground: { ...GROUND, modeRank: 2, killRank: 1 } }
    expect(staleness(strict, GROUND, S)).toBeUndefined()
  })
})

test('UGF-G-001: whatever is tried, a final state stays, and nothing is executed that was not approved', () => {
  const states = fc.array(fc.constantFrom(...APPROVAL_STATES), { maxLength: 12 })
  fc.assert(
    fc.property(states, (tried) => {
      let at: Approval = ASKED
      const seen: string[] = [at.state]
      for (const state of tried) {
        try {
          const next = ended(at, state, 'X', '', 1)
          expect(isFinal(at.state)).toBe(false)
          at = next
          seen.push(state)
        } catch {
          expect(APPROVAL_STEPS[at.state]).not.toContain(state)
        }
      }
      if (seen.includes('EXECUTED')) expect(seen).toEqual(['PENDING', 'APPROVED', 'EXECUTING', 'EXECUTED'])
    }),
  )
})
