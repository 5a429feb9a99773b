import type { BarColumns, QuoteColumns, TradeColumns } from '../market/columns.ts'
import type { BarView, QuoteView, TradeView } from '../strategy/strategy.ts'

/** A window on one row of bars. A strategy gets the window, never the columns: there is no next row to look at. */
export class BarWindow implements BarView {
  #bars: BarColumns | undefined
  #row = 0
  at(bars: BarColumns, row: number): this {
    this.#bars = bars
    this.#row = row
    return this
  }
  get openTs(): number {
    return (this.#bars as BarColumns).openTs[this.#row] as number
  }
  get closeTs(): number {
    return (this.#bars as BarColumns).closeTs[this.#row] as number
  }
  get open(): number {
    return (this.#bars as BarColumns).open[this.#row] as number
  }
  get high(): number {
    return (this.#bars as BarColumns).high[this.#row] as number
  }
  get low(): number {
    return (this.#bars as BarColumns).low[this.#row] as number
  }
  get close(): number {
    return (this.#bars as BarColumns).close[this.#row] as number
  }
  get volume(): number {
    return (this.#bars as BarColumns).volume[this.#row] as number
  }
}

/** A window on one row of quotes. */
export class QuoteWindow implements QuoteView {
  #quotes: QuoteColumns | undefined
  #row = 0
  at(quotes: QuoteColumns, row: number): this {
    this.#quotes = quotes
    this.#row = row
    return this
  }
  get ts(): number {
    return (this.#quotes as QuoteColumns).recvTs[this.#row] as number
  }
  get bid(): number {
    return (this.#quotes as QuoteColumns).bid[this.#row] as number
  }
  get bidQty(): number {
    return (this.#quotes as QuoteColumns).bidQty[this.#row] as number
  }
  get ask(): number {
    return (this.#quotes as QuoteColumns).ask[this.#row] as number
  }
  get askQty(): number {
    return (this.#quotes as QuoteColumns).askQty[this.#row] as number
  }
}

/** A window on one row of trades. */
export class TradeWindow implements TradeView {
  #trades: TradeColumns | undefined
  #row = 0
  at(trades: TradeColumns, row: number): this {
    this.#trades = trades
    this.#row = row
    return this
  }
  get ts(): number {
    return (this.#trades as TradeColumns).recvTs[this.#row] as number
  }
  get price(): number {
    return (this.#trades as TradeColumns).price[this.#row] as number
  }
  get qty(): number {
    return (this.#trades as TradeColumns).qty[this.#row] as number
  }
  get taker(): number {
    return (this.#trades as TradeColumns).taker[this.#row] as number
  }
}
