import type { CommandId } from '../../domain/ids.ts'
import { US_PER_SECOND } from '../../domain/time.ts'
import type { Command, CommandOutcome } from '../../kernel/command.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { CommandRow } from '../command-catalogue.ts'

/** `safe`: bots paused, our orders cancelled, stops kept; `flatten`: as kill FLATTEN, then out; `now`: nothing touched. */
export type StopKind = 'safe' | 'flatten' | 'now'

/** How long orders are waited for, µs of wall time; closing positions may take ten times that. */
const PATIENCE_US = 30 * US_PER_SECOND

export interface StoppingHands {
  kernel(): Kernel
  /** Engine time, µs. */
  now(): number
  /** Engine seconds per wall second. */
  readonly speed: number
  newId(): CommandId
  obey(command: Command): CommandOutcome
  /** Ends the session and the engine. */
  end(detail: string): void
}

/** A stop that was asked for, until everything that it waits for has ended or has had its time. */
export class Stopping {
  readonly #hands: StoppingHands
  #begun: { readonly how: Exclude<StopKind, 'now'>; readonly sinceTs: number } | undefined

  constructor(hands: StoppingHands) {
    this.#hands = hands
  }

  begin(row: Pick<CommandRow, 'actor' | 'reason'> | undefined, how: StopKind): CommandOutcome {
    const hands = this.#hands
    if (how === 'now') {
      hands.end('stopped; nothing was touched')
      return { ok: true, reasonCodes: [], detail: 'stopped; orders and positions stay as they are' }
    }
    this.#begun = { how, sinceTs: hands.now() }
    const who = { id: hands.newId(), actor: row?.actor ?? 'service:engine', reason: row?.reason ?? 'SIGTERM' }
    const { bots, orders } = hands.kernel()
    for (const { config, state } of bots)
      if (isAtWork(state)) hands.obey({ ...who, kind: 'BOT_PAUSE', botId: config.id })
    if (how === 'flatten') hands.obey({ ...who, kind: 'KILL_RAISE', scope: 'global', level: 'FLATTEN' })
    else
      for (const order of orders.working)
        if (!order.reduceOnly) hands.obey({ ...who, kind: 'ORDER_CANCEL', orderId: order.id })
    const detail = how === 'safe' ? 'bots paused, orders being cancelled' : 'flattening, then stopping'
    return { ok: true, reasonCodes: [], detail }
  }

  /** Once a turn: ends when all is done, or when it took too long. */
  look(): void {
    if (this.#begun === undefined) return
    const { how, sinceTs } = this.#begun
    const { orders, portfolio, isFlattened } = this.#hands.kernel()
    const open = how === 'safe' ? orders.working.filter(({ reduceOnly }) => !reduceOnly) : orders.working
    const isDone = open.length === 0 && (how === 'safe' || (portfolio.isFlat && isFlattened))
    const waitedUs = (this.#hands.now() - sinceTs) / this.#hands.speed
    if (!isDone && waitedUs < (how === 'safe' ? PATIENCE_US : 10 * PATIENCE_US)) return
    this.#begun = undefined
    const left = open.map(({ id }) => id).join(' ')
    this.#hands.end(isDone ? 'safe stop' : `stopped with orders that did not end: ${left}`)
  }
}

/** Whether a bot has to be told that the engine stops. */
export function isAtWork(state: string): boolean {
  return state === 'RUNNING' || state === 'WARMING_UP'
}
