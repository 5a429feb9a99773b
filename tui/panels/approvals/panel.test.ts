import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { APPROVALS, SCREEN_VIEWS, screenContext, shelfOf } from '../../../fixtures/screen-views.ts'
import { COMMANDS } from '../../../src/runtime/command-catalogue.ts'
import type { ApprovalRow } from '../../../src/runtime/link/views.ts'
import { FRESH_STATE } from '../../panel.ts'
import { APPROVALS_PANEL } from './panel.ts'

const CONTEXT = screenContext()
const SHELF = shelfOf(SCREEN_VIEWS)
const on = (selected: string, ageMs = 0) =>
  APPROVALS_PANEL.actions(shelfOf(SCREEN_VIEWS, ageMs), { ...FRESH_STATE, selected }, CONTEXT)

test('UGF-G-001: A asks with words before it sends, R stops; both read as the engine reads them', () => {
  const [yes, no] = on('ap-7')
  expect(yes).toMatchObject({ key: 'A', tier: 'T1', disabled: undefined })
  expect(no).toMatchObject({ key: 'R', tier: 'stop', disabled: undefined })
  for (const action of [yes, no])
    expect(action?.command && COMMANDS[action.command.type].safeParse(action.command.payload).success).toBe(true)
})

test('nothing is approved on ground that moved, on an old picture, or twice; it may be rejected all the same', () => {
  expect(on('ap-6').map(({ disabled }) => disabled)).toEqual([
    'GROUND_CHANGED: price: moved -24.0 bps, 20 bps end it',
    undefined,
  ])
  expect(on('ap-7', 42_000)[0]?.disabled).toMatch(/^VIEW_STALE/)
  expect(on('ap-7', 42_000)[1]?.disabled).toBeUndefined()
  expect(on('ap-5').map(({ disabled }) => disabled)).toEqual([
    'APPROVAL_EXECUTED: it is decided',
    'APPROVAL_EXECUTED: it is decided',
  ])
})

test('what is left runs on while nothing is heard', () => {
  const sentence = (ageMs: number) =>
    APPROVALS_PANEL.sentence(shelfOf(SCREEN_VIEWS, ageMs), { ...FRESH_STATE, selected: 'ap-7' }, CONTEXT)
  expect(sentence(0)).toMatch(/^ap-7 PENDING, 0?0:42 left|^ap-7 PENDING, 42s left/)
  expect(sentence(40_000)).not.toBe(sentence(0))
})

test('an empty list says so', () => {
  const rows = APPROVALS_PANEL.paint(shelfOf({ approvals: { ...APPROVALS, approvals: [] } }), FRESH_STATE, CONTEXT, {
    width: 80,
    height: 19,
  })
  expect(rows.join('\n')).toContain('nothing waits for your word')
})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('', '取引所の板', 'a\u001b[31mb\nc'),
)
const ts = fc.integer({ min: -1e15, max: 1e15 })
const anyRow: fc.Arbitrary<ApprovalRow> = fc.record({
  id: text,
  state: fc.oneof(fc.constantFrom('PENDING', 'EXECUTED'), text),
  kind: text,
  subject: text,
  summary: text,
  requestedBy: text,
  rules: fc.array(text, { maxLength: 3 }),
  votes: fc.array(fc.record({ actor: text, isYes: fc.boolean(), reason: text, ts }), { maxLength: 3 }),
  required: fc.nat(),
  createdTs: ts,
  expiresTs: ts,
  changedTs: ts,
  why: text,
  checks: fc.array(fc.record({ name: text, isMet: fc.boolean(), fact: text }), { maxLength: 6 }),
})

test('fills exactly its size, whatever it is told', () => {
  fc.assert(
    fc.property(
      fc.array(anyRow, { maxLength: 6 }),
      fc.integer({ min: 40, max: 220 }),
      fc.integer({ min: 8, max: 60 }),
      (approvals, width, height) => {
        const shelf = shelfOf({ approvals: { approvals, rules: APPROVALS.rules, nowTs: APPROVALS.nowTs } })
        const rows = APPROVALS_PANEL.paint(shelf, FRESH_STATE, CONTEXT, { width, height })
        expect(rows).toHaveLength(height)
        for (const row of rows) expect(stringWidth(row)).toBe(width)
        expect(APPROVALS_PANEL.actions(shelf, FRESH_STATE, CONTEXT)).toHaveLength(2)
      },
    ),
    { numRuns: 150 },
  )
})

test('it is one panel of the screen, and holds what the shelf has', () => {
  expect(APPROVALS_PANEL.rows(SHELF, FRESH_STATE)).toEqual(['ap-7', 'ap-6', 'ap-5'])
})
