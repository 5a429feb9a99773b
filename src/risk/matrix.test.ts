import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { gateMatrix, troubleMatrix } from './matrix.ts'

const cells = gateMatrix(testInstrument())
const saysOf = (mode: string, kill: string) =>
  Object.fromEntries(
    cells
      .filter((cell) => cell.mode === mode && cell.kill === kill)
      .map(({ action, origin, decision }) => [`${action} ${origin}`, decision]),
  )

test('UGF-0-004: cancelling passes in every state', () => {
  const cancels = cells.filter(({ action }) => action === 'CANCEL')
  expect(cancels).toHaveLength(32)
  expect(new Set(cancels.map(({ decision }) => decision))).toEqual(new Set(['ALLOW']))
})

test('UGF-0-002: what each state permits', () => {
  expect(saysOf('NORMAL', 'NONE')).toEqual({
    'CANCEL strategy': 'ALLOW',
    'CANCEL operator': 'ALLOW',
    'REDUCE strategy': 'ALLOW',
    'REDUCE operator': 'ALLOW',
    'REDUCE flatten': 'ALLOW',
    'AMEND strategy': 'ALLOW',
    'OPEN strategy': 'ALLOW',
    'OPEN operator': 'ALLOW',
  })
  expect(saysOf('DEGRADED', 'NONE')).toMatchObject({
    'REDUCE strategy': 'ALLOW',
    'AMEND strategy': 'THROTTLE',
    'OPEN operator': 'THROTTLE',
  })
  expect(saysOf('SAFE_MODE', 'NONE')).toMatchObject({
    'REDUCE strategy': 'BLOCK',
    'REDUCE operator': 'ALLOW',
    'REDUCE flatten': 'ALLOW',
    'OPEN operator': 'BLOCK',
  })
  expect(saysOf('NORMAL', 'FLATTEN')).toMatchObject({ 'REDUCE operator': 'FLATTEN', 'REDUCE flatten': 'ALLOW' })
})

test('UGF-0-005: nothing but cancelling passes a HALT, whatever the mode', () => {
  for (const { mode, kill, action, decision } of cells)
    if ((mode === 'HALTED' || kill === 'HALT') && action !== 'CANCEL') expect(decision).toBe('HALT')
})

test('a stricter state never lets more pass', () => {
  const passes = new Set(cells.filter(({ decision }) => decision === 'ALLOW').map((cell) => keyOf(cell)))
  const modes = ['NORMAL', 'DEGRADED', 'SAFE_MODE', 'HALTED']
  const kills = ['NONE', 'CLOSE_ONLY', 'FLATTEN', 'HALT']
  for (const cell of cells) {
    const [mode, kill] = [modes.indexOf(cell.mode), kills.indexOf(cell.kill)]
    if (!passes.has(keyOf(cell))) continue
    if (mode > 0) expect(passes).toContain(keyOf({ ...cell, mode: modes[mode - 1] ?? '' }))
    if (kill > 0) expect(passes).toContain(keyOf({ ...cell, kill: kills[kill - 1] ?? '' }))
  }
})

function keyOf({ mode, kill, action, origin }: { mode: string; kill: string; action: string; origin: string }): string {
  return `${mode} ${kill} ${action} ${origin}`
}

test('UGF-0-003: whatever is the matter, only a broken wire or a wrong role keeps an order from being cancelled', () => {
  const kept = troubleMatrix(testInstrument()).filter(
    ({ action, decision }) => action === 'CANCEL' && decision !== 'ALLOW',
  )
  expect(kept.map(({ when, origin }) => `${when} ${origin}`)).toEqual([
    'connector BAD strategy',
    'connector BAD operator',
    'lock BAD strategy',
    'lock BAD operator',
    'role viewer operator',
  ])
})

test('UGF-0-003: whatever is the matter opens nothing, but for a role that is nobody’s who asks', () => {
  const opened = troubleMatrix(testInstrument()).filter(
    ({ action, decision }) => (action === 'OPEN' || action === 'AMEND') && decision === 'ALLOW',
  )
  expect(new Set(opened.map(({ when, origin }) => `${when} ${origin}`))).toEqual(
    new Set(['role viewer strategy', 'role unknown strategy']),
  )
})
