import type { BotId, InstrumentId } from '../domain/ids.ts'
import { type Lots, type Money, money, ZERO } from '../domain/money.ts'
import type { KernelEvent, Payload } from '../events/event.ts'
import type { BalanceRecord, EngineState, HoldingRecord } from './engine-state.ts'

type Posting = Payload<'portfolio.updated'>['postings'][number]

/** Positions of every bot and the balances of the ledger, from the postings that the journal keeps. */
export class BooksFold {
  readonly #holdings = new Map<string, HoldingRecord>()
  readonly #balances = new Map<string, BalanceRecord>()
  readonly #changedHoldings = new Set<string>()
  readonly #changedBalances = new Set<string>()

  constructor(from?: EngineState) {
    for (const holding of from?.holdings ?? []) this.#holdings.set(holdingKey(holding), holding)
    for (const balance of from?.balances ?? []) this.#balances.set(balanceKey(balance), balance)
  }

  get holdings(): readonly HoldingRecord[] {
    return [...this.#holdings.values()]
  }

  get balances(): readonly BalanceRecord[] {
    return [...this.#balances.values()]
  }

  takeChanges(): { readonly holdings: readonly HoldingRecord[]; readonly balances: readonly BalanceRecord[] } {
    const holdings = [...this.#changedHoldings].map((key) => this.#holdings.get(key) as HoldingRecord)
    const balances = [...this.#changedBalances].map((key) => this.#balances.get(key) as BalanceRecord)
    this.#changedHoldings.clear()
    this.#changedBalances.clear()
    return { holdings, balances }
  }

  apply(event: KernelEvent): void {
    if (event.type === 'portfolio.deposited') this.#post((event.payload as Payload<'portfolio.deposited'>).postings)
    if (event.type !== 'portfolio.updated') return
    const update = event.payload as Payload<'portfolio.updated'>
    this.#post(update.postings)
    if (event.botId !== undefined) this.#hold(event.botId, update, event.ts)
  }

  #post(postings: readonly Posting[]): void {
    for (const { account, currency, amount } of postings) {
      const key = balanceKey({ account, currency })
      this.#balances.set(key, { account, currency, amount: money((this.#balances.get(key)?.amount ?? 0n) + amount) })
      this.#changedBalances.add(key)
    }
  }

  #hold(botId: BotId, update: Payload<'portfolio.updated'>, ts: number): void {
    const instrumentId = update.instrument_id as InstrumentId
    const key = holdingKey({ botId, instrumentId })
    const before = this.#holdings.get(key)
    const was = before?.qty ?? 0
    const qty = update.position as Lots
    const isSame = was !== 0 && was > 0 === qty > 0
    this.#holdings.set(key, {
      botId,
      instrumentId,
      qty,
      cost: money(update.cost),
      realised: money((before?.realised ?? 0n) + update.realised),
      fees: money((before?.fees ?? 0n) + sumOf(update.postings, 'expense:fees')),
      funding: money((before?.funding ?? 0n) - sumOf(update.postings, 'income:funding')),
      openedTs: qty === 0 ? undefined : isSame ? before?.openedTs : ts,
    })
    this.#changedHoldings.add(key)
  }
}

/** What an entry adds to an account; the account carries one currency in one entry. */
function sumOf(postings: readonly Posting[], account: string): Money {
  let sum: bigint = ZERO
  for (const posting of postings) if (posting.account === account) sum += posting.amount
  return money(sum)
}

function holdingKey({ botId, instrumentId }: { botId: string; instrumentId: string }): string {
  return `${botId}\t${instrumentId}`
}

function balanceKey({ account, currency }: { account: string; currency: string }): string {
  return `${account}\t${currency}`
}
