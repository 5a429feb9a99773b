import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClientOfWorld, type WorldTold } from '../fixtures/client-of-world.ts'
import { EngineWorld } from '../fixtures/engine-world.ts'
import { bookOf } from '../src/runtime/books.ts'
import { profilePaths } from '../src/runtime/config.ts'
import { orders } from '../storage/queries/orders.ts'
import { programOf } from './command-line.ts'
import { ENGINE_DEPS } from './engine-deps.ts'
import { screenClient } from './screen/client-of.ts'

const made = new EngineWorld({ seed: 5 })
let client: ClientOfWorld
const why = ['--reason', 'because a test asks'] as const
const ends = ({ code, reason_codes: [reason] }: WorldTold) => [code, reason]
const say = (as: string, line: string) => client.say(as, line.split(' '))
const change = (as: string, line: string) => client.confirmed(as, [...line.split(' '), ...why])

/** A maker in each of two books, both with orders and fills, and people who are held to one of them. */
beforeAll(async () => {
  client = new ClientOfWorld(made)
  await made.boot()
  await made.run(2)
  const params = 'halfSpread=3 requoteThreshold=2 size=100 sizeUnit=lots maxInventory=5 minRequoteMs=4000'
  const terms = '--strategy simple-mm --instrument ETH_USDT --allocation 2000000'
  const named = params.split(' ').flatMap((param) => ['--param', param])
  const registered = `bot register quiet ${terms} --book research ${named.join(' ')}`
  for (const [as, line] of [
    ['human:ann', registered],
    ['human:ann', 'bot start quiet'],
    ['human:ann', 'operator add ann --role admin --os-user ann'],
    ['human:ann', 'operator add rita --role researcher --os-user rita --book research'],
    ['human:ann', 'operator add olga --role operator --os-user olga --book research'],
    ['human:ann', `operator add sitter --role viewer --os-user ${userInfo().username} --book research`],
    ['human:ann', 'operator add nina --role operator --os-user nina --book nowhere'],
  ] as const) {
    const { code, err } = await change(as, line)
    expect([line, code, err]).toEqual([line, 0, expect.any(String)])
  }
  await made.run(240)
  // Makers may be flat: a position in either book, by hand.
  for (const bot of ['quiet', 'maker'])
    expect((await change('human:ann', `order place ETH_USDT buy 0.3 --bot ${bot}`)).code).toBe(0)
  await made.run(3)
}, 60_000)
afterAll(async () => {
  client.close()
  await made.end()
})

const of = (botId: string) => orders(made.store.db, { botId, limit: 1_000 })
/** Bots of the main book, and what they made. */
const OTHERS = ['maker', 'trend', 'grid', 'manual']
const isOthers = (said: string) => {
  // Their own events say in the same words who made the market, and what a strategy keeps in mind.
  const text = said.replaceAll(/\\*"liquidity\\*":\\*"maker\\*"|\\*"trend\\*":\[/g, '')
  return OTHERS.filter((bot) => new RegExp(`(^|[^a-z])${bot}([^a-z-]|$)`).test(text)).concat(
    OTHERS.flatMap(of).flatMap(({ id }) => (new RegExp(`"${id}"`).test(text) ? [id] : [])),
  )
}

/** What opens a screen, starts or ends something, or is about strategies and the program itself, one of which is called as a bot is. */
const NO_QUESTION = /^(up|tui|engine|dev|init|panic|stop|login|logout|completion|complete|backtest|strategy|schema)\b/

/** Every command that needs no option to be asked, with something of another book for what it is asked about. */
function leaves(about: Readonly<Record<string, string>>): readonly string[] {
  const settle = () => Promise.resolve()
  const none = { out: () => undefined, err: () => undefined, asOf: () => '' }
  const walk = (command: Command, path: readonly string[]): readonly string[] => {
    const here = [...path, command.name()]
    if (command.commands.length > 0) return command.commands.flatMap((child) => walk(child, here))
    if (command.options.some(({ mandatory }) => mandatory)) return []
    const args = command.registeredArguments.filter(({ required }) => required)
    return [[...here, ...args.map((arg) => about[arg.name()] ?? arg.argChoices?.[0] ?? 'x')].slice(1).join(' ')]
  }
  return walk(programOf({ printer: none, settle, engine: ENGINE_DEPS }), []).filter((line) => !NO_QUESTION.test(line))
}

const QUESTIONS = [
  'bot list',
  'order list --all',
  'order list --all --bot maker',
  'order fills',
  'portfolio positions',
  'portfolio show',
  'portfolio pnl',
  'portfolio pnl --daily',
  'portfolio equity',
  'audit tail',
  'audit search',
  'journal tail --limit 500',
  'journal sessions',
  'cmd list',
  'confirmations',
  'alert list',
  'approve list',
  'approve standing',
  'reconcile results',
  'kill status',
  'status',
  'health',
  'flag list',
  'limits',
  'safety show',
  'break-glass list',
] as const

describe('UGF-B-001: books', () => {
  test('UGF-B-001: both books have orders and fills, or nothing here would be proven', () => {
    for (const bot of ['maker', 'quiet']) expect([bot, of(bot).length > 3]).toEqual([bot, true])
    expect([bookOf(made.store.notes, 'quiet'), bookOf(made.store.notes, 'maker')]).toEqual(['research', 'main'])
  })

  test('UGF-B-001: a book-limited researcher sees the rows of their book and zero of the other, whatever is asked', async () => {
    const rows = async (as: string, line: string) => (await say(as, line)).data as readonly { readonly bot: string }[]
    for (const line of ['bot list', 'order list --all', 'order fills', 'portfolio positions']) {
      const bots = (as: string) => rows(as, line).then((all) => [...new Set(all.map(({ bot }) => bot))].toSorted())
      expect([line, await bots('human:rita')]).toEqual([line, ['quiet']])
      expect([line, (await bots('human:ann')).length > 1]).toEqual([line, true])
      expect([line, await bots('human:nina')]).toEqual([line, []])
    }
    expect((await say('human:rita', 'status')).data).toMatchObject({ phase: 'NOT_SHOWN', bots: 1, positions: 1 })
    for (const line of QUESTIONS)
      for (const as of ['human:rita', 'human:olga']) {
        const { out, err } = await say(as, line)
        expect([as, line, isOthers(out + err)]).toEqual([as, line, []])
      }
  })

  test('UGF-B-001: what is another book’s is unknown by its name', async () => {
    const [theirs, own] = [of('maker')[0]?.id ?? '', of('quiet')[0]?.id ?? '']
    for (const line of [
      'bot show maker',
      'bot logs maker',
      'bot decisions maker',
      `order show ${theirs}`,
      `order explain ${theirs}`,
      `trace ${theirs}`,
    ])
      expect([line, (await say('human:rita', line)).code, (await say('human:ann', line)).code]).toEqual([line, 2, 0])
    for (const line of [
      'bot show quiet',
      'bot logs quiet',
      `order show ${own}`,
      `trace ${own}`,
      `order explain ${own}`,
    ]) {
      const { code, out } = await say('human:rita', line)
      expect([line, code, isOthers(out)]).toEqual([line, 0, []])
    }
  })

  test('UGF-B-001: no command at all tells of another book, whatever it is asked about', async () => {
    const theirs = of('maker')[0]?.id ?? ''
    const about: Readonly<Record<string, string>> = { bot: 'maker', order: theirs, event: '1/30', id: theirs }
    const lines = leaves(about)
    expect(lines.length).toBeGreaterThan(80)
    for (const line of lines) {
      const { out, err } = await say('human:rita', line)
      // What was asked about is repeated, and no more.
      const told = `${out}${err}`.replaceAll(new RegExp(`\\\\*['"]?\\b(${theirs}|maker)\\b\\\\*['"]?`, 'g'), '')
      expect([line, isOthers(told)]).toEqual([line, []])
    }
  })

  test('UGF-B-001: what is of every book at once is refused: exit 3', async () => {
    const logs = join(client.home, 'demo', 'logs')
    mkdirSync(logs, { recursive: true })
    writeFileSync(join(logs, 'engine.jsonl'), '')
    for (const line of [
      'logs',
      'portfolio exposure',
      'replay session',
      'audit verify',
      'storage backup',
      'audit coverage',
    ])
      expect([line, ...ends(await say('human:olga', line))]).toEqual([line, 3, 'BOOK_DENIED'])
  })

  test('UGF-B-001: a screen shows every book, and none to whoever is held to some', () => {
    expect(() => screenClient(profilePaths('demo'), made.store, undefined)).toThrow('is held to research')
  })

  test('UGF-B-001: commands on another book, and on what all share, are refused and leave access.denied', async () => {
    const theirs = of('maker').find(({ state }) => state === 'OPEN')?.id ?? of('maker')[0]?.id
    for (const line of [
      'bot pause maker',
      'bot stop trend',
      `order cancel ${theirs ?? ''}`,
      'order cancel o999999',
      'order cancel-all',
      'order place ETH_USDT buy 0.1',
      'order place ETH_USDT buy 0.1 --bot maker',
      'position close ETH_USDT',
      'position close ETH_USDT --bot maker',
      'kill set --level close_only',
      'kill set --level close_only --scope bot:maker',
      'bot register mine --strategy sma-cross --instrument ETH_USDT --allocation 5',
      'stop',
    ])
      expect([line, ...ends(await change('human:olga', line))]).toEqual([line, 3, 'BOOK_DENIED'])
    const { data } = await say('human:ann', 'audit search --action access.denied --limit 50')
    const denied = (data as { rows: readonly { readonly reason_codes: string }[] }).rows
    expect(denied.filter((row) => JSON.stringify(row).includes('BOOK_DENIED')).length).toBeGreaterThan(10)
    expect(made.engine.kernel.facts.kill.at('global')).toBe('NONE')
    expect(made.engine.kernel.bots.find(({ config }) => config.id === 'maker')?.state).toBe('RUNNING')
  })

  test('UGF-B-001: in their own book they do what their role may', async () => {
    expect((await change('human:olga', 'kill set --level close_only --scope bot:quiet')).code).toBe(0)
    expect((await change('human:olga', 'bot pause quiet')).code).toBe(0)
    expect((await change('human:rita', 'bot resume quiet')).code).toBe(0)
    const mine = await change(
      'human:rita',
      'bot register mine --strategy sma-cross --instrument ETH_USDT --allocation 5 --book research',
    )
    expect([mine.code, mine.message]).toEqual([0, expect.stringContaining('mine')])
    const bots = (await say('human:rita', 'bot list')).data as readonly { readonly bot: string }[]
    expect(bots.map(({ bot }) => bot).toSorted()).toEqual(['mine', 'quiet'])
    expect((await say('human:rita', 'cmd list')).out).not.toContain('KILL_RAISE')
  })
})
