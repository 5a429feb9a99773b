import { expect, test } from 'vitest'
import { DeadManDesk } from './deadman-desk.ts'

/** A desk over one bot, and what it did. */
function desk(isLatched: boolean) {
  const done: string[] = []
  const standing = new Map<string, { level: string; actor: string }>()
  const made = new DeadManDesk(
    { botSeconds: 90, botAction: 'CLOSE_ONLY', operatorHours: 0, isLatched },
    {
      raise: (scope, level, { actor }) => {
        standing.set(scope, { level, actor })
        done.push(`raise ${scope} ${level}`)
      },
      lower: (scope) => {
        standing.delete(scope)
        done.push(`lower ${scope}`)
      },
      fail: (botId) => done.push(`fail ${botId}`),
      standing: (scope) => standing.get(scope),
      alert: () => undefined,
    },
  )
  const hear = (ms: number, heardTs: number) => made.look([{ id: 'grid', isRunning: true, heardTs }], ms)
  return { done, hear }
}

test('UGF-A-008: two good beats recover a paper bot', () => {
  const { done, hear } = desk(false)
  hear(0, 1)
  hear(91_000, 1)
  hear(92_000, 2)
  hear(93_000, 3)
  expect(done).toEqual(['raise bot:grid CLOSE_ONLY', 'lower bot:grid'])
})

test('UGF-A-008: a bot with money at stake stays latched until a person lowers it', () => {
  const { done, hear } = desk(true)
  hear(0, 1)
  hear(91_000, 1)
  for (let beat = 2; beat < 20; beat++) hear(91_000 + beat * 1_000, beat)
  expect(done).toEqual(['raise bot:grid CLOSE_ONLY'])
})
