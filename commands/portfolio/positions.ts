import { moneyToNumber } from '../../src/domain/money.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { exactNumber, isoTime, priceText, qtyText, shownNumber, shownPrice } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { type InstrumentCatalogue, instruments } from '../instrument-catalogue.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, readRestricted, readView } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

interface PositionLine {
  readonly botId: string
  readonly instrumentId: string
  readonly qty: number
  /** Fractional ticks. */
  readonly average: number | undefined
  readonly mark?: number | undefined
  readonly unrealised?: number | undefined
  readonly notional?: number | undefined
  readonly stop?: number | undefined
  readonly openedTs?: number | undefined
}

export function listPositions(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: ['portfolio'],
    show: async (access, format, veil) => {
      const catalogue = await instruments(access)
      const lines = await positionLines(access, catalogue)
      const scale = ({ instrumentId }: PositionLine) => catalogue.scale(instrumentId)
      const from = sheet(
        [
          { name: 'bot', align: 'left', exact: ({ botId }: PositionLine) => botId },
          { name: 'instrument', align: 'left', exact: ({ instrumentId }) => instrumentId },
          { name: 'qty', align: 'right', exact: (row) => qtyText(row.qty, scale(row)) },
          {
            name: 'average',
            align: 'right',
            exact: (row) => priceText(row.average, scale(row)),
            shown: (row) => shownPrice(row.average, scale(row)),
          },
          { name: 'mark', align: 'right', exact: (row) => priceText(row.mark, scale(row)) },
          {
            name: 'unrealised',
            align: 'right',
            exact: ({ unrealised }) => exactNumber(unrealised),
            shown: ({ unrealised }) => shownNumber(unrealised, 0, true),
          },
          {
            name: 'notional',
            align: 'right',
            exact: ({ notional }) => exactNumber(notional),
            shown: ({ notional }) => shownNumber(notional, 0),
          },
          { name: 'stop', align: 'right', exact: (row) => priceText(row.stop, scale(row)) },
          { name: 'opened', align: 'left', exact: ({ openedTs }) => isoTime(openedTs) },
        ],
        lines,
        { empty: 'flat' },
      )
      return sheetOutcome(veil.sheet(from), format, { code: EXIT.ok, message: `${lines.length} positions` })
    },
  })
}

async function positionLines(
  { client, store }: EngineAccess,
  catalogue: InstrumentCatalogue,
): Promise<readonly PositionLine[]> {
  if (client !== undefined) return Object.values((await readView(client, 'portfolio')).positions)
  return store
    .state()
    .holdings.filter(({ qty }) => qty !== 0)
    .map(({ botId, instrumentId, qty, cost, openedTs }) => {
      const { tickSize, lotSize, multiplier = '1' } = catalogue.scale(instrumentId)
      const average = moneyToNumber(cost) / (qty * Number(tickSize) * Number(lotSize) * Number(multiplier))
      // Doubles are good for millionths of a tick; more digits would be noise.
      return { botId, instrumentId, qty, average: Math.round(average * 1e6) / 1e6, openedTs }
    })
}
