import { formatMoney } from '../../src/domain/money.ts'
import type { FillRecord } from '../../src/projection/engine-state.ts'
import { fills } from '../../storage/queries/fills.ts'
import type { CommandDeps } from '../command-line.ts'
import { sinceTs } from '../engine-options.ts'
import { isoTime, priceText, qtyText } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { type InstrumentCatalogue, instruments } from '../instrument-catalogue.ts'
import type { FillOptions } from '../order.ts'
import type { Outcome } from '../outcome.ts'
import { readRestricted } from '../reading.ts'
import { type Sheet, sheet, sheetOutcome } from '../sheet.ts'

export function listFills(deps: CommandDeps, options: FillOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: ['orders'],
    show: async (access, format, veil) => {
      const { order, bot, instrument, since, limit } = options
      const filter = { orderId: order, botId: bot, instrumentId: instrument, limit }
      const rows = fills(access.store.db, { ...filter, sinceTs: sinceTs(since, deps.engine.now()) })
      const from = veil.sheet(fillSheet(rows, await instruments(access)))
      return sheetOutcome(from, format, { code: EXIT.ok, message: `${rows.length} fills` })
    },
  })
}

export function fillSheet(rows: readonly FillRecord[], catalogue: InstrumentCatalogue): Sheet {
  const scale = ({ instrumentId }: FillRecord) => catalogue.scale(instrumentId)
  return sheet(
    [
      { name: 'trade', align: 'left', exact: ({ tradeId }: FillRecord) => tradeId },
      { name: 'time', align: 'left', exact: ({ ts }) => isoTime(ts) },
      { name: 'order', align: 'left', exact: ({ orderId }) => orderId },
      { name: 'bot', align: 'left', exact: ({ botId }) => botId },
      { name: 'instrument', align: 'left', exact: ({ instrumentId }) => instrumentId },
      { name: 'side', align: 'left', exact: ({ side }) => side },
      { name: 'qty', align: 'right', exact: (row) => qtyText(row.qty, scale(row)) },
      { name: 'price', align: 'right', exact: (row) => priceText(row.price, scale(row)) },
      { name: 'liquidity', align: 'left', exact: ({ liquidity }) => liquidity },
      { name: 'fee', align: 'right', exact: ({ fee }) => formatMoney(fee) },
      { name: 'fee_currency', align: 'left', exact: ({ feeCurrency }) => feeCurrency },
      { name: 'realised', align: 'right', exact: ({ realised }) => formatMoney(realised) },
      { name: 'venue_time', align: 'left', exact: ({ venueTs }) => isoTime(venueTs) },
    ],
    rows,
    { empty: 'no fills' },
  )
}
