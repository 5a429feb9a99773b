import { expect, test } from 'vitest'
import { z } from 'zod'
import { barsOf, testInstrument, World } from '../../fixtures/world.ts'
import { defineStrategy } from '../strategy/strategy.ts'

const FLAT_BARS = barsOf(Array.from({ length: 6 }, () => [100, 110, 90, 100]))

/** Long 10 from the first bar; on the third closes 10 reduce-only and, in the same breath, sells 10 more. */
const reversal = defineStrategy({
  id: 'reversal',
  version: '1.0.0',
  description: 'turns a long position around with two orders',
  params: z.strictObject({}),
  create(_params, context) {
    let bar = 0
    return {
      onBar() {
        bar++
        if (bar === 1) context.place({ side: 'buy', qty: 10, type: 'MARKET', reasonCode: 'ENTRY_TEST' })
        if (bar !== 3) return
        context.place({ side: 'sell', qty: 10, type: 'MARKET', reduceOnly: true, reasonCode: 'EXIT_TEST' })
        context.place({ side: 'sell', qty: 10, type: 'MARKET', reasonCode: 'ENTRY_TEST' })
      },
    }
  },
})

test('an entry behind an exit of the same side opens: what the exit closes is not there to be reduced again', async () => {
  const world = await new World({
    bots: [{ strategy: reversal as never }],
    instruments: [testInstrument({ settlement: 'margin', shortable: true })],
    feeds: [{ columns: [FLAT_BARS] }],
  }).play()
  const actions = world.of('policy.decided').map(({ payload }) => payload.action)
  expect(actions).toEqual(['OPEN', 'REDUCE', 'OPEN'])
  expect(world.kernel.portfolio.accountQty(0)).toBe(-10)
  // Two orders of one moment: each leaves under the decision that permitted it, not under the last one made.
  const decided = new Map(world.of('policy.decided').map(({ payload }) => [payload.order_id, payload.decision_id]))
  for (const type of ['order.enqueued', 'order.sent'] as const) {
    for (const { payload } of world.of(type)) expect(payload.decision_id).toBe(decided.get(payload.order_id))
  }
})

test('state saved by newer code is not read: the bot is put aside and the run goes on', async () => {
  const saving = defineStrategy({
    id: 'saving',
    version: '1.0.0',
    description: 'keeps a number',
    params: z.strictObject({}),
    stateVersion: 1,
    create: () => ({ save: () => 1, restore: () => undefined }),
  })
  const world = new World({
    bots: [{ strategy: saving as never, restored: { stateVersion: 2, state: 1 } }],
    feeds: [{ columns: [FLAT_BARS] }],
  })
  await world.play()
  expect(world.kernel.bots[0]?.state).toBe('QUARANTINED')
  expect(world.of('ops.bot_state')[0]?.payload.reason_code).toBe('STATE_FROM_NEWER_CODE')
})
