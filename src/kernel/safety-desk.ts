import type { OrderId } from '../domain/ids.ts'
import { US_PER_SECOND } from '../domain/time.ts'
import type { Instrument } from '../domain/instrument.ts'
import { isTerminal, type Order } from '../orders/order.ts'
import type { KillChange, KillLevel, KillScope } from '../risk/kill.ts'
import type { GuardChange, GuardNews } from '../risk/guards.ts'
import { type ModeChange, OWN_REASONS, type SafetyMode } from '../risk/mode.ts'
import type { Bot } from './bot.ts'
import { told } from './evidence.ts'
import { Flatten, type FlattenSettings, isInScope, whereOf } from './flatten.ts'
import { FrozenOrders } from './frozen-orders.ts'
import { CONFIG_DRIFT, INPUT_UNKNOWN, InputGrace } from './input-grace.ts'
import type { Facts } from './judgement.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Scribe } from './scribe.ts'

/** How often the cancel of one order is asked for while a kill stands (UGF-0-005). */
const CANCEL_TRIES = 3
/** After these it is asked for once in so long: a kill that did not do what it should keeps trying. */
const CANCEL_AGAIN_US = 30 * US_PER_SECOND

/** A halt of everything is the mode HALTED too: what comes after it is released like any other halt (UGF-0-002). */
const KILL_HALT = 'KILL_HALT'
/** An operator wanted a stricter mode; only a release takes that back. */
export const OPERATOR = 'OPERATOR'
/** A flatten took too long. Once it is done, it is history that a release puts away. */
const FLATTEN_INCOMPLETE = 'FLATTEN_INCOMPLETE'

/** Carries out mode changes and kill levels: what they stop, cancel and flatten, and the events that say so. */
export class SafetyDesk {
  readonly #facts: Facts
  readonly #scribe: Scribe
  readonly #desk: OrderDesk
  readonly #bots: () => readonly Bot[]
  readonly #flatten: Flatten
  readonly #grace: InputGrace
  /** Orders that a kill forbids to rest, and how often their end was asked for. */
  readonly #tries = new Map<OrderId, { readonly count: number; readonly ts: number }>()
  readonly #frozen = new FrozenOrders()

  constructor(
    facts: Facts,
    {
      scribe,
      desk,
      flatten,
      bots,
    }: { scribe: Scribe; desk: OrderDesk; flatten: FlattenSettings; bots: () => readonly Bot[] },
  ) {
    this.#facts = facts
    this.#scribe = scribe
    this.#desk = desk
    this.#bots = bots
    this.#grace = new InputGrace(facts)
    this.#flatten = new Flatten(facts, { scribe, desk, settings: flatten }, (detail) =>
      this.raise(FLATTEN_INCOMPLETE, 'SAFE_MODE', detail),
    )
  }

  /** Takes in what was found of a guarded input. Limits that drifted stop new risk before the next order is refused by them. */
  guard(news: GuardNews): void {
    const { guards } = this.#facts
    const { now } = this.#scribe
    const change = guards.observe(news, now)
    if (change !== undefined) this.#inputChanged(change)
    if (news.guard === 'policy' && news.status === 'BAD')
      this.raise(CONFIG_DRIFT, this.#grace.untrusted(now), news.detail)
    if (news.guard === 'policy' && news.status === 'OK') this.clear(CONFIG_DRIFT)
    if (guards.unknown(now).length === 0) this.clear(INPUT_UNKNOWN)
  }

  /** The gate refused with HALT. What that asks for is answered when the input at hand is through. */
  halted(reasonCode: string): void {
    this.#grace.heed(reasonCode, this.#scribe.now)
  }

  answerHalt(): void {
    const asked = this.#grace.take()
    if (asked !== undefined) this.raise(asked.code, asked.mode, 'the gate halted an order')
  }

  /** Guards that grew too old are told of, and what stays unknown for too long ends new risk. */
  #watchInputs(): void {
    const { now } = this.#scribe
    for (const change of this.#facts.guards.aged(now)) this.#inputChanged(change)
    const asked = this.#grace.tick(now)
    if (asked === undefined) return
    this.raise(asked.code, asked.mode, `nothing is known of ${this.#facts.guards.unknown(now).join(', ')}`)
  }

  #inputChanged({ guard, state, ageUs, detail }: GuardChange): void {
    this.#scribe.write('safety.input_changed', {
      input: guard,
      state,
      age_us: ageUs === undefined ? undefined : Math.round(ageUs),
      detail: told(detail),
    })
  }

  /** Says what a boot does to the mode by itself: it warms up. */
  boot(before: SafetyMode): void {
    const { mode } = this.#facts
    if (!mode.reasons.has('WARMUP')) return
    this.#scribe.write('safety.reason_raised', {
      reason_code: 'WARMUP',
      mode: 'SAFE_MODE',
      detail: 'the engine started',
    })
    if (mode.mode !== before) this.#changed({ from: before, to: mode.mode, reasonCode: 'WARMUP' })
  }

  /** Goes on with the kills of an earlier session: what they forbid is cancelled, what they flatten is worked down. */
  resume(): void {
    const { kill } = this.#facts
    for (const [scope, level] of kill.directives) {
      this.#cancelInScope(scope, (order) => forbids(level, order))
      if (level === 'FLATTEN') this.#flatten.start(scope)
      this.#isolate(scope, level, 'it stood when the engine started')
    }
  }

  raise(reasonCode: string, mode: SafetyMode, detail: string): void {
    const { reasons } = this.#facts.mode
    const before = reasons.get(reasonCode)?.mode
    this.#step(
      () => this.#facts.mode.raise(reasonCode, mode, this.#scribe.now),
      (change) => {
        if (change || reasons.get(reasonCode)?.mode !== before)
          this.#scribe.write('safety.reason_raised', { reason_code: reasonCode, mode, detail: told(detail) })
      },
    )
  }

  clear(reasonCode: string): void {
    if (this.#facts.mode.clear(reasonCode, this.#scribe.now))
      this.#scribe.write('safety.reason_cleared', { reason_code: reasonCode })
  }

  release(failedChecks: readonly string[]): readonly string[] {
    const { mode } = this.#facts
    const from = mode.mode
    const withdrawn = [OPERATOR, ...(this.#flatten.isDone ? [FLATTEN_INCOMPLETE] : [])]
    const stood = withdrawn.filter((code) => mode.reasons.has(code))
    let refused: readonly string[] = []
    this.#step(
      () => {
        const outcome = mode.release(this.#scribe.now, failedChecks, withdrawn)
        if (!('refused' in outcome)) return outcome
        refused = outcome.refused
        return undefined
      },
      (change) => {
        if (change !== undefined)
          for (const code of stood) this.#scribe.write('safety.reason_cleared', { reason_code: code })
      },
    )
    if (refused.length === 0) return refused
    const to = from === 'HALTED' ? 'SAFE_MODE' : 'NORMAL'
    this.#scribe.write('safety.release_refused', { from, to, reason_codes: [...refused] })
    return refused
  }

  /** Raises a kill level. HALT and FLATTEN cancel everything in scope, CLOSE_ONLY what could open; FLATTEN starts closing. */
  kill(scope: KillScope, level: KillLevel, who: KillWords): boolean {
    const change = this.#facts.kill.raise(scope, level)
    if (!change) {
      // It stands: there is only a new time to look at it.
      if (who.reviewTs === undefined || this.#facts.kill.at(scope) !== level) return false
      this.#killChanged({ scope, from: level, to: level }, who)
      return true
    }
    this.#killChanged(change, who)
    this.#tries.clear()
    this.#cancelInScope(scope, (order) => forbids(level, order))
    this.#isolate(scope, level, who.reason)
    if (level === 'FLATTEN') this.#flatten.start(scope)
    if (level === 'HALT') this.#flatten.stop(scope)
    if (scope === 'global' && level === 'HALT') this.raise(KILL_HALT, 'HALTED', who.reason)
    this.#flatten.work()
    return true
  }

  lower(scope: KillScope, level: KillLevel, who: { reason: string; actor: string }): boolean {
    const change = this.#facts.kill.lower(scope, level)
    if (!change) return false
    this.#killChanged(change, who)
    if (scope === 'global') this.#endHalt()
    if (level === 'FLATTEN') this.#flatten.start(scope)
    else this.#flatten.stop(scope)
    return true
  }

  /** Lowering HALT is its release: exits are possible again, and nothing that opens before SAFE_MODE was released too. */
  #endHalt(): void {
    if (!this.#facts.mode.reasons.has(KILL_HALT)) return
    this.clear(KILL_HALT)
    this.#step(() => this.#facts.mode.endHalt(this.#scribe.now))
  }

  /** The level that keeps a bot from work, if one does: FLATTEN or HALT over all that it trades. */
  keepsOut(bot: Bot): KillLevel | undefined {
    const { kill } = this.#facts
    return (['HALT', 'FLATTEN'] as const).find((level) =>
      [...kill.directives].some(([scope, standing]) => standing === level && this.#covers(scope, bot)),
    )
  }

  cancelAll(scope: KillScope): number {
    return this.#cancelInScope(scope, ({ origin }) => origin !== 'flatten')
  }

  /** Asks again for the end of what a kill forbids to rest and the venue would not cancel: a few times at once, then slowly. */
  enforce(): void {
    const { kill, orders, buckets } = this.#facts
    if (kill.strictest === 'NONE' || orders.working.length === 0) return
    const { now } = this.#scribe
    for (const { id, state } of this.#forbidden()) {
      if (state !== 'OPEN' && state !== 'PARTIAL') continue
      const { count, ts } = this.#tries.get(id) ?? { count: 1, ts: now }
      if (buckets.cancels.waitUs(now) > 0 || (count >= CANCEL_TRIES && now - ts < CANCEL_AGAIN_US)) continue
      this.#tries.set(id, { count: count + 1, ts: now })
      this.#desk.cancelSurely(id, 'KILL_CANCEL', 'operator')
    }
  }

  /** Orders that have not ended and that a kill does not let rest. */
  #forbidden(): readonly Order[] {
    const { kill, orders } = this.#facts
    if (kill.strictest === 'NONE') return []
    return orders.working.filter((order) => {
      const { venueId, id } = order.instrument
      return forbids(kill.effective({ venueId, instrumentId: id, botId: order.botId }), order)
    })
  }

  #tellFrozen(): void {
    for (const { order, waitedUs } of this.#frozen.look(this.#forbidden(), this.#scribe.now)) {
      const { id, instrument, state, botId } = order
      const payload = { order_id: id, instrument_id: instrument.id, state, waited_us: waitedUs }
      this.#scribe.write('safety.order_frozen', payload, botId)
    }
  }

  tick(): void {
    const { mode, portfolio } = this.#facts
    if (mode.mode !== 'NORMAL') this.#step(() => mode.tick(this.#scribe.now, !portfolio.isFlat))
    if (this.#flatten.isOn) this.#flatten.work()
    this.#tellFrozen()
  }

  /** The host says that time passed: what has grown old meanwhile. */
  clock(): void {
    this.tick()
    this.#watchInputs()
  }

  get flatten(): Flatten {
    return this.#flatten
  }

  #cancelInScope(scope: KillScope, which: (order: Order) => boolean): number {
    const hit = this.#facts.orders.working.filter(
      (order) => !isTerminal(order.state) && which(order) && isInScope(scope, whereOf(order)),
    )
    return hit.filter((order) => this.#desk.cancelSurely(order.id, 'KILL_CANCEL', 'operator')).length
  }

  /** FLATTEN pauses the bots whose every instrument is in scope, HALT stops them. They come back one by one, by an operator. */
  #isolate(scope: KillScope, level: KillLevel, reason: string): void {
    if (level !== 'FLATTEN' && level !== 'HALT') return
    for (const bot of this.#bots()) {
      if (!this.#covers(scope, bot)) continue
      const isAtWork = bot.state === 'RUNNING' || bot.state === 'WARMING_UP'
      if (level === 'FLATTEN' && isAtWork) bot.setState('PAUSED', 'KILL_FLATTEN', reason)
      if (level === 'HALT' && (isAtWork || bot.state === 'PAUSED')) bot.setState('STOPPING', 'KILL_HALT', reason)
    }
  }

  #covers(scope: KillScope, { config }: Bot): boolean {
    return config.instruments.every((at) => {
      const { id, venueId } = this.#facts.instruments[at] as Instrument
      return isInScope(scope, { botId: config.id, venueId, instrumentId: id })
    })
  }

  /** Lets the machine take a step; writes which of its own reasons came and went with it, and where it led. */
  #step(take: () => ModeChange | undefined, before?: (change: ModeChange | undefined) => void): void {
    const { reasons } = this.#facts.mode
    const stood = OWN_REASONS.filter((code) => reasons.has(code))
    const change = take()
    before?.(change)
    for (const code of OWN_REASONS) {
      const reason = reasons.get(code)
      if (reason !== undefined && !stood.includes(code))
        this.#scribe.write('safety.reason_raised', { reason_code: code, mode: reason.mode, detail: '' })
      if (reason === undefined && stood.includes(code))
        this.#scribe.write('safety.reason_cleared', { reason_code: code })
    }
    if (change) this.#changed(change)
  }

  #changed(change: ModeChange): void {
    this.#scribe.write('safety.mode_changed', { from: change.from, to: change.to, reason_code: change.reasonCode })
    if (change.to === 'HALTED') this.#isolate('global', 'HALT', change.reasonCode)
  }

  #killChanged(change: KillChange, { reason, actor, reviewTs }: KillWords): void {
    const review = reviewTs === undefined ? {} : { review_ts: reviewTs }
    this.#scribe.write('safety.kill_changed', { ...change, reason: told(reason), actor, ...review })
  }
}

/** Who changed a kill level, why, and when somebody has to look at it again. */
interface KillWords {
  readonly reason: string
  readonly actor: string
  readonly reviewTs?: number | undefined
}

/** Whether an order may not rest at a level: HALT none, FLATTEN only what flattens, CLOSE_ONLY only what reduces. */
function forbids(level: KillLevel, { origin, reduceOnly }: Order): boolean {
  if (level === 'HALT') return true
  if (level === 'FLATTEN') return origin !== 'flatten'
  return level === 'CLOSE_ONLY' && !reduceOnly
}
