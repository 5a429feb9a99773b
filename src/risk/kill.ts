/** Kill levels, mildest first (UGF-0-005). */
export const KILL_LEVELS = ['NONE', 'CLOSE_ONLY', 'FLATTEN', 'HALT'] as const
export type KillLevel = (typeof KILL_LEVELS)[number]

export function killSeverity(level: KillLevel): number {
  return KILL_LEVELS.indexOf(level)
}

export type KillScope = 'global' | `venue:${string}` | `bot:${string}` | `instrument:${string}`

export interface KillChange {
  readonly scope: KillScope
  readonly from: KillLevel
  readonly to: KillLevel
}

/**
 * The kill switch: a level per scope; what counts for an action is the strictest over the scopes that it falls in. Raising
 * is immediate. Lowering is the caller's to permit (a confirmed operator command), and then one step at a time.
 */
export class KillSwitch {
  readonly #levels = new Map<KillScope, KillLevel>()
  /** Strictest over all scopes: lets the hot path skip the look-ups while nothing is set. */
  #strictest: KillLevel = 'NONE'

  get strictest(): KillLevel {
    return this.#strictest
  }

  at(scope: KillScope): KillLevel {
    return this.#levels.get(scope) ?? 'NONE'
  }

  get directives(): ReadonlyMap<KillScope, KillLevel> {
    return this.#levels
  }

  /** Takes over the levels of an earlier session. */
  recall(levels: readonly { readonly scope: KillScope; readonly level: KillLevel }[]): void {
    for (const { scope, level } of levels) this.#set(scope, this.at(scope), level)
  }

  /** Raises a scope to at least `level`; a milder order than what stands changes nothing. */
  raise(scope: KillScope, level: KillLevel): KillChange | undefined {
    const from = this.at(scope)
    if (killSeverity(level) <= killSeverity(from)) return undefined
    return this.#set(scope, from, level)
  }

  /** Lowers a scope by one step, or refuses: HALT → FLATTEN → CLOSE_ONLY → NONE. */
  lower(scope: KillScope, level: KillLevel): KillChange | undefined {
    const from = this.at(scope)
    if (killSeverity(level) !== killSeverity(from) - 1) return undefined
    return this.#set(scope, from, level)
  }

  /** Strictest level over the scopes of one action. */
  effective(where: { venueId: string; botId: string; instrumentId: string }): KillLevel {
    if (this.#strictest === 'NONE') return 'NONE'
    const scopes: readonly KillScope[] = [
      'global',
      `venue:${where.venueId}`,
      `bot:${where.botId}`,
      `instrument:${where.instrumentId}`,
    ]
    let worst: KillLevel = 'NONE'
    for (const scope of scopes) if (killSeverity(this.at(scope)) > killSeverity(worst)) worst = this.at(scope)
    return worst
  }

  #set(scope: KillScope, from: KillLevel, to: KillLevel): KillChange {
    this.#levels.set(scope, to)
    this.#strictest = 'NONE'
    for (const level of this.#levels.values())
      if (killSeverity(level) > killSeverity(this.#strictest)) this.#strictest = level
    return { scope, from, to }
  }
}
