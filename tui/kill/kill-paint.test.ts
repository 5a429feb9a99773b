import { expect, test } from 'vitest'
import { KILL, NOW_TS, RIBBON } from '../../fixtures/screen-client.ts'
import { UTC } from '../paint/clock-text.ts'
import { widthOf } from '../paint/row.ts'
import { BARE } from '../paint/tone.ts'
import { type KillFacts, paintKill } from './kill-paint.ts'
import type { KillState } from './kill-state.ts'

const FACTS: KillFacts = { view: KILL, ribbon: RIBBON, nowTs: NOW_TS, nowMs: 13_000, zone: UTC }
const ARMED: KillState = {
  awaiting: undefined,
  note: undefined,
  step: {
    at: 'armed',
    level: 'FLATTEN',
    scope: 'global',
    reviewMinutes: 30,
    reason: 'runaway bot',
    id: 'x',
    phrase: 'flatten 3',
    field: { text: 'flatten ', cursor: 8 },
    intentHash: '9f3c',
    positions: 3,
    armedMs: 0,
    shownMs: 0,
  },
}
const SENT: KillState = {
  ...ARMED,
  step: {
    at: 'sent',
    level: 'HALT',
    scope: 'global',
    reviewMinutes: 30,
    reason: 'runaway bot',
    id: 'x',
    sentMs: 12_600,
    ackMs: undefined,
    refusal: undefined,
    estimate: undefined,
  },
}
const SIZES = [
  [80, 19],
  [120, 35],
  [200, 45],
] as const

test.each(SIZES)('every step fills %i x %i exactly, with and without an estimate', (width, height) => {
  for (const state of [
    ARMED,
    SENT,
    { ...ARMED, note: 'a note' },
    { ...ARMED, step: { at: 'choosing', level: undefined, scope: 'global', reviewMinutes: 5 } } satisfies KillState,
  ])
    for (const view of [KILL, undefined]) {
      const rows = paintKill(BARE, { width, height }, state, { ...FACTS, view })
      expect(rows).toHaveLength(height)
      for (const row of rows) expect(widthOf(row), row).toBe(width)
    }
})

test.each(SIZES)(
  'at %i x %i the challenge shows: what to type, what was typed, and what time is left',
  (width, height) => {
    const text = paintKill(BARE, { width, height }, ARMED, FACTS).join('\n')
    expect(text).toContain('ARMED FLATTEN')
    expect(text).toContain('expires in 00:47   intent 9f3c')
    expect(text).toMatch(/type {4}flatten 3 +> flatten {1,2}_/)
    expect(text).toContain('ETH_JPY -0.3100')
    expect(text).toContain('refreshed 0.3s ago')
  },
)

test.each([50, 80, 120])('at %i columns every level is offered on the fewest rows, and no number is cut', (width) => {
  const step: KillState['step'] = { at: 'choosing', level: undefined, scope: 'global', reviewMinutes: 5 }
  const text = paintKill(BARE, { width, height: 7 }, { ...ARMED, step }, FACTS).join('\n')
  for (const level of ['c CLOSE_ONLY', 'f FLATTEN', 'h HALT']) expect(text).toContain(level)
  expect(text).toMatch(/est ¥1,490 {2}~20s/)
  expect(text).not.toMatch(/¥[\d,]*\.\./)
})

test('without an estimate nothing is made up', () => {
  const text = paintKill(BARE, { width: 80, height: 19 }, ARMED, { ...FACTS, view: undefined }).join('\n')
  expect(text).toContain('UNKNOWN')
  expect(text).not.toContain('¥0')
})

test('a stop without an answer lists the ways that need no screen', () => {
  const text = paintKill(BARE, { width: 80, height: 19 }, SENT, FACTS).join('\n')
  expect(text).toContain('HALT SENT, NOT ACKNOWLEDGED 0.4s')
  for (const way of ['profinaut panic', 'kill set', 'kill -USR2 4711', 'venue site']) expect(text).toContain(way)
})

test('a flatten under way says where it stands, and what the venue has still to say', () => {
  const step: KillState['step'] = {
    ...(SENT.step as KillState['step'] & { at: 'sent' }),
    level: 'FLATTEN',
    ackMs: 12_700,
  }
  const told = (flatten: NonNullable<KillFacts['view']>['flatten'], legs = KILL.legs) =>
    paintKill(BARE, { width: 120, height: 35 }, { ...SENT, step }, { ...FACTS, view: { ...KILL, legs, flatten } }).join(
      '\n',
    )
  expect(told({ state: 'WAITING', detail: 'ETH_JPY: no price to close at' })).toMatch(
    /FLATTEN RUNNING[^]*5 legs left, 0 at work[^]*WAITING {2}ETH_JPY: no price to close at/,
  )
  expect(told({ state: 'CHECKING', detail: 'our books are flat: asking the venue' }, [])).toContain('FLATTEN RUNNING')
  expect(told({ state: 'FLAT', detail: 'the venue holds nothing in scope' }, [])).toContain('RESULT FLATTEN')
})
