import { divHalfEven } from '../../domain/decimal.ts'
import { baseAmount, type Instrument, notional } from '../../domain/instrument.ts'
import { type Lots, type Money, money, moneyToNumber, RATE_UNIT, type Ticks } from '../../domain/money.ts'
import type { Side } from '../../domain/order.ts'

/** The account in plain JSON; amounts are quanta as decimal strings, unknown marks are null. */
export interface AccountState {
  readonly balances: readonly (readonly [currency: string, quanta: string])[]
  readonly positions: readonly number[]
  readonly costs: readonly string[]
  readonly marks: readonly (number | null)[]
}

/**
 * The simulated venue's own books, apart from ours and in its own shape: a balance per currency, a net position per
 * instrument. They decide what the account can pay, and they are what reconciliation would compare ours with.
 */
export class VenueAccount {
  readonly #instruments: readonly Instrument[]
  readonly #balances = new Map<string, Money>()
  readonly #positions: Float64Array
  readonly #costs: bigint[]
  /** Price per instrument that positions are valued at, ticks; NaN before the first. */
  readonly marks: Float64Array

  constructor(instruments: readonly Instrument[]) {
    this.#instruments = instruments
    this.#positions = new Float64Array(instruments.length)
    this.#costs = instruments.map(() => 0n)
    this.marks = new Float64Array(instruments.length).fill(Number.NaN)
  }

  save(): AccountState {
    return {
      balances: Array.from(this.#balances, ([currency, amount]) => [currency, amount.toString()] as const),
      positions: [...this.#positions],
      costs: this.#costs.map(String),
      marks: Array.from(this.marks, (mark) => (Number.isNaN(mark) ? null : mark)),
    }
  }

  restore({ balances, positions, costs, marks }: AccountState): void {
    this.#balances.clear()
    for (const [currency, quanta] of balances) this.#balances.set(currency, money(BigInt(quanta)))
    this.#positions.set(positions)
    costs.forEach((cost, at) => (this.#costs[at] = BigInt(cost)))
    this.marks.set(marks.map((mark) => mark ?? Number.NaN))
  }

  deposit(currency: string, amount: Money): void {
    this.#balances.set(currency, money((this.#balances.get(currency) ?? 0n) + amount))
  }

  balance(currency: string): Money {
    return money(this.#balances.get(currency) ?? 0n)
  }

  balances(): ReadonlyMap<string, Money> {
    return this.#balances
  }

  position(at: number): number {
    return this.#positions[at] as number
  }

  /** Lots of an order that only close what is held. */
  closing(at: number, side: Side, qty: number): number {
    const held = this.#positions[at] as number
    const closable = side === 'buy' ? Math.max(0, -held) : Math.max(0, held)
    return Math.min(qty, closable)
  }

  /** Books a fill and its fee. */
  book(at: number, fill: { side: Side; qty: Lots; price: Ticks; fee: Money }): void {
    const instrument = this.#instruments[at] as Instrument
    const signed = (fill.side === 'buy' ? fill.qty : -fill.qty) as Lots
    const value = notional(instrument, fill.price, signed)
    const { quote, base } = instrument
    if (instrument.settlement === 'cash') {
      this.#add(quote, -value - fill.fee)
      this.#add(base, baseAmount(instrument, signed))
    } else {
      this.#add(quote, this.#bookCost(at, signed, value) - fill.fee)
    }
    this.#positions[at] = (this.#positions[at] as number) + signed
  }

  /** Charges or pays funding on the position; a positive rate is paid by longs. */
  fund(at: number, amount: Money): void {
    this.#add((this.#instruments[at] as Instrument).quote, -amount)
  }

  /** Equity of the margin account in one settle currency: balance and unrealised profit at the marks. */
  equity(quote: string): number {
    let sum = moneyToNumber(this.balance(quote))
    for (let at = 0; at < this.#instruments.length; at++) {
      const instrument = this.#instruments[at] as Instrument
      if (instrument.settlement === 'margin' && instrument.quote === quote && this.#positions[at] !== 0)
        sum += this.unrealised(at)
    }
    return sum
  }

  unrealised(at: number, mark = this.marks[at] as number): number {
    const { valuePerTickLot } = this.#instruments[at] as Instrument
    return (this.#positions[at] as number) * mark * valuePerTickLot - Number(this.#costs[at]) / 1e18
  }

  /** Equity that no position ties up; negative once prices have moved too far. */
  freeMargin(quote: string): number {
    let used = 0
    for (let at = 0; at < this.#instruments.length; at++) {
      const { settlement, quote: other, valuePerTickLot, maxLeverage } = this.#instruments[at] as Instrument
      if (settlement !== 'margin' || other !== quote || this.#positions[at] === 0) continue
      used += (Math.abs(this.#positions[at] as number) * (this.marks[at] as number) * valuePerTickLot) / maxLeverage
    }
    return this.equity(quote) - used
  }

  /** Equity below which the venue closes the positions that settle in one currency. */
  maintenance(quote: string): number {
    let sum = 0
    for (let at = 0; at < this.#instruments.length; at++) {
      const { settlement, quote: other, valuePerTickLot, maintenance } = this.#instruments[at] as Instrument
      if (settlement !== 'margin' || other !== quote || this.#positions[at] === 0) continue
      const value = Math.abs(this.#positions[at] as number) * (this.marks[at] as number) * valuePerTickLot
      sum += (value * maintenance) / RATE_UNIT
    }
    return sum
  }

  /** Realised profit of a margin fill at average cost, updating the cost of what stays open. */
  #bookCost(at: number, signed: number, value: bigint): bigint {
    const held = this.#positions[at] as number
    const cost = this.#costs[at] as bigint
    const opposes = held !== 0 && held > 0 !== signed > 0
    if (!opposes) {
      this.#costs[at] = cost + value
      return 0n
    }
    const closing = Math.min(Math.abs(held), Math.abs(signed))
    const costOut = closing === Math.abs(held) ? cost : divHalfEven(cost * BigInt(closing), BigInt(Math.abs(held)))
    const valueOut = closing === Math.abs(signed) ? value : (value / BigInt(Math.abs(signed))) * BigInt(closing)
    this.#costs[at] = cost - costOut + (value - valueOut)
    return -valueOut - costOut
  }

  #add(currency: string, amount: bigint): void {
    this.#balances.set(currency, money((this.#balances.get(currency) ?? 0n) + amount))
  }
}
