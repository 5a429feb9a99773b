import { expect, test } from 'vitest'
import { barsOf, testInstrument } from '../../fixtures/world.ts'
import { barColumns } from '../market/columns.ts'
import type { StrategyContext } from '../strategy/strategy.ts'
import { Rig } from './rig.fixture.ts'

const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })
const MINUTE = 60_000_000

/** Bars of one minute whose close is their number, from a minute on. */
function bars(count: number, from = 0) {
  const columns = barsOf(Array.from({ length: count }, (_, row) => [1, 1_000, 1, 100 + from + row]))
  for (let row = 0; row < count; row++) {
    columns.openTs[row] = (from + row) * MINUTE
    columns.closeTs[row] = (from + row + 1) * MINUTE
  }
  return columns
}

const at = { afterUs: 100 * MINUTE }

function rigWith(seen: string[], heard: (context: StrategyContext) => void = () => undefined, frames: number[] = []) {
  const rig = new Rig({
    instruments: [PERP],
    strategy: { warmUp: () => 5, frames: () => frames },
    handlers: (context) => ({
      onBar(bar, _, frame) {
        seen.push(`${frame}:${bar.close}@${context.now / MINUTE}`)
        heard(context)
      },
    }),
  })
  rig.quote(100_000, at)
  return rig
}

test('the past teaches a cold bot, is not heard, is not written, and moves no mark', () => {
  const seen: string[] = []
  const answers: unknown[] = []
  const rig = rigWith(seen, (context) => {
    answers.push(context.place({ side: 'buy', qty: 1, type: 'MARKET', reasonCode: 'ENTRY_TEST' }))
    context.signal('SEEN', 1)
    context.setTimer('past', context.now + 1)
  })
  const { length } = rig.events
  const before = rig.kernel.stateHash()
  const past = bars(6)
  for (let row = 0; row < 6; row++) rig.kernel.onHistory(0, past, row)
  expect(seen).toEqual(['0:100@1', '0:101@2', '0:102@3', '0:103@4', '0:104@5', '0:105@6'])
  expect(answers).toEqual(Array.from({ length: 6 }))
  expect(rig.events).toHaveLength(length)
  expect(rig.kernel.stateHash()).toBe(before)
  expect(rig.kernel.portfolio.marks[0]).toBe(100_000)
  expect(rig.kernel.nextTimerTs).toBe(Number.POSITIVE_INFINITY)
  expect(rig.kernel.bots[0]?.state).toBe('WARMING_UP')
  // The first row of the present finds it warm, and hears it.
  rig.kernel.onBar(0, bars(1, 200), 0)
  expect(rig.kernel.bots[0]?.state).toBe('RUNNING')
  expect(answers.at(-1)).toBe('o1')
})

test('a bot that is warm is not shown the past again', () => {
  const seen: string[] = []
  const rig = rigWith(seen)
  for (let row = 0; row < 5; row++) rig.kernel.onBar(0, bars(5, 200), row)
  seen.length = 0
  rig.kernel.onHistory(0, bars(1), 0)
  expect(seen).toEqual([])
})

test('larger bars that began in the past are completed by the present', () => {
  const seen: string[] = []
  const rig = rigWith(seen, undefined, [3 * MINUTE])
  const past = bars(4, 99)
  for (let row = 0; row < 4; row++) rig.kernel.onHistory(0, past, row)
  const now = bars(2, 103)
  for (let row = 0; row < 2; row++) rig.kernel.onBar(0, now, row)
  expect(seen.filter((one) => one.startsWith('1:')).map((one) => one.split('@')[0])).toEqual(['1:201', '1:204'])
})

test('a bot that is started late learns from the past while the others live on in the present', () => {
  const seen: string[] = []
  const rig = rigWith(seen, undefined, [2 * MINUTE])
  const now = bars(5, 200)
  for (let row = 0; row < 5; row++) rig.kernel.onBar(0, now, row)
  rig.command({ kind: 'BOT_STOP', botId: 'bot-1' })
  rig.command({ kind: 'BOT_START', botId: 'bot-1' })
  seen.length = 0
  for (let row = 0; row < 5; row++) rig.kernel.onHistory(0, now, row)
  expect(seen.map((one) => one.split('@')[0])).toEqual(['0:300', '0:301', '1:301', '0:302', '0:303', '1:303', '0:304'])
  seen.length = 0
  rig.kernel.onBar(0, bars(1, 205), 0)
  expect(seen).toHaveLength(2)
  expect(rig.kernel.bots[0]?.state).toBe('RUNNING')
})

test('a strategy that throws at the past is put aside before it trades', () => {
  const rig = rigWith([], () => {
    throw new Error('cannot read this')
  })
  for (let row = 0; row < 4; row++) rig.kernel.onHistory(0, bars(4), row)
  expect(rig.kernel.bots[0]?.state).toBe('QUARANTINED')
  rig.kernel.onHistory(0, barColumns(1), 0)
  expect(rig.of('ops.bot_state').at(-1)?.payload.reason_code).toBe('STRATEGY_EXCEPTION')
})
