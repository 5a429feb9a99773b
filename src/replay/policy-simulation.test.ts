import { afterEach, expect, test } from 'vitest'
import { EngineWorld } from '../../fixtures/engine-world.ts'
import { storedSession } from '../../storage/recorded-sessions.ts'
import { findStrategy } from '../strategy/catalogue.ts'
import { MANUAL_BOT, manualStrategy } from '../runtime/engine/manual-strategy.ts'
import { type PolicySimulation, simulatePolicy } from './policy-simulation.ts'
import type { Limits } from '../risk/limits.ts'

const made = new EngineWorld()
afterEach(() => made.end())

test('UGF-D-003: other limits are asked about every intent of a recorded session, and the same limits say the same', async () => {
  await made.boot()
  await made.run(5)
  for (const qty of ['0.01', '0.04'])
    expect(
      (await made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty })).status,
    ).toBe('COMPLETED')
  await made.run(5)
  made.engine.commit()
  const simulated = (change: (limits: Limits) => Limits): PolicySimulation => {
    const session = storedSession(made.store.db, 1)
    if (session === undefined) throw new Error('a session is recorded')
    return simulatePolicy(session, (id) => (id === MANUAL_BOT ? manualStrategy : findStrategy(id)), change)
  }
  const same = simulated((limits) => limits)
  expect(same.replay.verdict).toBe('VALID')
  expect(same.decisions).toBeGreaterThanOrEqual(2)
  expect(same.differences).toEqual([])
  const stricter = simulated((limits) => ({ ...limits, orderNotionalMax: 300_000 }))
  expect(stricter.decisions).toBe(same.decisions)
  const manual = stricter.differences.filter(({ botId }) => botId === MANUAL_BOT)
  expect(manual).toEqual([
    expect.objectContaining({ side: 'buy', was: 'ALLOW', wouldBe: 'BLOCK', wouldBeCode: 'ORDER_NOTIONAL_LIMIT' }),
  ])
})
