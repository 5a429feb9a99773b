import { z } from 'zod'
import { currency, id, quanta, whole } from './fields.ts'

const posting = z.strictObject({ account: id, currency, amount: quanta })

/** Portfolio: postings to the double-entry ledger. The postings of every event sum to zero per currency. */
export const portfolio = {
  'portfolio.deposited': z.strictObject({ venue_id: id, currency, amount: quanta, postings: z.array(posting) }),
  'portfolio.updated': z.strictObject({
    cause: z.enum(['fill', 'funding', 'adjustment']),
    instrument_id: id,
    order_id: id.optional(),
    trade_id: id.optional(),
    /** The bot's position after this, at average cost. */
    position: whole,
    cost: quanta,
    realised: quanta,
    postings: z.array(posting),
  }),
} as const
