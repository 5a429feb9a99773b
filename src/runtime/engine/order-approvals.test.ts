import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { defineStrategy, type StrategyContext } from '../../strategy/strategy.ts'
import type { Approval } from '../approvals/approval.ts'

/** Wants one order far below the market, once. */
const buyer = defineStrategy({
  id: 'buyer',
  version: '1.0.0',
  description: 'places one order',
  params: z.strictObject({ lots: z.int() }),
  create: ({ lots }, context: StrategyContext) => {
    let isDone = false
    return {
      onTrade({ price }, at) {
        if (isDone) return
        isDone = true
        context.place({
          at,
          side: 'buy',
          type: 'LIMIT',
          qty: lots,
          limit: Math.floor(price * 0.997),
          reasonCode: 'ENTRY_TEST',
        })
      },
    }
  },
})

const settings = (approvals: string) => `
  [engine]
  reconcile_every_s = 60
  [limits]
  venues = ["sim"]
  instruments = ["*"]
  market_orders = true
  price_deviation_bps_max = 100
  depth_multiple_min = 0
  order_qty_max = { "*" = 100 }
  order_notional_max = 1000000
  gross_exposure_max = 10000000
  net_exposure_max = 6000000
  instrument_exposure_max = 4000000
  venue_exposure_max = 10000000
  [approvals]
  modes = ["paper"]
  ${approvals}
  [[bot]]
  id = "one"
  strategy = "buyer"
  instruments = ["FX_BTC_JPY"]
  allocation = 2000000
  start = true
  params = { lots = 40 }`

const worlds: EngineWorld[] = []
afterEach(async () => {
  for (const made of worlds.splice(0)) await made.end()
})

async function waiting(
  approvals = 'limit_share = 0.3\nfirst_days = 0',
): Promise<{ made: EngineWorld; asked: Approval }> {
  const made = new EngineWorld({ strategies: [buyer], toml: settings(approvals) })
  worlds.push(made)
  await made.boot()
  await made.run(5)
  const [asked] = made.engine.approvals.desk.pending
  expect(asked).toBeDefined()
  expect(orders(made)).toBe(0)
  return { made, asked: asked as Approval }
}

const orders = ({ engine }: EngineWorld) => engine.kernel.orders.working.length
const approval = ({ store }: EngineWorld, { id }: Approval) => store.approvals.get(id)
const vote = (made: EngineWorld, { id }: Approval) =>
  made.command('APPROVAL_VOTE', { approval_id: id, vote: 'yes' }, { actor: 'human:ann', reason: 'as we said' })

describe('UGF-G-001: a large order of a bot', () => {
  test('waits; a yes sends exactly one, and a second yes is refused', async () => {
    const { made, asked } = await waiting()
    expect(asked).toMatchObject({ kind: 'order', subject: 'one FX_BTC_JPY buy', requestedBy: 'bot:one' })
    expect((await vote(made, asked)).status).toBe('COMPLETED')
    await made.run(2)
    expect(orders(made)).toBe(1)
    expect(approval(made, asked)?.state).toBe('EXECUTED')
    expect(await vote(made, asked)).toMatchObject({ status: 'REJECTED_POLICY' })
    await made.run(2)
    expect(orders(made)).toBe(1)
  })

  test('that nobody looks at for a minute ends, and nothing is sent', async () => {
    const { made, asked } = await waiting()
    await made.run(62, 200)
    expect(approval(made, asked)?.state).toBe('EXPIRED')
    expect(orders(made)).toBe(0)
  })

  test('is void when only closing is allowed since', async () => {
    const { made, asked } = await waiting()
    await made.command('KILL_RAISE', { scope: 'global', level: 'CLOSE_ONLY' })
    await made.run(2)
    expect(approval(made, asked)?.state).toBe('INVALIDATED')
    expect(await vote(made, asked)).toMatchObject({ status: 'REJECTED_POLICY' })
    expect(orders(made)).toBe(0)
  })

  test('waits on over a restart by its own clock', async () => {
    const { made, asked } = await waiting()
    made.crash()
    await made.boot()
    await made.run(2)
    expect(made.engine.approvals.desk.pending.map(({ id }) => id)).toContain(asked.id)
  })
})

test('UGF-G-001: in the first days of a bot every order waits, and then only what is large', async () => {
  const { made, asked } = await waiting('limit_share = 1\nfirst_days = 7')
  expect(asked.summary).toContain('one: buy')
  const { notes } = made.store
  expect(Object.keys(JSON.parse(notes.get('bot.debuts.paper') ?? '{}') as object)).toContain('one')
  const days = made.engine.kernel.facts.limits.approval?.newUntilTs['one'] ?? 0
  expect(days - made.engine.kernel.now).toBeGreaterThan(6.9 * 86_400e6)
})

test('UGF-G-001: what is small and of a known bot waits for nobody', async () => {
  const toml = settings('limit_share = 0.9\nfirst_days = 0')
  const made = new EngineWorld({ strategies: [buyer], toml })
  worlds.push(made)
  await made.boot()
  await made.run(5)
  expect(made.engine.approvals.desk.pending).toEqual([])
  expect(orders(made)).toBe(1)
})
