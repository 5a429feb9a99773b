import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ClientOfWorld, type WorldTold } from '../fixtures/client-of-world.ts'
import { EngineWorld } from '../fixtures/engine-world.ts'
import { ROLES } from '../src/runtime/authority/roles.ts'
import { auditRows } from '../storage/queries/audit-rows.ts'
import type { EngineDeps } from './engine-access.ts'
import { ROLE_NAMES } from './operator.ts'

let made: EngineWorld
let client: ClientOfWorld
beforeEach(async () => {
  made = new EngineWorld()
  client = new ClientOfWorld(made)
  await made.boot()
  await made.run(2)
})
afterEach(async () => {
  client.close()
  await made.end()
})

const why = ['--reason', 'because a test asks'] as const
const ends = ({ code, reason_codes: [reason] }: WorldTold) => [code, reason]
const say = (as: string, line: string, more: Partial<EngineDeps> = {}) => client.say(as, line.split(' '), more)
const change = (as: string, line: string, more: Partial<EngineDeps> = {}) =>
  client.confirmed(as, [...line.split(' '), ...why], more)
/** Somebody who types these lines where they are asked. */
const typing = (...lines: readonly string[]): Partial<EngineDeps> => {
  const left = [...lines]
  return {
    hidden: {
      ask: () => Promise.resolve(Buffer.from(left.shift() ?? '')),
      drain: () => Buffer.from(`${left.shift() ?? ''}\n`),
    },
  }
}
const PASSPHRASE = 'five words nobody would say'
async function register(...lines: readonly string[]): Promise<void> {
  for (const line of ['operator add ann --role admin --os-user ann', ...lines])
    expect((await change('human:ann', line, typing(PASSPHRASE, PASSPHRASE))).code).toBe(0)
}
const BOB = 'operator add bob --role operator --os-user bob'
const CARL = 'operator add carl --role operator --passphrase'
const denials = () =>
  auditRows(made.store.db, { action: 'access.denied', limit: 50 }).entries.map(({ reasonCodes: [code] }) => code)

describe('UGF-B-001: operators on the command line', () => {
  test('UGF-B-001: a revoked operator is refused at the next command: exit 3, and access.denied', async () => {
    await register(BOB)
    expect((await change('human:bob', 'bot pause maker')).code).toBe(0)
    expect((await change('human:ann', 'operator revoke bob')).code).toBe(0)
    expect(ends(await change('human:bob', 'bot resume maker'))).toEqual([3, 'OPERATOR_REVOKED'])
    expect(denials()).toEqual(['OPERATOR_REVOKED'])
    expect(ends(await say('human:bob', 'order list'))).toEqual([3, 'OPERATOR_REVOKED'])
    // What everybody may see stays.
    expect((await say('human:bob', 'bot list')).code).toBe(0)
  })

  test('UGF-B-001: one who is logged in is refused as well once revoked, and does not log in again', async () => {
    await register(CARL)
    expect(ends(await change('human:shared', 'bot pause maker'))).toEqual([3, 'OPERATOR_UNKNOWN'])
    expect((await say('human:shared', 'login carl', typing(PASSPHRASE))).code).toBe(0)
    expect((await change('human:shared', 'bot pause maker')).code).toBe(0)
    const login = join(client.home, 'demo', 'login', 'token.json')
    expect(statSync(login).mode & 0o777).toBe(0o600)
    // By hand: on this machine everybody is carl until he logs out.
    expect(ends(await change('human:ann', 'operator revoke carl'))).toEqual([3, 'ROLE_DENIED'])
    await made.command('OPERATOR_REVOKE', { operator_id: 'carl' }, { actor: 'human:ann' })
    expect(ends(await change('human:shared', 'bot resume maker'))).toEqual([3, 'OPERATOR_REVOKED'])
    expect(denials()).toContain('OPERATOR_REVOKED')
    expect(ends(await say('human:shared', 'login carl', typing(PASSPHRASE)))).toEqual([3, 'OPERATOR_REVOKED'])
  })

  test('UGF-B-001: a command that waited for an engine is refused when its operator was revoked meanwhile', async () => {
    await register(BOB)
    made.crash()
    client.isAlive = false
    expect((await client.say('human:bob', ['bot', 'pause', 'maker', '--life', '1h', ...why])).code).toBe(6)
    expect((await change('human:ann', 'operator revoke bob')).code).toBe(6)
    client.isAlive = true
    await made.boot()
    await made.run(2)
    const told = made.store.commands.list({ limit: 10 }).map(({ type, resultCode }) => [type, resultCode])
    expect(told).toContainEqual(['OPERATOR_REVOKE', 'OK'])
    expect(told).toContainEqual(['BOT_PAUSE', 'OPERATOR_REVOKED'])
  })

  test('UGF-B-001: the last admin stays, whatever the command; what is misspelt exits 2', async () => {
    await register(BOB)
    for (const line of ['operator revoke ann', 'operator role ann viewer', 'operator books ann research'])
      expect([line, ...ends(await change('human:ann', line))]).toEqual([line, 3, 'LAST_ADMIN'])
    expect((await change('human:ann', 'operator role bob king')).code).toBe(2)
    expect(ends(await say('human:ann', 'operator show bobb'))).toEqual([2, 'OPERATOR_UNKNOWN'])
    expect(ends(await change('human:ann', CARL, typing('short', 'short')))).toEqual([2, 'PASSPHRASE_SHORT'])
    expect(ends(await change('human:ann', CARL))).toEqual([2, 'NO_TERMINAL'])
    expect(ends(await change('human:bob', 'operator add eve --role admin --os-user eve'))).toEqual([3, 'ROLE_DENIED'])
  })

  test('UGF-B-001: a list tells who may act now, and one operator shows every change with who made it and why', async () => {
    await register(BOB, CARL)
    await change('human:ann', 'operator role bob viewer')
    await change('human:ann', 'operator books bob research')
    const { data } = await say('human:bob', 'operator list')
    expect(data).toMatchObject([
      { operator: 'ann', role: 'admin', state: 'ACTIVE', acts_as: 'human:ann', books: 'every book' },
      { operator: 'bob', role: 'viewer', state: 'ACTIVE', books: 'research', passphrase: 'no' },
      { operator: 'carl', state: 'LOGIN_REQUIRED', acts_as: 'human:carl', passphrase: 'yes' },
    ])
    const shown = (await say('human:ann', 'operator show bob')).data as { changes: readonly unknown[] }
    expect(shown.changes).toMatchObject([
      { what: 'operator.set', role: 'operator', actor: 'human:ann', reason: 'because a test asks' },
      { what: 'operator.role_changed', role: 'viewer' },
      { what: 'operator.books_changed', books: 'research' },
    ])
  })

  test('UGF-B-001: whoami tells the register, the log-in, and what is missing', async () => {
    const who = async (as: string) => (await say(as, 'whoami')).data as Readonly<Record<string, unknown>>
    expect(await who('human:ann')).toMatchObject({ register: 0, role: 'admin', missing: 'nothing' })
    await register(CARL)
    expect(await who('human:eve')).toMatchObject({
      register: 2,
      role: 'nobody',
      missing: 'human:eve is not in the register of operators',
    })
    await say('human:eve', 'login carl', typing(PASSPHRASE))
    const told = await who('human:eve')
    expect(told).toMatchObject({ actor: 'human:carl', role: 'operator', operator: 'carl', missing: 'nothing' })
    expect(told['logged_in_until']).toMatch(/Z$/)
    expect(await who('human:eve#viewer')).toMatchObject({ actor: 'human:carl#viewer', role: 'viewer' })
    made.clock.wall += 16 * 60_000_000
    expect(await who('human:eve')).toMatchObject({
      role: 'nobody',
      missing: 'human:carl was idle for 15 minutes (log in with: profinaut login carl)',
    })
  })

  test('UGF-B-001: reading is a sign of life too, and after sixty minutes the log-in is over all the same', async () => {
    await register(CARL)
    await say('human:eve', 'login carl', typing(PASSPHRASE))
    for (let minutes = 10; minutes < 60; minutes += 10) {
      made.clock.wall += 10 * 60_000_000
      expect([minutes, (await say('human:eve', 'order list')).code]).toEqual([minutes, 0])
    }
    made.clock.wall += 10 * 60_000_000
    expect(ends(await say('human:eve', 'order list'))).toEqual([3, 'LOGIN_REQUIRED'])
  })

  test('UGF-B-001: five failed log-ins lock for fifteen minutes, the right passphrase too; an admin ends it; all is journalled', async () => {
    await register(CARL)
    const wrong = () => say('human:eve', 'login carl', typing('what it is not'))
    for (let tries = 1; tries < 5; tries++) expect(ends(await wrong())).toEqual([3, 'LOGIN_FAILED'])
    expect(ends(await wrong())).toEqual([3, 'OPERATOR_LOCKED'])
    const right = () => say('human:eve', 'login carl --passphrase-fd 0', typing(PASSPHRASE))
    expect(ends(await right())).toEqual([3, 'OPERATOR_LOCKED'])
    made.clock.pass(14 * 60_000)
    expect(ends(await right())).toEqual([3, 'OPERATOR_LOCKED'])
    expect((await change('human:ann', 'operator unlock carl')).code).toBe(0)
    expect((await right()).code).toBe(0)
    expect((await say('human:eve', 'logout')).code).toBe(0)
    expect(existsSync(join(client.home, 'demo', 'login', 'token.json'))).toBe(false)
    await made.run(2)
    const rows = auditRows(made.store.db, { action: 'login', limit: 50 }).entries
    expect(rows.map(({ action }) => action)).toEqual([
      ...Array.from({ length: 4 }, () => 'login.failed'),
      'login.locked',
      'login.opened',
      'login.closed',
    ])
    const kept = JSON.stringify(made.store.db.prepare('SELECT payload, reason FROM commands').all())
    expect(kept).not.toContain(PASSPHRASE)
  })

  test('UGF-B-001: an operator of one user is nobody else’s to log in as; one without a passphrase needs no log-in', async () => {
    await register(BOB, `${CARL} --os-user carl`)
    expect((await say('human:bob', 'login')).message).toContain('needs no log-in')
    expect(ends(await say('human:eve', 'login carl', typing(PASSPHRASE)))).toEqual([3, 'OPERATOR_UNKNOWN'])
    expect(ends(await change('human:carl', 'bot pause maker'))).toEqual([3, 'LOGIN_REQUIRED'])
    expect((await say('human:carl', 'login', typing(PASSPHRASE))).code).toBe(0)
    expect((await change('human:carl', 'bot pause maker')).code).toBe(0)
  })

  test('UGF-B-001: roles are those of the matrix', () => expect(ROLE_NAMES).toEqual(ROLES))
})
