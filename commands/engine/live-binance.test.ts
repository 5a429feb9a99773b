import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { binanceUsdmServer } from '../../fixtures/venues/binance/binance-server.ts'
import { LiveHome } from '../../fixtures/process/live-home.ts'
import { pause, until } from '../../fixtures/process/program.ts'
import type { FakeVenue } from '../../fixtures/venues/gmo/gmo-server.ts'
import { formatQty } from '../../src/domain/instrument.ts'
import { lots } from '../../src/domain/money.ts'

let venue: FakeVenue
const homes: LiveHome[] = []
beforeEach(async () => {
  venue = await binanceUsdmServer({ seed: 3 })
})
afterEach(async () => {
  for (const home of homes.splice(0)) home.end()
  await venue.server.close()
})

function home(): LiveHome {
  const made = new LiveHome(venue, { at: 'binanceusdm' })
  homes.push(made)
  return made
}

interface OrderRow {
  readonly order: string
  readonly state: string
  readonly filled: string
  readonly venue_order: string | null
}
const ordersOf = (at: LiveHome) => at.json<readonly OrderRow[]>('order', 'list', '--all')
const WHY = ['--reason', 'the test wants it']
const PERP = 'binanceusdm.BTC_USDT_PERP'
const TAKES = ['order', 'place', PERP, 'buy', '0.01', ...WHY] as const
/** A fifth below what a bitcoin is worth on the double. */
const RESTS = ['order', 'place', PERP, 'buy', '0.01', '--limit', '72000', ...WHY] as const

/** Every order of ours is at the venue once, by the id that we gave it, and says the same; nothing else is there. */
async function expectEqualBooks(at: LiveHome): Promise<void> {
  await until('no order whose fate is open', async () =>
    (await ordersOf(at)).every(({ state }) => !['UNKNOWN', 'SENT', 'CANCEL_REQUESTED'].includes(state)),
  )
  const known = (await ordersOf(at)).filter(({ venue_order: id }) => id !== null)
  const theirs = venue.core.orders.filter(({ state }) => state !== 'REJECTED')
  expect(known).toHaveLength(theirs.length)
  for (const order of theirs) {
    const mine = known.find(({ order: id }) => order.clientId?.endsWith(id) === true)
    expect(mine?.filled, `order ${order.clientId}`).toBe(formatQty(order.instrument, lots(order.filled)))
    expect(['OPEN', 'PARTIAL'].includes(mine?.state ?? ''), `order ${order.clientId} ${mine?.state}`).toBe(
      order.state === 'OPEN',
    )
  }
}

const KILLS = Number(process.env['PROFINAUT_TEST_LIVE_KILLS'] ?? 2)

describe('UGF-D-007: a live session at an exchange through ccxt', () => {
  test('armed, an order rests, one fills, and the books are equal; a position is what the venue says', async () => {
    const at = home()
    at.engine()
    await at.running()
    await at.armed()
    expect((await at.confirmed(...RESTS)).code).toBe(0)
    expect((await at.confirmed(...TAKES)).code).toBe(0)
    await until('a fill', async () => (await ordersOf(at)).some(({ state }) => state === 'FILLED'))
    await expectEqualBooks(at)
    const ran = await at.run('reconcile', '--json')
    expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('OK')])
  }, 120_000)

  test(
    `UGF-0-009: kill -9 at ${KILLS} random moments: every start reconciles, and the orders are equal`,
    async () => {
      const at = home()
      let drawn = 11
      const random = (least: number, most: number) => {
        drawn = (drawn * 48_271) % 2_147_483_647
        return least + (drawn % (most - least))
      }
      for (let kill = 0; kill <= KILLS; kill++) {
        const engine = at.engine()
        await at.running()
        await expectEqualBooks(at)
        expect((await at.run('reconcile')).code).toBe(0)
        if (kill === KILLS) break
        await at.armed()
        const wishes = [at.confirmed(...TAKES), at.confirmed(...RESTS), at.run('order', 'cancel', '--all', ...WHY)]
        await pause(random(100, 2_500))
        engine.kill('SIGKILL')
        await Promise.all(wishes)
      }
    },
    60_000 + KILLS * 60_000,
  )
})
