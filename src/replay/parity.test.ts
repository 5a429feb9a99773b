import { afterEach, expect, test } from 'vitest'
import { EngineWorld } from '../../fixtures/engine-world.ts'
import { storedSession } from '../../storage/recorded-sessions.ts'
import { MANUAL_BOT, manualStrategy } from '../runtime/engine/manual-strategy.ts'
import { findStrategy } from '../strategy/catalogue.ts'
import { compareWithSimulation, type Parity } from './parity.ts'

const made = new EngineWorld({ seed: 5 })
afterEach(() => made.end())

function parity(latencyUs: number): Parity {
  const open = () => {
    const session = storedSession(made.store.db, 1)
    if (session === undefined) throw new Error('a session is recorded')
    return session
  }
  return compareWithSimulation(open, (id) => (id === MANUAL_BOT ? manualStrategy : findStrategy(id)), { latencyUs })
}

test('a recorded session beside the same one on the simulated venue: every part of the difference is named', async () => {
  await made.boot()
  await made.run(30)
  for (const side of ['buy', 'sell', 'buy'] as const) {
    await made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side, type: 'MARKET', qty: '0.03' })
    await made.run(20)
  }
  made.engine.commit()
  const near = parity(30_000)
  expect(near.isFaithful).toBe(true)
  expect(near.liveFills).toBeGreaterThan(3)
  const mine = near.orders.filter(({ botId }) => botId === MANUAL_BOT)
  expect(mine.map(({ liveQty }) => liveQty)).toEqual([30, 30, 30])
  expect(mine.map(({ simQty }) => simQty)).toEqual([30, 30, 30])
  for (const { slippageBps } of mine) expect(Math.abs(slippageBps ?? Number.NaN)).toBeLessThan(20)
  for (const compared of [near, parity(5_000_000)]) {
    const { price, quantity, decisions, fees } = compared.causes
    expect(price + quantity + decisions + fees).toBeCloseTo(compared.livePnl - compared.simPnl, 6)
  }
}, 60_000)
