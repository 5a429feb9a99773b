import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LiveHome, type LiveHomeOptions } from '../../fixtures/process/live-home.ts'
import { pause, until } from '../../fixtures/process/program.ts'
import type { Fault } from '../../fixtures/venues/fault-plan.ts'
import { type FakeVenue, gmoServer } from '../../fixtures/venues/gmo/gmo-server.ts'
import { formatQty } from '../../src/domain/instrument.ts'
import { lots } from '../../src/domain/money.ts'

let venue: FakeVenue
const homes: LiveHome[] = []
beforeEach(async () => {
  venue = await gmoServer({ seed: 3 })
})
afterEach(async () => {
  for (const home of homes.splice(0)) home.end()
  await venue.server.close()
})

function home(options: LiveHomeOptions = {}): LiveHome {
  const made = new LiveHome(venue, options)
  homes.push(made)
  return made
}

interface OrderRow {
  readonly order: string
  readonly state: string
  readonly filled: string
  readonly end_code: string
  readonly venue_order: string | null
}
const ordersOf = (at: LiveHome) => at.json<readonly OrderRow[]>('order', 'list', '--all')
const reasons = (out: string) => (JSON.parse(out) as { reason_codes: readonly string[] }).reason_codes
const WHY = ['--reason', 'the test wants it']
/** Far from the market, and within what the venue takes. */
const RESTS = ['order', 'place', 'gmo.BTC_JPY', 'buy', '0.01', '--limit', '12000000', ...WHY] as const
const TAKES = ['order', 'place', 'gmo.BTC_JPY', 'buy', '0.02', ...WHY] as const

/** Every order of ours is at the venue once and says the same, and nothing else is there. */
async function expectEqualBooks(at: LiveHome): Promise<void> {
  await until('no order whose fate is open', async () =>
    (await ordersOf(at)).every(({ state }) => !['UNKNOWN', 'SENT', 'CANCEL_REQUESTED'].includes(state)),
  )
  const ours = await ordersOf(at)
  const known = ours.filter(({ venue_order: id }) => id !== null)
  const theirs = venue.core.orders
  expect(new Set(known.map(({ venue_order: id }) => id))).toEqual(
    new Set(theirs.map(({ number }) => String(8_800_000_000 + number))),
  )
  expect(known).toHaveLength(theirs.length)
  for (const order of theirs) {
    const mine = known.find(({ venue_order: id }) => id === String(8_800_000_000 + order.number))
    expect(mine?.filled, `order ${order.number}`).toBe(formatQty(order.instrument, lots(order.filled)))
    const isOpen = order.state === 'OPEN'
    expect(['OPEN', 'PARTIAL'].includes(mine?.state ?? ''), `order ${order.number} ${mine?.state}`).toBe(isOpen)
  }
}

describe('UGF-D-007: a live session at a venue of ours', () => {
  test('disarmed nothing reaches it; armed an order rests, one fills, and the books are equal', async () => {
    const at = home()
    at.engine()
    await at.running()
    await at.run('flag', 'set', 'dangerous_ops', 'on', ...WHY)
    const before = await at.confirmed(...RESTS)
    expect([before.code, reasons(before.out)]).toEqual([3, ['LIVE_NOT_ARMED']])
    expect(venue.core.orders).toEqual([])

    await at.armed()
    expect((await at.run('live', 'status')).code).toBe(0)
    expect((await at.confirmed(...RESTS)).code).toBe(0)
    expect((await at.confirmed(...TAKES)).code).toBe(0)
    await until('a fill', async () => (await ordersOf(at)).some(({ state }) => state === 'FILLED'))
    await expectEqualBooks(at)
    expect((await at.run('reconcile')).code).toBe(0)

    const resting = (await ordersOf(at)).find(({ state }) => state === 'OPEN')
    expect((await at.run('order', 'cancel', resting?.order ?? '', ...WHY)).code).toBe(0)
    await until('its end', () => venue.core.open.length === 0)
    await expectEqualBooks(at)
    expect((await at.run('live', 'disarm', ...WHY)).code).toBe(0)
    const after = await at.confirmed(...TAKES)
    expect(reasons(after.out)).toEqual(['LIVE_NOT_ARMED'])
  }, 120_000)

  test('armed in stg: exit 3, whatever else is in order; a start disarms and pauses bots', async () => {
    const at = home({
      more: `[[bot]]
id = "trend"
strategy = "sma-cross"
instruments = ["gmo.BTC_JPY"]
allocation = 1000000
start = true
on_restart = "resume"`,
    })
    const first = at.engine()
    await at.running()
    await at.armed()
    first.kill('SIGKILL')
    await pause(300)
    at.engine()
    await at.running()
    expect(reasons((await at.run('live', 'status', '--json')).out)).toContain('LIVE_NOT_ARMED')
    const bots = await at.json<readonly { readonly bot: string; readonly state: string }[]>('bot', 'list')
    expect(bots.find(({ bot }) => bot === 'trend')?.state).toBe('PAUSED')
  }, 120_000)

  test('whatever an answer meets, each order is there once or never, and the books converge', async () => {
    const at = home()
    at.engine()
    await at.running()
    await at.armed()
    const faults: readonly Fault[] = [
      'lose-answer',
      'error-page',
      'truncate-answer',
      'lose-request',
      'http-429',
      'event-first',
    ]
    for (const fault of faults)
      for (const wish of [RESTS, TAKES]) {
        venue.server.arm(fault, { times: 1 })
        await at.confirmed(...wish)
      }
    venue.server.faults.disarm()
    await expectEqualBooks(at)
    await until('books that agree', async () => (await at.run('reconcile')).code === 0, 40_000)
  }, 240_000)

  test('streams that break while an order fills: every fill is booked once', async () => {
    const at = home()
    at.engine()
    await at.running()
    await at.armed()
    venue.server.arm('silence', { forMs: 3_000 })
    expect((await at.confirmed(...TAKES)).code).toBe(0)
    venue.server.dropStreams()
    await until('the fill', async () => (await ordersOf(at)).some(({ state }) => state === 'FILLED'), 60_000)
    await expectEqualBooks(at)
  }, 120_000)

  test('UGF-D-005: without an engine the venue itself is asked, and a venue that is gone is UNKNOWN', async () => {
    const at = home()
    const engine = at.engine()
    await at.running()
    await at.armed()
    expect((await at.confirmed(...TAKES)).code).toBe(0)
    expect((await at.confirmed(...RESTS)).code).toBe(0)
    await until('a fill', async () => (await ordersOf(at)).some(({ state }) => state === 'FILLED'))
    engine.kill('SIGKILL')
    await pause(300)
    const down = await at.run('reconcile', '--json')
    expect([down.code, down.out.includes('"engine":"down"')]).toEqual([0, true])
    await venue.server.close()
    expect((await at.run('reconcile', '--json')).code).toBe(7)
  }, 120_000)

  test('UGF-D-005: a foreign order is MISSING_LOCAL, stops everything, and is left alone', async () => {
    const at = home()
    at.engine()
    await at.running()
    await at.armed()
    venue.core.place({
      instrumentAt: 1,
      side: 'buy',
      type: 'LIMIT',
      timeInForce: 'GTC',
      reduceOnly: false,
      qty: 10,
      limit: 12_000_000,
      stop: undefined,
    })
    const { code, out } = await at.run('reconcile', '--json')
    expect(code).toBe(5)
    expect(out).toContain('MISSING_LOCAL')
    const safety = await at.run('safety', 'show', '--json')
    expect(safety.out).toContain('HALTED')
    expect(safety.out).toContain('CASE_ESCALATED')
    expect(reasons((await at.run('live', 'status', '--json')).out)).toContain('LIVE_NOT_ARMED')
    expect(venue.core.open).toHaveLength(1)
  }, 120_000)
})

test('UGF-D-007: live is not armed outside prod at a real venue, and shadow is never armed', async () => {
  const at = home({ stage: 'shadow' })
  at.engine()
  await at.running()
  await at.run('flag', 'set', 'dangerous_ops', 'on', ...WHY)
  const { code, out } = await at.confirmed('live', 'arm', '--ttl', '1h', ...WHY)
  expect([code, reasons(out)]).toEqual([3, ['STAGE_NOT_LIVE']])
  // A stage is earned by the one before, and the answer says what is missing.
  const ladder = await at.json<{ readonly conditions: readonly { readonly met: string }[] }>('live', 'ladder')
  expect(ladder.conditions.some(({ met }) => met === 'no')).toBe(true)
  const asked = await at.confirmed('promote', '--to', 'canary', ...WHY)
  expect([asked.code, reasons(asked.out)]).toEqual([3, ['STAGE_NOT_EARNED']])
  // What is rehearsed fills on the venue's book, and the venue has never heard of it.
  expect((await at.run(...TAKES)).code).toBe(0)
  await until('a rehearsed fill', async () => (await ordersOf(at)).some(({ state }) => state === 'FILLED'))
  expect(venue.core.orders).toEqual([])
  expect((await at.run('reconcile')).code).toBe(0)
}, 60_000)

const KILLS = Number(process.env['PROFINAUT_TEST_LIVE_KILLS'] ?? 3)

test(
  `UGF-0-009: kill -9 at ${KILLS} random moments of a live session: every start reconciles, and the orders are equal`,
  async () => {
    const at = home()
    let drawn = 7
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
