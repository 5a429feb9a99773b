import { formatMoney } from '../../src/domain/money.ts'
import type { PortfolioView } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { exactNumber, isoTime, shownNumber } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, readRestricted, readView, requireClient } from '../reading.ts'
import { facts, type Sheet, sheet, sheetOutcome, sheetsOutcome } from '../sheet.ts'
import type { Veil } from '../veil.ts'
import { limitSheet } from './limit-sheet.ts'

type Cash = Pick<PortfolioView['cash'][number], 'venueId' | 'currency' | 'total'> & {
  readonly free: string | undefined
}
type Exposure = PortfolioView['exposures'][number]

export function showPortfolio(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: ['portfolio'],
    show: (access, format, veil) =>
      access.client === undefined ? ofBooks(access, format, veil) : ofEngine(access, format, veil),
  })
}

async function ofEngine(access: EngineAccess, format: Format, veil: Veil): Promise<Outcome> {
  const view = await readView(requireClient(access), 'portfolio')
  const { currency, unknown, reconciled } = view
  const money = (value: number | undefined, isSigned = true) =>
    [exactNumber(value), shownNumber(value, 0, isSigned)] as const
  const percent = (value: number | undefined) => [exactNumber(value), shownNumber(value, 2, true)] as const
  const main = facts([
    ['currency', currency],
    ['equity', ...money(view.equityNow, false)],
    ['total_pnl', ...money(view.totalPnl)],
    ['total_pct', ...percent(view.totalPct)],
    ['unrealised', ...money(view.unrealised)],
    ['notional', ...money(view.notional, false)],
    ['gross_pct', ...percent(view.grossPct)],
    ['net_pct', ...percent(view.netPct)],
    ['max_drawdown_pct', ...percent(view.maxDrawdownPct)],
    ['confidence', exactNumber(view.confidence)],
    ['unknown', unknown.join(' '), unknown.length === 0 ? 'nothing' : unknown.join(' ')],
    ['reconciled', reconciled.status],
    ['reconciled_at', isoTime(reconciled.ts)],
  ])
  const isKnown = unknown.length === 0 && view.equityNow !== undefined
  const code = isKnown ? EXIT.ok : EXIT.inconclusive
  const message = isKnown
    ? `equity ${veil.figure(shownNumber(view.equityNow, 0))} ${currency}`
    : `partial: UNKNOWN is ${unknown.join(', ') || 'equity'}`
  const more = { cash: veil.sheet(cashSheet(view.cash)), limits: veil.sheet(limitSheet(view.limits)) }
  return sheetsOutcome(veil.sheet(main), more, format, {
    code,
    message,
    quality: isKnown ? 'OK' : 'UNKNOWN',
    reasonCodes: isKnown ? [] : ['MARK_UNKNOWN'],
  })
}

const ASSET = 'asset:'

/** Without marks nothing has a worth; the books still know what there is. */
function ofBooks({ store }: EngineAccess, format: Format, veil: Veil): Outcome {
  const { balances, holdings, baseCurrency } = store.state()
  const cash = balances
    .filter(({ account }) => account.startsWith(ASSET))
    .map(({ account, currency, amount }) => ({
      venueId: account.slice(ASSET.length),
      currency,
      total: formatMoney(amount),
      free: undefined,
    }))
  const main = facts([
    ['currency', baseCurrency],
    ['equity', undefined, 'UNKNOWN: prices are known to a running engine'],
    ['positions', holdings.filter(({ qty }) => qty !== 0).length],
  ])
  return sheetsOutcome(veil.sheet(main), { cash: veil.sheet(cashSheet(cash)) }, format, {
    code: EXIT.ok,
    message: 'equity is UNKNOWN',
  })
}

function cashSheet(cash: readonly Cash[]): Sheet {
  return sheet(
    [
      { name: 'venue', align: 'left', exact: ({ venueId }: Cash) => venueId },
      { name: 'currency', align: 'left', exact: ({ currency }) => currency },
      { name: 'total', align: 'right', exact: ({ total }) => total },
      { name: 'free', align: 'right', exact: ({ free }) => free },
    ],
    cash,
  )
}

export function showExposure(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return readRestricted(deps, options, { topics: ['portfolio'], show: exposure })
}

async function exposure(access: EngineAccess, format: Format): Promise<Outcome> {
  const { exposures, grossPct, netPct } = await readView(requireClient(access), 'portfolio')
  const percent = (name: 'pct' | 'limitPct', title: string) => ({
    name: title,
    align: 'right' as const,
    exact: (row: Exposure) => exactNumber(row[name]),
    shown: (row: Exposure) => shownNumber(row[name], 2),
  })
  const from = sheet(
    [
      { name: 'kind', align: 'left', exact: ({ kind }: Exposure) => kind },
      { name: 'name', align: 'left', exact: ({ name }) => name },
      percent('pct', 'equity_pct'),
      percent('limitPct', 'limit_pct'),
    ],
    exposures,
  )
  const message = `gross ${shownNumber(grossPct, 2)} %, net ${shownNumber(netPct, 2, true)} %`
  const isKnown = exposures.every(({ pct }) => pct !== undefined)
  return sheetOutcome(from, format, {
    code: isKnown ? EXIT.ok : EXIT.inconclusive,
    message: isKnown ? message : `${message}: an exposure is UNKNOWN`,
    quality: isKnown ? 'OK' : 'UNKNOWN',
    reasonCodes: isKnown ? [] : ['MARK_UNKNOWN'],
  })
}
