import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { CANARIES, canariesIn, canaryFiles, SHAPELESS } from '../../fixtures/canaries.ts'
import { EngineWorld } from '../../fixtures/engine-world.ts'
import { ProgramHome, until } from '../../fixtures/process/program.ts'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { buildProgram, Terminal } from '../../fixtures/screen/terminal.ts'
import { SocketEar } from '../../fixtures/socket-ear.ts'
import { EngineMetrics, engineStatus } from '../../src/runtime/engine/engine-report.ts'
import { LinkServer } from '../../src/runtime/link/link-server.ts'
import { openLog } from '../../src/runtime/log/log.ts'
import { EngineViews } from '../../src/runtime/views/engine-views.ts'
import type { HostFacts } from '../../src/runtime/views/system-view.ts'
import { defineStrategy } from '../../src/strategy/strategy.ts'
import { lastWords } from './last-words.ts'
import { openEngine } from './open-engine.ts'

const homes: ProgramHome[] = []
const terminals: Terminal[] = []
afterAll(() => {
  for (const terminal of terminals) terminal.close()
  for (const home of homes) home.end()
})

/** Of this process alone, so that two runs beside each other do not meet. */
const PORT = 20_000 + (process.pid % 20_000)

const said = (at: number) => CANARIES[at % CANARIES.length]?.text ?? ''

/** Tells every canary in every place where a strategy may say something. */
const talkative = defineStrategy({
  id: 'talkative',
  version: '1.0.0',
  description: 'tells what it should not',
  params: z.strictObject({}),
  create: (_, context) => {
    let turn = 0
    return {
      onTrade: () => {
        turn++
        context.signal('TALK', 1, { note: said(turn), api_key: `naked${CANARIES[0]?.secret}`, list: 'secret:' })
        context.place({
          side: 'buy',
          qty: 1,
          type: 'LIMIT',
          limit: 1,
          reasonCode: 'ENTRY_TEST',
          explain: said(turn + 3),
          evidence: { said: said(turn + 1), signature: CANARIES[1]?.secret ?? '' },
        })
        if (turn % 9 === 0) throw new Error(`the venue said ${said(turn)}`, { cause: new Error(said(turn + 1)) })
      },
    }
  },
})

const TOML = `[limits]
venues = ["sim"]
instruments = ["*"]
order_qty_max = { "*" = 100 }
price_deviation_bps_max = 5000
depth_multiple_min = 0
[[bot]]
id = "talk"
strategy = "talkative"
instruments = ["BTC_JPY"]
allocation = 100000
start = true
`

test('UGF-0-012: what a strategy, a venue and an operator say of a secret is in no byte of the socket, the log, the status, the metrics or the database', async () => {
  const world = new EngineWorld({ seed: 2, strategies: [talkative], toml: TOML })
  await world.boot()
  const logs = join(world.folder, 'logs')
  mkdirSync(logs)
  const log = openLog({
    folder: logs,
    service: 'engine',
    runId: 'r',
    instanceId: 'i',
    level: 'debug',
    keepDays: 1,
    now: () => world.clock.wall as never,
    knownSecrets: () => [SHAPELESS],
  })
  const facts = (): HostFacts => ({
    alerts: world.store.alerts.list(50),
    logs: log.recent.lines(),
    config: [{ name: 'profile', value: 'demo' }],
    size: world.store.size(),
    diskFree: 0.5,
    clients: 1,
    clientBytes: 0,
    rssBytes: 1,
    leaseAgeMs: 1,
    droppedLogs: 0,
  })
  const { engine } = world
  const ribbon = () => ({ profile: 'demo', pid: 1, alerts: world.store.alerts.list(50), pendingCommands: 0 })
  const path = join(world.folder, 's')
  const views = new EngineViews(engine, { ribbon, host: facts })
  const link = new LinkServer({ path, pid: 1, runId: '', views, poked: () => engine.poke() })
  await link.listen()
  const ear = new SocketEar(path)
  try {
    ear.watch('instruments', 'ribbon', 'bots', 'orders', 'markets', 'portfolio', 'safety', 'system', 'audit')
    ear.watch('bot/talk', 'kill/global', 'kill/bot:talk', 'market/BTC_JPY', 'bars/BTC_JPY/1m', 'order/o1', 'order/o2')
    const advance = world.exchange.advance.bind(world.exchange)
    let answers = 0
    world.exchange.advance = (ts, listener) => {
      const [order] = engine.kernel.orders.working
      if (order !== undefined && answers < CANARIES.length)
        listener.report(
          { kind: 'unknown', orderId: order.id, reasonCode: 'VENUE_SAYS', detail: said(answers++), ts },
          ts,
        )
      advance(ts, listener)
    }
    for (const { text } of CANARIES) {
      const wish = { instrument_id: 'BTC_JPY', side: 'buy', type: 'LIMIT', qty: '0.001', limit: '14400000' } as const
      await world.command('ORDER_PLACE', wish, { reason: `by hand with ${text}`.slice(0, 480) })
      await world.command('MODE_RELEASE', {}, { reason: text, actor: 'human:test' })
      // A strategy's own words as the log of an engine has them, a value in another argument than its name, and a nested cause.
      log.log.named('strategy').warn('strategy.say', text, {
        error: new Error(text, { cause: text }),
        fields: { pair: ['secret:', CANARIES[0]?.secret], text, deep: { token: CANARIES[1]?.secret } },
      })
    }
    log.log.error('venue.say', `the passphrase is ${SHAPELESS}, it said`, { fields: { said: [SHAPELESS] } })
    const params = { api_key: CANARIES[0]?.secret ?? '', note: said(1) }
    const registered = { bot_id: 'new', strategy_id: 'talkative', instrument_ids: ['BTC_JPY'], allocation: '5', params }
    expect(await world.command('BOT_REGISTER', registered)).toMatchObject({ status: 'REJECTED_POLICY' })
    for (let round = 0; round < 30; round++) {
      await world.run(1)
      link.publish()
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    const reportFacts = { version: '1', pid: 1, instanceId: 'i', wallTs: world.clock.wall, host: facts() }
    const status = JSON.stringify(engineStatus(engine, reportFacts))
    const { metrics } = new EngineMetrics().snapshot(engine, reportFacts)
    await log.close()
    for (const topic of ['system', 'audit', 'bots', 'bot/talk', 'orders', 'order/o1', 'portfolio', 'safety', 'ribbon'])
      expect(ear.seen, topic).toContain(topic)
    expect(canariesIn(ear.heard)).toEqual([])
    expect(canariesIn(status)).toEqual([])
    expect(canariesIn(metrics)).toEqual([])
    // Masked and not merely absent: the words around the secrets went where they should.
    expect(ear.heard).toContain('***')
    expect(readFileSync(join(logs, 'engine.jsonl'), 'utf8')).toContain('***')
    expect(engine.chronicle.tail.map(({ type }) => type)).toContain('ops.bot_state')
    expect(canaryFiles(world.folder)).toEqual([])
  } finally {
    ear.close()
    await link.close('the test is over')
    await world.end()
  }
}, 120_000)

test('UGF-0-018: an engine that dies with a secret in its mouth leaves a crash report, a log and a last word without it', async () => {
  const home = scratchFolder()
  vi.stubEnv('PROFINAUT_HOME', home)
  try {
    const opened = await openEngine({ flags: { 'deadman.watchdog_s': 0 } })
    const { host, engine } = opened
    const ended = host.run()
    await until('a running engine', () => engine.phase === 'RUNNING')
    const ear = new SocketEar(opened.paths.socket)
    ear.watch('system', 'audit', 'ribbon', 'safety')
    await until('its views', () => ear.seen.size === 4)
    engine.turn = () => {
      throw Object.assign(new Error(CANARIES.map(({ text }) => text).join(' ; ')), {
        code: `api_key=${CANARIES[0]?.secret}`,
        request: { headers: { Authorization: CANARIES[3]?.text } },
        cause: new Error(said(1)),
      })
    }
    const end = await ended
    expect(end.ok).toBe(false)
    await opened.close()
    ear.close()
    const report = end.ok ? '' : (end.report ?? '')
    expect(readFileSync(report, 'utf8')).toContain('canaries.test.ts')
    expect(readFileSync(report, 'utf8')).toContain('***')
    expect(readFileSync(join(opened.paths.logs, 'engine.jsonl'), 'utf8')).toContain('engine.fail')
    expect(canariesIn(ear.heard)).toEqual([])
    expect(canaryFiles(home)).toEqual([])
    // What the program says on its way out goes to a terminal, or to the log of a service.
    const last = end.ok ? undefined : lastWords(end)
    expect(last?.message).toContain('***')
    expect(canariesIn(JSON.stringify(last))).toEqual([])
  } finally {
    vi.unstubAllEnvs()
  }
}, 60_000)

test('UGF-0-018: a secret in the environment, the settings and in words of operators is in no frame of socket or screen, no served text, no file and no process list', async () => {
  const home = new ProgramHome(scratchFolder(), {
    PROFINAUT_HTTP_ENABLED: 'true',
    PROFINAUT_HTTP_PORT: String(PORT),
    VENUE_API_SECRET: CANARIES[1]?.secret ?? '',
    VENUE_TOKEN: CANARIES[3]?.text ?? '',
    VENUE_PLAIN: SHAPELESS,
  })
  homes.push(home)
  buildProgram()
  const engine = home.engine()
  await home.running()
  const ear = new SocketEar(join(home.folder, 'engine.sock'))
  ear.watch('ribbon', 'bots', 'orders', 'portfolio', 'safety', 'system', 'audit', 'markets', 'kill/global', 'bot/trend')
  const screen = new Terminal({ columns: 160, rows: 50, home: home.home, args: ['tui'] })
  terminals.push(screen)
  await screen.see(/kill:NONE/, 30_000)
  const frames: string[] = []
  const told: string[] = []
  for (const [at, { text }] of CANARIES.entries()) {
    for (const verb of ['pause', 'resume']) {
      const { out, err } = await home.run('bot', verb, 'trend', '--reason', `because ${text}`)
      told.push(out, err)
    }
    await screen.press(String(1 + (at % 5)))
    frames.push(await screen.settled(200, 5_000).catch(() => screen.frame()))
  }
  // A name in one argument and its value in the next, and a value under a name that says what it is.
  for (const args of [
    ['bot', 'pause', 'trend', '--reason', 'secret:', CANARIES[0]?.secret ?? ''],
    [
      'bot',
      'register',
      'x',
      '--strategy',
      'ema-cross',
      '--instrument',
      'BTC_JPY',
      '--allocation',
      '5',
      '--param',
      `api_key=${CANARIES[0]?.secret}`,
    ],
    ['order', 'cancel', `token=${CANARIES[3]?.secret}`],
  ]) {
    const { out, err } = await home.run(...args)
    told.push(out, err)
  }
  writeFileSync(join(home.folder, 'kill'), JSON.stringify({ level: 'CLOSE_ONLY', reason: CANARIES[5]?.text }))
  await screen.see(/kill:CLOSE/, 20_000)
  for (const key of ['1', '2', '3', '4', '5', '8', 'K']) {
    await screen.press(key)
    frames.push(await screen.settled(200, 5_000).catch(() => screen.frame()))
  }
  for (const path of ['metrics', 'health', 'ready', 'capabilities'])
    told.push(await (await fetch(`http://127.0.0.1:${PORT}/${path}`)).text())
  for (const args of [
    ['logs', '--json'],
    ['cmd', 'list', '--json'],
    ['journal', 'tail', '--json'],
    ['kill', 'status'],
    ['config', 'show', '--origin'],
    ['health', '--json'],
  ])
    told.push((await home.run(...args)).out)
  expect(canariesIn(readFileSync(`/proc/${engine.pid}/cmdline`))).toEqual([])
  // Beside a living engine: the write-ahead log and the shared memory are files too.
  expect(canaryFiles(home.home)).toEqual(['demo/kill: address'])
  expect(ear.seen.size).toBe(10)
  expect(canariesIn(ear.heard)).toEqual([])
  expect(ear.heard).toContain('***')
  for (const frame of [...frames, screen.raw]) expect(canariesIn(frame)).toEqual([])
  for (const text of told) expect(canariesIn(text), text.slice(0, 500)).toEqual([])
  // The screen shows what was said, masked.
  expect(frames.join('')).toContain('***')
  ear.close()
}, 180_000)
