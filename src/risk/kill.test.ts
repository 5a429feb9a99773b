import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { KILL_LEVELS, type KillLevel, type KillScope, KillSwitch, killSeverity } from './kill.ts'

const HERE = { venueId: 'sim', botId: 'bot-1', instrumentId: 'BTC/USDT' }
const SCOPES: readonly KillScope[] = ['global', 'venue:sim', 'bot:bot-1', 'instrument:BTC/USDT']
const ELSEWHERE: readonly KillScope[] = ['venue:acme', 'bot:bot-2', 'instrument:ETH/USDT']

test('raising is immediate and never milder', () => {
  const kill = new KillSwitch()
  expect(kill.raise('global', 'FLATTEN')).toEqual({ scope: 'global', from: 'NONE', to: 'FLATTEN' })
  expect(kill.raise('global', 'CLOSE_ONLY')).toBeUndefined()
  expect(kill.raise('global', 'FLATTEN')).toBeUndefined()
  expect(kill.raise('global', 'HALT')).toEqual({ scope: 'global', from: 'FLATTEN', to: 'HALT' })
  expect(kill.raise('bot:bot-1', 'NONE')).toBeUndefined()
  expect(kill.at('global')).toBe('HALT')
  expect(kill.at('bot:bot-1')).toBe('NONE')
})

test('UGF-0-005: lowering goes one step at a time', () => {
  for (const from of KILL_LEVELS)
    for (const to of KILL_LEVELS) {
      const kill = new KillSwitch()
      kill.raise('global', from)
      const isStep = killSeverity(to) === killSeverity(from) - 1
      expect(kill.lower('global', to)).toEqual(isStep ? { scope: 'global', from, to } : undefined)
      expect(kill.at('global')).toBe(isStep ? to : from)
    }
})

test.each(SCOPES)('a level on %s counts for what falls in it', (scope) => {
  const kill = new KillSwitch()
  kill.raise(scope, 'CLOSE_ONLY')
  expect(kill.effective(HERE)).toBe('CLOSE_ONLY')
  const there = { venueId: 'acme', botId: 'bot-2', instrumentId: 'ETH/USDT' }
  expect(kill.effective(there)).toBe(scope === 'global' ? 'CLOSE_ONLY' : 'NONE')
})

test('UGF-0-005: what counts is the strictest over the scopes of an action, whatever else was raised and lowered', () => {
  const step = fc.record({
    scope: fc.constantFrom(...SCOPES, ...ELSEWHERE),
    level: fc.constantFrom(...KILL_LEVELS),
    raises: fc.boolean(),
  })
  const worst = (levels: readonly KillLevel[]) => KILL_LEVELS[Math.max(0, ...levels.map(killSeverity))] as KillLevel
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const kill = new KillSwitch()
      const model = new Map<KillScope, KillLevel>()
      for (const { scope, level, raises } of steps) {
        const from = model.get(scope) ?? 'NONE'
        const moves = raises ? killSeverity(level) > killSeverity(from) : killSeverity(level) === killSeverity(from) - 1
        const change = raises ? kill.raise(scope, level) : kill.lower(scope, level)
        expect(change).toEqual(moves ? { scope, from, to: level } : undefined)
        if (moves) model.set(scope, level)
        expect(kill.effective(HERE)).toBe(worst(SCOPES.map((one) => model.get(one) ?? 'NONE')))
        expect(kill.strictest).toBe(worst([...model.values()]))
        expect(new Map(kill.directives)).toEqual(model)
      }
    }),
  )
})
