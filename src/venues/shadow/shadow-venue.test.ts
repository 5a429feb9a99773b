import { expect, test } from 'vitest'
import { MemoryVault } from '../../../fixtures/memory-vault.ts'
import type { AllowedOrder } from '../../domain/instruction.ts'
import type { OrderId } from '../../domain/ids.ts'
import { lots, moneyFromNumber, ticks } from '../../domain/money.ts'
import type { VenueReport } from '../../domain/report.ts'
import { bookColumns } from '../../market/columns.ts'
import { BTC, liveRig } from '../live/scripted-connector.fixture.ts'
import { ShadowVenue } from './shadow-venue.ts'

const deposits = [{ currency: 'JPY', amount: moneyFromNumber(5_000_000) }]

function rig(vault = new MemoryVault()) {
  const live = liveRig()
  const shadow = new ShadowVenue({ market: live.venue, instruments: [BTC], vault, deposits })
  const told: VenueReport[] = []
  const hear = () =>
    shadow.advance(live.clock.us, { onBook() {}, onTrade() {}, report: (report) => void told.push(report) })
  const open = async () => {
    shadow.connect(live.clock.us)
    await live.clock.pass(0)
  }
  /** A book with one level a side. */
  const book = (bid: number, ask: number) => {
    const columns = bookColumns(3)
    columns.side.set([0, 1, -1])
    columns.price.set([0, bid, ask])
    columns.qty.set([0, 100, 100])
    columns.last.set([0, 0, 1])
    columns.venueTs.fill(live.clock.us)
    columns.recvTs.fill(live.clock.us)
    columns.length = 3
    live.connector.sink?.onBook(BTC, columns, 0, 3)
  }
  return { ...live, shadow, told, hear, open, book, vault }
}

const market = (live: ReturnType<typeof rig>): AllowedOrder =>
  live.wish(1, { type: 'MARKET', timeInForce: 'IOC', limit: undefined, qty: lots(5) })

test('UGF-D-007: in shadow an order fills on the real book, and the venue is never called', async () => {
  const live = rig()
  await live.open()
  live.book(8_999_000, 9_000_000)
  live.hear()
  live.shadow.place(market(live), live.clock.us)
  live.hear()
  expect(live.told).toEqual([])
  await live.clock.pass(60)
  live.hear()
  expect(live.told.map(({ kind }) => kind)).toContain('fill')
  expect(live.told.find(({ kind }) => kind === 'fill')).toMatchObject({ price: ticks(9_000_000), qty: lots(5) })
  live.shadow.cancel('o1' as OrderId, 0, live.clock.us)
  await live.clock.pass(60)
  live.hear()
  expect([live.connector.placed, live.connector.canceled]).toEqual([[], []])
  expect(live.shadow.wouldSend).toBe(1)
  expect(await live.shadow.fills(0)).toHaveLength(1)
})

test('what was heard outlives the process', async () => {
  const vault = new MemoryVault()
  const first = rig(vault)
  await first.open()
  first.book(8_999_000, 9_000_000)
  first.hear()
  first.shadow.place(market(first), first.clock.us)
  await first.clock.pass(60)
  first.hear()
  const again = rig(vault)
  const [mine, before] = [await again.shadow.books(), await first.shadow.books()]
  expect(mine.balances).toEqual(before.balances)
  expect(await again.shadow.fills(0)).toEqual(await first.shadow.fills(0))
})
