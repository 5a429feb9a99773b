import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { SCREEN_INSTRUMENTS, SCREEN_PORTFOLIO } from '../fixtures/screen-market-views.ts'
import { machineCaller } from './caller.ts'
import { facts, sheet } from './sheet.ts'
import { veilFor } from './veil.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell({ portfolio: SCREEN_PORTFOLIO, instruments: { rows: SCREEN_INSTRUMENTS } })
  shell.engine.begin()
})
afterEach(() => shell.close())

const as = (role: string) => ({ actor: role === 'cron' ? 'service:cron' : `human:ann#${role}` })

/** Questions whose answers hold balances or the details of orders, each with a figure that the books, or the engine, have. */
const FROM_BOOKS: readonly (readonly [question: string, figure: string])[] = [
  ['journal tail --limit 500', '40000'],
  ['journal show o3', '40000'],
  ['order show o3', '0.0003'],
  ['order explain o3', '0.000000030000000007'],
  ['order fills', '0.0029'],
  ['order list --all', '39995'],
  ['portfolio show', '9999.978199779999999902'],
  ['portfolio positions', '0.0008'],
  ['portfolio pnl', '0.0218'],
  ['trace o3', '40000'],
]
const FROM_ENGINE: typeof FROM_BOOKS = [
  ['portfolio show', '3482190'],
  ['portfolio show', '2538305'],
  ['portfolio positions', '683208'],
  ['portfolio pnl', '85160'],
]

/** A figure as programs and people read it: thousands may stand apart. */
const holds = (text: string, figure: string) => text.replaceAll(/(?<=\d)[, ](?=\d{3})/g, '').includes(figure)

describe('UGF-J-002: what a role sees of amounts, prices, quantities and balances', () => {
  test.each([
    ...FROM_BOOKS.map((row) => [...row, false] as const),
    ...FROM_ENGINE.map((row) => [...row, true] as const),
  ])('UGF-J-002: %s: %s is for operators and admins (engine answers: %s)', async (question, figure, isConnected) => {
    shell.engine.isConnected = isConnected
    for (const form of ['table', 'tsv', 'csv', 'json']) {
      const asked = async (role: string) => shell.say([...question.split(' '), '--format', form], as(role))
      for (const role of ['operator', 'admin']) {
        const { code, out } = await asked(role)
        expect([role, form, code, holds(out, figure)]).toEqual([role, form, 0, true])
      }
      for (const role of ['viewer', 'researcher']) {
        const { code, out, err } = await asked(role)
        expect([role, form, code, holds(out + err, figure)]).toEqual([role, form, 0, false])
        expect(out).toContain('***')
      }
    }
  })

  test('UGF-J-002: a viewer searches and reads the audit log without its figures', async () => {
    const found = await shell.say(['audit', 'search', '--action', 'execution.intent.created', '--json'], as('viewer'))
    expect(found.code).toBe(0)
    const { rows } = (JSON.parse(found.out) as { data: { rows: readonly Record<string, unknown>[] } }).data
    const [row] = rows
    const shown = await shell.say(['audit', 'show', String(row?.['event']), '--json'], as('viewer'))
    const { payload } = (JSON.parse(shown.out) as { data: { payload: string } }).data
    expect(JSON.parse(payload)).toMatchObject({ kind: 'PLACE', qty: '***', limit: '***', side: expect.any(String) })
    const bare = await shell.say(['audit', 'show', String(row?.['event']), '--json'], as('operator'))
    expect(JSON.parse((JSON.parse(bare.out) as { data: { payload: string } }).data.payload)).toMatchObject({
      limit: expect.any(Number),
    })
  })

  test('UGF-J-002: a schedule sees none of it, and neither does a name that is nobody’s: exit 3', async () => {
    for (const question of [
      'audit tail',
      'audit search',
      'audit show 1/20',
      'portfolio equity',
      ...FROM_BOOKS.map(([q]) => q),
    ])
      for (const actor of ['service:cron', 'ann', 'human:ann#cron']) {
        const { code, out } = await shell.say([...question.split(' '), '--json'], { actor })
        expect([question, code, JSON.parse(out)]).toEqual([
          question,
          3,
          expect.objectContaining({ reason_codes: ['ROLE_DENIED'], data: null }),
        ])
      }
    for (const question of ['audit verify', 'audit coverage', 'journal verify'])
      expect([0, 5]).toContain((await shell.say(question.split(' '), as('cron'))).code)
  })

  test('UGF-J-002: an export has everything in it, and only an admin makes one', async () => {
    const out = join(shell.home, 'out')
    for (const role of ['viewer', 'researcher', 'operator', 'cron']) {
      for (const args of [
        ['audit', 'export', '--out', out],
        ['journal', 'export'],
      ]) {
        const refused = await shell.say(args, as(role))
        expect([role, refused.code, refused.out]).toEqual([role, 3, ''])
      }
      expect(existsSync(out)).toBe(false)
    }
    expect((await shell.say(['audit', 'export', '--out', out], as('admin'))).code).toBe(0)
    expect((await shell.say(['journal', 'export'], as('admin'))).code).toBe(0)
  })

  test('UGF-J-002: no figure of a payload is left, whatever it is called; names, codes, times and numbers of events are', () => {
    const { sheet: veiled } = veilFor(machineCaller('human:ann#viewer'))
    const name = fc.stringMatching(/^[a-z]{1,12}$/).filter((text) => text !== 'seq' && text !== 'count')
    const figure = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.bigInt().map(String),
      fc.integer().map((n) => `${n}.5`),
    )
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(figure, fc.array(figure), fc.dictionary(name, figure))), (payload) => {
        const shown = veiled(facts([['payload', JSON.stringify(payload)]])).rows[0]?.[1]?.exact
        const values = JSON.stringify(JSON.parse(String(shown))).replaceAll(/"[a-z]+":/g, '')
        expect(values).not.toMatch(/\d/)
      }),
    )
    const mind = JSON.stringify({ state: JSON.stringify({ fair: { price: 334934.5 }, trend: [50.25] }) })
    expect(String(veiled(facts([['payload', mind]])).rows[0]?.[1]?.exact)).not.toMatch(/\d/)
    const kept = {
      order_id: 'o12',
      seq: 7,
      venue_ts: 1_700_000_000_000_000,
      venue_order_id: '123456',
      side: 'buy',
      codes: ['A_1'],
    }
    expect(veiled(facts([['payload', JSON.stringify(kept)]])).rows[0]?.[1]?.exact).toBe(JSON.stringify(kept))
  })

  test.each([
    ['no answer in 5 s', 'no answer in *** s'],
    ['limit price 101.37 is not a multiple of tick 0.5', 'limit price *** is not a multiple of tick ***'],
    ['o12 of bot:trend-1 at 2026-01-31T09:00:00Z', 'o12 of bot:trend-1 at 2026-01-31T09:00:00Z'],
    ['value=10,000.5JPY 3..7 (-2)', 'value=***JPY *** (-***)'],
  ])('UGF-J-002: words: %s', (said, shown) => {
    const table = sheet([{ name: 'reason', align: 'left', exact: (row: string) => row }], [said])
    expect(veilFor(machineCaller('human:ann#viewer')).sheet(table).rows).toEqual([[{ exact: shown, shown }]])
    expect(veilFor(machineCaller('human:ann')).sheet(table)).toBe(table)
  })
})
