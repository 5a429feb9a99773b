import { expect, test } from 'vitest'
import { actorOf, cellOf, MATRIX, mayDo, type Right, ROLES, type Role } from './roles.ts'

/** The matrix once more, as a table is read: viewer, researcher, operator, admin, cron. `y` yes, `-` no, else its condition. */
const SPEC = `
  observe    y      y      y         y           y
  restricted masked masked y         y           -
  research   -      y      y         y           y
  upkeep     -      -      y         y           y
  stop       -      -      y         y           -
  paper      -      y      y         y           -
  shadow     -      -      y         y           -
  live       -      -      -         y           -
  release    -      -      safe_mode y           -
  exception  -      -      request   y           -
  treasury   -      -      request   y           -
  govern     -      -      -         y           -
  unguard    -      -      -         break_glass -`

const cells = SPEC.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
  .flatMap(([right = '', ...row]) =>
    row.map(
      (cell, at) => [right as Right, ROLES[at] as Role, cell.replace(/^y$/, 'yes').replace(/^-$/, 'no')] as const,
    ),
  )

test('UGF-B-001: every cell of the matrix is as it was decided', () => {
  expect(cells).toHaveLength(Object.keys(MATRIX).length * ROLES.length)
  for (const [right, role, cell] of cells) expect([right, role, cellOf(role, right)]).toEqual([right, role, cell])
})

test.each(cells)('UGF-B-001: %s by %s: %s', (right, role, cell) => {
  expect(mayDo(role, right)).toBe(cell === 'yes' || cell === 'masked')
  expect(mayDo(role, right, { isSafeModeRelease: true })).toBe(['yes', 'masked', 'safe_mode'].includes(cell))
  expect(mayDo(role, right, { isBreakGlass: true })).toBe(['yes', 'masked', 'break_glass'].includes(cell))
})

test('a person has all rights of a solo set-up, or those of the lesser role that they named; a service is cron', () => {
  expect(actorOf('human:trader')).toEqual({ kind: 'human', name: 'human:trader', role: 'admin' })
  expect(actorOf('human:trader#viewer')?.role).toBe('viewer')
  expect(actorOf('service:cron')).toEqual({ kind: 'service', name: 'service:cron', role: 'cron' })
  expect(actorOf('service:nightly#admin')?.role).toBe('cron')
})

test.each(['', 'trader', 'human:', 'robot:x', 'human:x#', 'human:x#root', 'human:x#cron', 'human:x#viewer#admin'])(
  "'%s' is nobody",
  (name) => expect(actorOf(name)).toBeUndefined(),
)
