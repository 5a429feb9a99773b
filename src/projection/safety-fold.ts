import type { KernelEvent, Payload } from '../events/event.ts'
import type { SafetyRecord } from './engine-state.ts'

/** What a profile begins with. */
const CALM: SafetyRecord = {
  mode: 'NORMAL',
  reasons: [],
  clearSinceTs: 0,
  modeSinceTs: 0,
  degradedEntries: [],
  kills: [],
  isOnlyWarming: false,
}

const MODES: readonly string[] = ['NORMAL', 'DEGRADED', 'SAFE_MODE', 'HALTED']
/** More entries into DEGRADED than any setting counts within its window. */
const ENTRIES_KEPT = 64

function isWorse(mode: string, than: string): boolean {
  return MODES.indexOf(mode) > MODES.indexOf(than)
}

/** Mode, standing reasons and kill levels. */
export class SafetyFold {
  #record: SafetyRecord
  #isChanged = false

  constructor(from?: SafetyRecord) {
    this.#record = from ?? CALM
  }

  get record(): SafetyRecord {
    return this.#record
  }

  takeChange(): SafetyRecord | undefined {
    const taken = this.#isChanged ? this.#record : undefined
    this.#isChanged = false
    return taken
  }

  apply({ type, payload, ts }: KernelEvent): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the other types say nothing of safety
    switch (type) {
      case 'run.started':
        // Nobody watched while nothing ran: waiting begins anew.
        return this.#put({ clearSinceTs: ts })
      case 'safety.reason_raised':
        return this.#raised(payload as Payload<'safety.reason_raised'>, ts)
      case 'safety.reason_cleared': {
        const { reason_code: code } = payload as Payload<'safety.reason_cleared'>
        return this.#put({ reasons: this.#record.reasons.filter((reason) => reason.code !== code), clearSinceTs: ts })
      }
      case 'safety.mode_changed':
        return this.#moved(payload as Payload<'safety.mode_changed'>, ts)
      case 'safety.kill_changed':
        return this.#killed(payload as Payload<'safety.kill_changed'>, ts)
      default:
    }
  }

  #raised({ reason_code: code, mode, detail }: Payload<'safety.reason_raised'>, ts: number): void {
    const { reasons } = this.#record
    if (code !== 'WARMUP' && !isWorse('SAFE_MODE', mode)) this.#put({ isOnlyWarming: false })
    const standing = reasons.find((reason) => reason.code === code)
    if (standing !== undefined && !isWorse(mode, standing.mode)) return
    const others = reasons.filter((reason) => reason !== standing)
    this.#put({ reasons: [...others, { code, mode, sinceTs: ts, detail }] })
  }

  #moved({ from, to, reason_code: code }: Payload<'safety.mode_changed'>, ts: number): void {
    const isEntry = to === 'DEGRADED' || (from === 'NORMAL' && code === 'DEGRADED_TOO_LONG')
    this.#put({
      mode: to,
      modeSinceTs: ts,
      isOnlyWarming: code === 'WARMUP',
      ...(isWorse(to, from) ? { clearSinceTs: ts } : {}),
      ...(isEntry ? { degradedEntries: [...this.#record.degradedEntries, ts].slice(-ENTRIES_KEPT) } : {}),
    })
  }

  #killed({ scope, to, reason, actor, review_ts: reviewTs }: Payload<'safety.kill_changed'>, ts: number): void {
    const others = this.#record.kills.filter((kill) => kill.scope !== scope)
    const before = this.#record.kills.find((kill) => kill.scope === scope)
    const review = reviewTs === undefined ? {} : { reviewTs }
    const sinceTs = before?.level === to ? before.sinceTs : ts
    const kills = to === 'NONE' ? others : [...others, { scope, level: to, reason, actor, sinceTs, ...review }]
    this.#put({ kills })
  }

  #put(change: Partial<SafetyRecord>): void {
    this.#record = { ...this.#record, ...change }
    this.#isChanged = true
  }
}
