import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import type { VenueOptions } from '../venue.ts'
import { askedVenue } from './asked-venue.ts'

export async function showVenue(deps: CommandDeps, options: VenueOptions): Promise<Outcome> {
  const { connector, config } = await askedVenue(deps, options, false)
  const { capabilities: can, venueId } = connector
  const { practice_url: practice, stage, instruments } = config.venue
  const hours = can.fillsReachUs === undefined ? 'for ever' : `${can.fillsReachUs / 3_600_000_000} h`
  const rows = sheet(
    [
      { name: 'name', align: 'left', exact: ([name]: readonly [string, string]) => name },
      { name: 'value', align: 'left', exact: ([, value]) => value },
    ],
    [
      ['venue', venueId],
      ['address', practice === '' ? "the venue's own" : `${practice} (practice)`],
      ['stage', stage],
      ['environment', config.account.environment],
      ['trades', instruments.join(' ')],
      ['order_types', can.orderTypes.join(' ')],
      ['times_in_force', can.timesInForce.join(' ')],
      ['reduce_only', can.reduceOnly ? 'yes' : 'no'],
      ['changes_orders', can.amends],
      ['keeps_our_ids', can.clientId === undefined ? 'no' : `yes, ${can.clientId.maxLength} characters`],
      ['cancels_when_we_are_silent', can.cancelsWhenSilent ? 'yes' : 'no'],
      ['lists_fills', hours],
    ] as const,
  )
  return sheetOutcome(rows, formatOf(options, deps.printer), { code: EXIT.ok, message: venueId })
}
