import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { Tier } from './operations.ts'

/** What exactly is to be done, by whom, on which books. A token is for one of these and for no other. */
export interface Intent {
  readonly operation: string
  /** As its schema read it: plain JSON. */
  readonly payload: unknown
  readonly scope: string
  readonly actor: string
  /** The name that the books have for good. */
  readonly profile: string
}

/** A wish that waits for its confirmation (UGF-0-006). Nothing has been done. */
export interface Challenge extends Intent {
  readonly id: string
  readonly tier: Exclude<Tier, 'none'>
  readonly phrase: string | undefined
  readonly reason: string
  /** Of the flags that it was allowed with. */
  readonly flagsHash: string
  readonly issuedTs: number
  readonly expiresTs: number
}

export const CHALLENGE_STATES = ['OPEN', 'CONFIRMED', 'REJECTED', 'EXPIRED'] as const
export type ChallengeState = (typeof CHALLENGE_STATES)[number]

/** Life of a challenge, s: what may be set, and what holds unless told. */
export const CHALLENGE_LIFE_S = { min: 30, max: 120, usual: 60 } as const

/** SHA-256 of the canonical intent, hex: two intents that differ in one field differ in it. */
export function intentHash({ operation, payload, scope, actor, profile }: Intent): string {
  return hash('sha256', canonicalJson({ operation, payload, scope, actor, profile }), 'hex')
}

/**
 * The token of a challenge: HMAC-SHA256 over its id, its intent and when it was issued. Only who has the secret of the profile
 * can make one, so it is kept nowhere and made again to be compared.
 *
 * @param secret of the profile; 32 bytes
 */
export function tokenOf(secret: Buffer, challenge: Challenge): string {
  return macOf(secret, challenge).toString('base64url')
}

/** Whether a token is that of the challenge, found out in the same time for any that is not. */
export function isTokenOf(secret: Buffer, challenge: Challenge, token: string): boolean {
  const given = Buffer.from(token, 'base64url')
  const expected = macOf(secret, challenge)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function macOf(secret: Buffer, challenge: Challenge): Buffer {
  const { id, tier, phrase = '', issuedTs } = challenge
  const bound = canonicalJson([id, intentHash(challenge), tier, phrase, issuedTs])
  return createHmac('sha256', secret).update(bound).digest()
}

/** Whether a phrase was typed word for word; full-width letters are the letters. A flatten's is typed in any case. */
export function isTyped(typed: string | undefined, phrase: string): boolean {
  return (typed ?? '').normalize('NFKC').trim().toLowerCase() === phrase.toLowerCase()
}

/** JSON with its keys in code-unit order: one value has one text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
