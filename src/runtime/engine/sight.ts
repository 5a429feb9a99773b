/** A share of UNKNOWN checks, and a time that one may be, beyond which too little is known (UGF-0-002, OBS_UNKNOWN). */
const SHARE_MAX = 0.2
const AGE_MS_MAX = 60_000
/** So long many may be unknown: what has just begun is asked for first. */
const MANY_MS_MAX = 10_000

/** Whether enough is known of an engine to go on trading with it. */
export class Sight {
  readonly #unknownSinceMs = new Map<string, number>()
  #manySinceMs: number | undefined

  /**
   * @param nowMs monotonic
   * @returns what is not known, when that is too much; undefined while enough is
   */
  look(checks: readonly { readonly name: string; readonly health: string }[], nowMs: number): string | undefined {
    const unknown = checks.filter(({ health }) => health === 'UNKNOWN').map(({ name }) => name)
    for (const name of this.#unknownSinceMs.keys()) if (!unknown.includes(name)) this.#unknownSinceMs.delete(name)
    for (const name of unknown) if (!this.#unknownSinceMs.has(name)) this.#unknownSinceMs.set(name, nowMs)
    const isMany = checks.length > 0 && unknown.length >= SHARE_MAX * checks.length && unknown.length > 1
    this.#manySinceMs = isMany ? (this.#manySinceMs ?? nowMs) : undefined
    if (this.#manySinceMs !== undefined && nowMs - this.#manySinceMs >= MANY_MS_MAX)
      return `${unknown.length} of ${checks.length} health checks are UNKNOWN: ${unknown.slice(0, 3).join(', ')}`
    const old = unknown.find((name) => nowMs - (this.#unknownSinceMs.get(name) ?? nowMs) > AGE_MS_MAX)
    return old === undefined ? undefined : `${old} is UNKNOWN for more than ${AGE_MS_MAX / 1_000} s`
  }
}
