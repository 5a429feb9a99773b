import type { RibbonView, SafetyView, SystemView } from '../../src/runtime/link/views.ts'
import type { BotStartOptions } from '../bot.ts'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions, read, readView, requireClient } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import { submit } from '../submission.ts'
import { requireBot } from './bot-rows.ts'

/** Something that has to be so before money is at stake. */
interface LiveCondition {
  readonly name: string
  readonly isMet: boolean
  readonly found: string
  /** What meets it. */
  readonly todo: string
}

const MODES = ['paper', 'canary', 'live']

/** The mode that a bot trades in; another is looked at, condition by condition. */
export function botMode(
  deps: CommandDeps,
  bot: string,
  wanted: string | undefined,
  options: ReadOptions,
): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: async (access, format) => {
      await requireBot(access, bot)
      if (wanted !== undefined && !MODES.includes(wanted))
        throw new CommandError(
          EXIT.usage,
          'MODE_UNKNOWN',
          `there is no mode '${wanted}'`,
          `one of: ${MODES.join(', ')}`,
        )
      const { runMode } = await readView(requireClient(access), 'ribbon')
      if (wanted === undefined || wanted === runMode) {
        const rows = sheet(
          [
            { name: 'bot', align: 'left', exact: () => bot },
            { name: 'mode', align: 'left', exact: () => runMode },
          ],
          [bot],
        )
        return sheetOutcome(rows, format, { code: EXIT.ok, message: `${bot} trades in ${runMode} mode` })
      }
      return unmet(await conditions(access), bot, wanted, format)
    },
  })
}

/** Starts a bot where the engine trades; where it is to trade elsewhere, says everything that stands in the way. */
export function startBot({ engine, printer }: CommandDeps, bot: string, options: BotStartOptions): Promise<Outcome> {
  return withEngine(options, engine, async (access) => {
    const { mode } = options
    if (mode !== undefined) {
      await requireBot(access, bot)
      const { runMode } = await readView(requireClient(access), 'ribbon')
      if (runMode !== mode) return unmet(await conditions(access), bot, mode, formatOf(options, printer))
    }
    return submit(access, engine, { type: 'BOT_START', payload: { bot_id: bot } }, options)
  })
}

function unmet(all: readonly LiveCondition[], bot: string, mode: string, format: ReturnType<typeof formatOf>): Outcome {
  const open = all.filter(({ isMet }) => !isMet)
  const rows = sheet(
    [
      { name: 'condition', align: 'left', exact: ({ name }: LiveCondition) => name },
      { name: 'met', align: 'left', exact: ({ isMet }) => (isMet ? 'yes' : 'NO') },
      { name: 'found', align: 'left', exact: ({ found }) => found },
      { name: 'todo', align: 'left', exact: ({ isMet, todo }) => (isMet ? '' : todo) },
    ],
    all,
  )
  return sheetOutcome(rows, format, {
    code: EXIT.denied,
    message: `${bot} is not started in ${mode} mode: ${open.length} of ${all.length} conditions are not met`,
    reasonCodes: ['LIVE_NOT_READY', ...open.map(({ name }) => name.toUpperCase().replaceAll(/[^A-Z]+/g, '_'))],
  })
}

/** What UGF-B-003 asks for before a bot trades with money, as the engine has it now. */
async function conditions(access: EngineAccess): Promise<readonly LiveCondition[]> {
  const client = requireClient(access)
  const [ribbon, safety, system] = await Promise.all([
    readView(client, 'ribbon'),
    readView(client, 'safety'),
    readView(client, 'system'),
  ])
  return liveConditions(ribbon, safety, system, liveFlag(access))
}

function liveFlag({ store }: EngineAccess): string {
  return store.flags.rows().find(({ name }) => name === 'live_enabled')?.stage ?? 'off'
}

export function liveConditions(
  { runMode, killLevel, safetyMode }: Pick<RibbonView, 'runMode' | 'killLevel' | 'safetyMode'>,
  { releaseChecks }: Pick<SafetyView, 'releaseChecks'>,
  { leases = [] }: Pick<SystemView, 'leases'>,
  flag: string,
): readonly LiveCondition[] {
  const reconciled = releaseChecks.find(({ name }) => name === 'reconcile')
  const venue = leases.filter(({ kind }) => kind === 'venue')
  const isLeased = venue.length > 0 && venue.every(({ state }) => state === 'VALID')
  const isMoney = runMode === 'live' || runMode === 'canary'
  return [
    {
      name: 'real venue',
      isMet: isMoney,
      found: isMoney ? runMode : `this profile runs in ${runMode} mode on a simulated exchange`,
      todo: 'use a profile whose venue is real, with keys of its own (docs/secrets.md)',
    },
    {
      name: 'live flag',
      isMet: flag === 'on' || flag === 'canary',
      found: flag,
      todo: 'profinaut flag promote live_enabled',
    },
    { name: 'armed', isMet: false, found: 'not armed', todo: 'arming comes with the real venue: nothing here arms' },
    { name: 'safety mode', isMet: safetyMode === 'NORMAL', found: safetyMode, todo: 'profinaut safety show tells why' },
    { name: 'kill level', isMet: killLevel === 'NONE', found: killLevel, todo: 'profinaut kill lower' },
    {
      name: 'reconcile match',
      isMet: reconciled?.isMet === true,
      found: reconciled?.fact ?? 'not known',
      todo: 'profinaut reconcile run',
    },
    {
      name: 'lease free',
      isMet: isLeased,
      found: isLeased ? 'held by this engine' : 'not valid',
      todo: 'profinaut lease status',
    },
  ]
}
