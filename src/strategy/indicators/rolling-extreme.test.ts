import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { closeWalk, twinDifferences } from './bar-stream.ts'
import { RollingExtreme } from './rolling-extreme.ts'

const twins = { highest: Math.max, lowest: Math.min } as const

test.each(['highest', 'lowest'] as const)('the %s is that of the window, for any numbers', (which) => {
  const numbers = fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), numbers, (period, stream) => {
      const extreme = new RollingExtreme(period, which)
      const indicate = (x: number) => {
        extreme.update(x)
        return extreme.value
      }
      expect(twinDifferences(stream, period, indicate, (window) => twins[which](...window))).toEqual([])
    }),
  )
})

test.each(['highest', 'lowest'] as const)('the %s is that of the window over a long walk', (which) => {
  const extreme = new RollingExtreme(100, which)
  const indicate = (x: number) => {
    extreme.update(x)
    return extreme.value
  }
  const twin = (window: readonly number[]) => twins[which](...window)
  expect(twinDifferences(closeWalk(1, 100_000, 'doubles'), 100, indicate, twin, Object.is)).toEqual([])
})
