import { formatDecimal } from '../../src/domain/decimal.ts'
import { formatQty, type Instrument } from '../../src/domain/instrument.ts'
import { formatMoney } from '../../src/domain/money.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import type { VenueOptions } from '../venue.ts'
import { askedVenue } from './asked-venue.ts'

const PER_UNIT = 1e9

export async function listInstruments(deps: CommandDeps, options: VenueOptions): Promise<Outcome> {
  const { connector, config } = await askedVenue(deps, options, false)
  const traded = new Set(config.venue.instruments)
  const all = [...(await connector.instruments())].sort((a, b) => (a.id < b.id ? -1 : 1))
  const rows = sheet(
    [
      { name: 'instrument', align: 'left', exact: ({ id }: Instrument) => id },
      { name: 'traded', align: 'left', exact: ({ id }) => (traded.has(id) ? 'yes' : '') },
      { name: 'settlement', align: 'left', exact: ({ settlement }) => settlement },
      { name: 'quote', align: 'left', exact: ({ quote }) => quote },
      { name: 'tick', align: 'right', exact: ({ tickSize }) => formatDecimal(tickSize) },
      { name: 'step', align: 'right', exact: ({ lotSize }) => formatDecimal(lotSize) },
      { name: 'min', align: 'right', exact: (one) => formatQty(one, one.filters.minQty) },
      { name: 'max', align: 'right', exact: (one) => formatQty(one, one.filters.maxQty) },
      { name: 'min_value', align: 'right', exact: ({ filters }) => formatMoney(filters.minNotional) },
      { name: 'maker_pct', align: 'right', exact: ({ fees }) => (100 * fees.maker) / PER_UNIT },
      { name: 'taker_pct', align: 'right', exact: ({ fees }) => (100 * fees.taker) / PER_UNIT },
    ],
    all,
    { empty: `${connector.venueId} lists nothing` },
  )
  return sheetOutcome(rows, formatOf(options, deps.printer), { code: EXIT.ok, message: `${all.length} instruments` })
}
