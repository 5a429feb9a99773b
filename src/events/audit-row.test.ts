import { expect, test } from 'vitest'
import { runId } from '../domain/ids.ts'
import { AUDIT_ACTIONS, AUDITED_TYPES, auditAction } from './audit-action.ts'
import { auditRow } from './audit-row.ts'
import { CATALOGUE, type EventType, type KernelEvent, type Payload } from './event.ts'

const RUN = runId('01970000-0000-7000-8000-000000000001')
const HASHES = { hash: 'b'.repeat(64), prevHash: 'a'.repeat(64) }

function rowOf<T extends EventType>(type: T, payload: Payload<T>) {
  const event = { seq: 7, ts: 1_000, type, botId: undefined, trace: 4, causeSeq: 6, payload } as KernelEvent
  return auditRow({ event, runId: RUN, ...HASHES })
}

test('every event of the catalogue is an audit action or is said to be none, and nothing else is', () => {
  expect(Object.keys(AUDIT_ACTIONS).toSorted()).toEqual(Object.keys(CATALOGUE).toSorted())
  expect(AUDITED_TYPES.length).toBeGreaterThan(30)
  expect(AUDITED_TYPES).not.toContain('signal.emitted')
})

test('a booking is an audit action only where it adjusts the books', () => {
  const booking = { instrument_id: 'i', position: 0, cost: 0n, realised: 0n, postings: [] }
  expect(auditAction('portfolio.updated', { ...booking, cause: 'fill' })).toBeUndefined()
  expect(auditAction('portfolio.updated', { ...booking, cause: 'adjustment' })).toBe('ledger.adjustment')
})

test('a kill says who, why, over what, from where to where', () => {
  const kill = { scope: 'venue:sim', from: 'NONE', to: 'HALT', reason: 'a drill', actor: 'human:ann' } as const
  expect(rowOf('safety.kill_changed', kill)).toEqual({
    seq: 7,
    ts: 1_000,
    eventId: `${RUN}/7`,
    actor: 'human:ann',
    origin: undefined,
    action: 'KILL_APPLIED',
    type: 'safety.kill_changed',
    targetType: 'scope',
    targetId: 'venue:sim',
    scope: 'venue:sim',
    modeFrom: 'NONE',
    modeTo: 'HALT',
    reason: 'a drill',
    result: 'SUCCESS',
    reasonCodes: [],
    traceId: 't4',
    runId: RUN,
    causeSeq: 6,
    ...HASHES,
  })
})

test('results tell success, failure and refusal apart', () => {
  const ids = { decision_id: 'd1', intent_id: 'i1', order_id: 'o1', stage: 'accept', action: 'OPEN' } as const
  const judged = (decision: Payload<'policy.decided'>['decision']) =>
    rowOf('policy.decided', { ...ids, decision, reason_codes: ['A', 'B'] })
  expect(judged('ALLOW')).toMatchObject({ result: 'SUCCESS', targetType: 'order', targetId: 'o1' })
  expect(judged('REDUCE_ONLY')?.result).toBe('SUCCESS')
  for (const decision of ['THROTTLE', 'CLOSE_ONLY', 'FLATTEN', 'BLOCK', 'HALT'] as const)
    expect(judged(decision)).toMatchObject({ result: 'REJECTED', reasonCodes: ['A', 'B'] })
  const refused = { command_id: 'c', command: 'BOT_START', reason_code: 'BOT_UNKNOWN', detail: 'no bot' }
  expect(rowOf('command.rejected', refused)).toMatchObject({
    result: 'REJECTED',
    reason: 'no bot',
    reasonCodes: ['BOT_UNKNOWN'],
    targetType: 'command',
  })
  const ended = (reason: 'completed' | 'failed') => rowOf('run.ended', { reason, inputs: 1, detail: '' })?.result
  expect([ended('completed'), ended('failed')]).toEqual(['SUCCESS', 'FAILURE'])
  const health = (status: 'OK' | 'BAD' | 'UNKNOWN') => rowOf('ops.health', { component: 'feed', status, detail: '' })
  expect([health('OK')?.result, health('BAD')?.result, health('UNKNOWN')?.result]).toEqual([
    'SUCCESS',
    'FAILURE',
    'FAILURE',
  ])
})

test('an event that is no audit action has no row', () => {
  expect(rowOf('run.checkpoint', { inputs: 1, state_sha256: 'c'.repeat(64) })).toBeUndefined()
})
