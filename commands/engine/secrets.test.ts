import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { EngineWorld } from '../../fixtures/engine-world.ts'
import { pause, ProgramHome, until } from '../../fixtures/process/program.ts'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { defineStrategy } from '../../src/strategy/strategy.ts'
import { journalTail } from '../../storage/queries/journal-tail.ts'
import { botsView } from '../../src/runtime/views/bots-view.ts'

/** What a real leak looks like: the marker alone is no secret, the shapes around it are. */
const CANARY = 'c4n4ry7d1fe5b2'
const SHAPES = [
  `api_key=AK${CANARY}`,
  `Authorization: Bearer ${CANARY}${CANARY}`,
  `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx${CANARY}In0.${CANARY}`,
  `https://user:${CANARY}@venue.example/`,
] as const
const ALL = SHAPES.join(' ; ')

/** Files under a folder whose raw bytes hold the canary. */
function leaks(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(CANARY))
}

const homes: ProgramHome[] = []
afterAll(() => {
  for (const home of homes) home.end()
})

test('UGF-0-012: a secret in a strategy’s words and in a venue’s answer reaches no event, no page of the database and no view', async () => {
  const loose = defineStrategy({
    id: 'loose-tongue',
    version: '1.0.0',
    description: 'tells what it should not',
    params: z.strictObject({}),
    create: (_, context) => {
      let turn = 0
      return {
        onTrade: () => {
          turn++
          context.signal('LOOSE', 1, { note: SHAPES[turn % SHAPES.length] ?? '' })
          if (turn % 7 === 0) throw new Error(`the venue said ${ALL}`)
          context.place({
            side: 'buy',
            qty: 1,
            type: 'LIMIT',
            limit: 1,
            reasonCode: 'ENTRY_TEST',
            explain: ALL.slice(0, 400),
          })
        },
      }
    },
  })
  const world = new EngineWorld({
    seed: 2,
    strategies: [loose],
    toml: '[limits]\nvenues = ["sim"]\ninstruments = ["*"]\norder_qty_max = { "*" = 100 }\nprice_deviation_bps_max = 5000\ndepth_multiple_min = 0\n[[bot]]\nid = "loose"\nstrategy = "loose-tongue"\ninstruments = ["BTC_JPY"]\nallocation = 100000\nstart = true\n',
  })
  await world.boot()
  try {
    await world.run(5)
    const placed = await world.command(
      'ORDER_PLACE',
      {
        instrument_id: 'BTC_JPY',
        side: 'buy',
        type: 'LIMIT',
        qty: '0.001',
        limit: '14400000',
      },
      { reason: `by hand with ${ALL}`.slice(0, 480) },
    )
    expect(placed).toMatchObject({ status: 'COMPLETED' })
    const advance = world.exchange.advance.bind(world.exchange)
    world.exchange.advance = (ts, listener) => {
      world.exchange.advance = advance
      const [order] = world.engine.kernel.orders.working
      if (order !== undefined)
        listener.report({ kind: 'unknown', orderId: order.id, reasonCode: 'VENUE_SAYS', detail: ALL, ts }, ts)
      advance(ts, listener)
    }
    await world.run(60)
    const { engine } = world
    expect(engine.chronicle.tail.map(({ type }) => type)).toContain('ops.bot_state')
    expect(JSON.stringify(botsView(engine))).not.toContain(CANARY)
    expect(leaks(world.folder)).toEqual([])
    // Not by chance: what was masked is there.
    const journal = journalTail(world.store.db, { limit: 10_000 }).map(({ event: { type, payload } }) => ({
      type,
      payload: JSON.stringify(payload, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    }))
    const types: ReadonlySet<string> = new Set(journal.map(({ type }) => type))
    expect(journal.filter(({ payload }) => payload.includes('***')).length).toBeGreaterThan(5)
    for (const type of ['ops.bot_state', 'intent.created', 'order.unknown', 'signal.emitted'])
      expect(types, type).toContain(type)
  } finally {
    await world.end()
  }
})

test('UGF-0-018: a secret in settings, environment, reasons and the kill file is in no file of ours, no answer and no process list', async () => {
  const home = new ProgramHome(scratchFolder(), { PROFINAUT_API_KEY: `AK${CANARY}`, VENUE_TOKEN: `Bearer ${CANARY}` })
  homes.push(home)
  const engine = home.engine()
  await home.running()
  const said: string[] = []
  for (const shape of SHAPES) {
    const ran = await home.run('bot', 'pause', 'trend', '--reason', `because of ${shape}`)
    said.push(ran.out, ran.err)
    const resumed = await home.run('bot', 'resume', 'trend', '--reason', shape)
    said.push(resumed.out, resumed.err)
  }
  writeFileSync(join(home.folder, 'kill'), JSON.stringify({ level: 'CLOSE_ONLY', reason: `smoke ${SHAPES[0]}` }))
  await until('CLOSE_ONLY', async () => (await home.run('kill', 'status')).out.includes('CLOSE_ONLY'))
  for (const args of [
    ['cmd', 'list', '--json'],
    ['journal', 'tail', '--json'],
    ['logs', '--json'],
    ['kill', 'status', '--json'],
    ['config', 'show', '--origin'],
    ['status', '--json'],
  ] as const) {
    const ran = await home.run(...args)
    said.push(ran.out, ran.err)
  }
  expect(readFileSync(`/proc/${engine.pid}/cmdline`, 'utf8')).not.toContain(CANARY)
  engine.kill('SIGTERM')
  await pause(2_000)
  // The file that was written by hand is the hand's own; ours are clean.
  expect(leaks(home.home)).toEqual([join(home.folder, 'kill')])
  for (const text of said) expect(text).not.toContain(CANARY)
}, 120_000)

test('UGF-0-018: a setting that is wrong and looks like a secret is named, not shown', async () => {
  const home = new ProgramHome(scratchFolder())
  homes.push(home)
  await home.run('init')
  const config = join(home.folder, 'config.toml')
  for (const line of [
    `api_key = "AK${CANARY}"`,
    `[engine]\nspeed = "Bearer ${CANARY}${CANARY}"`,
    `[venue]\nsecret = "${CANARY}"`,
  ]) {
    writeFileSync(config, `${line}\n`)
    const ran = await home.run('config', 'check')
    expect(ran.code).toBe(2)
    expect(`${ran.out}${ran.err}`).not.toContain(CANARY)
  }
}, 60_000)
