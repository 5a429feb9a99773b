import { z } from 'zod'
import { formatPrice, formatQty, type Instrument } from '../../domain/instrument.ts'
import type { CommandId } from '../../domain/ids.ts'
import type { Command, CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { OrderRecord } from '../../projection/engine-state.ts'
import { killSeverity } from '../../risk/kill.ts'
import { severity } from '../../risk/mode.ts'
import type { Approval, ApprovalGround } from '../approvals/approval.ts'
import type { Role } from '../authority/roles.ts'
import { ApprovalDesk, type ApprovalTerms } from '../approvals/approval-desk.ts'
import type { ApprovalStore } from '../approvals/approval-store.ts'

/** The gate's word for an order that waits for a person. */
export const APPROVAL_REQUIRED = 'APPROVAL_REQUIRED'

/** What orders that wait need of their engine. */
export interface OrderApprovalHands {
  kernel(): Kernel
  now(): number
  obey(command: Command): CommandOutcome
  order(id: string): OrderRecord | undefined
  record(fact: HostFact): void
  alert(source: string, isOn: boolean, text: string): void
  /** Whether the journal has a command under this id. */
  wasCommanded(id: string): boolean
  /** The role that somebody acts with now. */
  personRole(actor: string): Exclude<Role, 'cron'> | undefined
}

/** Terms of an order as they wait: whole lots and ticks, so that what is sent is what was shown. */
const WaitingOrder = z.strictObject({
  botId: z.string(),
  instrumentId: z.string(),
  side: z.enum(['buy', 'sell']),
  type: z.enum(['MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT']),
  qty: z.number(),
  limit: z.number().optional(),
  stop: z.number().optional(),
  timeInForce: z.enum(['GTC', 'IOC', 'FOK', 'POST_ONLY']),
})
type WaitingOrder = z.infer<typeof WaitingOrder>

/**
 * Orders of bots that a person has to look at: the gate refuses them by name, and here the person is asked. What was approved
 * is placed under the approval's id as the person's own order for that bot, and the whole gate judges it anew.
 */
export class OrderApprovals {
  readonly desk: ApprovalDesk
  readonly #hands: OrderApprovalHands
  #refused: string[] = []

  constructor(store: ApprovalStore, terms: ApprovalTerms, hands: OrderApprovalHands) {
    this.#hands = hands
    this.desk = new ApprovalDesk(store, terms, {
      now: () => hands.now(),
      newId: () => `ap-${store.count() + 1}`,
      ground: ({ payload }) => this.#ground(WaitingOrder.parse(payload)),
      execute: (approval) => this.#place(approval),
      wasExecuted: (id) => hands.wasCommanded(id),
      record: (fact) => hands.record(fact),
      alert: (source, isOn, text) => hands.alert(source, isOn, text),
    })
  }

  /** Hears that the gate refused an order; who is asked is asked with the next {@link look}. */
  refused(orderId: string): void {
    this.#refused.push(orderId)
  }

  look(): void {
    const refused = this.#refused
    this.#refused = []
    for (const id of refused) {
      const order = this.#hands.order(id)
      if (order !== undefined) this.#ask(order)
    }
    this.desk.look()
  }

  #ask(order: OrderRecord): void {
    const { portfolio, instruments } = this.#hands.kernel().facts
    const { botId, instrumentId, side, type, qty, limit, stop, timeInForce } = order
    // What trails is managed by its bot; a person cannot take it over.
    if (type === 'TRAILING_STOP') return
    const at = instruments.findIndex(({ id }) => id === instrumentId)
    const instrument = instruments[at]
    if (instrument === undefined) return
    const price = limit ?? stop ?? this.#middle(at)
    this.desk.ask({
      kind: 'order',
      subject: `${botId} ${instrumentId} ${side}`,
      payload: {
        botId,
        instrumentId,
        side,
        type,
        qty,
        timeInForce,
        ...(limit === undefined ? {} : { limit }),
        ...(stop === undefined ? {} : { stop }),
      } satisfies WaitingOrder,
      summary: summaryOf(order, instrument),
      rules: [APPROVAL_REQUIRED],
      requestedBy: `bot:${botId}`,
      notional: price === undefined ? undefined : Math.abs(portfolio.valueInBase(at, qty, price)),
    })
  }

  #ground({ botId, instrumentId }: WaitingOrder): ApprovalGround {
    const { facts } = this.#hands.kernel()
    const { instruments, botIds, portfolio, market, mode, kill } = facts
    const at = instruments.findIndex(({ id }) => id === instrumentId)
    const botAt = botIds.indexOf(botId)
    const price = at < 0 ? undefined : this.#middle(at)
    const venueId = instruments[at]?.venueId ?? ''
    return {
      price,
      position: at < 0 || botAt < 0 ? 0 : portfolio.botQty(botAt, at),
      isDataOk: price !== undefined && market.feed[at] === 'OK',
      modeRank: severity(mode.mode),
      killRank: killSeverity(kill.effective({ venueId, instrumentId, botId })),
    }
  }

  #middle(at: number): number | undefined {
    const { bid, ask } = this.#hands.kernel().facts.market
    const middle = ((bid[at] as number) + (ask[at] as number)) / 2
    return Number.isFinite(middle) ? middle : undefined
  }

  #place({ id, payload, votes }: Approval): CommandOutcome {
    const { botId, instrumentId, side, type, qty, limit, stop, timeInForce } = WaitingOrder.parse(payload)
    const said = votes.at(-1)
    const role = said === undefined ? undefined : this.#hands.personRole(said.actor)
    return this.#hands.obey({
      id: id as CommandId,
      actor: said?.actor ?? 'human:unknown',
      ...(role === undefined ? {} : { role }),
      reason: said?.reason ?? '',
      kind: 'ORDER_PLACE',
      botId,
      instrumentId,
      side,
      type,
      qty,
      limit,
      stop,
      timeInForce,
    })
  }
}

function summaryOf({ botId, side, type, qty, limit, stop }: OrderRecord, instrument: Instrument): string {
  const price = limit === undefined ? (stop === undefined ? 'at market' : '') : `@ ${formatPrice(instrument, limit)}`
  const trigger = stop === undefined ? '' : `stop ${formatPrice(instrument, stop)}`
  const words = [`${botId}:`, side, formatQty(instrument, qty), instrument.id, type, price, trigger]
  return words.filter((word) => word !== '').join(' ')
}
