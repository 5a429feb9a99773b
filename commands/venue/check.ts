import { US_PER_MS } from '../../src/domain/time.ts'
import { wallTime } from '../../src/runtime/clock.ts'
import { VenueError } from '../../src/venues/venue-error.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import type { VenueOptions } from '../venue.ts'
import { askedVenue } from './asked-venue.ts'

/** A clock that is further off is not traded with. */
const CLOCK_OFF_MS_MAX = 2_000

interface Check {
  readonly name: string
  readonly state: 'OK' | 'BAD' | 'UNKNOWN'
  readonly fact: string
}

export async function checkVenue(deps: CommandDeps, options: VenueOptions): Promise<Outcome> {
  const { connector, config } = await askedVenue(deps, options, true)
  const checks: Check[] = []
  const look = async (name: string, ask: () => Promise<Omit<Check, 'name'>>) => {
    try {
      checks.push({ name, ...(await ask()) })
    } catch (error) {
      if (!(error instanceof VenueError)) throw error
      const isOurs = error.kind === 'AUTH' || error.kind === 'INVALIDREQUEST' || error.kind === 'SAFETY'
      checks.push({ name, state: isOurs ? 'BAD' : 'UNKNOWN', fact: error.message })
    }
  }
  await look('clock', async () => {
    const before = wallTime()
    const theirs = await connector.serverTime()
    const offMs = Math.round((theirs - (before + wallTime()) / 2) / US_PER_MS)
    return { state: Math.abs(offMs) <= CLOCK_OFF_MS_MAX ? 'OK' : 'BAD', fact: `${offMs} ms from ours` }
  })
  await look('instruments', async () => {
    const listed = new Set<string>((await connector.instruments()).map(({ id }) => id))
    const missing = config.venue.instruments.filter((id) => !listed.has(id))
    if (missing.length === 0) return { state: 'OK', fact: `${listed.size} listed, ours among them` }
    return { state: 'BAD', fact: `not listed: ${missing.join(' ')}` }
  })
  await look('key', async () => {
    const { mayRead, mayTrade, mayWithdraw } = await connector.keyRights()
    const told = (may: boolean | undefined) => (may === undefined ? 'not told' : may ? 'yes' : 'no')
    const fact = `reads ${told(mayRead)}, trades ${told(mayTrade)}, withdraws ${told(mayWithdraw)}`
    if (mayWithdraw === true) return { state: 'BAD', fact: `${fact}: make one that may not withdraw` }
    return { state: mayRead && mayTrade !== false ? 'OK' : 'BAD', fact }
  })
  const rows = sheet(
    [
      { name: 'check', align: 'left', exact: ({ name }: Check) => name },
      { name: 'state', align: 'left', exact: ({ state }) => state },
      { name: 'fact', align: 'left', exact: ({ fact }) => fact },
    ],
    checks,
  )
  const bad = checks.filter(({ state }) => state === 'BAD')
  const unknown = checks.filter(({ state }) => state === 'UNKNOWN')
  const code = bad.length > 0 ? EXIT.checkFailed : unknown.length > 0 ? EXIT.inconclusive : EXIT.ok
  const message = [...bad, ...unknown].map(({ name, fact }) => `${name}: ${fact}`).join('; ')
  return sheetOutcome(rows, formatOf(options, deps.printer), {
    code,
    message: message === '' ? `${connector.venueId} answers, and the key is as it should be` : message,
    reasonCodes: [...bad.map(({ name }) => `VENUE_${name.toUpperCase()}_BAD`), ...unknown.map(() => 'VENUE_UNKNOWN')],
  })
}
