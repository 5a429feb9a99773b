import type { DecisionLine } from '../../src/runtime/link/views.ts'
import { decisions as decisionsOfBooks } from '../../storage/queries/decisions.ts'
import type { BotDecisionsOptions } from '../bot.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { exactNumber, isoTime, priceText, qtyText, shownAge, shownNumber, shownPrice } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { instruments } from '../instrument-catalogue.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView } from '../reading.ts'
import { facts, type Sheet, sheet, sheetOutcome, sheetsOutcome } from '../sheet.ts'
import { requireBot } from './bot-rows.ts'

const DECISIONS_SHOWN = 10

export function showBot(deps: CommandDeps, bot: string, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['bots', `bot/${bot}`], show: (access, format) => show(access, bot, format) })
}

async function show(access: EngineAccess, id: string, format: Format): Promise<Outcome> {
  const line = await requireBot(access, id)
  const { live, instruments: traded } = line
  const scale = (await instruments(access)).scale(traded[0] ?? '')
  const money = (value: number | undefined) => [exactNumber(value), shownNumber(value, 0, true)] as const
  const main = facts([
    ['bot', line.id],
    ['strategy', line.strategy],
    ['instruments', traded.join(' ')],
    ['state', line.state],
    ['reason', line.stateReason],
    ['detail', line.stateDetail],
    ['since', isoTime(line.sinceTs)],
    ['why', live?.why],
    ['position', qtyText(line.position, scale)],
    ['average', priceText(live?.average, scale), shownPrice(live?.average, scale)],
    ['allocation', line.allocation],
    ['equity', ...money(live?.equity)],
    ['unrealised', ...money(live?.unrealised)],
    ['day_pnl', ...money(live?.dayPnl)],
    ['total_pnl', ...money(live?.totalPnl)],
    ['fees', ...money(live?.fees)],
    ['drawdown_pct', ...money(live?.drawdownPct)],
    ['wins', live?.wins],
    ['losses', live?.losses],
    ['orders', live?.orders],
    ['fills', live?.fills],
    ['heartbeat_ms', live?.heartbeatMs, shownAge(live?.heartbeatMs)],
    ...Object.entries(line.params).map(([name, value]) => [`param_${name}`, value] as const),
  ])
  const use = live?.use ?? []
  const limits = sheet(
    [
      { name: 'limit', align: 'left', exact: ({ name }: (typeof use)[number]) => name },
      {
        name: 'share',
        align: 'right',
        exact: ({ share }) => exactNumber(share),
        shown: ({ share }) => `${(100 * share).toFixed(0)} %`,
      },
      { name: 'fact', align: 'left', exact: ({ fact }) => fact },
    ],
    use,
  )
  const decisions = decisionSheet(await lastDecisions(access, id, DECISIONS_SHOWN))
  return sheetsOutcome(main, { limits, decisions }, format, { code: EXIT.ok, message: line.state })
}

export function showDecisions(deps: CommandDeps, bot: string, options: BotDecisionsOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [`bot/${bot}`],
    show: async (access, format) => {
      await requireBot(access, bot)
      const lines = await lastDecisions(access, bot, options.limit)
      return sheetOutcome(decisionSheet(lines), format, { code: EXIT.ok, message: `${lines.length} decisions` })
    },
  })
}

/** Oldest first. The engine remembers the last ones with their reasons; the books know what the gate said of all. */
async function lastDecisions(
  { client, store }: EngineAccess,
  bot: string,
  limit: number,
): Promise<readonly DecisionLine[]> {
  if (client !== undefined) {
    const { decisions } = await readView(client, `bot/${bot}`)
    const known = decisions.toSorted((a, b) => a.seq - b.seq)
    if (known.length >= limit) return known.slice(-limit)
    const first = known[0]?.ts ?? Number.POSITIVE_INFINITY
    const older = linesOfBooks(store, bot, limit).filter(({ ts }) => ts < first)
    return [...older, ...known].slice(-limit)
  }
  return linesOfBooks(store, bot, limit)
}

function linesOfBooks({ db }: EngineAccess['store'], botId: string, limit: number): readonly DecisionLine[] {
  return decisionsOfBooks(db, { botId, limit }).map(({ event: { seq, ts, payload } }) => ({
    ts,
    seq,
    botId,
    kind: payload.action,
    text: payload.stage,
    gate: payload.decision,
    gateText: payload.reason_codes.join(' '),
    orderId: payload.order_id,
    evidence: payload.decision_id,
  }))
}

function decisionSheet(lines: readonly DecisionLine[]): Sheet {
  return sheet(
    [
      { name: 'time', align: 'left', exact: ({ ts }: DecisionLine) => isoTime(ts) },
      { name: 'kind', align: 'left', exact: ({ kind }) => kind },
      { name: 'order', align: 'left', exact: ({ orderId }) => orderId },
      { name: 'gate', align: 'left', exact: ({ gate }) => gate },
      { name: 'reason', align: 'left', exact: ({ gateText }) => gateText },
      { name: 'what', align: 'left', exact: ({ text }) => text },
    ],
    lines,
    { empty: 'no decisions yet' },
  )
}
