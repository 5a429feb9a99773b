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
  /** By account, then by currency: no key is built for a posting. */
  readonly #accounts = new Map<string, Map<string, bigint>>()
  #entries = 0

  post(postings: readonly Posting[]): void {
    this.#assertBalanced(postings)
    for (const { account, currency, amount } of postings) {
      const balances = this.#accounts.getOrInsertComputed(account, () => new Map<string, bigint>())
      balances.set(currency, (balances.get(currency) ?? 0n) + amount)
    }
    this.#entries++
  }

  /** Takes over the balances of an earlier session, zeros too; they must sum to zero as every entry did. */
  recall(balances: readonly Posting[]): void {
    assert(this.#entries === 0, `balances are taken over by an empty ledger, this one has ${this.#entries} entries`)
    if (balances.length > 0) this.post(balances)
  }

  balance(account: string, currency: string): Money {
    return money(this.#accounts.get(account)?.get(currency) ?? ZERO)
  }

  get entries(): number {
    return this.#entries
  }

  /** Every account with its balance, sorted by name, for views and hashes. */
  balances(): readonly Posting[] {
    const all = [...this.#accounts].flatMap(([account, balances]) =>
      [...balances].map(([currency, amount]) => ({ account, currency, amount: money(amount) })),
    )
    const name = ({ account, currency }: Posting) => `${account}\t${currency}`
    return all.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))
  }

  #assertBalanced(postings: readonly Posting[]): void {
    for (let at = 0; at < postings.length; at++) {
      const { currency } = postings[at] as Posting
      if (isSeenBefore(postings, at)) continue
      let sum = 0n
      for (let other = at; other < postings.length; other++) {
        const posting = postings[other] as Posting
        if (posting.currency === currency) sum += posting.amount
      }
      if (sum !== 0n) assert(false, `postings sum to zero in ${currency}, sum to ${moneyToNumber(money(sum))}`)
    }
  }
}

/** Whether the currency of a posting was that of an earlier one. */
function isSeenBefore(postings: readonly Posting[], at: number): boolean {
  const { currency } = postings[at] as Posting
  for (let before = 0; before < at; before++) if ((postings[before] as Posting).currency === currency) return true
  return false
}
