import { afterAll, beforeAll, expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { journalTail } from '../../../storage/queries/journal-tail.ts'
import { COMMANDS, type CommandType } from '../command-catalogue.ts'

const world = new EngineWorld({ seed: 31 })
beforeAll(async () => {
  await world.boot()
  await world.run(5)
})
afterAll(() => world.end())

const bot = { bot_id: 'trend' }
const order = { instrument_id: 'BTC_JPY', side: 'buy', type: 'LIMIT', qty: '0.001', limit: '14400000' } as const

/** Every type once as it is obeyed or refused by its own part, and again with a payload that nobody can read. */
const WISHES: Readonly<Record<CommandType, unknown>> = {
  BOT_REGISTER: { bot_id: 'new', strategy_id: 'none', instrument_ids: ['BTC_JPY'], allocation: '5', params: {} },
  BOT_START: { bot_id: 'grid' },
  BOT_PAUSE: bot,
  BOT_RESUME: bot,
  BOT_STOP: { bot_id: 'maker' },
  BOT_SET_PARAMS: { ...bot, params: { nonsense: 1 } },
  BOT_SET_ALLOCATION: { ...bot, allocation: '500000' },
  BOT_RELEASE: bot,
  ORDER_PLACE: order,
  GATE_EXPLAIN: order,
  ORDER_CANCEL: { order_id: 'o1' },
  CANCEL_ALL: {},
  POSITION_CLOSE: { instrument_id: 'BTC_JPY' },
  KILL_RAISE: { scope: 'bot:grid', level: 'CLOSE_ONLY' },
  KILL_LOWER: { scope: 'bot:grid', level: 'NONE' },
  MODE_RAISE: { mode: 'SAFE_MODE' },
  MODE_RELEASE: {},
  INTERLOCK_SUPPRESS: { interlock: 'none', seconds: 5 },
  RECONCILE_RUN: { scope: 'all' },
  APPROVAL_VOTE: { approval_id: 'none', vote: 'yes' },
  APPROVAL_CANCEL: { approval_id: 'none' },
  APPROVAL_STANDING_ADD: { bot_id: 'trend', notional_max: '5', uses: 1, seconds: 60 },
  APPROVAL_STANDING_REVOKE: { standing_id: 'none' },
  ALERT_ACK: { alert_id: 'none' },
  DEADMAN_ACK: {},
  VENUE_FAULT: { fault: 'delay', seconds: 1 },
  CONFIRM: { challenge_id: 'none', token: 'none' },
  LIMIT_SET: { limit: 'daily_loss_max', value: '5' },
  TIME_NOTE: { text: 'a word on this minute', from_ts: 1, to_ts: 2 },
  EXPORT_NOTED: { what: 'audit', sha256: 'ab'.repeat(32), rows: 1 },
  CONFIG_APPLY: {},
  LIVE_ARM: { minutes: 5 },
  LIVE_DISARM: {},
  STAGE_PROMOTE: { stage: 'canary' },
  STAGE_DEMOTE: { stage: 'shadow' },
  CASE_CLASSIFY: { case_id: 'none', class: 'delay' },
  CASE_REPAIR: { case_id: 'none' },
  CASE_SIGNOFF: { case_id: 'none' },
  BREAK_GLASS_OPEN: { scope: 'global', ops: ['LIMIT_SET'], ttl_s: 60, evidence: 'a ticket' },
  BREAK_GLASS_APPROVE: { glass_id: 'none' },
  BREAK_GLASS_CLOSE: { glass_id: 'none' },
  BREAK_GLASS_REVIEW: { glass_id: 'none', note: 'nothing was done' },
  OPERATOR_SET: { operator_id: 'ann', kind: 'person', role: 'viewer', os_user: 'ann' },
  OPERATOR_ROLE: { operator_id: 'ann', role: 'admin' },
  OPERATOR_BOOKS: { operator_id: 'ann', books: ['main'] },
  OPERATOR_DUTY: { operator_id: 'ann', seconds: 60 },
  OPERATOR_REVOKE: { operator_id: 'ann' },
  OPERATOR_UNLOCK: { operator_id: 'ann' },
  LOGIN_NOTED: { operator_id: 'ann', state: 'FAILED' },
  FLAG_SET: { name: 'none', stage: 'on' },
  ENGINE_STOP: { how: 'safe' },
}

/** Terminal events of the journal by the command that they answer. */
function terminals(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { event } of journalTail(world.store.db, { type: 'command.', limit: 10_000 })) {
    if (event.type !== 'command.completed' && event.type !== 'command.rejected') continue
    found.getOrInsertComputed(Reflect.get(event.payload, 'command_id') as string, () => []).push(event.type)
  }
  return found
}

test('UGF-B-005: every command has exactly one terminal audit entry', async () => {
  expect(Object.keys(WISHES).toSorted()).toEqual(Object.keys(COMMANDS).toSorted())
  const answers = new Map<string, string>()
  const ask = async (type: CommandType, payload: unknown, lifeUs?: number) => {
    const row = await world.command(type, payload as never, lifeUs === undefined ? {} : { lifeUs })
    answers.set(row.id, row.status)
    return row
  }
  const types = Object.keys(WISHES) as CommandType[]
  for (const type of types) {
    if (type === 'ENGINE_STOP') continue
    await ask(type, WISHES[type])
    await ask(type, { nonsense: true })
    await ask(type, WISHES[type], -1)
  }
  await ask('NO_SUCH_COMMAND' as CommandType, {})
  // What asks for a confirmation has its own end, and what it stood for is written under the id of the confirmation.
  const confirmed = await world.confirmed('KILL_LOWER', { scope: 'bot:grid', level: 'NONE' })
  answers.set(confirmed.id, confirmed.status)
  // The same id again is the same command.
  const again = await ask('DEADMAN_ACK', {})
  await world.command('DEADMAN_ACK', {}, { id: again.id })
  await ask('ENGINE_STOP', { nonsense: true })
  await ask('ENGINE_STOP', WISHES.ENGINE_STOP)
  for (let s = 0; s < 60 && world.engine.phase !== 'STOPPED'; s++) await world.run(1)
  expect(world.engine.phase).toBe('STOPPED')
  const found = terminals()
  expect(answers.size).toBeGreaterThan(80)
  for (const { id, type, status, finishedTs } of world.store.commands.list({ limit: 1_000 })) {
    const ended = status === 'COMPLETED' ? ['command.completed'] : ['command.rejected']
    expect(finishedTs, `${type} ${status}`).toBeDefined()
    expect(found.get(id), `${type} ${status} ${id}`).toEqual(ended)
  }
})
