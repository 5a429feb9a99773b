import { LOOSENING } from '../../risk/mode.ts'
import type { Engine } from '../engine/engine.ts'
import type { SafetyView } from '../link/views.ts'
import { limitUses } from './portfolio-view.ts'

/** Whether all that has to be heard from is heard. */
function deadManLine({ deadMan, parts }: Engine): string {
  const states = deadMan.states(parts.host.monotonicMs())
  const silent = states.filter(({ isTripped }) => isTripped).map(({ name }) => name)
  return `dead-man ${states.length} armed, ${silent.length === 0 ? 'none silent' : `silent: ${silent.join(' ')}`}`
}

function breakGlassOf({ glass }: Engine): SafetyView['breakGlass'] {
  const { current, leftMs } = glass
  if (current?.state !== 'LOCKED' && current?.state !== 'OPEN') return undefined
  const { id, state, ops, scope, actor } = current
  return { id, state, ops, scope, actor, leftMs }
}

function liveOf({ live, ladder, parts }: Engine): SafetyView['live'] {
  if (parts.live === undefined) return undefined
  const { runMode: stage, environment, isPractice } = parts.live
  return {
    stage,
    environment,
    isPractice,
    isArmed: live.isArmed,
    leftMs: live.leftMs,
    obstacles: live.obstacles,
    ladder: { granted: ladder.granted, next: ladder.next, conditions: ladder.conditions() },
  }
}

export function safetyView(engine: Engine): SafetyView {
  const { chronicle, kernel, now } = engine
  const { safety } = chronicle.state
  const nowMs = engine.parts.host.monotonicMs()
  const { mode } = kernel.facts
  const failed = engine.failedChecks()
  const step = LOOSENING[mode.mode]
  const clearUs = now - safety.clearSinceTs
  const dwellUs = engine.spec.mode.releaseDwellUs
  const held = engine.cases.holding('global')
  return {
    mode: mode.mode,
    // A mode that no event has changed yet holds since the start.
    modeSinceTs: safety.modeSinceTs > 0 ? safety.modeSinceTs : engine.startedTs,
    reasons: [...mode.reasons].map(([code, reason]) => ({
      code,
      mode: reason.mode,
      sinceTs: reason.sinceTs,
      detail: safety.reasons.find((told) => told.code === code)?.detail ?? '',
    })),
    kills: safety.kills
      .filter(({ level }) => level !== 'NONE')
      .map((kill) => ({ ...kill, level: kill.level as SafetyView['kills'][number]['level'] })),
    suppressed: [...engine.watch.suppressed(nowMs)].map(([code, untilMs]) => ({ code, leftMs: untilMs - nowMs })),
    breakGlass: breakGlassOf(engine),
    live: liveOf(engine),
    releaseChecks: [
      {
        name: 'reconcile',
        isMet: !failed.includes('RECONCILE_NOT_OK'),
        fact: engine.reconcile.last?.status ?? 'never run',
      },
      {
        name: 'venue',
        isMet: !failed.includes('VENUE_DOWN'),
        fact: engine.parts.venue.isConnected ? 'connected' : 'not reachable',
      },
      { name: 'no reason stands', isMet: mode.reasons.size === 0, fact: [...mode.reasons.keys()].join(' ') || 'none' },
      {
        name: 'no kill file',
        isMet: !failed.includes('KILL_FILE_PRESENT'),
        fact: engine.parts.killFile.exists ? 'the kill file stands' : 'none',
      },
      {
        name: 'no open case',
        isMet: held === undefined,
        fact: held === undefined ? 'none' : `${held.id} ${held.state}`,
      },
      {
        name: 'causes gone long enough',
        isMet: step?.by !== 'operator' || clearUs >= dwellUs,
        fact: `${Math.floor(Math.max(0, clearUs) / 1_000_000)}s of ${dwellUs / 1_000_000}s`,
      },
    ],
    rules: limitUses(engine),
    decisions: chronicle.lines
      .filter(({ gate }) => gate !== undefined)
      .slice(-60)
      .reverse(),
    decisionCounts: chronicle.gateCounts(now),
    history: chronicle.history.slice(-40).reverse(),
    policy: [
      `limits sha ${engine.policySha256.slice(0, 12)}`,
      `rules ${engine.ruleNames.length}`,
      deadManLine(engine),
      `warm-up ${engine.spec.mode.warmUpUs / 1_000_000}s, release after ${dwellUs / 1_000_000}s`,
    ],
    flatten: [...chronicle.flatten.values()],
    frozen: [...chronicle.frozen],
    reconcile: chronicle.mismatches.slice(-40).reverse(),
  }
}
