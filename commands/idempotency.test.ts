import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { TOLD_INSTRUMENT } from '../fixtures/fake-engine.ts'
import { fills } from '../storage/queries/fills.ts'
import { orderKey } from './order/order-key.ts'

const BTC = TOLD_INSTRUMENT.id
const BUY = ['order', 'place', BTC, 'buy', '0.01', '--limit', '40000'] as const

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell({ instruments: { rows: { [BTC]: TOLD_INSTRUMENT } } })
  shell.engine.begin()
  shell.engine.answer = () => ({ status: 'COMPLETED', message: 'placed', result: { order_id: 'o12' } })
})
afterEach(() => shell.close())

const idOf = (data: unknown) => (data as { readonly command_id: string }).command_id

describe('UGF-0-009: the same order twice', () => {
  test('is one order, and the second answer says so on stderr and in JSON', async () => {
    const first = await shell.json(...BUY)
    const again = await shell.json(...BUY)
    expect(first.data).not.toHaveProperty('idempotent_replay')
    expect(again.data).toMatchObject({ command_id: idOf(first.data), idempotent_replay: true })
    expect(shell.engine.answered).toHaveLength(1)
    const { code, err } = await shell.say(BUY)
    expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/nothing new was done.*--nonce/) })
  })

  test('is two with nonces of their own, or with other terms', async () => {
    for (const args of [['--nonce', 'a'], ['--nonce', 'b'], ['--reduce-only'], ['--bot', 'x']])
      expect((await shell.json(...BUY, ...args)).data).not.toHaveProperty('idempotent_replay')
    expect(shell.engine.answered).toHaveLength(4)
  })

  test('is asked for again when the first was refused, for that had no effect', async () => {
    shell.engine.answer = () => ({ status: 'REJECTED_POLICY', reasonCodes: ['SAFE_MODE_BLOCKED'] })
    expect((await shell.json(...BUY)).code).toBe(3)
    expect((await shell.json(...BUY)).code).toBe(3)
    shell.engine.answer = () => ({ status: 'COMPLETED', message: 'placed' })
    expect((await shell.json(...BUY)).code).toBe(0)
    expect(new Set(shell.engine.answered.map(({ id }) => id)).size).toBe(3)
  })

  test('one that failed, or is under way, may have had its effect: its key stands', () => {
    const terms = { instrument_id: BTC, side: 'buy', type: 'MARKET', qty: '1' } as const
    const first = orderKey(terms, '', () => undefined)
    for (const status of ['PENDING', 'ACCEPTED', 'COMPLETED', 'FAILED'] as const)
      expect(orderKey(terms, '', (id) => (id === first ? { status } : undefined))).toBe(first)
    expect(orderKey(terms, '', (id) => (id === first ? { status: 'CANCELED' } : undefined))).not.toBe(first)
    expect(orderKey({ qty: '1', type: 'MARKET', side: 'buy', instrument_id: BTC }, '', () => undefined)).toBe(first)
  })
})

describe('UGF-0-009: idempotency show', () => {
  test('a request id: what it stands for, what it led to, how often it came again and meant something else', async () => {
    await shell.json(...BUY, '--request-id', 'nightly-1')
    await shell.json(...BUY, '--request-id', 'nightly-1')
    expect(await shell.json('order', 'cancel', 'o1', '--request-id', 'nightly-1')).toMatchObject({
      code: 3,
      reason_codes: ['IDEMPOTENCY_CONFLICT'],
    })
    expect((await shell.json('idempotency', 'show', 'nightly-1')).data).toEqual([
      expect.objectContaining({
        key: 'nightly-1',
        kind: 'command',
        stands_for: 'ORDER_PLACE',
        result: 'COMPLETED OK',
        suppressed: 2,
        conflicts: 1,
        effects: 'o12',
      }),
    ])
  })

  test('a trade: booked once, with what was suppressed', async () => {
    const [fill] = fills(shell.engine.store.db, { limit: 1 })
    const { code, data } = await shell.json('idempotency', 'show', fill?.tradeId ?? '')
    expect(code).toBe(0)
    expect(data).toEqual([expect.objectContaining({ kind: 'fill', stands_for: fill?.orderId, result: 'booked once' })])
  })

  test('an unknown key is a usage error', async () => {
    expect(await shell.json('idempotency', 'show', 'nobody')).toMatchObject({ code: 2, reason_codes: ['KEY_UNKNOWN'] })
  })
})
