import type { MarketRow } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { exactNumber, priceText, qtyText, shownAge, shownNumber } from '../exact-text.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { instruments } from '../instrument-catalogue.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView, requireClient } from '../reading.ts'
import { type SheetColumn, sheet, sheetOutcome } from '../sheet.ts'

/** Prices are of now or of nobody: without an engine there are none, and an old one is never shown as the present one. */
export function listMarkets(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['markets'], show: list })
}

async function list(access: EngineAccess, format: Format): Promise<Outcome> {
  const rows = Object.values((await readView(requireClient(access), 'markets')).rows)
  const catalogue = await instruments(access)
  const price = (name: string, of: (row: MarketRow) => number | undefined): SheetColumn<MarketRow> => ({
    name,
    align: 'right',
    exact: (row) => priceText(of(row), catalogue.scale(row.instrumentId)),
  })
  const columns: readonly SheetColumn<MarketRow>[] = [
    { name: 'instrument', align: 'left', exact: ({ instrumentId }) => instrumentId },
    { name: 'venue', align: 'left', exact: ({ venueId }) => venueId },
    price('bid', ({ bid }) => bid),
    price('ask', ({ ask }) => ask),
    price('last', ({ last }) => last),
    number('change_pct', ({ changePct }) => changePct, 2),
    price('high', ({ high }) => high),
    price('low', ({ low }) => low),
    {
      name: 'volume',
      align: 'right',
      exact: ({ volume, instrumentId }) => qtyText(volume, catalogue.scale(instrumentId)),
    },
    number('spread_bps', ({ spreadBps }) => spreadBps, 2),
    AGE,
    QUALITY,
    { name: 'allowed', align: 'left', exact: ({ allowed }) => allowed },
  ]
  return sheetOutcome(sheet(columns, rows), format, { code: EXIT.ok, message: `${rows.length} instruments` })
}

const AGE: SheetColumn<MarketRow> = {
  name: 'age_ms',
  align: 'right',
  exact: ({ ageMs }) => (ageMs === undefined ? undefined : Math.round(ageMs)),
  shown: ({ ageMs }) => shownAge(ageMs),
}
const QUALITY: SheetColumn<MarketRow> = { name: 'quality', align: 'left', exact: ({ quality }) => quality }

function number(name: string, of: (row: MarketRow) => number | undefined, digits: number): SheetColumn<MarketRow> {
  return {
    name,
    align: 'right',
    exact: (row) => exactNumber(of(row)),
    shown: (row) => shownNumber(of(row), digits, name === 'change_pct'),
  }
}

export function marketQuality(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['markets'], show: quality })
}

async function quality(access: EngineAccess, format: Format): Promise<Outcome> {
  const rows = Object.values((await readView(requireClient(access), 'markets')).rows)
  const columns: readonly SheetColumn<MarketRow>[] = [
    { name: 'instrument', align: 'left', exact: ({ instrumentId }) => instrumentId },
    QUALITY,
    { name: 'sequence', align: 'left', exact: ({ sequence }) => sequence },
    AGE,
    number('latency_ms', ({ latencyMs }) => latencyMs, 1),
    { name: 'gaps', align: 'right', exact: ({ gaps }) => gaps },
    number('messages_per_s', ({ messagesPerSecond }) => messagesPerSecond, 1),
    { name: 'allowed', align: 'left', exact: ({ allowed }) => allowed },
  ]
  const notOk = rows.filter(({ quality }) => quality !== 'OK')
  const reasons = notOk.map(({ instrumentId, quality }) => `${instrumentId} ${quality}`)
  return sheetOutcome(sheet(columns, rows), format, {
    code: exitOfQuality(rows),
    message: reasons.length === 0 ? `all ${rows.length} OK` : reasons.join(', '),
    reasonCodes: [...new Set(notOk.map(({ quality }) => quality))],
    quality: reasons.length === 0 ? 'OK' : 'DEGRADED',
  })
}

/** What is known to be bad outweighs what is unknown. */
function exitOfQuality(rows: readonly Pick<MarketRow, 'quality'>[]): ExitCode {
  if (rows.some(({ quality }) => quality !== 'OK' && quality !== 'UNKNOWN')) return EXIT.checkFailed
  return rows.length === 0 || rows.some(({ quality }) => quality === 'UNKNOWN') ? EXIT.inconclusive : EXIT.ok
}
