import { afterEach, describe, expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { COMMANDS, type CommandPayload, type CommandRow } from '../command-catalogue.ts'
import { GLASS_OP_NAMES, glassProblem, type GlassOp } from './break-glass.ts'
import { storedGlasses } from './glass-store.ts'

const ANN = 'human:ann#operator'
const BOB = 'human:bob'

test('what a break-glass may name are commands of the engine', () => {
  for (const op of GLASS_OP_NAMES) expect(Object.keys(COMMANDS)).toContain(op)
})

test.each([
  [['INTERLOCK_SUPPRESS'], 600, undefined],
  [['INTERLOCK_SUPPRESS'], 660, 'BREAK_GLASS_TTL'],
  [['BOT_RELEASE'], 1_800, undefined],
  [['BOT_RELEASE'], 1_801, 'BREAK_GLASS_TTL'],
  [['BOT_RELEASE', 'LIMIT_SET'], 601, 'BREAK_GLASS_TTL'],
] as const)('UGF-0-019: %j for %d s: %s', (ops, ttlS, code) => {
  expect(glassProblem({ ops: [...ops], ttlS })?.code).toBe(code)
})

const worlds: EngineWorld[] = []
async function world(): Promise<EngineWorld> {
  const made = new EngineWorld()
  worlds.push(made)
  await made.boot()
  await made.run(3)
  return made
}
afterEach(async () => {
  for (const made of worlds.splice(0)) await made.end()
})

const wish = (more: Partial<CommandPayload<'BREAK_GLASS_OPEN'>> = {}): CommandPayload<'BREAK_GLASS_OPEN'> => ({
  scope: 'global',
  ops: ['INTERLOCK_SUPPRESS'] as GlassOp[],
  ttl_s: 120,
  evidence: 'incident 7',
  ...more,
})

/** Hands a dangerous command in as somebody, and confirms it as the same. */
async function as(
  made: EngineWorld,
  actor: string,
  type: 'BREAK_GLASS_OPEN' | 'BREAK_GLASS_APPROVE' | 'INTERLOCK_SUPPRESS',
  payload: never,
): Promise<CommandRow> {
  const asked = await made.command(type, payload, { actor })
  const given = asked.result as { readonly challenge_id?: string; readonly token?: string; readonly phrase?: string }
  const { challenge_id: challengeId, token, phrase } = given ?? {}
  if (challengeId === undefined || token === undefined) return asked
  return made.command(
    'CONFIRM',
    { challenge_id: challengeId, token },
    { actor, ...(phrase === undefined ? {} : { confirmation: phrase }) },
  )
}
const ask = (made: EngineWorld, actor: string, more?: Parameters<typeof wish>[0]) =>
  as(made, actor, 'BREAK_GLASS_OPEN', wish(more) as never)
const suppress = (made: EngineWorld) =>
  as(made, ANN, 'INTERLOCK_SUPPRESS', { interlock: 'CLOCK_WARN', seconds: 10 } as never)
const current = ({ engine }: EngineWorld) => engine.glass.current
const events = ({ store }: EngineWorld) =>
  store.db
    .prepare("SELECT type FROM events WHERE type LIKE 'break_glass.%' ORDER BY position")
    .pluck()
    .all() as string[]

describe('UGF-0-019: a break-glass', () => {
  test('lets an operator do what another person approved, until its time is over, and is looked back at', async () => {
    const made = await world()
    expect((await suppress(made)).status).toBe('REJECTED_AUTHZ')
    expect((await ask(made, ANN)).status).toBe('COMPLETED')
    const id = current(made)?.id ?? ''
    // Asked for is not open, and who asked does not approve.
    expect((await suppress(made)).status).toBe('REJECTED_AUTHZ')
    const own = await as(made, 'human:ann', 'BREAK_GLASS_APPROVE', { glass_id: id } as never)
    expect(own.resultCode).toBe('SECOND_PERSON_REQUIRED')
    expect((await as(made, BOB, 'BREAK_GLASS_APPROVE', { glass_id: id } as never)).status).toBe('COMPLETED')
    expect(made.engine.kernel.facts.glass.isBroken).toBe(true)
    const openedMs = made.clock.monotonic
    expect((await suppress(made)).status).toBe('COMPLETED')
    await made.run((openedMs + 117_000 - made.clock.monotonic) / 1_000)
    expect(current(made)?.state).toBe('OPEN')
    expect((await suppress(made)).status).toBe('COMPLETED')
    await made.run(5)
    expect(current(made)).toBeUndefined()
    expect((await suppress(made)).status).toBe('REJECTED_AUTHZ')
    expect(made.engine.kernel.facts.glass.isBroken).toBe(false)
    const row = await made.command('BREAK_GLASS_REVIEW', { glass_id: id, note: 'two looks at a clock' }, { actor: BOB })
    expect(row.status).toBe('COMPLETED')
    made.engine.commit()
    expect(events(made)).toEqual([
      'break_glass.requested',
      'break_glass.opened',
      'break_glass.used',
      'break_glass.used',
      'break_glass.expired',
      'break_glass.reviewed',
    ])
    expect(storedGlasses(made.store.notes)[0]).toMatchObject({ state: 'EXPIRED', approver: BOB })
  })

  test('of one who may open it alone opens after a minute, and halves what an order may be', async () => {
    const made = await world()
    expect((await ask(made, BOB)).status).toBe('COMPLETED')
    await made.run(55)
    expect(current(made)?.state).toBe('LOCKED')
    await made.run(10)
    expect(current(made)?.state).toBe('OPEN')
    const place = (qty: string) =>
      made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty })
    expect((await place('0.09')).resultCode).toBe('BREAK_GLASS_CAP')
    expect((await place('0.01')).status).toBe('COMPLETED')
    // A stricter limit begins a new session, and what is halved stays halved in it.
    const runId = made.engine.runId
    await made.command('LIMIT_SET', { limit: 'open_orders_max', value: '40' })
    expect(made.engine.runId).not.toBe(runId)
    await made.run(5)
    expect((await place('0.09')).resultCode).toBe('BREAK_GLASS_CAP')
  })

  test('of an operator that nobody approves never opens', async () => {
    const made = await world()
    await ask(made, ANN)
    await made.run(65)
    expect(current(made)).toBeUndefined()
    expect(storedGlasses(made.store.notes)[0]).toMatchObject({ state: 'EXPIRED', detail: 'nobody approved it' })
  })

  test('is refused when it is to last too long, when another is open, and while everything is halted', async () => {
    const made = await world()
    expect(await ask(made, BOB, { ttl_s: 660 })).toMatchObject({
      status: 'REJECTED_POLICY',
      resultCode: 'BREAK_GLASS_TTL',
    })
    await ask(made, BOB)
    expect((await ask(made, BOB)).resultCode).toBe('BREAK_GLASS_BUSY')
    await made.command('KILL_RAISE', { scope: 'global', level: 'HALT' })
    await made.run(2)
    expect(current(made)).toBeUndefined()
    expect((await ask(made, BOB)).resultCode).toBe('HALTED')
  })

  test('cannot be recorded with a broken journal and is refused, and a halt works all the same', async () => {
    const made = await world()
    for (const name of ['events_no_update', 'events_no_delete']) made.store.db.exec(`DROP TRIGGER ${name}`)
    made.store.db.exec("UPDATE events SET payload = replace(payload, 'paper', 'LIVES') WHERE type = 'run.started'")
    await made.run(62)
    expect(await ask(made, BOB)).toMatchObject({ status: 'REJECTED_POLICY', resultCode: 'AUDIT_DOWN' })
    expect((await made.command('KILL_RAISE', { scope: 'bot:maker', level: 'HALT' })).status).toBe('COMPLETED')
  })

  test('is over with the engine', async () => {
    const made = await world()
    await ask(made, BOB)
    made.crash()
    await made.boot()
    await made.run(1)
    expect(current(made)).toBeUndefined()
    expect(storedGlasses(made.store.notes)[0]).toMatchObject({
      state: 'CLOSED',
      detail: 'the engine was started again',
    })
  })
})
