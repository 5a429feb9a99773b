import type { BotListOptions } from '../bot.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { exactNumber, isoTime, qtyText, shownAge, shownNumber } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { instruments } from '../instrument-catalogue.ts'
import type { Outcome } from '../outcome.ts'
import { read } from '../reading.ts'
import { type SheetColumn, sheet, sheetOutcome } from '../sheet.ts'
import { type BotLine, botLines } from './bot-rows.ts'

export function listBots(deps: CommandDeps, options: BotListOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: ['bots'],
    show: (access, format) => list(access, format, options.state?.toUpperCase()),
  })
}

async function list(access: EngineAccess, format: Format, state: string | undefined): Promise<Outcome> {
  const catalogue = await instruments(access)
  const lines = (await botLines(access)).filter((line) => state === undefined || line.state === state)
  const columns: readonly SheetColumn<BotLine>[] = [
    { name: 'bot', align: 'left', exact: ({ id }) => id },
    { name: 'strategy', align: 'left', exact: ({ strategy }) => strategy },
    { name: 'instruments', align: 'left', exact: ({ instruments }) => instruments.join(' ') },
    { name: 'state', align: 'left', exact: ({ state }) => state },
    { name: 'reason', align: 'left', exact: ({ stateReason }) => stateReason },
    { name: 'since', align: 'left', exact: ({ sinceTs }) => isoTime(sinceTs) },
    {
      name: 'position',
      align: 'right',
      exact: ({ position, instruments: [main = ''] }) => qtyText(position, catalogue.scale(main)),
    },
    { name: 'allocation', align: 'right', exact: ({ allocation }) => allocation },
    money('equity', ({ live }) => live?.equity),
    money('day_pnl', ({ live }) => live?.dayPnl),
    money('total_pnl', ({ live }) => live?.totalPnl),
    { name: 'orders', align: 'right', exact: ({ live }) => live?.orders },
    { name: 'fills', align: 'right', exact: ({ live }) => live?.fills },
    {
      name: 'heartbeat_ms',
      align: 'right',
      exact: ({ live }) => (live?.heartbeatMs === undefined ? undefined : Math.round(live.heartbeatMs)),
      shown: ({ live }) => shownAge(live?.heartbeatMs),
    },
    { name: 'why', align: 'left', exact: ({ live }) => live?.why },
  ]
  return sheetOutcome(sheet(columns, lines, { empty: 'no bots' }), format, {
    code: EXIT.ok,
    message: `${lines.length} bots`,
  })
}

function money(name: string, of: (line: BotLine) => number | undefined): SheetColumn<BotLine> {
  return {
    name,
    align: 'right',
    exact: (line) => exactNumber(of(line)),
    shown: (line) => shownNumber(of(line), 0, name.endsWith('pnl')),
  }
}
