import { expect, test } from 'vitest'
import { testInstrument, World, walkBars } from '../../fixtures/world.ts'
import { decimal } from '../domain/decimal.ts'
import type { InstrumentTerms } from '../domain/instrument.ts'
import { rate } from '../domain/money.ts'
import { findStrategy } from '../strategy/catalogue.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { layerConfig } from './config-layers.ts'
import { limitsOf } from './config-schema.ts'

const { config } = layerConfig({ file: undefined, env: {} })

const MARGIN = { settlement: 'margin', maxLeverage: 2, maintenance: rate(0.5), shortable: true } as const

/** What a bot of the demo trades, as far as its sizes are concerned; all quoted in yen. */
const TERMS: Readonly<Record<string, Partial<InstrumentTerms> & { readonly start: number }>> = {
  trend: { ...MARGIN, tickSize: decimal('1'), lotSize: decimal('0.0001'), start: 15_000_000 },
  maker: { ...MARGIN, tickSize: decimal('1'), lotSize: decimal('0.001'), start: 400_000 },
  grid: { tickSize: decimal('1'), lotSize: decimal('0.0001'), start: 15_000_000 },
}

test.each(config.bot.map((bot) => [bot.id, bot] as const))(
  'the bot %s of the demo trades within an hour of one-minute bars, inside the limits of the demo',
  async (id, bot) => {
    const { start, ...terms } = TERMS[id] ?? { start: 1 }
    const world = new World({
      bots: [
        {
          strategy: findStrategy(bot.strategy) as unknown as StrategyDefinition<never>,
          params: bot.params,
          allocation: Number(bot.allocation),
        },
      ],
      instruments: [testInstrument({ quote: 'JPY', ...terms })],
      feeds: [{ columns: [walkBars(60, { start, step: 0.0008 })] }],
      cash: 10_000_000,
      // Bars have no depth to look at, and a minute between them.
      limits: { ...limitsOf(config), depthMultipleMin: 0, priceAgeUsMax: Infinity },
    })
    await world.play()
    expect(world.of('fill.recorded').length).toBeGreaterThanOrEqual(3)
    const blocked = world.of('policy.decided').filter(({ payload }) => payload.decision === 'BLOCK')
    expect(blocked.flatMap(({ payload }) => [payload.reason_codes, payload.inputs])).toEqual([])
  },
)
