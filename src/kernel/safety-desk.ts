import type { CommandId } from '../domain/ids.ts'
import { isTerminal, type Order } from '../orders/order.ts'
import type { KillChange, KillLevel, KillScope } from '../risk/kill.ts'
import type { ModeChange, SafetyMode } from '../risk/mode.ts'
import type { Facts } from './judgement.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Scribe } from './scribe.ts'

/** What an operator may ask of a running kernel. The host has checked who asks, and that a challenge was answered. */
export type Command = { readonly id: CommandId; readonly actor: string; readonly reason: string } & (
  | { readonly kind: 'KILL_RAISE' | 'KILL_LOWER'; readonly scope: KillScope; readonly level: KillLevel }
  | { readonly kind: 'MODE_RAISE'; readonly mode: SafetyMode }
  /** `failedChecks`: release checks that are not green, as the host found them. */
  | { readonly kind: 'MODE_RELEASE'; readonly failedChecks: readonly string[] }
  | { readonly kind: 'CANCEL_ALL' }
  | { readonly kind: 'BOT_PAUSE' | 'BOT_RESUME' | 'BOT_STOP'; readonly botId: string }
)

/** How long a flatten may find itself without progress before it says so. */
const STUCK_AFTER_US = 60_000_000

/** Carries out mode changes and kill levels: what they stop, cancel and flatten, and the events that say so. */
export class SafetyDesk {
  readonly #facts: Facts
  readonly #scribe: Scribe
  readonly #desk: OrderDesk
  /** Scopes that are being worked down to nothing, and since when without a fill. */
  readonly #flattening = new Map<KillScope, { sinceTs: number; state: 'WORKING' | 'FLAT' | 'STUCK' }>()

  constructor(facts: Facts, scribe: Scribe, desk: OrderDesk) {
    this.#facts = facts
    this.#scribe = scribe
    this.#desk = desk
  }

  raise(reasonCode: string, mode: SafetyMode, detail: string): void {
    const isNew = !this.#facts.mode.reasons.has(reasonCode)
    const change = this.#facts.mode.raise(reasonCode, mode, this.#scribe.now)
    if (isNew || change)
      this.#scribe.write('safety.reason_raised', { reason_code: reasonCode, mode, detail: detail.slice(0, 500) })
    this.#changed(change)
  }

  clear(reasonCode: string): void {
    if (this.#facts.mode.clear(reasonCode, this.#scribe.now))
      this.#scribe.write('safety.reason_cleared', { reason_code: reasonCode })
  }

  release(failedChecks: readonly string[]): readonly string[] {
    const { mode } = this.#facts
    const from = mode.mode
    const outcome = mode.release(this.#scribe.now, failedChecks)
    if (!('refused' in outcome)) {
      this.#changed(outcome)
      return []
    }
    const to = from === 'HALTED' ? 'SAFE_MODE' : 'NORMAL'
    this.#scribe.write('safety.release_refused', { from, to, reason_codes: [...outcome.refused] })
    return outcome.refused
  }

  /** Raises a kill level. HALT and FLATTEN cancel everything in scope, CLOSE_ONLY what could open; FLATTEN starts closing. */
  kill(scope: KillScope, level: KillLevel, who: { reason: string; actor: string }): boolean {
    const change = this.#facts.kill.raise(scope, level)
    if (!change) return false
    this.#killChanged(change, who)
    this.#cancelInScope(scope, (order) => level !== 'CLOSE_ONLY' || !order.reduceOnly)
    if (level === 'FLATTEN') this.#flattening.set(scope, { sinceTs: this.#scribe.now, state: 'WORKING' })
    if (level === 'HALT') this.#flattening.delete(scope)
    this.workDown()
    return true
  }

  lower(scope: KillScope, level: KillLevel, who: { reason: string; actor: string }): boolean {
    const change = this.#facts.kill.lower(scope, level)
    if (!change) return false
    this.#killChanged(change, who)
    if (level === 'FLATTEN') this.#flattening.set(scope, { sinceTs: this.#scribe.now, state: 'WORKING' })
    else this.#flattening.delete(scope)
    return true
  }

  cancelAll(): number {
    return this.#cancelInScope('global', () => true)
  }

  tick(): void {
    const { mode, portfolio } = this.#facts
    if (mode.mode !== 'NORMAL') this.#changed(mode.tick(this.#scribe.now, !portfolio.isFlat))
    if (this.#flattening.size > 0) this.workDown()
  }

  get isFlattening(): boolean {
    return this.#flattening.size > 0
  }

  /** Keeps a closing order at work for every position in a scope that is being flattened, until nothing is held. */
  workDown(): void {
    for (const [scope, progress] of this.#flattening) {
      const open = this.#holdings(scope)
      if (open.length === 0) {
        if (progress.state !== 'FLAT') this.#progress(scope, progress, 'FLAT', 'no position left in scope')
        continue
      }
      if (progress.state === 'FLAT') this.#progress(scope, progress, 'WORKING', `${open.length} positions to close`)
      for (const { botAt, instrumentAt, qty } of open) this.#close(botAt, instrumentAt, qty)
      if (progress.state === 'WORKING' && this.#scribe.now - progress.sinceTs > STUCK_AFTER_US) {
        this.#progress(scope, progress, 'STUCK', `${open.length} positions still open; closing goes on`)
      }
    }
  }

  #close(botAt: number, instrumentAt: number, qty: number): void {
    const isWorking = this.#facts.orders.working.some(
      (order) => order.origin === 'flatten' && order.botAt === botAt && order.instrumentAt === instrumentAt,
    )
    if (isWorking) return
    this.#desk.place(botAt, instrumentAt, {
      origin: 'flatten',
      side: qty > 0 ? 'sell' : 'buy',
      qty: Math.abs(qty),
      type: 'MARKET',
      reduceOnly: true,
      reasonCode: 'FLATTEN_POSITION',
    })
  }

  #progress(
    scope: KillScope,
    progress: { sinceTs: number; state: string },
    state: 'WORKING' | 'FLAT' | 'STUCK',
    detail: string,
  ): void {
    progress.state = state
    progress.sinceTs = this.#scribe.now
    this.#scribe.write('safety.flatten_progress', { scope, state, detail })
  }

  #holdings(scope: KillScope): { botAt: number; instrumentAt: number; qty: number }[] {
    const { botIds, instruments, portfolio } = this.#facts
    return botIds.flatMap((botId, botAt) =>
      instruments.flatMap(({ id, venueId }, instrumentAt) => {
        const qty = portfolio.botQty(botAt, instrumentAt)
        return qty !== 0 && isInScope(scope, { botId, venueId, instrumentId: id }) ? [{ botAt, instrumentAt, qty }] : []
      }),
    )
  }

  #cancelInScope(scope: KillScope, which: (order: Order) => boolean): number {
    const hit = this.#facts.orders.working.filter(
      (order) =>
        !isTerminal(order.state) &&
        order.origin !== 'flatten' &&
        which(order) &&
        isInScope(scope, { botId: order.botId, venueId: order.instrument.venueId, instrumentId: order.instrument.id }),
    )
    return hit.filter((order) => this.#desk.cancelSurely(order.id, 'KILL_CANCEL', 'operator')).length
  }

  #changed(change: ModeChange | undefined): void {
    if (!change) return
    this.#scribe.write('safety.mode_changed', { from: change.from, to: change.to, reason_code: change.reasonCode })
  }

  #killChanged(change: KillChange, { reason, actor }: { reason: string; actor: string }): void {
    this.#scribe.write('safety.kill_changed', { ...change, reason: reason.slice(0, 500), actor })
  }
}

function isInScope(scope: KillScope, where: { botId: string; venueId: string; instrumentId: string }): boolean {
  if (scope === 'global') return true
  const at = scope.indexOf(':')
  const name = scope.slice(at + 1)
  switch (scope.slice(0, at)) {
    case 'venue':
      return name === where.venueId
    case 'bot':
      return name === where.botId
    default:
      return name === where.instrumentId
  }
}
