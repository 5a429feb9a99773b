import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { instrumentId, orderIdAt, tradeId, venueOrderIdAt } from '../domain/ids.ts'
import { lots, money, moneyFromNumber, ticks } from '../domain/money.ts'
import type { OrderRecord } from '../projection/engine-state.ts'
import type { VenueFill, VenueOrder } from '../venues/venue.ts'
import { agreeing, anyBooks, FX, known, NOW, SIM, type Sides, SPOT, type Story, venueOrder } from './books.fixture.ts'
import { type Comparison, compareBooks } from './compare.ts'

const SECOND = 1_000_000
const RESTING: Story = { on: FX, side: 'buy', qty: 100, parts: [], isOpen: true, price: 15_000_000 }
const PARTLY: Story = { ...RESTING, parts: [30] }
const DONE: Story = { ...RESTING, parts: [40, 60] }

function one(story: Story): Sides {
  return agreeing([known(1, story)])
}

/** Category, subject, reason code and whether it is on its way, of every difference. */
function told({ differences }: Comparison): readonly string[] {
  return differences.map(
    ({ category, subject, reasonCode, isPending }) =>
      `${category} ${subject} ${reasonCode}${isPending ? ' pending' : ''}`,
  )
}

function withVenueOrder(sides: Sides, change: Partial<VenueOrder>): Sides {
  const [first, ...others] = sides.venue.openOrders
  return { ...sides, venue: { ...sides.venue, openOrders: [{ ...(first as VenueOrder), ...change }, ...others] } }
}

function withOurOrder(sides: Sides, change: Partial<OrderRecord>): Sides {
  const [first, ...others] = sides.ours.working
  return { ...sides, ours: { ...sides.ours, working: [{ ...(first as OrderRecord), ...change }, ...others] } }
}

function withoutVenueOrders(sides: Sides): Sides {
  return { ...sides, venue: { ...sides.venue, openOrders: [] } }
}

function withFills(sides: Sides, change: (list: readonly VenueFill[]) => readonly VenueFill[]): Sides {
  return { ...sides, fills: { ...sides.fills, list: change(sides.fills.list) } }
}

describe('orders', () => {
  test.each<[string, Partial<VenueOrder>, string]>([
    ['quantity', { qty: lots(99) }, 'ORDER_TERMS_DIFFER'],
    ['limit', { limit: ticks(14_999_999) }, 'ORDER_TERMS_DIFFER'],
    ['stop', { stop: ticks(1) }, 'ORDER_TERMS_DIFFER'],
    ['side', { side: 'sell' }, 'ORDER_TERMS_DIFFER'],
    ['type', { type: 'STOP_LIMIT' }, 'ORDER_TERMS_DIFFER'],
    ['reduce-only mark', { reduceOnly: true }, 'ORDER_TERMS_DIFFER'],
    ['number', { venueOrderId: venueOrderIdAt(77) }, 'ORDER_TERMS_DIFFER'],
    ['instrument', { instrumentId: SPOT.id }, 'ORDER_TERMS_DIFFER'],
    ['filled', { filled: lots(1) }, 'ORDER_FILLED_DIFFERS'],
  ])('another %s at the venue is a divergence', (_, change, code) => {
    expect(told(compareBooks(withVenueOrder(one(RESTING), change)))).toEqual([`DIVERGED order:o1 ${code}`])
  })

  test('one that the venue does not list is missing there, asked for or not', () => {
    const sides = withoutVenueOrders(one(RESTING))
    const missing = ['MISSING_REMOTE order:o1 ORDER_NOT_AT_VENUE']
    expect(told(compareBooks(sides))).toEqual(missing)
    expect(told(compareBooks({ ...sides, lookups: new Map([[orderIdAt(1), 'NEVER_HEARD_OF']]) }))).toEqual(missing)
  })

  test('one that the venue tells of only when asked has ended, or was merely not listed yet', () => {
    const sides = withoutVenueOrders(one(RESTING))
    const [record] = sides.ours.working as [OrderRecord]
    const asked = (state: VenueOrder['state']) =>
      told(compareBooks({ ...sides, lookups: new Map([[record.id, venueOrder(record, { state })]]) }))
    expect(asked('CANCELED')).toEqual(['DIVERGED order:o1 ORDER_ENDED_AT_VENUE'])
    expect(asked('OPEN')).toEqual([])
  })

  test.each(['DRAFT', 'VALIDATED', 'ENQUEUED'])(
    'one that is %s is not expected at the venue, and dangerous there',
    (state) => {
      const sides = withOurOrder(one(RESTING), { state })
      expect(told(compareBooks(withoutVenueOrders(sides)))).toEqual([])
      expect(told(compareBooks(sides))).toEqual(['DANGEROUS order:o1 ORDER_UNSENT_AT_VENUE'])
    },
  )

  test.each([
    ['SENT', 'ORDER_ANSWER_LOST'],
    ['UNKNOWN', 'ORDER_ANSWER_LOST'],
    ['CANCEL_REQUESTED', 'ORDER_CANCEL_LOST'],
    ['AMEND_REQUESTED', 'ORDER_AMEND_LOST'],
  ])('%s is on its way for ten seconds, then its answer is lost', (state, code) => {
    const since = (ageS: number) => withOurOrder(one(RESTING), { state, sinceTs: NOW - ageS * SECOND })
    expect(told(compareBooks(since(9.9)))).toEqual([`DIVERGED order:o1 ${code} pending`])
    expect(told(compareBooks(since(10)))).toEqual([`DIVERGED order:o1 ${code}`])
    expect(told(compareBooks(withoutVenueOrders(since(9.9))))).toEqual([
      'MISSING_REMOTE order:o1 ORDER_NOT_AT_VENUE pending',
    ])
  })

  test('what either side changed in the last five seconds is on its way', () => {
    const gone = (ageS: number) => withoutVenueOrders(withOurOrder(one(RESTING), { answeredTs: NOW - ageS * SECOND }))
    expect(told(compareBooks(gone(4.9)))).toEqual(['MISSING_REMOTE order:o1 ORDER_NOT_AT_VENUE pending'])
    expect(told(compareBooks(gone(5)))).toEqual(['MISSING_REMOTE order:o1 ORDER_NOT_AT_VENUE'])
    const filling = withVenueOrder(one(RESTING), { filled: lots(1), updatedTs: NOW - SECOND })
    expect(told(compareBooks(filling))).toEqual(['DIVERGED order:o1 ORDER_FILLED_DIFFERS pending'])
  })

  test('while an amend is asked for, old and new terms are both right', () => {
    const pendingAmend = { qty: lots(50), limit: ticks(14_000_000), stop: undefined, trail: undefined }
    const ours = withOurOrder(one(RESTING), { state: 'AMEND_REQUESTED', pendingAmend })
    for (const change of [{}, { qty: lots(50), limit: ticks(14_000_000) }])
      expect(told(compareBooks(withVenueOrder(ours, change)))).toEqual(['DIVERGED order:o1 ORDER_AMEND_LOST'])
    expect(told(compareBooks(withVenueOrder(ours, { qty: lots(50) })))).toEqual([
      'DIVERGED order:o1 ORDER_TERMS_DIFFER',
    ])
  })

  test('a stop that was triggered, and one that trails, are what they were', () => {
    const stop = withOurOrder(one(RESTING), { type: 'STOP', limit: undefined, stop: ticks(9) })
    expect(told(compareBooks(withVenueOrder(stop, { type: 'MARKET', limit: undefined })))).toEqual([])
    const trailing = withOurOrder(one(RESTING), { type: 'TRAILING_STOP', limit: undefined, stop: ticks(9) })
    const moved = { type: 'TRAILING_STOP' as const, limit: undefined, stop: ticks(11) }
    expect(told(compareBooks(withVenueOrder(trailing, moved)))).toEqual([])
  })

  test('an order without intent of ours is missing here: without our id, with one we never gave, or elsewhere', () => {
    const sides = agreeing([])
    const foreign = (change: Partial<VenueOrder>) => {
      const { record } = known(1, RESTING)
      const openOrders = [venueOrder(record, { venueOrderId: venueOrderIdAt(5), ...change })]
      return told(compareBooks({ ...sides, venue: { ...sides.venue, openOrders } }))
    }
    const missing = ['MISSING_LOCAL order:v5 ORDER_EXTERNAL']
    expect(foreign({ orderId: undefined })).toEqual(missing)
    expect(foreign({ orderId: orderIdAt(9) })).toEqual(missing)
    expect(foreign({ instrumentId: instrumentId('XRP_JPY') })).toEqual(missing)
  })

  test('one that ended with us and works there is dangerous, and so is one that works twice', () => {
    const sides = one(DONE)
    const [record] = sides.ours.ended as [OrderRecord]
    const open = { ...sides, venue: { ...sides.venue, openOrders: [venueOrder(record)] } }
    expect(told(compareBooks(open))).toEqual(['DANGEROUS order:o1 ORDER_STILL_OPEN'])
    const double = one(RESTING)
    const openOrders = [
      ...double.venue.openOrders,
      venueOrder(double.ours.working[0] as OrderRecord, { venueOrderId: venueOrderIdAt(8) }),
    ]
    expect(told(compareBooks({ ...double, venue: { ...double.venue, openOrders } }))).toEqual([
      'DANGEROUS order:v8 ORDER_TWICE',
    ])
  })
})

describe('fills', () => {
  const extra: VenueFill = { ...(known(1, PARTLY).fills[0] as VenueFill), tradeId: tradeId('late'), cursor: 900 }

  test('one of our order that we did not book has been missed; for five seconds it may be on its way', () => {
    const missed = (ts: number) =>
      compareBooks({ ...withFills(one(PARTLY), (list) => [...list, { ...extra, ts }]), scope: 'fills' })
    expect(told(missed(NOW - 5 * SECOND))).toEqual(['DIVERGED fill:late FILL_MISSED'])
    expect(told(missed(NOW - 4 * SECOND))).toEqual(['DIVERGED fill:late FILL_MISSED pending'])
  })

  test('one for no order of ours is unexplained exposure', () => {
    for (const orderId of [undefined, orderIdAt(50)]) {
      const sides = withFills(one(PARTLY), (list) => [...list, { ...extra, orderId }])
      expect(told(compareBooks({ ...sides, scope: 'fills' }))).toEqual(['DANGEROUS fill:late FILL_UNEXPLAINED'])
    }
  })

  test('one of an order that is forgotten counts as missed only where our trades say so', () => {
    const forgotten = { ...extra, orderId: orderIdAt(3) }
    const sides = withFills(agreeing([]), () => [forgotten])
    const ours = { ...sides.ours, counters: { ...sides.ours.counters, orders: 2_000 } }
    const asked = { ...sides, ours, scope: 'fills' } as const
    expect(told(compareBooks(asked))).toEqual([])
    expect(told(compareBooks({ ...asked, ourTrades: new Set([extra.tradeId]) }))).toEqual([])
    expect(told(compareBooks({ ...asked, ourTrades: new Set() }))).toEqual(['DIVERGED fill:late FILL_MISSED'])
  })

  test('one that we booked and the venue does not list is missing there, unless its list begins later', () => {
    const sides = withFills(one(DONE), (list) => list.slice(1))
    expect(told(compareBooks({ ...sides, scope: 'fills' }))).toEqual(['MISSING_REMOTE fill:x1-0 FILL_NOT_AT_VENUE'])
    const later = { ...sides, fills: { ...sides.fills, fromTs: 2 * SECOND }, scope: 'fills' } as const
    expect(told(compareBooks(later))).toEqual([])
  })

  test.each<[string, Partial<VenueFill>]>([
    ['price', { price: ticks(1) }],
    ['quantity', { qty: lots(41) }],
    ['fee', { fee: money(1n) }],
    ['side', { side: 'sell' }],
  ])('another %s at the venue is a divergence', (_, change) => {
    const sides = withFills(one(DONE), ([first, ...others]) => [{ ...(first as VenueFill), ...change }, ...others])
    expect(told(compareBooks({ ...sides, scope: 'fills' }))).toEqual(['DIVERGED fills-of:o1 FILL_TERMS_DIFFER'])
  })
})

describe('positions and balances', () => {
  function withPosition(sides: Sides, qty: number): Sides {
    return { ...sides, venue: { ...sides.venue, positions: [{ instrumentId: FX.id, qty: lots(qty) }] } }
  }
  function withBalance(sides: Sides, currency: string, amount: number): Sides {
    const others = sides.venue.balances.filter((balance) => balance.currency !== currency)
    return { ...sides, venue: { ...sides.venue, balances: [...others, { currency, amount: moneyFromNumber(amount) }] } }
  }

  test('a lot more than the fills say is unexplained exposure', () => {
    expect(told(compareBooks(withPosition(one(DONE), 101)))).toEqual([
      'DANGEROUS position:FX_BTC_JPY POSITION_UNEXPLAINED',
    ])
    const { fills: _, ...sides } = withPosition(one(DONE), 101)
    const comparison = compareBooks({ ...sides, fills: undefined })
    expect(told(comparison)).toEqual(['DIVERGED position:FX_BTC_JPY POSITION_DIFFERS'])
    expect(comparison.unknown).toEqual(['fills'])
  })

  test('a position in what we do not trade is unexplained exposure', () => {
    const sides = agreeing([])
    const positions = [{ instrumentId: instrumentId('XRP_JPY'), qty: lots(1) }]
    expect(told(compareBooks({ ...sides, venue: { ...sides.venue, positions } }))).toEqual([
      'DANGEROUS position:XRP_JPY POSITION_UNEXPLAINED',
    ])
  })

  test('a fill that was missed explains the position, and for five seconds both are on their way', () => {
    const fill = (ts: number): VenueFill => ({
      ...(known(1, PARTLY).fills[0] as VenueFill),
      tradeId: tradeId('late'),
      ts,
    })
    const sides = (ts: number) =>
      withPosition(
        withFills(withVenueOrder(one(PARTLY), { filled: lots(60) }), (list) => [...list, fill(ts)]),
        60,
      )
    expect(told(compareBooks(sides(NOW - 6 * SECOND)))).toEqual([
      'DIVERGED order:o1 ORDER_FILLED_DIFFERS',
      'DIVERGED fill:late FILL_MISSED',
      'DIVERGED position:FX_BTC_JPY POSITION_FILLS_MISSED',
    ])
    expect(told(compareBooks(sides(NOW - SECOND)))).toEqual([
      'DIVERGED order:o1 ORDER_FILLED_DIFFERS',
      'DIVERGED fill:late FILL_MISSED pending',
      'DIVERGED position:FX_BTC_JPY POSITION_FILLS_MISSED pending',
    ])
  })

  test.each([
    [1_000_000, 1_000_100, []],
    [1_000_000, 1_000_101, ['DIVERGED balance:JPY BALANCE_DIFFERS']],
    [1_000_000, 999_900.01, []],
    [1_000_000, 999_899, ['DIVERGED balance:JPY BALANCE_DIFFERS']],
    [100, 101, []],
    [100, 98.9, ['DIVERGED balance:JPY BALANCE_DIFFERS']],
  ])('cash of %d against %d agrees to 0.01 % or one minor unit', (ours, theirs, differences) => {
    expect(told(compareBooks(withBalance(agreeing([], ours), 'JPY', theirs)))).toEqual(differences)
  })

  test('what a cash instrument holds is exact to the lot, and more of it is unexplained exposure', () => {
    expect(told(compareBooks(withBalance(agreeing([]), 'ETH', 5.00009)))).toEqual([])
    expect(told(compareBooks(withBalance(agreeing([]), 'ETH', 5.0001)))).toEqual([
      'DANGEROUS balance:ETH BALANCE_UNEXPLAINED',
    ])
  })

  test('a missed fill of a cash instrument explains both of its currencies', () => {
    const spot: Story = { on: SPOT, side: 'sell', qty: 100, parts: [], isOpen: true, price: 400_000 }
    const fill: VenueFill = {
      ...(known(1, { ...spot, parts: [100] }).fills[0] as VenueFill),
      fee: moneyFromNumber(500),
    }
    const sides = withFills(withVenueOrder(one(spot), {}), () => [fill])
    const moved = withBalance(withBalance(sides, 'ETH', 4.99), 'JPY', 1_000_000 + 4_000 - 500)
    expect(told(compareBooks({ ...moved, scope: 'balances' })).toSorted()).toEqual([
      'DIVERGED balance:ETH BALANCE_FILLS_MISSED',
      'DIVERGED balance:JPY BALANCE_FILLS_MISSED',
    ])
  })

  test('a currency that only the venue has was never recorded', () => {
    expect(told(compareBooks(withBalance(agreeing([]), 'XRP', 5)))).toEqual(['DIVERGED balance:XRP BALANCE_DIFFERS'])
  })
})

test('books that are too old, or from the future, are held against nothing', () => {
  const at = (ts: number) => {
    const sides = withoutVenueOrders(one(RESTING))
    return compareBooks({ ...sides, venue: { ...sides.venue, ts } })
  }
  expect(told(at(NOW - 31 * SECOND))).toEqual(['STALE books:sim VENUE_BOOKS_OLD'])
  expect(told(at(NOW + 31 * SECOND))).toEqual(['STALE books:sim VENUE_BOOKS_OLD'])
  expect(told(at(NOW - 29 * SECOND))).toEqual(['MISSING_REMOTE order:o1 ORDER_NOT_AT_VENUE'])
})

test('a venue that did not answer leaves everything unknown', () => {
  expect(compareBooks({ ...one(RESTING), venue: undefined })).toMatchObject({
    venueId: SIM,
    kinds: [],
    compared: 0,
    differences: [],
    unknown: ['books'],
  })
})

test('a scope looks at its own alone', () => {
  const sides = withoutVenueOrders(one(PARTLY))
  for (const scope of ['fills', 'balances', 'positions'] as const)
    expect(told(compareBooks({ ...sides, scope }))).toEqual([])
  expect(compareBooks({ ...sides, scope: 'orders' }).kinds).toEqual(['books', 'order'])
})

property.prop([anyBooks])('books that agree have no difference, and everything was compared', (sides) => {
  const comparison = compareBooks(sides)
  expect(told(comparison)).toEqual([])
  const { ours, fills } = sides
  // Two currencies and one position on margin beside the orders and fills.
  expect(comparison.matched).toBe(ours.working.length + fills.list.length + 3)
})

/** One change of one thing on the venue's side, and the subject that must be named for it. */
type Mutation = (sides: Sides, pick: number) => { readonly sides: Sides; readonly subject: string } | undefined

function pickOf<T>(list: readonly T[], pick: number): T | undefined {
  return list[pick % Math.max(1, list.length)]
}

function changedOrder(change: (order: VenueOrder) => Partial<VenueOrder>): Mutation {
  return (sides, pick) => {
    const picked = pickOf(sides.venue.openOrders, pick)
    if (picked === undefined) return undefined
    const openOrders = sides.venue.openOrders.map((order) =>
      order === picked ? { ...order, ...change(order) } : order,
    )
    return { sides: { ...sides, venue: { ...sides.venue, openOrders } }, subject: `order:${picked.orderId}` }
  }
}

function changedFill(change: (fill: VenueFill) => Partial<VenueFill>): Mutation {
  return (sides, pick) => {
    const picked = pickOf(sides.fills.list, pick)
    if (picked === undefined) return undefined
    const changed = withFills(sides, (list) =>
      list.map((fill) => (fill === picked ? { ...fill, ...change(fill) } : fill)),
    )
    return { sides: changed, subject: `fills-of:${picked.orderId}` }
  }
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'order gone': (sides, pick) => {
    const picked = pickOf(sides.venue.openOrders, pick)
    if (picked === undefined) return undefined
    const openOrders = sides.venue.openOrders.filter((order) => order !== picked)
    return { sides: { ...sides, venue: { ...sides.venue, openOrders } }, subject: `order:${picked.orderId}` }
  },
  'order quantity': changedOrder(({ qty }) => ({ qty: lots(qty + 1) })),
  'order limit': changedOrder(({ limit }) => ({ limit: ticks((limit ?? 0) + 1) })),
  'order side': changedOrder(({ side }) => ({ side: side === 'buy' ? 'sell' : 'buy' })),
  'order filled': changedOrder(({ filled }) => ({ filled: lots(filled + 1) })),
  'order invented': (sides) => {
    const invented = venueOrder(known(1, RESTING).record, { orderId: undefined, venueOrderId: venueOrderIdAt(500) })
    const openOrders = [...sides.venue.openOrders, invented]
    return { sides: { ...sides, venue: { ...sides.venue, openOrders } }, subject: 'order:v500' }
  },
  'fill gone': (sides, pick) => {
    const picked = pickOf(sides.fills.list, pick)
    if (picked === undefined) return undefined
    return {
      sides: withFills(sides, (list) => list.filter((fill) => fill !== picked)),
      subject: `fill:${picked.tradeId}`,
    }
  },
  'fill price': changedFill(({ price }) => ({ price: ticks(price + 1) })),
  'fill quantity': changedFill(({ qty }) => ({ qty: lots(qty + 1) })),
  'fill fee': changedFill(({ fee }) => ({ fee: money(fee + 1n) })),
  'fill renamed': (sides, pick) => {
    const picked = pickOf(sides.fills.list, pick)
    if (picked === undefined) return undefined
    const renamed = withFills(sides, (list) =>
      list.map((fill) => (fill === picked ? { ...fill, tradeId: tradeId('renamed') } : fill)),
    )
    return { sides: renamed, subject: 'fill:renamed' }
  },
  position: (sides) => {
    const held = sides.venue.positions[0]?.qty ?? 0
    const positions = [{ instrumentId: FX.id, qty: lots(held + 1) }]
    return { sides: { ...sides, venue: { ...sides.venue, positions } }, subject: 'position:FX_BTC_JPY' }
  },
  balance: (sides, pick) => {
    const picked = pickOf(sides.venue.balances, pick)
    if (picked === undefined) return undefined
    // Beyond both tolerances: a thousandth of the amount and ten units.
    const amount = money(picked.amount + picked.amount / 1_000n + 10n ** 19n)
    const balances = sides.venue.balances.map((one) => (one === picked ? { ...one, amount } : one))
    return { sides: { ...sides, venue: { ...sides.venue, balances } }, subject: `balance:${picked.currency}` }
  },
}

property.prop([anyBooks, fc.constantFrom(...Object.keys(MUTATIONS)), fc.nat()], { numRuns: 500 })(
  'any single change at the venue is found and named, and nothing else is blamed',
  (books, name, pick) => {
    const mutation = MUTATIONS[name]?.(books, pick)
    fc.pre(mutation !== undefined)
    const subjects = compareBooks(mutation.sides).differences.map(({ subject }) => subject)
    expect(subjects).toContain(mutation.subject)
    // A fill that has another name is one too many on each side.
    const known = name === 'fill renamed' ? /^fill:/ : undefined
    expect(subjects.filter((subject) => subject !== mutation.subject && known?.test(subject) !== true)).toEqual([])
  },
)
