import { z } from 'zod'
import { US_PER_DAY, US_PER_SECOND } from '../domain/time.ts'
import { GUARD_NAMES } from './guards.ts'

const amount = z.number().positive().or(z.literal(Infinity))
const timeOfDay = z.number().min(0).lt(US_PER_DAY)
const rateOf = z.strictObject({
  /** Most actions in any `perUs`; Infinity is no limit. */
  burst: z.int().positive().or(z.literal(Infinity)),
  perUs: z.number().positive(),
})

/** What a limit of a part of the account holds for. A strategy's holds for each of its bots. */
export const LIMIT_SCOPE = /^(venue|instrument|strategy|bot):[^:\s]+$/
export const LIMIT_SCOPE_WORDS = 'venue:…, instrument:…, strategy:… or bot:…'

const ScopedLimit = z.strictObject({
  scope: z.string().regex(LIMIT_SCOPE, LIMIT_SCOPE_WORDS),
  orderNotionalMax: amount.optional(),
  /** Exposure of the venue or the instrument; of a bot or each bot of a strategy, its own. */
  exposureMax: amount.optional(),
  priceDeviationBpsMax: amount.optional(),
  marketOrders: z.boolean().optional(),
})
export type ScopedLimit = z.infer<typeof ScopedLimit>

/**
 * The numbers of the gate (UGF-D-003). Money is in the run's base currency, exposures include resting orders. A limit of
 * Infinity is stated, never implied: every field must be given.
 */
export const Limits = z.strictObject({
  /** An intent older than this is not judged any more. */
  intentTtlUs: z.number().positive(),
  /** Venues and instruments that may be traded; empty means none, '*' any. */
  venues: z.array(z.string()),
  instruments: z.array(z.string()),
  /** Data older than this is no reference for new risk. */
  priceAgeUsMax: amount,
  /** A limit price further than this from the reference is a mistake until shown otherwise. Basis points. */
  priceDeviationBpsMax: amount,
  /** Visible depth on the side that is taken, as a multiple of the order. */
  depthMultipleMin: z.number().nonnegative(),
  marketOrders: z.boolean(),
  orderNotionalMax: amount,
  /** Largest quantity of one order in base units, by instrument id; '*' for all others. An instrument in neither is refused. */
  orderQtyMax: z.record(z.string(), amount),
  grossExposureMax: amount,
  netExposureMax: amount,
  instrumentExposureMax: amount,
  venueExposureMax: amount,
  leverageMax: amount,
  openOrdersMax: amount,
  /** A bot's exposure as a multiple of its allocation. */
  allocationMultipleMax: amount,
  orders: rateOf,
  cancels: rateOf,
  amends: rateOf,
  strategyIntents: rateOf,
  /** Whether cash or margin for the worst case is set aside before an order is sent. */
  reserve: z.boolean(),
  /** A market order is reserved at the reference price made worse by this. Basis points. */
  marketBufferBps: z.number().nonnegative(),

  // What follows guards a running account. Absent is not in force, and leaves what is stored of older sessions as it is.

  /** Losses since the day began and since the best equity, at marks. */
  lossDayMax: amount.optional(),
  lossDrawdownMax: amount.optional(),
  /** When the day of `lossDayMax` begins, µs after midnight UTC; midnight unless told. */
  dayOffsetUs: z.number().optional(),
  /** Inputs that must be known, and how old they may be, µs. */
  guards: z.partialRecord(z.enum(GUARD_NAMES), amount).optional(),
  /** Whether new risk needs a lease, and how long one lives, µs. */
  leases: z.strictObject({ lifeUs: z.number().positive(), marginUs: z.number().nonnegative() }).optional(),
  /** Limits of parts of the account, beside those of the whole: all that hold for an order bind it, so the strictest does. */
  scoped: z.array(ScopedLimit).optional(),
  /** Which orders of bots wait for a person's word (UGF-G-001). */
  approval: z
    .strictObject({
      modes: z.array(z.enum(['paper', 'canary', 'live'])),
      /** Value of an order above which it waits. */
      notionalAbove: amount,
      /** Until when every order of a bot waits, µs, by bot. */
      newUntilTs: z.record(z.string(), z.number()),
    })
    .optional(),
  /** When no new risk is taken, µs after midnight UTC; canary and live have the night of Tokyo unless told. */
  quietHours: z.strictObject({ fromUs: timeOfDay, toUs: timeOfDay }).optional(),
})
export type Limits = z.infer<typeof Limits>

/** Defaults of a real account, amounts in JPY (UGF-D-003). Venue and instrument lists start empty: nothing is allowed. */
export const LIVE_LIMITS: Limits = {
  intentTtlUs: 5 * US_PER_SECOND,
  venues: [],
  instruments: [],
  priceAgeUsMax: 5 * US_PER_SECOND,
  priceDeviationBpsMax: 50,
  depthMultipleMin: 3,
  marketOrders: false,
  orderNotionalMax: 1_000_000,
  orderQtyMax: {},
  grossExposureMax: 2_000_000,
  netExposureMax: 1_000_000,
  instrumentExposureMax: 500_000,
  venueExposureMax: 1_000_000,
  leverageMax: 2,
  openOrdersMax: 50,
  allocationMultipleMax: 1,
  orders: { burst: 2, perUs: US_PER_SECOND },
  cancels: { burst: 3, perUs: US_PER_SECOND },
  amends: { burst: 2, perUs: US_PER_SECOND },
  strategyIntents: { burst: 5, perUs: US_PER_SECOND },
  reserve: true,
  marketBufferBps: 50,
  lossDayMax: 100_000,
  lossDrawdownMax: 200_000,
}

const UNLIMITED_RATE = { burst: Infinity, perUs: US_PER_SECOND } as const

/**
 * Limits of research: the same rules on numbers that stay out of a strategy's way, so that a backtest measures the
 * strategy and not a policy that was written for another account. Cash, margin, filters, self-trade and reduce-only hold.
 */
export const RESEARCH_LIMITS: Limits = {
  intentTtlUs: 5 * US_PER_SECOND,
  venues: ['*'],
  instruments: ['*'],
  priceAgeUsMax: Infinity,
  priceDeviationBpsMax: 5_000,
  depthMultipleMin: 0,
  marketOrders: true,
  orderNotionalMax: Infinity,
  orderQtyMax: { '*': Infinity },
  grossExposureMax: Infinity,
  netExposureMax: Infinity,
  instrumentExposureMax: Infinity,
  venueExposureMax: Infinity,
  leverageMax: Infinity,
  openOrdersMax: 1_000,
  allocationMultipleMax: Infinity,
  orders: UNLIMITED_RATE,
  cancels: UNLIMITED_RATE,
  amends: UNLIMITED_RATE,
  strategyIntents: UNLIMITED_RATE,
  reserve: true,
  marketBufferBps: 0,
}
