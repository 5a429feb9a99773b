import { expect, test } from 'vitest'
import { CCXT_ERRORS, toldByCcxt } from './ccxt-errors.ts'

interface Tree {
  readonly [name: string]: Tree
}

async function hierarchy(): Promise<readonly string[]> {
  const file = new URL('./src/base/errorHierarchy.js', import.meta.resolve('ccxt')).href
  const { default: tree } = (await import(file)) as { readonly default: Tree }
  const names = (branch: Tree): readonly string[] =>
    Object.entries(branch).flatMap(([name, below]) => [name, ...names(below)])
  return names(tree)
}

test('every class of ccxt’s hierarchy has a meaning, and none is invented', async () => {
  const names = await hierarchy()
  expect(names.length).toBeGreaterThan(35)
  expect([...names].sort()).toEqual(Object.keys(CCXT_ERRORS).sort())
})

function thrown(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
const NO_SECRETS = { secrets: [] }

test('UGF-0-008: what may have been done is never a refusal', () => {
  for (const name of [
    'RequestTimeout',
    'ExchangeNotAvailable',
    'OnMaintenance',
    'BadResponse',
    'ExchangeError',
    'OperationFailed',
  ])
    expect(toldByCcxt(thrown(name, 'x'), 'order', NO_SECRETS).isRefusal, name).toBe(false)
  // An order with our id is there: it may be the one that was meant.
  expect(toldByCcxt(thrown('DuplicateOrderId', 'x'), 'order', NO_SECRETS).isRefusal).toBe(false)
  // Half an answer is no answer.
  expect(toldByCcxt(new TypeError('undefined is not an object'), 'order', NO_SECRETS)).toMatchObject({
    isRefusal: false,
    error: { kind: 'PROTOCOL' },
  })
  expect(toldByCcxt('a word', 'order', NO_SECRETS)).toMatchObject({ isRefusal: false, error: { kind: 'UNKNOWN' } })
  expect(toldByCcxt(thrown('InsufficientFunds', 'x'), 'order', NO_SECRETS)).toMatchObject({
    isRefusal: true,
    error: { kind: 'RESOURCEEXHAUSTED' },
  })
})

test('the venue’s own code is told, and when to ask again', () => {
  const message = 'binance {"code":-2010,"msg":"Account has insufficient balance for requested action."}'
  expect(toldByCcxt(thrown('InsufficientFunds', message), 'order', NO_SECRETS).error.venueCode).toBe('-2010')
  const limited = toldByCcxt(thrown('RateLimitExceeded', 'x'), 'order', { secrets: [], retryAfter: '7' })
  expect(limited.error.retryAfterMs).toBe(7_000)
})

test('UGF-0-018: no address keeps what stood behind its path, and no secret is repeated', () => {
  const message =
    'binance GET https://api.binance.com/api/v3/account?timestamp=1&signature=abcdef0123 503 {"key":"canary-key"} secret=canary2&x'
  const { error } = toldByCcxt(thrown('ExchangeNotAvailable', message), 'balances', { secrets: ['canary-key'] })
  expect(error.message).toContain('api.binance.com/api/v3/account')
  expect(JSON.stringify([error.message, error.stack, error])).not.toMatch(/abcdef0123|canary/)
})
