import { describe, expect, test } from 'vitest'
import type { CommandOutcome } from '../../kernel/command.ts'
import type { Approval, ApprovalGround } from './approval.ts'
import { ApprovalDesk, type ApprovalTerms, type ApprovalWish } from './approval-desk.ts'
import type { ApprovalStore, StandingApproval } from './approval-store.ts'

const S = 1_000_000
const GROUND: ApprovalGround = { price: 1_000_000, position: 0, isDataOk: true, modeRank: 0, killRank: 0 }
const WISH: ApprovalWish = {
  kind: 'order',
  subject: 'trend BTC_JPY buy',
  payload: { botId: 'trend', instrumentId: 'BTC_JPY', qty: '0.1' },
  summary: 'trend buys 0.1 BTC_JPY',
  rules: ['limit share'],
  requestedBy: 'bot:trend',
  notional: 1_000,
}

class MemoryApprovals implements ApprovalStore {
  readonly rows = new Map<string, Approval>()
  readonly ahead = new Map<string, StandingApproval>()
  put = (approval: Approval) => void this.rows.set(approval.id, approval)
  get = (id: string) => this.rows.get(id)
  count = () => this.rows.size
  list = () => [...this.rows.values()].toReversed()
  open = () => [...this.rows.values()].filter(({ state }) => ['PENDING', 'APPROVED', 'EXECUTING'].includes(state))
  putStanding = (standing: StandingApproval) => void this.ahead.set(standing.id, standing)
  standing = () => [...this.ahead.values()]
}

class World {
  readonly store: MemoryApprovals
  readonly desk: ApprovalDesk
  now = 0
  ground = GROUND
  outcome: CommandOutcome = { ok: true, reasonCodes: [], detail: 'o1 buy 100 SENT' }
  readonly executed: string[] = []
  readonly facts: string[] = []
  readonly alerts = new Map<string, string>()
  journalled = new Set<string>()
  dies = false
  #ids = 0

  constructor(terms: ApprovalTerms = { required: 1, isSolo: true }, store = new MemoryApprovals()) {
    this.store = store
    this.desk = new ApprovalDesk(store, terms, {
      now: () => this.now,
      newId: () => `ap-${store.rows.size + ++this.#ids}`,
      ground: () => this.ground,
      execute: ({ id }) => {
        if (this.dies) throw new Error('killed')
        this.executed.push(id)
        this.journalled.add(id)
        return this.outcome
      },
      wasExecuted: (id) => this.journalled.has(id),
      record: ({ type }) => void this.facts.push(type.replace('approval.', '')),
      alert: (source, isOn, text) => void (isOn ? this.alerts.set(source, text) : this.alerts.delete(source)),
    })
  }

  ask(wish: Partial<ApprovalWish> = {}): Approval {
    const approval = this.desk.ask({ ...WISH, ...wish })
    if (approval === undefined) throw new Error('not asked')
    return approval
  }

  yes(id: string, actor = 'human:ann', typed?: string): CommandOutcome {
    return this.desk.vote(id, { actor, isYes: true, reason: 'looks right', typed })
  }
}

describe('UGF-G-001: an order that waits for a word', () => {
  test('is carried out once it was approved, exactly once; a second yes is refused', () => {
    const world = new World()
    const { id } = world.ask()
    expect(world.executed).toEqual([])
    expect(world.yes(id)).toMatchObject({ ok: true, result: { state: 'EXECUTED' } })
    expect(world.yes(id)).toMatchObject({ ok: false, reasonCodes: ['APPROVAL_NOT_PENDING'] })
    expect(world.executed).toEqual([id])
    expect(world.facts).toEqual(['requested', 'voted', 'approved', 'executed'])
    expect(world.alerts.size).toBe(0)
  })

  test('expires after a minute, with its event and no order', () => {
    const world = new World()
    const { id } = world.ask()
    world.now = 60 * S - 1
    world.desk.look()
    expect(world.store.get(id)?.state).toBe('PENDING')
    world.now = 60 * S
    world.desk.look()
    expect(world.store.get(id)).toMatchObject({ state: 'EXPIRED', reasonCode: 'EXPIRED' })
    expect(world.yes(id)).toMatchObject({ ok: false, reasonCodes: ['APPROVAL_NOT_PENDING'] })
    expect([world.executed, world.facts]).toEqual([[], ['requested', 'expired']])
  })

  test('is invalid when the price moved 25 bps before the vote', () => {
    const world = new World()
    const { id } = world.ask()
    world.ground = { ...GROUND, price: 1_002_500 }
    expect(world.yes(id)).toMatchObject({ ok: false, reasonCodes: ['PRICE_MOVED'] })
    expect(world.store.get(id)?.state).toBe('INVALIDATED')
    expect(world.executed).toEqual([])
  })

  test('is invalid when CLOSE_ONLY was set while it waited, and fails with the gate’s code when the gate refuses it', () => {
    const waiting = new World()
    const { id } = waiting.ask()
    waiting.ground = { ...GROUND, killRank: 1 }
    waiting.desk.look()
    expect(waiting.store.get(id)).toMatchObject({ state: 'INVALIDATED', reasonCode: 'KILL_TIGHTENED' })
    const late = new World()
    late.outcome = { ok: false, reasonCodes: ['KILL_CLOSE_ONLY'], detail: 'CLOSE_ONLY stands' }
    const asked = late.ask()
    expect(late.yes(asked.id)).toMatchObject({ ok: false, reasonCodes: ['KILL_CLOSE_ONLY'] })
    expect(late.store.get(asked.id)).toMatchObject({ state: 'FAILED', reasonCode: 'KILL_CLOSE_ONLY' })
  })

  test('is asked for once, however often it is wished for, and fifty at most wait', () => {
    const world = new World()
    const { id } = world.ask()
    expect(world.ask({ payload: { qty: '0.2' } }).id).toBe(id)
    for (let at = 1; at < 50; at++) world.ask({ subject: `bot-${at}` })
    expect(world.desk.pending).toHaveLength(50)
    expect(world.desk.ask({ ...WISH, subject: 'one more' })).toBeUndefined()
  })

  test('is told again at half its time', () => {
    const world = new World()
    const { id } = world.ask()
    world.now = 30 * S
    world.desk.look()
    expect(world.alerts.get(`APPROVAL ${id}`)).toContain('30 s left')
  })

  test('can be taken back by who asked, once', () => {
    const world = new World()
    const { id } = world.ask()
    expect(world.desk.cancel(id, 'human:ann', 'not now').ok).toBe(true)
    expect(world.desk.cancel(id, 'human:ann', 'not now')).toMatchObject({ reasonCodes: ['APPROVAL_NOT_PENDING'] })
    expect(world.store.get(id)?.state).toBe('CANCELED')
  })

  test('of two persons, and by one alone where there is no other', () => {
    const two = new World({ required: 2, isSolo: false })
    const { id } = two.ask()
    expect(two.yes(id)).toMatchObject({ ok: true, detail: expect.stringContaining('1 more') })
    expect(two.yes(id)).toMatchObject({ reasonCodes: ['SECOND_PERSON_REQUIRED'] })
    expect(two.yes(id, 'human:bob').result).toMatchObject({ state: 'EXECUTED' })
    const solo = new World({ required: 2, isSolo: true })
    const alone = solo.ask()
    solo.yes(alone.id)
    solo.now = 10 * S
    expect(solo.yes(alone.id)).toMatchObject({ reasonCodes: ['CONFIRMATION_REQUIRED'] })
    expect(solo.yes(alone.id, 'human:ann', alone.subject).ok).toBe(true)
    expect(solo.executed).toEqual([alone.id])
  })
})

describe('UGF-G-001: after a restart', () => {
  test('what waits goes on waiting by its own clock', () => {
    const first = new World()
    const { id } = first.ask()
    const second = new World({ required: 1, isSolo: true }, first.store)
    second.now = 59 * S
    second.desk.resume()
    expect(second.desk.pending.map((one) => one.id)).toEqual([id])
    second.now = 60 * S
    second.desk.look()
    expect(second.store.get(id)?.state).toBe('EXPIRED')
  })

  test.each([
    [true, 'EXECUTED', ''],
    [false, 'FAILED', 'CUT_OFF'],
  ])(
    'what was being carried out is looked up (in the journal: %s), and never carried out again',
    (isThere, state, code) => {
      const first = new World()
      const { id } = first.ask()
      first.dies = true
      expect(() => first.yes(id)).toThrow('killed')
      expect(first.store.get(id)?.state).toBe('EXECUTING')
      const second = new World({ required: 1, isSolo: true }, first.store)
      if (isThere) second.journalled.add(id)
      second.desk.resume()
      expect(second.store.get(id)).toMatchObject({ state, reasonCode: code })
      expect(second.executed).toEqual([])
    },
  )
})

describe('UGF-G-001: a word that was given ahead', () => {
  const AHEAD: StandingApproval = {
    id: 'sa-1',
    botId: 'trend',
    instrumentId: 'BTC_JPY',
    notionalMax: 1_000,
    usesLeft: 2,
    untilTs: 100 * S,
    actor: 'human:ann',
    reason: 'at lunch',
    createdTs: 0,
  }

  test('counts for so many, in that instrument, up to that size, until its time', () => {
    const world = new World()
    world.store.putStanding(AHEAD)
    expect(world.ask().state).toBe('EXECUTED')
    expect(world.ask({ notional: 1_001 }).state).toBe('PENDING')
    expect(world.ask({ subject: 'other', payload: { botId: 'trend', instrumentId: 'ETH' } }).state).toBe('PENDING')
    expect(world.ask({ subject: 'whose', payload: { botId: 'x', instrumentId: 'BTC_JPY' } }).state).toBe('PENDING')
    expect(world.ask({ subject: 'second' }).state).toBe('EXECUTED')
    expect(world.ask({ subject: 'third' }).state).toBe('PENDING')
    expect(world.store.standing()).toMatchObject([{ usesLeft: 0 }])
  })

  test('is over at its time', () => {
    const world = new World()
    world.store.putStanding(AHEAD)
    world.now = 100 * S
    expect(world.ask().state).toBe('PENDING')
  })
})
