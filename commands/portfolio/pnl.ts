import { formatMoney } from '../../src/domain/money.ts'
import type { PortfolioView } from '../../src/runtime/link/views.ts'
import { type DayPnl, dailyPnl } from '../../storage/queries/daily-pnl.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { sinceTs } from '../engine-options.ts'
import { exactNumber, isoTime, shownNumber } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import type { Outcome } from '../outcome.ts'
import type { PnlOptions } from '../portfolio.ts'
import { readRestricted, readView } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import type { Veil } from '../veil.ts'

/** Profit as the engine values it now; by day, and while no engine runs, what the fills booked. */
export function showPnl(deps: CommandDeps, options: PnlOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: ['portfolio'],
    show: (access, format, veil) =>
      access.client === undefined || options.daily || options.since !== undefined
        ? ofFills(access, { format, veil }, sinceTs(options.since, deps.engine.now()))
        : ofEngine(access, { format, veil }),
  })
}

interface Shown {
  readonly format: Format
  readonly veil: Veil
}

type PnlRow = PortfolioView['pnl'][number]

async function ofEngine({ client }: EngineAccess, { format, veil }: Shown): Promise<Outcome> {
  if (client === undefined) throw new Error('the engine is asked for its profit while it answers')
  const { pnl, currency } = await readView(client, 'portfolio')
  const money = (name: 'today' | 'week' | 'month' | 'all') => ({
    name,
    align: 'right' as const,
    exact: (row: PnlRow) => exactNumber(row[name]),
    shown: (row: PnlRow) => shownNumber(row[name], 0, true),
  })
  const from = sheet(
    [
      { name: 'part', align: 'left', exact: ({ name }: PnlRow) => name },
      money('today'),
      money('week'),
      money('month'),
      money('all'),
      { name: 'currency', align: 'left', exact: () => currency },
    ],
    pnl,
  )
  return sheetOutcome(veil.sheet(from), format, { code: EXIT.ok, message: `profit in ${currency}` })
}

function ofFills({ store }: EngineAccess, { format, veil }: Shown, from: number | undefined): Outcome {
  const days = dailyPnl(store.db, from === undefined ? {} : { sinceTs: from })
  const rows = sheet(
    [
      { name: 'day', align: 'left', exact: ({ dayTs }: DayPnl) => isoTime(dayTs)?.slice(0, 10) },
      { name: 'instrument', align: 'left', exact: ({ instrumentId }) => instrumentId },
      { name: 'fills', align: 'right', exact: ({ fills }) => fills },
      { name: 'realised', align: 'right', exact: ({ realised }) => formatMoney(realised) },
      { name: 'fees', align: 'right', exact: ({ fees }) => formatMoney(fees) },
      { name: 'currency', align: 'left', exact: ({ currency }) => currency },
    ],
    days,
    { empty: 'no fills' },
  )
  return sheetOutcome(veil.sheet(rows), format, { code: EXIT.ok, message: `${days.length} days and instruments` })
}
