import { decimal, formatUnits } from '../../../src/domain/decimal.ts'
import type { Panel, PanelAction, PanelContext } from '../../panel.ts'
import { freshness, staleReason } from '../freshness.ts'
import { rowOf } from '../row-of.ts'
import { paintOrders } from './paint.ts'
import {
  fillSentence,
  ORDER_SORTS,
  ORDER_VIEWS,
  orderLists,
  orderSentence,
  type Selection,
  selection,
} from './view-model.ts'

/** What was sent, and what came of it. */
export const ORDERS_PANEL: Panel = {
  key: '5',
  id: 'orders',
  title: 'Orders',
  short: 'Ord',
  views: ORDER_VIEWS,
  sorts: ORDER_SORTS,
  choices: [],
  topics(state, shelf) {
    const chosen = selection(shelf, state, orderLists(shelf, state))
    return chosen === undefined ? ['orders'] : ['orders', `order/${chosen.orderId}`]
  },
  rows(shelf, state) {
    const { orders, fills } = orderLists(shelf, state)
    return [...orders, ...fills].map(({ id }) => id)
  },
  actions(shelf, state, context) {
    const chosen = selection(shelf, state, orderLists(shelf, state))
    const stale = staleReason('orders', freshness(shelf, 'orders'))
    return [
      cancelAction(chosen),
      {
        key: 'M',
        label: 'amend',
        tier: 'T2',
        disabled: 'AMEND_UNSUPPORTED: cancel it (X) and place it anew (O)',
      },
      {
        key: 'O',
        label: 'ticket',
        tier: 'T2',
        disabled: stale,
        form: { name: 'ticket', fields: ticketFields(chosen, context) },
      },
    ]
  },
  paint: paintOrders,
  sentence(shelf, state, context) {
    const chosen = selection(shelf, state, orderLists(shelf, state))
    if (chosen?.fill !== undefined) return fillSentence(chosen.fill, context)
    return chosen?.order === undefined ? 'No order is selected.' : orderSentence(chosen.order, context)
  },
}

/** Cancelling only reduces: an old picture or an unknown fate never stands in its way. */
function cancelAction(chosen: Selection | undefined): PanelAction {
  const shared = { key: 'X', label: 'cancel', tier: 'stop' } as const
  if (chosen === undefined) return { ...shared, disabled: 'NO_ROW: there is no order here' }
  const { order, orderId } = chosen
  if (order === undefined) return { ...shared, disabled: 'ORDER_GONE: its order is no longer listed' }
  const canEnd = order.isWorking || order.state === 'UNKNOWN'
  return {
    ...shared,
    disabled: canEnd ? undefined : `ORDER_ENDED: ${order.state} is final`,
    command: {
      type: 'ORDER_CANCEL',
      payload: { order_id: orderId },
      effect: `the venue is asked to cancel ${orderId}; what fills before it answers stays filled`,
    },
  }
}

/** A ticket like the selected order, to be changed; the quantity stays empty where amounts are masked. */
function ticketFields(
  chosen: Selection | undefined,
  { instruments, isMasked }: PanelContext,
): Readonly<Record<string, string>> {
  const order = chosen?.order
  if (order === undefined) return {}
  const instrument = rowOf(instruments, order.instrumentId)
  if (instrument === undefined) return { instrument_id: order.instrumentId, side: order.side }
  const open = order.qty - order.filled
  const { tickSize, lotSize } = instrument
  return {
    instrument_id: order.instrumentId,
    side: order.side,
    type: order.type === 'TRAILING_STOP' ? 'STOP' : order.type,
    ...(isMasked ? {} : { qty: exact(open > 0 ? open : order.qty, lotSize) }),
    ...(order.limit === undefined ? {} : { limit: exact(order.limit, tickSize) }),
    ...(order.stop === undefined ? {} : { stop: exact(order.stop, tickSize) }),
  }
}

/** Whole ticks or lots as the decimal that they are: what goes into an order is never rounded. */
function exact(count: number, size: string): string {
  const { units, scale } = decimal(size)
  return formatUnits(BigInt(Math.round(count)) * units, scale)
}
