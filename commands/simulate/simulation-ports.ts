import { DirectVenue, venueIdOf } from '../../fixtures/venues/direct-venue.ts'
import { instrumentId } from '../../src/domain/ids.ts'
import { parseMoney } from '../../src/domain/money.ts'
import type { SimulationPorts, WorldVenue, WorldVenueTerms } from '../../src/simulation/ports.ts'
import { DEMO_PROFILES } from '../../src/venues/simulated/market-profile.ts'
import { Reconciler } from '../engine/reconcile-port.ts'
import { ScratchFolder } from './scratch-disk.ts'

const FAR = 0.5
const MARKETS = new Set([instrumentId('FX_BTC_JPY')])

/** What a simulation is made of: real SQLite files, the doubles' exchange without its sockets, the engine's own comparison. */
export function simulationPorts(template: Buffer | undefined): SimulationPorts {
  return { disk: () => new ScratchFolder(template), venue: directWorld, compare: () => new Reconciler() }
}

function directWorld({ time, seed, keepsClientIds, amends }: WorldVenueTerms): WorldVenue {
  const deposits = [{ currency: 'JPY', amount: parseMoney('20000000') ?? fail() }]
  const venue = new DirectVenue({
    profiles: DEMO_PROFILES.filter(({ instrument }) => MARKETS.has(instrument.id)),
    deposits,
    seed,
    nowTs: time.us,
    time,
    habits: { keepsClientIds, amends },
  })
  const { core, faults } = venue
  return {
    instruments: core.instruments,
    deposits,
    connector: (owner, departures) => venue.connector(owner, departures),
    cut: () => venue.die(),
    advance: () => venue.advance(),
    arm: (fault, { times, ms }) =>
      LASTING.has(fault) ? faults.arm(fault, { forMs: ms, ms }) : faults.arm(fault, { times, ms: Math.min(ms, 5_000) }),
    calm: () => {
      faults.disarm()
      venue.isChanged = false
      return faults.done
    },
    intrude: () => {
      const price = Math.max(1, Math.round((venue.lastPrice(0) ?? 1_000_000) * FAR))
      const order = venue.placeForeign(0, 'buy', price, 1)
      return () => {
        if (order.state === 'OPEN') core.cancel(order)
      }
    },
    changeRules: (isChanged) => {
      venue.isChanged = isChanged
    },
    orders: () =>
      core.orders.map((order) => ({
        clientId: venue.clientIds.get(order),
        venueOrderId: venueIdOf(order),
        instrumentId: order.instrument.id,
        filled: order.filled,
        isOpen: order.state === 'OPEN',
      })),
    fills: () =>
      core.fills.map(({ number, order, qty }) => ({
        tradeId: `x${number}`,
        clientId: venue.clientIds.get(order),
        instrumentId: order.instrument.id,
        side: order.side,
        qty,
      })),
  }
}

/** Faults that last for a while; the others spoil so many occasions. */
const LASTING: ReadonlySet<string> = new Set(['silence', 'half-open', 'maintenance', 'clock-skew'])

function fail(): never {
  throw new Error('unreachable')
}
