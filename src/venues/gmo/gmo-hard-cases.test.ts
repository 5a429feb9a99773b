import { afterEach, expect, test } from 'vitest'
import { Ear, eventually } from '../../../fixtures/venues/contract-kit.ts'
import { REAL_CLOCK } from '../../../fixtures/venues/real-clock.ts'
import { venueOrderId } from '../../domain/ids.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { lots, ticks } from '../../domain/money.ts'
import type { OrderWish } from '../connector.ts'
import { GmoConnector } from './gmo-connector.ts'
import { gmoInstrument } from './gmo-instruments.ts'
import { BOOK, type Script, type ScriptedVenue, scriptedVenue } from './scripted-venue.fixture.ts'

const RULE = {
  symbol: 'BTC',
  minOrderSize: '0.01',
  maxOrderSize: '5',
  sizeStep: '0.01',
  tickSize: '1',
  takerFee: '0.0005',
  makerFee: '-0.0001',
}
const BTC = gmoInstrument(RULE) as Instrument

const open: { venue: ScriptedVenue; connector: GmoConnector }[] = []
afterEach(async () => {
  for (const { venue, connector } of open.splice(0)) {
    await connector.close()
    venue.close()
  }
})

async function against(script: Script) {
  const venue = await scriptedVenue(script)
  const key = () => ({ key: 'k', secret: 's' })
  const connector = new GmoConnector({ clock: REAL_CLOCK, key, practiceUrl: venue.url })
  open.push({ venue, connector })
  return { venue, connector }
}

/** What became of a promise within so long: a promise that never ends is the failure that is looked for here. */
async function endOf(promise: Promise<unknown>, ms = 3_000): Promise<string> {
  const ended = promise.then(
    () => 'resolved',
    (error: unknown) => `rejected ${(error as { venueCode?: string }).venueCode ?? String(error)}`,
  )
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve('still open'), ms)
  })
  return await Promise.race([ended, late])
}

const tellsBooks: Script['command'] = (stream, { channel, symbol }) => {
  if (channel === 'orderbooks') stream.send(BOOK(symbol ?? ''))
}

test('a stream that breaks while it is being opened ends the opening', async () => {
  const { venue, connector } = await against({
    command: (stream, { channel }) => {
      if (channel === 'orderbooks') stream.terminate()
    },
  })
  const ear = new Ear()
  expect(await endOf(connector.open([BTC], ear))).toBe('rejected STREAM')
  expect(ear.down).toEqual([])
  expect(venue.commands.some(({ channel }) => channel === 'orderbooks')).toBe(true)
})

test('a close while it is being opened ends the opening', async () => {
  const { venue, connector } = await against({})
  const opening = endOf(connector.open([BTC], new Ear()))
  await eventually('the book is asked for', () => venue.commands.some(({ channel }) => channel === 'orderbooks'))
  await connector.close()
  expect(await opening).toBe('rejected CLOSED')
})

test('a subscription of the account that came too fast is asked for again: its silence would tell nobody', async () => {
  let isRefused = false
  const { venue, connector } = await against({
    command: (stream, command) => {
      if (command.channel !== 'orderEvents' || isRefused) return tellsBooks(stream, command)
      isRefused = true
      stream.send('{"error":"ERR-5003 Requests are too many."}')
    },
  })
  await connector.open([BTC], new Ear())
  await eventually(
    'orderEvents a second time',
    () => venue.commands.filter(({ isPrivate, channel }) => isPrivate && channel === 'orderEvents').length === 2,
    3_000,
  )
})

test('subscriptions of trades that came too fast are asked for again', async () => {
  let isRefused = false
  const { venue, connector } = await against({
    command: (stream, command) => {
      if (command.channel !== 'trades' || isRefused) return tellsBooks(stream, command)
      isRefused = true
      stream.send('{"error":"ERR-5003 Requests are too many."}')
    },
  })
  await connector.open([BTC], new Ear())
  await eventually(
    'trades a second time',
    () => venue.commands.filter(({ channel }) => channel === 'trades').length === 2,
    3_000,
  )
})

const execution = (executionId: number) => ({
  executionId,
  orderId: 1,
  symbol: 'BTC',
  side: 'BUY',
  size: '0.01',
  price: '100',
  fee: '0',
  timestamp: '2026-08-01T03:00:00.000Z',
})

test('fills are told once each when new ones push older ones to the next page, whichever order pages come in', async () => {
  const ids = Array.from({ length: 150 }, (_, at) => 1_000 + at)
  for (const isNewestFirst of [true, false]) {
    const { connector } = await against({
      answer: ({ query }) => {
        const page = Number(query.get('page'))
        // One more was executed between the two pages.
        const known = page === 1 ? ids : [...ids, 2_000]
        const ordered = isNewestFirst ? known.toReversed() : known
        return { list: ordered.slice((page - 1) * 100, page * 100).map(execution) }
      },
    })
    const cursors = (await connector.fills([BTC], 1_009)).map(({ cursor }) => cursor)
    expect(cursors).toEqual([...new Set(cursors)].sort((a, b) => a - b))
    expect(cursors).toEqual(expect.arrayContaining(ids.slice(10)))
    expect(cursors[0]).toBe(1_010)
  }
})

const listed = (orderId: number, more: object = {}) => ({
  orderId,
  symbol: 'BTC',
  side: 'BUY',
  executionType: 'LIMIT',
  settleType: 'OPEN',
  size: '0.01',
  executedSize: '0',
  price: '100',
  status: 'ORDERED',
  timestamp: '2026-08-01T03:00:00.000Z',
  ...more,
})

test('words that nobody wrote down do not hide the account: such an order is open, the worst it can be', async () => {
  const { connector } = await against({
    answer: () => ({ list: [listed(1, { status: 'PONDERING' }), listed(2, { executionType: 'ICEBERG' }), listed(3)] }),
  })
  const orders = await connector.openOrders([BTC])
  expect(orders.map(({ venueOrderId, state }) => `${venueOrderId} ${state}`)).toEqual(['1 OPEN', '2 OPEN', '3 OPEN'])
})

test('one rule that cannot be read takes no other instrument away', async () => {
  const { connector } = await against({
    answer: () => [RULE, { ...RULE, symbol: 'ETH', tickSize: '' }, { symbol: 'x' }],
  })
  expect((await connector.instruments()).map(({ id }) => id)).toEqual(['gmo.BTC'])
})

test('an empty list may come as one', async () => {
  const { connector } = await against({ answer: () => [] })
  expect(await connector.openOrders([BTC])).toEqual([])
})

const mark = { clientId: 'o1', venueOrderId: venueOrderId('1'), instrument: BTC }

test('what the venue does not offer, and an order without its id, are refused before any call', async () => {
  const { venue, connector } = await against({})
  const wish: OrderWish = {
    clientId: 'o1',
    instrument: BTC,
    side: 'buy',
    type: 'STOP_LIMIT',
    timeInForce: 'GTC',
    reduceOnly: false,
    qty: lots(1),
    limit: ticks(100),
    stop: ticks(101),
  }
  expect(await connector.place(wish)).toMatchObject({ outcome: 'refused', error: { kind: 'INVALIDREQUEST' } })
  const nameless = { ...mark, venueOrderId: undefined }
  expect(await connector.cancel(nameless)).toMatchObject({ outcome: 'refused' })
  expect(await connector.amend(nameless, { qty: lots(1), limit: ticks(1), stop: undefined })).toMatchObject({
    outcome: 'refused',
  })
  await expect(connector.fillsOf(nameless)).rejects.toMatchObject({ kind: 'INVALIDREQUEST' })
  expect(venue.asked).toEqual([])
})
