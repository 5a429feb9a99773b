import { formatMoney } from '../../src/domain/money.ts'
import type { OrderRecord } from '../../src/projection/engine-state.ts'
import { orders } from '../../storage/queries/orders.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { sinceTs } from '../engine-options.ts'
import { isoTime, priceText, qtyText, shownPrice } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { type InstrumentCatalogue, instruments } from '../instrument-catalogue.ts'
import type { OrderListOptions } from '../order.ts'
import type { Outcome } from '../outcome.ts'
import { readRestricted } from '../reading.ts'
import { type Sheet, sheet, sheetOutcome } from '../sheet.ts'

/** Orders of the books: they are committed before an order leaves, so they are as fresh as the engine itself. */
export function listOrders(deps: CommandDeps, options: OrderListOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: ['orders'],
    show: async (access, format, veil) => {
      const rows = wanted(access, options, deps.engine.now())
      const from = veil.sheet(orderSheet(rows, await instruments(access)))
      return sheetOutcome(from, format, { code: EXIT.ok, message: `${rows.length} orders` })
    },
  })
}

function wanted({ store }: EngineAccess, options: OrderListOptions, nowTs: number): readonly OrderRecord[] {
  const { all, state, bot, instrument, since, limit } = options
  return orders(store.db, {
    state: state?.toUpperCase(),
    isWorking: all || state !== undefined ? undefined : true,
    botId: bot,
    instrumentId: instrument,
    sinceTs: sinceTs(since, nowTs),
    limit,
  })
}

export function orderSheet(rows: readonly OrderRecord[], catalogue: InstrumentCatalogue): Sheet {
  const scale = ({ instrumentId }: OrderRecord) => catalogue.scale(instrumentId)
  return sheet(
    [
      { name: 'order', align: 'left', exact: ({ id }: OrderRecord) => id },
      { name: 'created', align: 'left', exact: ({ createdTs }) => isoTime(createdTs) },
      { name: 'bot', align: 'left', exact: ({ botId }) => botId },
      { name: 'instrument', align: 'left', exact: ({ instrumentId }) => instrumentId },
      { name: 'side', align: 'left', exact: ({ side }) => side },
      { name: 'type', align: 'left', exact: ({ type }) => type },
      { name: 'tif', align: 'left', exact: ({ timeInForce }) => timeInForce },
      {
        name: 'reduce_only',
        align: 'left',
        exact: ({ reduceOnly }) => reduceOnly,
        shown: ({ reduceOnly }) => (reduceOnly ? 'yes' : 'no'),
      },
      { name: 'qty', align: 'right', exact: (row) => qtyText(row.qty, scale(row)) },
      { name: 'filled', align: 'right', exact: (row) => qtyText(row.filled, scale(row)) },
      { name: 'limit', align: 'right', exact: (row) => priceText(row.limit, scale(row)) },
      { name: 'stop', align: 'right', exact: (row) => priceText(row.stop, scale(row)) },
      {
        name: 'average',
        align: 'right',
        exact: (row) => priceText(averageOf(row), scale(row)),
        shown: (row) => shownPrice(averageOf(row), scale(row)),
      },
      { name: 'fees', align: 'right', exact: ({ fees }) => formatMoney(fees) },
      { name: 'state', align: 'left', exact: ({ state }) => state },
      { name: 'since', align: 'left', exact: ({ sinceTs }) => isoTime(sinceTs) },
      { name: 'end_code', align: 'left', exact: ({ endCode }) => endCode },
      { name: 'reason', align: 'left', exact: ({ reasonCode }) => reasonCode },
      { name: 'venue_order', align: 'left', exact: ({ venueOrderId }) => venueOrderId },
    ],
    rows,
    { empty: 'no orders' },
  )
}

/** Fractional ticks. */
export function averageOf({ filled, filledTicks }: Pick<OrderRecord, 'filled' | 'filledTicks'>): number | undefined {
  return filled > 0 ? filledTicks / filled : undefined
}

/** One row as facts. */
export function transposed({ names, rows: [row = []] }: Sheet): Sheet {
  return {
    kind: 'facts',
    names: ['name', 'value'],
    aligns: ['left', 'left'],
    rows: names.flatMap((name, at) => {
      const cell = row[at]
      return cell === undefined ? [] : [[{ exact: name, shown: name.replaceAll('_', ' ') }, cell]]
    }),
    empty: '',
  }
}
