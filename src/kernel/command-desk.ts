import type { OrderId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import { isTerminal, openLots } from '../orders/order.ts'
import { isLive, quietPhase } from '../risk/quiet-hours.ts'
import type { PlaceRequest } from '../strategy/strategy.ts'
import type { Bot } from './bot.ts'
import { type BotCommandKind, OBEYED_IN } from './bot-state.ts'
import { type Command, type CommandOutcome, MANUAL, obeyed, refused } from './command.ts'
import { told } from './evidence.ts'
import type { Facts } from './judgement.ts'
import type { OrderDesk } from './order-desk.ts'
import { OPERATOR, type SafetyDesk } from './safety-desk.ts'
import type { Scribe } from './scribe.ts'

/** What commands reach. */
export interface CommandHands {
  readonly facts: Facts
  readonly scribe: Scribe
  readonly desk: OrderDesk
  readonly safety: SafetyDesk
  readonly bots: readonly Bot[]
  /** A bot has other parameters: its frames may be others, and the journal says so. */
  paramsChanged(bot: Bot): void
}

type Of<K extends Command['kind']> = Extract<Command, { readonly kind: K }>
type BotCommand = Extract<Command, { readonly kind: Exclude<BotCommandKind, 'BOT_SET_PARAMS'> }>
interface Where {
  readonly botAt: number
  readonly instrumentAt: number
  readonly instrument: Instrument
}

/** Carries out what an operator asks, or refuses it with its reasons; either way the journal has one answer. */
export class CommandDesk {
  readonly #hands: CommandHands

  constructor(hands: CommandHands) {
    this.#hands = hands
  }

  run(command: Command): CommandOutcome {
    const { scribe } = this.#hands
    const { id, actor, reason } = command
    const kind = command.kind === 'NOTED' ? command.command : command.kind
    const outcome = this.#obey(command)
    if (outcome.ok) {
      const cause = scribe.write('command.accepted', { command_id: id, command: kind, actor, reason: told(reason) })
      const detail = told(outcome.detail)
      scribe.write('command.completed', { command_id: id, detail }, undefined, scribe.input, cause)
    } else {
      const [code = 'REFUSED', ...more] = outcome.reasonCodes
      const detail = told([outcome.detail, ...more].join(' '))
      scribe.write('command.rejected', { command_id: id, command: kind, reason_code: code, detail })
    }
    return outcome
  }

  #obey(command: Command): CommandOutcome {
    const { safety } = this.#hands
    switch (command.kind) {
      case 'KILL_RAISE':
        if (!safety.kill(command.scope, command.level, command)) return refused(['ALREADY_AT_LEAST'])
        return obeyed(`${command.scope} ${command.level}`)
      case 'KILL_LOWER':
        if (!safety.lower(command.scope, command.level, command)) return refused(['TRANSITION_FORBIDDEN'])
        return obeyed(`${command.scope} ${command.level}`)
      case 'MODE_RAISE':
        safety.raise(OPERATOR, command.mode, command.reason)
        return obeyed(this.#hands.facts.mode.mode)
      case 'MODE_RELEASE':
        return this.#release(command.failedChecks)
      case 'CANCEL_ALL': {
        const cancelled = safety.cancelAll(command.scope ?? 'global')
        return obeyed(`${cancelled} orders in ${command.scope ?? 'global'}`, { cancelled })
      }
      case 'NOTED':
        return command.outcome
      case 'ORDER_PLACE':
        return this.#place(command)
      case 'ORDER_CANCEL':
        return this.#cancel(command)
      case 'POSITION_CLOSE':
        return this.#close(command)
      case 'BOT_START':
      case 'BOT_PAUSE':
      case 'BOT_RESUME':
      case 'BOT_STOP':
      case 'BOT_FAIL':
      case 'BOT_RELEASE':
      case 'BOT_SET_PARAMS':
        return this.#steer(command)
    }
  }

  #release(failedChecks: readonly string[]): CommandOutcome {
    const { safety, facts, scribe } = this.#hands
    // Nobody releases on proof that nobody can trust, whatever the role (UGF-D-003, rule 10).
    if (facts.limits.guards?.audit !== undefined && facts.guards.state('audit', scribe.now) !== 'OK')
      return refused(
        ['J_POLICY_DENY_FORBIDDEN_OP'],
        'the audit chain is not known to be sound: nothing is released on it',
      )
    const against = safety.release(failedChecks)
    return against.length === 0 ? obeyed(facts.mode.mode) : refused(against)
  }

  // ---- bots -----------------------------------------------------------------------------------------------------

  #steer(command: BotCommand | Of<'BOT_SET_PARAMS'>): CommandOutcome {
    const bot = this.#hands.bots.find(({ config }) => config.id === command.botId)
    if (bot === undefined) return refused(['BOT_UNKNOWN'], `no bot is called ${command.botId}`)
    const { kind, reason } = command
    if (!OBEYED_IN[kind].includes(bot.state)) {
      const detail = `${kind} is for a bot that is ${OBEYED_IN[kind].join(' or ')}, ${bot.config.id} is ${bot.state}`
      return refused(['INVALID_TRANSITION'], detail)
    }
    const isAbsent = bot.config.isAbsent === true && (kind === 'BOT_START' || kind === 'BOT_SET_PARAMS')
    if (isAbsent)
      return refused(['STRATEGY_MISSING'], `${bot.config.id} is not configured: configure it and start again`)
    const level = kind === 'BOT_START' || kind === 'BOT_RESUME' ? this.#hands.safety.keepsOut(bot) : undefined
    const { mode } = this.#hands.facts.mode
    if ((kind === 'BOT_START' || kind === 'BOT_RESUME') && (mode === 'SAFE_MODE' || mode === 'HALTED'))
      return refused([`MODE_${mode}`], `the engine is in ${mode}: release it before a bot goes to work`)
    const { runMode, limits } = this.#hands.facts
    const isQuiet = quietPhase(limits.quietHours, runMode, this.#hands.scribe.now) === 'QUIET'
    if ((kind === 'BOT_START' || kind === 'BOT_RESUME') && isLive(runMode) && isQuiet)
      return refused(['J_POLICY_DENY_QUIET_HOURS'], 'no bot goes to work in the quiet hours of a live account')
    if (level !== undefined)
      return refused([`KILL_${level}`], `${level} stands over all that ${bot.config.id} trades: lower it first`)
    switch (kind) {
      case 'BOT_START':
        bot.begin(reason)
        break
      case 'BOT_PAUSE':
        bot.setState('PAUSED', 'OPERATOR', reason)
        break
      case 'BOT_RESUME':
        bot.setState('RUNNING', 'OPERATOR', reason)
        break
      case 'BOT_STOP':
        bot.setState('STOPPING', 'OPERATOR', reason)
        break
      case 'BOT_FAIL':
        bot.setState('ERROR', 'STALE_HEARTBEAT', reason)
        break
      case 'BOT_RELEASE':
        bot.setState('IDLE', 'OPERATOR', reason)
        break
      case 'BOT_SET_PARAMS': {
        const parsed = bot.config.strategy.params.safeParse(command.params)
        if (!parsed.success) {
          const [{ path, message } = { path: [], message: 'not as the strategy wants it' }] = parsed.error.issues
          return refused(['INVALID_PARAMS'], `${path.map(String).join('.') || 'params'}: ${message}`)
        }
        bot.setParams(parsed.data)
        this.#hands.paramsChanged(bot)
      }
    }
    if (bot.state === 'QUARANTINED') return refused(['STRATEGY_EXCEPTION'], bot.lastError ?? bot.state)
    return obeyed(`${bot.config.id} ${bot.state}`, { state: bot.state })
  }

  // ---- orders ---------------------------------------------------------------------------------------------------

  #place(command: Of<'ORDER_PLACE'>): CommandOutcome {
    const where = this.#where(command)
    if ('ok' in where) return where
    const { side, qty, type, limit, stop, timeInForce, reduceOnly = false } = command
    const wish = { side, qty, type, limit, stop, reduceOnly, ...(timeInForce === undefined ? {} : { timeInForce }) }
    return this.#send(where, { ...wish, reasonCode: reduceOnly ? MANUAL.exit : MANUAL.entry }, command, command.id)
  }

  /** Closes what is held and not being closed already, in orders that the venue takes. */
  #close(command: Of<'POSITION_CLOSE'>): CommandOutcome {
    const where = this.#where(command)
    if ('ok' in where) return where
    const { facts } = this.#hands
    const { botAt, instrumentAt, instrument } = where
    const held = facts.portfolio.botQty(botAt, instrumentAt)
    if (held === 0) return refused(['NO_POSITION'], `${command.botId} holds nothing in ${instrument.id}`)
    const side = held > 0 ? 'sell' : 'buy'
    let rest = Math.abs(held)
    for (const order of facts.orders.working) {
      if (order.botAt !== botAt || order.instrumentAt !== instrumentAt || order.side !== side) continue
      if (order.type === 'MARKET') rest -= openLots(order)
    }
    if (rest <= 0)
      return refused(['ALREADY_CLOSING'], `what ${command.botId} holds in ${instrument.id} is being closed`)
    const orderIds: unknown[] = []
    let last = refused([])
    for (let part = 1; rest > 0; part++) {
      const qty = Math.min(rest, instrument.filters.maxQty)
      const wish = { side, qty, type: 'MARKET', reduceOnly: true, reasonCode: MANUAL.close } as const
      last = this.#send(where, wish, command, part === 1 ? command.id : `${command.id}-${part}`)
      if (!last.ok) break
      orderIds.push(last.result?.['orderId'])
      rest -= qty
    }
    if (orderIds.length === 0) return last
    const left = rest > 0 ? `; ${rest} lots are left: ${last.reasonCodes.join(' ')}` : ''
    return obeyed(`${orderIds.join(' ')} ${side} ${Math.abs(held) - rest}${left}`, { orderIds, left: rest })
  }

  /** Through the gate and, so that the answer is about what left, through the last look too. */
  #send(
    { botAt, instrumentAt }: Where,
    wish: PlaceRequest,
    { reason, role }: Command,
    idempotencyKey: string,
  ): CommandOutcome {
    const { desk, facts } = this.#hands
    const explain = reason === '' ? undefined : told(reason)
    const orderId = desk.place(botAt, instrumentAt, { ...wish, origin: 'operator', role, idempotencyKey, explain })
    if (orderId === undefined) return refused(desk.refusal)
    desk.flush()
    const order = facts.orders.get(orderId)
    if (order === undefined) return obeyed(`${orderId} is known and has ended`, { orderId })
    if (order.state === 'BLOCKED') return refused(desk.refusal)
    return obeyed(`${orderId} ${order.side} ${order.qty} ${order.state}`, {
      orderId,
      state: order.state,
      qty: order.qty,
    })
  }

  #cancel({ orderId: id, role }: Of<'ORDER_CANCEL'>): CommandOutcome {
    const { desk, facts } = this.#hands
    const orderId = id as OrderId
    const order = facts.orders.get(orderId)
    if (order === undefined) return refused(['ORDER_UNKNOWN'], `no order is called ${orderId}`)
    if (isTerminal(order.state) || order.state === 'CANCEL_REQUESTED')
      return refused(['INVALID_TRANSITION'], `${orderId} is ${order.state}`)
    if (!desk.cancelSurely(orderId, MANUAL.cancel, 'operator', role)) return refused(desk.refusal)
    const isAsked = desk.owes(orderId) ? 'asked as soon as the pace of cancels allows' : order.state
    return obeyed(`${orderId} ${isAsked}`, { orderId, state: order.state })
  }

  #where({ botId, instrumentId }: { readonly botId: string; readonly instrumentId: string }): Where | CommandOutcome {
    const { botIds, instruments } = this.#hands.facts
    const botAt = botIds.indexOf(botId)
    if (botAt < 0) return refused(['BOT_UNKNOWN'], `no bot is called ${botId}`)
    const instrumentAt = instruments.findIndex(({ id }) => id === instrumentId)
    const instrument = instruments[instrumentAt]
    if (instrument === undefined) return refused(['INSTRUMENT_UNKNOWN'], `no instrument is called ${instrumentId}`)
    return { botAt, instrumentAt, instrument }
  }
}
