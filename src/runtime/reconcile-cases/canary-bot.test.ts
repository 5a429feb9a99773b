import { describe, expect, test } from 'vitest'
import { DEMO_INSTRUMENTS } from '../../venues/simulated/demo-instruments.ts'
import { type CanaryGround, canaryBot } from './canary-bot.ts'

const [first, second] = DEMO_INSTRUMENTS

function ground(
  ...bots: readonly (readonly [
    id: string,
    state: 'RUNNING' | 'STOPPED',
    allocation: number,
    instruments: readonly number[],
  ])[]
): CanaryGround {
  return {
    bots: bots.map(([id, state, , instruments], at) => ({ at, state, config: { id, instruments } })),
    allocations: bots.map(([, , allocation]) => allocation),
    instruments: DEMO_INSTRUMENTS,
  }
}

describe('the bot that trades first', () => {
  const scope = `instrument:${first?.id}`

  test('has the least to trade with, is at work, and trades where the case was', () => {
    const bots = ground(['big', 'RUNNING', 500, [0]], ['small', 'RUNNING', 100, [1, 0]], ['away', 'RUNNING', 1, [1]])
    expect(canaryBot(bots, { scope })).toEqual({ botId: 'small', instrumentId: first?.id })
    expect(canaryBot(bots, { scope: `venue:${first?.venueId}` })).toEqual({ botId: 'away', instrumentId: second?.id })
  })

  test('is nobody where none is at work', () => {
    expect(canaryBot(ground(['idle', 'STOPPED', 1, [0]]), { scope })).toBeUndefined()
  })
})
