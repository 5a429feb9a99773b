import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { AuditCheckpoints } from '../storage/audit-checkpoints.ts'
import { AuditMirror, MIRROR_FOLDER } from '../storage/audit-mirror.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
  shell.engine.begin()
})
afterEach(() => shell.close())

interface Told {
  readonly code: number
  readonly reason_codes: readonly string[]
  readonly data: Readonly<Record<string, unknown>>
}
const say = (...args: readonly string[]) => shell.say(args)
const json = async (...args: readonly string[]) => (await shell.json(...args)) as Told

/** Somebody with a database tool, who first takes the triggers away. */
function tamper(sql: string): void {
  const { db } = shell.engine.store
  for (const name of ['events_no_update', 'events_no_delete']) db.exec(`DROP TRIGGER IF EXISTS ${name}`)
  db.exec(sql)
}

test('verify signs what is sound, goes on from there with --tail, and names the event that was changed', async () => {
  const whole = await json('audit', 'verify')
  expect(whole).toMatchObject({ code: 0, data: { result: 'VALID', checkpoints: 0 } })
  expect(await json('audit', 'verify', '--tail')).toMatchObject({ code: 0, data: { verified: 0, checkpoints: 1 } })
  tamper("UPDATE events SET payload = replace(payload, 'ENTRY', 'EXITS') WHERE seq = 4")
  expect(await json('audit', 'verify')).toMatchObject({
    code: 5,
    reason_codes: ['AUDIT_BROKEN'],
    data: { result: 'INVALID', seq: 4 },
  })
})

test('UGF-J-002: the last three events gone are found by the checkpoint', async () => {
  await say('audit', 'verify')
  tamper('DELETE FROM events WHERE position > (SELECT max(position) - 3 FROM events)')
  for (const args of [[], ['--tail']]) expect((await say('audit', 'verify', ...args)).code).toBe(5)
})

test('UGF-J-002: verify holds the mirror against the journal: another line is exit 5, a seal of another hand exit 7', async () => {
  const { db } = shell.engine.store
  const run = join(shell.home, 'demo', 'run')
  const mirror = new AuditMirror(db, {
    folder: join(run, MIRROR_FOLDER),
    checkpoints: new AuditCheckpoints(run),
    segmentBytes: 2_000,
  })
  const last = db.prepare('SELECT max(position) FROM events').pluck().get() as number
  for (let until = last - (last % 2 ** 32) + 1; until <= last; until++) while (mirror.copy(until));
  const whole = await json('audit', 'verify')
  expect(whole).toMatchObject({ code: 0, data: { mirror: { events: whole.data['events'] } } })
  const [seal = ''] = readdirSync(mirror.folder).filter((name) => name.endsWith('.seal.json'))
  writeFileSync(join(mirror.folder, seal), '{}')
  expect(await json('audit', 'verify')).toMatchObject({ code: 7, reason_codes: ['AUDIT_INCOMPLETE'] })
  const file = join(mirror.folder, seal.replace('.seal.json', '.jsonl'))
  writeFileSync(file, readFileSync(file, 'utf8').replace('"seq":1,', '"seq":2,'))
  expect(await json('audit', 'verify')).toMatchObject({ code: 5, reason_codes: ['AUDIT_BROKEN'] })
})

test('a checkpoint of another hand leaves the answer open: exit 7', async () => {
  await say('audit', 'verify')
  const file = join(shell.home, 'demo', 'run', 'audit-checkpoints.jsonl')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"mac":"./, '"mac":"x'))
  expect(await json('audit', 'verify')).toMatchObject({ code: 7, reason_codes: ['AUDIT_INCOMPLETE'] })
})

test('a search says how complete it is, and ends with 7 where rows are missing', async () => {
  const found = await json('audit', 'search', '--reason-code', 'TIMEOUT')
  expect(found.code).toBe(0)
  expect(found.data['completeness']).toMatchObject({ gaps: 0, unreadable: 0, is_cut: false })
  expect(found.data['rows']).not.toEqual([])
  tamper('DELETE FROM events WHERE seq = 30')
  expect(await json('audit', 'search')).toMatchObject({
    code: 7,
    reason_codes: ['AUDIT_INCOMPLETE'],
    data: { completeness: { gaps: 1 } },
  })
})

test('UGF-J-002: an export is proved where there is no database, and the journal knows of it', async () => {
  const out = join(shell.home, 'out')
  const { code, err } = await say('audit', 'export', '--out', out, '--csv')
  expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^the journal has it under [0-9a-f]{12}\n$/) })
  shell.engine.close()
  rmSync(join(shell.home, 'demo'), { recursive: true })
  expect(await json('audit', 'verify', '--export', out)).toMatchObject({ code: 0, data: { result: 'VALID' } })
  const events = join(out, 'events.jsonl')
  writeFileSync(events, readFileSync(events, 'utf8').replace('ENTRY', 'EXITS'))
  expect((await say('audit', 'verify', '--export', out)).code).toBe(5)
  rmSync(join(out, 'manifest.json'))
  expect((await say('audit', 'verify', '--export', out)).code).toBe(7)
})

test('an export larger than allowed is refused with the number that would do', async () => {
  const refused = await say('audit', 'export', '--out', join(shell.home, 'out'), '--most', '5')
  expect(refused.code).toBe(3)
  expect(refused.err).toMatch(/allow it with --most \d+/)
})

test('an unknown row, trace or order is a usage error that says where to look', async () => {
  for (const args of [
    ['audit', 'show', '1/999999'],
    ['audit', 'show', 'nonsense'],
    ['trace', 'o999'],
    ['order', 'explain', 'o999'],
  ]) {
    const { code, err } = await say(...args)
    expect({ args, code, err }).toEqual({ args, code: 2, err: expect.stringContaining('profinaut') })
  }
})

test('an order is explained from its bot to its fills, and silence is called what it is', async () => {
  shell.engine.die()
  const { data } = await json('order', 'explain', 'o3')
  expect(data).toMatchObject({ is_complete: true, missing: [] })
  expect(data['why']).toMatchObject({
    strategy: 'sma-cross',
    strategy_version: '1.0.0',
    params_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    policy_sha256: 'd'.repeat(64),
    reason_code: 'ENTRY',
    explanation: 'not recorded',
    actor: 'bot:trend-1',
    alternatives: 'not recorded',
  })
  const page = await say('order', 'explain', 'o3', '--md')
  expect(page.out).toMatch(/^# Why order o3 existed\n\n## why\n\n\| name \| value \|/)
  expect(page.out).toContain('## lineage')
})

test('what the journal does not explain is listed, and the exit code says so', async () => {
  // The told session raises its kill switch again and again from NONE, which no engine does.
  const { code, data } = await json('audit', 'coverage')
  expect(code).toBe(5)
  const percents = data['subjects'] as readonly { readonly subject: string; readonly percent: string }[]
  expect(percents.filter(({ percent }) => percent !== '100.00').map(({ subject }) => subject)).toEqual(['transitions'])
  expect(data['missing']).toContainEqual(expect.objectContaining({ subject: 'transitions' }))
})
