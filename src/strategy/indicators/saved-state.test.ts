import { expect, test } from 'vitest'
import { CrossDetector } from './cross-detector.ts'
import { Ema } from './ema.ts'
import { Macd } from './macd.ts'
import { Sma } from './sma.ts'

test('what is wrong with a saved state is said with the place, the expected and the found', () => {
  const state = new Sma(3).save()
  const restore = (bad: readonly number[]) => () => new Sma(3).restore(bad)
  expect(restore(new Sma(4).save())).toThrow('saved SMA has period 3, found 4')
  expect(restore(state.with(1, 3))).toThrow('saved SMA has a whole number from 0 to 2 at 1, found 3')
  expect(restore(state.with(1, 0.5))).toThrow('saved SMA has a whole number from 0 to 2 at 1, found 0.5')
  expect(restore(state.with(4, Number.NaN))).toThrow('saved SMA has a finite number at 4, found NaN')
  expect(restore(state.slice(0, 6))).toThrow('saved SMA has a finite number at 6, found undefined')
  expect(restore([...state, 1])).toThrow(`saved SMA has ${state.length} numbers, found ${state.length + 1}`)
})

test('a state goes only to an indicator with the same rules', () => {
  expect(() => new Ema(5, 'mean').restore(new Ema(5, 'first').save())).toThrow('saved EMA has warm-up 5, found 1')
  expect(() => new CrossDetector('strict').restore(new CrossDetector('last-nonzero').save())).toThrow(
    'saved cross detector has strictness 1, found 0',
  )
})

test('a part that claims to be longer than the state is refused', () => {
  const macd = new Macd({ fast: 2, slow: 3, signal: 2 }, 'first')
  const state = macd.save()
  expect(() => macd.restore(state.with(0, state.length))).toThrow('saved MACD has a whole number from 0 to')
})
