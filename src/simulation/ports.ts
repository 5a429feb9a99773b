import type { Instrument } from '../domain/instrument.ts'
import type { Money } from '../domain/money.ts'
import type { ReconcilePort } from '../runtime/engine/reconcile-round.ts'
import type { Connector, OrderMark, OrderWish, VenueClock } from '../venues/connector.ts'
import type { ScratchDisk } from './disk.ts'
import type { NetworkFault } from './plan.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What left a process, at the moment at which it leaves. */
export interface Departures {
  placed(wish: OrderWish): void
  amended(mark: OrderMark): void
  canceled(mark: OrderMark): void
}

/** An order as it truly is at the venue. */
export interface TrueOrder {
  /** The id that came with it; undefined for an order of somebody else. */
  readonly clientId: string | undefined
  readonly venueOrderId: string
  readonly instrumentId: string
  readonly filled: number
  readonly isOpen: boolean
}

export interface TrueFill {
  readonly tradeId: string
  readonly clientId: string | undefined
  readonly instrumentId: string
  readonly side: 'buy' | 'sell'
  readonly qty: number
}

/** Who connects: timers are its own, and what arrives is stamped with its time. */
export interface ConnectingProcess {
  readonly owner: object
  readonly clock: VenueClock
}

/** The venue of a simulated world: it outlives every process, and it knows the truth. */
export interface WorldVenue {
  readonly instruments: readonly Instrument[]
  readonly deposits: readonly { readonly currency: string; readonly amount: Money }[]
  /** For a new process; the line of the one before is cut. */
  connector(process: ConnectingProcess, departures: Departures): Connector
  cut(): void
  /** Lets everything up to now happen. */
  advance(): void
  arm(fault: NetworkFault, terms: { readonly times: number; readonly ms: number }): void
  /** Everything behaves from here on. @returns how often each fault spoiled something */
  calm(): ReadonlyMap<string, number>
  /** Somebody else places an order on the account. @returns takes it back */
  intrude(): () => void
  changeRules(isChanged: boolean): void
  orders(): readonly TrueOrder[]
  fills(): readonly TrueFill[]
}

export interface WorldVenueTerms {
  readonly time: VirtualTime
  readonly seed: number
  readonly keepsClientIds: boolean
  readonly amends: 'price-and-size' | 'price' | 'none'
}

/** What a simulation is given: rooms that it must not know. */
export interface SimulationPorts {
  disk(): ScratchDisk
  venue(terms: WorldVenueTerms): WorldVenue
  /** Reconciliation, new with every process. */
  compare(): ReconcilePort
}
