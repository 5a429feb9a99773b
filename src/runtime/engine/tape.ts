import { US_PER_MINUTE } from '../../domain/time.ts'
import type { TradeColumns } from '../../market/columns.ts'

export interface Print {
  readonly ts: number
  readonly price: number
  readonly qty: number
  readonly taker: number
}

const KEPT = 240

/** The last public trades of one instrument, and how lively its data is. */
export class Tape {
  #prints: Print[] = []
  /** When anything last arrived, engine time; NaN before the first. */
  heardTs = Number.NaN
  /** Distance of the last message from the venue's stamp, µs. */
  latencyUs = Number.NaN
  messages = 0
  gaps = 0
  #rateTs = Number.NaN
  #rateMessages = 0
  /** Messages a second over the last while. */
  perSecond: number | undefined

  heard(venueTs: number, recvTs: number): void {
    this.heardTs = recvTs
    this.latencyUs = recvTs - venueTs
    this.messages++
    if (Number.isNaN(this.#rateTs)) this.#rateTs = recvTs
    const span = recvTs - this.#rateTs
    if (span < 5_000_000) return
    this.perSecond = ((this.messages - this.#rateMessages) * 1_000_000) / span
    this.#rateTs = recvTs
    this.#rateMessages = this.messages
  }

  /** Prints were left out for those who think about them; they are counted and in the bars all the same. */
  skip(): void {
    this.gaps++
  }

  trade({ recvTs, price, qty, taker }: TradeColumns, row: number): void {
    this.#prints.push({
      ts: recvTs[row] as number,
      price: price[row] as number,
      qty: qty[row] as number,
      taker: taker[row] as number,
    })
    if (this.#prints.length > 2 * KEPT) this.#prints = this.#prints.slice(-KEPT)
  }

  /** Newest first. */
  last(count: number): readonly Print[] {
    return this.#prints.slice(-count).reverse()
  }

  /** Lots that takers bought and sold in the last minute. */
  flow(nowTs: number): { readonly buys: number; readonly sells: number } {
    let buys = 0
    let sells = 0
    for (const { ts, qty, taker } of this.#prints) {
      if (ts < nowTs - US_PER_MINUTE) continue
      if (taker > 0) buys += qty
      else sells += qty
    }
    return { buys, sells }
  }
}
