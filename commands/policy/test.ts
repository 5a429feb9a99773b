import { type PolicyCase, policyCases } from '../../src/risk/policy-cases.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { loadConfig } from '../../src/runtime/config-layers.ts'
import { limitsOf } from '../../src/runtime/config-schema.ts'
import { storedLimitChanges } from '../../src/runtime/limit-changes.ts'
import { withLimitChanges } from '../../src/runtime/limit-settings.ts'
import { DEMO_INSTRUMENTS } from '../../src/venues/simulated/demo-instruments.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

/** Holds the profile's limits, as a session would have them, against what they say and what no policy may give up. */
export async function testPolicy({ engine, printer }: CommandDeps, options: ReadOptions): Promise<Outcome> {
  const paths = profilePaths(options.profile)
  const store = await engine.openStore(paths)
  const changes = store === undefined ? [] : storedLimitChanges(store.notes)
  store?.close()
  const limits = limitsOf(withLimitChanges(loadConfig(paths).config, changes))
  const instrument = DEMO_INSTRUMENTS.find(
    ({ id, venueId }) => allows(limits.instruments, id) && allows(limits.venues, venueId),
  )
  if (instrument === undefined)
    return {
      code: EXIT.inconclusive,
      message: 'the limits allow nothing to be traded: there is nothing to test them with',
      reasonCodes: ['NOTHING_ALLOWED'],
    }
  const cases = policyCases(limits, instrument)
  const failed = cases.filter(({ isMet }) => !isMet)
  const rows = sheet(
    [
      { name: 'case', align: 'left', exact: ({ name }: PolicyCase) => name },
      { name: 'expected', align: 'left', exact: ({ expected }) => expected },
      { name: 'found', align: 'left', exact: ({ found }) => found },
      { name: 'result', align: 'left', exact: ({ isMet }) => (isMet ? 'ok' : 'FAILED') },
    ],
    cases,
  )
  return sheetOutcome(rows, formatOf(options, printer), {
    code: failed.length === 0 ? EXIT.ok : EXIT.checkFailed,
    message: `${cases.length - failed.length} of ${cases.length} cases hold`,
    reasonCodes: failed.length === 0 ? [] : ['POLICY_CASE_FAILED'],
  })
}

function allows(list: readonly string[], name: string): boolean {
  return list.includes(name) || list.includes('*')
}
