import { assert } from '../domain/brand.ts'
import { type Money, money, moneyToNumber, ZERO } from '../domain/money.ts'

/** One line of an entry: an amount added to an account, in quanta of its currency. */
export interface Posting {
  readonly account: string
  readonly currency: string
  readonly amount: Money
}

/**
 * Double-entry ledger in exact money. An entry is a list of postings that sum to zero in every currency; one that does
 * not is a bug and is refused whole. Account names say what they hold and where: `asset:sim`, `trading`, `income:realised`,
 * `income:funding`, `expense:fees`, `equity:capital`. Multi-currency trades balance through `trading` accounts (Selinger,
 * "Tutorial on multiple currency accounting", 2005), whose balance in the quote currency is the cost of what is open.
 */
export class Ledger {
  readonly #balances = new Map<string, bigint>()
  #entries = 0

  post(postings: readonly Posting[]): void {
    this.#assertBalanced(postings)
    for (const { account, currency, amount } of postings) {
      const key = balanceKey(account, currency)
      this.#balances.set(key, (this.#balances.get(key) ?? 0n) + amount)
    }
    this.#entries++
  }

  balance(account: string, currency: string): Money {
    return money(this.#balances.get(balanceKey(account, currency)) ?? ZERO)
  }

  get entries(): number {
    return this.#entries
  }

  /** Every account with its balance, sorted by name, for views and hashes. */
  balances(): readonly Posting[] {
    return [...this.#balances.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, amount]) => {
        const [account = '', currency = ''] = key.split('\t')
        return { account, currency, amount: money(amount) }
      })
  }

  #assertBalanced(postings: readonly Posting[]): void {
    for (let at = 0; at < postings.length; at++) {
      const { currency } = postings[at] as Posting
      if (postings.findIndex((posting) => posting.currency === currency) < at) continue
      let sum = 0n
      for (const posting of postings) if (posting.currency === currency) sum += posting.amount
      if (sum !== 0n) assert(false, `postings sum to zero in ${currency}, sum to ${moneyToNumber(money(sum))}`)
    }
  }
}

function balanceKey(account: string, currency: string): string {
  return `${account}\t${currency}`
}
