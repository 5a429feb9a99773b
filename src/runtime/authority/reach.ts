import { MAIN_BOOK } from '../books.ts'
import type { CommandPayload, CommandType } from '../command-catalogue.ts'

/** Which bots a wish is about: one, all of them or what all of them share, or none. An order that nobody knows may be anybody's. */
export type Reach = { readonly book: string } | 'all' | 'none'

/** What is known of books where a wish names something in them. */
export interface Books {
  ofBot(botId: string): string
  botOfOrder(orderId: string): string | undefined
  botOfApproval(approvalId: string): string | undefined
  botOfStanding(standingId: string): string | undefined
}

type Rule<T extends CommandType> = Reach | ((payload: CommandPayload<T>, books: Books) => Reach)

const ofBot = ({ bot_id: id }: { readonly bot_id: string }, books: Books): Reach => ({ book: books.ofBot(id) })
/** By hand is in the main book. */
const byHand = ({ bot_id: id }: { readonly bot_id?: string | undefined }, books: Books): Reach =>
  id === undefined ? { book: MAIN_BOOK } : ofBot({ bot_id: id }, books)
const ofKnown = (botId: string | undefined, books: Books): Reach =>
  botId === undefined ? 'all' : { book: books.ofBot(botId) }
const ofScope = ({ scope = '' }: { readonly scope?: string | undefined }, books: Books): Reach =>
  scope.startsWith('bot:') ? { book: books.ofBot(scope.slice('bot:'.length)) } : 'all'

/** What each command reaches (UGF-B-001): whoever is held to books is refused what reaches beyond them. */
export const REACH: { readonly [T in CommandType]: Rule<T> } = {
  BOT_REGISTER: ({ book = MAIN_BOOK }) => ({ book }),
  BOT_START: ofBot,
  BOT_PAUSE: ofBot,
  BOT_RESUME: ofBot,
  BOT_STOP: ofBot,
  BOT_SET_PARAMS: ofBot,
  BOT_SET_ALLOCATION: ofBot,
  BOT_RELEASE: ofBot,
  ORDER_PLACE: byHand,
  GATE_EXPLAIN: byHand,
  ORDER_CANCEL: ({ order_id: id }, books) => ofKnown(books.botOfOrder(id), books),
  CANCEL_ALL: ofScope,
  POSITION_CLOSE: byHand,
  KILL_RAISE: ofScope,
  KILL_LOWER: ofScope,
  MODE_RAISE: 'all',
  MODE_RELEASE: 'all',
  INTERLOCK_SUPPRESS: 'all',
  RECONCILE_RUN: 'all',
  APPROVAL_VOTE: ({ approval_id: id }, books) => ofKnown(books.botOfApproval(id), books),
  APPROVAL_CANCEL: ({ approval_id: id }, books) => ofKnown(books.botOfApproval(id), books),
  APPROVAL_STANDING_ADD: ofBot,
  APPROVAL_STANDING_REVOKE: ({ standing_id: id }, books) => ofKnown(books.botOfStanding(id), books),
  ALERT_ACK: 'all',
  // Somebody is there, says something, or confirms what is judged by itself.
  DEADMAN_ACK: 'none',
  TIME_NOTE: 'none',
  EXPORT_NOTED: 'none',
  CONFIRM: 'none',
  LOGIN_NOTED: 'none',
  CONFIG_APPLY: 'all',
  CASE_CLASSIFY: 'all',
  CASE_REPAIR: 'all',
  CASE_SIGNOFF: 'all',
  LIVE_ARM: 'all',
  LIVE_DISARM: 'all',
  STAGE_PROMOTE: 'all',
  STAGE_DEMOTE: 'all',
  ENGINE_STOP: 'all',
  VENUE_FAULT: 'all',
  FLAG_SET: 'all',
  BREAK_GLASS_OPEN: ofScope,
  BREAK_GLASS_APPROVE: 'all',
  BREAK_GLASS_CLOSE: 'all',
  BREAK_GLASS_REVIEW: 'all',
  LIMIT_SET: ofScope,
  OPERATOR_SET: 'all',
  OPERATOR_ROLE: 'all',
  OPERATOR_BOOKS: 'all',
  OPERATOR_DUTY: 'all',
  OPERATOR_REVOKE: 'all',
  OPERATOR_UNLOCK: 'all',
}

/** @param payload as its schema read it */
export function reachOf(type: CommandType, payload: unknown, books: Books): Reach {
  // Type and payload belong together: the schema of the one has read the other.
  const rule = REACH[type] as Reach | ((payload: unknown, books: Books) => Reach)
  return typeof rule === 'function' ? rule(payload, books) : rule
}
