import { expect, test } from 'vitest'
import { walkBars } from '../../fixtures/world.ts'
import type { BarColumns } from '../market/columns.ts'
import { PriceRecorder } from './price-recorder.ts'

function chunk(bars: BarColumns, from: number, to: number): BarColumns {
  const cut = (column: Float64Array) => column.subarray(from, to)
  const { openTs, closeTs, open, high, low, close, volume } = bars
  return {
    kind: 'bars',
    length: to - from,
    openTs: cut(openTs),
    closeTs: cut(closeTs),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  }
}

test.each([1, 10, 4_096, 10_000])(
  'a curve of %i bars is the same however they are cut into chunks, and keeps the extremes',
  (count) => {
    const bars = walkBars(count, { seed: 3 })
    const whole = new PriceRecorder()
    whole.add(bars)
    const cut = new PriceRecorder()
    for (let from = 0; from < count; from += 777) cut.add(chunk(bars, from, Math.min(count, from + 777)))
    const curve = whole.curve()
    expect(cut.curve()).toEqual(curve)
    expect(Math.max(...(curve?.high ?? []))).toBe(Math.max(...bars.high))
    expect(Math.min(...(curve?.low ?? []))).toBe(Math.min(...bars.low))
    expect(curve?.open[0]).toBe(bars.open[0])
    expect(curve?.close.at(-1)).toBe(bars.close[count - 1])
    expect(curve?.ts.length).toBeLessThanOrEqual(4_096)
  },
)
