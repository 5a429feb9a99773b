import { describe, expect, test } from 'vitest'
import { emptyProfile } from '../../commands/simulate/scratch-disk.ts'
import { simulationPorts } from '../../commands/simulate/simulation-ports.ts'
import { REGRESSIONS } from '../../fixtures/simulation/regressions.ts'
import type { Connector } from '../venues/connector.ts'
import { planOf, SCENARIOS, type SimulationPlan } from './plan.ts'
import type { SimulationPorts } from './ports.ts'
import { shrink } from './shrink.ts'
import { World } from './world.ts'

const PORTS = simulationPorts(emptyProfile())
const run = (plan: SimulationPlan, ports: SimulationPorts = PORTS) => new World(plan, ports).run()

/** The same world with a connector that is wrong. */
function withConnector(change: (connector: Connector) => Partial<Connector>): SimulationPorts {
  return {
    ...PORTS,
    venue: (terms) => {
      const venue = PORTS.venue(terms)
      const connect = venue.connector.bind(venue)
      venue.connector = (process, departures) => {
        const connector = connect(process, departures)
        return Object.assign(connector, change(connector))
      }
      return venue
    },
  }
}

describe('a simulated world', () => {
  test.each(SCENARIOS)('%s: every invariant holds, and something happened', async (scenario) => {
    let [orders, fills] = [0, 0]
    for (let seed = 1; seed <= 3; seed++) {
      const end = await run(planOf(seed, { minutes: 0.5, scenario }))
      expect(end.violation, `seed ${seed}`).toBeUndefined()
      orders += end.orders
      fills += end.fills
    }
    expect(orders).toBeGreaterThan(5)
    expect(fills).toBeGreaterThan(0)
  })

  test('is the same world for the same seed, to the last event, and another for another', async () => {
    const plan = planOf(29, { minutes: 1, scenario: 'all' })
    const [one, two] = [await run(plan), await run(plan)]
    expect(one.lives).toBeGreaterThan(1)
    expect(two.hash).toBe(one.hash)
    expect(two.virtualMs).toBe(one.virtualMs)
    expect((await run({ ...plan, seed: 30 })).hash).not.toBe(one.hash)
  })
})

describe('what is wrong is found', () => {
  test('an order that is sent again when its answer was lost, with the one fault that shows it', async () => {
    const ports = withConnector((connector) => {
      const place = connector.place.bind(connector)
      return {
        place: async (wish) => {
          const outcome = await place(wish)
          return outcome.outcome === 'unknown' ? place(wish) : outcome
        },
      }
    })
    let found: SimulationPlan | undefined
    for (let seed = 1; seed < 60 && found === undefined; seed++) {
      const plan = planOf(seed, { minutes: 1, scenario: 'network' })
      if ((await run(plan, ports)).violation?.invariant === 'no order is sent twice') found = plan
    }
    if (found === undefined) throw new Error('the simulator did not find it')
    const short = await shrink(
      found,
      async (plan) => (await run(plan, ports)).violation?.invariant === 'no order is sent twice',
      () => false,
    )
    expect(short.acts).toHaveLength(1)
    expect(short.acts[0]?.kind).toBe('network')
    expect((await run(short, PORTS)).violation).toBeUndefined()
  })

  test('a disk that says too early that something is kept', async () => {
    const ports: SimulationPorts = {
      ...PORTS,
      disk: () => {
        const disk = PORTS.disk()
        const open = disk.open.bind(disk)
        disk.open = (nowTs, pages) => {
          const scratch = open(nowTs, pages)
          const begin = scratch.store.beginSession.bind(scratch.store)
          let commits = 0
          scratch.store.beginSession = (session) => {
            const writer = begin(session)
            const commit = writer.commit.bind(writer)
            // Every other batch is said to be safe, and waits for the next.
            writer.commit = () => {
              if (++commits % 2 === 0) commit()
            }
            return writer
          }
          return scratch
        }
        return disk
      },
    }
    const plan = planOf(3, { minutes: 1, scenario: 'calm' })
    const death = { kind: 'death', where: 'after-commit', nth: 1, downMs: 100 } as const
    const acts = [10_000, 20_000, 30_000, 40_000].map((atMs) => ({ ...death, atMs }))
    const { violation } = await run({ ...plan, acts }, ports)
    expect(violation?.invariant).toBe('what was committed is kept')
  })

  test('a venue whose fills have other numbers each time they are asked for', async () => {
    const ports = withConnector((connector) => {
      const fills = connector.fills.bind(connector)
      return {
        fills: async (instruments, cursor) =>
          (await fills(instruments, cursor)).map((fill) => ({ ...fill, tradeId: `again-${fill.tradeId}` as never })),
      }
    })
    const { violation } = await run(planOf(2, { minutes: 1, scenario: 'crashes' }), ports)
    expect(violation?.detail).toContain('MISMATCH')
  })
})

test('no plan that ever failed fails again', async () => {
  for (const { bug, plan } of REGRESSIONS) expect((await run(plan)).violation, bug).toBeUndefined()
})
