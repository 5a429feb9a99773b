import { randomUUIDv7 } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { EngineWorld } from '../../fixtures/engine-world.ts'
import { ProgramHome, until } from '../../fixtures/process/program.ts'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { auditCoverage } from '../../storage/queries/audit-coverage.ts'
import { journalTail } from '../../storage/queries/journal-tail.ts'
import { errorCatalogue } from '../errors/error-catalogue.ts'

const homes: ProgramHome[] = []
afterAll(() => {
  for (const home of homes) home.end()
})
function home(): ProgramHome {
  const made = new ProgramHome(scratchFolder(), { PROFINAUT_ENGINE_JOURNAL: 'normal' })
  homes.push(made)
  return made
}

interface Link {
  readonly type: string
  readonly trace: string
}

const CHAIN = ['intent.created', 'policy.decided', 'order.sent', 'fill.recorded', 'portfolio.updated']

test('UGF-0-001: from a request id to the portfolio in one trace; two starts are two runs of one instance; an order explains itself', async () => {
  const at = home()
  const first = at.engine()
  await at.running()
  const boot = () =>
    JSON.parse(readFileSync(join(at.folder, 'run', 'status.json'), 'utf8')) as Readonly<
      Record<'run_id' | 'instance_id', string>
    >
  const before = boot()
  const id = randomUUIDv7()
  const why = ['--reason', 'to be traced', '--request-id', id]
  expect((await at.run('order', 'place', 'FX_BTC_JPY', 'buy', '0.01', ...why)).code).toBe(0)
  const types = async () => (await at.json<readonly Link[]>('trace', id)).map(({ type }) => type)
  await until('the portfolio', async () => (await types()).includes('portfolio.updated'))
  const links = await at.json<readonly Link[]>('trace', id)
  const told = links.map(({ type }) => type)
  for (const type of CHAIN) expect(told).toContain(type)
  const own = links.filter(({ type }) => CHAIN.slice(0, 3).includes(type))
  expect(new Set(own.map(({ trace }) => trace)).size).toBe(1)

  // UGF-D-008 (1): the same order says why it existed, and what became of it.
  const orders = await at.json<readonly { readonly order: string; readonly bot: string }[]>('order', 'list', '--all')
  const order = orders.find(({ bot }) => bot === 'manual')?.order ?? ''
  const page = await at.run('order', 'explain', order, '--md')
  expect(page.code).toBe(0)
  for (const word of ['MANUAL_ENTRY', 'ALLOW', 'to be traced']) expect(page.out).toContain(word)

  first.kill('SIGTERM')
  await new Promise((resolve) => first.once('exit', resolve))
  at.engine()
  await at.running()
  const after = boot()
  expect(after.run_id).not.toBe(before.run_id)
  expect(after.instance_id).toBe(before.instance_id)
  expect(before.instance_id).not.toBe('')
}, 120_000)

test('UGF-0-001: rows that lack what they must have are refused with exit 2, and nothing is stored', async () => {
  const at = home()
  const file = join(at.home, 'torn.csv')
  writeFileSync(file, 'time,open,high,low\n2026-01-01T00:00:00Z,1,2,0.5\n')
  const refused = await at.run('data', 'convert', file, join(at.home, 'torn.parquet'), '--json')
  expect(refused.code).toBe(2)
  expect((await at.run('data', 'inspect', join(at.home, 'torn.parquet'))).code).not.toBe(0)
}, 30_000)

interface Wrong {
  readonly reason_code?: string
  readonly reason_codes?: readonly string[]
  readonly decision?: string
}

/** Events that say that something was refused, is not known, or stops others. */
const WRONG: ReadonlySet<string> = new Set([
  'policy.decided',
  'order.blocked',
  'order.rejected',
  'order.unknown',
  'order.quarantined',
  'command.rejected',
  'safety.reason_raised',
  'safety.release_refused',
  'safety.lease_denied',
])

describe('UGF-D-008: over a session with faults', () => {
  const made = new EngineWorld({ seed: 11 })
  afterAll(() => made.end())

  test('every order has its whole chain: coverage is 100 %', async () => {
    await made.boot()
    await made.run(10)
    for (const fault of [
      'lose-answer',
      'lose-cancel',
      'delay-fill',
      'repeat-fill',
      'lose-message',
      'slow-answers',
    ] as const) {
      await made.command('VENUE_FAULT', { fault, seconds: 3 })
      await made.run(20)
    }
    made.crash()
    await made.boot()
    await made.run(20)
    made.engine.commit()
    const coverage = auditCoverage(made.store.db)
    expect(coverage.length).toBeGreaterThan(3)
    for (const { subject, total, missing } of coverage) {
      expect(missing, subject).toEqual([])
      if (subject !== 'transitions') expect(total, subject).toBeGreaterThan(0)
    }
  }, 60_000)

  test('UGF-0-012: every code of something that went wrong is one that `errors show` explains', async () => {
    await made.command('VENUE_FAULT', { fault: 'offline', seconds: 5 })
    await made.run(10)
    await made.command('VENUE_FAULT', { fault: 'refuse-key', seconds: 5 })
    await made.run(60)
    await made.command('KILL_RAISE', { scope: 'bot:trend', level: 'CLOSE_ONLY' })
    await made.command('BOT_START', { bot_id: 'nobody' })
    await made.run(10)
    made.engine.commit()
    const wrong = new Set<string>()
    for (const { event } of journalTail(made.store.db, { limit: 100_000 })) {
      const { reason_code: code, reason_codes: codes = [], decision } = event.payload as Wrong
      if (!WRONG.has(event.type) || decision === 'ALLOW') continue
      for (const one of [...codes, ...(code === undefined ? [] : [code])]) wrong.add(one)
    }
    expect(wrong.size).toBeGreaterThan(5)
    const known = new Set(errorCatalogue().map((entry) => entry.code))
    expect([...wrong].filter((code) => !known.has(code))).toEqual([])
  }, 60_000)
})
