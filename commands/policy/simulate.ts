import { type DecisionDifference, type PolicySimulation, simulatePolicy } from '../../src/replay/policy-simulation.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { loadConfig } from '../../src/runtime/config-layers.ts'
import { type Config, limitsOf } from '../../src/runtime/config-schema.ts'
import { MANUAL_BOT, manualStrategy } from '../../src/runtime/engine/manual-strategy.ts'
import { storedLimitChanges } from '../../src/runtime/limit-changes.ts'
import { EVERYWHERE, type LimitChange, readLimit, withLimitChanges } from '../../src/runtime/limit-settings.ts'
import { findStrategy } from '../../src/strategy/catalogue.ts'
import { sessionList, storedSession } from '../../storage/recorded-sessions.ts'
import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import { exactNumber, isoTime, shownNumber } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import type { SimulateOptions } from '../policy.ts'
import { formatOf } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import { terminalProgress } from '../terminal.ts'

type Difference = DecisionDifference & { readonly session: number }

const SESSIONS_MAX = 10_000

/** What the gate would have said of the orders of recorded sessions under other limits. */
export function simulateLimits({ engine, printer }: CommandDeps, options: SimulateOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store }) => {
    const config = changedConfig(options, storedLimitChanges(store.notes))
    const known = sessionList(store.db, SESSIONS_MAX)
    const wanted = options.session === undefined ? known : known.filter(({ runNo }) => runNo === options.session)
    if (wanted.length === 0)
      throw new CommandError(
        EXIT.usage,
        'SESSION_NOT_FOUND',
        options.session === undefined ? 'no session is recorded' : `there is no session ${options.session}`,
        'list them with `profinaut journal sessions`',
      )
    const progress = terminalProgress()
    const found: Difference[] = []
    let decisions = 0
    const untold: string[] = []
    // Oldest first, as they were lived.
    for (const { runNo, inputBytes } of wanted.toReversed()) {
      const session = inputBytes === 0 ? undefined : storedSession(store.db, runNo)
      if (session === undefined) {
        untold.push(`session ${runNo}: its inputs were pruned, or it took none`)
        continue
      }
      const simulated: PolicySimulation = simulatePolicy(
        session,
        (id) => (id === MANUAL_BOT ? manualStrategy : findStrategy(id)),
        (limits) => ({ ...limits, ...limitsOf(config) }),
        (inputs) => progress.update(`session ${runNo}`, inputs, undefined, 'inputs'),
      )
      if (simulated.replay.verdict !== 'VALID') untold.push(`session ${runNo}: it does not replay as it was recorded`)
      decisions += simulated.decisions
      found.push(...simulated.differences.map((difference) => ({ session: runNo, ...difference })))
    }
    progress.clear()
    const count = `${found.length} of ${decisions} decisions would be another`
    return {
      ...sheetOutcome(sheetOf(found), formatOf(options, printer), {
        code: untold.length === 0 ? EXIT.ok : EXIT.inconclusive,
        message: count,
        reasonCodes: untold.length === 0 ? [] : ['INPUT_MISSING'],
        note: [count, ...untold].join('\n'),
      }),
      data: { decisions, differences: found, untold },
    }
  })
}

/** The profile's settings, or another file's, with the limits that the line names. */
function changedConfig({ profile, settings, set }: SimulateOptions, changes: readonly LimitChange[]): Config {
  const paths = profilePaths(profile)
  const base =
    settings === undefined
      ? withLimitChanges(loadConfig(paths).config, changes)
      : loadConfig({ config: settings }).config
  const asked = set.map((text): LimitChange => {
    const at = text.indexOf('=')
    const [name = '', scope = EVERYWHERE] = text.slice(0, at).split('@')
    const change = { limit: name, scope, value: text.slice(at + 1), actor: 'human:cli', reason: '', ts: 0 }
    const read = readLimit(change, change.value)
    if (at > 0 && !('problem' in read)) return change
    const problem = 'problem' in read ? read.problem : `${text} is no name=value`
    throw new CommandError(
      EXIT.usage,
      'LIMIT_INVALID',
      problem,
      'write it as --set order_notional_max=100000 or --set exposure_max@bot:trend=50000',
    )
  })
  return withLimitChanges(base, asked)
}

function sheetOf(found: readonly Difference[]) {
  return sheet(
    [
      { name: 'session', align: 'right', exact: ({ session }: Difference) => session },
      { name: 'time', align: 'left', exact: ({ ts }) => isoTime(ts) },
      { name: 'bot', align: 'left', exact: ({ botId }) => botId },
      { name: 'instrument', align: 'left', exact: ({ instrumentId }) => instrumentId },
      { name: 'side', align: 'left', exact: ({ side }) => side },
      { name: 'action', align: 'left', exact: ({ action }) => action },
      {
        name: 'value',
        align: 'right',
        exact: ({ value }) => exactNumber(value),
        shown: ({ value }) => shownNumber(value, 0),
      },
      { name: 'was', align: 'left', exact: ({ was, wasCode }) => `${was} ${wasCode}` },
      { name: 'would_be', align: 'left', exact: ({ wouldBe, wouldBeCode }) => `${wouldBe} ${wouldBeCode}` },
    ],
    found,
  )
}
