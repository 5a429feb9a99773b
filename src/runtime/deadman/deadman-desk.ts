import { US_PER_SECOND } from '../../domain/time.ts'
import type { KillScope } from '../../risk/kill.ts'
import { DeadMan, type DeadManAction, type DeadManState, type DeadManWatch } from './dead-man.ts'

const MS_PER_HOUR = 3_600_000
/** An operator who does not come back within this after the first timeout is taken for gone. */
const OPERATOR_GRACE_MS = MS_PER_HOUR
const ACTOR = 'service:deadman'
/** A running bot that hears nothing for this long is an ERROR (UGF-B-003); how soon it is closed is a setting. */
const BOT_LOST_MS = 300_000

export interface DeadManSettings {
  /** Seconds without anything heard by a running bot; 0 is off. */
  readonly botSeconds: number
  readonly botAction: DeadManAction
  /** Hours without a sign of the operator; 0 is off. */
  readonly operatorHours: number
  /** With money at stake what it stopped stays stopped until a person lowers it. */
  readonly isLatched: boolean
}

/** A bot as the switch sees it. */
export interface BeatingBot {
  readonly id: string
  readonly isRunning: boolean
  /** When it last heard anything, µs: each new time is a beat. */
  readonly heardTs: number
}

/** What the switch can do. */
export interface DeadManHands {
  raise(scope: KillScope, level: DeadManAction, who: { readonly actor: string; readonly reason: string }): void
  lower(scope: KillScope, who: { readonly actor: string; readonly reason: string }): void
  /** A bot that nobody hears from for minutes has failed: it is an ERROR until it is started again. */
  fail(botId: string, who: { readonly actor: string; readonly reason: string }): void
  /** Who raised what stands on a scope, and how high; undefined where nothing stands. */
  standing(scope: KillScope): { readonly level: string; readonly actor: string } | undefined
  alert(source: string, isOn: boolean, text: string): void
}

/** Stops what nobody hears from any more: bots, each in its own scope, and the account when its operator is away (UGF-A-008). */
export class DeadManDesk {
  readonly #deadMan = new DeadMan()
  readonly #settings: DeadManSettings
  readonly #hands: DeadManHands
  readonly #heard = new Map<string, number>()
  readonly #heardMs = new Map<string, number>()

  constructor(settings: DeadManSettings, hands: DeadManHands) {
    this.#settings = settings
    this.#hands = hands
  }

  /** The operator is there. */
  acknowledge(nowMs: number): void {
    this.#deadMan.beat('operator', nowMs)
    this.#deadMan.beat('operator-gone', nowMs)
  }

  look(bots: readonly BeatingBot[], nowMs: number): void {
    this.#deadMan.watch(this.#watches(bots), nowMs)
    for (const { id, heardTs, isRunning } of bots) {
      if (this.#heard.get(id) !== heardTs) this.#deadMan.beat(`bot:${id}`, nowMs)
      if (this.#heard.get(id) !== heardTs || !isRunning) this.#heardMs.set(id, nowMs)
      this.#heard.set(id, heardTs)
      this.#heedLost(id, nowMs)
    }
    for (const { watch, kind, silentMs } of this.#deadMan.look(nowMs)) {
      if (kind === 'tripped') this.#trip(watch, silentMs)
      else this.#recover(watch)
    }
  }

  #heedLost(id: string, nowMs: number): void {
    const silentMs = nowMs - (this.#heardMs.get(id) ?? nowMs)
    if (this.#settings.botSeconds === 0 || silentMs < BOT_LOST_MS) return
    this.#heardMs.set(id, nowMs)
    this.#hands.fail(id, {
      actor: ACTOR,
      reason: `STALE_HEARTBEAT: nothing heard for ${Math.round(silentMs / 1_000)} s`,
    })
  }

  states(nowMs: number): readonly DeadManState[] {
    return this.#deadMan.states(nowMs)
  }

  #watches(bots: readonly BeatingBot[]): readonly DeadManWatch[] {
    const { botSeconds, botAction, operatorHours } = this.#settings
    const timeoutMs = (botSeconds * US_PER_SECOND) / 1_000
    const operatorMs = operatorHours * MS_PER_HOUR
    return [
      ...(botSeconds === 0
        ? []
        : bots.flatMap(({ id, isRunning }) =>
            isRunning ? [{ name: `bot:${id}`, timeoutMs, action: botAction } as const] : [],
          )),
      ...(operatorHours === 0
        ? []
        : ([
            { name: 'operator', timeoutMs: operatorMs, action: 'CLOSE_ONLY' },
            { name: 'operator-gone', timeoutMs: operatorMs + OPERATOR_GRACE_MS, action: 'HALT' },
          ] as const)),
    ]
  }

  #trip({ name, action }: DeadManWatch, silentMs: number): void {
    const reason = `nothing from ${name} for ${(silentMs / 1_000).toFixed(0)} s`
    this.#hands.alert(`DEADMAN_TRIPPED ${name}`, true, `${reason}: ${action}`)
    this.#hands.raise(scopeOf(name), action, { actor: ACTOR, reason })
  }

  /**
   * A bot that is heard again trades again when nobody else has stopped it and no money is at stake; what stops the account
   * stays until it is lowered.
   */
  #recover({ name }: DeadManWatch): void {
    this.#hands.alert(`DEADMAN_TRIPPED ${name}`, false, 'heard again')
    const scope = scopeOf(name)
    const standing = this.#hands.standing(scope)
    if (this.#settings.isLatched || scope === 'global' || standing?.actor !== ACTOR || standing.level !== 'CLOSE_ONLY')
      return
    this.#hands.lower(scope, { actor: ACTOR, reason: `${name} is heard again` })
  }
}

function scopeOf(name: string): KillScope {
  return name.startsWith('bot:') ? (name as KillScope) : 'global'
}
