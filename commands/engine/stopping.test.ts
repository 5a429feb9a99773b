import { randomUUIDv7 } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { pause, ProgramHome, until } from '../../fixtures/process/program.ts'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'

const homes: ProgramHome[] = []
afterAll(() => {
  for (const home of homes) home.end()
})

function home(env: Readonly<Record<string, string>> = {}): ProgramHome {
  const made = new ProgramHome(scratchFolder(), { PROFINAUT_ENGINE_JOURNAL: 'normal', ...env })
  homes.push(made)
  return made
}

interface Event {
  readonly session: number
  readonly seq: number
  readonly time: string
  readonly type: string
  readonly payload: string
}
interface Fill {
  readonly time: string
  readonly bot: string
  readonly instrument: string
  readonly side: 'buy' | 'sell'
  readonly qty: string
}
type Position = Readonly<Record<'bot' | 'instrument' | 'qty', string>>

const events = (at: ProgramHome, limit = 5_000) =>
  at.json<readonly Event[]>('journal', 'tail', '--limit', String(limit))
const positions = (at: ProgramHome) => at.json<readonly Position[]>('portfolio', 'positions')

test('UGF-0-005: panic reaches an engine that stands still; awake, it halts before anything else and sends nothing', async () => {
  const at = home()
  const engine = at.engine('--speed', '5')
  await at.running()
  await until('a busy market', async () => (await events(at)).length > 40)
  engine.kill('SIGSTOP')
  await pause(200)
  const last = (await events(at, 1)).at(-1)
  const halted = await at.run('panic', '--reason', 'nothing answers')
  expect(halted).toMatchObject({ code: 0, out: expect.stringContaining('HALT is ordered') })
  await pause(1_500)
  engine.kill('SIGCONT')
  await until('HALT', async () => (await at.run('kill', 'status', '--json')).out.includes('"HALTED"'))
  await pause(500)
  const after = (await events(at)).filter(({ session, seq }) => session === last?.session && seq > last.seq)
  expect(after[0]).toMatchObject({ type: 'safety.kill_changed' })
  expect(after.map(({ type }) => type)).toContain('safety.mode_changed')
  expect(after.filter(({ type }) => type === 'order.sent')).toEqual([])
}, 120_000)

test('UGF-D-004: an engine that is killed in the middle of a flatten goes on to flat, and no position turns round', async () => {
  const at = home()
  const engine = at.engine()
  await at.running()
  for (const [instrument, side, qty] of [
    ['FX_BTC_JPY', 'buy', '0.04'],
    ['ETH_USDT', 'sell', '0.3'],
  ] as const)
    expect(await at.run('order', 'place', instrument, side, qty, '--reason', 'something to flatten')).toEqual(
      expect.objectContaining({ code: 0 }),
    )
  await until('two positions', async () => (await positions(at)).filter(({ bot }) => bot === 'manual').length === 2)
  const asked = await at.run('kill', 'set', '--level', 'flatten', '--reason', 'a proof', '--json')
  expect(asked.code).toBe(4)
  const { phrase } = (JSON.parse(asked.out) as { data: { phrase: string } }).data
  const confirmed = await at.run('kill', 'set', '--level', 'flatten', '--reason', 'a proof', '--confirm', phrase)
  engine.kill('SIGKILL')
  expect(confirmed.code).toBe(0)
  const flattenedAt = (await events(at)).findLast(({ type }) => type === 'safety.kill_changed')?.time ?? ''
  expect(flattenedAt).not.toBe('')
  at.engine()
  await at.running()
  await until('flat', async () => (await positions(at)).length === 0, 60_000)
  await until(
    'the venue’s word',
    async () => (await events(at)).some(({ payload }) => payload.includes('"state":"FLAT"')),
    60_000,
  )
  const fills = (await at.json<readonly Fill[]>('order', 'fills', '--limit', '500')).toSorted((a, b) =>
    a.time < b.time ? -1 : 1,
  )
  const held = new Map<string, number>()
  for (const { time, bot, instrument, side, qty } of fills) {
    const key = `${bot} ${instrument}`
    const before = held.get(key) ?? 0
    const now = before + (side === 'buy' ? 1 : -1) * Number(qty)
    held.set(key, now)
    if (time < flattenedAt) continue
    expect(Math.abs(now), `${key} at ${time}`).toBeLessThanOrEqual(Math.abs(before) + 1e-9)
    expect(now * before, `${key} at ${time}`).toBeGreaterThanOrEqual(-1e-9)
  }
  for (const [key, qty] of held) expect(Math.abs(qty), key).toBeLessThan(1e-9)
  expect((await at.run('reconcile')).code).toBe(0)
}, 180_000)

test('UGF-0-009: fifty processes hand in one command at once: one effect, fifty equal answers', async () => {
  const at = home()
  at.engine()
  await at.running()
  const id = randomUUIDv7()
  const place = [
    'order',
    'place',
    'BTC_USDT',
    'buy',
    '0.001',
    '--reason',
    'fifty at once',
    '--request-id',
    id,
    '--wait',
    '60',
    '--json',
  ]
  const ran = await Promise.all(Array.from({ length: 50 }, () => at.run(...place)))
  expect(new Set(ran.map(({ code }) => code))).toEqual(new Set([0]))
  const told = ran.map(({ out }) => (JSON.parse(out) as { data: Record<string, unknown> }).data)
  // One of them was first; the others are told that theirs is its answer.
  expect(told.filter((answer) => answer['idempotent_replay'] === true)).toHaveLength(49)
  const answers = told.map((answer) => ({ ...answer, idempotent_replay: undefined }))
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]).toMatchObject({ command_id: id, status: 'COMPLETED' })
  const intents = (await events(at, 1_000)).filter(
    ({ type, payload }) => type === 'intent.created' && payload.includes('"operator"'),
  )
  expect(intents).toHaveLength(1)
  const other = await at.run(
    'order',
    'place',
    'BTC_USDT',
    'buy',
    '0.002',
    '--reason',
    'another wish',
    '--request-id',
    id,
  )
  expect(other).toMatchObject({ code: 3, err: expect.stringContaining('stands for another wish') })
}, 180_000)

test('UGF-B-005: a command whose life ends before an engine comes is refused, and kept with its answer', async () => {
  const at = home()
  at.engine()
  await at.running()
  expect((await at.run('stop', '--how', 'now', '--reason', 'to be started later')).code).toBe(0)
  const id = randomUUIDv7()
  const queued = await at.run('bot', 'pause', 'trend', '--reason', 'too late', '--request-id', id, '--life', '5s')
  expect(queued.code).toBe(6)
  await pause(5_500)
  at.engine()
  await at.running()
  expect(await at.json('cmd', 'show', id)).toMatchObject({ status: 'REJECTED_EXPIRED' })
  const kept = (await events(at)).find(({ type, payload }) => type === 'command.rejected' && payload.includes(id))
  expect(kept?.payload).toContain('"EXPIRED"')
  for (const args of [
    ['alert', 'ack', 'a99'],
    ['deadman', 'ack'],
    ['gate', 'explain', 'BTC_JPY', 'buy', '0.001'],
  ])
    await at.run(...args)
  expect(await at.run('audit', 'coverage')).toMatchObject({ code: 0 })
}, 120_000)
