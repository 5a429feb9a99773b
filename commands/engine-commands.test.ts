import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { FakeEngine, TOLD_INSTRUMENT } from '../fixtures/fake-engine.ts'
import { SCREEN_CHART, SCREEN_MARKET, SCREEN_PORTFOLIO, SCREEN_SAFETY } from '../fixtures/screen-market-views.ts'
import { RIBBON, SCREEN_VIEWS } from '../fixtures/screen-views.ts'
import { COMMAND_STATUSES } from '../src/runtime/command-catalogue.ts'
import { HealthJson } from '../src/runtime/health.ts'
import type { KillView, MarketRow, RibbonView, Views } from '../src/runtime/link/views.ts'
import { STATUSES } from './cmd.ts'
import { runCommand } from './command-line.ts'
import type { EngineDeps } from './engine-access.ts'

const ID = '01a204d6-0000-7000-8000-000000000001'
const BTC = TOLD_INSTRUMENT.id
const MARKET: MarketRow = {
  instrumentId: BTC,
  venueId: 'sim',
  bid: 39_999,
  ask: 40_001,
  quality: 'OK',
  sequence: 'IN_SYNC',
  allowed: 'OPEN',
  gaps: 0,
}
const KILL: KillView = {
  scope: 'global',
  scopes: ['global'],
  level: 'NONE',
  ts: 1,
  positions: 2,
  orders: 1,
  reducing: 0,
  stops: 0,
  bots: 1,
  unprotected: [],
  legs: [],
  intentHash: 'ab',
}
const HEALTHY: RibbonView = {
  ...RIBBON,
  unknownOrders: 0,
  venues: [{ id: 'sim', health: 'OK' }],
}
const VIEWS: Partial<Views> = {
  ...SCREEN_VIEWS,
  instruments: { rows: { [BTC]: TOLD_INSTRUMENT } },
  ribbon: HEALTHY,
  markets: { rows: { [BTC]: MARKET } },
  [`market/${BTC}`]: { ...SCREEN_MARKET, instrumentId: BTC },
  [`bars/${BTC}/1m`]: SCREEN_CHART,
  portfolio: SCREEN_PORTFOLIO,
  safety: SCREEN_SAFETY,
  'kill/global': KILL,
}

let home: string
let engine: FakeEngine
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'profinaut-'))
  process.env['PROFINAUT_HOME'] = home
  engine = new FakeEngine(home, { ...VIEWS })
})
afterEach(() => {
  engine.close()
  rmSync(home, { recursive: true, force: true })
  delete process.env['PROFINAUT_HOME']
})

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function say(args: readonly string[], more: Partial<EngineDeps> & { isTerminal?: boolean } = {}): Promise<Said> {
  const { isTerminal = false, ...deps } = more
  let [out, err] = ['', '']
  const printer = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    asOf: () => '2026-01-01T00:00:00Z',
    isTerminal,
  }
  const code = await runCommand(args, printer, { ...engine.world, ...deps })
  return { code, out, err }
}

const Envelope = z.strictObject({
  ok: z.boolean(),
  code: z.int(),
  message: z.string(),
  reason_codes: z.array(z.string()),
  data: z.unknown(),
  quality: z.enum(['OK', 'DEGRADED', 'UNKNOWN']),
  as_of: z.iso.datetime(),
  trace_id: z.null(),
  run_id: z.string().nullable(),
  schema_version: z.literal(1),
})

async function json(...args: string[]): Promise<z.infer<typeof Envelope>> {
  const { out, code } = await say([...args, '--json'])
  const read = Envelope.parse(JSON.parse(out))
  expect(read.code).toBe(code)
  expect(read.ok).toBe(code === 0)
  return read
}

/** What an engine wrote into its status file so long before now. */
function leaveStatus({ ready, ageS }: { readonly ready: boolean; readonly ageS: number }): void {
  const path = join(home, 'demo', 'run', 'status.json')
  mkdirSync(dirname(path), { recursive: true })
  const ts = new Date(engine.world.now() / 1_000 - ageS * 1_000).toISOString()
  const checks = [{ name: 'disk', status: 'OK', reason_code: 'OK', summary: 'half free' }]
  const health = { schema_version: 1, overall: 'OK', ts, checks }
  const feature = { name: 'orders', state: 'DEGRADED', reasons: [{ code: 'FEED_STALE', message: 'feed: old' }] }
  const allowed = ['OBSERVE', 'CANCEL']
  const capabilities = {
    schema_version: 1,
    ts,
    version: '1',
    safe_mode: true,
    allowed_actions: allowed,
    capabilities: [feature],
  }
  const words = { schema_version: 1, ts, pid: process.pid, run_id: 'r', instance_id: 'i', ready, health, capabilities }
  writeFileSync(path, JSON.stringify(words))
}

const READING: readonly (readonly string[])[] = [
  ['status'],
  ['bot', 'list'],
  ['bot', 'show', 'grid-btc'],
  ['bot', 'decisions', 'grid-btc'],
  ['market', 'list'],
  ['market', 'show', BTC],
  ['market', 'quality'],
  ['order', 'list'],
  ['order', 'list', '--all', '--since', '2023-11-01'],
  ['order', 'show', 'o3'],
  ['order', 'fills'],
  ['portfolio', 'show'],
  ['portfolio', 'positions'],
  ['portfolio', 'pnl'],
  ['portfolio', 'pnl', '--daily'],
  ['portfolio', 'equity'],
  ['portfolio', 'exposure'],
  ['kill', 'status'],
  ['reconcile', 'results'],
  ['journal', 'tail'],
  ['journal', 'tail', '--type', 'order.', '--trace', 't3'],
  ['journal', 'tail', '--order', 'o3'],
  ['journal', 'show', 'o3'],
  ['journal', 'verify'],
  ['journal', 'sessions'],
  ['audit', 'tail'],
  ['audit', 'search', '--action', 'execution.', '--since', '2023-11-01', '--text', 'ENTRY'],
  ['audit', 'show', '1/4'],
  ['audit', 'verify'],
  ['trace', 'o3'],
  ['trace', 't3'],
  ['order', 'explain', 'o3'],
  ['storage', 'status'],
  ['storage', 'verify'],
  ['storage', 'backup'],
  ['cmd', 'list'],
  ['alert', 'list'],
  ['logs'],
  ['version'],
  ['config', 'show', '--origin'],
  ['config', 'check'],
  ['config', 'explain', 'engine.speed'],
  ['config', 'path'],
]

describe('reading', () => {
  test.each(READING.map((args) => [args]))('%j answers in every format, without an escape byte', async (args) => {
    engine.begin()
    for (const format of ['table', 'tsv', 'csv', 'json']) {
      const { code, out } = await say([...args, '--format', format])
      expect({ code, out: out.length > 0 }).toEqual({ code: 0, out: true })
      expect(out).not.toContain('\u001b')
      if (args[1] === 'backup') rmSync(join(home, 'demo', 'backups'), { recursive: true })
    }
    expect((await json(...args)).quality).toBe('OK')
  })

  test('a program gets tabs and exact values, a person a table', async () => {
    engine.begin()
    const piped = await say(['order', 'fills', '--limit', '1'])
    const [heading = '', row = ''] = piped.out.split('\n')
    expect(heading.split('\t')).toContain('realised')
    expect(row.split('\t')).toHaveLength(heading.split('\t').length)
    expect(row).toMatch(/\t\d{4}-\d\d-\d\dT[\d:.]+Z\t/)
    const watched = await say(['order', 'fills', '--limit', '1'], { isTerminal: true })
    expect(watched.out.split('\n')[1]).toMatch(/^-+( {2}-+)+$/)
  })

  test('with the engine gone the books answer, and say as of when; prices are not made up', async () => {
    engine.begin()
    engine.die()
    for (const args of [
      ['order', 'list'],
      ['bot', 'list'],
      ['portfolio', 'positions'],
      ['portfolio', 'show'],
      ['kill', 'status'],
    ]) {
      const { code, err } = await say(args)
      expect({ args, code, err }).toEqual({ args, code: 0, err: expect.stringMatching(/not running; as of 2023-/) })
      expect((await json(...args)).quality).toBe('DEGRADED')
    }
    for (const args of [['market', 'list'], ['market', 'quality'], ['portfolio', 'exposure'], ['status'], ['health']])
      expect((await json(...args)).code).toBe(6)
  })

  test('a profile that no engine has run for is told how to start one, and nothing is created', async () => {
    expect(await json('bot', 'list')).toMatchObject({ code: 6, reason_codes: ['NO_BOOKS'] })
    expect(existsSync(join(home, 'demo'))).toBe(false)
  })

  test('the journal is filtered by trace, type, time and order', async () => {
    engine.begin()
    const rows = async (...args: string[]) => (await json('journal', 'tail', ...args)).data as Record<string, unknown>[]
    const thought = await rows('--trace', 't3')
    expect(thought.length).toBeGreaterThan(1)
    for (const { trace } of thought) expect(trace).toBe('t3')
    const ofOrder = await rows('--order', 'o3', '--type', 'order.')
    expect(ofOrder.length).toBeGreaterThan(1)
    for (const { type, payload } of ofOrder) {
      expect(type).toMatch(/^order\./)
      expect(JSON.parse(String(payload))).toMatchObject({ order_id: 'o3' })
    }
    expect(await rows('--since', '2024-01-01')).toEqual([])
    expect(await rows('--limit', '2')).toHaveLength(2)
  })

  test('names that are not there are usage errors', async () => {
    engine.begin()
    expect(await json('bot', 'show', 'grid-btx')).toMatchObject({
      code: 2,
      message: expect.stringContaining("did you mean 'grid-btc'"),
    })
    expect(await json('market', 'show', 'sim:BTC-USX')).toMatchObject({ code: 2, reason_codes: ['INSTRUMENT_UNKNOWN'] })
    expect(await json('order', 'show', 'o99999')).toMatchObject({ code: 2, reason_codes: ['ORDER_UNKNOWN'] })
    expect(await json('order', 'list', '--limit', 'many')).toMatchObject({ code: 2, reason_codes: ['USAGE'] })
  })
})

describe('status and health', () => {
  test.each([
    ['healthy', {}, 0],
    ['safe mode', { safetyMode: 'SAFE_MODE' }, 5],
    ['a kill', { killLevel: 'CLOSE_ONLY' }, 5],
    ['a gate that blocks', { gate: 'BLOCK' }, 5],
    ['books that differ', { integrity: 'FAIL' }, 5],
    ['an unknown gate', { gate: 'UNKNOWN' }, 7],
    ['an unknown order', { unknownOrders: 1 }, 7],
    ['an unknown venue', { venues: [{ id: 'sim', health: 'UNKNOWN' }] }, 7],
    ['bad and unknown', { safetyMode: 'HALTED', gate: 'UNKNOWN' }, 5],
    ['starting', { phase: 'STARTING' }, 5],
  ] as const)('%s', async (_, change, code) => {
    engine.begin()
    engine.views.ribbon = { ...HEALTHY, ...change }
    expect((await json('status')).code).toBe(code)
  })

  test.each([
    ['OK', [], 0],
    ['DEGRADED', [], 5],
    ['DEGRADED', ['--allow-degraded'], 0],
    ['FAILED', ['--allow-degraded'], 5],
    ['UNKNOWN', ['--allow-degraded'], 7],
  ] as const)('health %s %s', async (health, options, code) => {
    engine.begin()
    const { system } = engine.views
    if (system !== undefined) engine.views.system = { ...system, health }
    const told = await json('health', ...options)
    expect(told.code).toBe(code)
    expect(HealthJson.parse(told.data).overall).toBe(health)
  })

  test('of an engine that hangs, the last words are told with their age, exit 6', async () => {
    engine.begin()
    engine.isConnected = false
    leaveStatus({ ready: true, ageS: 10 })
    const { code, data } = await json('health')
    expect({ code, data }).toMatchObject({ code: 6, data: { overall: 'UNKNOWN', last_overall: 'OK', age_s: 10 } })
  })

  test('feeds that are not OK fail the check, unknown ones leave it open', async () => {
    engine.begin()
    engine.views.markets = { rows: { a: { ...MARKET, quality: 'STALE' }, b: { ...MARKET, quality: 'UNKNOWN' } } }
    expect(await json('market', 'quality')).toMatchObject({ code: 5, reason_codes: ['STALE', 'UNKNOWN'] })
    engine.views.markets = { rows: { b: { ...MARKET, quality: 'UNKNOWN' } } }
    expect((await json('market', 'quality')).code).toBe(7)
  })
})

const CHANGING = [
  [['bot', 'start', 'trend-1'], 'BOT_START', { bot_id: 'trend-1' }],
  [['bot', 'pause', 'trend-1'], 'BOT_PAUSE', { bot_id: 'trend-1' }],
  [['bot', 'resume', 'trend-1'], 'BOT_RESUME', { bot_id: 'trend-1' }],
  [['bot', 'stop', 'trend-1'], 'BOT_STOP', { bot_id: 'trend-1' }],
  [['bot', 'release', 'trend-1'], 'BOT_RELEASE', { bot_id: 'trend-1' }],
  [['bot', 'allocate', 'trend-1', '500'], 'BOT_SET_ALLOCATION', { bot_id: 'trend-1', allocation: '500' }],
  [
    [
      'bot',
      'register',
      'new',
      '--strategy',
      's',
      '--instrument',
      BTC,
      '--allocation',
      '5',
      '--param',
      'a=1',
      '--param',
      'b=x',
    ],
    'BOT_REGISTER',
    {
      bot_id: 'new',
      strategy_id: 's',
      instrument_ids: [BTC],
      allocation: '5',
      params: { a: 1, b: 'x' },
      on_restart: 'hold',
    },
  ],
  [
    ['order', 'place', BTC, 'buy', '0.01', '--limit', '40000', '--tif', 'IOC', '--reduce-only'],
    'ORDER_PLACE',
    {
      instrument_id: BTC,
      side: 'buy',
      type: 'LIMIT',
      qty: '0.01',
      limit: '40000',
      time_in_force: 'IOC',
      reduce_only: true,
    },
  ],
  [
    ['order', 'place', BTC, 'SELL', '1', '--stop', '3'],
    'ORDER_PLACE',
    { instrument_id: BTC, side: 'sell', type: 'STOP', qty: '1', stop: '3' },
  ],
  [['order', 'cancel', 'o3'], 'ORDER_CANCEL', { order_id: 'o3' }],
  [['order', 'cancel-all', '--scope', 'bot:x', '--reason', 'news'], 'CANCEL_ALL', { scope: 'bot:x' }],
  [['position', 'close', BTC, '--bot', 'x'], 'POSITION_CLOSE', { instrument_id: BTC, bot_id: 'x' }],
  [
    ['kill', 'set', '--level', 'close-only', '--reason', 'drill'],
    'KILL_RAISE',
    { scope: 'global', level: 'CLOSE_ONLY' },
  ],
  [
    ['kill', 'set', '--level', 'flatten', '--reason', 'drill', '--confirm', 'Flatten 2'],
    'KILL_RAISE',
    { scope: 'global', level: 'FLATTEN' },
  ],
  [['kill', 'lower', '--level', 'none', '--reason', 'over'], 'KILL_LOWER', { scope: 'global', level: 'NONE' }],
  [['safety', 'release', '--reason', 'over'], 'MODE_RELEASE', {}],
  [['safe-mode', '--reason', 'drill'], 'MODE_RAISE', { mode: 'SAFE_MODE' }],
  [['safe-mode', '--halt', '--reason', 'drill'], 'MODE_RAISE', { mode: 'HALTED' }],
  [['deadman', 'ack'], 'DEADMAN_ACK', {}],
  [['alert', 'ack', 'a1'], 'ALERT_ACK', { alert_id: 'a1' }],
  [['dev', 'venue', 'offline', '--seconds', '3'], 'VENUE_FAULT', { fault: 'offline', seconds: 3 }],
] as const

describe('changing', () => {
  test.each(CHANGING)('%j asks for %s', async (args, type, payload) => {
    engine.begin()
    const { code, data } = await json(...args)
    expect(code).toBe(0)
    expect(data).toMatchObject({ type, payload, status: 'COMPLETED', actor: 'human:tester', origin: 'cli' })
    const [row] = engine.answered
    expect(row).toMatchObject({ type, payload })
    expect((row?.expiresTs ?? 0) - (row?.issuedTs ?? 0)).toBe(30_000_000)
  })

  test.each([
    ['COMPLETED', [], 0],
    ['FAILED', ['DISK'], 1],
    ['REJECTED_POLICY', ['INVALID_TRANSITION'], 3],
    ['REJECTED_POLICY', ['CONFIRMATION_REQUIRED'], 4],
    ['REJECTED_AUTHZ', ['ROLE'], 3],
    ['REJECTED_DUPLICATE', [], 3],
    ['CANCELED', [], 3],
    ['REJECTED_EXPIRED', ['EXPIRED'], 6],
  ] as const)('%s %s is exit %i', async (status, reasonCodes, code) => {
    engine.begin()
    engine.answer = () => ({ status, reasonCodes, message: 'as it is' })
    const asked = await json('bot', 'start', 'x')
    expect(asked.code).toBe(code)
    if (reasonCodes.length > 0) expect(asked.reason_codes).toEqual(reasonCodes)
    expect((await json('cmd', 'show', (asked.data as { command_id: string }).command_id)).code).toBe(code)
  })

  test('a command that is not acknowledged in time may still run, and the message says so', async () => {
    engine.begin()
    engine.answer = undefined
    const { code, err } = await say(['bot', 'start', 'x', '--wait', '1'])
    expect({ code, err }).toEqual({ code: 6, err: expect.stringContaining('may still be carried out until') })
    engine.answer = () => ({ status: 'ACCEPTED' })
    expect(await json('bot', 'start', 'x', '--wait', '1')).toMatchObject({ code: 6, reason_codes: ['UNDER_WAY'] })
  })

  test('--wait 0 prints the id and leaves', async () => {
    engine.begin()
    const { code, out } = await say(['bot', 'start', 'x', '--wait', '0', '--request-id', ID])
    expect({ code, out }).toEqual({ code: 0, out: `${ID}\n` })
    expect(engine.store.commands.get(ID)?.status).toBe('PENDING')
    expect((await json('cmd', 'cancel', ID)).code).toBe(0)
    expect(await json('cmd', 'cancel', ID)).toMatchObject({ code: 3, reason_codes: ['ALREADY_TERMINAL'] })
  })

  test('UGF-B-005: cmd watch stays until the answer, and ends as the command ended', async () => {
    engine.begin()
    engine.answer = undefined
    await say(['bot', 'start', 'x', '--wait', '0', '--request-id', 'one'])
    expect(await json('cmd', 'watch', 'one', '--wait', '1')).toMatchObject({ code: 6 })
    engine.answer = () => ({ status: 'REJECTED_POLICY', reasonCodes: ['INVALID_TRANSITION'], message: 'it runs' })
    const { code, err } = await say(['cmd', 'watch', 'one'])
    expect(code).toBe(3)
    expect(err).toContain('one PENDING\none REJECTED_POLICY\n')
  })

  test('UGF-0-009: the same request id has one effect and one answer, and for another wish it is refused', async () => {
    engine.begin()
    const first = await json('bot', 'start', 'x', '--request-id', ID)
    const again = await json('bot', 'start', 'x', '--request-id', ID)
    expect([first.code, again.code]).toEqual([0, 0])
    expect(again.data).toEqual({ ...(first.data as object), idempotent_replay: true })
    expect(engine.answered).toHaveLength(1)
    expect(await json('bot', 'stop', 'x', '--request-id', ID)).toMatchObject({
      code: 3,
      reason_codes: ['IDEMPOTENCY_CONFLICT'],
    })
    expect(await json('bot', 'start', 'y', '--request-id', ID)).toMatchObject({
      code: 3,
      reason_codes: ['IDEMPOTENCY_CONFLICT'],
    })
  })

  test('with no engine nothing that trades is left lying in wait; what stops risk waits for one', async () => {
    engine.begin()
    engine.die()
    expect(await json('order', 'place', BTC, 'buy', '1')).toMatchObject({ code: 6, reason_codes: ['ENGINE_DOWN'] })
    expect(engine.store.commands.list({ limit: 9 })).toEqual([])
    expect(await json('kill', 'set', '--level', 'halt', '--reason', 'drill')).toMatchObject({
      code: 6,
      reason_codes: ['ENGINE_DOWN', 'QUEUED'],
    })
    expect(await json('bot', 'start', 'x', '--life', '10m')).toMatchObject({ reason_codes: ['ENGINE_DOWN', 'QUEUED'] })
    expect(engine.store.commands.list({ limit: 9 }).map((row) => row.expiresTs - row.issuedTs)).toEqual([
      600_000_000, 3_600_000_000,
    ])
  })

  test('a flatten without its phrase, or with another, does nothing and tells the phrase', async () => {
    engine.begin()
    for (const confirm of [[], ['--confirm', 'flatten 3'], ['--confirm', 'yes']]) {
      const asked = await json('kill', 'set', '--level', 'flatten', '--reason', 'drill', ...confirm)
      expect(asked).toMatchObject({ code: 4, reason_codes: ['CONFIRMATION_REQUIRED'], data: { phrase: 'flatten 2' } })
    }
    expect(await json('stop', '--how', 'flatten')).toMatchObject({ code: 4 })
    const nobody = ['--scope', 'bot:nobody', '--confirm', 'flatten 0']
    expect(await json('kill', 'set', '--level', 'flatten', '--reason', 'drill', ...nobody)).toMatchObject({
      code: 2,
      reason_codes: ['SCOPE_UNKNOWN'],
    })
    expect(engine.store.commands.list({ limit: 9 })).toEqual([])
  })

  test.each([
    [['kill', 'set', '--level', 'halt'], 'USAGE', '--reason'],
    [['kill', 'set', '--level', 'halt', '--reason', 'no'], 'USAGE', '4 characters'],
    [['kill', 'set', '--level', 'harder', '--reason', 'drill'], 'USAGE', 'one of'],
    [['order', 'place', BTC, 'hold', '1'], 'BAD_SIDE', 'buy or sell'],
    [['order', 'place', BTC, 'buy', '0.00015'], 'OFF_STEP', '0.0001 or 0.0002'],
    [['order', 'place', BTC, 'buy', '1', '--limit', '40000.5'], 'OFF_STEP', 'tick 1'],
    [['order', 'place', BTC, 'buy', '-1'], 'BAD_NUMBER', 'above 0'],
    [['order', 'place', BTC, 'buy', 'all'], 'BAD_NUMBER', 'no number'],
    [['order', 'cancel-all', '--scope', 'everything', '--reason', 'drill'], 'PAYLOAD_INVALID', 'bot:'],
    [
      ['bot', 'register', 'BAD ID', '--strategy', 's', '--instrument', BTC, '--allocation', '1'],
      'PAYLOAD_INVALID',
      'lowercase',
    ],
    [['bot', 'params', 'grid-btc', 'fast'], 'BAD_PARAMETER', 'name=value'],
    [['dev', 'venue', 'explode'], 'USAGE', 'lose-fill'],
  ] as const)('%j is a usage error that says what to do', async (args, reason, said) => {
    engine.begin()
    const { code, reason_codes: codes, message } = await json(...args)
    expect({ code, codes, message }).toEqual({ code: 2, codes: [reason], message: expect.stringContaining(said) })
    expect(engine.store.commands.list({ limit: 9 })).toEqual([])
  })

  test('parameters that are not named stay as they are', async () => {
    engine.begin()
    const shown = (await json('bot', 'show', 'grid-btc')).data as Record<string, unknown>
    const standing = Object.keys(shown).filter((name) => name.startsWith('param_'))
    const { data } = await json('bot', 'params', 'grid-btc', 'extra=7')
    const params = (data as { payload: { params: Record<string, unknown> } }).payload.params
    expect(Object.keys(params).toSorted()).toEqual([...standing.map((name) => name.slice(6)), 'extra'].toSorted())
    expect(params['extra']).toBe(7)
  })

  test.each([
    ['OK', 0, 'OK'],
    ['MISMATCH', 5, 'DEGRADED'],
    ['UNKNOWN', 7, 'UNKNOWN'],
    [undefined, 7, 'UNKNOWN'],
  ] as const)('a reconciliation that found %s is exit %i', async (status, code, quality) => {
    engine.begin()
    const item = {
      category: 'MISSING_LOCAL',
      subject: 'order:v1',
      reason_code: 'ORDER_FOREIGN',
      fact: 'nobody of ours',
    }
    const items = status === 'MISMATCH' ? [item] : []
    const unknown = status === 'UNKNOWN' ? ['balances'] : []
    const result = { status, compared: 3, venue_id: 'sim', items, unknown, standing: 0 }
    engine.answer = () => ({ status: 'COMPLETED', result })
    expect(await json('reconcile')).toMatchObject({ code, quality })
    const { out } = await say(['reconcile'])
    for (const said of [...items.map(({ fact }) => fact), ...unknown]) expect(out).toContain(said)
    expect(await json('reconcile', 'run', '--scope', 'orders')).toMatchObject({ code })
  })

  test('with the engine down a reconciliation asks the venue itself, after the books were closed', async () => {
    engine.begin()
    engine.die()
    expect((await json('reconcile')).code).toBe(6)
    const asked: string[] = []
    const reconcileOnce: EngineDeps['reconcileOnce'] = ({ profile }, scope) => {
      asked.push(`${profile} ${scope}`)
      return Promise.resolve({ code: 5, message: 'MISMATCH' })
    }
    expect((await say(['reconcile', '--scope', 'fills'], { reconcileOnce })).code).toBe(5)
    expect(asked).toEqual(['demo fills'])
    expect((await say(['reconcile', '--profile', 'nobody'], { reconcileOnce })).code).toBe(6)
  })

  test('stop waits until the process is gone', async () => {
    engine.begin()
    engine.answer = () => ({ status: 'COMPLETED' })
    let polls = 0
    const world = engine.world
    const pause = (ms: number) => {
      if (++polls === 5) engine.isAlive = false
      return world.pause(ms)
    }
    expect(await say(['stop'], { pause })).toMatchObject({ code: 0, out: expect.stringContaining('4711 is gone') })
    expect(polls).toBeGreaterThanOrEqual(5)
    expect((await json('stop')).code).toBe(6)
  })

  test('stop tells of a process that stays', async () => {
    engine.begin()
    expect(await json('stop', '--wait', '2')).toMatchObject({ code: 6, reason_codes: ['STILL_STOPPING'] })
  })
})

describe('capabilities and ready', () => {
  test.each([
    [true, 1, 0, 0],
    [false, 1, 0, 5],
    [true, 30, 6, 6],
  ] as const)('ready %s, told %i s ago', async (ready, ageS, capabilities, isReady) => {
    engine.begin()
    leaveStatus({ ready, ageS })
    expect(await json('capabilities')).toMatchObject({
      code: capabilities,
      data: { allowed_actions: ['OBSERVE', 'CANCEL'] },
    })
    expect((await json('ready')).code).toBe(isReady)
  })

  test('nobody has told anything', async () => {
    expect((await json('capabilities')).code).toBe(6)
    expect((await json('ready')).code).toBe(6)
  })
})

describe('--watch', () => {
  /** Runs a watch, lets the engine change things, then interrupts it. */
  async function watched(args: readonly string[], acts: readonly (() => void)[], isTerminal = false): Promise<Said> {
    const saying = say([...args, '--watch'], { isTerminal })
    for (const act of [...acts, () => engine.interrupt()]) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      act()
    }
    return saying
  }

  test('prints one envelope a line, one for every change, and ends with the interrupt', async () => {
    engine.begin()
    const { code, out } = await watched(['status'], [() => engine.show('ribbon', { ...HEALTHY, orders: 42 })])
    const lines = out
      .trim()
      .split('\n')
      .map((line) => Envelope.parse(JSON.parse(line)))
    expect(code).toBe(130)
    expect(lines.map(({ data }) => (data as { working_orders: number }).working_orders)).toEqual([HEALTHY.orders, 42])
  })

  test('draws a table anew in a terminal', async () => {
    engine.begin()
    const { out } = await watched(['bot', 'list'], [], true)
    expect(out.startsWith('\u001b[H\u001b[J')).toBe(true)
  })

  test('says so when the engine goes away', async () => {
    engine.begin()
    const { code, err } = await watched(['order', 'list'], [() => engine.die()])
    expect({ code, err }).toEqual({ code: 6, err: expect.stringContaining('no engine runs') })
  })
})

describe('without an engine', () => {
  test('panic writes the whole kill file and needs no books', async () => {
    const { code } = await json('panic', '--reason', 'smoke')
    expect(code).toBe(0)
    const order = JSON.parse(readFileSync(join(home, 'demo', 'kill'), 'utf8')) as unknown
    expect(order).toMatchObject({ level: 'HALT', reason: 'smoke', ts: expect.stringMatching(/Z$/) })
  })

  test('panic that cannot write says what else to do', async () => {
    writeFileSync(join(home, 'demo'), '')
    expect(await json('panic')).toMatchObject({ code: 1, message: expect.stringContaining('stop --how now') })
  })

  test('init writes settings that change nothing, and never loses what is there', async () => {
    expect((await json('init', '--profile', 'mine')).code).toBe(0)
    expect((await json('config', 'check', '--profile', 'mine')).code).toBe(0)
    const path = join(home, 'mine', 'config.toml')
    writeFileSync(path, '# by hand\n')
    expect(await json('init', '--profile', 'mine')).toMatchObject({ code: 3, reason_codes: ['CONFIG_EXISTS'] })
    expect(readFileSync(path, 'utf8')).toBe('# by hand\n')
    const { data } = await json('init', '--profile', 'mine', '--force')
    expect(readFileSync((data as { kept: string }).kept, 'utf8')).toBe('# by hand\n')
    writeFileSync(path, '[engine]\nsped = 2\n')
    expect(await json('config', 'check', '--profile', 'mine')).toMatchObject({
      code: 2,
      message: expect.stringContaining('config.toml:2'),
    })
  })

  test('rebuild and prune: refused while an engine lives, asked for before anything is deleted', async () => {
    engine.begin()
    expect(await json('storage', 'rebuild')).toMatchObject({ code: 6, reason_codes: ['LEASE_CONFLICT'] })
    engine.die()
    expect(await json('storage', 'rebuild')).toMatchObject({ code: 0, data: { differences: 0 } })
    expect(await json('storage', 'prune', '--before', '90d')).toMatchObject({ code: 4 })
    expect(await json('storage', 'prune', '--before', '90d', '--yes')).toMatchObject({ code: 0 })
  })

  test('a journal that was changed is exit 5, with the event', async () => {
    engine.begin()
    engine.store.db.exec('DROP TRIGGER events_no_update')
    engine.store.db.exec('UPDATE events SET ts = ts + 1 WHERE seq = 7')
    expect(await json('journal', 'verify')).toMatchObject({ code: 5, message: expect.stringContaining('event 7') })
    expect(await json('storage', 'verify')).toMatchObject({ code: 5, reason_codes: ['STORAGE_CHAIN_BROKEN'] })
  })

  test('an exported session is the lines that its chain is made of', async () => {
    engine.begin({ steps: 5 })
    const { out } = await say(['journal', 'export'])
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; prev_hash: string; hash: string })
    lines.forEach(({ seq, prev_hash: before }, at) => {
      expect(seq).toBe(at + 1)
      if (at > 0) expect(before).toBe(lines[at - 1]?.hash)
    })
  })

  test('logs are filtered by level and time, and half a line is no line', async () => {
    const folder = join(home, 'demo', 'logs')
    mkdirSync(folder, { recursive: true })
    const line = (level: string, ts: string) =>
      JSON.stringify({
        schema_version: 1,
        ts,
        level,
        msg: level,
        logger: 'l',
        service: 's',
        op: 'o',
        run_id: 'r',
        instance_id: 'i',
      })
    const [old, now] = ['2023-11-14T00:00:00Z', '2023-11-14T22:29:00Z']
    writeFileSync(
      join(folder, 'engine.jsonl'),
      [line('WARN', old), line('DEBUG', now), line('ERROR', now), '{"half'].join('\n'),
    )
    const messages = async (...args: string[]) =>
      ((await json('logs', ...args)).data as { msg: string }[]).map(({ msg }) => msg)
    expect(await messages()).toEqual(['WARN', 'ERROR'])
    expect(await messages('--level', 'debug', '--since', '1h')).toEqual(['DEBUG', 'ERROR'])
    expect(await messages('--level', 'error', '--limit', '1')).toEqual(['ERROR'])
  })

  test('keys are the table of the screen', async () => {
    const keyTable = () => Promise.resolve([{ key: 'K', where: 'anywhere', description: 'kill' }])
    expect((await say(['keys'], { keyTable })).out).toBe('key\twhere\twhat\nK\tanywhere\tkill\n')
    expect((await json('keys')).code).toBe(3)
  })
})

test('words that help lists are those of the catalogue', () => {
  expect([...STATUSES]).toEqual([...COMMAND_STATUSES])
})
