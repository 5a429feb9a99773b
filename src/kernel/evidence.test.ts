import { expect, test } from 'vitest'
import { z } from 'zod'
import { World, walkBars } from '../../fixtures/world.ts'
import { canonicalBody } from '../events/encode.ts'
import { defineStrategy } from '../strategy/strategy.ts'
import { recordable, told } from './evidence.ts'

test.each([
  [
    { a: 1, b: 'x', c: true },
    { a: 1, b: 'x', c: true },
  ],
  [
    { a: Number.NaN, b: Number.NEGATIVE_INFINITY },
    { a: 'NaN', b: '-Infinity' },
  ],
  [
    { 'qu"ote': 1, 'line\n': 2, é: 3, '': 4 },
    { qu_ote: 1, line_: 2, _: 4 },
  ],
  [
    { a: undefined, b: null, c: [1, 2] },
    { a: 'undefined', b: 'null', c: '1,2' },
  ],
])('%j is recorded as %j', (given, recorded) => {
  expect(recordable(given)).toEqual(recorded)
})

test('text is cut where it goes on for too long', () => {
  expect(told('x'.repeat(501))).toHaveLength(500)
  expect(told('short')).toBe('short')
})

test('whatever a strategy signals or says, the journal can be written; a signal that is none is its own failure', async () => {
  const careless = defineStrategy({
    id: 'careless',
    version: '1.0.0',
    description: 'says anything',
    params: z.strictObject({}),
    create: (_params, context) => {
      let bars = 0
      return {
        onBar() {
          bars++
          if (bars === 1) context.signal('TREND_UP', 1, { 'a"b': Number.NaN })
          if (bars === 2)
            context.place({
              side: 'buy',
              qty: 1,
              type: 'MARKET',
              reasonCode: 'ENTRY_TEST',
              evidence: { é: Number.POSITIVE_INFINITY },
            })
          if (bars > 2) context.signal('no name', Number.NaN)
        },
      }
    },
  })
  const world = await new World({
    bots: [{ strategy: careless as never }],
    feeds: [{ columns: [walkBars(10)] }],
  }).play()
  expect(world.events.map(canonicalBody)).toHaveLength(world.events.length)
  expect(world.of('signal.emitted')).toHaveLength(1)
  expect(world.of('order.sent')).toHaveLength(1)
  expect(world.kernel.bots[0]?.state).toBe('QUARANTINED')
})
