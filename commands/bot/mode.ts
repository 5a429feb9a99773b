import type { RibbonView } from '../../src/runtime/link/views.ts'
import type { BotModeOptions, BotStartOptions } from '../bot.ts'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import { flagsOf } from '../flag/rows.ts'
import type { Outcome } from '../outcome.ts'
import { read, readView, requireClient } from '../reading.ts'
import { facts, sheetOutcome } from '../sheet.ts'
import { submit } from '../submission.ts'
import { requireBot } from './bot-rows.ts'

export type RunMode = RibbonView['runMode']

/** One thing between a bot and a mode, and what takes it away. */
export interface UnmetCondition {
  readonly code: string
  readonly found: string
  readonly remedy: string
}

/** What the conditions are read from. */
export interface ModeFacts {
  readonly ribbon: Pick<RibbonView, 'profile' | 'runMode' | 'safetyMode' | 'killLevel' | 'integrity' | 'gate'>
  /** Stage of the flag that lets orders reach a real venue. */
  readonly liveStage: string
  readonly actor: string
}

/** All that stands against a mode: they are worked off one by one, so the first alone would be no answer. */
export function unmetConditions(mode: RunMode, { ribbon, liveStage, actor }: ModeFacts): readonly UnmetCondition[] {
  const { profile, runMode, safetyMode, killLevel, integrity, gate } = ribbon
  const unmet: UnmetCondition[] = []
  const unless = (isMet: boolean, code: string, found: string, remedy: string) => {
    if (!isMet) unmet.push({ code, found, remedy })
  }
  unless(
    runMode === mode,
    'RUN_MODE_OTHER',
    `profile ${profile} runs in ${runMode} mode, and a bot runs in the mode of its session`,
    `use a profile whose session runs ${mode}`,
  )
  if (mode !== 'canary' && mode !== 'live') return unmet
  unless(
    liveStage === 'on' || (mode === 'canary' && liveStage === 'canary'),
    'FLAG_LIVE_OFF',
    `flag live_enabled is ${liveStage}`,
    'profinaut flag promote live_enabled, stage by stage',
  )
  unless(safetyMode === 'NORMAL', 'SAFETY_NOT_NORMAL', `the safety mode is ${safetyMode}`, 'profinaut safety show')
  unless(killLevel === 'NONE', 'KILL_STANDS', `kill ${killLevel} stands`, 'profinaut kill status, then kill lower')
  unless(
    integrity === 'PASS',
    'RECONCILE_NOT_MATCH',
    `books against the venue and the chain: ${integrity}`,
    'profinaut reconcile run',
  )
  unless(gate === 'PASS' || gate === 'WARN', 'GATE_NOT_PASS', `the gate says ${gate} to new risk`, 'profinaut gate')
  unless(
    actor.startsWith('human:'),
    'ACTOR_NOT_HUMAN',
    `${actor} asks`,
    'a person asks, with a reason, and confirms (tier T0)',
  )
  return unmet
}

/** Shows the mode; another one is refused with everything that is missing for it. */
export function botMode(deps: CommandDeps, bot: string, asked: RunMode | undefined, options: BotModeOptions) {
  return read(deps, options, {
    topics: ['bots', 'ribbon'],
    show: async (access, format) => {
      const { live } = await requireBot(access, bot)
      if (asked !== undefined) {
        const refused = await againstMode(deps, access, asked)
        if (refused !== undefined) return refused
      }
      const shown = facts([
        ['bot', bot],
        ['mode', live?.runMode],
      ])
      return sheetOutcome(shown, format, { code: EXIT.ok, message: live?.runMode ?? 'known while an engine runs' })
    },
  })
}

/** Starts a bot; where a mode is named, only in that. */
export function startBot(deps: CommandDeps, bot: string, options: BotStartOptions): Promise<Outcome> {
  return withEngine(options, deps.engine, async (access) => {
    const refused = options.mode === undefined ? undefined : await againstMode(deps, access, options.mode)
    return refused ?? submit(access, deps.engine, { type: 'BOT_START', payload: { bot_id: bot } }, options)
  })
}

async function againstMode({ engine }: CommandDeps, access: EngineAccess, mode: RunMode): Promise<Outcome | undefined> {
  const ribbon = await readView(requireClient(access), 'ribbon')
  const liveStage = flagsOf(access.store, engine.now()).stages.live_enabled
  const unmet = unmetConditions(mode, { ribbon, liveStage, actor: engine.actor })
  if (unmet.length === 0) return undefined
  const lines = unmet.map(({ code, found, remedy }) => `  ${code}: ${found}\n    ${remedy}`)
  return {
    code: EXIT.denied,
    message: `${mode} is refused, ${unmet.length} unmet:\n${lines.join('\n')}`,
    reasonCodes: unmet.map(({ code }) => code),
    data: { mode, unmet },
  }
}
