import { z } from 'zod'
import { SUPPRESSION_S_MAX } from '../risk/interlocks.ts'
import { VENUE_FAULTS } from '../venues/simulated/venue-faults.ts'
import { CASE_CLASSES } from './reconcile-cases/case-classes.ts'
import { GLASS_OP_NAMES } from './authority/break-glass.ts'
import { STAGES } from './live/ladder.ts'
import { ARM_MINUTES_MAX } from './live/live-desk.ts'
import { FLAG_STAGES } from './authority/flags.ts'
import { DUTY_S_MAX } from './authority/operator.ts'
import { ROLES } from './authority/roles.ts'
import { BOOK_NAME } from './books.ts'
import { RESTART_WISHES } from './restart-wish.ts'

/** Commands that a client may ask of the engine (UGF-B-005). One row of the `commands` table each. */
const reasonless = z.strictObject({})
const botRef = z.strictObject({ bot_id: z.string().min(1).max(128) })
const killLevel = z.enum(['CLOSE_ONLY', 'FLATTEN', 'HALT'])
const scope = z
  .string()
  .regex(/^(global|(venue|bot|instrument):[\x21-\x7e]{1,100})$/, 'global, venue:…, bot:… or instrument:…')
const book = z.string().regex(BOOK_NAME, 'a book: lowercase letters, digits, _ and -, at most 32')
const operatorId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, 'lowercase letters, digits, . _ and -, at most 32')
const operatorRef = z.strictObject({ operator_id: operatorId })
const params = z.record(z.string().max(64), z.union([z.string().max(256), z.number(), z.boolean()]))

/** An order as a person writes it: decimals in the instrument's units. */
const orderTerms = z.strictObject({
  instrument_id: z.string().min(1).max(128),
  side: z.enum(['buy', 'sell']),
  type: z.enum(['MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT']),
  qty: z.string().regex(/^\d+(\.\d+)?$/),
  limit: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .optional(),
  stop: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .optional(),
  time_in_force: z.enum(['GTC', 'IOC', 'FOK', 'POST_ONLY']).optional(),
  reduce_only: z.boolean().optional(),
  /** Whose position it is for; `manual` unless told. */
  bot_id: z.string().min(1).max(128).optional(),
})

export const COMMANDS = {
  BOT_REGISTER: z.strictObject({
    bot_id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'lowercase letters, digits and -, at most 32'),
    strategy_id: z.string().min(1).max(64),
    instrument_ids: z.array(z.string().min(1).max(128)).min(1).max(8),
    /** Decimal, in the account's base currency. */
    allocation: z.string().regex(/^\d+(\.\d+)?$/),
    params,
    /** `hold` unless told. */
    on_restart: z.enum(RESTART_WISHES).optional(),
    /** `main` unless told. */
    book: book.optional(),
  }),
  BOT_START: botRef,
  BOT_PAUSE: botRef,
  BOT_RESUME: botRef,
  BOT_STOP: botRef,
  BOT_SET_PARAMS: z.strictObject({ bot_id: z.string().min(1).max(128), params }),
  BOT_SET_ALLOCATION: z.strictObject({
    bot_id: z.string().min(1).max(128),
    allocation: z.string().regex(/^\d+(\.\d+)?$/),
  }),
  /** Quarantine ends only by this. */
  BOT_RELEASE: botRef,
  /** An operator's own order: through the same gate, under the bot `manual`. Decimals in the instrument's units. */
  ORDER_PLACE: orderTerms,
  /** What the gate would say of such an order now; nothing is placed. */
  GATE_EXPLAIN: orderTerms,
  ORDER_CANCEL: z.strictObject({ order_id: z.string().min(1).max(128) }),
  CANCEL_ALL: z.strictObject({ scope: scope.optional() }),
  /** Brings a position down to nothing with a reduce-only order. */
  POSITION_CLOSE: z.strictObject({
    instrument_id: z.string().min(1).max(128),
    bot_id: z.string().min(1).max(128).optional(),
  }),
  KILL_RAISE: z.strictObject({ scope, level: killLevel, review_minutes: z.int().min(1).max(1_440).optional() }),
  /** One step milder. */
  KILL_LOWER: z.strictObject({ scope, level: z.enum(['NONE', 'CLOSE_ONLY', 'FLATTEN']) }),
  MODE_RAISE: z.strictObject({ mode: z.enum(['SAFE_MODE', 'HALTED']) }),
  MODE_RELEASE: reasonless,
  /** Puts one interlock aside for minutes; which may be is told by `safety interlocks`. */
  INTERLOCK_SUPPRESS: z.strictObject({
    interlock: z.string().min(1).max(64),
    seconds: z.int().min(1).max(SUPPRESSION_S_MAX),
  }),
  RECONCILE_RUN: z.strictObject({ scope: z.enum(['all', 'orders', 'fills', 'balances', 'positions']).optional() }),
  APPROVAL_VOTE: z.strictObject({
    approval_id: z.string().min(1).max(128),
    vote: z.enum(['yes', 'no']),
    /** The subject, typed: asked of who says yes a second time. */
    typed: z.string().max(256).optional(),
  }),
  APPROVAL_CANCEL: z.strictObject({ approval_id: z.string().min(1).max(128) }),
  /** A word given ahead, for so many orders of a bot until a time. */
  APPROVAL_STANDING_ADD: z.strictObject({
    bot_id: z.string().min(1).max(128),
    instrument_id: z.string().min(1).max(128).optional(),
    /** Decimal, base currency: the largest worth of one order. */
    notional_max: z.string().regex(/^\d+(\.\d+)?$/),
    uses: z.int().min(1).max(1_000),
    seconds: z.int().min(60).max(604_800),
  }),
  APPROVAL_STANDING_REVOKE: z.strictObject({ standing_id: z.string().min(1).max(128) }),
  ALERT_ACK: z.strictObject({ alert_id: z.string().min(1).max(128) }),
  /** The operator is there: what a dead-man's switch waits for. */
  DEADMAN_ACK: reasonless,
  /** `safe`: bots paused, our orders cancelled, venue stops kept; `flatten`: as kill FLATTEN, then out; `now`: nothing touched. */
  ENGINE_STOP: z.strictObject({ how: z.enum(['safe', 'flatten', 'now']) }),
  /** Tells the simulated venue to misbehave, so that what finds it can be seen to. */
  VENUE_FAULT: z.strictObject({
    fault: z.enum(VENUE_FAULTS),
    instrument_id: z.string().min(1).max(128).optional(),
    /** How long a delay or an outage lasts, seconds. */
    seconds: z.number().positive().max(86_400).optional(),
  }),
  /** Step two of a dangerous operation: carries the wish out that the challenge stands for. The phrase is the row's. */
  CONFIRM: z.strictObject({ challenge_id: z.string().min(1).max(128), token: z.string().min(1).max(128) }),
  /** Above the settings from now on: `value` as the settings would write it, or `default`. In a new session. */
  LIMIT_SET: z.strictObject({
    limit: z.string().min(1).max(64),
    /** `global` unless told. */
    scope: z.string().min(1).max(128).optional(),
    value: z.string().min(1).max(32),
  }),
  /** A person's word on a stretch of time, µs of UTC. */
  TIME_NOTE: z.strictObject({
    text: z.string().min(1).max(400),
    from_ts: z.int().nonnegative(),
    to_ts: z.int().nonnegative(),
  }),
  /** Evidence was written to files: the journal keeps what and under which digest. */
  EXPORT_NOTED: z.strictObject({
    what: z.enum(['audit', 'time', 'journal']),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    rows: z.int().nonnegative(),
    from_ts: z.int().nonnegative().optional(),
    to_ts: z.int().nonnegative().optional(),
  }),
  /** Puts settings that were changed on disk in force, in a new session. */
  CONFIG_APPLY: reasonless,
  /** Lets orders reach a real venue for so long. */
  LIVE_ARM: z.strictObject({ minutes: z.int().min(1).max(ARM_MINUTES_MAX) }),
  LIVE_DISARM: reasonless,
  /** Lets the profile go a stage nearer to money, when what it did earns that. */
  STAGE_PROMOTE: z.strictObject({ stage: z.enum(STAGES), evidence: z.string().min(1).max(128).optional() }),
  STAGE_DEMOTE: z.strictObject({ stage: z.enum(STAGES) }),
  /** What a person says that the cause of a mismatch is. */
  CASE_CLASSIFY: z.strictObject({ case_id: z.string().min(1).max(64), class: z.enum(CASE_CLASSES) }),
  /** Asks the venue again at once, and repairs what can be. */
  CASE_REPAIR: z.strictObject({ case_id: z.string().min(1).max(64) }),
  /** A person saw that it is well: ends a canary, or what escalated. */
  CASE_SIGNOFF: z.strictObject({ case_id: z.string().min(1).max(64) }),
  /** Elevation for minutes: named operations in one scope, with the place where it is written down why. */
  BREAK_GLASS_OPEN: z.strictObject({
    scope,
    ops: z.array(z.enum(GLASS_OP_NAMES)).min(1).max(8),
    ttl_s: z.int().min(10).max(86_400),
    evidence: z.string().min(1).max(256),
  }),
  BREAK_GLASS_APPROVE: z.strictObject({ glass_id: z.string().min(1).max(64) }),
  BREAK_GLASS_CLOSE: z.strictObject({ glass_id: z.string().min(1).max(64) }),
  BREAK_GLASS_REVIEW: z.strictObject({ glass_id: z.string().min(1).max(64), note: z.string().min(8).max(400) }),
  /** A new operator, or one that was revoked, anew. */
  OPERATOR_SET: z.strictObject({
    operator_id: operatorId,
    kind: z.enum(['person', 'service']),
    role: z.enum(ROLES),
    os_user: z
      .string()
      .regex(/^[^\s#:]{1,64}$/, 'a user of this machine')
      .optional(),
    /** Of the verifier that was laid beside the journal: no passphrase, and nothing made of one, is in a command. */
    verifier_sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    /** None is every book. */
    books: z.array(book).max(16).optional(),
    /** µs. */
    expires_ts: z.int().positive().optional(),
  }),
  OPERATOR_ROLE: z.strictObject({ operator_id: operatorId, role: z.enum(ROLES) }),
  /** None is every book. */
  OPERATOR_BOOKS: z.strictObject({ operator_id: operatorId, books: z.array(book).max(16) }),
  /** Lets an operator start with money for a while; 0 ends it. */
  OPERATOR_DUTY: z.strictObject({ operator_id: operatorId, seconds: z.int().min(0).max(DUTY_S_MAX) }),
  OPERATOR_REVOKE: operatorRef,
  /** Failed log-ins are forgotten. */
  OPERATOR_UNLOCK: operatorRef,
  /** A log-in was opened, closed, or failed: the journal keeps it. */
  LOGIN_NOTED: z.strictObject({ operator_id: operatorId, state: z.enum(['OPENED', 'CLOSED', 'FAILED', 'LOCKED']) }),
  FLAG_SET: z.strictObject({
    name: z.string().min(1).max(64),
    stage: z.enum(FLAG_STAGES),
    /** Where the checks of the stage before are recorded. */
    evidence: z.string().min(1).max(256).optional(),
    /** When it goes back to off, µs. */
    expires_ts: z.int().positive().optional(),
  }),
} as const

export type CommandType = keyof typeof COMMANDS
export type CommandPayload<T extends CommandType> = z.infer<(typeof COMMANDS)[T]>

export const COMMAND_STATUSES = [
  'PENDING',
  'ACCEPTED',
  'COMPLETED',
  'FAILED',
  'REJECTED_EXPIRED',
  'REJECTED_DUPLICATE',
  'REJECTED_POLICY',
  'REJECTED_AUTHZ',
  'CANCELED',
] as const
export type CommandStatus = (typeof COMMAND_STATUSES)[number]

/** What a client hands in. */
export interface CommandRequest {
  /** UUIDv7; the same id twice has one effect. */
  readonly id: string
  readonly type: string
  readonly payload: unknown
  /** `human:trader`, `service:cron`, … */
  readonly actor: string
  readonly origin: 'tui' | 'cli' | 'cron' | 'engine'
  readonly reason: string
  /** The typed phrase of a dangerous operation; undefined where none was asked for. */
  readonly confirmation?: string | undefined
  readonly issuedTs: number
  readonly expiresTs: number
}

/** A row of the commands table. */
export interface CommandRow extends CommandRequest {
  readonly status: CommandStatus
  readonly ackTs: number | undefined
  readonly finishedTs: number | undefined
  /** Empty while pending; `OK`, or the first reason code. */
  readonly resultCode: string
  readonly reasonCodes: readonly string[]
  /** One sentence for people. */
  readonly message: string
  /** Plain JSON that a command answers with: an order id, a reconcile result. */
  readonly result: unknown
}

/** Command types that are looked at before all others: stopping, and taking rights away, never wait in a line. */
export const URGENT: ReadonlySet<string> = new Set<CommandType>(['KILL_RAISE', 'MODE_RAISE', 'OPERATOR_REVOKE'])

/** Default life of a command, µs (UGF-B-005). */
export const COMMAND_LIFE_US = 30_000_000
