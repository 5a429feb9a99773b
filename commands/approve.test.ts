import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import type { Approval } from '../src/runtime/approvals/approval.ts'

const S = 1_000_000
const WAITING: Approval = {
  id: 'ap-1',
  kind: 'order',
  subject: 'trend BTC_JPY buy',
  payload: { botId: 'trend', qty: 100 },
  payloadSha256: 'a'.repeat(64),
  summary: 'trend: buy 0.1 BTC_JPY MARKET at market',
  rules: ['APPROVAL_REQUIRED'],
  requestedBy: 'bot:trend',
  ground: { price: 1_000_000, position: 0, isDataOk: true, modeRank: 0, killRank: 0 },
  createdTs: 0,
  expiresTs: 60 * S,
  required: 1,
  votes: [],
  state: 'PENDING',
  reasonCode: '',
  detail: '',
  changedTs: 0,
}

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
  shell.engine.begin()
})
afterEach(() => shell.close())

const keep = (approval: Partial<Approval>) => shell.engine.store.approvals.put({ ...WAITING, ...approval })

describe('UGF-G-001: approve', () => {
  test('list tells what waits first, the next to expire on top, and exits 5 while something does', async () => {
    expect((await shell.json('approve', 'list')).code).toBe(0)
    keep({ id: 'ap-1', expiresTs: 90 * S })
    keep({ id: 'ap-2', state: 'REJECTED', reasonCode: 'REJECTED' })
    keep({ id: 'ap-3', expiresTs: 30 * S })
    const { code, data, reason_codes } = await shell.json('approve', 'list')
    expect({ code, reason_codes }).toEqual({ code: 5, reason_codes: ['APPROVAL_PENDING'] })
    expect((data as readonly { approval_id: string }[]).map((row) => row.approval_id)).toEqual(['ap-3', 'ap-1', 'ap-2'])
    const only = await shell.json('approve', 'list', '--state', 'REJECTED')
    expect(only).toMatchObject({ code: 0, data: [{ approval_id: 'ap-2' }] })
  })

  test('show tells what is asked, on what ground, and who said what', async () => {
    keep({ votes: [{ actor: 'human:ann', isYes: false, reason: 'too large', ts: S }], state: 'REJECTED' })
    expect((await shell.json('approve', 'show', 'ap-1')).data).toMatchObject({
      subject: 'trend BTC_JPY buy',
      price: 1_000_000,
      votes: 'no by human:ann at 1970-01-01T00:00:01Z: too large',
    })
    expect(await shell.json('approve', 'show', 'ap-9')).toMatchObject({ code: 2, reason_codes: ['APPROVAL_UNKNOWN'] })
  })

  test.each([
    [['approve', 'yes', 'ap-1', '--reason', 'as planned'], 'APPROVAL_VOTE', { approval_id: 'ap-1', vote: 'yes' }],
    [
      ['approve', 'yes', 'ap-1', '--reason', 'as planned', '--typed', 'trend BTC_JPY buy'],
      'APPROVAL_VOTE',
      { approval_id: 'ap-1', vote: 'yes', typed: 'trend BTC_JPY buy' },
    ],
    [['approve', 'no', 'ap-1', '--reason', 'too large'], 'APPROVAL_VOTE', { approval_id: 'ap-1', vote: 'no' }],
    [['approve', 'cancel', 'ap-1', '--reason', 'not now'], 'APPROVAL_CANCEL', { approval_id: 'ap-1' }],
    [
      ['approve', 'standing', 'add', '--bot', 'trend', '--notional', '200000', '--for', '4h', '--reason', 'at lunch'],
      'APPROVAL_STANDING_ADD',
      { bot_id: 'trend', notional_max: '200000', uses: 1, seconds: 14_400 },
    ],
    [
      ['approve', 'standing', 'revoke', 'sa-1', '--reason', 'back'],
      'APPROVAL_STANDING_REVOKE',
      { standing_id: 'sa-1' },
    ],
  ] as const)('%j asks the engine', async (args, type, payload) => {
    expect(await shell.json(...args)).toMatchObject({ code: 0, data: { type, payload } })
  })

  test('a word without a reason is no word', async () => {
    expect((await shell.say(['approve', 'yes', 'ap-1'])).code).toBe(2)
  })

  test.each([
    ['EXECUTED', 0],
    ['FAILED', 3],
    ['EXPIRED', 3],
    ['REJECTED', 3],
    ['PENDING', 6],
  ] as const)('wait ends with %s as exit %i', async (state, code) => {
    keep({ state })
    expect((await shell.json('approve', 'wait', 'ap-1', '--timeout', '1s')).code).toBe(code)
  })

  test('wait sees the decision come', async () => {
    keep({})
    const pause = async (ms: number) => {
      if (shell.engine.store.approvals.get('ap-1')?.state === 'PENDING') keep({ state: 'EXECUTED', detail: 'o1 SENT' })
      await shell.engine.world.pause(ms)
    }
    expect((await shell.say(['approve', 'wait', 'ap-1'], { pause })).code).toBe(0)
  })

  test('rules tells what wants a word by the settings, and standing list what was given ahead', async () => {
    const { data } = await shell.json('approve', 'rules')
    expect((data as readonly { rule: string }[]).map(({ rule }) => rule)).toEqual(['LARGE_ORDER', 'NEW_BOT', 'VOTES'])
    shell.engine.store.approvals.putStanding({
      id: 'sa-1',
      botId: 'trend',
      instrumentId: undefined,
      notionalMax: 1_000.5,
      usesLeft: 3,
      untilTs: 60 * S,
      actor: 'human:ann',
      reason: 'at lunch',
      createdTs: 0,
    })
    expect((await shell.json('approve', 'standing', 'list')).data).toMatchObject([
      { standing_id: 'sa-1', instrument: 'any', notional_max: 1_000.5, uses_left: 3 },
    ])
  })
})

test('what became of an approval is final in the database too', () => {
  keep({ state: 'EXECUTED' })
  expect(() => keep({ state: 'PENDING' })).toThrow()
})
