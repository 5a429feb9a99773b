import { expect, test } from 'vitest'
import { ORDERS, SCREEN_STATES, SCREEN_VIEWS, screenContext, shelfOf } from '../../../fixtures/screen-views.ts'
import { EXITS } from '../../../src/orders/order.ts'
import { COMMANDS } from '../../../src/runtime/command-catalogue.ts'
import { FRESH_STATE, type PanelAction } from '../../panel.ts'
import { ORDERS_PANEL } from './panel.ts'
import { orderStateWord } from './view-model.ts'

const CONTEXT = screenContext()
const SHELF = shelfOf(SCREEN_VIEWS)
const TODAY = { ...FRESH_STATE, view: 1 }

function action(key: string, selected: string, shelf = SHELF): PanelAction | undefined {
  return ORDERS_PANEL.actions(shelf, { ...TODAY, selected }, CONTEXT).find((each) => each.key === key)
}

test('each view lists its own', () => {
  const rows = (view: number) => ORDERS_PANEL.rows(SHELF, { ...FRESH_STATE, view })
  expect(rows(0)).toEqual(['o-77c9', 'o-77c1', 'o-b101'])
  expect(rows(1)).toHaveLength(8)
  expect(rows(2)).toEqual(['f-19e0', 'f-19d7', 'f-19c9', 'f-19b2', 'f-19a8'])
  expect(rows(3)).toEqual(['o-b101'])
})

test('UNKNOWN and rejected orders come first while the mode is not NORMAL', () => {
  const shelf = SCREEN_STATES['safe-mode']?.shelf ?? shelfOf({})
  expect(ORDERS_PANEL.rows(shelf, TODAY).slice(0, 2)).toEqual(['o-b101', 'o-77b8'])
  expect(ORDERS_PANEL.rows(SHELF, TODAY)[0]).toBe('o-77c9')
})

test('what works or is UNKNOWN can be cancelled, however old the picture; what has ended cannot', () => {
  for (const shelf of [SHELF, shelfOf(SCREEN_VIEWS, 90_000)])
    for (const id of ['o-77c9', 'o-b101']) {
      const cancel = action('X', id, shelf)
      expect(cancel).toMatchObject({ tier: 'stop', disabled: undefined, command: { payload: { order_id: id } } })
    }
  const lost = ORDERS.rows['o-b101']
  const idle = shelfOf({
    ...SCREEN_VIEWS,
    orders: { ...ORDERS, rows: lost ? { 'o-b101': { ...lost, isWorking: false } } : {} },
  })
  expect(action('X', 'o-b101', idle)).toMatchObject({ disabled: undefined, command: { type: 'ORDER_CANCEL' } })
  expect(action('X', 'o-779e')?.disabled).toBe('ORDER_ENDED: FILLED is final')
  const command = action('X', 'o-77c9')?.command
  expect(command && COMMANDS[command.type].safeParse(command.payload).success).toBe(true)
})

test('amending is not supported, and says what to do instead', () => {
  expect(action('M', 'o-77c9')?.disabled).toMatch(/^AMEND_UNSUPPORTED: /)
})

test('a ticket starts from the selected order in exact decimals', () => {
  expect(action('O', 'o-77c9')?.form?.fields).toEqual({
    instrument_id: 'BTC_JPY',
    side: 'buy',
    type: 'LIMIT',
    qty: '0.0100',
    limit: '15182000',
  })
  expect(action('O', 'o-77c9', shelfOf(SCREEN_VIEWS, 90_000))?.disabled).toMatch(/^VIEW_STALE/)
})

test('the chain that is asked for belongs to the selected order, or to the order of the selected fill', () => {
  expect(ORDERS_PANEL.topics({ ...TODAY, selected: 'o-77c6' }, SHELF)).toEqual(['orders', 'order/o-77c6'])
  expect(ORDERS_PANEL.topics({ ...FRESH_STATE, view: 2, selected: 'f-19d7' }, SHELF)).toEqual([
    'orders',
    'order/o-19d7',
  ])
  expect(ORDERS_PANEL.topics(FRESH_STATE, shelfOf({}))).toEqual(['orders'])
})

test('every state of an order has a word of its own, and a state from elsewhere is UNKNOWN', () => {
  const words = Object.keys(EXITS).map((state) => {
    const piece = orderStateWord(state)
    return typeof piece === 'string' ? piece : piece[0]
  })
  expect(new Set(words).size).toBe(words.length)
  expect(orderStateWord('HALF_OPEN')).toEqual(['UNKN', 'unknown'])
})

test('an order whose fate is not known shows no filled quantity', () => {
  const rows = ORDERS_PANEL.paint(SHELF, { ...FRESH_STATE, view: 3 }, CONTEXT, { width: 80, height: 19 })
  expect(rows[2]).toMatch(/0\.0200 +\? UNKN/)
  expect(ORDERS_PANEL.sentence(SHELF, { ...FRESH_STATE, view: 3 }, CONTEXT)).toContain('filled ?; UNKNOWN since')
  expect(ORDERS.counts.unknown).toBe(1)
})
