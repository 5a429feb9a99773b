import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { OrderId } from '../../domain/ids.ts'
import { lots, ticks } from '../../domain/money.ts'
import type { OrderWish } from '../connector.ts'
import { failure, liveRig } from './scripted-connector.fixture.ts'

const O1 = 'o1' as OrderId

describe('opening', () => {
  test('it opens in the background and is connected once the streams are', async () => {
    const { venue, clock } = liveRig()
    expect(venue.connect(clock.us)).toBe(false)
    await clock.pass(0)
    expect(venue.isConnected).toBe(true)
    expect(venue.connect(clock.us)).toBe(true)
    expect(venue.downReason).toBeUndefined()
  })

  test.each([
    ['a key that may withdraw', { rights: { mayRead: true, mayTrade: true, mayWithdraw: true } }, /may withdraw/],
    ['a key that may not trade', { rights: { mayRead: true, mayTrade: false, mayWithdraw: false } }, /may not trade/],
    ['a clock that is off', { clockOffUs: 3_000_000 }, /3\.0 s apart/],
    ['an instrument that is gone', { listedInstruments: [] }, /not listed any more/],
  ])('%s is not opened with, and said why', async (_, change, why) => {
    const { venue, connector, open } = liveRig()
    Object.assign(connector, change)
    await open()
    expect(venue.isConnected).toBe(false)
    expect(venue.downReason).toMatch(why)
    expect(connector.openings).toBe(0)
  })

  test('a refused key is asked with again after a minute, not at every turn', async () => {
    const { venue, connector, clock, open } = liveRig()
    connector.rights = { mayRead: false, mayTrade: undefined, mayWithdraw: undefined }
    await open()
    connector.rights = { mayRead: true, mayTrade: undefined, mayWithdraw: undefined }
    await clock.pass(59_000)
    venue.connect(clock.us)
    await clock.pass(0)
    expect(venue.isConnected).toBe(false)
    await clock.pass(2_000)
    venue.connect(clock.us)
    await clock.pass(0)
    expect(venue.isConnected).toBe(true)
  })

  test('a stream that breaks takes the connection down and says why; it opens anew', async () => {
    const { venue, connector, clock, open } = liveRig()
    await open()
    connector.sink?.onDown(failure('TRANSIENT'))
    expect(venue.isConnected).toBe(false)
    expect(venue.downReason).toMatch(/as the test wants it/)
    await open()
    expect(venue.isConnected).toBe(true)
    expect(connector.openings).toBe(2)
    expect(clock.us).toBeGreaterThan(0)
  })
})

describe('orders', () => {
  test('an order is confirmed, fills, and ends: told once each', async () => {
    const { venue, connector, wish, told, pass, open } = liveRig()
    await open()
    venue.place(wish(1), 0)
    await pass()
    const [order] = connector.orders
    if (order === undefined) throw new Error('nothing arrived')
    const fill = connector.fill(order, 10)
    connector.sink?.onFill(fill)
    connector.sink?.onFill(fill)
    connector.sink?.onOrder(connector.change(order, { state: 'FILLED', filled: lots(10) }))
    await pass()
    expect(told()).toEqual(['accepted o1', 'fill o1 10'])
  })

  test('the end of an order waits for the fills that it counts', async () => {
    const { venue, connector, wish, told, pass, open } = liveRig()
    await open()
    venue.place(wish(1), 0)
    await pass()
    const order = connector.orders[0]
    if (order === undefined) throw new Error('nothing arrived')
    connector.fill(order, 4)
    connector.sink?.onOrder(connector.change(order, { state: 'CANCELED', filled: lots(4) }))
    await pass()
    expect(told()).toEqual(['accepted o1'])
    await pass(1_500)
    expect(told()).toEqual(['accepted o1', 'fill o1 4', 'canceled o1'])
  })

  test('an order that was made larger fills before the word of it comes: its new size is told first', async () => {
    const { venue, connector, wish, told, pass, open } = liveRig()
    await open()
    venue.place(wish(1), 0)
    await pass()
    const order = connector.orders[0]
    if (order === undefined) throw new Error('nothing arrived')
    const larger = connector.change(order, { qty: lots(12) })
    const fill = connector.fill(larger, 12)
    connector.change(larger, { state: 'FILLED', filled: lots(12) })
    connector.sink?.onFill(fill)
    await pass(100)
    expect(told()).toEqual(['accepted o1', 'amended o1', 'fill o1 12'])
  })

  test('UGF-0-009 a venue without our ids: news that overtook the answer is heard once the answer names it', async () => {
    const { venue, connector, wish, told, pass, open } = liveRig({ clientId: undefined })
    await open()
    let answer: (() => void) | undefined
    connector.answers.push(
      (sent) =>
        new Promise((resolve) => {
          const order = connector.arrive(sent)
          connector.sink?.onOrder(order)
          connector.sink?.onFill(connector.fill(order, 10))
          answer = () => resolve({ outcome: 'confirmed', value: order.venueOrderId })
        }),
    )
    venue.place(wish(1), 0)
    await pass(50)
    expect(told()).toEqual([])
    answer?.()
    await pass()
    expect(told()).toEqual(['accepted o1', 'fill o1 10'])
  })

  test('what the venue refuses is rejected under its own code', async () => {
    const { venue, connector, wish, reports, pass, open } = liveRig()
    await open()
    connector.answers.push(() =>
      Promise.resolve({ outcome: 'refused', error: failure('RESOURCEEXHAUSTED', 'ERR-201') }),
    )
    venue.place(wish(1), 0)
    await pass()
    expect(reports).toMatchObject([{ kind: 'rejected', orderId: 'o1', reasonCode: 'ERR_201' }])
  })

  test('what the venue cannot do, and what has no connection, is not sent', async () => {
    const { venue, connector, wish, reports, pass, open } = liveRig()
    venue.place(wish(1), 0)
    await open()
    venue.place(wish(2, { type: 'TRAILING_STOP', trail: ticks(5) }), 0)
    await pass()
    expect(reports).toMatchObject([
      { kind: 'rejected', orderId: 'o1', reasonCode: 'VENUE_DOWN' },
      { kind: 'rejected', orderId: 'o2', reasonCode: 'NOT_SUPPORTED' },
    ])
    expect(connector.placed).toEqual([])
  })

  test('a cancel that comes before the venue has named the order goes out when it has', async () => {
    const { venue, connector, wish, pass, open } = liveRig({ clientId: undefined })
    await open()
    let answer: (() => void) | undefined
    connector.answers.push(
      (sent) =>
        new Promise((resolve) => {
          answer = () => resolve({ outcome: 'confirmed', value: connector.arrive(sent).venueOrderId })
        }),
    )
    venue.place(wish(1), 0)
    venue.cancel(O1, 0, 0)
    await pass(10)
    expect(connector.canceled).toEqual([])
    answer?.()
    await pass()
    expect(connector.canceled).toMatchObject([{ venueOrderId: 'v1' }])
  })

  test('a cancel whose end was never told is asked after', async () => {
    const { venue, connector, wish, told, pass, open } = liveRig()
    await open()
    venue.place(wish(1), 0)
    await pass()
    venue.cancel(O1, 0, 0)
    await pass()
    const order = connector.orders[0]
    if (order === undefined) throw new Error('nothing arrived')
    connector.change(order, { state: 'CANCELED', reasonCode: 'USER' })
    await pass(2_100)
    expect(told()).toEqual(['accepted o1', 'canceled o1'])
  })

  test('a cancel that is refused because the order had filled tells the fill first', async () => {
    const { venue, connector, wish, told, pass, open } = liveRig()
    await open()
    venue.place(wish(1), 0)
    await pass()
    const order = connector.orders[0]
    if (order === undefined) throw new Error('nothing arrived')
    connector.fill(order, 10)
    connector.change(order, { state: 'FILLED', filled: lots(10) })
    connector.cancelAnswer = () => Promise.resolve({ outcome: 'refused', error: failure('INVALIDREQUEST', 'ERR-5122') })
    venue.cancel(O1, 0, 0)
    await pass()
    expect(told()).toEqual(['accepted o1', 'fill o1 10'])
  })
})

describe('what is not known', () => {
  const lose = (sent: OrderWish | undefined) => () => {
    void sent
    return Promise.resolve({ outcome: 'unknown', error: failure('UNKNOWN', 'TIMEOUT') } as const)
  }

  test('a lost answer: unknown, then found by our id, and never sent again', async () => {
    const { venue, connector, wish, told, pass, open } = liveRig()
    await open()
    connector.answers.push((sent) => {
      connector.arrive(sent)
      return lose(sent)()
    })
    venue.place(wish(1), 0)
    await pass()
    expect(told()).toEqual(['unknown o1'])
    await pass(1_100)
    expect(told()).toEqual(['unknown o1', 'accepted o1'])
    expect(connector.placed).toHaveLength(1)
  })

  test('an order that never arrived is rejected when the venue has said so twice, not before its window', async () => {
    const { venue, connector, wish, told, pass, open } = liveRig()
    await open()
    connector.answers.push(lose(undefined))
    venue.place(wish(1), 0)
    await pass(1_500)
    expect(told()).toEqual(['unknown o1'])
    expect(connector.asked).toHaveLength(1)
    await pass(1_000)
    expect(told()).toEqual(['unknown o1', 'rejected o1'])
    expect(connector.asked).toHaveLength(2)
    expect(connector.placed).toHaveLength(1)
  })

  test('a venue without our ids: the order is found by what changed', async () => {
    const { venue, connector, wish, told, pass, open } = liveRig({ clientId: undefined })
    await open()
    connector.arrive({ ...somebodys(connector.listedInstruments[0]), qty: lots(3) })
    connector.answers.push((sent) => {
      connector.arrive(sent)
      return lose(sent)()
    })
    venue.place(wish(1), 0)
    await pass(1_100)
    expect(told()).toEqual(['unknown o1', 'accepted o1'])
  })

  test('filled at once and in no list of open orders: its executions name it', async () => {
    const { venue, connector, wish, told, pass, open } = liveRig({ clientId: undefined })
    await open()
    connector.answers.push((sent) => {
      const order = connector.arrive(sent, { state: 'FILLED', filled: lots(10) })
      connector.fill(order, 10)
      return lose(sent)()
    })
    venue.place(wish(1), 0)
    await pass(1_100)
    expect(told()).toEqual(['unknown o1', 'accepted o1', 'fill o1 10'])
  })

  test('two orders that could both be it: it stays unknown, and no one is taken for it', async () => {
    const { venue, connector, wish, told, pass, open, logged } = liveRig({ clientId: undefined })
    await open()
    connector.answers.push((sent) => {
      connector.arrive(sent)
      connector.arrive(sent)
      return lose(sent)()
    })
    venue.place(wish(1), 0)
    await pass(60_000)
    expect(told()).toEqual(['unknown o1'])
    expect(logged.join('\n')).toMatch(/one of several/)
  })

  test('an order that the books ask about is not answered with "none such" while it may be on its way', async () => {
    const { venue, connector, wish, pass, open, clock, instrument } = liveRig()
    await open()
    connector.answers.push(lose(undefined))
    venue.place(wish(1), 0)
    await pass()
    const answer = venue.order(O1, instrument)
    const late = connector.placed[0]
    if (late === undefined) throw new Error('nothing was sent')
    await clock.pass(500)
    connector.arrive(late)
    await clock.pass(3_000)
    expect(await answer).toMatchObject({ orderId: 'o1', state: 'OPEN' })
  })

  test('whatever is lost, delayed or said twice: each order is sent once, each fill told once, and all of it converges', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(
          fc.record({
            answer: fc.constantFrom('confirm', 'lose', 'lose-and-never-arrive', 'refuse'),
            fills: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
            heard: fc.constantFrom('once', 'twice', 'never'),
            ends: fc.boolean(),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        async (hasIds, plans) => {
          const rig = liveRig(hasIds ? {} : { clientId: undefined })
          const { venue, connector, wish, reports, pass, open } = rig
          await open()
          let number = 0
          for (const plan of plans) {
            number++
            connector.answers.push((sent) => {
              if (plan.answer === 'refuse')
                return Promise.resolve({ outcome: 'refused', error: failure('INVALIDREQUEST', 'NO') } as const)
              if (plan.answer === 'lose-and-never-arrive') return lose(sent)()
              let order = connector.arrive(sent)
              const fills = plan.fills.map((qty) => connector.fill(order, qty))
              const filled = lots(plan.fills.reduce((sum, qty) => sum + qty, 0))
              const state = filled === 10 ? 'FILLED' : plan.ends ? 'CANCELED' : 'OPEN'
              order = connector.change(order, { filled, state })
              for (let time = plan.heard === 'never' ? 0 : plan.heard === 'once' ? 1 : 2; time > 0; time--) {
                connector.sink?.onOrder(order)
                for (const fill of fills) connector.sink?.onFill(fill)
              }
              if (plan.answer === 'lose') return lose(sent)()
              return Promise.resolve({ outcome: 'confirmed', value: order.venueOrderId } as const)
            })
            venue.place(wish(number, { limit: ticks(9_000_000 + number) }), 0)
            await pass(100)
          }
          await pass(120_000)
          expect(connector.placed).toHaveLength(plans.length)
          const filledOf = (id: string) =>
            reports.reduce((sum, one) => sum + (one.kind === 'fill' && one.orderId === id ? one.qty : 0), 0)
          plans.forEach((plan, at) => {
            const id = `o${at + 1}`
            const mine = reports.filter((report) => 'orderId' in report && report.orderId === id)
            // Ended without a fill, unheard and without an id of ours: it left no trace, and none is missing.
            const leftNoTrace =
              !hasIds && plan.answer === 'lose' && plan.heard === 'never' && plan.ends && plan.fills.length === 0
            const arrived = plan.answer === 'confirm' || (plan.answer === 'lose' && !leftNoTrace)
            expect(mine.filter(({ kind }) => kind === 'accepted')).toHaveLength(arrived ? 1 : 0)
            expect(mine.filter(({ kind }) => kind === 'rejected')).toHaveLength(arrived ? 0 : 1)
            const isKnown = plan.heard !== 'never' || plan.answer === 'lose'
            if (arrived && isKnown) expect(filledOf(id)).toBe(plan.fills.reduce((sum, qty) => sum + qty, 0))
          })
        },
      ),
      { numRuns: 200 },
    )
  })
})

test('books: an order whose answer was lost is plainly ours, and is named', async () => {
  const { venue, connector, wish, open, pass, told } = liveRig({ clientId: undefined })
  await open()
  connector.answers.push((sent) => {
    connector.arrive(sent)
    return Promise.resolve({ outcome: 'unknown', error: failure('UNKNOWN', 'TIMEOUT') } as const)
  })
  venue.place(wish(1), 0)
  await pass()
  expect((await venue.books()).openOrders.map(({ orderId }) => orderId)).toEqual(['o1'])
  await pass()
  expect(told()).toEqual(['unknown o1', 'accepted o1'])
})

test('books: orders carry our ids, those of others do not, and what is on its way is waited for', async () => {
  const { venue, connector, wish, open, clock } = liveRig({ clientId: undefined })
  await open()
  connector.arrive(somebodys(connector.listedInstruments[0]))
  venue.place(wish(1), 0)
  const books = venue.books()
  await clock.pass(10)
  expect((await books).openOrders.map(({ orderId }) => orderId)).toEqual([undefined, 'o1'])
})

function somebodys(instrument: OrderWish['instrument'] | undefined): OrderWish {
  if (instrument === undefined) throw new Error('there is an instrument')
  return {
    clientId: 'by-hand',
    instrument,
    side: 'buy',
    type: 'LIMIT',
    timeInForce: 'GTC',
    reduceOnly: false,
    qty: lots(10),
    limit: ticks(8_000_000),
    stop: undefined,
  }
}
