import { assert } from '../../domain/brand.ts'
import { commandId, type InstrumentId } from '../../domain/ids.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { US_PER_HOUR, US_PER_MINUTE } from '../../domain/time.ts'
import { type BotState, OBEYED_IN } from '../../kernel/bot-state.ts'
import type { Command, CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import { type KillLevel, type KillScope, killSeverity } from '../../risk/kill.ts'
import type { Authority } from '../authority/authority.ts'
import type { GlassDesk } from '../authority/glass-desk.ts'
import type { LadderDesk } from '../live/ladder-desk.ts'
import type { LiveDesk } from '../live/live-desk.ts'
import type { OperatorDesk, OperatorWish } from '../authority/operator-desk.ts'
import type { CaseDesk } from '../reconcile-cases/case-desk.ts'
import {
  COMMANDS,
  type CommandPayload,
  type CommandRow,
  type CommandStatus,
  type CommandType,
} from '../command-catalogue.ts'
import type { CommandAnswer, CommandQueue, SessionWriter } from '../ports.ts'
import { readRow } from './foreign-row.ts'
import { againstSuppressing } from './interlock-desk.ts'
import { MANUAL_BOT } from './manual-strategy.ts'

/** What the intake asks of its engine: the kernel's answers, and the acts that are the host's own. */
export interface IntakeHands {
  obey(command: Command): CommandOutcome
  readonly instruments: readonly Instrument[]
  /** Release checks that are not green. */
  failedChecks(): readonly string[]
  /** What is sure to stand against a release. */
  releaseObstacles(): readonly string[]
  /** undefined for a bot that is not there. */
  botState(botId: string): BotState | undefined
  /** The level that stands for a scope, when every way to raise it has been heard. */
  killAt(scope: string): KillLevel
  register(payload: CommandPayload<'BOT_REGISTER'>): CommandOutcome
  allocate(payload: CommandPayload<'BOT_SET_ALLOCATION'>): CommandOutcome
  /** Answers later, through {@link Intake.finish}. */
  reconcile(row: CommandRow, payload: CommandPayload<'RECONCILE_RUN'>): void
  /** Has the journal keep a command that no kernel was asked about, with its answer. */
  note(row: Pick<CommandRow, 'id' | 'actor' | 'reason' | 'type'>, outcome: CommandOutcome): void
  stop(row: CommandRow, how: CommandPayload<'ENGINE_STOP'>['how']): CommandOutcome
  fault(payload: CommandPayload<'VENUE_FAULT'>): CommandOutcome
  acknowledge(alertId: string): boolean
  operatorSeen(): void
  explain(payload: CommandPayload<'GATE_EXPLAIN'>): CommandOutcome
  killLowered(): void
  suppress(payload: CommandPayload<'INTERLOCK_SUPPRESS'>): CommandOutcome
  vote(row: CommandRow, payload: CommandPayload<'APPROVAL_VOTE'>): CommandOutcome
  cancelApproval(row: CommandRow, payload: CommandPayload<'APPROVAL_CANCEL'>): CommandOutcome
  addStanding(row: CommandRow, payload: CommandPayload<'APPROVAL_STANDING_ADD'>): CommandOutcome
  revokeStanding(payload: CommandPayload<'APPROVAL_STANDING_REVOKE'>): CommandOutcome
  /** Engine time, µs. */
  now(): number
  readonly glass: GlassDesk
  readonly cases: CaseDesk
  readonly live: LiveDesk
  readonly ladder: LadderDesk
  readonly operators: OperatorDesk
  /** Has the journal keep a fact of the host's. */
  record(fact: HostFact): void
  againstLimit(payload: CommandPayload<'LIMIT_SET'>): CommandOutcome | undefined
  setLimit(row: CommandRow, payload: CommandPayload<'LIMIT_SET'>): CommandOutcome
  againstConfig(): CommandOutcome | undefined
  applyConfig(row: CommandRow): CommandOutcome
}

/** No wish lies in wait for longer, whatever it says of itself (UGF-B-005). */
const LIFE_MAX_US = 24 * US_PER_HOUR

/**
 * Takes commands out of the queue, each at most once, stops before everything else, and writes one terminal answer for each
 * in the same transaction as the events that it caused (UGF-B-005).
 */
export class Intake {
  readonly #queue: CommandQueue
  readonly #writer: () => SessionWriter
  readonly #hands: IntakeHands
  readonly #authority: Authority
  /** Accepted, and not finished yet. */
  readonly #open = new Set<string>()
  taken = 0
  /** Whether the kernel was asked about the command at hand. */
  #isTold = false
  /** What the journal is told about: the command at hand, or the wish that it confirms. */
  #wish: Pick<CommandRow, 'id' | 'actor' | 'reason' | 'type'> | undefined

  constructor(authority: Authority, queue: CommandQueue, writer: () => SessionWriter, hands: IntakeHands) {
    this.#queue = queue
    this.#writer = writer
    this.#hands = hands
    this.#authority = authority
  }

  get open(): number {
    return this.#open.size
  }

  /**
   * @param wallTs commands expire by the clock on the wall, where they were issued
   */
  look(wallTs: number): void {
    for (const handed of this.#queue.pending()) {
      if (this.#open.has(handed.id)) continue
      const { row, fault } = readRow(handed)
      this.taken++
      this.#isTold = false
      this.#wish = isKnown(row.type) ? row : { ...row, type: 'UNKNOWN' }
      const answer =
        fault === undefined ? this.#take(row, wallTs) : answerOf(handed.id, refusal('ROW_INVALID', fault), wallTs)
      if (answer === undefined) continue
      if (!this.#isTold && answer.status !== 'ACCEPTED') this.#hands.note(this.#wish, outcomeOf(answer))
      this.#writer().answer(answer)
    }
  }

  /** Ends a command that took longer than one step. */
  finish(
    row: Pick<CommandRow, 'id' | 'actor' | 'reason' | 'type'>,
    outcome: CommandOutcome,
    wallTs: number,
    status?: CommandStatus,
  ): void {
    this.#open.delete(row.id)
    this.#hands.note(row, outcome)
    this.#writer().answer(answerOf(row.id, outcome, wallTs, status))
  }

  #take(row: CommandRow, wallTs: number): CommandAnswer | undefined {
    const { id, type } = row
    if (wallTs > Math.min(row.expiresTs, row.issuedTs + LIFE_MAX_US)) {
      const late = { ok: false, reasonCodes: ['EXPIRED'], detail: 'it was issued too long ago to be carried out now' }
      return answerOf(id, late, wallTs, 'REJECTED_EXPIRED')
    }
    if (!isKnown(type)) {
      const detail = `there is no command '${type}'`
      return answerOf(id, { ok: false, reasonCodes: ['UNSUPPORTED_COMMAND'], detail }, wallTs, 'REJECTED_POLICY')
    }
    const read = COMMANDS[type].safeParse(row.payload)
    if (!read.success) {
      const [issue] = read.error.issues
      const detail = `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'cannot be read'}`.trim()
      return answerOf(id, { ok: false, reasonCodes: ['PAYLOAD_INVALID'], detail }, wallTs, 'REJECTED_POLICY')
    }
    const admission = this.#authority.admit(row, read.data, () => this.#against(row, type, read.data))
    if (!admission.ok) return answerOf(id, admission.outcome, wallTs, admission.status)
    if (type === 'CONFIRM') return this.#confirm(row, read.data as CommandPayload<'CONFIRM'>, wallTs)
    return this.#answer(row, type, read.data, wallTs)
  }

  /** What is sure to refuse a wish that asks for a confirmation: nobody confirms what cannot be. */
  #against(row: CommandRow, type: CommandType, payload: unknown): CommandOutcome | undefined {
    const hands = this.#hands
    switch (type) {
      case 'KILL_LOWER': {
        const { scope, level } = payload as CommandPayload<'KILL_LOWER'>
        const from = hands.killAt(scope)
        const open = this.#againstLowering(scope)
        if (open !== undefined) return open
        return killSeverity(level) === killSeverity(from) - 1
          ? undefined
          : refusal('TRANSITION_FORBIDDEN', `${scope} is at ${from}: ${level} is not one step milder`)
      }
      case 'MODE_RELEASE': {
        const obstacles = hands.releaseObstacles()
        if (obstacles.length === 0) return undefined
        // The journal has the refusal as the mode machine tells it: with a failed check it cannot be anything else.
        const who = { id: commandId(row.id), actor: row.actor, reason: row.reason }
        const outcome = this.#tell({ ...who, kind: 'MODE_RELEASE', failedChecks: obstacles })
        assert(!outcome.ok, 'a release with failed checks is refused')
        return { ...outcome, reasonCodes: [...new Set(outcome.reasonCodes)] }
      }
      case 'BOT_RELEASE': {
        const { bot_id: botId } = payload as CommandPayload<'BOT_RELEASE'>
        const state = hands.botState(botId)
        if (state === undefined) return refusal('BOT_UNKNOWN', `no bot is called ${botId}`)
        const from = OBEYED_IN.BOT_RELEASE
        return from.includes(state)
          ? undefined
          : refusal('INVALID_TRANSITION', `BOT_RELEASE is for a bot that is ${from.join(' or ')}, ${botId} is ${state}`)
      }
      case 'INTERLOCK_SUPPRESS':
        return againstSuppressing((payload as CommandPayload<'INTERLOCK_SUPPRESS'>).interlock)
      case 'CONFIG_APPLY':
        return hands.againstConfig()
      case 'LIVE_ARM':
        return hands.live.against()
      case 'STAGE_PROMOTE':
        return hands.ladder.against(payload as CommandPayload<'STAGE_PROMOTE'>, row)
      case 'CASE_SIGNOFF':
        return hands.cases.againstSigning(payload as CommandPayload<'CASE_SIGNOFF'>)
      case 'BREAK_GLASS_OPEN':
        return hands.glass.against(payload as CommandPayload<'BREAK_GLASS_OPEN'>)
      case 'OPERATOR_SET':
      case 'OPERATOR_ROLE':
      case 'OPERATOR_BOOKS':
      case 'OPERATOR_DUTY':
      case 'OPERATOR_UNLOCK':
        return hands.operators.against({ type, payload } as OperatorWish)
      case 'LIMIT_SET':
        return hands.againstLimit(payload as CommandPayload<'LIMIT_SET'>)
      default:
        return undefined
    }
  }

  /** Carries the wish out that a challenge stands for, under the id of its confirmation and with the reason that was given for it. */
  #confirm(row: CommandRow, payload: CommandPayload<'CONFIRM'>, wallTs: number): CommandAnswer | undefined {
    const confirmed = this.#authority.confirm(row, payload)
    if (!confirmed.ok) return answerOf(row.id, confirmed.outcome, wallTs, confirmed.status)
    const { operation, reason } = confirmed.challenge
    const type = operation as CommandType
    const wish = COMMANDS[type].safeParse(confirmed.challenge.payload)
    assert(wish.success, 'what was confirmed reads as it did when it was asked')
    const asked = { ...row, type, reason }
    this.#wish = asked
    return this.#answer(asked, type, wish.data, wallTs)
  }

  #answer(row: CommandRow, type: CommandType, payload: unknown, wallTs: number): CommandAnswer | undefined {
    const { id } = row
    const outcome = this.#carryOut(row, type, payload)
    if (outcome === undefined) {
      this.#open.add(id)
      return { ...answerOf(id, { ok: true, reasonCodes: [], detail: 'under way' }, wallTs), status: 'ACCEPTED' }
    }
    return answerOf(id, outcome, wallTs)
  }

  /** Asks the kernel, which writes its answer itself. */
  #tell(command: Command): CommandOutcome {
    this.#isTold = true
    return this.#hands.obey(command)
  }

  /** @returns undefined when the answer comes later */
  #carryOut(row: CommandRow, type: CommandType, payload: unknown): CommandOutcome | undefined {
    const hands = this.#hands
    const role = this.#authority.personRole(row.actor)
    const who = { id: commandId(row.id), actor: row.actor, reason: row.reason, ...(role === undefined ? {} : { role }) }
    switch (type) {
      case 'BOT_START':
      case 'BOT_PAUSE':
      case 'BOT_RESUME':
      case 'BOT_STOP':
      case 'BOT_RELEASE': {
        const { bot_id: botId } = payload as CommandPayload<'BOT_START'>
        return this.#tell({ ...who, kind: type, botId })
      }
      case 'BOT_SET_PARAMS': {
        const { bot_id: botId, params } = payload as CommandPayload<'BOT_SET_PARAMS'>
        return this.#tell({ ...who, kind: type, botId, params })
      }
      case 'BOT_REGISTER':
        return hands.register(payload as CommandPayload<'BOT_REGISTER'>)
      case 'BOT_SET_ALLOCATION':
        return hands.allocate(payload as CommandPayload<'BOT_SET_ALLOCATION'>)
      case 'ORDER_PLACE':
        return this.#place(who, payload as CommandPayload<'ORDER_PLACE'>)
      case 'ORDER_CANCEL': {
        const { order_id: orderId } = payload as CommandPayload<'ORDER_CANCEL'>
        return this.#tell({ ...who, kind: type, orderId })
      }
      case 'CANCEL_ALL': {
        const { scope } = payload as CommandPayload<'CANCEL_ALL'>
        return this.#tell({ ...who, kind: type, ...(scope === undefined ? {} : { scope: scope as KillScope }) })
      }
      case 'POSITION_CLOSE': {
        const { instrument_id: instrumentId, bot_id: botId = MANUAL_BOT } = payload as CommandPayload<'POSITION_CLOSE'>
        return this.#tell({ ...who, kind: type, botId, instrumentId })
      }
      case 'KILL_RAISE':
        return this.#kill(row, who, payload as CommandPayload<'KILL_RAISE'>)
      case 'KILL_LOWER': {
        const { scope, level } = payload as CommandPayload<'KILL_LOWER'>
        const open = this.#againstLowering(scope)
        if (open !== undefined) return open
        const outcome = this.#tell({ ...who, kind: type, scope: scope as KillScope, level })
        if (outcome.ok) hands.killLowered()
        return outcome
      }
      case 'MODE_RAISE':
        return this.#tell({ ...who, kind: type, mode: (payload as CommandPayload<'MODE_RAISE'>).mode })
      case 'MODE_RELEASE':
        return this.#tell({ ...who, kind: type, failedChecks: hands.failedChecks() })
      case 'RECONCILE_RUN':
        hands.reconcile(row, payload as CommandPayload<'RECONCILE_RUN'>)
        return undefined
      case 'ALERT_ACK': {
        const found = hands.acknowledge((payload as CommandPayload<'ALERT_ACK'>).alert_id)
        return found ? done('acknowledged') : refusal('ALERT_UNKNOWN', 'no open alert has that id')
      }
      case 'INTERLOCK_SUPPRESS':
        return hands.suppress(payload as CommandPayload<'INTERLOCK_SUPPRESS'>)
      case 'APPROVAL_VOTE':
        return hands.vote(row, payload as CommandPayload<'APPROVAL_VOTE'>)
      case 'APPROVAL_CANCEL':
        return hands.cancelApproval(row, payload as CommandPayload<'APPROVAL_CANCEL'>)
      case 'APPROVAL_STANDING_ADD':
        return hands.addStanding(row, payload as CommandPayload<'APPROVAL_STANDING_ADD'>)
      case 'APPROVAL_STANDING_REVOKE':
        return hands.revokeStanding(payload as CommandPayload<'APPROVAL_STANDING_REVOKE'>)
      case 'GATE_EXPLAIN':
        return hands.explain(payload as CommandPayload<'GATE_EXPLAIN'>)
      case 'DEADMAN_ACK':
        hands.operatorSeen()
        return done('the operator is there')
      case 'ENGINE_STOP': {
        const { how } = payload as CommandPayload<'ENGINE_STOP'>
        // At once is at once: the journal is closed when it is done.
        if (how === 'now') hands.note(row, done('stopping now'))
        this.#isTold = how === 'now'
        return hands.stop(row, how)
      }
      case 'VENUE_FAULT':
        return hands.fault(payload as CommandPayload<'VENUE_FAULT'>)
      case 'FLAG_SET':
        return this.#authority.setFlag(row, payload as CommandPayload<'FLAG_SET'>)
      case 'TIME_NOTE': {
        const { text, from_ts, to_ts } = payload as CommandPayload<'TIME_NOTE'>
        if (to_ts < from_ts) return refusal('WINDOW_INVALID', 'the window ends before it begins')
        hands.record({ type: 'ops.noted', payload: { actor: row.actor, text, from_ts, to_ts } })
        return done('noted')
      }
      case 'EXPORT_NOTED': {
        const { sha256, ...told } = payload as CommandPayload<'EXPORT_NOTED'>
        hands.record({ type: 'ops.export_made', payload: { ...told, export_sha256: sha256, actor: row.actor } })
        return done('the journal has it')
      }
      case 'CONFIG_APPLY':
        return hands.applyConfig(row)
      case 'LIVE_ARM':
        return hands.live.arm(payload as CommandPayload<'LIVE_ARM'>, row)
      case 'LIVE_DISARM':
        return hands.live.disarm(row)
      case 'STAGE_PROMOTE':
        return hands.ladder.promote(payload as CommandPayload<'STAGE_PROMOTE'>, row)
      case 'STAGE_DEMOTE':
        return hands.ladder.demote(payload as CommandPayload<'STAGE_DEMOTE'>, row)
      case 'CASE_CLASSIFY':
        return hands.cases.classify(payload as CommandPayload<'CASE_CLASSIFY'>, row)
      case 'CASE_REPAIR':
        return hands.cases.repair(payload as CommandPayload<'CASE_REPAIR'>, row)
      case 'CASE_SIGNOFF':
        return hands.cases.sign(payload as CommandPayload<'CASE_SIGNOFF'>, row)
      case 'BREAK_GLASS_OPEN':
        return hands.glass.open(payload as CommandPayload<'BREAK_GLASS_OPEN'>, row)
      case 'BREAK_GLASS_APPROVE':
        return hands.glass.approve(payload as CommandPayload<'BREAK_GLASS_APPROVE'>, row)
      case 'BREAK_GLASS_CLOSE':
        return hands.glass.close(payload as CommandPayload<'BREAK_GLASS_CLOSE'>, row)
      case 'BREAK_GLASS_REVIEW':
        return hands.glass.review(payload as CommandPayload<'BREAK_GLASS_REVIEW'>, row)
      case 'OPERATOR_SET':
      case 'OPERATOR_ROLE':
      case 'OPERATOR_BOOKS':
      case 'OPERATOR_DUTY':
      case 'OPERATOR_REVOKE':
      case 'OPERATOR_UNLOCK':
        return hands.operators.change({ type, payload } as OperatorWish, row)
      case 'LOGIN_NOTED': {
        const { operator_id, state } = payload as CommandPayload<'LOGIN_NOTED'>
        hands.record({ type: 'login.changed', payload: { operator_id, state, actor: row.actor } })
        return done('the journal has it')
      }
      case 'LIMIT_SET':
        return hands.setLimit(row, payload as CommandPayload<'LIMIT_SET'>)
      case 'CONFIRM':
        throw new Error('a confirmation stands for another wish, never for itself')
    }
  }

  /** Nothing is loosened where our books are not proven right again (UGF-0-010). */
  #againstLowering(scope: string): CommandOutcome | undefined {
    const one = this.#hands.cases.holding(scope)
    return (
      one && refusal('CASE_OPEN', `${one.id} of ${one.scope} is ${one.state}: profinaut reconcile case show ${one.id}`)
    )
  }

  /** Every level passes here: a FLATTEN was confirmed by the phrase that names what it closes (UGF-0-005). */
  #kill(
    row: CommandRow,
    who: Pick<Command, 'id' | 'actor' | 'reason' | 'role'>,
    payload: CommandPayload<'KILL_RAISE'>,
  ): CommandOutcome {
    const { scope, level, review_minutes: minutes } = payload
    if (row.reason.trim().length < 4)
      return refusal('REASON_MISSING', 'a kill is raised with a reason of at least 4 characters')
    // A screen raises the shared word or the file first: what stands already is done.
    const [stands, wanted] = [killSeverity(this.#hands.killAt(scope)), killSeverity(level)]
    if (stands > wanted || (stands === wanted && minutes === undefined)) return done(`${scope} ${level} stands already`)
    const review = minutes === undefined ? {} : { reviewTs: this.#hands.now() + minutes * US_PER_MINUTE }
    return this.#tell({ ...who, kind: 'KILL_RAISE', scope: scope as KillScope, level, ...review })
  }

  #place(
    who: Pick<Command, 'id' | 'actor' | 'reason' | 'role'>,
    payload: CommandPayload<'ORDER_PLACE'>,
  ): CommandOutcome {
    const instrument = this.#hands.instruments.find(({ id }) => id === payload.instrument_id)
    if (instrument === undefined)
      return refusal('INSTRUMENT_UNKNOWN', `there is no instrument '${payload.instrument_id}'`)
    const ticks = (text: string | undefined) => (text === undefined ? undefined : Number(text) / instrument.tick)
    return this.#tell({
      ...who,
      kind: 'ORDER_PLACE',
      botId: payload.bot_id ?? MANUAL_BOT,
      instrumentId: instrument.id satisfies InstrumentId,
      side: payload.side,
      type: payload.type,
      qty: Number(payload.qty) / instrument.lot,
      limit: ticks(payload.limit),
      stop: ticks(payload.stop),
      ...(payload.time_in_force === undefined ? {} : { timeInForce: payload.time_in_force }),
      ...(payload.reduce_only === undefined ? {} : { reduceOnly: payload.reduce_only }),
    })
  }
}

function isKnown(type: string): type is CommandType {
  return Object.hasOwn(COMMANDS, type)
}

function outcomeOf({ status, reasonCodes, message }: CommandAnswer): CommandOutcome {
  return { ok: status === 'COMPLETED', reasonCodes, detail: message }
}

function done(detail: string): CommandOutcome {
  return { ok: true, reasonCodes: [], detail }
}

function refusal(code: string, detail: string): CommandOutcome {
  return { ok: false, reasonCodes: [code], detail }
}

function answerOf(id: string, outcome: CommandOutcome, ts: number, status?: CommandStatus): CommandAnswer {
  const settled = status ?? (outcome.ok ? 'COMPLETED' : 'REJECTED_POLICY')
  return {
    id,
    status: settled === 'PENDING' ? 'FAILED' : settled,
    resultCode: outcome.ok ? 'OK' : (outcome.reasonCodes[0] ?? 'REFUSED'),
    reasonCodes: outcome.reasonCodes,
    message: outcome.detail,
    result: outcome.result && snakeCased(outcome.result),
    ts,
  }
}

/** Names as JSON says them: the core's `orderId` is everybody else's `order_id`. */
function snakeCased(result: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  )
}
