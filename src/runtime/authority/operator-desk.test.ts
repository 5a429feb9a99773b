import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { auditRows } from '../../../storage/queries/audit-rows.ts'
import type { CommandPayload, CommandRow, CommandType } from '../command-catalogue.ts'
import { LOCK_TERMS, operatorsOf } from './operator.ts'
import { verifierOf } from './verifier.ts'

let made: EngineWorld
beforeEach(async () => {
  made = new EngineWorld()
  await made.boot()
  await made.run(2)
})
afterEach(() => made.end())

const ends = ({ status, resultCode }: CommandRow) => [status, resultCode]

/** Both steps as somebody: what a challenge asks for is confirmed by who asked. */
async function as<T extends CommandType>(actor: string, type: T, payload: CommandPayload<T>): Promise<CommandRow> {
  const asked = await made.command(type, payload, { actor })
  if (asked.resultCode !== 'CONFIRMATION_REQUIRED') return asked
  const { challenge_id, token } = asked.result as CommandPayload<'CONFIRM'>
  return made.command('CONFIRM', { challenge_id, token }, { actor })
}
const person = (id: string, role: CommandPayload<'OPERATOR_SET'>['role'], more = {}) => ({
  operator_id: id,
  kind: 'person' as const,
  role,
  os_user: id,
  ...more,
})
/** A register with an admin, and whoever else. */
async function register(...others: readonly CommandPayload<'OPERATOR_SET'>[]): Promise<void> {
  for (const each of [person('ann', 'admin'), ...others])
    expect((await as('human:ann', 'OPERATOR_SET', each)).status).toBe('COMPLETED')
}
const pause = (actor: string) => made.command('BOT_PAUSE', { bot_id: 'maker' }, { actor })

describe('UGF-B-001: the register of operators', () => {
  test('UGF-B-001: without any operator the user of the machine acts; from the first one on whoever is not in it observes', async () => {
    expect((await pause('human:eve')).status).toBe('COMPLETED')
    await register()
    for (const actor of ['human:eve', 'human:eve#operator', 'service:cron'])
      for (const type of ['BOT_PAUSE', 'RECONCILE_RUN'] as const) {
        const row = await made.command(type, type === 'BOT_PAUSE' ? { bot_id: 'maker' } : {}, { actor })
        expect([actor, ...ends(row)]).toEqual([actor, 'REJECTED_AUTHZ', 'OPERATOR_UNKNOWN'])
      }
    const explained = await made.command(
      'GATE_EXPLAIN',
      { instrument_id: 'BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.001' },
      { actor: 'human:eve' },
    )
    expect(explained.status).toBe('COMPLETED')
    expect((await made.command('BOT_RESUME', { bot_id: 'maker' }, { actor: 'human:ann' })).status).toBe('COMPLETED')
  })

  test('UGF-B-001: the role of the register holds, whatever the name asks for beyond it', async () => {
    await register(person('vic', 'viewer'), person('bob', 'operator'), {
      operator_id: 'cron',
      kind: 'service',
      role: 'cron',
    })
    for (const actor of ['human:vic', 'human:vic#operator', 'human:vic#admin', 'human:bob#viewer', 'service:cron'])
      expect([actor, ...ends(await pause(actor))]).toEqual([actor, 'REJECTED_AUTHZ', 'ROLE_DENIED'])
    expect((await pause('human:bob')).status).toBe('COMPLETED')
    expect((await made.command('RECONCILE_RUN', {}, { actor: 'service:cron' })).status).toBe('COMPLETED')
    expect((await as('human:bob', 'OPERATOR_ROLE', { operator_id: 'bob', role: 'admin' })).resultCode).toBe(
      'ROLE_DENIED',
    )
  })

  test('UGF-B-001: adding, a role, books and unlocking take two steps; taking rights away takes one and its reason', async () => {
    const asked = await made.command('OPERATOR_SET', person('ann', 'admin'))
    expect([asked.resultCode, asked.result]).toEqual(['CONFIRMATION_REQUIRED', expect.objectContaining({ tier: 'T1' })])
    await register(person('bob', 'operator'))
    for (const [type, payload] of [
      ['OPERATOR_ROLE', { operator_id: 'bob', role: 'viewer' }],
      ['OPERATOR_BOOKS', { operator_id: 'bob', books: ['main'] }],
      ['OPERATOR_DUTY', { operator_id: 'bob', seconds: 60 }],
      ['OPERATOR_UNLOCK', { operator_id: 'bob' }],
    ] as const)
      expect((await made.command(type, payload as never, { actor: 'human:ann' })).resultCode).toBe(
        'CONFIRMATION_REQUIRED',
      )
    const revoke = (reason: string) =>
      made.command('OPERATOR_REVOKE', { operator_id: 'bob' }, { actor: 'human:ann', reason })
    expect((await revoke('short')).resultCode).toBe('REASON_REQUIRED')
    expect((await revoke('left the house')).status).toBe('COMPLETED')
  })

  test('UGF-B-001: the last admin is neither revoked nor demoted nor held to books, and the first operator is an admin', async () => {
    expect((await as('human:ann', 'OPERATOR_SET', person('bob', 'operator'))).resultCode).toBe('LAST_ADMIN')
    const soon = person('ann', 'admin', { expires_ts: made.clock.wall + 3_600_000_000 })
    expect((await as('human:ann', 'OPERATOR_SET', soon)).resultCode).toBe('LAST_ADMIN')
    await register()
    const last = { operator_id: 'ann' }
    expect(ends(await as('human:ann', 'OPERATOR_REVOKE', last))).toEqual(['REJECTED_POLICY', 'LAST_ADMIN'])
    expect((await as('human:ann', 'OPERATOR_ROLE', { ...last, role: 'operator' })).resultCode).toBe('LAST_ADMIN')
    expect((await as('human:ann', 'OPERATOR_BOOKS', { ...last, books: ['main'] })).resultCode).toBe('LAST_ADMIN')
    expect((await as('human:ann', 'OPERATOR_SET', person('zoe', 'admin'))).status).toBe('COMPLETED')
    expect((await as('human:zoe', 'OPERATOR_REVOKE', last)).status).toBe('COMPLETED')
    expect((await pause('human:ann')).resultCode).toBe('OPERATOR_REVOKED')
    // One who was sent away does not ask what anybody may ask.
    const order = { instrument_id: 'BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.001' } as const
    expect((await made.command('GATE_EXPLAIN', order, { actor: 'human:ann' })).resultCode).toBe('OPERATOR_REVOKED')
  })

  test.each([
    ['a person whom nothing names', { operator_id: 'bob', kind: 'person', role: 'viewer' }],
    ['a service that is an admin', { operator_id: 'job', kind: 'service', role: 'admin' }],
    ['a person that is a schedule', person('bob', 'cron')],
    ['a service with a user', { operator_id: 'job', kind: 'service', role: 'cron', os_user: 'job' }],
    ['a passphrase that is nowhere', person('bob', 'viewer', { verifier_sha256: 'ab'.repeat(32) })],
    ['one that is over', person('bob', 'viewer', { expires_ts: 1 })],
  ] as const)('UGF-B-001: %s is not registered', async (_, payload) => {
    await register()
    expect((await as('human:ann', 'OPERATOR_SET', payload as never)).resultCode).toBe('OPERATOR_INVALID')
    expect(operatorsOf(made.store.operators.history()).map(({ id }) => id)).toEqual(['ann'])
  })

  test('UGF-B-001: two operators are never the same user', async () => {
    await register(person('bob', 'viewer'))
    const twin = person('bobby', 'admin', { os_user: 'bob' })
    expect((await as('human:ann', 'OPERATOR_SET', twin)).resultCode).toBe('OPERATOR_EXISTS')
    expect((await as('human:ann', 'OPERATOR_SET', person('bob', 'admin'))).resultCode).toBe('OPERATOR_EXISTS')
  })

  test('UGF-B-001: one that expires is refused from that moment on', async () => {
    await register(person('bob', 'operator', { expires_ts: made.clock.wall + 60_000_000 }))
    expect((await pause('human:bob')).status).toBe('COMPLETED')
    await made.run(60)
    expect(ends(await pause('human:bob'))).toEqual(['REJECTED_AUTHZ', 'OPERATOR_EXPIRED'])
  })

  test('UGF-B-001: an engine that starts again knows the operators, from the journal alone', async () => {
    await register(person('bob', 'operator', { books: ['main', 'algo'] }))
    await as('human:ann', 'OPERATOR_ROLE', { operator_id: 'bob', role: 'viewer' })
    const before = operatorsOf(made.store.operators.history())
    expect(before).toEqual([
      expect.objectContaining({ id: 'ann', role: 'admin', books: undefined, state: 'ACTIVE' }),
      expect.objectContaining({ id: 'bob', role: 'viewer', books: ['main', 'algo'], osUser: 'bob' }),
    ])
    made.crash()
    await made.boot()
    expect(operatorsOf(made.store.operators.history())).toEqual(before)
    expect((await pause('human:bob')).resultCode).toBe('ROLE_DENIED')
    expect((await pause('human:eve')).resultCode).toBe('OPERATOR_UNKNOWN')
  })

  test('UGF-B-001: an access review reads every change with who made it and why, and no event holds what a passphrase is held against', async () => {
    const { verifier, sha256 } = verifierOf(Buffer.from('five words nobody would say'))
    made.store.operators.keepVerifier(sha256, verifier)
    await register(person('bob', 'operator', { verifier_sha256: sha256 }))
    await as('human:ann', 'OPERATOR_ROLE', { operator_id: 'bob', role: 'viewer' })
    await as('human:ann', 'OPERATOR_REVOKE', { operator_id: 'bob' })
    const bobs = made.store.operators.history().filter(({ fact }) => fact.operator_id === 'bob')
    expect(bobs.map(({ type, fact: { role, state, actor, reason } }) => [type, role, state, actor, reason])).toEqual([
      ['operator.set', 'operator', 'ACTIVE', 'human:ann', 'because a test asks'],
      ['operator.role_changed', 'viewer', 'ACTIVE', 'human:ann', 'because a test asks'],
      ['operator.revoked', 'viewer', 'REVOKED', 'human:ann', 'because a test asks'],
    ])
    const rows = auditRows(made.store.db, { action: 'operator', limit: 20 }).entries
    expect(rows.map(({ action, targetId }) => [action, targetId])).toContainEqual(['operator.revoked', 'bob'])
    const said = JSON.stringify(
      made.store.db.prepare('SELECT payload FROM events UNION ALL SELECT payload FROM commands').all(),
    )
    expect(said).toContain(sha256)
    const [, salt = '', key = ''] = verifier.split('$')
    for (const secret of [verifier, salt, key, 'five words']) expect(said).not.toContain(secret)
  })

  test('UGF-B-001: on duty an operator starts with money for as long as an admin said, and not a second longer', async () => {
    await register(person('bob', 'operator'))
    const who = () => made.engine.operators.who('human:bob')
    expect(who()).toMatchObject({ ok: true, isOnDuty: false })
    expect((await as('human:ann', 'OPERATOR_DUTY', { operator_id: 'ann', seconds: 60 })).resultCode).toBe(
      'OPERATOR_INVALID',
    )
    expect((await as('human:ann', 'OPERATOR_DUTY', { operator_id: 'bob', seconds: 60 })).status).toBe('COMPLETED')
    made.engine.spec = { ...made.engine.spec, run_mode: 'live' }
    const start = () => made.command('BOT_START', { bot_id: 'maker' }, { actor: 'human:bob' })
    expect((await start()).resultCode).toBe('CONFIRMATION_REQUIRED')
    expect(made.engine.operators.who('human:bob#researcher')).toMatchObject({ ok: true, isOnDuty: false })
    await made.run(60)
    expect((await start()).resultCode).toBe('ROLE_DENIED')
    await as('human:ann', 'OPERATOR_DUTY', { operator_id: 'bob', seconds: 60 })
    await as('human:ann', 'OPERATOR_DUTY', { operator_id: 'bob', seconds: 0 })
    expect((await start()).resultCode).toBe('ROLE_DENIED')
  })

  test('UGF-B-001: a command that waits when its operator is revoked is refused when it is looked at', async () => {
    await register(person('bob', 'operator'))
    const { store, clock } = made
    const asked = (id: string, type: CommandType, payload: unknown, actor: string) =>
      store.commands.submit({
        id,
        type,
        payload,
        actor,
        origin: 'cli',
        reason: 'because a test asks',
        issuedTs: clock.wall++,
        expiresTs: clock.wall + 30_000_000,
      })
    // Both wait before the engine looks again, and his was first: taking rights away is looked at before it, in the same turn.
    asked('two', 'BOT_PAUSE', { bot_id: 'maker' }, 'human:bob')
    asked('one', 'OPERATOR_REVOKE', { operator_id: 'bob' }, 'human:ann')
    made.engine.poke()
    await made.run(1)
    expect([store.commands.get('one')?.status, store.commands.get('two')?.resultCode]).toEqual([
      'COMPLETED',
      'OPERATOR_REVOKED',
    ])
    const [row] = auditRows(store.db, { action: 'access.denied', limit: 1 }).entries
    expect(row).toMatchObject({ reasonCodes: ['OPERATOR_REVOKED'], result: 'REJECTED' })
  })

  test('UGF-B-001: what was asked before its operator was revoked is not confirmed after, and a role that was lowered counts too', async () => {
    await register(person('zoe', 'admin'), person('kim', 'admin'))
    await made.command('KILL_RAISE', { scope: 'global', level: 'CLOSE_ONLY' }, { actor: 'human:ann' })
    const lower = async (actor: string) =>
      (await made.command('KILL_LOWER', { scope: 'global', level: 'NONE' }, { actor }))
        .result as CommandPayload<'CONFIRM'>
    const [zoes, kims] = [await lower('human:zoe'), await lower('human:kim')]
    await as('human:ann', 'OPERATOR_REVOKE', { operator_id: 'zoe' })
    await as('human:ann', 'OPERATOR_ROLE', { operator_id: 'kim', role: 'viewer' })
    const confirm = ({ challenge_id, token }: CommandPayload<'CONFIRM'>, actor: string) =>
      made.command('CONFIRM', { challenge_id, token }, { actor })
    expect((await confirm(zoes, 'human:zoe')).resultCode).toBe('OPERATOR_REVOKED')
    expect((await confirm(kims, 'human:kim')).resultCode).toBe('ROLE_DENIED')
    expect(made.engine.kernel.facts.kill.at('global')).toBe('CLOSE_ONLY')
  })

  test('UGF-B-001: a register that cannot be read lets nobody act, and says so', async () => {
    await register()
    made.store.db.exec('DROP INDEX events_of_operators')
    made.crash()
    await made.boot()
    expect(ends(await pause('human:ann'))).toEqual(['REJECTED_AUTHZ', 'REGISTER_UNREADABLE'])
  })
})

describe('UGF-B-001: log-ins', () => {
  test('UGF-B-001: with a passphrase an operator acts while logged in: sixty minutes, and fifteen of silence', async () => {
    const { verifier, sha256 } = verifierOf(Buffer.from('five words nobody would say'))
    made.store.operators.keepVerifier(sha256, verifier)
    const bob = { operator_id: 'bob', kind: 'person', role: 'operator', verifier_sha256: sha256 } as const
    await register(bob)
    const state = () => {
      const who = made.engine.operators.who('human:bob')
      return who.ok ? 'IN' : who.code
    }
    expect((await pause('human:bob')).resultCode).toBe('LOGIN_REQUIRED')
    const { operators } = made.store
    operators.openLogin('bob', 'ab'.repeat(32), made.clock.wall)
    expect((await pause('human:bob')).status).toBe('COMPLETED')
    made.clock.wall += 14 * 60_000_000
    expect(state()).toBe('IN')
    made.clock.wall += 2 * 60_000_000
    expect(state()).toBe('LOGIN_REQUIRED')
    operators.openLogin('bob', 'ab'.repeat(32), made.clock.wall)
    // A command is a sign of life.
    made.clock.pass(10 * 60_000)
    expect((await pause('human:bob')).resultCode).not.toBe('LOGIN_REQUIRED')
    made.clock.wall += 10 * 60_000_000
    expect(state()).toBe('IN')
    operators.openLogin('bob', 'ab'.repeat(32), made.clock.wall)
    for (let minutes = 0; minutes < 50; minutes += 10) {
      made.clock.wall += 10 * 60_000_000
      operators.touchLogin('bob', made.clock.wall)
      expect(state()).toBe('IN')
    }
    made.clock.wall += 10 * 60_000_000
    expect(state()).toBe('LOGIN_REQUIRED')
    operators.openLogin('bob', 'ab'.repeat(32), made.clock.wall)
    made.clock.wall -= 60_000_000
    expect(state()).toBe('LOGIN_REQUIRED')
  })

  test('UGF-B-001: with a broken store who is logged in still stops everything, and who cannot be told does nothing', async () => {
    const { verifier, sha256 } = verifierOf(Buffer.from('five words nobody would say'))
    const { operators, db } = made.store
    operators.keepVerifier(sha256, verifier)
    await register({ operator_id: 'bob', kind: 'person', role: 'operator', verifier_sha256: sha256 })
    operators.openLogin('bob', 'ab'.repeat(32), made.clock.wall)
    db.exec("CREATE TRIGGER logins_full BEFORE UPDATE ON logins BEGIN SELECT RAISE(ABORT, 'no room'); END")
    const halt = (actor: string) => made.command('KILL_RAISE', { scope: 'global', level: 'CLOSE_ONLY' }, { actor })
    expect(() => operators.touchLogin('bob', made.clock.wall)).toThrow('no room')
    expect((await halt('human:bob')).status).toBe('COMPLETED')
    db.exec('DROP TABLE logins')
    expect((await pause('human:bob')).resultCode).toBe('REGISTER_UNREADABLE')
    // One whom the machine knows needs no log-in.
    expect((await pause('human:ann')).status).toBe('COMPLETED')
    expect(made.engine.phase).toBe('RUNNING')
  })

  test('UGF-B-001: five failed tries lock for fifteen minutes, a lock counts for who is logged in, and an admin ends it', async () => {
    const { operators } = made.store
    const now = made.clock.wall
    for (let at = 0; at < 5; at++) expect(operators.beginTry('bob', now, LOCK_TERMS)).toBe(true)
    expect(operators.beginTry('bob', now, LOCK_TERMS)).toBe(false)
    expect(operators.login('bob')).toMatchObject({ failures: 5, lockedUntilTs: now + 900_000_000 })
    expect(operators.beginTry('bob', now + 899_999_999, LOCK_TERMS)).toBe(false)
    expect(operators.beginTry('bob', now + 900_000_000, LOCK_TERMS)).toBe(true)
    expect(operators.login('bob')).toMatchObject({ failures: 1, lockedUntilTs: undefined })
    for (let at = 0; at < 4; at++) operators.beginTry('bob', now, LOCK_TERMS)
    await register(person('bob', 'operator'))
    expect((await as('human:ann', 'OPERATOR_UNLOCK', { operator_id: 'bob' })).status).toBe('COMPLETED')
    expect(operators.beginTry('bob', now, LOCK_TERMS)).toBe(true)
  })
})
