import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import type { ReconcileCase } from '../src/reconcile/case.ts'
import { keepCase } from '../src/runtime/reconcile-cases/case-store.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
  shell.engine.begin()
})
afterEach(() => shell.close())

const CASE: ReconcileCase = {
  id: 'case-1-4',
  venueId: 'sim',
  scope: 'instrument:BTC_JPY',
  state: 'CLASSIFIED',
  kind: 'external',
  radius: 'low',
  differences: [
    {
      category: 'MISSING_LOCAL',
      subject: 'order:v1',
      reasonCode: 'ORDER_EXTERNAL',
      fact: 'nobody asked for it',
      instrumentId: 'BTC_JPY',
    },
  ],
  reach: ['BTC_JPY'],
  isAttempted: false,
  cycles: 0,
  matches: 0,
  relapses: 0,
  canary: 'not_applicable',
  share: 1,
  openedTs: 1,
  changedTs: 2,
  detail: 'external, says its differences',
}
const why = ['--reason', 'seen at the venue']

describe('UGF-0-010: reconcile case', () => {
  test.each([
    [['classify', 'case-1-4', '--class', 'delay', ...why], 'CASE_CLASSIFY', { case_id: 'case-1-4', class: 'delay' }],
    [['repair', 'case-1-4', ...why], 'CASE_REPAIR', { case_id: 'case-1-4' }],
    [['signoff', 'case-1-4', ...why], 'CASE_SIGNOFF', { case_id: 'case-1-4' }],
  ] as const)('%j asks the engine', async (args, type, payload) => {
    expect(await shell.json('reconcile', 'case', ...args)).toMatchObject({ code: 0, data: { type, payload } })
  })

  test('without a reason, or with a class that there is not, is a wrong line', async () => {
    expect((await shell.say(['reconcile', 'case', 'signoff', 'case-1-4'])).code).toBe(2)
    expect((await shell.say(['reconcile', 'case', 'classify', 'x', '--class', 'bad', ...why])).code).toBe(2)
  })

  test('list exits 5 while one is open', async () => {
    expect((await shell.json('reconcile', 'case', 'list')).code).toBe(0)
    const { notes } = shell.engine.store
    keepCase(notes, CASE)
    expect(await shell.json('reconcile', 'case', 'list')).toMatchObject({ code: 5, reason_codes: ['CASE_OPEN'] })
    keepCase(notes, { ...CASE, state: 'RESTORED', closedTs: 3 })
    expect((await shell.json('reconcile', 'case', 'list')).code).toBe(0)
  })

  test.each([
    ['CLASSIFIED', 'reconcile case repair case-1-4'],
    ['CANARY', 'release SAFE_MODE'],
    ['ESCALATED', 'reconcile case signoff case-1-4'],
  ] as const)('show tells what to do next when it is %s', async (state, next) => {
    keepCase(shell.engine.store.notes, { ...CASE, state })
    const { out } = await shell.say(['reconcile', 'case', 'show', 'case-1-4'])
    expect(out).toContain(next)
    expect(out).toContain('ORDER_EXTERNAL')
  })

  test('one that there is not is exit 2', async () => {
    expect(await shell.json('reconcile', 'case', 'show', 'none')).toMatchObject({
      code: 2,
      reason_codes: ['CASE_UNKNOWN'],
    })
  })
})

describe('UGF-0-007: sot explain', () => {
  test('tells whom everybody believes, and that nothing is known of what is nowhere', async () => {
    const told = await shell.json('sot', 'explain', 'balance:JPY')
    expect(told).toMatchObject({ code: 0, message: '0 corrections' })
    expect((await shell.say(['sot', 'explain', 'position:BTC_JPY'])).out).toContain('never silently overwritten')
    expect(await shell.json('sot', 'explain', 'o99')).toMatchObject({ code: 2, reason_codes: ['ENTITY_UNKNOWN'] })
  })
})
