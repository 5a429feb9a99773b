import { afterEach, expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { safetyView } from '../views/safety-view.ts'

let made: EngineWorld
afterEach(() => made.end())

test('UGF-0-005: a kill with a time of review reminds in engine time, shows it, and goes on', async () => {
  made = new EngineWorld()
  await made.boot()
  await made.run(3)
  const scope = 'bot:maker'
  const open = () =>
    made.store.alerts.list(20).filter(({ source, state }) => source.startsWith('KILL_REVIEW') && state === 'OPEN')
  await made.command('KILL_RAISE', { scope, level: 'CLOSE_ONLY', review_minutes: 1 })
  const due = safetyView(made.engine).kills.find((kill) => kill.scope === scope)?.reviewTs
  expect(due).toBeGreaterThan(made.engine.now)
  await made.run(50)
  expect(open()).toEqual([])
  await made.run(12)
  expect(open()).toHaveLength(1)
  expect(made.engine.kernel.facts.kill.at(scope)).toBe('CLOSE_ONLY')
  await made.command('KILL_RAISE', { scope, level: 'CLOSE_ONLY', review_minutes: 5 })
  await made.run(2)
  expect(open()).toEqual([])
})
