import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EngineWorld } from '../fixtures/engine-world.ts'
import { FLAG_STAGES } from '../src/runtime/authority/flags.ts'
import { URGENT } from '../src/runtime/command-catalogue.ts'
import { openEngineStore } from '../storage/engine-store.ts'
import { runCommand } from './command-line.ts'
import type { EngineDeps } from './engine-access.ts'
import { ENGINE_DEPS } from './engine-deps.ts'
import { STAGES } from './flag.ts'

/** Commands as processes of their own would run them, on the database of a whole engine that runs while they wait. */
let made: EngineWorld
let actor = 'human:ann'
beforeEach(async () => {
  actor = 'human:ann'
  made = new EngineWorld()
  await made.boot()
  await made.run(2)
})
afterEach(() => made.end())

const deps = (): EngineDeps => ({
  ...ENGINE_DEPS,
  openStore: () =>
    Promise.resolve(
      openEngineStore(join(made.folder, 'profinaut.db'), {
        profile: 'demo',
        instanceId: 'client',
        nowTs: made.clock.wall,
        durability: 'normal',
        urgent: URGENT,
        isAlive: () => true,
      }),
    ),
  connect: () => Promise.resolve(undefined),
  isAlive: () => true,
  now: () => made.clock.wall,
  monotonicMs: () => made.clock.monotonic,
  pause: (ms) => made.run(ms / 1_000),
  actor,
  origin: 'cli',
})

interface Told {
  readonly code: number
  readonly reason_codes: readonly string[]
  readonly data: Readonly<Record<string, string>>
  readonly err: string
}

async function say(...args: readonly string[]): Promise<Told> {
  let [out, err] = ['', '']
  const printer = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    asOf: () => '2026-01-01T00:00:00Z',
  }
  await runCommand([...args, '--json'], printer, deps())
  return { ...(JSON.parse(out) as Told), err }
}
const why = ['--reason', 'the venue is back'] as const
const ends = ({ code, reason_codes: [reason] }: Told) => [code, reason]
const lower = (...more: readonly string[]) => say('kill', 'lower', '--level', 'none', ...why, ...more)
const raise = (level: string, ...more: readonly string[]) =>
  say('kill', 'set', '--level', level, '--reason', 'a drill', ...more)
const confirm = ({ data }: Told, ...more: readonly string[]) =>
  say('confirm', data['challenge_id'] ?? '', '--token', data['token'] ?? '', ...more)

describe('UGF-0-006: on the command line', () => {
  test('step one exits 4 with all that step two needs, says how, and does nothing; step two exits 0, and 3 again', async () => {
    expect((await raise('close_only')).code).toBe(0)
    const asked = await lower()
    expect(ends(asked)).toEqual([4, 'CONFIRMATION_REQUIRED'])
    expect(Object.keys(asked.data)).toEqual(
      expect.arrayContaining(['challenge_id', 'token', 'expires_at', 'intent_hash', 'impact']),
    )
    expect(asked.err).toContain(`profinaut confirm ${asked.data['challenge_id']} --token ${asked.data['token']}`)
    expect(made.engine.kernel.facts.kill.strictest).toBe('CLOSE_ONLY')
    expect((await confirm(asked)).code).toBe(0)
    expect(made.engine.kernel.facts.kill.strictest).toBe('NONE')
    expect(ends(await confirm(asked))).toEqual([3, 'CONFIRMATION_MISMATCH'])
    expect((await say('confirmations')).data).toMatchObject([{ operation: 'KILL_LOWER', state: 'CONFIRMED' }])
  })

  test('with the capability off a strong command exits 3, raising exits 0', async () => {
    expect((await say('flag', 'set', 'dangerous_ops', 'off', ...why)).code).toBe(0)
    expect((await raise('close_only')).code).toBe(0)
    expect(ends(await lower())).toEqual([3, 'DANGEROUS_OPS_DISABLED'])
  })

  test('61 seconds later it exits 3 CONFIRMATION_EXPIRED, and the list says so before anybody asked', async () => {
    await raise('close_only')
    const asked = await lower()
    await made.run(61)
    expect((await say('confirmations')).data).toMatchObject([{ state: 'EXPIRED' }])
    expect(ends(await confirm(asked))).toEqual([3, 'CONFIRMATION_EXPIRED'])
  })

  test('the three outcomes are found by `audit search --action dangerous_op`', async () => {
    await raise('close_only')
    const asked = await lower()
    await say('confirm', asked.data['challenge_id'] ?? '', '--token', 'guess')
    await confirm(asked)
    const found = await say('audit', 'search', '--action', 'dangerous_op')
    const { rows } = found.data as unknown as { readonly rows: readonly { readonly action: string }[] }
    expect(rows.map(({ action }) => action)).toEqual([
      'dangerous_op.challenge_issued',
      'dangerous_op.rejected',
      'dangerous_op.confirmed',
    ])
  })

  test('leaving HALT is typed', async () => {
    await raise('halt')
    const asked = await say('kill', 'lower', '--level', 'flatten', ...why)
    expect(asked.err).toContain("--phrase 'CONFIRM'")
    expect(ends(await confirm(asked))).toEqual([3, 'CONFIRMATION_MISMATCH'])
    expect((await confirm(asked, '--phrase', 'CONFIRM')).code).toBe(0)
  })

  test('a reason that is too short exits 3, a mode that cannot be released exits 3', async () => {
    await raise('close_only')
    expect(ends(await say('kill', 'lower', '--level', 'none', '--reason', 'fine'))).toEqual([3, 'REASON_REQUIRED'])
    expect(ends(await say('safety', 'release', ...why))).toEqual([3, 'TRANSITION_FORBIDDEN'])
  })
})

describe('UGF-B-001: on the command line', () => {
  test('a viewer who runs `kill set` exits 3 and leaves access.denied', async () => {
    actor = 'human:ann#viewer'
    expect(ends(await raise('halt'))).toEqual([3, 'ROLE_DENIED'])
    const found = await say('audit', 'search', '--action', 'access.denied')
    expect(found.data).toMatchObject({ rows: [{ action: 'access.denied', result: 'REJECTED' }] })
  })

  test('a service does not confirm', async () => {
    await raise('close_only')
    const asked = await lower()
    actor = 'service:cron'
    expect(ends(await confirm(asked))).toEqual([3, 'AUTOMATION_CANNOT_CONFIRM'])
  })
})

describe('UGF-0-020: on the command line', () => {
  test('stages are those of the flags', () => expect(STAGES).toEqual(FLAG_STAGES))

  test('a stage that is skipped exits 3, one after the other exits 0, what nobody declared exits 2', async () => {
    expect(ends(await say('flag', 'set', 'algos', 'paper', ...why))).toEqual([3, 'FLAG_STAGE_SKIPPED'])
    expect((await say('flag', 'promote', 'algos', ...why)).code).toBe(0)
    expect((await say('flag', 'promote', 'algos', ...why)).code).toBe(0)
    expect((await say('flag', 'list')).data).toContainEqual(expect.objectContaining({ flag: 'algos', stage: 'paper' }))
    const { data } = await say('flag', 'show', 'algos')
    expect(data).toMatchObject({ stage: 'paper', history: [{ to: 'dev' }, { from: 'dev', to: 'paper' }] })
    const unknown = await say('flag', 'set', 'algo', 'dev', ...why)
    expect([ends(unknown), unknown.err]).toEqual([[2, 'FLAG_UNKNOWN'], expect.stringContaining("mean 'algos'")])
    await say('flag', 'set', 'dangerous_ops', 'on', ...why)
    expect(ends(await say('flag', 'promote', 'dangerous_ops', ...why))).toEqual([3, 'FLAG_STAGE_LAST'])
  })

  test('flags that cannot be read are listed as off, and the answer is DEGRADED', async () => {
    made.store.db.exec("INSERT INTO flags VALUES ('algos', 'full steam', NULL, 1, 'human:x', 'by hand')")
    const told = await say('flag', 'list')
    expect(told).toMatchObject({ code: 0, quality: 'DEGRADED' })
    expect(told.data).toContainEqual(expect.objectContaining({ flag: 'dangerous_ops', stage: 'off' }))
  })
})
