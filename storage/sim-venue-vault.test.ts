import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { instrumentId, orderIdAt, tradeIdAt, venueOrderIdAt } from '../src/domain/ids.ts'
import { lots, money, ticks } from '../src/domain/money.ts'
import { timeUs } from '../src/domain/time.ts'
import type { VenueFill, VenueOrder } from '../src/venues/venue.ts'
import { openSimVenueVault, type SimVenueVault } from './sim-venue-vault.ts'

const folder = scratchFolder()
const path = join(folder, 'sim-venue.db')
const open: SimVenueVault[] = []

function vault(): SimVenueVault {
  const opened = openSimVenueVault(path, { nowTs: timeUs(1) })
  open.push(opened)
  return opened
}
afterEach(() => {
  for (const opened of open.splice(0)) opened.close()
})

const BTC = instrumentId('sim:BTC-USD')
function fill(cursor: number, more: Partial<VenueFill> = {}): VenueFill {
  return {
    cursor,
    tradeId: tradeIdAt(cursor),
    venueOrderId: venueOrderIdAt(1),
    orderId: orderIdAt(1),
    instrumentId: BTC,
    side: 'buy',
    price: ticks(40_000),
    qty: lots(3),
    liquidity: 'maker',
    fee: money(-123_456_789_012_345_678_901n),
    ts: 5,
    ...more,
  }
}
function order(n: number, more: Partial<VenueOrder> = {}): VenueOrder {
  return {
    venueOrderId: venueOrderIdAt(n),
    orderId: orderIdAt(n),
    instrumentId: BTC,
    side: 'sell',
    type: 'STOP_LIMIT',
    qty: lots(3),
    filled: lots(1),
    limit: ticks(10),
    stop: ticks(11),
    reduceOnly: true,
    state: 'CANCELED',
    reasonCode: 'USER',
    createdTs: 1,
    updatedTs: 2,
    ...more,
  }
}

test('a venue that never saved knows nothing; what it saved outlives it, exactly', () => {
  const first = vault()
  expect([first.load(), first.fills(0), first.order(orderIdAt(1))]).toEqual([undefined, [], undefined])
  const foreign = order(2, {
    orderId: undefined,
    limit: undefined,
    stop: undefined,
    reasonCode: undefined,
    reduceOnly: false,
  })
  const liquidation = fill(2, { orderId: undefined, venueOrderId: undefined, liquidity: 'taker' })
  first.save('{"n":1}', { fills: [fill(1), liquidation], orders: [order(1), foreign] })
  first.save('{"n":2}', { fills: [fill(3)], orders: [] })
  first.close()
  const second = vault()
  expect(second.load()).toBe('{"n":2}')
  expect(second.fills(0)).toEqual([fill(1), liquidation, fill(3)])
  expect(second.fills(2)).toEqual([fill(3)])
  expect(second.order(orderIdAt(1))).toEqual(order(1))
  expect(second.order(orderIdAt(2))).toBeUndefined()
})

test('a save is kept whole or not at all', () => {
  const kept = vault()
  const before = [kept.load(), kept.fills(0)]
  expect(() => kept.save('{"n":3}', { fills: [fill(4), fill(3)], orders: [order(9)] })).toThrow('UNIQUE')
  expect([kept.load(), kept.fills(0)]).toEqual(before)
  expect(kept.order(orderIdAt(9))).toBeUndefined()
})

test('what the venue executed stays', () => {
  vault().close()
  const stranger = new Sqlite(path)
  expect(() => stranger.exec('DELETE FROM venue_fills')).toThrow('stays')
  expect(() => stranger.exec('UPDATE venue_fills SET price = 1')).toThrow('stays')
  stranger.close()
})

test('a save survives the death of its process at once', () => {
  const script = `
    import { openSimVenueVault } from ${JSON.stringify(new URL('sim-venue-vault.ts', import.meta.url).href)}
    const vault = openSimVenueVault(${JSON.stringify(path)}, { nowTs: 1 })
    vault.save('{"n":"last words"}', { fills: [], orders: [] })
    process.kill(process.pid, 'SIGKILL')`
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(signal).toBe('SIGKILL')
  expect(vault().load()).toBe('{"n":"last words"}')
})
