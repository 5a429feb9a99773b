import { baseAmount, type Instrument, notional } from '../domain/instrument.ts'
import { abs, formatMoney, type Lots, type Money, money, QUANTA_PER_UNIT, ZERO } from '../domain/money.ts'
import { signOf } from '../domain/order.ts'
import { missedLots } from './compare-positions.ts'
import type { Difference, Findings } from './difference.ts'
import type { Ledgers } from './ledgers.ts'

/** Digits of the smallest amount that a currency is accounted in; others are crypto currencies with eight. */
const MINOR_DIGITS: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, USD: 2, EUR: 2, GBP: 2, USDT: 2, USDC: 2 }

/** Holds what the venue says we have in each currency against the ledger's `asset:<venue>`. */
export function compareBalances(ledgers: Ledgers, findings: Findings): void {
  const { ours, venue, venueId, byId } = ledgers
  const theirs = new Map<string, Money>()
  for (const { currency, amount } of venue.balances)
    theirs.set(currency, money((theirs.get(currency) ?? ZERO) + amount))
  const booked = new Map<string, Money>()
  for (const { account, currency, amount } of ours.balances)
    if (account === `asset:${venueId}`) booked.set(currency, amount)
  const instruments = [...byId.values()]
  for (const currency of new Set([...booked.keys(), ...theirs.keys()])) {
    const amounts = { ours: booked.get(currency) ?? ZERO, venue: theirs.get(currency) ?? ZERO }
    const difference = differs(currency, amounts, instruments, ledgers)
    if (difference === undefined) findings.match()
    else findings.add(difference)
  }
}

function differs(
  currency: string,
  amounts: { readonly ours: Money; readonly venue: Money },
  instruments: readonly Instrument[],
  ledgers: Ledgers,
): Difference | undefined {
  const { ours, venue } = amounts
  const apart = money(venue - ours)
  const touching = instruments.filter(({ base, quote }) => base === currency || quote === currency)
  // What is bought and sold is a position and counts in whole lots; what is paid with is cash and may be rounded.
  const traded = touching.filter(({ base, settlement }) => base === currency && settlement === 'cash')
  const isPosition = traded.length > 0 && touching.every(({ quote }) => quote !== currency)
  const within = isPosition ? smallestLot(traded) - 1n : cashTolerance(currency, venue, ledgers.settings.cashPpm)
  const isWithin = (amount: bigint) => abs(money(amount)) <= within
  if (isWithin(apart)) return undefined
  const common = {
    kind: 'balance',
    subject: `balance:${currency}`,
    ours: formatMoney(ours),
    venue: formatMoney(venue),
    isPending: touching.some(({ id }) => ledgers.unsettled.has(id)),
  } as const
  const fact = `${currency} is ${formatMoney(ours)} with us, ${formatMoney(venue)} at the venue`
  const hasMissed = ledgers.missed.some(({ instrumentId }) => touching.some(({ id }) => id === instrumentId))
  if (hasMissed && isWithin(apart - effectOfMissed(currency, touching, ledgers)))
    return { ...common, category: 'DIVERGED', reasonCode: 'BALANCE_FILLS_MISSED', fact: `${fact}: fills were missed` }
  if (isPosition && ledgers.fills !== undefined)
    return {
      ...common,
      category: 'DANGEROUS',
      reasonCode: 'BALANCE_UNEXPLAINED',
      fact: `${fact}, and no fill says why`,
    }
  return { ...common, category: 'DIVERGED', reasonCode: 'BALANCE_DIFFERS', fact }
}

/** What the fills that we have not booked did to a currency; of one on margin only its fee is known here. */
function effectOfMissed(currency: string, touching: readonly Instrument[], { missed }: Ledgers): bigint {
  let sum = 0n
  for (const instrument of touching) {
    const isCash = instrument.settlement === 'cash'
    if (isCash && instrument.base === currency) sum += baseAmount(instrument, missedLots(missed, instrument.id) as Lots)
    if (instrument.quote !== currency) continue
    for (const fill of missed) {
      if (fill.instrumentId !== instrument.id) continue
      sum -= fill.fee
      if (isCash) sum -= notional(instrument, fill.price, (signOf(fill.side) * fill.qty) as Lots)
    }
  }
  return sum
}

function smallestLot(instruments: readonly Instrument[]): bigint {
  return instruments.map(({ quantaPerBaseLot }) => quantaPerBaseLot).reduce((least, lot) => (lot < least ? lot : least))
}

/** The larger of a share of the amount and one minor unit. */
function cashTolerance(currency: string, amount: Money, ppm: number): bigint {
  const minor = QUANTA_PER_UNIT / 10n ** BigInt(MINOR_DIGITS[currency] ?? 8)
  const share = (abs(amount) * BigInt(ppm)) / 1_000_000n
  return share > minor ? share : minor
}
