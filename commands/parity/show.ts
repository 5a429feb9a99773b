import type { ParityLine } from '../../src/replay/parity.ts'
import { compareWithSimulation } from '../../src/replay/parity.ts'
import { US_PER_MS } from '../../src/domain/time.ts'
import { MANUAL_BOT, manualStrategy } from '../../src/runtime/engine/manual-strategy.ts'
import { findStrategy } from '../../src/strategy/catalogue.ts'
import { sessionList, storedSession } from '../../storage/recorded-sessions.ts'
import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import { exactNumber } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import type { ParityOptions } from '../parity.ts'
import { formatOf } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import { terminalProgress } from '../terminal.ts'

const SESSIONS_MAX = 10_000

export function showParity(
  { engine, printer }: CommandDeps,
  session: string | undefined,
  options: ParityOptions,
): Promise<Outcome> {
  return withEngine(options, engine, async ({ store }) => {
    const known = sessionList(store.db, SESSIONS_MAX)
    const wanted = known.find(({ runNo, inputBytes }) =>
      session === undefined ? inputBytes > 0 : runNo === Number(session),
    )
    if (wanted === undefined)
      throw new CommandError(
        EXIT.usage,
        'SESSION_NOT_FOUND',
        session === undefined ? 'no session is recorded' : `there is no session ${session}`,
        'list them with `profinaut journal sessions`',
      )
    const { runNo, inputBytes } = wanted
    if (inputBytes === 0)
      return {
        code: EXIT.inconclusive,
        message: `session ${runNo}: its inputs were pruned, or it took none`,
        reasonCodes: ['INPUT_MISSING'],
        data: { session: runNo },
      }
    const progress = terminalProgress()
    const open = () => {
      const stored = storedSession(store.db, runNo)
      if (stored === undefined) throw new Error(`session ${runNo} is listed`)
      return stored
    }
    const parity = compareWithSimulation(open, (id) => (id === MANUAL_BOT ? manualStrategy : findStrategy(id)), {
      latencyUs: options.latency * US_PER_MS,
      told: (inputs) => progress.update(`session ${runNo}`, inputs, undefined, 'inputs'),
    })
    progress.clear()
    const { livePnl, simPnl, causes, isFaithful, liveFills, simFills, before } = parity
    const difference = livePnl - simPnl
    const said = [
      `session ${runNo}: ${liveFills} fills live, ${simFills} simulated`,
      `profit ${exactNumber(livePnl)} live, ${exactNumber(simPnl)} simulated, ${exactNumber(difference)} apart:`,
      `prices ${exactNumber(causes.price)}, quantities ${exactNumber(causes.quantity)}, orders that only one had ${exactNumber(causes.decisions)}, fees ${exactNumber(causes.fees)}`,
      ...(before === 0 ? [] : [`${before} orders rested before it began: the simulated venue never had them`]),
      ...(isFaithful ? [] : ['it does not replay as it was recorded: nothing of this can be relied on']),
    ]
    const price = (value: number | undefined) => (value === undefined ? undefined : exactNumber(value))
    const rows = sheet(
      [
        { name: 'order', align: 'left', exact: ({ orderId }: ParityLine) => orderId },
        { name: 'bot', align: 'left', exact: ({ botId }) => botId },
        { name: 'instrument', align: 'left', exact: ({ instrumentId }) => instrumentId },
        { name: 'side', align: 'left', exact: ({ side }) => side },
        { name: 'live_lots', align: 'right', exact: ({ liveQty }) => liveQty },
        { name: 'sim_lots', align: 'right', exact: ({ simQty }) => simQty },
        { name: 'live_ticks', align: 'right', exact: ({ livePrice }) => price(livePrice) },
        { name: 'sim_ticks', align: 'right', exact: ({ simPrice }) => price(simPrice) },
        { name: 'slippage_bps', align: 'right', exact: ({ slippageBps }) => price(slippageBps) },
      ],
      parity.orders,
      { empty: 'neither filled anything' },
    )
    return {
      ...sheetOutcome(rows, formatOf(options, printer), {
        code: isFaithful ? EXIT.ok : EXIT.inconclusive,
        message: said.slice(0, 2).join('; '),
        reasonCodes: isFaithful ? [] : ['DIVERGED'],
        note: said.join('\n'),
      }),
      data: { session: runNo, ...parity, difference },
    }
  })
}
