import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Wire } from './wire.ts'

/** Everything that is on the way, as it arrives. */
function drain<T>(wire: Wire<T>): readonly (readonly [ts: number, item: T | undefined])[] {
  const arrived: (readonly [number, T | undefined])[] = []
  while (wire.nextTs < Number.POSITIVE_INFINITY) arrived.push([wire.nextTs, wire.take()])
  return arrived
}

test('what is sent first arrives first, whatever delay it was given, and times never go back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (delays) => {
      const wire = new Wire<number>()
      delays.forEach((delay, at) => wire.send(at, at + delay))
      const arrived = drain(wire)
      expect(arrived.map(([, item]) => item)).toEqual(delays.map((_, at) => at))
      arrived.forEach(([ts], at) => {
        expect(ts).toBeGreaterThanOrEqual(at + (delays[at] as number))
        expect(ts).toBeGreaterThanOrEqual(arrived[at - 1]?.[0] ?? 0)
      })
    }),
  )
})

test('what is sent late is overtaken and holds nothing up', () => {
  const wire = new Wire<string>()
  wire.send('first', 10)
  wire.sendLate('late', 100)
  wire.send('second', 20)
  expect(drain(wire)).toEqual([
    [10, 'first'],
    [20, 'second'],
    [100, 'late'],
  ])
})

test('a broken wire loses what was on it and forgets how late it was', () => {
  const wire = new Wire<string>()
  wire.send('lost', 100)
  wire.clear()
  expect(wire.take()).toBeUndefined()
  wire.send('next', 5)
  expect(drain(wire)).toEqual([[5, 'next']])
})
