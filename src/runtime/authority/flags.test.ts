import { expect, test } from 'vitest'
import {
  FLAG_NAMES,
  type FlagChange,
  type FlagRow,
  type FlagWish,
  flagSnapshot,
  flagsAt,
  isFlagOn,
  judgeFlag,
} from './flags.ts'

const NOW = 1_000
const row = (name: string, stage: string, expiresTs?: number): FlagRow => ({
  name,
  stage,
  expiresTs,
  changedTs: 1,
  actor: 'human:a',
  reason: 'because',
})
const snapshot = (rows: readonly FlagRow[] | undefined, isSimulated = false) =>
  flagSnapshot(rows, { nowTs: NOW, isSimulated })
const judge = (rows: readonly FlagRow[] | undefined, wish: Partial<FlagWish> & Pick<FlagWish, 'name' | 'stage'>) =>
  judgeFlag(
    snapshot(rows),
    { evidence: 'run 7', expiresTs: undefined, ...wish },
    { facts: new Set(), isSimulated: false, nowTs: NOW },
  )?.code

test('everything is off until it is promoted; dangerous operations are on where nothing but a simulation is at stake', () => {
  expect(new Set(Object.values(snapshot([]).stages))).toEqual(new Set(['off']))
  const simulated = snapshot([], true).stages
  expect(FLAG_NAMES.filter((name) => simulated[name] !== 'off')).toEqual(['dangerous_ops'])
  expect(snapshot([row('dangerous_ops', 'off')], true).stages.dangerous_ops).toBe('off')
})

test('a flag holds in runs up to its stage, and one that nobody declared holds in none', () => {
  const flags = snapshot([row('algos', 'shadow')])
  const modes = ['paper', 'forward', 'shadow', 'canary', 'live'] as const
  expect(modes.map((mode) => isFlagOn(flags, 'algos', mode))).toEqual([true, true, true, false, false])
  expect(isFlagOn(flags, 'sor', 'paper')).toBe(false)
  expect(isFlagOn(flags, 'unheard_of', 'paper')).toBe(false)
  expect(isFlagOn(flags, 'constructor', 'paper')).toBe(false)
})

test('UGF-0-020: a stage is never skipped, up; down is free', () => {
  expect(judge([], { name: 'algos', stage: 'dev' })).toBeUndefined()
  expect(judge([], { name: 'algos', stage: 'paper' })).toBe('FLAG_STAGE_SKIPPED')
  expect(judge([], { name: 'algos', stage: 'on' })).toBe('FLAG_STAGE_SKIPPED')
  expect(judge([row('algos', 'shadow')], { name: 'algos', stage: 'canary' })).toBeUndefined()
  expect(judge([row('algos', 'on')], { name: 'algos', stage: 'off' })).toBeUndefined()
  expect(judge([], { name: 'dangerous_ops', stage: 'on' })).toBeUndefined()
  expect(judge([], { name: 'dangerous_ops', stage: 'paper' })).toBe('FLAG_STAGE_INVALID')
  expect(judge([], { name: 'algo', stage: 'dev' })).toBe('FLAG_UNKNOWN')
})

test('money is reached only with the checks of the stage before', () => {
  const at = [row('algos', 'shadow')]
  expect(judge(at, { name: 'algos', stage: 'canary', evidence: undefined })).toBe('EVIDENCE_REQUIRED')
  expect(judge([row('algos', 'dev')], { name: 'algos', stage: 'paper', evidence: undefined })).toBeUndefined()
})

test('forbidden combinations cannot be entered, from either side', () => {
  expect(judge([], { name: 'live_enabled', stage: 'dev' })).toBe('FLAG_COMBINATION')
  const wish = { name: 'live_enabled', stage: 'dev', evidence: undefined, expiresTs: undefined } as const
  const facts = new Set(['audit_chain'])
  expect(judgeFlag(snapshot([]), wish, { facts, isSimulated: false, nowTs: NOW })).toBeUndefined()
  expect(judge([], { name: 'sor', stage: 'dev' })).toBe('FLAG_COMBINATION')
  expect(judge([row('algos', 'dev')], { name: 'sor', stage: 'dev' })).toBeUndefined()
  // A dependency that is behind is no dependency.
  expect(judge([row('algos', 'dev'), row('sor', 'dev')], { name: 'sor', stage: 'paper' })).toBe('FLAG_COMBINATION')
  expect(judge([row('algos', 'dev'), row('sor', 'dev')], { name: 'algos', stage: 'off' })).toBe('FLAG_COMBINATION')
})

test('a flag goes back to off when its time is over, and is named', () => {
  const rows = [row('algos', 'paper', NOW), row('webhook', 'on', NOW + 1)]
  expect(snapshot(rows)).toMatchObject({ stages: { algos: 'off', webhook: 'on' }, expired: ['algos'] })
  expect(judge([], { name: 'algos', stage: 'dev', expiresTs: NOW })).toBe('FLAG_EXPIRED')
})

test.each([
  ['nothing can be read', undefined],
  ['a stage that is none', [row('algos', 'full')]],
  ['a flag that nobody declared', [row('algos', 'on'), row('sesame', 'on')]],
  ['an end that is no time', [row('algos', 'on', Number.NaN)]],
])('UGF-0-020: with %s, everything is off, and nothing is turned on', (_, rows) => {
  const flags = snapshot(rows, true)
  expect(new Set(Object.values(flags.stages))).toEqual(new Set(['off']))
  expect(flags.fault).toBeDefined()
  expect(judge(rows, { name: 'dangerous_ops', stage: 'on' })).toBe('FLAGS_UNREADABLE')
})

test('UGF-0-020: a decision made before a flip is judged again with the value that it had', () => {
  const before = snapshot([row('algos', 'dev')])
  const flipped = snapshot([row('algos', 'paper')])
  expect(before.hash).not.toBe(flipped.hash)
  const change = (from: string, to: string, snapshotHash: string): FlagChange => ({
    name: 'algos',
    from,
    to,
    expiresTs: undefined,
    ts: 1,
    actor: 'human:a',
    reason: 'because',
    snapshotHash,
  })
  const history = [change('off', 'dev', before.hash), change('dev', 'paper', flipped.hash)]
  expect(flagsAt(before.hash, history, { isSimulated: false })?.stages.algos).toBe('dev')
  expect(flagsAt(flipped.hash, history, { isSimulated: false })?.stages.algos).toBe('paper')
  expect(flagsAt('0'.repeat(64), history, { isSimulated: false })).toBeUndefined()
})
