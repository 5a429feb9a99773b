import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { decimal } from '../domain/decimal.ts'
import { instrumentId, venueId } from '../domain/ids.ts'
import { baseAmount, type Instrument, notional } from '../domain/instrument.ts'
import { lots, money, moneyFromNumber, moneyToNumber, rate, share, ticks } from '../domain/money.ts'
import { type Side, signOf } from '../domain/order.ts'
import { Portfolio } from './portfolio.ts'
import { applyFill, FLAT } from './position.ts'

const SPOT = testInstrument()
const PERP = testInstrument({
  id: instrumentId('BTC-PERP'),
  symbol: 'BTC-PERP',
  settlement: 'margin',
  maxLeverage: 10,
  shortable: true,
})

const BOTS = 3
const START = 1_000_000

function funded(instruments: readonly Instrument[]): Portfolio {
  const portfolio = new Portfolio({ instruments, botCount: BOTS, baseCurrency: 'USDT' })
  portfolio.deposit('sim', 'USDT', moneyFromNumber(START))
  for (let bot = 0; bot < BOTS; bot++) portfolio.allocate(bot, 'USDT', money(moneyFromNumber(START) / 4n))
  return portfolio
}

type Step =
  | { readonly kind: 'mark'; readonly at: number; readonly price: number }
  | {
      readonly kind: 'fill'
      readonly at: number
      readonly bot: number
      readonly side: Side
      readonly qty: number
      readonly price: number
      readonly fee: number
    }
  | {
      readonly kind: 'funding'
      readonly at: number
      readonly bot: number
      readonly price: number
      readonly ppb: number
    }

const at = fc.nat(1)
const bot = fc.nat(BOTS - 1)
const price = fc.integer({ min: 4_000_000, max: 6_000_000 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('mark' as const), at, price }),
  fc.record({
    kind: fc.constant('fill' as const),
    at,
    bot,
    side: fc.constantFrom<Side>('buy', 'sell'),
    qty: fc.integer({ min: 1, max: 100_000 }),
    price,
    fee: fc.integer({ min: -5, max: 50 }),
  }),
  fc.record({
    kind: fc.constant('funding' as const),
    at,
    bot,
    price,
    ppb: fc.integer({ min: -500_000, max: 500_000 }),
  }),
)
const steps = fc.array(step, { maxLength: 30 })

function take(portfolio: Portfolio, one: Step): void {
  const where = { botAt: one.kind === 'mark' ? 0 : one.bot, instrumentAt: one.at }
  if (one.kind === 'mark') portfolio.mark(one.at, one.price, 0)
  else if (one.kind === 'fill') {
    const { side, qty, price: paid, fee } = one
    portfolio.bookFill(where, { side, qty: lots(qty), price: ticks(paid), fee: moneyFromNumber(fee) })
  } else portfolio.bookFunding(where, { rate: rate(one.ppb / 1e9), mark: ticks(one.price) })
}

const near = (expected: number) => ({ digits: 4, expected })

test('equity moves by realised and unrealised profit less fees and funding, whatever is filled and marked', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const portfolio = funded([SPOT, PERP])
      portfolio.mark(0, 5_000_000, 0)
      portfolio.mark(1, 5_000_000, 0)
      for (const one of history) {
        take(portfolio, one)
        let profit = 0
        for (let which = 0; which < 2; which++) {
          for (let owner = 0; owner < BOTS; owner++) {
            profit += moneyToNumber(portfolio.position(owner, which).realised)
            profit += moneyToNumber(portfolio.funding(owner, which)) - moneyToNumber(portfolio.fees(owner, which))
          }
          profit += portfolio.unrealised(which)
        }
        const { digits, expected } = near(START + profit)
        expect(portfolio.equity).toBeCloseTo(expected, digits)
      }
    }),
  )
})

test('the bots together are the account: lots, cash, fees and worth', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const portfolio = funded([SPOT, PERP])
      portfolio.mark(0, 5_000_000, 0)
      portfolio.mark(1, 5_000_000, 0)
      for (const one of history) take(portfolio, one)
      const sum = (of: (owner: number) => number) => of(0) + of(1) + of(2)
      for (let which = 0; which < 2; which++)
        expect(sum((owner) => portfolio.botQty(owner, which))).toBe(portfolio.accountQty(which))
      const unallocated = START / 4
      expect(sum((owner) => portfolio.botEquity(owner)) + unallocated).toBeCloseTo(portfolio.equity, 4)
      expect(sum((owner) => portfolio.botCash(owner, 'USDT')) + unallocated).toBeCloseTo(
        portfolio.balance('sim', 'USDT'),
        6,
      )
      expect(sum((owner) => portfolio.botCash(owner, 'BTC'))).toBeCloseTo(portfolio.balance('sim', 'BTC'), 9)
      const isHeld = [0, 1, 2].some((owner) => portfolio.botQty(owner, 0) !== 0 || portfolio.botQty(owner, 1) !== 0)
      expect(portfolio.isFlat).toBe(!isHeld)
      expect(portfolio.isExposed).toBe(portfolio.accountQty(0) !== 0 || portfolio.accountQty(1) !== 0)
    }),
  )
})

test('two bots that hold the opposite of each other: the account is worth what lies between their prices', () => {
  const portfolio = funded([SPOT, PERP])
  portfolio.mark(1, 5_000_000, 0)
  const fill = (botAt: number, side: Side, price: number) =>
    portfolio.bookFill({ botAt, instrumentAt: 1 }, { side, qty: lots(1_000), price: ticks(price), fee: money(0n) })
  fill(0, 'buy', 4_000_000)
  fill(1, 'sell', 5_000_000)
  expect(portfolio.accountQty(1)).toBe(0)
  const gain = 1_000_000 * 1_000 * PERP.valuePerTickLot
  expect(gain).toBeGreaterThan(10)
  expect(portfolio.unrealised(1)).toBeCloseTo(gain, 9)
  expect(portfolio.equity).toBeCloseTo(START + gain, 6)
})

test('positions are the fold of their own fills, and a cash balance is what was paid and received', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const portfolio = funded([SPOT, PERP])
      let cash: bigint = moneyFromNumber(START)
      let coins = 0n
      for (const one of history) {
        const before = one.kind === 'mark' ? FLAT : portfolio.position(one.bot, one.at)
        take(portfolio, one)
        const instrument = one.at === 0 ? SPOT : PERP
        if (one.kind === 'fill') {
          const fill = { side: one.side, qty: lots(one.qty), price: ticks(one.price) }
          const expected = applyFill(before, fill, instrument)
          expect(portfolio.position(one.bot, one.at)).toEqual(expected)
          const signed = lots(one.qty * signOf(one.side))
          cash -= moneyFromNumber(one.fee)
          if (one.at === 0) {
            cash -= notional(SPOT, fill.price, signed)
            coins += baseAmount(SPOT, signed)
          } else cash += expected.realised - before.realised
        } else if (one.kind === 'funding') {
          expect(portfolio.position(one.bot, one.at)).toBe(before)
          cash -= share(notional(instrument, ticks(one.price), before.qty), rate(one.ppb / 1e9))
        }
        expect(portfolio.ledger.balance('asset:sim', 'USDT')).toBe(cash)
        expect(portfolio.ledger.balance('asset:sim', 'BTC')).toBe(coins)
      }
      // The trading account's cost in the quote currency is what is open in cash instruments.
      const open = [0, 1, 2].reduce((sum, owner) => sum + portfolio.position(owner, 0).cost, 0n)
      expect(portfolio.ledger.balance('trading', 'USDT')).toBe(open)
      const sums = new Map<string, bigint>()
      for (const { currency, amount } of portfolio.ledger.balances())
        sums.set(currency, (sums.get(currency) ?? 0n) + amount)
      for (const sum of sums.values()) expect(sum).toBe(0n)
    }),
  )
})

test('a fill is posted line by line', () => {
  const portfolio = funded([SPOT, PERP])
  const fill = { side: 'buy', qty: lots(100_000), price: ticks(5_000_000), fee: moneyFromNumber(50) } as const
  const spot = portfolio.bookFill({ botAt: 0, instrumentAt: 0 }, fill)
  const lines = ({ postings }: typeof spot) =>
    postings.map(({ account, currency, amount }) => `${account} ${currency} ${moneyToNumber(amount)}`)
  expect(lines(spot)).toEqual([
    'asset:sim BTC 1',
    'trading BTC -1',
    'trading USDT 50000',
    'expense:fees USDT 50',
    'asset:sim USDT -50050',
  ])
  const sold = portfolio.bookFill({ botAt: 0, instrumentAt: 0 }, { ...fill, side: 'sell', price: ticks(5_100_000) })
  expect(moneyToNumber(sold.realised)).toBe(1_000)
  // What leaves the trading account is the cost of what was sold.
  expect(lines(sold)).toContain('trading USDT -50000')
  expect(lines(sold)).toContain('income:realised USDT -1000')
  const perp = portfolio.bookFill({ botAt: 1, instrumentAt: 1 }, fill)
  expect(lines(perp)).toEqual(['expense:fees USDT 50', 'asset:sim USDT -50'])
  const closed = portfolio.bookFill({ botAt: 1, instrumentAt: 1 }, { ...fill, side: 'sell', price: ticks(4_900_000) })
  expect(lines(closed)).toEqual(['income:realised USDT 1000', 'expense:fees USDT 50', 'asset:sim USDT -1050'])
})

test('funding is paid by longs at a positive rate, received by shorts, and by nobody who holds nothing', () => {
  const portfolio = funded([SPOT, PERP])
  const fill = { qty: lots(100_000), price: ticks(5_000_000), fee: money(0n) }
  portfolio.bookFill({ botAt: 0, instrumentAt: 1 }, { ...fill, side: 'buy' })
  portfolio.bookFill({ botAt: 1, instrumentAt: 1 }, { ...fill, side: 'sell', qty: lots(40_000) })
  const pay = (botAt: number) =>
    portfolio.bookFunding({ botAt, instrumentAt: 1 }, { rate: rate(0.0001), mark: ticks(6_000_000) })
  expect(pay(0)?.postings.map(({ amount }) => moneyToNumber(amount))).toEqual([-6, 6])
  expect(pay(1)?.postings.map(({ amount }) => moneyToNumber(amount))).toEqual([2.4, -2.4])
  expect(pay(2)).toBeUndefined()
  expect([0, 1, 2].map((owner) => moneyToNumber(portfolio.funding(owner, 1)))).toEqual([-6, 2.4, 0])
  expect(portfolio.balance('sim', 'USDT')).toBe(START - 3.6)
  expect(moneyToNumber(portfolio.ledger.balance('income:funding', 'USDT'))).toBe(3.6)
})

// ---- currencies --------------------------------------------------------------------------------------------------------

function pair(base: string, quote: string, venue = 'sim'): Instrument {
  return testInstrument({
    id: instrumentId(`${base}/${quote}`),
    symbol: base + quote,
    base,
    quote,
    venueId: venueId(venue),
  })
}

test('everything is valued in the base currency, through as many pairs as it takes and against their direction', () => {
  // EUR is priced by EUR/USD, USD by USD/JPY turned round, BTC by BTC/EUR.
  const instruments = [pair('BTC', 'EUR'), pair('EUR', 'USD'), pair('USD', 'JPY'), pair('DOGE', 'SHIB')]
  const portfolio = new Portfolio({ instruments, botCount: 1, baseCurrency: 'JPY' })
  portfolio.deposit('sim', 'EUR', moneyFromNumber(10))
  expect(portfolio.equity).toBeNaN()
  portfolio.mark(2, 15_000, 1) // 150.00 JPY
  expect(portfolio.rateOf('USD')).toBe(150)
  expect(portfolio.equity).toBeNaN()
  portfolio.mark(1, 110, 2) // 1.10 USD
  expect(portfolio.rateOf('EUR')).toBeCloseTo(165, 9)
  portfolio.mark(0, 5_000_000, 3) // 50 000.00 EUR
  expect(portfolio.rateOf('BTC')).toBeCloseTo(8_250_000, 3)
  expect(portfolio.equity).toBeCloseTo(1_650, 6)
  expect(portfolio.rateOf('JPY')).toBe(1)
  expect(portfolio.rateOf('SHIB')).toBeNaN()
  expect(portfolio.rateOf('nothing')).toBeNaN()
  expect(portfolio.marks[1]).toBe(110)
  expect([...portfolio.markTs]).toEqual([3, 2, 1, Number.NEGATIVE_INFINITY])
})

test('a pair against its direction prices its quote currency', () => {
  const portfolio = new Portfolio({ instruments: [pair('USD', 'JPY')], botCount: 1, baseCurrency: 'USD' })
  portfolio.deposit('sim', 'JPY', moneyFromNumber(30_000))
  portfolio.mark(0, 15_000, 1)
  expect(portfolio.rateOf('JPY')).toBeCloseTo(1 / 150, 12)
  expect(portfolio.equity).toBeCloseTo(200, 9)
  expect(portfolio.valueInBase(0, 100_000, 15_000)).toBeCloseTo(1, 9)
})

test('a chain of rates follows whichever of its pairs moved', () => {
  const instruments = [pair('BTC', 'USD'), pair('USD', 'JPY')]
  const marks = fc.array(fc.tuple(fc.nat(1), fc.integer({ min: 100, max: 10_000_000 })), {
    minLength: 1,
    maxLength: 20,
  })
  fc.assert(
    fc.property(marks, (history) => {
      const portfolio = new Portfolio({ instruments, botCount: 1, baseCurrency: 'JPY' })
      portfolio.deposit('sim', 'BTC', moneyFromNumber(2))
      const last = [Number.NaN, Number.NaN]
      for (const [which, ticksNow] of history) {
        last[which] = ticksNow * 0.01
        portfolio.mark(which, ticksNow, 0)
        const expected = 2 * (last[0] as number) * (last[1] as number)
        if (Number.isNaN(expected)) expect(portfolio.equity).toBeNaN()
        else expect(portfolio.equity / expected).toBeCloseTo(1, 9)
      }
    }),
  )
})

test('an unknown rate makes unknown only what is held in it', () => {
  const instruments = [SPOT, pair('DOGE', 'SHIB')]
  const portfolio = new Portfolio({ instruments, botCount: 1, baseCurrency: 'USDT' })
  portfolio.deposit('sim', 'USDT', moneyFromNumber(100))
  expect(portfolio.equity).toBe(100)
  expect(portfolio.valueInBase(1, 0, Number.NaN)).toBe(0)
  expect(portfolio.valueInBase(1, 5, 10)).toBeNaN()
  expect(portfolio.exposure(1)).toBe(0)
  portfolio.deposit('sim', 'SHIB', moneyFromNumber(1))
  expect(portfolio.equity).toBeNaN()
})

test('venues keep their own balances, and what no instrument trades in is refused', () => {
  const instruments = [pair('BTC', 'USDT', 'sim'), pair('ETH', 'USDT', 'acme')]
  const portfolio = new Portfolio({ instruments, botCount: 1, baseCurrency: 'USDT' })
  portfolio.deposit('sim', 'USDT', moneyFromNumber(1))
  portfolio.deposit('acme', 'USDT', moneyFromNumber(2))
  expect([portfolio.balance('sim', 'USDT'), portfolio.balance('acme', 'USDT')]).toEqual([1, 2])
  expect(portfolio.equity).toBe(3)
  expect(() => portfolio.deposit('acme', 'EUR', moneyFromNumber(5))).toThrow('currency')
  expect(() => portfolio.deposit('other', 'USDT', moneyFromNumber(5))).toThrow('venue')
  expect(() => portfolio.allocate(0, 'EUR', moneyFromNumber(5))).toThrow('currency')
  expect(portfolio.balance('sim', 'EUR')).toBe(0)
  expect(portfolio.balance('acme', 'EUR')).toBe(0)
  expect(portfolio.balance('other', 'USDT')).toBe(0)
  expect(portfolio.equity).toBe(3)
  expect(portfolio.botCash(0, 'EUR')).toBe(0)
})

test('a contract with a multiplier counts it', () => {
  const future = testInstrument({ settlement: 'margin', multiplier: decimal('100'), lotSize: decimal('1') })
  const portfolio = new Portfolio({ instruments: [future], botCount: 1, baseCurrency: 'USDT' })
  portfolio.deposit('sim', 'USDT', moneyFromNumber(1_000))
  portfolio.bookFill({ botAt: 0, instrumentAt: 0 }, { side: 'sell', qty: lots(2), price: ticks(500), fee: money(0n) })
  portfolio.mark(0, 400, 1)
  expect(portfolio.unrealised(0)).toBeCloseTo(200, 9)
  expect(portfolio.exposure(0)).toBeCloseTo(-800, 9)
  expect(portfolio.equity).toBeCloseTo(1_200, 9)
  expect(portfolio.botEquity(0)).toBeCloseTo(200, 9)
})
