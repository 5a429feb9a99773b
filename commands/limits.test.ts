import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { SCREEN_PORTFOLIO } from '../fixtures/screen-market-views.ts'
import { keepLimitChange } from '../src/runtime/limit-changes.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell({ portfolio: SCREEN_PORTFOLIO })
  shell.engine.begin()
})
afterEach(() => shell.close())

const rows = async (...args: string[]) => {
  const { code, data } = await shell.json(...args)
  const told = data as { readonly limits: readonly Row[] } | readonly Row[]
  return { code, rows: 'limits' in told ? told.limits : told }
}
type Row = Readonly<Record<'limit' | 'scope' | 'value' | 'origin', string>>

test('limits set asks the engine, for the whole account or a part of it', async () => {
  const why = ['--reason', 'thin market']
  expect(await shell.json('limits', 'set', 'order_notional_max', '200000', ...why)).toMatchObject({
    code: 0,
    data: { type: 'LIMIT_SET', payload: { limit: 'order_notional_max', scope: 'global', value: '200000' } },
  })
  expect(await shell.json('limits', 'set', 'exposure_max', 'inf', '--scope', 'bot:trend', ...why)).toMatchObject({
    data: { payload: { limit: 'exposure_max', scope: 'bot:trend', value: 'inf' } },
  })
})

test.each([
  ['limits', 'show'],
  ['policy', 'show'],
])('%s %s tells what is in force and who set it', async (...args) => {
  const { store } = shell.engine
  const by = { actor: 'human:ann', reason: 'thin market', ts: 0 }
  for (const name of [
    { limit: 'order_notional_max', scope: 'global' },
    { limit: 'exposure_max', scope: 'bot:trend' },
  ])
    keepLimitChange(store.notes, name, { ...name, ...by, value: '200000' })
  const told = await rows(...args)
  expect(told.code).toBe(0)
  const of = (limit: string, scope = 'global') => told.rows.find((row) => row.limit === limit && row.scope === scope)
  expect(of('order_notional_max')).toMatchObject({ value: '200000', origin: expect.stringContaining('human:ann') })
  expect(of('exposure_max', 'bot:trend')).toMatchObject({ value: '200000' })
  expect(of('leverage_max')?.origin).not.toContain('human')
})

test('limits show tells how much of each is used, and how far away it is', async () => {
  const { data } = await shell.json('limits', 'show')
  expect((data as { readonly use: readonly unknown[] }).use).toContainEqual(
    expect.objectContaining({ rule: 'DRAWDOWN', limit: expect.anything(), left: expect.anything() }),
  )
})
