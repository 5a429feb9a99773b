import { expect, test } from 'vitest'
import { US_PER_DAY } from '../../domain/time.ts'
import { LATENT_STEP_US, LatentPrices } from './latent-prices.ts'
import { DEMO_PROFILES } from './market-profile.ts'

const BASES = DEMO_PROFILES.map(({ basis }) => basis)

test('thirty days of twenty seeds stay within what a market could do', () => {
  const steps = (30 * US_PER_DAY) / LATENT_STEP_US
  const range = () => ({ low: Number.POSITIVE_INFINITY, high: 0 })
  for (let seed = 1; seed <= 20; seed++) {
    const latent = LatentPrices.seeded(BASES, seed)
    const seen = { btc: range(), eth: range(), usdJpy: range(), volatility: range() }
    let premium = 0
    for (let step = 0; step < steps; step++) {
      latent.step()
      if (step % 100 !== 0) continue
      for (const name of ['btc', 'eth', 'usdJpy', 'volatility'] as const) {
        seen[name].low = Math.min(seen[name].low, latent[name])
        seen[name].high = Math.max(seen[name].high, latent[name])
      }
      for (const basis of latent.bases) premium = Math.max(premium, Math.abs(basis))
    }
    const where = `seed ${seed}`
    expect(seen.btc.low, where).toBeGreaterThan(50_000)
    expect(seen.btc.high, where).toBeLessThan(180_000)
    expect(seen.btc.high / seen.btc.low, `${where}: a month moves`).toBeGreaterThan(1.05)
    expect(seen.eth.low, where).toBeGreaterThan(1_500)
    expect(seen.eth.high, where).toBeLessThan(7_000)
    expect(seen.usdJpy.low, where).toBeGreaterThan(135)
    expect(seen.usdJpy.high, where).toBeLessThan(168)
    expect(seen.volatility.high, `${where}: wild moments`).toBeGreaterThan(1.8)
    expect(seen.volatility.low, `${where}: quiet moments`).toBeLessThan(0.7)
    expect(premium, where).toBeLessThan(0.01)
  }
})

test('a path that was put away goes on as if it had not been', () => {
  const latent = LatentPrices.seeded(BASES, 5)
  for (let step = 0; step < 12_345; step++) latent.step()
  const other = LatentPrices.restore(BASES, JSON.parse(JSON.stringify(latent.save())) as never)
  for (let step = 0; step < 5_000; step++) {
    latent.step()
    other.step()
  }
  expect(other.save()).toEqual(latent.save())
  expect(other.volatility).toBe(latent.volatility)
})
