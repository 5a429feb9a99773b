import { formatPrice, formatQty, type Instrument } from '../../domain/instrument.ts'
import { moneyToNumber } from '../../domain/money.ts'
import { US_PER_DAY, US_PER_HOUR } from '../../domain/time.ts'
import type { KernelEvent, Payload } from '../../events/event.ts'
import type { EngineState, FillRecord, OrderRecord } from '../../projection/engine-state.ts'
import type { FlattenState } from '../../kernel/flatten.ts'
import { Projection } from '../../projection/projection.ts'
import type { DecisionLine, FillRow } from '../link/views.ts'

const LINES_KEPT = 400
const ORDERS_KEPT = 600
const FILLS_KEPT = 1_000
/** Fills of earlier sessions that are counted again at a start. */
export const FILLS_RECALLED = 5_000
const COUNTED_FOR_US = 2 * US_PER_DAY
const QUARTER_US = US_PER_HOUR / 4
/** Orders whose events are kept for an explanation. */
const CHAINS_KEPT = 400

/** What happened lately, as the screens tell it: folded from the same events that the journal gets. */
export class Chronicle {
  readonly #instruments: ReadonlyMap<string, Instrument>
  readonly #projection: Projection
  readonly #orders = new Map<string, OrderRecord>()
  readonly #chains = new Map<string, KernelEvent[]>()
  /** Newest last. */
  readonly lines: DecisionLine[] = []
  readonly fills: FillRow[] = []
  readonly history: { readonly ts: number; readonly from: string; readonly to: string; readonly reasonCode: string }[] =
    []
  readonly flatten = new Map<
    string,
    { readonly scope: string; readonly state: FlattenState; readonly detail: string; readonly ts: number }
  >()
  /** Orders that a kill wants gone and that are still there. */
  readonly frozen = new Set<string>()
  readonly mismatches: {
    readonly id: string
    readonly category: string
    readonly subject: string
    readonly reasonCode: string
    readonly fact: string
    readonly ts: number
  }[] = []
  readonly tail: {
    readonly seq: number
    readonly ts: number
    readonly type: string
    readonly botId: string | undefined
    readonly text: string
  }[] = []
  lastKill: { readonly ts: number; readonly level: string; readonly reason: string } | undefined
  lastReconcile:
    | { readonly ts: number; readonly status: 'OK' | 'MISMATCH' | 'UNKNOWN'; readonly differences: number }
    | undefined
  notice: { readonly ts: number; readonly text: string; readonly severity: 'P0' | 'P1' | 'P2' | 'P3' } | undefined
  fillCount = 0
  decisionCount = 0
  rejects = 0
  /** How many fills each quarter of an hour had, by its start: more than the rows that are kept. */
  readonly #quarters = new Map<number, number>()
  readonly #gate: { readonly ts: number; readonly decision: string }[] = []

  /** @param fills the last ones of earlier sessions, oldest first */
  constructor(instruments: readonly Instrument[], state: EngineState, fills: readonly FillRecord[] = []) {
    this.#instruments = new Map(instruments.map((instrument) => [instrument.id, instrument]))
    this.#projection = new Projection(state)
    for (const order of [...state.ended, ...state.working]) this.#orders.set(order.id, order)
    for (const fill of fills) this.#keepFill(fill)
  }

  /** The books as the events tell them. */
  get state(): EngineState {
    return this.#projection.state
  }

  /** Lately known orders, oldest first. */
  get orders(): Iterable<OrderRecord> {
    return this.#orders.values()
  }

  order(id: string): OrderRecord | undefined {
    return this.#orders.get(id)
  }

  /** Events about an order, from the intent on; empty when it is too long ago. */
  chain(id: string): readonly KernelEvent[] {
    return this.#chains.get(id) ?? []
  }

  /** What the gate said in the last hour. */
  gateCounts(now: number): Record<string, number> {
    while ((this.#gate[0]?.ts ?? now) < now - US_PER_HOUR) this.#gate.shift()
    const counts: Record<string, number> = {}
    for (const { decision } of this.#gate) counts[decision] = (counts[decision] ?? 0) + 1
    return counts
  }

  /** Fills in each of the last 24 hours, oldest first. */
  fillsPerHour(now: number): number[] {
    const hours = Array.from({ length: 24 }, () => 0)
    for (const [ts, count] of this.#quarters) {
      const at = 23 - Math.floor((now - ts) / US_PER_HOUR)
      if (at >= 0 && at < 24) hours[at] = (hours[at] ?? 0) + count
    }
    return hours
  }

  /** How many fills there were since a time of the last two days, to the quarter of an hour. */
  fillsSince(since: number): number {
    let sum = 0
    for (const [ts, count] of this.#quarters) if (ts > since - QUARTER_US) sum += count
    return sum
  }

  apply(event: KernelEvent): void {
    this.#projection.apply(event)
    // What a fill gained is booked by an event that follows it: both are told together.
    const isHalf = event.type === 'fill.recorded' || event.type === 'order.late_event'
    const { orders, fills } = isHalf ? NOTHING : this.#projection.takeChanges()
    for (const order of orders) {
      if (ENDED.has(order.state)) this.frozen.delete(order.id)
      this.#orders.delete(order.id)
      this.#orders.set(order.id, order)
    }
    for (const fill of fills) {
      this.fillCount++
      this.#keepFill(fill)
    }
    this.#trimOrders()
    this.#keepChain(event)
    this.#tell(event)
    keep(this.tail, LINES_KEPT, {
      seq: event.seq,
      ts: event.ts,
      type: event.type,
      botId: event.botId,
      text: summary(event),
    })
  }

  #keepFill(fill: FillRecord): void {
    keep(this.fills, FILLS_KEPT, {
      id: fill.tradeId,
      ts: fill.ts,
      orderId: fill.orderId,
      botId: fill.botId,
      instrumentId: fill.instrumentId,
      side: fill.side,
      price: fill.price,
      qty: fill.qty,
      fee: moneyToNumber(fill.fee),
      liquidity: fill.liquidity,
      realised: moneyToNumber(fill.realised),
      slippageBps: slippage(fill),
    })
    const quarter = Math.floor(fill.ts / QUARTER_US) * QUARTER_US
    this.#quarters.set(quarter, (this.#quarters.get(quarter) ?? 0) + 1)
    for (const ts of this.#quarters.keys()) {
      if (ts >= quarter - COUNTED_FOR_US) break
      this.#quarters.delete(ts)
    }
  }

  #trimOrders(): void {
    for (const [id, { state }] of this.#orders) {
      if (this.#orders.size <= ORDERS_KEPT) return
      if (ENDED.has(state)) this.#orders.delete(id)
    }
  }

  #keepChain(event: KernelEvent): void {
    const id = (event.payload as { order_id?: string }).order_id
    if (id === undefined) return
    const chain = this.#chains.get(id)
    if (chain !== undefined) {
      if (chain.length < 200) chain.push(event)
      return
    }
    this.#chains.set(id, [event])
    if (this.#chains.size > CHAINS_KEPT) this.#chains.delete(this.#chains.keys().next().value ?? '')
  }

  /** One line a decision, in the words of a trader. */
  #tell(event: KernelEvent): void {
    const { ts, seq } = event
    const botId = event.botId ?? ''
    const line = (kind: string, text: string, more: Partial<DecisionLine> = {}) =>
      keep(this.lines, LINES_KEPT, { ts, seq, botId, kind, text, evidence: `#${seq}`, ...more })
    switch (event.type) {
      case 'intent.created': {
        const told = event.payload as Payload<'intent.created'>
        line(told.kind, this.#wish(told), { orderId: told.order_id })
        return
      }
      case 'policy.decided': {
        const told = event.payload as Payload<'policy.decided'>
        this.decisionCount++
        keep(this.#gate, 20_000, { ts, decision: told.decision })
        const at = this.lines.findLastIndex(({ orderId }) => orderId === told.order_id)
        const found = this.lines[at]
        const why =
          told.decision === 'ALLOW' ? undefined : `${told.reason_codes[0] ?? ''} ${numbers(told.inputs)}`.trim()
        if (found !== undefined)
          this.lines[at] = { ...found, gate: told.decision, gateText: why, evidence: told.decision_id }
        return
      }
      case 'fill.recorded': {
        const told = event.payload as Payload<'fill.recorded'>
        const text = `${told.side} ${this.#qty(told.instrument_id, told.qty)} ${told.instrument_id} @ ${this.#price(told.instrument_id, told.price)} ${told.liquidity}`
        line('FILL', text, { orderId: told.order_id, evidence: told.trade_id })
        this.notice = { ts, text: `fill ${botId} ${text}`, severity: 'P3' }
        return
      }
      case 'signal.emitted': {
        const told = event.payload as Payload<'signal.emitted'>
        line('SIGNAL', `${told.name} ${told.strength.toFixed(2)}`)
        return
      }
      case 'intent.discarded': {
        const told = event.payload as Payload<'intent.discarded'>
        line('REFUSED', `${told.reason_code} ${told.detail}`.trim())
        return
      }
      case 'order.rejected': {
        const told = event.payload as Payload<'order.rejected'>
        this.rejects++
        line('REJECT', `${told.order_id} ${told.reason_code} ${told.detail}`.trim(), { orderId: told.order_id })
        return
      }
      case 'ops.bot_state': {
        const told = event.payload as Payload<'ops.bot_state'>
        line('STATE', `${told.state} ${told.reason_code} ${told.detail}`.trim())
        return
      }
      case 'safety.mode_changed': {
        const told = event.payload as Payload<'safety.mode_changed'>
        keep(this.history, 100, { ts, from: told.from, to: told.to, reasonCode: told.reason_code })
        this.notice = {
          ts,
          text: `safety ${told.from} -> ${told.to} ${told.reason_code}`,
          severity: told.to === 'NORMAL' ? 'P3' : 'P1',
        }
        return
      }
      case 'safety.kill_changed': {
        const told = event.payload as Payload<'safety.kill_changed'>
        keep(this.history, 100, {
          ts,
          from: `kill ${told.from}`,
          to: `kill ${told.to}`,
          reasonCode: `${told.scope} by ${told.actor}: ${told.reason}`,
        })
        if (told.to !== 'NONE') this.lastKill = { ts, level: told.to, reason: told.reason }
        // What was told of an earlier flatten is not about this one.
        this.flatten.delete(told.scope)
        this.notice = { ts, text: `kill ${told.scope} ${told.from} -> ${told.to}`, severity: 'P1' }
        return
      }
      case 'safety.order_frozen': {
        const told = event.payload as Payload<'safety.order_frozen'>
        this.frozen.add(told.order_id)
        line('FROZEN', `${told.order_id} is still ${told.state} after ${Math.round(told.waited_us / 1e6)} s`, {
          orderId: told.order_id,
        })
        this.notice = { ts, text: `order ${told.order_id} FROZEN: the venue does not end it`, severity: 'P0' }
        return
      }
      case 'safety.flatten_progress': {
        const told = event.payload as Payload<'safety.flatten_progress'>
        this.flatten.set(told.scope, { scope: told.scope, state: told.state, detail: told.detail, ts })
        return
      }
      case 'reconcile.run': {
        const told = event.payload as Payload<'reconcile.run'>
        this.lastReconcile = { ts, status: told.status, differences: told.differences }
        return
      }
      case 'reconcile.mismatch': {
        const told = event.payload as Payload<'reconcile.mismatch'>
        keep(this.mismatches, 100, {
          id: `${told.reconcile_id}/${told.subject}`,
          category: told.category,
          subject: told.subject,
          reasonCode: told.reason_code,
          fact: numbers(told.evidence),
          ts,
        })
        return
      }
      default:
    }
  }

  #wish(told: Payload<'intent.created'>): string {
    if (told.kind !== 'PLACE') return `${told.order_id} ${told.reason_code}`
    const { instrument_id: id, side = 'buy', qty = 0, order_type: type = '' } = told
    const limit = told.limit ?? told.stop
    const at = limit === undefined ? type.toLowerCase() : `@ ${this.#price(id, limit)}`
    const post = told.time_in_force === 'POST_ONLY' ? ' post-only' : ''
    return `${side} ${this.#qty(id, qty)} ${id} ${at}${post}`
  }

  #price(id: string, ticks: number): string {
    const instrument = this.#instruments.get(id)
    return instrument === undefined
      ? String(ticks)
      : formatPrice(instrument, ticks as Parameters<typeof formatPrice>[1])
  }

  #qty(id: string, lots: number): string {
    const instrument = this.#instruments.get(id)
    return instrument === undefined ? String(lots) : formatQty(instrument, lots as Parameters<typeof formatQty>[1])
  }
}

const NOTHING = { orders: [], fills: [] } as const

const ENDED: ReadonlySet<string> = new Set(['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'BLOCKED'])

/** Whether an order of this state has ended. */
export function hasEnded(state: string): boolean {
  return ENDED.has(state)
}

/** Fill against the price when it was decided, in basis points; positive is worse for us. */
export function slippage(fill: {
  side: 'buy' | 'sell'
  price: number
  arrivalPrice: number | undefined
}): number | undefined {
  const { arrivalPrice } = fill
  if (arrivalPrice === undefined || arrivalPrice === 0) return undefined
  return ((fill.side === 'buy' ? 1 : -1) * (fill.price - arrivalPrice) * 10_000) / arrivalPrice
}

function keep<T>(list: T[], most: number, item: T): void {
  list.push(item)
  // In blocks: a shift for every event would move the whole list every time.
  if (list.length > most + 64) list.splice(0, list.length - most)
}

function numbers(evidence: Readonly<Record<string, unknown>> | undefined): string {
  if (evidence === undefined) return ''
  const said = Object.entries(evidence).slice(0, 4)
  return said
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(8)) : String(value)}`)
    .join('  ')
}

/** An event in one line, for the journal's tail. */
function summary({ type, payload }: KernelEvent): string {
  const told = payload as Record<string, unknown>
  const shown: string[] = []
  for (const [name, value] of Object.entries(told)) {
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    if (!isScalar || name === 'instrument_id') continue
    shown.push(`${name}=${String(value).slice(0, 40)}`)
    if (shown.length === 5) break
  }
  return `${type} ${shown.join(' ')}`
}
