import { assert } from '../domain/brand.ts'
import { baseAmount, type Instrument, notional } from '../domain/instrument.ts'
import { type Lots, type Money, money, moneyToNumber, type Rate, share, type Ticks, ZERO } from '../domain/money.ts'
import type { Side } from '../domain/order.ts'
import { Ledger, type Posting } from './ledger.ts'
import { applyFill, FLAT, type Position } from './position.ts'

/** Parts of what an account gained, base currency. */
export interface Gains {
  /** By closing, after fees and funding. */
  readonly realised: number
  readonly unrealised: number
  /** Paid, ≥ 0 but for rebates. */
  readonly fees: number
  /** Received, negative when paid. */
  readonly funding: number
}

/** What one fill did to the books. */
export interface FillBooking {
  readonly position: Position
  readonly postings: readonly Posting[]
  /** Profit that this fill booked, before its fee. */
  readonly realised: Money
}

/** Books of one bot in one instrument as an earlier session left them. */
export interface RecalledHolding extends Position {
  readonly botAt: number
  readonly instrumentAt: number
  readonly fees: Money
  readonly funding: Money
}

/** Books of one bot in one instrument. */
interface Holding {
  position: Position
  fees: Money
  funding: Money
  // Doubles of the above, kept in step, so that marks need no bigint.
  qty: number
  cost: number
}

/**
 * The books: a ledger per account in exact money, positions per bot and instrument, and the marks that value them.
 * Whole numbers decide; the doubles beside them are derived after every posting and only ever valued, never posted.
 */
export class Portfolio {
  readonly ledger = new Ledger()
  readonly #instruments: readonly Instrument[]
  readonly #botCount: number
  readonly #holdings: Holding[]
  /** Account position per instrument: sum over bots. */
  readonly #net: Float64Array
  readonly #netCost: Float64Array
  /** Last mark per instrument in ticks, NaN before the first, and its time. */
  readonly marks: Float64Array
  readonly markTs: Float64Array

  readonly #currencies: readonly string[]
  /** Account balances by (venue, currency) as doubles, and how much base currency one unit is worth. */
  readonly #venues: readonly string[]
  readonly #balances: Float64Array
  readonly #rates: Float64Array
  /** For each instrument, the currency that its mark prices in base currency, or −1. */
  readonly #pricesCurrency: Int32Array
  readonly #pricesInverse: Uint8Array
  /** For each instrument, those whose currency is valued through the one that it prices, nearest first. */
  readonly #followers: readonly (readonly number[])[]
  readonly #botCash: Money[][]
  readonly #quoteAt: Int32Array
  readonly #baseAt: Int32Array
  readonly #tick: Float64Array
  readonly #marginAt: readonly number[]
  /** Whether a price can change what the account is worth: it holds more than base currency. */
  #isHeld = false
  #isExposed = false
  /** Equity as last valued; NaN when it must be valued anew. */
  #equity = Number.NaN

  constructor(options: { instruments: readonly Instrument[]; botCount: number; baseCurrency: string }) {
    const { instruments, botCount, baseCurrency } = options
    this.#instruments = instruments
    this.#botCount = botCount
    this.#holdings = Array.from({ length: botCount * instruments.length }, () => ({
      position: FLAT,
      fees: ZERO,
      funding: ZERO,
      qty: 0,
      cost: 0,
    }))
    this.#net = new Float64Array(instruments.length)
    this.#netCost = new Float64Array(instruments.length)
    this.marks = new Float64Array(instruments.length).fill(Number.NaN)
    this.markTs = new Float64Array(instruments.length).fill(Number.NEGATIVE_INFINITY)
    this.#currencies = [...new Set([baseCurrency, ...instruments.flatMap(({ base, quote }) => [quote, base])])]
    this.#venues = [...new Set(instruments.map(({ venueId }) => venueId))]
    this.#balances = new Float64Array(this.#venues.length * this.#currencies.length)
    this.#rates = new Float64Array(this.#currencies.length).fill(Number.NaN)
    this.#rates[0] = 1
    this.#pricesCurrency = new Int32Array(instruments.length).fill(-1)
    this.#pricesInverse = new Uint8Array(instruments.length)
    const order = this.#choosePricing()
    this.#botCash = Array.from({ length: botCount }, () => this.#currencies.map(() => ZERO))
    this.#quoteAt = Int32Array.from(instruments, ({ quote }) => this.#currencies.indexOf(quote))
    this.#baseAt = Int32Array.from(instruments, ({ base }) => this.#currencies.indexOf(base))
    this.#followers = instruments.map((_, at) => this.#followersOf(at, order))
    this.#tick = Float64Array.from(instruments, ({ tick }) => tick)
    this.#marginAt = instruments.flatMap(({ settlement }, at) => (settlement === 'margin' ? [at] : []))
  }

  /**
   * Picks, for every currency, the one instrument whose mark values it in base currency, directly or through a currency
   * that is valued already. A currency without such a way stays unknown (NaN), and so does all that contains it.
   *
   * @returns the instruments picked, each after the one that values its other currency
   */
  #choosePricing(): readonly number[] {
    const known = new Set([0])
    const order: number[] = []
    for (let grew = true; grew; ) {
      grew = false
      this.#instruments.forEach(({ base, quote }, at) => {
        if (this.#pricesCurrency[at] !== -1) return
        const [baseAt, quoteAt] = [this.#currencies.indexOf(base), this.#currencies.indexOf(quote)]
        const inverse = known.has(baseAt) && !known.has(quoteAt)
        if (!inverse && (known.has(baseAt) || !known.has(quoteAt))) return
        this.#pricesCurrency[at] = inverse ? quoteAt : baseAt
        this.#pricesInverse[at] = inverse ? 1 : 0
        known.add(inverse ? quoteAt : baseAt)
        order.push(at)
        grew = true
      })
    }
    return order
  }

  #followersOf(at: number, order: readonly number[]): readonly number[] {
    const moved = new Set([this.#pricesCurrency[at]])
    return order.filter((other) => {
      const through = (this.#pricesInverse[other] === 0 ? this.#quoteAt : this.#baseAt)[other]
      if (other === at || !moved.has(through)) return false
      moved.add(this.#pricesCurrency[other])
      return true
    })
  }

  /** Values everything in the instrument at a new price. Called for every market input: allocates nothing. */
  mark(at: number, price: number, ts: number): void {
    this.marks[at] = price
    this.markTs[at] = ts
    if (this.#isHeld) this.#equity = Number.NaN
    this.#reprice(at)
    const followers = this.#followers[at] as readonly number[]
    for (let i = 0; i < followers.length; i++) this.#reprice(followers[i] as number)
  }

  #reprice(at: number): void {
    const currency = this.#pricesCurrency[at] as number
    if (currency < 0) return
    const units = (this.marks[at] as number) * (this.#tick[at] as number)
    if (this.#pricesInverse[at] === 0)
      this.#rates[currency] = units * (this.#rates[this.#quoteAt[at] as number] as number)
    else this.#rates[currency] = (this.#rates[this.#baseAt[at] as number] as number) / units
  }

  deposit(venueId: string, currency: string, amount: Money): readonly Posting[] {
    assert(this.#venues.includes(venueId), `a deposit goes to a venue of the run, was ${venueId}`)
    assert(this.#currencies.includes(currency), `a deposit is in a currency that the run knows, was ${currency}`)
    const postings = [
      { account: `asset:${venueId}`, currency, amount },
      { account: 'equity:capital', currency, amount: money(-amount) },
    ]
    this.#post(venueId, postings)
    return postings
  }

  /**
   * Takes over the books of an earlier session. What a bot or an account holds must be of instruments, venues and currencies
   * that this run knows: what cannot be valued may not be held.
   */
  recall(books: {
    readonly balances: readonly Posting[]
    readonly holdings: readonly RecalledHolding[]
    readonly cash: readonly { readonly botAt: number; readonly currency: string; readonly amount: Money }[]
  }): void {
    this.ledger.recall(books.balances)
    for (const venueId of this.#venues)
      for (const currency of this.#currencies)
        this.#balances[this.#balanceAt(venueId, currency)] = moneyToNumber(
          this.ledger.balance(`asset:${venueId}`, currency),
        )
    for (const { botAt, instrumentAt, qty, cost, realised, fees, funding } of books.holdings) {
      const holding = this.#holding(botAt, instrumentAt)
      holding.fees = fees
      holding.funding = funding
      this.#setPosition(instrumentAt, holding, { qty, cost, realised })
    }
    for (const { botAt, currency, amount } of books.cash) this.allocate(botAt, currency, amount)
    this.#equity = Number.NaN
    this.#isHeld = this.#isExposed || this.#hasForeignCash()
  }

  /** Whether a venue and a currency are of this run. */
  knows(venueId: string, currency: string): boolean {
    return this.#venues.includes(venueId) && this.#currencies.includes(currency)
  }

  /** Gives a bot cash of the account to trade with; attribution only, nothing is posted. */
  allocate(botAt: number, currency: string, amount: Money): void {
    const cash = this.#botCash[botAt] as Money[]
    const at = this.#currencies.indexOf(currency)
    assert(at >= 0, `a bot is given a currency that the run knows, was ${currency}`)
    cash[at] = money((cash[at] ?? ZERO) + amount)
  }

  /** Books one fill: position at average cost, postings that sum to zero, fee in the settle currency. */
  bookFill(
    where: { botAt: number; instrumentAt: number },
    fill: { side: Side; qty: Lots; price: Ticks; fee: Money },
  ): FillBooking {
    const instrument = this.#instruments[where.instrumentAt] as Instrument
    const holding = this.#holding(where.botAt, where.instrumentAt)
    const before = holding.position
    const position = applyFill(before, fill, instrument)
    const realised = money(position.realised - before.realised)
    const { venueId, quote } = instrument
    const signed = (fill.side === 'buy' ? fill.qty : -fill.qty) as Lots
    const asset = `asset:${venueId}`
    const postings: Posting[] = []
    let cash: bigint = -fill.fee
    let units = ZERO
    if (instrument.settlement === 'cash') {
      const value = notional(instrument, fill.price, signed)
      units = baseAmount(instrument, signed)
      cash -= value
      postings.push(
        { account: asset, currency: instrument.base, amount: units },
        { account: 'trading', currency: instrument.base, amount: money(-units) },
        { account: 'trading', currency: quote, amount: money(value + realised) },
      )
    } else cash += realised
    if (realised !== ZERO) postings.push({ account: 'income:realised', currency: quote, amount: money(-realised) })
    if (fill.fee !== ZERO) postings.push({ account: 'expense:fees', currency: quote, amount: fill.fee })
    if (cash !== 0n) postings.push({ account: asset, currency: quote, amount: money(cash) })
    this.#post(venueId, postings)
    this.#addBotCash(where.botAt, quote, cash)
    if (units !== ZERO) this.#addBotCash(where.botAt, instrument.base, units)
    holding.fees = money(holding.fees + fill.fee)
    this.#setPosition(where.instrumentAt, holding, position)
    return { position, postings, realised }
  }

  /** Books a funding payment on a bot's position: a positive rate is paid by longs. Returns undefined when flat. */
  bookFunding(
    where: { botAt: number; instrumentAt: number },
    { rate, mark }: { rate: Rate; mark: Ticks },
  ): { readonly position: Position; readonly postings: readonly Posting[] } | undefined {
    const instrument = this.#instruments[where.instrumentAt] as Instrument
    const holding = this.#holding(where.botAt, where.instrumentAt)
    if (holding.position.qty === 0) return undefined
    const paid = share(notional(instrument, mark, holding.position.qty), rate)
    const postings = [
      { account: `asset:${instrument.venueId}`, currency: instrument.quote, amount: money(-paid) },
      { account: 'income:funding', currency: instrument.quote, amount: paid },
    ]
    this.#post(instrument.venueId, postings)
    this.#addBotCash(where.botAt, instrument.quote, -paid)
    holding.funding = money(holding.funding - paid)
    return { position: holding.position, postings }
  }

  position(botAt: number, instrumentAt: number): Position {
    return this.#holding(botAt, instrumentAt).position
  }

  /** Signed lots of a bot, as a double for strategies and limits. */
  botQty(botAt: number, instrumentAt: number): number {
    return this.#holding(botAt, instrumentAt).qty
  }

  fees(botAt: number, instrumentAt: number): Money {
    return this.#holding(botAt, instrumentAt).fees
  }

  funding(botAt: number, instrumentAt: number): Money {
    return this.#holding(botAt, instrumentAt).funding
  }

  /** Signed lots of the whole account. */
  accountQty(instrumentAt: number): number {
    return this.#net[instrumentAt] as number
  }

  /** Unrealised profit of the account in one instrument, quote currency; NaN without a mark. */
  unrealised(instrumentAt: number): number {
    const qty = this.#net[instrumentAt] as number
    // Positions of bots that cancel out are worth what lies between their prices, whatever the market says.
    if (qty === 0) return 0 - (this.#netCost[instrumentAt] as number)
    const { valuePerTickLot } = this.#instruments[instrumentAt] as Instrument
    return qty * (this.marks[instrumentAt] as number) * valuePerTickLot - (this.#netCost[instrumentAt] as number)
  }

  /** Signed value of the account's position in base currency. */
  exposure(instrumentAt: number): number {
    return this.valueInBase(instrumentAt, this.#net[instrumentAt] as number, this.marks[instrumentAt] as number)
  }

  /** Value of `qty` lots at `price` ticks in base currency; NaN where a rate is unknown; 0 for nothing. */
  valueInBase(instrumentAt: number, qty: number, price: number): number {
    if (qty === 0) return 0
    const { valuePerTickLot } = this.#instruments[instrumentAt] as Instrument
    return qty * price * valuePerTickLot * (this.#rates[this.#quoteAt[instrumentAt] as number] as number)
  }

  /** Base currency per unit of a currency; NaN while unknown. */
  rateOf(currency: string): number {
    const at = this.#currencies.indexOf(currency)
    return at < 0 ? Number.NaN : (this.#rates[at] as number)
  }

  /** Balance of an account, a double; 0 of what the run does not know. */
  balance(venueId: string, currency: string): number {
    if (!this.#venues.includes(venueId) || !this.#currencies.includes(currency)) return 0
    return this.#balances[this.#balanceAt(venueId, currency)] as number
  }

  /** Cash that a bot has in a currency: its allocation and all that its fills paid and received. */
  botCash(botAt: number, currency: string): number {
    const at = this.#currencies.indexOf(currency)
    return at < 0 ? 0 : moneyToNumber((this.#botCash[botAt] as Money[])[at] as Money)
  }

  /** What the whole account is worth at marks, in base currency; NaN while any part of it is unknown. */
  get equity(): number {
    if (this.#equity !== this.#equity) this.#equity = this.#valued()
    return this.#equity
  }

  /** What fills and funding have gained so far, in base currency at today's rates: parts of the equity, not of the books. */
  get gains(): Gains {
    let realised = 0
    let fees = 0
    let funding = 0
    let unrealised = 0
    this.#holdings.forEach((holding, at) => {
      const instrumentAt = at % this.#instruments.length
      const rate = this.#rates[this.#quoteAt[instrumentAt] as number] as number
      const { qty, cost } = holding
      const isTouched = qty !== 0 || holding.position.realised !== ZERO || holding.fees !== ZERO
      if (!isTouched && holding.funding === ZERO) return
      realised += moneyToNumber(holding.position.realised) * rate
      fees += moneyToNumber(holding.fees) * rate
      funding += moneyToNumber(holding.funding) * rate
      if (qty === 0) return
      const { valuePerTickLot } = this.#instruments[instrumentAt] as Instrument
      unrealised += (qty * (this.marks[instrumentAt] as number) * valuePerTickLot - cost) * rate
    })
    return { realised: realised - fees + funding, unrealised, fees, funding }
  }

  #valued(): number {
    const currencyCount = this.#currencies.length
    let sum = 0
    for (let at = 0; at < this.#balances.length; at++) {
      const balance = this.#balances[at] as number
      if (balance !== 0) sum += balance * (this.#rates[at % currencyCount] as number)
    }
    for (const at of this.#marginAt) {
      if (this.#net[at] !== 0 || this.#netCost[at] !== 0)
        sum += this.unrealised(at) * (this.#rates[this.#quoteAt[at] as number] as number)
    }
    return sum
  }

  /** What a bot's share is worth at marks, in base currency. */
  botEquity(botAt: number): number {
    let sum = 0
    const cash = this.#botCash[botAt] as Money[]
    for (let at = 0; at < cash.length; at++) {
      const amount = cash[at] as Money
      if (amount !== ZERO) sum += moneyToNumber(amount) * (this.#rates[at] as number)
    }
    for (const at of this.#marginAt) {
      const { qty, cost } = this.#holding(botAt, at)
      if (qty === 0) continue
      const { valuePerTickLot } = this.#instruments[at] as Instrument
      sum +=
        (qty * (this.marks[at] as number) * valuePerTickLot - cost) *
        (this.#rates[this.#quoteAt[at] as number] as number)
    }
    return sum
  }

  /** Whether the account holds a position in any instrument. */
  get isExposed(): boolean {
    return this.#isExposed
  }

  /** Whether no bot holds anything, not even positions of two bots that cancel out. */
  get isFlat(): boolean {
    return this.#net.every((qty) => qty === 0) && this.#holdings.every(({ qty }) => qty === 0)
  }

  #hasForeignCash(): boolean {
    const count = this.#currencies.length
    for (let at = 0; at < this.#balances.length; at++) if (at % count !== 0 && this.#balances[at] !== 0) return true
    return false
  }

  #holding(botAt: number, instrumentAt: number): Holding {
    return this.#holdings[botAt * this.#instruments.length + instrumentAt] as Holding
  }

  #setPosition(instrumentAt: number, holding: Holding, position: Position): void {
    holding.position = position
    holding.qty = position.qty
    holding.cost = moneyToNumber(position.cost)
    let qty = 0
    let cost = 0
    for (let bot = 0; bot < this.#botCount; bot++) {
      const other = this.#holding(bot, instrumentAt)
      qty += other.qty
      cost += other.cost
    }
    this.#net[instrumentAt] = qty
    this.#netCost[instrumentAt] = cost
    this.#equity = Number.NaN
    this.#isExposed = this.#net.some((held) => held !== 0)
    this.#isHeld = this.#isExposed || this.#hasForeignCash()
  }

  #addBotCash(botAt: number, currency: string, amount: bigint): void {
    const cash = this.#botCash[botAt] as Money[]
    const at = this.#currencies.indexOf(currency)
    cash[at] = money((cash[at] as Money) + amount)
  }

  #balanceAt(venueId: string, currency: string): number {
    return this.#venues.indexOf(venueId) * this.#currencies.length + this.#currencies.indexOf(currency)
  }

  /** Posts, then refreshes the doubles of the balances that moved. */
  #post(venueId: string, postings: readonly Posting[]): void {
    this.ledger.post(postings)
    const account = `asset:${venueId}`
    for (const posting of postings) {
      if (posting.account !== account) continue
      this.#balances[this.#balanceAt(venueId, posting.currency)] = moneyToNumber(
        this.ledger.balance(account, posting.currency),
      )
    }
    this.#equity = Number.NaN
    this.#isHeld = this.isExposed || this.#hasForeignCash()
  }
}
