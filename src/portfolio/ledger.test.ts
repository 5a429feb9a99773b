import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { money } from '../domain/money.ts'
import { Ledger, type Posting } from './ledger.ts'

const posting = (account: string, currency: string, amount: bigint): Posting => ({
  account,
  currency,
  amount: money(amount),
})

test('an entry that does not sum to zero in every currency is refused whole', () => {
  const ledger = new Ledger()
  for (const postings of [
    [posting('asset:sim', 'USDT', 1n)],
    [posting('asset:sim', 'USDT', 1n), posting('equity', 'BTC', -1n)],
    [posting('asset:sim', 'USDT', 1n), posting('equity', 'USDT', -1n), posting('asset:sim', 'BTC', 2n)],
  ])
    expect(() => ledger.post(postings)).toThrow('postings sum to zero in')
  expect(ledger.entries).toBe(0)
  expect(ledger.balances()).toEqual([])
})

const accounts = fc.constantFrom('asset:sim', 'asset:acme', 'trading', 'equity:capital', 'income:realised')
const currencies = fc.constantFrom('USDT', 'BTC', 'JPY')
const amounts = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })
/** Pairs that balance, shuffled into entries of several currencies. */
const entries = fc.array(
  fc
    .array(fc.tuple(accounts, accounts, currencies, amounts), { minLength: 1, maxLength: 5 })
    .map((pairs) =>
      pairs.flatMap(([from, to, currency, amount]) => [
        posting(from, currency, -amount),
        posting(to, currency, amount),
      ]),
    ),
  { maxLength: 20 },
)

test('whatever is posted, every currency sums to zero over all accounts, and balances are sums of postings', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const ledger = new Ledger()
      for (const entry of all) ledger.post(entry)
      expect(ledger.entries).toBe(all.length)
      const expected = new Map<string, bigint>()
      for (const { account, currency, amount } of all.flat()) {
        const key = `${account} ${currency}`
        expected.set(key, (expected.get(key) ?? 0n) + amount)
      }
      for (const [key, amount] of expected) {
        const [account = '', currency = ''] = key.split(' ')
        expect(ledger.balance(account, currency)).toBe(amount)
      }
      const sums = new Map<string, bigint>()
      for (const { currency, amount } of ledger.balances()) sums.set(currency, (sums.get(currency) ?? 0n) + amount)
      for (const sum of sums.values()) expect(sum).toBe(0n)
    }),
  )
})

test('accounts are listed by name, in whatever order they were used', () => {
  const ledger = new Ledger()
  ledger.post([posting('b', 'X', 1n), posting('a', 'Y', 1n), posting('a', 'X', -1n), posting('c', 'Y', -1n)])
  expect(ledger.balances().map(({ account, currency }) => `${account} ${currency}`)).toEqual([
    'a X',
    'a Y',
    'b X',
    'c Y',
  ])
  expect(ledger.balance('never', 'X')).toBe(0n)
})
