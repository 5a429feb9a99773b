import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { veiledStore } from './book-veil.ts'
import { openEngineStore, type SqliteEngineStore } from './engine-store.ts'

const folder = scratchFolder()
let at = 0
let store: SqliteEngineStore
beforeEach(() => {
  store = openEngineStore(join(folder, `${at++}.db`), {
    profile: 'demo',
    instanceId: 'i',
    nowTs: 1,
    durability: 'normal',
    urgent: new Set(),
    isAlive: () => true,
  })
  return () => store.close()
})

const request = (id: string, actor: string) => ({
  id,
  type: 'BOT_PAUSE',
  payload: {},
  actor,
  origin: 'cli' as const,
  reason: '',
  issuedTs: 1,
  expiresTs: 2,
})
const count = (table: string) => store.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

test('UGF-B-001: a table of which nobody said whose its rows are shows none, one with a bot shows that bot’s', () => {
  store.db.exec(`CREATE TABLE of_tomorrow (what TEXT); INSERT INTO of_tomorrow VALUES ('a thing')`)
  store.db.exec(`CREATE TABLE of_bots (bot_id TEXT); INSERT INTO of_bots VALUES ('a'), ('b'), (NULL), ('it''s')`)
  store.equity.append(1, 5)
  veiledStore(store, { bots: ['a', "it's"], actor: 'human:a' })
  expect(count('of_tomorrow')).toBe(0)
  expect(store.db.prepare('SELECT bot_id FROM of_bots').pluck().all()).toEqual(['a', "it's"])
  expect(store.equity.since(0)).toEqual([])
  expect(() => store.db.exec("INSERT INTO of_bots VALUES ('b')")).toThrow('cannot modify of_bots because it is a view')
})

test('UGF-B-001: without a bot there is nothing at all, and the rows are still there for another connection', () => {
  store.db.exec(`INSERT INTO standing_approvals VALUES (1, 'sa-1', 'b', NULL, 1.5, 3, 9, 'human:a', 'away', 1)`)
  store.db.exec(
    `INSERT INTO kills VALUES (1, 'bot:b', 'HALT', 'r', 'human:a', 5, 9), (2, 'global', 'HALT', 'r', 'human:a', 5, 9)`,
  )
  const { approvals } = veiledStore(store, { bots: [], actor: 'human:a' })
  expect(approvals.standing()).toEqual([])
  expect([count('kills'), count('main.kills'), count('main.standing_approvals')]).toEqual([0, 2, 1])
})

test('UGF-B-001: commands still go in, and each sees their own', () => {
  store.commands.submit(request('theirs', 'human:b'))
  const { commands } = veiledStore(store, { bots: [], actor: 'human:a' })
  expect(commands.submit(request('mine', 'human:a'))).toBe(true)
  expect(commands.list({ limit: 9 }).map(({ id }) => id)).toEqual(['mine'])
  expect([commands.get('theirs'), commands.cancel('theirs', 1)]).toEqual([undefined, false])
  expect(commands.cancel('mine', 1)).toBe(true)
})
