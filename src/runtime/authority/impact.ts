import type { CommandPayload } from '../command-catalogue.ts'
import type { Situation } from './operations.ts'

/** What an operation would change, as whoever confirms it reads it: plain JSON, names as JSON has them. */
export interface Impact {
  readonly summary: string
  readonly scope: string
  readonly run_mode: string
  readonly safety_mode: string
  readonly kill_level: string
  /** Open ones in the scope. */
  readonly positions: number
}

/** Previews an operation without doing anything. */
export function impactOf(type: string, payload: unknown, scope: string, now: Situation): Impact {
  const { runMode, safetyMode } = now
  const positions = now.positionsIn(scope)
  return {
    summary: summaryOf(type, payload, scope, now),
    scope,
    run_mode: runMode,
    safety_mode: safetyMode,
    kill_level: now.killAt(scope),
    positions,
  }
}

function summaryOf(type: string, payload: unknown, scope: string, now: Situation): string {
  const positions = now.positionsIn(scope)
  const held = `${positions} ${positions === 1 ? 'position' : 'positions'} in ${scope}`
  switch (type) {
    case 'KILL_LOWER': {
      const { level } = payload as CommandPayload<'KILL_LOWER'>
      const trades = level === 'FLATTEN' ? ', which closes them' : ''
      return `kill of ${scope} ${now.killAt(scope)} -> ${level}, ${held}${trades}`
    }
    case 'KILL_RAISE':
    case 'ENGINE_STOP':
      return `cancels the orders and closes ${held}`
    case 'MODE_RELEASE':
      return `${now.safetyMode} -> ${now.safetyMode === 'HALTED' ? 'SAFE_MODE' : 'NORMAL'}, ${held}`
    case 'BOT_RELEASE':
      return `${scope} leaves quarantine and may be started, ${held}`
    case 'INTERLOCK_SUPPRESS': {
      const { interlock, seconds } = payload as CommandPayload<'INTERLOCK_SUPPRESS'>
      return `${interlock} is put aside for ${seconds} s`
    }
    case 'FLAG_SET': {
      const { name, stage } = payload as CommandPayload<'FLAG_SET'>
      return `flag ${name} goes to ${stage}`
    }
    case 'BREAK_GLASS_OPEN': {
      const { ops, ttl_s: ttlS } = payload as CommandPayload<'BREAK_GLASS_OPEN'>
      return `${ops.join(', ')} beyond the role in ${scope} for ${ttlS} s; orders may be half as large meanwhile`
    }
    case 'LIMIT_SET': {
      const wish = payload as CommandPayload<'LIMIT_SET'>
      const { before, after } = now.limitStep(wish)
      return `${wish.limit} of ${scope} ${before} -> ${after}, ${held}`
    }
    default:
      return `${type} in a ${now.runMode} run, ${held}`
  }
}
