import { US_PER_SECOND } from '../../domain/time.ts'
import type { CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { HostClock } from '../clock.ts'
import type { CommandPayload } from '../command-catalogue.ts'
import type { EngineStore } from '../ports.ts'
import { type BreakGlass, covers, glassProblem, isUnreviewed, TIME_LOCK_S } from './break-glass.ts'
import { keepGlass, storedGlasses } from './glass-store.ts'

interface Who {
  readonly actor: string
  readonly reason: string
}

export interface GlassHands {
  readonly host: Pick<HostClock, 'wallTs' | 'monotonicMs'>
  /** Where no money is at stake the look back is asked for, and nothing waits for it. */
  readonly isSimulated: () => boolean
  readonly isHalted: () => boolean
  readonly isAdmin: (actor: string) => boolean
  record(fact: HostFact): void
  alert(isOn: boolean, text: string): void
}

/**
 * Elevation for minutes, for named operations in one scope, that ends by itself and is seen (UGF-0-019): on the monotonic clock,
 * with HALT, and with the engine. One at a time. While it is open the gate halves what one order may be.
 */
export class GlassDesk {
  readonly #notes: EngineStore['notes']
  readonly #hands: GlassHands
  /** The one that is locked or open. */
  #current: BreakGlass | undefined
  /** When its lock or its life ends, ms on the monotonic clock. */
  #untilMs = 0

  constructor(notes: EngineStore['notes'], hands: GlassHands) {
    this.#notes = notes
    this.#hands = hands
  }

  /** Locked or open; undefined most of the time. */
  get current(): BreakGlass | undefined {
    return this.#current
  }

  /** Milliseconds until its lock or its life ends. */
  get leftMs(): number {
    return Math.max(0, this.#untilMs - this.#hands.host.monotonicMs())
  }

  /** After a start nothing is open: what was is over. */
  resume(): void {
    for (const glass of storedGlasses(this.#notes))
      if (glass.state === 'LOCKED' || glass.state === 'OPEN') this.#end(glass, 'CLOSED', 'the engine was started again')
    this.#tell()
  }

  /** What is sure to refuse a wish for one. */
  against(payload: CommandPayload<'BREAK_GLASS_OPEN'>): CommandOutcome | undefined {
    const problem = glassProblem({ ops: payload.ops, ttlS: payload.ttl_s })
    if (problem !== undefined) return refused(problem.code, problem.detail)
    if (this.#current !== undefined)
      return refused('BREAK_GLASS_BUSY', `${this.#current.id} is ${this.#current.state}: close it first`)
    if (this.#hands.isHalted()) return refused('HALTED', 'nothing is opened while everything is halted')
    const open = this.#hands.isSimulated() ? undefined : storedGlasses(this.#notes).find(isUnreviewed)
    return open && refused('REVIEW_DUE', `${open.id} was used and nobody has looked back at it: break-glass review`)
  }

  open(payload: CommandPayload<'BREAK_GLASS_OPEN'>, { actor, reason }: Who): CommandOutcome {
    const refusal = this.against(payload)
    if (refusal !== undefined) return refusal
    const { scope, ops, ttl_s: ttlS, evidence } = payload
    const now = this.#hands.host.wallTs()
    const glass: BreakGlass = {
      id: `bg-${storedGlasses(this.#notes).length + 1}-${now % 1_000_000}`,
      scope,
      ops,
      ttlS,
      actor,
      reason,
      evidence,
      opensAlone: this.#hands.isAdmin(actor),
      state: 'LOCKED',
      requestedTs: now,
      detail: '',
      used: [],
    }
    this.#keep(glass, TIME_LOCK_S * 1_000)
    this.#hands.record({
      type: 'break_glass.requested',
      payload: { glass_id: glass.id, scope, ops, ttl_s: ttlS, actor, reason, evidence },
    })
    this.#tell()
    const then = glass.opensAlone ? `it opens in ${TIME_LOCK_S} s, or when` : 'it opens when'
    return done(`${glass.id}: ${then} another person says break-glass approve ${glass.id}`, { glassId: glass.id })
  }

  approve({ glass_id: id }: CommandPayload<'BREAK_GLASS_APPROVE'>, { actor }: Who): CommandOutcome {
    const glass = this.#current
    if (glass?.id !== id || glass.state !== 'LOCKED')
      return refused('BREAK_GLASS_UNKNOWN', `no break-glass ${id} waits to be opened`)
    if (personOf(glass.actor) === personOf(actor))
      return refused('SECOND_PERSON_REQUIRED', `${glass.actor} asked for it: another person approves`)
    this.#open({ ...glass, approver: actor })
    return done(`${id} is open for ${glass.ttlS} s`)
  }

  close({ glass_id: id }: CommandPayload<'BREAK_GLASS_CLOSE'>, { actor }: Who): CommandOutcome {
    const glass = this.#current
    if (glass?.id !== id) return refused('BREAK_GLASS_UNKNOWN', `no break-glass ${id} is locked or open`)
    this.#end(glass, 'CLOSED', `closed by ${actor}`)
    return done(`${id} is closed`)
  }

  /** Somebody looked back at what was done with it. */
  review({ glass_id: id, note }: CommandPayload<'BREAK_GLASS_REVIEW'>, { actor }: Who): CommandOutcome {
    const glass = storedGlasses(this.#notes).find((one) => one.id === id)
    if (glass === undefined || !isUnreviewed(glass))
      return refused('BREAK_GLASS_UNKNOWN', `no break-glass ${id} waits for a review`)
    keepGlass(this.#notes, { ...glass, review: { actor, note, ts: this.#hands.host.wallTs() } })
    this.#hands.record({ type: 'break_glass.reviewed', payload: { glass_id: id, actor, note } })
    this.#tell()
    return done(`${id} is reviewed`)
  }

  /** Takes note of the time. */
  look(): void {
    const glass = this.#current
    if (glass === undefined) return
    if (this.#hands.isHalted()) this.#end(glass, 'CLOSED', 'everything was halted')
    else if (this.leftMs > 0) return
    else if (glass.state === 'OPEN') this.#end(glass, 'EXPIRED', `its ${glass.ttlS} s are over`)
    else if (glass.opensAlone) this.#open(glass)
    else this.#end(glass, 'EXPIRED', 'nobody approved it')
  }

  /** Whether it lets a person do what their role does not. A life that ended a moment ago lets nothing through. */
  covers(actor: string, type: string, scope: string): boolean {
    const glass = this.#current
    return glass !== undefined && this.leftMs > 0 && covers(glass, actor, type, scope)
  }

  /** Something was let through by it. */
  use(commandId: string, operation: string): void {
    const glass = this.#current
    if (glass === undefined) return
    const used = { ...glass, used: [...glass.used, commandId] }
    this.#current = used
    keepGlass(this.#notes, used)
    this.#hands.record({
      type: 'break_glass.used',
      payload: { glass_id: glass.id, command_id: commandId, operation, actor: glass.actor },
    })
  }

  #open(glass: BreakGlass): void {
    const opened = { ...glass, state: 'OPEN' as const, openedTs: this.#hands.host.wallTs() }
    this.#keep(opened, glass.ttlS * 1_000)
    this.retell()
    this.#tell()
  }

  /** Tells of the one that is open: what it halves holds in the session that begins, too. */
  retell(): void {
    const glass = this.#current
    if (glass?.state !== 'OPEN') return
    const { id, approver = 'the time lock', openedTs = 0, ttlS } = glass
    const untilTs = openedTs + ttlS * US_PER_SECOND
    this.#hands.record({ type: 'break_glass.opened', payload: { glass_id: id, approver, until_ts: untilTs } })
  }

  #end(glass: BreakGlass, state: 'CLOSED' | 'EXPIRED', detail: string): void {
    keepGlass(this.#notes, { ...glass, state, detail, endedTs: this.#hands.host.wallTs() })
    this.#current = undefined
    const type = state === 'CLOSED' ? 'break_glass.closed' : 'break_glass.expired'
    this.#hands.record({ type, payload: { glass_id: glass.id, uses: glass.used.length, detail } })
    this.#tell()
  }

  #keep(glass: BreakGlass, lifeMs: number): void {
    this.#current = glass
    this.#untilMs = this.#hands.host.monotonicMs() + lifeMs
    keepGlass(this.#notes, glass)
  }

  /** Seen while it is locked or open, and until somebody looked back. */
  #tell(): void {
    const glass = this.#current
    const due = storedGlasses(this.#notes).findLast(isUnreviewed)
    if (glass !== undefined)
      this.#hands.alert(true, `${glass.id} is ${glass.state} for ${glass.ops.join(', ')} in ${glass.scope}`)
    else
      this.#hands.alert(due !== undefined, due === undefined ? '' : `${due.id} is over: break-glass review ${due.id}`)
  }
}

/** One person may have several roles: `human:ann#operator` is `human:ann`. */
function personOf(actor: string): string {
  return actor.split('#')[0] ?? actor
}

function done(detail: string, result?: Readonly<Record<string, unknown>>): CommandOutcome {
  return { ok: true, reasonCodes: [], detail, ...(result === undefined ? {} : { result }) }
}

function refused(code: string, detail: string): CommandOutcome {
  return { ok: false, reasonCodes: [code], detail }
}
