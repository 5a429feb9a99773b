import { describe, expect, test } from 'vitest'
import { LEASE_TERMS, Leases } from './leases.ts'

const S = 1_000_000
const held = () => {
  const leases = new Leases(LEASE_TERMS)
  leases.look('venue', 'sim', 'NONE', 0)
  leases.look('bot', 'a', 'NONE', 0)
  return leases
}

describe('a lease', () => {
  test('UGF-D-004: lives twenty seconds and is not relied on for the last two', () => {
    const leases = held()
    expect(leases.state('bot', 'a', 18 * S - 1)).toBe('VALID')
    expect(leases.state('bot', 'a', 18 * S)).toBe('EXPIRED')
    expect(leases.all).toMatchObject([
      { kind: 'venue', id: 'sim', issuedTs: 0, expiresTs: 20 * S, constraint: 'NONE' },
      { kind: 'bot', id: 'a' },
    ])
  })

  test('UGF-D-004: is renewed every five seconds and not more often', () => {
    const leases = held()
    expect(leases.look('bot', 'a', 'NONE', 5 * S - 1)).toBeUndefined()
    expect(leases.look('bot', 'a', 'NONE', 5 * S)).toMatchObject({
      kind: 'RENEWED',
      lease: { issuedTs: 0, renewedTs: 5 * S, expiresTs: 25 * S },
    })
    expect(leases.state('bot', 'a', 23 * S - 1)).toBe('VALID')
  })

  test('that ran out is issued anew', () => {
    const leases = held()
    expect(leases.look('bot', 'a', 'NONE', 21 * S)).toMatchObject({ kind: 'ISSUED', lease: { issuedTs: 21 * S } })
  })

  test('says at once what it should, when that becomes another thing', () => {
    const leases = held()
    expect(leases.look('bot', 'a', 'CLOSE_ONLY', S)).toMatchObject({ kind: 'ISSUED' })
    expect(leases.state('bot', 'a', S)).toBe('CLOSE_ONLY')
    expect(leases.look('bot', 'a', 'NONE', 2 * S)).toMatchObject({ kind: 'ISSUED' })
    expect(leases.state('bot', 'a', 2 * S)).toBe('VALID')
  })

  test('that is denied runs out, is asked for every five seconds, and is issued again at once when it may be', () => {
    const leases = held()
    expect(leases.look('bot', 'a', undefined, S)).toEqual({ kind: 'DENIED', denials: 1 })
    expect(leases.look('bot', 'a', undefined, 5 * S)).toBeUndefined()
    expect(leases.look('bot', 'a', undefined, 6 * S)).toEqual({ kind: 'DENIED', denials: 2 })
    expect(leases.look('bot', 'a', undefined, 11 * S)).toEqual({ kind: 'DENIED', denials: 3 })
    expect(leases.state('bot', 'a', 11 * S)).toBe('VALID')
    expect(leases.state('bot', 'a', 18 * S)).toBe('EXPIRED')
    expect(leases.look('bot', 'a', 'NONE', 11 * S + 1)).toMatchObject({ kind: 'ISSUED' })
    expect(leases.look('bot', 'a', undefined, 12 * S)).toEqual({ kind: 'DENIED', denials: 1 })
  })

  test('of a bot is worth nothing without the one of its venue', () => {
    const leases = new Leases(LEASE_TERMS)
    leases.look('bot', 'a', 'NONE', 0)
    expect(leases.stateOf('a', 'sim', 0)).toBe('MISSING')
    leases.look('venue', 'sim', 'CLOSE_ONLY', 0)
    expect(leases.stateOf('a', 'sim', 0)).toBe('CLOSE_ONLY')
    leases.look('venue', 'sim', 'NONE', 0)
    expect(leases.stateOf('a', 'sim', 0)).toBe('VALID')
    expect(leases.stateOf('b', 'sim', 0)).toBe('MISSING')
  })
})
