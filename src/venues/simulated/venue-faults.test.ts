import { describe, expect, test } from 'vitest'
import { type OrderId, orderIdAt } from '../../domain/ids.ts'
import { moneyToNumber } from '../../domain/money.ts'
import { US_PER_SECOND } from '../../domain/time.ts'
import { DEMO_INSTRUMENTS } from './demo-instruments.ts'
import { BTC_JPY, BTC_USDT, ETH_USDT, Floor, orderOf } from './exchange.fixture.ts'

const idOf = (at: number) => DEMO_INSTRUMENTS[at]?.id

/** A resting order, a market order in each of two instruments, and a cancel: something of everything. */
function work(floor: Floor): { readonly resting: OrderId; readonly bought: OrderId; readonly other: OrderId } {
  const resting = floor.place(orderOf(1, { side: 'buy', qty: 100, limit: floor.desk.bid(BTC_USDT) - 90_000 }))
  floor.run(200)
  const bought = floor.place(orderOf(2, { side: 'buy', qty: 10 }))
  floor.run(200)
  const other = floor.place(orderOf(3, { instrumentAt: ETH_USDT, side: 'buy', qty: 10 }))
  floor.run(200)
  floor.exchange.cancel(resting, BTC_USDT, floor.now)
  floor.run(200)
  return { resting, bought, other }
}

/** What an honest exchange does with {@link work}: its reports with their times, and its books. */
async function honest(prepare?: (floor: Floor) => void) {
  const floor = new Floor()
  prepare?.(floor)
  const ids = work(floor)
  const reports = floor.desk.reports.map((report, at) => ({ report, ts: floor.desk.reportTimes[at] }))
  return { floor, ids, reports, truth: await floor.truth() }
}

describe('faults that spoil a report leave the books alone and everything else as it was', () => {
  test('lose-fill: matched, never told', async () => {
    const plain = await honest()
    const lost = await honest(({ exchange }) => exchange.fault('lose-fill'))
    expect(lost.truth).toEqual(plain.truth)
    expect(lost.reports).toEqual(plain.reports.filter(({ report }) => report !== plain.floor.desk.fills[0]))
    expect(lost.truth.fills).toHaveLength(2)
  })

  test('lose-fill waits for the instrument it was meant for', async () => {
    const plain = await honest()
    const lost = await honest(({ exchange }) => exchange.fault('lose-fill', { instrumentId: idOf(ETH_USDT) }))
    expect(lost.reports).toEqual(plain.reports.filter(({ report }) => report !== plain.floor.desk.fills[1]))
  })

  test('repeat-fill: told twice under the same trade id, booked once', async () => {
    const plain = await honest()
    const repeated = await honest(({ exchange }) => exchange.fault('repeat-fill'))
    expect(repeated.truth).toEqual(plain.truth)
    expect(repeated.reports).toEqual(
      plain.reports.flatMap((each) => (each.report === plain.floor.desk.fills[0] ? [each, each] : [each])),
    )
  })

  test('delay-fill: told later by as much as was asked, and overtaken', async () => {
    const plain = await honest()
    const delayed = await honest(({ exchange }) => exchange.fault('delay-fill', { seconds: 20 }))
    const [first] = plain.floor.desk.fills
    expect(delayed.truth).toEqual(plain.truth)
    expect(delayed.reports).toEqual(plain.reports.filter(({ report }) => report !== first))
    delayed.floor.run(20_000)
    const onTime = plain.reports.find(({ report }) => report === first)
    expect(delayed.floor.desk.reports.at(-1)).toEqual(first)
    expect(delayed.floor.desk.reportTimes.at(-1)).toBe((onTime?.ts ?? 0) + 20 * US_PER_SECOND)
  })

  test('lose-answer: the order works, and nobody said so', async () => {
    const plain = await honest()
    const lost = await honest(({ exchange }) => exchange.fault('lose-answer'))
    expect(lost.truth).toEqual(plain.truth)
    expect(lost.reports).toEqual(plain.reports.filter(({ report }) => report.kind !== 'accepted'))
  })
})

test('invent-fill: a fill of an open order is told that the books do not have', async () => {
  const plain = await honest()
  const invented = await honest(({ exchange }) => exchange.fault('invent-fill'))
  expect(invented.truth).toEqual(plain.truth)
  const added = invented.reports.filter(({ report }) => report.kind === 'fill' && report.tradeId.startsWith('invented'))
  expect(added).toMatchObject([{ report: { orderId: invented.ids.resting, qty: 50, liquidity: 'maker' } }])
  expect(invented.reports.filter((each) => !added.includes(each))).toEqual(plain.reports)
})

test('invent-fill takes an order that works already at once', () => {
  const floor = new Floor()
  const id = floor.place(orderOf(1, { side: 'buy', qty: 100, limit: floor.desk.bid(BTC_USDT) - 90_000 }))
  floor.run(200)
  floor.exchange.fault('invent-fill', { instrumentId: idOf(BTC_USDT) })
  floor.run(200)
  expect(floor.desk.about(id)).toEqual(['accepted', 'fill'])
})

describe('faults that lose what we send', () => {
  test('lose-order: it never arrives and nobody answers', async () => {
    const floor = new Floor()
    floor.exchange.fault('lose-order')
    const { resting, bought } = work(floor)
    expect(floor.desk.about(resting)).toEqual(['cancel-refused'])
    expect(await floor.exchange.order(resting)).toBeUndefined()
    expect(floor.desk.about(bought)).toEqual(['fill'])
  })

  test('lose-cancel: the order goes on working and nobody answers; the next cancel arrives', async () => {
    const floor = new Floor()
    floor.exchange.fault('lose-cancel')
    const { resting } = work(floor)
    expect(floor.desk.about(resting)).toEqual(['accepted'])
    expect((await floor.exchange.books()).openOrders).toMatchObject([{ orderId: resting }])
    floor.exchange.cancel(resting, BTC_USDT, floor.now)
    floor.run(200)
    expect(floor.desk.about(resting)).toEqual(['accepted', 'canceled'])
  })
})

describe('faults in the books', () => {
  test('invent-order: an order that is not ours rests in the account for a while', async () => {
    const plain = await honest()
    const strange = await honest(({ exchange }) => exchange.fault('invent-order', { seconds: 60 }))
    expect(strange.reports).toEqual(plain.reports)
    const [foreign, ...others] = strange.truth.books.openOrders
    expect(others).toEqual([])
    expect(foreign).toMatchObject({ orderId: undefined, instrumentId: idOf(BTC_JPY), side: 'buy', state: 'OPEN' })
    expect({ ...strange.truth.books, openOrders: [] }).toEqual(plain.truth.books)
    strange.floor.run(60_000)
    expect((await strange.floor.exchange.books()).openOrders).toEqual([])
  })

  test('shift-balance: a hundredth of one balance is gone, and no fill says why', async () => {
    const plain = await honest()
    const shifted = await honest(({ exchange }) => exchange.fault('shift-balance', { instrumentId: idOf(BTC_USDT) }))
    expect(shifted.reports).toEqual(plain.reports)
    expect(shifted.truth.fills).toEqual(plain.truth.fills)
    const differences = shifted.truth.books.balances.map(({ currency, amount }, at) => [
      currency,
      moneyToNumber(amount) - moneyToNumber(plain.truth.books.balances[at]?.amount ?? amount),
    ])
    expect(differences).toEqual([
      ['JPY', 0],
      ['USDT', -100],
      ['BTC', 0],
    ])
  })
})

describe('outages', () => {
  test('offline: nothing arrives, nothing is heard, questions are rejected; matching goes on', async () => {
    const floor = new Floor()
    const limit = floor.desk.bid(BTC_USDT) - Math.round(floor.desk.bid(BTC_USDT) * 0.0003)
    const resting = floor.place(orderOf(1, { side: 'buy', qty: 10, limit }))
    floor.run(200)
    const travelling = floor.place(orderOf(2, { side: 'buy', qty: 10 }))
    floor.exchange.fault('offline')
    expect(floor.exchange.isConnected).toBe(false)
    const sent = floor.place(orderOf(3, { side: 'buy', qty: 10 }))
    const heard = [...floor.desk.heardTs]
    floor.run(3_600_000, 1_000)
    expect(floor.desk.heardTs).toEqual(heard)
    expect(floor.desk.about(resting)).toEqual(['accepted'])
    await expect(floor.exchange.books()).rejects.toMatchObject({ code: 'venue.unreachable' })
    await expect(floor.exchange.fills(0)).rejects.toThrow('offline')
    await expect(floor.exchange.order(resting)).rejects.toThrow('offline')
    expect(floor.exchange.connect(floor.now)).toBe(false)
    floor.exchange.fault('online')
    expect(floor.exchange.connect(floor.now)).toBe(true)
    floor.run(2_000)
    expect(floor.desk.heardTs.every((ts) => ts > floor.now - 2 * US_PER_SECOND)).toBe(true)
    for (const id of [travelling, sent]) expect(await floor.exchange.order(id)).toBeUndefined()
    // What traded meanwhile is there to be asked for.
    expect(await floor.exchange.fills(0)).toMatchObject([{ orderId: resting }])
    expect(floor.desk.fills).toEqual([])
  })

  test('old-books: the account is told as it was, until told otherwise', async () => {
    const floor = new Floor()
    floor.run(1_000)
    floor.exchange.fault('old-books', { seconds: 90 })
    const asItWas = await floor.exchange.books()
    floor.place(orderOf(1, { side: 'buy', qty: 10 }))
    floor.run(60_000)
    expect(await floor.exchange.fills(0)).toHaveLength(1)
    expect(await floor.exchange.books()).toEqual(asItWas)
    floor.run(30_000)
    expect(await floor.exchange.books()).not.toEqual(asItWas)
    floor.exchange.fault('old-books')
    floor.run(5_000)
    floor.exchange.fault('online')
    expect((await floor.exchange.books()).ts).toBe(floor.now)
  })

  test('an outage of so many seconds ends by itself', () => {
    const floor = new Floor()
    floor.exchange.fault('offline', { seconds: 5 })
    floor.run(4_900)
    expect(floor.exchange.isReachable).toBe(false)
    floor.run(200)
    expect(floor.exchange.isReachable).toBe(true)
    expect(floor.exchange.connect(floor.now)).toBe(true)
  })

  test('pause-feed: the data of one instrument stops while its orders work, and comes back whole', () => {
    const floor = new Floor()
    const paused = { instrumentId: idOf(BTC_USDT) }
    floor.exchange.fault('pause-feed', paused)
    floor.run(10)
    const heard = floor.desk.heardTs[BTC_USDT]
    const { bought } = work(floor)
    floor.run(60_000)
    expect(floor.desk.heardTs[BTC_USDT]).toBe(heard)
    expect(floor.desk.heardTs[ETH_USDT]).toBeGreaterThan(floor.now - 3 * US_PER_SECOND)
    expect(floor.desk.about(bought)).toEqual(['fill'])
    floor.exchange.fault('resume-feed', paused)
    floor.run(10)
    const never = new Floor()
    work(never)
    never.run(60_030, 10)
    expect(floor.desk.books[BTC_USDT]?.levels(1, 30)).toEqual(never.desk.books[BTC_USDT]?.levels(1, 30))
    expect(floor.desk.problems).toEqual([])
  })

  test('a pause of so many seconds ends by itself', () => {
    const floor = new Floor()
    floor.exchange.fault('pause-feed', { seconds: 5 })
    floor.run(4_000)
    expect(Math.max(...floor.desk.heardTs)).toBeLessThan(floor.now - 3_900_000)
    floor.run(1_100)
    expect(Math.min(...floor.desk.heardTs)).toBeGreaterThan(floor.now - 200_000)
  })
})

test('faults that wait outlive a restart', async () => {
  const floor = new Floor()
  floor.exchange.fault('lose-fill')
  floor.exchange.fault('pause-feed', { instrumentId: idOf(ETH_USDT) })
  await floor.exchange.books()
  floor.restart()
  floor.run(2_000)
  expect(floor.desk.heardTs[ETH_USDT]).toBeNaN()
  floor.place(orderOf(1, { side: 'buy', qty: 10 }))
  floor.place(orderOf(2, { side: 'buy', qty: 10 }))
  floor.run(200)
  expect(floor.desk.about(orderIdAt(1))).toEqual([])
  expect(floor.desk.about(orderIdAt(2))).toEqual(['fill'])
})

describe('faults of answers', () => {
  test('fail-answers: every question ends in an error of the venue until its time is over; orders and reports go on', async () => {
    const floor = new Floor()
    floor.exchange.fault('fail-answers', { seconds: 5 })
    for (const asked of [floor.exchange.books(), floor.exchange.fills(0), floor.exchange.order(orderIdAt(1))])
      await expect(asked).rejects.toMatchObject({ code: 'venue.failed', kind: 'TRANSIENT' })
    work(floor)
    expect(floor.desk.fills).toHaveLength(2)
    floor.run(5_000)
    expect(await floor.exchange.fills(0)).toHaveLength(2)
  })

  test('rate-limit: every question is refused with the time to wait, until told otherwise', async () => {
    const floor = new Floor()
    floor.exchange.fault('rate-limit', { seconds: 7 })
    floor.run(10_000)
    await expect(floor.exchange.books()).rejects.toMatchObject({ kind: 'RATELIMITED', retryAfterMs: 7_000 })
    floor.exchange.fault('online')
    expect((await floor.exchange.books()).venueId).toBe('sim')
  })

  test('slow-answers: the answer comes late, and is true when it comes; one that is under way when the line breaks fails', async () => {
    const floor = new Floor()
    floor.exchange.fault('slow-answers', { seconds: 2 })
    const told: number[] = []
    const asked = floor.exchange.fills(0).then((fills) => void told.push(fills.length))
    work(floor)
    floor.run(1_150)
    await Promise.resolve()
    expect(told).toEqual([])
    floor.run(100)
    await asked
    expect(told).toEqual([2])
    const cut = floor.exchange.books()
    floor.exchange.fault('offline')
    await expect(cut).rejects.toMatchObject({ code: 'venue.unreachable' })
  })
})
