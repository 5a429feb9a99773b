import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testInstrument } from '../../fixtures/world.ts'
import type { OrderId } from '../domain/ids.ts'
import { lots, money } from '../domain/money.ts'
import { type BotCommandKind, type BotState, OBEYED_IN } from './bot-state.ts'
import { MANUAL } from './command.ts'
import { checkHistory } from './history.fixture.ts'
import { Rig, type RigOptions } from './rig.fixture.ts'
import { REASON_CODE } from './shaping.ts'

const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })
const BOT = { botId: 'bot-1' } as const
const WHERE = { ...BOT, instrumentId: PERP.id } as const
const bid = { side: 'buy', qty: 5, type: 'LIMIT', limit: 99_000 } as const

const rigOf = (options: RigOptions = {}) => {
  const rig = new Rig({ instruments: [PERP], ...options })
  rig.quote(100_000)
  return rig
}

/** A bot in a state, by the shortest way there. */
function botIn(state: BotState): Rig {
  let isBroken = false
  const rig = rigOf({
    strategy: { warmUp: () => (state === 'WARMING_UP' ? 1_000 : 0) },
    handlers: () => ({
      onTimer() {
        if (isBroken) throw new Error('broken')
      },
    }),
  })
  if (state === 'PAUSED') rig.command({ kind: 'BOT_PAUSE', ...BOT })
  if (state === 'IDLE') rig.command({ kind: 'BOT_STOP', ...BOT })
  if (state === 'ERROR') rig.command({ kind: 'BOT_FAIL', ...BOT })
  if (state === 'STOPPING') {
    rig.place({ ...bid, reasonCode: 'ENTRY_TEST' })
    rig.command({ kind: 'BOT_STOP', ...BOT })
  }
  if (state === 'QUARANTINED') {
    rig.act((context) => {
      for (const after of [1, 2, 3]) context.setTimer(`t${after}`, context.now + after)
    })
    isBroken = true
    rig.clock(1_000)
  }
  expect(rig.kernel.bots[0]?.state).toBe(state)
  return rig
}

const LEADS_TO: Readonly<Record<BotCommandKind, BotState | undefined>> = {
  BOT_START: 'RUNNING',
  BOT_PAUSE: 'PAUSED',
  BOT_RESUME: 'RUNNING',
  BOT_STOP: 'IDLE',
  BOT_FAIL: 'ERROR',
  BOT_RELEASE: 'IDLE',
  BOT_SET_PARAMS: undefined,
}
const KINDS = Object.keys(OBEYED_IN) as BotCommandKind[]
// STOPPED is the state of a bot whose strategy is not configured: the restart tests have it.
const STATES = ['IDLE', 'WARMING_UP', 'RUNNING', 'PAUSED', 'STOPPING', 'ERROR', 'QUARANTINED'] as const

describe.each(STATES)('a bot that is %s', (state) => {
  test.each(KINDS)('UGF-B-003: answers %s as the table says', (kind) => {
    const rig = botIn(state)
    const outcome = rig.ask(kind === 'BOT_SET_PARAMS' ? { kind, ...BOT, params: {} } : { kind, ...BOT })
    const after = rig.kernel.bots[0]?.state
    if (OBEYED_IN[kind].includes(state)) {
      expect(outcome).toMatchObject({ ok: true, reasonCodes: [], detail: `bot-1 ${after}`, result: { state: after } })
      expect(after).toBe(LEADS_TO[kind] ?? state)
      expect(rig.of('command.accepted')).toHaveLength(rig.of('command.completed').length)
      expect(rig.of('command.completed').at(-1)?.payload.detail).toBe(`bot-1 ${after}`)
    } else {
      expect(outcome).toMatchObject({ ok: false, reasonCodes: ['INVALID_TRANSITION'] })
      expect(outcome.detail).toContain(`bot-1 is ${state}`)
      expect(after).toBe(state)
      expect(rig.of('command.rejected').at(-1)?.payload).toMatchObject({
        command: kind,
        reason_code: 'INVALID_TRANSITION',
      })
    }
    expect(rig.projection.state.bots[0]?.state).toBe(after === 'WARMING_UP' ? 'RUNNING' : after)
    checkHistory(rig.events)
  })
})

test('a bot that nobody knows, an instrument and an order that there is not', () => {
  const rig = rigOf()
  expect(rig.command({ kind: 'BOT_START', botId: 'bot-9' })).toEqual(['BOT_UNKNOWN'])
  expect(rig.command({ kind: 'ORDER_PLACE', ...WHERE, botId: 'bot-9', ...bid })).toEqual(['BOT_UNKNOWN'])
  expect(rig.command({ kind: 'POSITION_CLOSE', ...BOT, instrumentId: 'X' })).toEqual(['INSTRUMENT_UNKNOWN'])
  expect(rig.command({ kind: 'ORDER_CANCEL', orderId: 'o9' })).toEqual(['ORDER_UNKNOWN'])
})

describe('a bot', () => {
  test('that is to begin idle is not heard until it is started, and then learns anew', () => {
    let made = 0
    const started: number[] = []
    const rig = rigOf({
      bot: { startsAs: 'IDLE' },
      strategy: { warmUp: () => 2 },
      handlers: () => {
        const self = ++made
        return { onStart: () => void started.push(self) }
      },
    })
    expect(rig.kernel.bots[0]?.state).toBe('IDLE')
    expect(rig.projection.state.bots[0]).toMatchObject({ state: 'IDLE', reasonCode: 'RUN_STARTED' })
    expect(started).toEqual([])
    expect(rig.ask({ kind: 'BOT_START', ...BOT }).detail).toBe('bot-1 WARMING_UP')
    expect(started).toEqual([2])
    rig.quote(100_000)
    expect(rig.act((context) => context.place({ ...bid, reasonCode: 'ENTRY_TEST' }))).toBe('o1')
    expect(rig.projection.state.bots[0]?.state).toBe('RUNNING')
  })

  test('UGF-B-003: that stops leaves nothing behind and is idle when the last of it has ended, however often it must be asked', () => {
    const rig = rigOf()
    rig.fill(rig.place({ ...bid, type: 'MARKET', limit: undefined, reasonCode: 'ENTRY_TEST' }), 5)
    const entry = rig.place({ ...bid, reasonCode: 'ENTRY_TEST' })
    const stop = rig.place({
      side: 'sell',
      qty: 5,
      type: 'STOP',
      stop: 98_000,
      reduceOnly: true,
      reasonCode: 'STOP_TEST',
    })
    rig.accept(entry)
    rig.accept(stop)
    rig.effects.length = 0
    rig.command({ kind: 'BOT_STOP', ...BOT })
    rig.report({ kind: 'canceled', orderId: entry, reasonCode: 'REQUESTED', ts: 1 })
    expect(rig.kernel.bots[0]?.state).toBe('STOPPING')
    for (let n = 0; n < 5; n++) rig.report({ kind: 'cancel-refused', orderId: stop, detail: 'busy', ts: 1 })
    expect(rig.sent()).toEqual([`cancel ${entry}`, `cancel ${stop}`, `cancel ${stop}`, `cancel ${stop}`])
    rig.report({ kind: 'canceled', orderId: stop, reasonCode: 'REQUESTED', ts: 1 })
    expect(rig.kernel.bots[0]?.state).toBe('IDLE')
    expect(rig.of('ops.bot_state').map(({ payload }) => payload.state)).toEqual(['STOPPING', 'IDLE'])
  })

  test('takes parameters that its strategy can read, is made anew with them, and the journal has them', () => {
    const made: unknown[] = []
    const strategy = { params: z.strictObject({ period: z.int().min(2).default(5) }) }
    const rig = rigOf({
      strategy,
      bot: { params: { period: 5 } },
      handlers: () => (made.push(1), {}),
    })
    const set = (params: unknown) => rig.ask({ kind: 'BOT_SET_PARAMS', ...BOT, params })
    rig.command({ kind: 'BOT_PAUSE', ...BOT })
    expect(set({ period: 1 })).toMatchObject({ ok: false, reasonCodes: ['INVALID_PARAMS'] })
    expect(set({ period: 1 }).detail).toContain('period')
    expect(made).toHaveLength(1)
    expect(set({ period: 9 }).ok).toBe(true)
    expect(made).toHaveLength(2)
    expect(rig.kernel.bots[0]).toMatchObject({ state: 'PAUSED', config: { params: { period: 9 } } })
    expect(rig.projection.state.bots[0]).toMatchObject({ params: { period: 9 } })
    const { allocation } = rig.projection.state.bots[0] ?? {}
    expect(rig.projection.state.bots[0]?.cash['USDT']).toBe(allocation)
  })

  test('whose strategy cannot be made is put aside, and the command says so', () => {
    let isBroken = false
    const rig = rigOf({
      handlers: () => {
        if (isBroken) throw new Error('no such model')
        return {}
      },
    })
    rig.command({ kind: 'BOT_STOP', ...BOT })
    isBroken = true
    expect(rig.ask({ kind: 'BOT_START', ...BOT })).toMatchObject({
      reasonCodes: ['STRATEGY_EXCEPTION'],
      detail: 'create: no such model',
    })
    expect(rig.kernel.bots[0]?.state).toBe('QUARANTINED')
  })

  test('tells when it last saw the market', () => {
    const rig = rigOf()
    rig.quote(100_000)
    expect(rig.kernel.bots[0]?.lastInputTs).toBe(rig.now)
    rig.clock(5_000_000)
    expect(rig.kernel.bots[0]?.lastInputTs).toBe(rig.now - 5_000_000)
  })
})

describe('an order of the operator', () => {
  test('passes the gate like every other, says who and why, and the answer names it', () => {
    const rig = rigOf()
    const outcome = rig.ask({ kind: 'ORDER_PLACE', ...WHERE, ...bid })
    expect(outcome).toMatchObject({ ok: true, result: { orderId: 'o1', state: 'SENT', qty: 5 } })
    expect(rig.sent()).toEqual(['place o1 buy 5'])
    expect(rig.order('o1' as OrderId)).toMatchObject({ origin: 'operator', reasonCode: MANUAL.entry })
    expect(rig.of('policy.decided')).toHaveLength(1)
    expect(rig.of('command.completed').at(-1)?.payload.detail).toBe('o1 buy 5 SENT')
    checkHistory(rig.events)
  })

  test.each(Object.values(MANUAL))('%s is a reason that the journal takes', (code) => {
    expect(code).toMatch(REASON_CODE)
    expect(code.startsWith('MANUAL_')).toBe(true)
  })

  test.each([
    ['KILL_CLOSE_ONLY', { kind: 'KILL_RAISE', scope: 'global', level: 'CLOSE_ONLY' }],
    ['KILL_FLATTEN', { kind: 'KILL_RAISE', scope: 'bot:bot-1', level: 'FLATTEN' }],
    ['J_POLICY_HALT_SAFE_MODE', { kind: 'KILL_RAISE', scope: 'venue:sim', level: 'HALT' }],
    ['SAFE_MODE_BLOCKED', { kind: 'MODE_RAISE', mode: 'SAFE_MODE' }],
  ] as const)('is refused with %s where the gate refuses, and nothing leaves', (code, raised) => {
    const rig = rigOf()
    rig.command(raised)
    expect(rig.command({ kind: 'ORDER_PLACE', ...WHERE, ...bid })).toContain(code)
    expect(rig.sent()).toEqual([])
    expect(rig.of('command.rejected').at(-1)?.payload).toMatchObject({ command: 'ORDER_PLACE', reason_code: code })
  })

  test('that is none is refused for what it lacks', () => {
    const rig = rigOf()
    expect(rig.command({ kind: 'ORDER_PLACE', ...WHERE, ...bid, limit: undefined })).toEqual(['INTENT_META_MISSING'])
    expect(rig.command({ kind: 'ORDER_PLACE', ...WHERE, ...bid, qty: 0 })).toEqual(['INVALID_QTY'])
  })

  test('UGF-0-002: may reduce in SAFE_MODE, of a bot that does not run', () => {
    const rig = rigOf()
    rig.fill(rig.place({ ...bid, type: 'MARKET', limit: undefined, reasonCode: 'ENTRY_TEST' }), 5)
    rig.command({ kind: 'BOT_STOP', ...BOT })
    rig.command({ kind: 'MODE_RAISE', mode: 'SAFE_MODE' })
    const outcome = rig.ask({ kind: 'ORDER_PLACE', ...WHERE, side: 'sell', qty: 9, type: 'MARKET', reduceOnly: true })
    expect(outcome.result).toMatchObject({ orderId: 'o2', qty: 5 })
    expect(rig.order('o2' as OrderId).reasonCode).toBe(MANUAL.exit)
  })

  test('is cancelled by its id once, and an order that has ended is not', () => {
    const rig = rigOf({ limits: { cancels: { burst: 1, perUs: 1_000_000 } } })
    const [first, second] = [1, 2].map(() => rig.place({ ...bid, reasonCode: 'ENTRY_TEST' }))
    const cancel = (orderId = first as string) => rig.ask({ kind: 'ORDER_CANCEL', orderId })
    expect(cancel()).toMatchObject({ ok: true, detail: 'o1 CANCEL_REQUESTED' })
    expect(cancel()).toMatchObject({ reasonCodes: ['INVALID_TRANSITION'], detail: 'o1 is CANCEL_REQUESTED' })
    expect(cancel(second).detail).toBe('o2 asked as soon as the pace of cancels allows')
    rig.clock(1_000_000)
    expect(rig.sent().slice(-2)).toEqual(['cancel o1', 'cancel o2'])
    rig.report({ kind: 'canceled', orderId: first as OrderId, reasonCode: 'REQUESTED', ts: 1 })
    expect(cancel().reasonCodes).toEqual(['INVALID_TRANSITION'])
  })

  test('of every bot, or of one, is cancelled together', () => {
    const rig = rigOf({ bots: 2 })
    for (const bot of [0, 1]) rig.place({ ...bid, reasonCode: 'ENTRY_TEST' }, { bot })
    expect(rig.ask({ kind: 'CANCEL_ALL', scope: 'bot:bot-2' })).toMatchObject({ result: { cancelled: 1 } })
    expect(rig.sent().at(-1)).toBe('cancel o2')
    expect(rig.ask({ kind: 'CANCEL_ALL' }).detail).toBe('1 orders in global')
  })
})

describe('closing a position', () => {
  const hold = (rig: Rig, qty: number, side: 'buy' | 'sell' = 'buy') =>
    rig.fill(rig.place({ side, qty, type: 'MARKET', reasonCode: 'ENTRY_TEST' }), qty)

  test.each(['buy', 'sell'] as const)('that was opened by a %s brings it to nothing, and not beyond', (side) => {
    const rig = rigOf()
    hold(rig, 7, side)
    const outcome = rig.ask({ kind: 'POSITION_CLOSE', ...WHERE })
    expect(outcome).toMatchObject({ ok: true, result: { orderIds: ['o2'], left: 0 } })
    expect(rig.order('o2' as OrderId)).toMatchObject({ type: 'MARKET', reduceOnly: true, reasonCode: MANUAL.close })
    expect(rig.command({ kind: 'POSITION_CLOSE', ...WHERE })).toEqual(['ALREADY_CLOSING'])
    rig.fill('o2' as OrderId, 3)
    expect(rig.command({ kind: 'POSITION_CLOSE', ...WHERE })).toEqual(['ALREADY_CLOSING'])
    rig.report({ kind: 'canceled', orderId: 'o2' as OrderId, reasonCode: 'VENUE', ts: 1 })
    expect(rig.ask({ kind: 'POSITION_CLOSE', ...WHERE }).result).toMatchObject({ left: 0 })
    rig.fill('o3' as OrderId, 4)
    expect(rig.kernel.portfolio.isFlat).toBe(true)
    expect(rig.command({ kind: 'POSITION_CLOSE', ...WHERE })).toEqual(['NO_POSITION'])
  })

  test('that is larger than the largest order takes several, and says what the pace left', () => {
    const filters = { minQty: lots(1), maxQty: lots(4), minNotional: money(0n) }
    const limits = { orders: { burst: 2, perUs: 1_000_000 } }
    const rig = rigOf({ instruments: [testInstrument({ ...PERP, filters })], limits })
    for (let n = 0; n < 3; n++) {
      hold(rig, 3)
      rig.clock(1_000_000)
    }
    const outcome = rig.ask({ kind: 'POSITION_CLOSE', ...WHERE })
    expect(outcome.result).toEqual({ orderIds: ['o4', 'o5'], left: 1 })
    expect(outcome.detail).toContain('1 lots are left')
    rig.clock(1_000_000)
    expect(rig.ask({ kind: 'POSITION_CLOSE', ...WHERE }).result).toEqual({ orderIds: ['o7'], left: 0 })
    checkHistory(rig.events)
  })
})

test('mode and kills answer with where they led, or with what stands against them', () => {
  const rig = rigOf()
  expect(rig.ask({ kind: 'KILL_RAISE', scope: 'global', level: 'HALT' }).detail).toBe('global HALT')
  expect(rig.command({ kind: 'KILL_RAISE', scope: 'global', level: 'CLOSE_ONLY' })).toEqual(['ALREADY_AT_LEAST'])
  expect(rig.command({ kind: 'KILL_LOWER', scope: 'global', level: 'NONE' })).toEqual(['TRANSITION_FORBIDDEN'])
  expect(rig.ask({ kind: 'KILL_LOWER', scope: 'global', level: 'FLATTEN' }).ok).toBe(true)
  expect(rig.ask({ kind: 'MODE_RAISE', mode: 'HALTED' }).detail).toBe('HALTED')
  expect(rig.command({ kind: 'MODE_RELEASE', failedChecks: ['RECONCILE'] })).toEqual(['RECONCILE', 'DWELL_TIME'])
})
