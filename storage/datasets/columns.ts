import type { MarketColumns } from '../../src/market/columns.ts'

export type DatasetKind = MarketColumns['kind']

/** What a column means. `maker` is "the buyer was the maker", so true means that the taker sold. */
export type Role =
  | 'time'
  | 'recv'
  | 'open'
  | 'high'
  | 'low'
  | 'close'
  | 'volume'
  | 'price'
  | 'qty'
  | 'side'
  | 'maker'
  | 'id'
  | 'bid'
  | 'ask'
  | 'bidQty'
  | 'askQty'
  | 'seq'
  | 'firstId'
  | 'finalId'
  | 'prevId'
  | 'snapshotId'
  | 'symbol'

/** Which column of the file has which role, by its place, counted from 0. */
export type Mapping = Readonly<Partial<Record<Role, number>>>

/**
 * Names of each role, best first, compared in lower case with spaces, dots and dashes read as `_`.
 * Where a file has several (a number and a text for the same time), the first in this list counts.
 */
export const ALIASES: Readonly<Record<Role, readonly string[]>> = {
  time: [
    'ts_us',
    'ts_ms',
    'ts_ns',
    'ts_s',
    'ts',
    'event_ts_us',
    'event_ts_ms',
    'event_ts_ns',
    'event_ts',
    'event_time',
    'timestamp_us',
    'timestamp_ms',
    'timestamp_ns',
    'timestamp',
    'unix_timestamp',
    'unix',
    'unix_time',
    'epoch',
    'open_time',
    'opentime',
    'open_ts',
    'start_time',
    'trade_time',
    'transact_time',
    'time_ms',
    'time_us',
    'datetime',
    'date_time',
    'time',
    'date',
    't',
  ],
  recv: [
    'recv_ts_ns',
    'recv_ts_us',
    'recv_ts_ms',
    'recv_ts',
    'recv_time',
    'receive_time',
    'received_at',
    'local_timestamp',
    'local_ts',
  ],
  open: ['open', 'o', 'open_price'],
  high: ['high', 'h', 'high_price'],
  low: ['low', 'l', 'low_price'],
  close: ['close', 'c', 'close_price'],
  volume: ['volume', 'v', 'vol', 'base_volume', 'qty', 'amount'],
  price: ['price', 'p', 'px'],
  qty: ['qty', 'quantity', 'size', 'amount', 'volume', 'q', 'sz'],
  side: ['side', 'taker_side', 'aggressor_side', 'aggressor'],
  maker: ['is_buyer_maker', 'isbuyermaker', 'buyer_maker', 'm'],
  id: ['trade_id', 'tradeid', 'agg_trade_id', 'aggtradeid', 'tid', 'id'],
  bid: ['bid', 'bid_price', 'best_bid', 'best_bid_price', 'bid_px', 'bid_close', 'b'],
  ask: ['ask', 'ask_price', 'best_ask', 'best_ask_price', 'ask_px', 'ask_close', 'a'],
  bidQty: ['bid_qty', 'bid_size', 'bid_amount', 'bid_volume', 'best_bid_qty', 'best_bid_size', 'bid_sz'],
  askQty: ['ask_qty', 'ask_size', 'ask_amount', 'ask_volume', 'best_ask_qty', 'best_ask_size', 'ask_sz'],
  seq: ['seq', 'sequence', 'msg_seq'],
  firstId: ['first_update_id', 'u_first'],
  finalId: ['final_update_id', 'u_final'],
  prevId: ['prev_final_update_id', 'pu'],
  snapshotId: ['last_update_id', 'lastupdateid'],
  symbol: ['symbol', 'instrument', 'instrument_id', 'ticker', 'market', 'pair'],
}

/** Roles a kind cannot do without, and those it can use. `time` or `recv` is needed by all of them. */
export const ROLES: Readonly<
  Record<DatasetKind, { readonly needed: readonly Role[]; readonly used: readonly Role[] }>
> = {
  bars: { needed: ['open', 'high', 'low', 'close'], used: ['volume'] },
  trades: { needed: ['price', 'qty'], used: ['side', 'maker', 'id'] },
  quotes: { needed: ['bid', 'ask'], used: ['bidQty', 'askQty'] },
  book: { needed: ['side', 'price', 'qty'], used: ['seq', 'firstId', 'finalId', 'prevId', 'snapshotId'] },
}

export interface Recognised {
  readonly kind: DatasetKind
  readonly mapping: Mapping
  /** Columns that nothing reads. */
  readonly ignored: readonly string[]
}

/** Bids and asks in a `side` column mean a book; buys and sells mean trades. */
const BOOK_SIDE = /^(bid|ask|bids|asks)$/i

export function normaliseName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s.-]+/g, '_')
}

export interface Hints {
  /** Overrides what the names say: role to column name. */
  readonly columns?: Readonly<Partial<Record<Role, string>>>
  readonly kind?: DatasetKind
  /** First value of a column, for what names alone cannot tell. */
  readonly firstValue?: (column: number) => string | undefined
}

/**
 * Recognises what a file holds by the names of its columns. Bars of quotes (`bid_open` … `ask_close`) count as quotes,
 * of which the closes are read. A file with a price, a quantity and update ids is a book; without ids it is a book
 * if its first side is a bid or an ask, and trades otherwise.
 *
 * @returns undefined when the names are of no kind
 */
export function recogniseColumns(names: readonly string[], hints: Hints = {}): Recognised | undefined {
  const places = new Map<string, number>()
  names.forEach((name, at) => {
    const plain = normaliseName(name)
    if (plain !== '' && !places.has(plain)) places.set(plain, at)
  })
  const place = (role: Role): number | undefined => {
    const named = hints.columns?.[role]
    if (named !== undefined) return places.get(normaliseName(named))
    for (const alias of ALIASES[role]) {
      const at = places.get(alias)
      if (at !== undefined) return at
    }
    return undefined
  }
  if (place('time') === undefined && place('recv') === undefined) return undefined
  const has = (kind: DatasetKind) => ROLES[kind].needed.every((role) => place(role) !== undefined)
  const kind = hints.kind ?? guess()
  if (kind === undefined || !has(kind)) return undefined
  const mapping: Partial<Record<Role, number>> = {}
  const wanted: readonly Role[] = ['time', 'recv', 'symbol', ...ROLES[kind].needed, ...ROLES[kind].used]
  for (const role of wanted) {
    const at = place(role)
    if (at !== undefined) mapping[role] = at
  }
  const read = new Set(Object.values(mapping))
  return { kind, mapping, ignored: names.filter((_, at) => !read.has(at)) }

  function guess(): DatasetKind | undefined {
    if (has('bars')) return 'bars'
    if (has('quotes')) return 'quotes'
    if (has('book')) {
      if ((['firstId', 'finalId', 'snapshotId'] as const).some((role) => place(role) !== undefined)) return 'book'
      const side = place('side')
      if (side !== undefined && BOOK_SIDE.test(hints.firstValue?.(side) ?? '')) return 'book'
    }
    return has('trades') ? 'trades' : undefined
  }
}

/** What was looked for, for an error message. */
export const LOOKED_FOR =
  'a time (ts_ms, timestamp, date …) with open, high, low, close; or price, qty; or bid, ask; or side, price, qty and update ids'
