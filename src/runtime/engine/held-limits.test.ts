import { expect, test } from 'vitest'
import { breachesOf, type HeldRisk, heldLimits } from './held-limits.ts'

const LIMITS = {
  drawdown_pct_max: 10,
  day_loss_pct_max: 3,
  gross_exposure_max: 2_000_000,
  net_exposure_max: 1_000_000,
  instrument_exposure_max: 500_000,
  leverage_max: 2,
}

function risk(exposures: readonly number[], equity = 1_000_000, more: Partial<HeldRisk> = {}): HeldRisk {
  return {
    equity,
    peak: 1_000_000,
    dayStart: 1_000_000,
    instruments: exposures.map((_, at) => ({ id: `i${at}`, maxLeverage: 2, settlement: at === 0 ? 'cash' : 'margin' })),
    portfolio: { exposure: (at) => exposures[at] as number },
    ...more,
  }
}
const broken = (of: HeldRisk) =>
  breachesOf(heldLimits(of, LIMITS)).map(({ rule, scope, first }) => [rule, scope, first])

test('within its limits nothing is broken, and each says what is left in money', () => {
  const limits = heldLimits(risk([100_000, -50_000], 990_000), LIMITS)
  expect(breachesOf(limits)).toEqual([])
  expect(limits.map(({ rule, moneyLeft }) => [rule, moneyLeft && Math.round(moneyLeft)])).toEqual([
    ['DRAWDOWN', 90_000],
    ['DAY_LOSS', 20_000],
    ['GROSS_EXP', 1_850_000],
    ['NET_EXP', 950_000],
    ['EXPOSURE', 400_000],
    ['EXPOSURE', 450_000],
    ['LEVERAGE', 1_830_000],
    ['LIQUIDATION', undefined],
  ])
})

test('a loss counts at marks, whatever was closed; what is too large is broken in its own instrument', () => {
  expect(broken(risk([0, 0], 970_000))).toEqual([['DAY_LOSS', 'global', 'CLOSE_ONLY']])
  expect(broken(risk([0, 0], 899_999)).map(([rule]) => rule)).toEqual(['DRAWDOWN', 'DAY_LOSS'])
  expect(broken(risk([500_001, 0]))).toEqual([['EXPOSURE', 'instrument:i0', 'CLOSE_ONLY']])
})

test('near liquidation the ladder begins with FLATTEN', () => {
  // 2,000,000 on margin at 2x: 750,000 have to be left, so 100,000 more than that is 5 % of a move.
  const near = risk([0, 2_000_000], 850_000, { peak: 850_000, dayStart: 850_000 })
  expect(broken(near)).toContainEqual(['LIQUIDATION', 'global', 'FLATTEN'])
  expect(broken(risk([2_000_000, 0])).map(([rule]) => rule)).not.toContain('LIQUIDATION')
})

test('what cannot be valued breaks nothing by itself and shares nothing', () => {
  const limits = heldLimits(risk([Number.NaN, 0], Number.NaN), LIMITS)
  expect(breachesOf(limits)).toEqual([])
  expect(
    limits.filter(({ rule }) => rule === 'DRAWDOWN' || rule === 'DAY_LOSS').every(({ share }) => Number.isNaN(share)),
  ).toBe(true)
})
