import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { sharedFolder } from '../../fixtures/shared-folder.ts'
import { valueOf } from './figure.ts'
import { type GeometricFigures, geometricFigures } from './metrics-geometric.ts'

const shared = sharedFolder()

interface Reference {
  readonly dataset: { readonly file: string }
  readonly warmup_index: number
  readonly annual_days: number
  readonly trades: readonly Readonly<Record<string, number>>[]
  readonly stats: Readonly<Record<string, number>>
  readonly equity: { readonly bar_step: number; readonly values: readonly number[] }
}

function references(): readonly { name: string; reference: Reference }[] {
  if (shared === undefined) return []
  return readdirSync(`${shared}/oracles`)
    .filter((name) => name.startsWith('bt_'))
    .map((name) => ({ name, reference: JSON.parse(readFileSync(`${shared}/oracles/${name}`, 'utf8')) as Reference }))
    .filter(({ reference }) => reference.equity.bar_step === 1)
}

function figuresOf(reference: Reference): GeometricFigures {
  const raw = readFileSync(`${shared}/${reference.dataset.file}`)
  const text = (reference.dataset.file.endsWith('.gz') ? gunzipSync(raw) : raw).toString()
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
  const column = (key: string, scale = 1) => reference.trades.map((trade) => (trade[key] ?? Number.NaN) * scale)
  return geometricFigures({
    equity: Float64Array.from(reference.equity.values),
    ts: Float64Array.from(rows, ([ms = Number.NaN]) => ms * 1000),
    close: Float64Array.from(rows, ([, , , , close = Number.NaN]) => close),
    warmup: reference.warmup_index,
    periodsPerYear: reference.annual_days,
    trades: {
      length: reference.trades.length,
      entryBar: column('entry_bar'),
      exitBar: column('exit_bar'),
      entryTs: column('entry_ts_ms', 1000),
      exitTs: column('exit_ts_ms', 1000),
      pnl: column('pnl'),
      fee: column('commission'),
      returnFraction: column('return_pct'),
    },
  })
}

/** Annualised figures and their ratios, for which the reference allows 1e-6. */
const LOOSE = new Set(['return_ann_pct', 'volatility_ann_pct', 'cagr_pct', 'sharpe', 'sortino', 'calmar'])

describe('the shared reference results', () => {
  test.skipIf(shared === undefined)('there are references with equity at every bar', () => {
    expect(references().length).toBeGreaterThanOrEqual(9)
  })

  test.skipIf(shared === undefined).each(references())('$name: every statistic', ({ reference }) => {
    const found = new Map(
      Object.entries(figuresOf(reference)).map(([key, shown]) => [
        key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        shown,
      ]),
    )
    expect([...found.keys()].sort()).toEqual(Object.keys(reference.stats).sort())
    for (const [key, expected] of Object.entries(reference.stats)) {
      const shown = valueOf(found.get(key) ?? { withheld: 'missing' }) ?? Number.NaN
      const error = Math.abs(shown - expected) / Math.max(1, Math.abs(expected))
      expect(error, `${key}: expected ${expected}, found ${shown}`).toBeLessThan(LOOSE.has(key) ? 1e-6 : 1e-9)
    }
  })
})

const NO_TRADES = {
  length: 0,
  entryBar: [],
  exitBar: [],
  entryTs: [],
  exitTs: [],
  pnl: [],
  fee: [],
  returnFraction: [],
}

test.each([
  { name: 'no bars', equity: [] },
  { name: 'one bar', equity: [100] },
  { name: 'ruin', equity: [100, 50, 0, 0] },
])('$name: what does not exist is withheld, never NaN', ({ equity }) => {
  const figures = geometricFigures({
    equity: Float64Array.from(equity),
    ts: Float64Array.from(equity, (_, at) => at * 86_400_000_000),
    close: Float64Array.from(equity, () => 10),
    warmup: 0,
    periodsPerYear: 252,
    trades: NO_TRADES,
  })
  for (const [name, shown] of Object.entries(figures)) {
    const value = valueOf(shown)
    expect(value === undefined || Number.isFinite(value), name).toBe(true)
  }
  expect(figures.sqn).toHaveProperty('withheld')
})
