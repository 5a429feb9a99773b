import { basename, resolve } from 'node:path'
import { formatDecimal, parseDecimal } from '../../src/domain/decimal.ts'
import { parseMoney, parseRate, RATE_UNIT } from '../../src/domain/money.ts'
import { parseDuration, parseTime, type TimeUs, US_PER_MS } from '../../src/domain/time.ts'
import { type InstrumentSpec, instrumentSpec } from '../../src/kernel/instrument-spec.ts'
import type { FeedSpec, PlanSpec } from '../../src/research/plan-spec.ts'
import { LIVE_LIMITS } from '../../src/risk/limits.ts'
import type { StrategyDefinition } from '../../src/strategy/strategy.ts'
import { parseSlippage } from '../../src/venues/simulated/slippage.ts'
import type { Dataset } from '../../storage/datasets/dataset.ts'
import { EXIT } from '../exit-code.ts'
import { didYouMean } from '../nearest.ts'
import { CommandError } from '../outcome.ts'
import { checkSynthetic, type DataShelf, defaultSyntheticRef, SYNTHETIC_START } from './data-shelf.ts'

/** What the command line says, as commander hands it over. */
export interface BacktestOptions {
  readonly data: readonly string[]
  readonly instrument: readonly string[]
  readonly param: readonly string[]
  readonly limit: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly cash: string
  readonly feeMaker: string
  readonly feeTaker: string
  readonly slippage?: string
  readonly fill: 'next-open' | 'same-close'
  readonly limitFill: 'through' | 'touch'
  readonly limitGap: 'limit' | 'open'
  readonly latency?: string
  readonly queue: 'conservative' | 'proportional' | 'probability'
  readonly participation?: string
  readonly funding?: string
  readonly leverage?: string
  readonly short: boolean
  readonly tick?: string
  readonly lot?: string
  readonly stamp: 'open' | 'close'
  readonly repair: boolean
  readonly seed: string
  readonly periods: string
}

function usage(reasonCode: string, message: string, hint: string): CommandError {
  return new CommandError(EXIT.usage, reasonCode, message, hint)
}

/** Quote currencies that are recognised at the end of a symbol, longest first. */
const QUOTES = ['USDT', 'USDC', 'FDUSD', 'BUSD', 'USD', 'JPY', 'EUR', 'GBP', 'BTC', 'ETH']

/** Builds the plan's description: files are opened and pinned, names and numbers parsed, nothing run yet. */
export async function specOfOptions(
  strategy: StrategyDefinition,
  params: Record<string, unknown>,
  options: BacktestOptions,
  shelf: DataShelf,
): Promise<PlanSpec> {
  const seed = wholeNumber(options.seed, '--seed', 0, Number.MAX_SAFE_INTEGER)
  const from = timeOption(options.from, '--from')
  const to = timeOption(options.to, '--to')
  if (from !== undefined && to !== undefined && from >= to) {
    throw usage('EMPTY_RANGE', `--from ${options.from} is not before --to ${options.to}`, 'swap them')
  }
  const { instruments, feeds, firstTs } = await gather(options, shelf, seed)
  const hasBook = feeds.some(({ kind }) => kind === 'book')
  const hasBars = feeds.some(({ kind }) => kind === 'bars')
  const slippage = options.slippage ?? (hasBars ? '5bps' : 'none')
  if (parseSlippage(slippage) === undefined) {
    throw usage(
      'BAD_SLIPPAGE',
      `'${slippage}' is no slippage model`,
      'one of: none, 5bps, spread:<ticks>, sqrt:<coefficient>',
    )
  }
  return {
    version: 1,
    strategy: { id: strategy.id, version: strategy.version, params },
    bot_id: strategy.id,
    instruments,
    feeds,
    start_ts: Math.max(from ?? 0, firstTs),
    ...(from === undefined ? {} : { from_ts: from }),
    ...(to === undefined ? {} : { to_ts: to }),
    assumptions: {
      market_fill: options.fill,
      limit_fill: options.limitFill,
      limit_gap: options.limitGap,
      in_bar: 'worst-case',
      slippage,
      latency: latency(options.latency ?? (hasBook ? '0,50ms,50ms' : '0')),
      participation: options.participation === undefined ? null : fraction(options.participation, '--participation'),
      queue: options.queue,
      funding: funding(options.funding),
    },
    limits: limits(options.limit),
    cash: cash(options.cash),
    base_currency: instruments[0]?.quote ?? 'USD',
    seed,
    periods_per_year: wholeNumber(options.periods, '--periods', 1, 100_000),
  }
}

interface Source {
  readonly instrument: string | undefined
  readonly ref: string
}

/** `--data [INSTRUMENT=]FILE`; without a name the files belong to the instruments in order, or all to the only one. */
function sources({ data, instrument }: BacktestOptions): readonly Source[] {
  const named = data.map((text): Source => {
    const found = /^([A-Za-z0-9._-]+\/[A-Za-z0-9._-]+)=(.+)$/.exec(text)
    return found ? { instrument: found[1], ref: found[2] as string } : { instrument: undefined, ref: text }
  })
  if (instrument.length <= 1)
    return named.map((source) => ({ ...source, instrument: source.instrument ?? instrument[0] }))
  const anonymous = named.filter((source) => source.instrument === undefined)
  if (anonymous.length > 0 && anonymous.length !== instrument.length) {
    throw usage(
      'AMBIGUOUS_DATA',
      `${instrument.length} instruments and ${anonymous.length} files: it is not clear which belongs to which`,
      'write --data BTC/USDT=file.csv for each',
    )
  }
  let at = 0
  return named.map((source) => ({ ...source, instrument: source.instrument ?? instrument[at++] }))
}

async function gather(
  options: BacktestOptions,
  shelf: DataShelf,
  seed: number,
): Promise<{ instruments: InstrumentSpec[]; feeds: FeedSpec[]; firstTs: number }> {
  const given = sources(options)
  const files = given.filter(({ ref }) => !ref.startsWith('synthetic:'))
  const opened = await shelf.open(files.map(({ ref }) => ref))
  const datasets = new Map(files.map(({ ref }, at) => [ref, opened[at] as Dataset]))
  const all = given.length > 0 ? given : [{ instrument: options.instrument[0], ref: defaultSyntheticRef(seed) }]
  const names: string[] = []
  const groups = new Map<string, Source[]>()
  for (const source of all) {
    const dataset = datasets.get(source.ref)
    const name = source.instrument ?? (dataset === undefined ? 'BTC/USDT' : instrumentName(dataset, given.length === 1))
    if (!groups.has(name)) names.push(name)
    groups.set(name, [...(groups.get(name) ?? []), source])
  }
  const instruments: InstrumentSpec[] = []
  const feeds: FeedSpec[] = []
  names.forEach((name, at) => {
    const group = groups.get(name) as Source[]
    const own = group.flatMap(({ ref }) => datasets.get(ref) ?? [])
    instruments.push(instrumentFor(name, own, options))
    feeds.push(...feedsFor(at, group, datasets, options))
  })
  const starts = all.map(({ ref }) => datasets.get(ref)?.firstTs ?? SYNTHETIC_START)
  return { instruments, feeds, firstTs: Math.max(0, Math.min(...starts)) }
}

function feedsFor(
  at: number,
  group: readonly Source[],
  datasets: ReadonlyMap<string, Dataset>,
  options: BacktestOptions,
): FeedSpec[] {
  const feeds: FeedSpec[] = []
  const own = group.flatMap(({ ref }) => datasets.get(ref) ?? [])
  const isSnapshot = (dataset: Dataset) => dataset.kind === 'book' && dataset.mapping.snapshotId !== undefined
  const snapshots = own.filter(isSnapshot)
  const books = own.filter((dataset) => dataset.kind === 'book' && !isSnapshot(dataset))
  if (snapshots.length > 1 || books.length > 1) {
    throw usage('AMBIGUOUS_DATA', 'an instrument has one file of book changes and one snapshot', 'leave the others out')
  }
  const [snapshot] = snapshots
  for (const dataset of own) {
    if (isSnapshot(dataset) && books.length > 0) continue
    const withSnapshot = dataset.kind === 'book' && snapshot !== undefined && dataset !== snapshot
    feeds.push({
      instrument: at,
      kind: dataset.kind,
      source: {
        type: 'file',
        path: resolve(dataset.path),
        name: dataset.name,
        sha256: dataset.sha256,
        rows: dataset.rowsKept,
        stamp: options.stamp,
        repair: options.repair,
        recv_shift_us: dataset.recvShiftUs,
        ...(withSnapshot ? { snapshot: { path: resolve(snapshot.path), sha256: snapshot.sha256 } } : {}),
      },
    })
  }
  for (const { ref } of group) {
    if (!ref.startsWith('synthetic:')) continue
    const parsed = checkSynthetic(ref)
    if (typeof parsed === 'string')
      throw usage('BAD_REFERENCE', parsed, 'for example synthetic:bars?count=100000&seed=1')
    const kinds = parsed.generator === 'l2' ? (['book', 'trades'] as const) : (['bars'] as const)
    for (const kind of kinds) feeds.push({ instrument: at, kind, source: { type: 'synthetic', ref } })
  }
  return feeds
}

/** A name for what a file holds: its symbol column, the pair in its file name, else the file's own name. */
function instrumentName(dataset: Dataset, isAlone: boolean): string {
  const words = (dataset.symbol ?? basename(dataset.path)).toUpperCase().split(/[^A-Z0-9]+/)
  for (const word of words) {
    const quote = QUOTES.find((candidate) => word.endsWith(candidate) && word.length >= candidate.length + 2)
    if (quote !== undefined && /^[A-Z0-9]{2,12}$/.test(word)) return `${word.slice(0, -quote.length)}/${quote}`
  }
  if (!isAlone) {
    throw usage(
      'INSTRUMENT_UNKNOWN',
      `${dataset.path} does not say what it is of`,
      'name it: --data BTC/USDT=file.csv, or --instrument BTC/USDT',
    )
  }
  return `${(words[0] ?? 'UNIT').slice(0, 12) || 'UNIT'}/USD`
}

function instrumentFor(name: string, datasets: readonly Dataset[], options: BacktestOptions): InstrumentSpec {
  const found = /^([A-Za-z0-9._-]{1,32})\/([A-Za-z0-9._-]{1,32})$/.exec(name)
  if (!found) throw usage('BAD_INSTRUMENT', `'${name}' is no instrument`, 'write BASE/QUOTE, for example BTC/USDT')
  const [, base = '', quote = ''] = found
  const priced = datasets.filter(({ kind }) => kind !== 'book' || datasets.length > 0)
  const digits = (of: (dataset: Dataset) => number, usual: number) =>
    priced.length === 0 ? usual : Math.max(0, ...priced.map(of))
  const tickScale = Math.min(
    10,
    digits(({ priceDecimalsUsed }) => priceDecimalsUsed, 2),
  )
  const lotScale = Math.min(
    18 - tickScale,
    8,
    digits(({ qtyDecimalsUsed }) => qtyDecimalsUsed, 5),
  )
  const leverage = options.leverage === undefined ? 1 : positive(options.leverage, '--leverage', 1_000)
  const isMargin = options.leverage !== undefined || options.short
  return instrumentSpec({
    id: name,
    base,
    quote,
    tick: options.tick === undefined ? formatDecimal({ units: 1n, scale: tickScale }) : step(options.tick, '--tick'),
    lot: options.lot === undefined ? formatDecimal({ units: 1n, scale: lotScale }) : step(options.lot, '--lot'),
    maker_ppb: fee(options.feeMaker, '--fee-maker'),
    taker_ppb: fee(options.feeTaker, '--fee-taker'),
    settlement: isMargin ? 'margin' : 'cash',
    shortable: isMargin,
    max_leverage: leverage,
    // Half of the initial margin: what most venues ask for on their largest tier.
    maintenance_ppb: isMargin ? Math.round((0.5 / leverage) * RATE_UNIT * (leverage > 1 ? 1 : 0)) : 0,
  })
}

// ---- one option each --------------------------------------------------------------------------------------------------

function timeOption(text: string | undefined, flag: string): TimeUs | undefined {
  if (text === undefined) return undefined
  const ts = parseTime(text)
  if (ts === undefined) {
    throw usage(
      'BAD_TIME',
      `${flag} ${text} is no date or time`,
      'write 2024-02-29 (its beginning in UTC) or 2024-02-29T12:00:00Z, always with a zone',
    )
  }
  return ts
}

function wholeNumber(text: string, flag: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least || value > most) {
    throw usage('BAD_NUMBER', `${flag} ${text} is not a whole number from ${least} to ${most}`, 'digits only')
  }
  return value
}

function positive(text: string, flag: string, most: number): number {
  const value = Number(text)
  if (parseDecimal(text) === undefined || !(value >= 1 && value <= most)) {
    throw usage('BAD_NUMBER', `${flag} ${text} is not a number from 1 to ${most}`, 'for example 5')
  }
  return value
}

/** `0.001`, `0.1%` or `10bps`. */
function fraction(text: string, flag: string): number {
  const found = /^(-?\d+(?:\.\d+)?)(%|bps)?$/.exec(text)
  if (!found) throw usage('BAD_NUMBER', `${flag} ${text} is no proportion`, 'write 0.001, 0.1% or 10bps')
  const size = Number(found[1])
  return found[2] === '%' ? size / 100 : found[2] === 'bps' ? size / 10_000 : size
}

function fee(text: string, flag: string): number {
  const rate = parseRate(fraction(text, flag).toFixed(9))
  if (rate === undefined || Math.abs(rate) > RATE_UNIT / 2) {
    throw usage('BAD_FEE', `${flag} ${text} is no fee`, 'write 0.001, 0.1% or 10bps; a rebate is negative')
  }
  return rate
}

function step(text: string, flag: string): string {
  const value = parseDecimal(text)
  if (value === undefined || value.units <= 0n || value.scale > 12) {
    throw usage(
      'BAD_NUMBER',
      `${flag} ${text} is no step`,
      'a positive decimal with at most 12 digits behind the point, for example 0.01',
    )
  }
  return formatDecimal(value)
}

function cash(text: string): string {
  const amount = parseMoney(text)
  if (amount === undefined || amount <= 0n)
    throw usage('BAD_CASH', `--cash ${text} is no amount`, 'a positive number, for example 10000')
  return text
}

/** `ENTRY`, or `FEED,ENTRY,RESPONSE`, each a duration; `~0.5` behind it makes them vary by that spread. */
function latency(text: string): PlanSpec['assumptions']['latency'] {
  const [times = '', spread = '0'] = text.split('~')
  const parts = times.split(',').map((part) => (part === '0' ? 0 : parseDuration(part)))
  const isWhole = parts.every((part) => part !== undefined) && (parts.length === 1 || parts.length === 3)
  if (!isWhole || !(Number(spread) >= 0 && Number(spread) <= 3)) {
    throw usage(
      'BAD_LATENCY',
      `--latency ${text} is none`,
      'write 50ms (orders and answers), or feed,entry,response such as 5ms,50ms,50ms; ~0.5 behind makes it vary',
    )
  }
  const [first = 0, entry = first, response = entry] = parts
  return { feed_us: parts.length === 3 ? first : 0, entry_us: entry, response_us: response, spread: Number(spread) }
}

function funding(text: string | undefined): PlanSpec['assumptions']['funding'] {
  if (text === undefined) return { interval_us: 0, rate: 0 }
  const [rate = '', every = ''] = text.split('/')
  const us = parseDuration(every)
  if (us === undefined || us < US_PER_MS)
    throw usage('BAD_FUNDING', `--funding ${text} is none`, 'write rate/interval, for example 0.01%/8h')
  return { interval_us: us, rate: fraction(rate, '--funding') }
}

/** Limits that are one number or yes/no; the others belong into a policy file. */
function limits(given: readonly string[]): PlanSpec['limits'] {
  const known = Object.entries(LIVE_LIMITS).filter(
    ([, value]) => typeof value === 'number' || typeof value === 'boolean',
  )
  return Object.fromEntries(
    given.map((text) => {
      const [name = '', value = ''] = text.split('=')
      const entry = known.find(([key]) => key === name)
      if (entry === undefined) {
        const names = known.map(([key]) => key)
        throw usage(
          'UNKNOWN_LIMIT',
          `there is no limit '${name}'${didYouMean(name, names)}`,
          `one of: ${names.join(', ')}`,
        )
      }
      if (typeof entry[1] === 'boolean') return [name, value === 'true']
      if (value === 'unlimited') return [name, null]
      if (!(Number(value) >= 0) || value === '')
        throw usage('BAD_NUMBER', `--limit ${text} is no number`, 'write name=number or name=unlimited')
      return [name, Number(value)]
    }),
  )
}
