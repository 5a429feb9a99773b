import { isIP } from 'node:net'
import { z } from 'zod'
import { US_PER_MS, US_PER_SECOND } from '../domain/time.ts'
import { LIMIT_SCOPE, LIMIT_SCOPE_WORDS, LIVE_LIMITS, type Limits, type ScopedLimit } from '../risk/limits.ts'
import { CHALLENGE_LIFE_S } from './authority/challenge.ts'
import { BOOK_NAME } from './books.ts'
import { isSecretRef } from './secrets/secret-ref.ts'
import { DEFAULT_RESTART_WISH, RESTART_WISHES } from './restart-wish.ts'

/** Whether a host names this machine and nothing else. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

/** Whether the time zone database knows the name. */
function isTimeZone(name: string): boolean {
  // An offset such as +09:00 is understood too, and is no zone: it knows no summer time.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Temporal.ZonedDateTime(0n, name).timeZoneId !== ''
  } catch {
    return false
  }
}

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as "HH:MM", 00:00 to 23:59')
const currency = z.string().regex(/^[A-Z0-9]{2,12}$/, 'a currency code such as "JPY"')
const ids = z.array(z.string().min(1).max(128))

/** Positive, or TOML's `inf` for no limit. */
function unlimited(unit: string) {
  const error = `a number of ${unit} above 0, or inf for no limit`
  return z.union([z.number().positive(), z.literal(Infinity)], { error })
}

const perSecond = z.union([z.int().positive(), z.literal(Infinity)], {
  error: 'a whole number above 0, or inf for no limit',
})

const engine = z.strictObject({
  speed: z.number().positive().max(1_000).default(1).describe('engine seconds per wall second; above 1 only simulated'),
  seed: z.int().nonnegative().default(1).describe('what the simulated venue draws its chances from; a whole number'),
  journal: z
    .enum(['full', 'normal'])
    .default('full')
    .describe('full: on disk before an order leaves; normal: a power cut may cost the last events'),
  reconcile_every_s: z.number().min(10).max(3_600).default(60).describe('seconds between two reconciliations'),
  external_orders: z
    .enum(['keep', 'cancel'])
    .default('keep')
    .describe('keep: an order at the venue that nobody here sent is told of and left alone; cancel: it is cancelled'),
  clock_skew_warn_ms: z.number().positive().default(100).describe('milliseconds off from which a clock is DEGRADED'),
  clock_skew_critical_ms: z
    .number()
    .positive()
    .default(1_000)
    .describe('milliseconds off from which no new risk opens'),
  crash_restarts_max: z
    .int()
    .nonnegative()
    .default(3)
    .describe('cut off so often within ten minutes, a start pauses all bots and stays in SAFE_MODE; 0 is never'),
  confirm_s: z
    .int()
    .min(CHALLENGE_LIFE_S.min)
    .max(CHALLENGE_LIFE_S.max)
    .default(CHALLENGE_LIFE_S.usual)
    .describe('seconds within which a dangerous operation is confirmed, 30 to 120'),
  warm_up_s: z
    .number()
    .min(0)
    .max(3_600)
    .default(0)
    .describe('seconds after a start in which nothing is opened; 120 suits real money, a simulated venue needs none'),
  data_stale_s: z.number().positive().max(3_600).default(10).describe('seconds without data that make a feed stale'),
})

const account = z.strictObject({
  environment: z
    .enum(['dev', 'stg', 'prod'])
    .default('dev')
    .describe('how serious this profile is meant: real money moves only in prod'),
  base_currency: currency.default('JPY').describe('currency of equity, limits and allocations'),
  day_starts: clockTime.default('07:00').describe('"HH:MM" in time_zone at which a trading day begins'),
  time_zone: z
    .string()
    .refine(isTimeZone, 'a name of the time zone database such as "Asia/Tokyo"')
    .default('Asia/Tokyo')
    .describe('zone of day_starts and of quiet hours, by its name in the time zone database'),
})

/** What one part of the account may do. Absent is as the whole account. */
export const SCOPED_LIMIT = z.strictObject({
  order_notional_max: unlimited('base currency').optional(),
  exposure_max: unlimited('base currency').optional(),
  price_deviation_bps_max: unlimited('basis points').optional(),
  market_orders: z.boolean().optional(),
})

/** Settings that a secret may stand in by mistake: what is found there is never repeated. */
export const SECRET_KEYS: ReadonlySet<string> = new Set(['venue.key', 'venue.secret'])

/** Never the secret itself: settings are shown, copied and kept. */
const secretRef = z
  .string()
  .max(512)
  .refine((text) => text === '' || isSecretRef(text), {
    error:
      'a reference to a secret (fileenc://path#field?registry_id=…&scope=…); a secret itself never stands in settings',
  })

const venue = z.strictObject({
  kind: z
    .enum(['simulated', 'gmo', 'ccxt'])
    .default('simulated')
    .describe('who is traded with: the simulated venue, GMO Coin, or an exchange that ccxt speaks to'),
  exchange: z
    .string()
    .regex(/^[a-z0-9]{0,32}$/, 'the id of an exchange as ccxt spells it, such as "binance"')
    .default('')
    .describe('for ccxt: the id of the exchange, such as "binance" or "binanceusdm"'),
  instruments: ids
    .max(32)
    .default([])
    .describe('what is traded there, by the ids that `profinaut venue instruments` lists; simulated has its own'),
  stage: z
    .enum(['forward', 'shadow', 'canary', 'live'])
    .default('shadow')
    .describe(
      'forward: orders are rehearsed with forward_cash, without a key; shadow: with what the account holds; canary: real, one bot on one instrument at a tenth of the limits; live: real',
    ),
  forward_cash: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'an amount such as "1000000"')
    .default('1000000')
    .describe('what stage forward begins with, base currency of the account'),
  key: secretRef.default('').describe('reference to the key, as `profinaut secret add` printed it'),
  secret: secretRef.default('').describe('reference to its secret'),
  practice_url: z
    .union([z.literal(''), z.url({ protocol: /^http$/ })], { error: 'an http address of this machine, or ""' })
    .refine((url) => url === '' || isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, '')), {
      error: 'an address of this machine alone: 127.0.0.1, ::1 or localhost',
    })
    .default('')
    .describe(
      'address of a practice server (`profinaut dev venue gmo`) in place of the real venue; "" is the real one',
    ),
})

const limits = z.strictObject({
  drawdown_pct_max: z.number().positive().max(100).default(10).describe('percent that equity may fall from its peak'),
  day_loss_pct_max: z.number().positive().max(100).default(3).describe('percent of equity that a day may lose'),
  escalate_after_s: unlimited('seconds')
    .default(60)
    .describe('seconds that a broken limit may stay as bad: CLOSE_ONLY, then FLATTEN, then HALT; inf stays CLOSE_ONLY'),
  venues: ids.default([...LIVE_LIMITS.venues]).describe('venues that may be traded; [] is none, ["*"] any'),
  instruments: ids
    .default([...LIVE_LIMITS.instruments])
    .describe('instruments that may be traded; [] is none, ["*"] any'),
  market_orders: z.boolean().default(LIVE_LIMITS.marketOrders).describe('whether orders without a price are allowed'),
  order_notional_max: unlimited('base currency')
    .default(LIVE_LIMITS.orderNotionalMax)
    .describe('largest value of one order, base currency'),
  order_qty_max: z
    .record(z.string().min(1).max(128), unlimited('base units'))
    .default(LIVE_LIMITS.orderQtyMax)
    .describe('largest quantity of one order, base units by instrument, "*" for all others; one in neither is refused'),
  gross_exposure_max: unlimited('base currency')
    .default(LIVE_LIMITS.grossExposureMax)
    .describe('sum of all exposures without sign, base currency, resting orders included'),
  net_exposure_max: unlimited('base currency')
    .default(LIVE_LIMITS.netExposureMax)
    .describe('sum of all exposures with sign, base currency'),
  instrument_exposure_max: unlimited('base currency')
    .default(LIVE_LIMITS.instrumentExposureMax)
    .describe('exposure in one instrument, base currency'),
  venue_exposure_max: unlimited('base currency')
    .default(LIVE_LIMITS.venueExposureMax)
    .describe('exposure at one venue, base currency'),
  leverage_max: unlimited('times').default(LIVE_LIMITS.leverageMax).describe('gross exposure as a multiple of equity'),
  open_orders_max: unlimited('orders').default(LIVE_LIMITS.openOrdersMax).describe('orders that work at once'),
  allocation_multiple_max: unlimited('times')
    .default(LIVE_LIMITS.allocationMultipleMax)
    .describe("a bot's exposure as a multiple of its allocation"),
  price_deviation_bps_max: unlimited('basis points')
    .default(LIVE_LIMITS.priceDeviationBpsMax)
    .describe('basis points that a limit price may be away from the market'),
  price_age_ms_max: unlimited('milliseconds')
    .default(LIVE_LIMITS.priceAgeUsMax / US_PER_MS)
    .describe('milliseconds after which a price is too old for new risk'),
  depth_multiple_min: z
    .number()
    .nonnegative()
    .default(LIVE_LIMITS.depthMultipleMin)
    .describe('visible depth on the side that is taken, as a multiple of the order'),
  intent_ttl_ms: z
    .number()
    .positive()
    .default(LIVE_LIMITS.intentTtlUs / US_PER_MS)
    .describe('milliseconds after which an intent is too old to be judged'),
  orders_per_s_max: perSecond.default(LIVE_LIMITS.orders.burst).describe('orders in any second'),
  cancels_per_s_max: perSecond.default(LIVE_LIMITS.cancels.burst).describe('cancels in any second'),
  amends_per_s_max: perSecond.default(LIVE_LIMITS.amends.burst).describe('amends in any second'),
  strategy_intents_per_s_max: perSecond
    .default(LIVE_LIMITS.strategyIntents.burst)
    .describe('intents of one bot in any second'),
  reserve: z
    .boolean()
    .default(LIVE_LIMITS.reserve)
    .describe('whether cash or margin for the worst case is set aside before an order is sent'),
  market_buffer_bps: z
    .number()
    .nonnegative()
    .default(LIVE_LIMITS.marketBufferBps)
    .describe('basis points by which the reserve of a market order is larger than its value'),
  loss_day_max: unlimited('base currency')
    .default(LIVE_LIMITS.lossDayMax ?? Infinity)
    .describe('what a day may lose before nothing more is opened, at marks, base currency'),
  loss_drawdown_max: unlimited('base currency')
    .default(LIVE_LIMITS.lossDrawdownMax ?? Infinity)
    .describe('what equity may fall from its peak before nothing more is opened, at marks, base currency'),
  quiet_hours: z
    .enum(['live', 'always', 'never'])
    .default('live')
    .describe('when the quiet hours hold, in which nothing is opened: live is canary and live alone'),
  quiet_from: clockTime.default('00:00').describe('"HH:MM" in account.time_zone at which they begin'),
  quiet_to: clockTime.default('06:00').describe('"HH:MM" at which they end; five minutes more only close'),
  scoped: z
    .record(z.string().regex(LIMIT_SCOPE, LIMIT_SCOPE_WORDS), SCOPED_LIMIT)
    .default({})
    .describe(
      'stricter limits of a part of the account, by "venue:…", "instrument:…", "strategy:…" (each of its bots) or "bot:…": order_notional_max, exposure_max, price_deviation_bps_max, market_orders',
    ),
})

const deadman = z.strictObject({
  watchdog_s: z
    .union([z.literal(0), z.number().min(5).max(600)], { error: 'seconds from 5 to 600, or 0 for no watchdog' })
    .default(15)
    .describe('seconds that the engine may be silent before another process orders HALT; 0 is no watchdog'),
  bot_s: z
    .union([z.literal(0), z.number().min(10).max(86_400)], { error: 'seconds from 10 to 86400, or 0 for never' })
    .default(90)
    .describe('seconds without data after which a running bot is stopped and its orders are cancelled; 0 is never'),
  bot_action: z
    .enum(['CLOSE_ONLY', 'FLATTEN', 'HALT'])
    .default('CLOSE_ONLY')
    .describe('what then stands over that bot; CLOSE_ONLY ends by itself when data flows again, the others by hand'),
  operator_h: z
    .number()
    .nonnegative()
    .max(168)
    .default(0)
    .describe(
      'hours without `profinaut deadman ack` after which the account is CLOSE_ONLY, and HALT an hour later; 0 is never',
    ),
})

const approvals = z.strictObject({
  modes: z
    .array(z.enum(['paper', 'canary', 'live']))
    .default(['canary', 'live'])
    .describe('run modes in which orders may have to wait for a person; what lowers risk never waits'),
  limit_share: z
    .number()
    .positive()
    .max(1)
    .default(0.3)
    .describe('share of limits.order_notional_max above which an order waits for a person; 1 is none'),
  first_days: z
    .number()
    .nonnegative()
    .max(365)
    .default(7)
    .describe('days after a bot was first seen in which every order of it waits for a person'),
  required: z.int().min(1).max(2).default(1).describe('persons that have to say yes'),
  solo: z
    .boolean()
    .default(true)
    .describe('whether the same person may say yes twice, ten seconds apart and with the subject typed'),
})

const screen = z.strictObject({
  palette: z
    .enum(['west', 'east', 'cvd', 'mono', 'contrast'])
    .default('west')
    .describe('west: up is green; east: up is red; cvd: up is blue, down is yellow; mono; contrast'),
  colour: z.enum(['auto', 'never', '16', '256', 'true']).default('auto').describe('colours that the terminal is sent'),
  glyphs: z
    .enum(['auto', 'rich', 'safe', 'ascii'])
    .default('auto')
    .describe('characters that lines and charts are made of; auto asks the terminal'),
  motion: z.boolean().default(true).describe('whether progress moves'),
  bell: z.boolean().default(true).describe('whether P0 and P1 alerts ring the terminal bell'),
  lang: z.enum(['en', 'ja']).default('en').describe('language of labels; state words and units stay English'),
})

const time = z.strictObject({
  system: z
    .enum(['live', 'always', 'never'])
    .default('live')
    .describe('when the time service of this machine (chrony, systemd-timesyncd) is asked how far the clock is off'),
  http: z
    .union([z.literal(''), z.url({ protocol: /^https?$/ })], { error: 'an address, or "" for none' })
    .default('')
    .describe('server whose Date header is compared with the clock: whole seconds, for what is far off; "" is none'),
})

const http = z.strictObject({
  enabled: z.boolean().default(false).describe('whether health and metrics are served, read-only, to this machine'),
  host: z
    .string()
    .refine(isLoopback, 'an address of this machine alone: 127.0.0.1, ::1 or localhost')
    .default('127.0.0.1')
    .describe('address that is listened at; only this machine can be let in'),
  port: z.int().min(1_024).max(65_535).default(9_477).describe('port that is listened at'),
})

const log = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('least level that is written'),
  keep_days: z.int().min(1).max(3_650).default(14).describe('days after which a log file is deleted'),
})

const notify = z.strictObject({
  desktop: z.boolean().default(true).describe('whether P0 and P1 alerts are shown on the desktop'),
  quiet_from: clockTime.default('00:00').describe('"HH:MM" in account.time_zone from which P1 does not ring'),
  quiet_to: clockTime.default('06:00').describe('"HH:MM" at which it rings again; equal to quiet_from: never quiet'),
})

/** A decimal amount as exact text, however it was written. */
const amount = z
  .union([z.number(), z.string()], { error: 'an amount above 0, in base currency' })
  .transform(String)
  .refine((text) => /^\d+(\.\d+)?$/.test(text) && Number(text) > 0, 'an amount above 0, in base currency')

export const BotSetting = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'lowercase letters, digits and -, at most 32')
    .describe('name of the bot'),
  strategy: z.string().min(1).max(64).describe('what it runs, as `profinaut strategy list` names it'),
  instruments: ids.min(1).max(8).describe('what it trades; the first is its main one'),
  allocation: amount.describe('what it may trade with, base currency'),
  start: z.boolean().default(false).describe('whether it starts with the engine'),
  on_restart: z
    .enum(RESTART_WISHES)
    .default(DEFAULT_RESTART_WISH)
    .describe('when the engine is started again while it was at work: resume, hold (paused) or flatten'),
  book: z
    .string()
    .regex(BOOK_NAME, 'lowercase letters, digits, _ and -, at most 32')
    .optional()
    .describe('the book that it belongs to, `main` unless told: operators may be held to some'),
  params: z
    .record(z.string().max(64), z.union([z.string().max(256), z.number(), z.boolean()]))
    .default({})
    .describe('parameters of its strategy; what is left out has the default'),
})
export type BotSetting = z.infer<typeof BotSetting>

/** The sections of a configuration file in the order in which they are explained. Names are those of the file. */
export const SECTIONS = { engine, account, venue, limits, approvals, deadman, screen, time, http, log, notify } as const
export type SectionName = keyof typeof SECTIONS

export const Config = z
  .strictObject({
    engine: engine.prefault({}),
    account: account.prefault({}),
    venue: venue.prefault({}),
    limits: limits.prefault({}),
    approvals: approvals.prefault({}),
    deadman: deadman.prefault({}),
    screen: screen.prefault({}),
    time: time.prefault({}),
    http: http.prefault({}),
    log: log.prefault({}),
    notify: notify.prefault({}),
    bot: z.array(BotSetting).max(64).default([]),
  })
  .superRefine(({ engine, venue, bot }, issues) => {
    const wrong = (path: readonly (string | number)[], message: string) =>
      issues.addIssue({ code: 'custom', path: [...path], message })
    if (venue.kind !== 'simulated') {
      if (venue.instruments.length === 0) wrong(['venue', 'instruments'], 'at least one instrument of the venue')
      if (venue.kind === 'ccxt' && venue.exchange === '') wrong(['venue', 'exchange'], 'the id of the exchange')
      if (engine.speed !== 1) wrong(['engine', 'speed'], '1: only the simulated venue has another time')
      if (venue.stage === 'canary') {
        if (venue.instruments.length > 1) wrong(['venue', 'instruments'], 'one: a canary trades one instrument')
        if (bot.length > 1) wrong(['bot'], 'at most one: a canary is one bot')
      }
      if ((venue.key === '') !== (venue.secret === ''))
        wrong(['venue', 'secret'], 'key and secret together, or neither')
    }
    if (engine.clock_skew_warn_ms > engine.clock_skew_critical_ms)
      issues.addIssue({
        code: 'custom',
        path: ['engine', 'clock_skew_warn_ms'],
        message: `at most clock_skew_critical_ms (${engine.clock_skew_critical_ms})`,
      })
    const seen = new Set<string>()
    bot.forEach(({ id }, at) => {
      if (seen.has(id))
        issues.addIssue({ code: 'custom', path: ['bot', at, 'id'], message: `a name that no other bot has` })
      seen.add(id)
    })
  })

/** All settings of a profile, by the names of the file; every number carries its unit in its name or description. */
export type Config = z.output<typeof Config>

/** The gate's limits in its own units; rates are counted over any second. */
export function limitsOf({ limits }: Pick<Config, 'limits'>): Limits {
  const rate = (burst: number) => ({ burst, perUs: US_PER_SECOND })
  return {
    intentTtlUs: limits.intent_ttl_ms * US_PER_MS,
    venues: limits.venues,
    instruments: limits.instruments,
    priceAgeUsMax: limits.price_age_ms_max * US_PER_MS,
    priceDeviationBpsMax: limits.price_deviation_bps_max,
    depthMultipleMin: limits.depth_multiple_min,
    marketOrders: limits.market_orders,
    orderNotionalMax: limits.order_notional_max,
    orderQtyMax: limits.order_qty_max,
    grossExposureMax: limits.gross_exposure_max,
    netExposureMax: limits.net_exposure_max,
    instrumentExposureMax: limits.instrument_exposure_max,
    venueExposureMax: limits.venue_exposure_max,
    leverageMax: limits.leverage_max,
    openOrdersMax: limits.open_orders_max,
    allocationMultipleMax: limits.allocation_multiple_max,
    orders: rate(limits.orders_per_s_max),
    cancels: rate(limits.cancels_per_s_max),
    amends: rate(limits.amends_per_s_max),
    strategyIntents: rate(limits.strategy_intents_per_s_max),
    reserve: limits.reserve,
    marketBufferBps: limits.market_buffer_bps,
    lossDayMax: limits.loss_day_max,
    lossDrawdownMax: limits.loss_drawdown_max,
    ...scopedOf(limits.scoped),
  }
}

function scopedOf(scoped: Config['limits']['scoped']): { readonly scoped?: ScopedLimit[] } {
  const all = Object.entries(scoped).map(([scope, limit]) => ({
    scope,
    ...(limit.order_notional_max !== undefined && { orderNotionalMax: limit.order_notional_max }),
    ...(limit.exposure_max !== undefined && { exposureMax: limit.exposure_max }),
    ...(limit.price_deviation_bps_max !== undefined && { priceDeviationBpsMax: limit.price_deviation_bps_max }),
    ...(limit.market_orders !== undefined && { marketOrders: limit.market_orders }),
  }))
  return all.length === 0 ? {} : { scoped: all }
}
