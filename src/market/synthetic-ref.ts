import { assert } from '../domain/brand.ts'

/** A dataset that is computed, not stored: generator, parameters and seed say everything about its content. */
export interface SyntheticRef {
  readonly generator: string
  readonly params: Readonly<Record<string, string>>
  /** A safe integer of at least 0. */
  readonly seed: number
}

const NAME = /^[a-z][a-z0-9-]*$/
const KEY = /^[A-Za-z][A-Za-z0-9_]*$/
const WHOLE = /^(0|[1-9]\d{0,15})$/

/** Writes `synthetic:<generator>?<params, sorted by name>&seed=<n>`, so equal datasets have equal text. */
export function formatSyntheticRef({ generator, params, seed }: SyntheticRef): string {
  assert(NAME.test(generator), `a generator is lower-case letters, digits and dashes, was '${generator}'`)
  assert(Number.isSafeInteger(seed) && seed >= 0, `a seed is a safe integer of at least 0, was ${seed}`)
  const keys = Object.keys(params).sort()
  for (const key of keys) assert(KEY.test(key) && key !== 'seed', `a parameter has a plain name, was '${key}'`)
  const pairs = keys.map((key) => `${key}=${encodeURIComponent(params[key] ?? '')}`)
  return `synthetic:${generator}?${[...pairs, `seed=${seed}`].join('&')}`
}

/**
 * Reads what {@link formatSyntheticRef} writes; parameters may come in any order.
 *
 * @returns undefined when the text is no such reference: another scheme, a repeated name, a missing or broken seed
 */
export function parseSyntheticRef(text: string): SyntheticRef | undefined {
  const [, generator = '', query = ''] = /^synthetic:([^?]*)\?(.*)$/.exec(text) ?? []
  if (!NAME.test(generator)) return undefined
  const params: Record<string, string> = {}
  let seed: number | undefined
  for (const pair of query.split('&')) {
    const [, key = '', raw = ''] = /^([^=]*)=(.*)$/.exec(pair) ?? []
    if (!KEY.test(key) || Object.hasOwn(params, key)) return undefined
    if (key === 'seed') {
      if (seed !== undefined || !WHOLE.test(raw) || !Number.isSafeInteger(Number(raw))) return undefined
      seed = Number(raw)
      continue
    }
    const value = decoded(raw)
    if (value === undefined) return undefined
    params[key] = value
  }
  return seed === undefined ? undefined : { generator, params, seed }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // a lone % is not an escape
  }
}
