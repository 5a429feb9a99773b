import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { auditRows } from '../../../storage/queries/audit-rows.ts'
import type { CommandPayload, CommandRow } from '../command-catalogue.ts'

let made: EngineWorld
beforeEach(async () => {
  made = new EngineWorld()
  await made.boot()
  await made.run(2)
})
afterEach(() => made.end())

interface Given {
  readonly challenge_id: string
  readonly token: string
  readonly phrase?: string
}
const givenBy = (row: CommandRow) => row.result as Given
const ends = ({ status, resultCode }: CommandRow) => [status, resultCode]
const killOf = (scope: 'global' | 'bot:maker' = 'global') => made.engine.kernel.facts.kill.at(scope)

async function standing(level: 'CLOSE_ONLY' | 'HALT', scope = 'global'): Promise<void> {
  expect((await made.command('KILL_RAISE', { scope, level })).status).toBe('COMPLETED')
}
function lower(scope = 'global', level: CommandPayload<'KILL_LOWER'>['level'] = 'NONE', more = {}) {
  return made.command('KILL_LOWER', { scope, level }, more)
}
function confirm({ challenge_id, token }: Given, more: { confirmation?: string; actor?: string } = {}) {
  return made.command('CONFIRM', { challenge_id, token }, more)
}
function flag(name: string, stage: CommandPayload<'FLAG_SET'>['stage'], more = {}) {
  return made.command('FLAG_SET', { name, stage }, more)
}
const actions = (action: string) =>
  auditRows(made.store.db, { action, limit: 50 }).entries.map((row) => [row.action, row.reasonCodes.join(' ')])

describe('UGF-0-006: the two steps', () => {
  test('the first stores a challenge and does nothing; the second does it, once, with the reason of the first', async () => {
    await standing('CLOSE_ONLY')
    const asked = await lower()
    expect(ends(asked)).toEqual(['REJECTED_POLICY', 'CONFIRMATION_REQUIRED'])
    expect(asked.result).toMatchObject({
      tier: 'T1',
      intent_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      expires_at: expect.stringMatching(/Z$/),
      impact: { summary: expect.stringContaining('CLOSE_ONLY -> NONE'), kill_level: 'CLOSE_ONLY' },
    })
    expect(killOf()).toBe('CLOSE_ONLY')
    expect((await confirm(givenBy(asked))).status).toBe('COMPLETED')
    expect(killOf()).toBe('NONE')
    expect(made.store.confirmations.get(givenBy(asked).challenge_id)?.state).toBe('CONFIRMED')
    const [lowered] = auditRows(made.store.db, { action: 'KILL_APPLIED', limit: 50 }).entries.filter(
      ({ modeTo }) => modeTo === 'NONE',
    )
    expect(lowered).toMatchObject({ reason: 'because a test asks', actor: 'human:test' })
  })

  test('with the capability off, a strong command is refused, the venue hears nothing, and a kill is raised all the same', async () => {
    await made.run(20)
    await standing('HALT')
    await made.run(5)
    expect((await flag('dangerous_ops', 'off')).status).toBe('COMPLETED')
    const calls: string[] = []
    for (const name of ['place', 'cancel', 'amend'] as const) made.exchange[name] = () => void calls.push(name)
    expect(ends(await lower('global', 'FLATTEN'))).toEqual(['REJECTED_AUTHZ', 'DANGEROUS_OPS_DISABLED'])
    await made.run(2)
    expect([calls, killOf()]).toEqual([[], 'HALT'])
    expect((await made.command('KILL_RAISE', { scope: 'bot:maker', level: 'HALT' })).status).toBe('COMPLETED')
    expect((await flag('dangerous_ops', 'on')).status).toBe('COMPLETED')
    expect((await lower('global', 'FLATTEN')).resultCode).toBe('CONFIRMATION_REQUIRED')
  })

  test('a challenge that was asked before the capability went is not confirmed after', async () => {
    await standing('CLOSE_ONLY')
    const asked = givenBy(await lower())
    await flag('dangerous_ops', 'off')
    expect((await confirm(asked)).resultCode).toBe('DANGEROUS_OPS_DISABLED')
    expect(killOf()).toBe('CLOSE_ONLY')
  })

  test('a token that was used, or is for a payload that differs in one field, is CONFIRMATION_MISMATCH', async () => {
    await standing('CLOSE_ONLY')
    await standing('CLOSE_ONLY', 'bot:maker')
    const [mine, other] = [givenBy(await lower()), givenBy(await lower('bot:maker'))]
    const swapped = { challenge_id: other.challenge_id, token: mine.token }
    expect(ends(await confirm(swapped))).toEqual(['REJECTED_POLICY', 'CONFIRMATION_MISMATCH'])
    expect(killOf('bot:maker')).toBe('CLOSE_ONLY')
    expect((await confirm(mine)).status).toBe('COMPLETED')
    await standing('CLOSE_ONLY')
    expect((await confirm(mine)).resultCode).toBe('CONFIRMATION_MISMATCH')
    expect((await confirm({ challenge_id: 'nobody', token: mine.token })).resultCode).toBe('CONFIRMATION_MISMATCH')
    expect(killOf()).toBe('CLOSE_ONLY')
  })

  test('a challenge whose payload was changed behind our back has another token', async () => {
    await standing('CLOSE_ONLY', 'bot:maker')
    await standing('CLOSE_ONLY')
    const asked = givenBy(await lower('bot:maker'))
    made.store.db.exec('DROP TRIGGER confirmations_asked')
    made.store.db.exec("UPDATE confirmations SET payload = replace(payload, 'bot:maker', 'global')")
    expect((await confirm(asked)).resultCode).toBe('CONFIRMATION_MISMATCH')
    expect([killOf(), killOf('bot:maker')]).toEqual(['CLOSE_ONLY', 'CLOSE_ONLY'])
  })

  test('a clock that cannot be trusted confirms nothing', async () => {
    await standing('CLOSE_ONLY')
    const asked = givenBy(await lower())
    made.clock.wall -= 3_600_000_000
    await made.run(1)
    expect((await confirm(asked)).resultCode).toBe('CLOCK_UNTRUSTED')
    expect((await lower()).resultCode).toBe('CLOCK_UNTRUSTED')
  })

  test('61 seconds later it is CONFIRMATION_EXPIRED', async () => {
    await standing('CLOSE_ONLY')
    const [early, late] = [givenBy(await lower()), givenBy(await lower())]
    await made.run(55)
    expect((await confirm(early)).status).toBe('COMPLETED')
    await standing('CLOSE_ONLY')
    await made.run(6)
    expect(ends(await confirm(late))).toEqual(['REJECTED_POLICY', 'CONFIRMATION_EXPIRED'])
    expect((await confirm(late)).resultCode).toBe('CONFIRMATION_EXPIRED')
    expect(killOf()).toBe('CLOSE_ONLY')
  })

  test('an engine that was started again knows no age of what the one before asked', async () => {
    await standing('CLOSE_ONLY')
    const asked = givenBy(await lower())
    made.crash()
    await made.boot()
    expect((await confirm(asked)).resultCode).toBe('CONFIRMATION_EXPIRED')
  })

  test('issued, confirmed and rejected stand in the audit log, and no token does', async () => {
    await standing('CLOSE_ONLY')
    const asked = givenBy(await lower())
    await confirm({ ...asked, token: 'x' })
    await confirm(asked)
    expect(actions('dangerous_op')).toEqual([
      ['dangerous_op.challenge_issued', ''],
      ['dangerous_op.rejected', 'CONFIRMATION_MISMATCH'],
      ['dangerous_op.confirmed', ''],
    ])
    const events = made.store.db.prepare('SELECT group_concat(payload) FROM events').pluck().get()
    expect(String(events)).not.toContain(asked.token)
    const secret = readFileSync(join(made.folder, 'run', 'confirm.key'))
    made.store.db.pragma('wal_checkpoint(TRUNCATE)')
    const file = readFileSync(join(made.folder, 'profinaut.db'))
    for (const form of [secret, secret.toString('hex'), secret.toString('base64'), secret.toString('base64url')])
      expect(file.includes(form)).toBe(false)
  })

  test('a reason is asked for, of eight characters, without a secret in it', async () => {
    await standing('CLOSE_ONLY')
    expect((await lower('global', 'NONE', { reason: 'it is ok' })).resultCode).toBe('CONFIRMATION_REQUIRED')
    expect((await lower('global', 'NONE', { reason: ' why not ' })).resultCode).toBe('REASON_REQUIRED')
    expect((await lower('global', 'NONE', { reason: 'password=hunter2hunter2' })).resultCode).toBe('REASON_REQUIRED')
  })

  test('what is T0 is typed: no phrase and another phrase are a mismatch, and the right one may still follow', async () => {
    await standing('HALT')
    const asked = givenBy(await lower('global', 'FLATTEN'))
    expect(asked.phrase).toBe('CONFIRM')
    expect((await confirm(asked)).resultCode).toBe('CONFIRMATION_MISMATCH')
    expect((await confirm(asked, { confirmation: 'CONFIRMED' })).resultCode).toBe('CONFIRMATION_MISMATCH')
    expect(killOf()).toBe('HALT')
    expect((await confirm(asked, { confirmation: 'CONFIRM' })).status).toBe('COMPLETED')
    expect(killOf()).toBe('FLATTEN')
  })

  test('what it would do has changed since: it is asked again', async () => {
    await standing('CLOSE_ONLY')
    const asked = givenBy(await lower())
    await standing('HALT')
    expect((await confirm(asked)).resultCode).toBe('CONFIRMATION_MISMATCH')
    expect(killOf()).toBe('HALT')
  })

  test('a flatten is confirmed at once with its phrase, or by its challenge while the size is what it was', async () => {
    const flatten = { scope: 'global', level: 'FLATTEN' } as const
    const asked = await made.command('KILL_RAISE', flatten)
    const { phrase } = givenBy(asked)
    expect([asked.resultCode, phrase]).toEqual([
      'CONFIRMATION_REQUIRED',
      `flatten ${made.engine.positionsIn('global')}`,
    ])
    const done = await made.command('KILL_RAISE', flatten, {
      confirmation: `flatten ${made.engine.positionsIn('global')}`,
    })
    expect(done.status).toBe('COMPLETED')
  })

  test('what would be refused anyway is refused at once, and nobody is asked to confirm it', async () => {
    expect((await lower()).resultCode).toBe('TRANSITION_FORBIDDEN')
    expect((await made.command('MODE_RELEASE', {})).resultCode).toBe('TRANSITION_FORBIDDEN')
    await made.command('MODE_RAISE', { mode: 'SAFE_MODE' })
    expect((await made.command('MODE_RELEASE', {})).reasonCodes).toEqual(['DWELL_TIME'])
    expect((await made.command('BOT_RELEASE', { bot_id: 'maker' })).resultCode).toBe('INVALID_TRANSITION')
    expect((await made.command('BOT_RELEASE', { bot_id: 'nobody' })).resultCode).toBe('BOT_UNKNOWN')
    expect(made.store.confirmations.list(9)).toEqual([])
  })

  test('SAFE_MODE is left by two steps when its checks are met', async () => {
    await made.command('MODE_RAISE', { mode: 'SAFE_MODE' })
    await made.run(310)
    const asked = await made.command('MODE_RELEASE', {})
    expect(asked.result).toMatchObject({
      tier: 'T1',
      impact: { summary: expect.stringMatching(/^SAFE_MODE -> NORMAL/) },
    })
    expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
    expect((await confirm(givenBy(asked))).status).toBe('COMPLETED')
    expect(made.engine.kernel.safetyMode).toBe('NORMAL')
  })

  test('with a broken journal nothing is relaxed, and a halt works', async () => {
    await standing('CLOSE_ONLY', 'bot:maker')
    for (const name of ['events_no_update', 'events_no_delete']) made.store.db.exec(`DROP TRIGGER ${name}`)
    made.store.db.exec("UPDATE events SET payload = replace(payload, 'paper', 'LIVES') WHERE type = 'run.started'")
    await made.run(62)
    expect(ends(await lower('bot:maker'))).toEqual(['REJECTED_POLICY', 'AUDIT_DOWN'])
    expect((await made.command('KILL_RAISE', { scope: 'bot:maker', level: 'HALT' })).status).toBe('COMPLETED')
  })
})

describe('UGF-0-006: a store that is broken', () => {
  test('without challenges nothing is relaxed, a halt works, and a flatten is closed by its phrase', async () => {
    await standing('CLOSE_ONLY')
    const asked = givenBy(await lower())
    made.store.db.exec('DROP TABLE confirmations')
    expect(ends(await confirm(asked))).toEqual(['REJECTED_POLICY', 'AUDIT_DOWN'])
    expect(ends(await lower())).toEqual(['REJECTED_POLICY', 'AUDIT_DOWN'])
    expect(actions('dangerous_op.rejected')).toHaveLength(2)
    const flatten = { scope: 'bot:maker', level: 'FLATTEN' } as const
    const phrase = `flatten ${made.engine.positionsIn('bot:maker')}`
    const typed = await made.command('KILL_RAISE', flatten)
    expect([typed.resultCode, typed.result]).toEqual(['CONFIRMATION_REQUIRED', { phrase }])
    expect((await made.command('KILL_RAISE', flatten, { confirmation: phrase })).status).toBe('COMPLETED')
    await standing('HALT')
    expect(made.engine.phase).toBe('RUNNING')
  })

  test('a secret that is no key signs nothing, and the engine goes on', async () => {
    await standing('CLOSE_ONLY')
    mkdirSync(join(made.folder, 'run'), { recursive: true })
    writeFileSync(join(made.folder, 'run', 'confirm.key'), 'short')
    expect((await lower()).resultCode).toBe('AUDIT_DOWN')
    expect(made.engine.phase).toBe('RUNNING')
  })

  test('without flags one is neither turned on nor off, and the engine goes on', async () => {
    made.store.db.exec('DROP TABLE flag_history')
    expect((await flag('dangerous_ops', 'off')).resultCode).toBe('FLAGS_UNREADABLE')
    expect(made.engine.authority.flags().stages.dangerous_ops).toBe('on')
    expect(actions('flag.changed')).toEqual([])
  })
})

describe('UGF-B-001: who', () => {
  test('a viewer does not raise a kill, and it leaves access.denied', async () => {
    const more = { actor: 'human:ann#viewer' }
    expect(ends(await made.command('KILL_RAISE', { scope: 'global', level: 'HALT' }, more))).toEqual([
      'REJECTED_AUTHZ',
      'ROLE_DENIED',
    ])
    expect(killOf()).toBe('NONE')
    const [row] = auditRows(made.store.db, { action: 'access.denied', limit: 5 }).entries
    expect(row).toMatchObject({ result: 'REJECTED', reasonCodes: ['ROLE_DENIED'] })
    expect(row?.reason).toContain('human:ann#viewer is viewer, which may not KILL_RAISE')
  })

  test('an operator stops and does not relax, but for SAFE_MODE where no money is at stake', async () => {
    const more = { actor: 'human:bob#operator' }
    expect((await made.command('KILL_RAISE', { scope: 'global', level: 'CLOSE_ONLY' }, more)).status).toBe('COMPLETED')
    expect((await lower('global', 'NONE', more)).resultCode).toBe('ROLE_DENIED')
    await made.confirmed('KILL_LOWER', { scope: 'global', level: 'NONE' })
    await made.command('MODE_RAISE', { mode: 'SAFE_MODE' }, more)
    await made.run(310)
    const asked = await made.command('MODE_RELEASE', {}, more)
    expect((await confirm(givenBy(asked), more)).status).toBe('COMPLETED')
  })

  test('a service reconciles and neither stops nor confirms, and nobody at all only looks', async () => {
    const cron = { actor: 'service:cron' }
    expect((await made.command('RECONCILE_RUN', {}, cron)).status).toBe('COMPLETED')
    expect((await made.command('BOT_PAUSE', { bot_id: 'maker' }, cron)).resultCode).toBe('ROLE_DENIED')
    await standing('CLOSE_ONLY')
    const asked = givenBy(await lower())
    expect(ends(await confirm(asked, cron))).toEqual(['REJECTED_AUTHZ', 'AUTOMATION_CANNOT_CONFIRM'])
    expect((await confirm(asked, { actor: 'human:eve' })).resultCode).toBe('CONFIRMATION_MISMATCH')
    expect(killOf()).toBe('CLOSE_ONLY')
    expect((await made.command('RECONCILE_RUN', {}, { actor: 'eve' })).resultCode).toBe('ROLE_DENIED')
  })
})

describe('UGF-0-020: flags of a running engine', () => {
  test('a stage is not skipped, a change is in the audit log, and its history has what was before', async () => {
    expect((await flag('algos', 'paper')).resultCode).toBe('FLAG_STAGE_SKIPPED')
    expect((await flag('algos', 'dev', { reason: 'short' })).resultCode).toBe('REASON_REQUIRED')
    expect((await flag('algos', 'dev')).status).toBe('COMPLETED')
    expect(actions('flag.changed')).toEqual([['flag.changed', '']])
    expect(made.store.flags.history()).toMatchObject([{ name: 'algos', from: 'off', to: 'dev', actor: 'human:test' }])
    expect(made.store.flags.history()[0]?.snapshotHash).toBe(made.engine.authority.flags().hash)
  })

  test('with the flags corrupted, everything is off and health is DEGRADED until they can be read', async () => {
    made.store.db.exec("INSERT INTO flags VALUES ('algos', 'full steam', NULL, 1, 'human:x', 'by hand')")
    await made.run(1)
    expect(new Set(Object.values(made.engine.authority.flags().stages))).toEqual(new Set(['off']))
    expect(made.engine.kernel.safetyMode).toBe('DEGRADED')
    expect((await flag('dangerous_ops', 'on')).resultCode).toBe('FLAGS_UNREADABLE')
    made.store.db.exec('DELETE FROM flags')
    await made.run(1)
    expect([...made.engine.kernel.facts.mode.reasons.keys()]).not.toContain('FLAGS_UNREADABLE')
    made.store.db.exec('DROP TABLE flags')
    await made.run(1)
    expect(made.engine.authority.flags().fault).toBeDefined()
  })

  test('a flag whose time is over is off, and is told of', async () => {
    const expires = made.clock.wall + 30_000_000
    await made.command('FLAG_SET', { name: 'algos', stage: 'dev', expires_ts: expires })
    expect(made.engine.authority.flags().stages.algos).toBe('dev')
    await made.run(31)
    expect(made.engine.authority.flags().stages.algos).toBe('off')
    expect(made.store.alerts.list(9)).toContainEqual(expect.objectContaining({ source: 'FLAG_EXPIRED', state: 'OPEN' }))
  })
})
