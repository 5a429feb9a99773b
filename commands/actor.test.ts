import { userInfo } from 'node:os'
import { afterEach, expect, test, vi } from 'vitest'
import { actorName } from './actor.ts'

afterEach(() => vi.unstubAllEnvs())

const USER = userInfo().username

test.each([
  [undefined, `human:${USER}`],
  ['', `human:${USER}`],
  ['admin', `human:${USER}`],
  ['viewer', `human:${USER}#viewer`],
  ['operator', `human:${USER}#operator`],
  ['cron', 'service:cron'],
])('PROFINAUT_ROLE=%s is %s', (role, actor) => {
  vi.stubEnv('PROFINAUT_ROLE', role)
  expect(actorName()).toBe(actor)
})

test('a word that is no role is refused: nobody works with more than they asked for', () => {
  vi.stubEnv('PROFINAUT_ROLE', 'root')
  expect(actorName).toThrow("'root' is no role")
})
