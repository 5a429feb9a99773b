import type { FailureKind } from '../venue.ts'

/** What each code of the venue means for whoever asked (https://api.coin.z.com/docs/en/#error-code). */
const KINDS: Readonly<Record<string, FailureKind>> = {
  'ERR-70': 'INVALIDREQUEST',
  'ERR-151': 'INVALIDREQUEST',
  'ERR-189': 'INVALIDREQUEST',
  'ERR-200': 'RESOURCEEXHAUSTED',
  'ERR-201': 'RESOURCEEXHAUSTED',
  'ERR-208': 'RESOURCEEXHAUSTED',
  'ERR-254': 'INVALIDREQUEST',
  'ERR-422': 'INVALIDREQUEST',
  'ERR-423': 'INVALIDREQUEST',
  'ERR-430': 'INVALIDREQUEST',
  'ERR-554': 'TRANSIENT',
  'ERR-626': 'TRANSIENT',
  'ERR-635': 'RESOURCEEXHAUSTED',
  'ERR-682': 'RESOURCEEXHAUSTED',
  'ERR-683': 'TRANSIENT',
  'ERR-754': 'RESOURCEEXHAUSTED',
  'ERR-759': 'RESOURCEEXHAUSTED',
  'ERR-760': 'INVALIDREQUEST',
  'ERR-846': 'INVALIDREQUEST',
  'ERR-913': 'INVALIDREQUEST',
  'ERR-5003': 'RATELIMITED',
  'ERR-5007': 'PROTOCOL',
  'ERR-5008': 'AUTH',
  'ERR-5009': 'AUTH',
  'ERR-5010': 'AUTH',
  'ERR-5011': 'AUTH',
  'ERR-5012': 'AUTH',
  'ERR-5014': 'AUTH',
  'ERR-5016': 'TRANSIENT',
  'ERR-5105': 'INVALIDREQUEST',
  'ERR-5106': 'INVALIDREQUEST',
  'ERR-5111': 'INVALIDREQUEST',
  'ERR-5114': 'INVALIDREQUEST',
  'ERR-5115': 'INVALIDREQUEST',
  'ERR-5118': 'INVALIDREQUEST',
  'ERR-5121': 'INVALIDREQUEST',
  'ERR-5122': 'INVALIDREQUEST',
  'ERR-5123': 'INVALIDREQUEST',
  'ERR-5125': 'AUTH',
  'ERR-5126': 'INVALIDREQUEST',
  'ERR-5127': 'AUTH',
  'ERR-5129': 'INVALIDREQUEST',
  'ERR-5133': 'AUTH',
  'ERR-5135': 'AUTH',
  'ERR-5201': 'TRANSIENT',
  'ERR-5202': 'TRANSIENT',
  'ERR-5203': 'TRANSIENT',
  'ERR-5204': 'PROTOCOL',
  'ERR-5206': 'INVALIDREQUEST',
  'ERR-5207': 'INVALIDREQUEST',
  'ERR-5208': 'INVALIDREQUEST',
}

/** UNKNOWN for a code that is not written down anywhere: nothing is assumed of it. */
export function gmoFailureKind(code: string): FailureKind {
  return KINDS[code] ?? 'UNKNOWN'
}

/** Codes after which it is not certain that an order was not taken on. */
const UNCERTAIN: ReadonlySet<string> = new Set(['ERR-554', 'ERR-626', 'ERR-5003', 'ERR-5016'])

/** Whether an order that was answered with this code was surely not taken on. */
export function isCertainRefusal(code: string): boolean {
  return KINDS[code] !== undefined && !UNCERTAIN.has(code)
}
