import { expect, test } from 'vitest'
import { z } from 'zod'
import { decimal } from '../domain/decimal.ts'
import { botId, instrumentId, venueId } from '../domain/ids.ts'
import { defineInstrument } from '../domain/instrument.ts'
import { lots, money, parseMoney, rate } from '../domain/money.ts'
import type { KernelEvent } from '../events/event.ts'
import { canonicalBody } from '../events/encode.ts'
import { barColumns } from '../market/columns.ts'
import { RESEARCH_LIMITS } from '../risk/limits.ts'
import { MODE_SETTINGS } from '../risk/mode.ts'
import { Sma } from '../strategy/indicators/sma.ts'
import { defineStrategy } from '../strategy/strategy.ts'
import { DEFAULT_ASSUMPTIONS } from '../venues/simulated/assumptions.ts'
import { SimulatedVenue } from '../venues/simulated/simulated-venue.ts'
import { Simulation } from '../research/simulation.ts'
import { Kernel } from './kernel.ts'
import { Random } from '../domain/random.ts'

const BTC = defineInstrument({
  id: instrumentId('BTC/USDT'), venueId: venueId('sim'), symbol: 'BTCUSDT', settlement: 'cash', base: 'BTC', quote: 'USDT',
  tickSize: decimal('0.01'), lotSize: decimal('0.00001'), multiplier: decimal('1'),
  fees: { maker: rate(0.001), taker: rate(0.001), perFill: money(0n) },
  filters: { minQty: lots(1), maxQty: lots(1e12), minNotional: money(0n) }, maxLeverage: 1, maintenance: rate(0), shortable: false,
})
const cross = defineStrategy({
  id: 'x', version: '1.0.0', description: '', params: z.strictObject({ fast: z.int(), slow: z.int() }),
  warmUp: (p) => p.slow,
  create({ fast, slow }, ctx) {
    const a = new Sma(fast), b = new Sma(slow)
    let up = false
    return { onBar(bar) {
      a.update(bar.close); b.update(bar.close)
      if (!b.isReady) return
      const now = a.value > b.value
      if (now === up) return
      up = now
      const held = ctx.position()
      if (now && held === 0) ctx.place({ side: 'buy', qty: (0.9 * ctx.cash()) / (bar.close * BTC.valuePerTickLot), type: 'MARKET', reasonCode: 'ENTRY_CROSS' })
      else if (!now && held > 0) ctx.place({ side: 'sell', qty: held, type: 'MARKET', reasonCode: 'EXIT_CROSS', reduceOnly: true })
    } }
  },
})
export function bars(n: number) {
  const c = barColumns(n); const r = Random.seeded(1); let p = 5_000_000
  for (let i = 0; i < n; i++) {
    c.openTs[i] = i * 60e6; c.closeTs[i] = (i + 1) * 60e6; c.open[i] = p
    const q = Math.max(1000, Math.round(p * (1 + 0.0006 * r.normal()))); c.high[i] = Math.max(p, q) + 100; c.low[i] = Math.min(p, q) - 100; c.close[i] = q; c.volume[i] = 1e6; p = q
  }
  c.length = n; return c
}
export async function run(n: number, fast = 20, slow = 100, data = bars(n)) {
  const events: KernelEvent[] = []
  const kernel = new Kernel({ runMode: 'backtest', seed: 1, baseCurrency: 'USDT', instruments: [BTC], bots: [{ id: botId('b'), strategy: cross as never, params: { fast, slow }, instruments: [0], allocation: parseMoney('10000')! }],
    deposits: [{ venueId: 'sim', currency: 'USDT', amount: parseMoney('10000')! }], limits: RESEARCH_LIMITS, mode: { ...MODE_SETTINGS, warmUpUs: 0 }, startTs: 0, datasets: [], configSha256: '0'.repeat(64), policySha256: '0'.repeat(64) }, { append: (e) => void events.push(e) })
  let samples = 0
  const sim = new Simulation(DEFAULT_ASSUMPTIONS.latency, { sample: () => void samples++, progress: () => false })
  const venue = new SimulatedVenue({ instruments: [BTC], matchedOn: ['bars'], assumptions: DEFAULT_ASSUMPTIONS, sink: sim })
  venue.deposit('USDT', parseMoney('10000')!)
  sim.connect(kernel, venue)
  kernel.start()
  const t = performance.now()
  await sim.play([{ instrumentAt: 0, kind: 'bars', chunks: (async function* () { for (let i = 0; i < n; i += 65536) { const m = Math.min(65536, n - i); yield { ...data, length: m, openTs: data.openTs.subarray(i, i + m), closeTs: data.closeTs.subarray(i, i + m), open: data.open.subarray(i, i + m), high: data.high.subarray(i, i + m), low: data.low.subarray(i, i + m), close: data.close.subarray(i, i + m), volume: data.volume.subarray(i, i + m) } } })() }])
  const ms = performance.now() - t
  kernel.stop('completed', '', kernel.now)
  return { events, kernel, ms, samples, venue }
}
test('smoke', async () => {
  const { events, kernel, ms, venue } = await run(5000)
  console.log(events.length, ms, kernel.orders.count, kernel.portfolio.equity, kernel.bots[0]?.lastError, kernel.bots[0]?.state)
  for (const e of events.slice(0, 30)) console.log(canonicalBody(e))
  console.log(kernel.portfolio.ledger.balances(), venue.account.balances())
  expect(1).toBe(1)
})
